//! One pass over a resource that stands for remote objects, whatever its kind.
//!
//! | file | what it does |
//! |---|---|
//! | this one | the pass: part after part, decide and carry out until the part comes to an end |
//! | `hand` | what the pass has in hand of each part |
//! | `wanted` | what the resource asks for, and what people asked by annotation |
//! | `step` | one step carried out |
//! | `send` | the intent, the request, its outcome |
//! | `status` | the end of a pass: what is said and written |
//! | `suspend` | stopped on purpose |

mod hand;
mod send;
mod status;
mod step;
mod suspend;
mod wanted;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kube::{Api, ResourceExt};
use tokio::time::Instant;

use self::hand::Hand;
use super::context::Context;
use super::newest::ResourceVersion;
use super::problem::Setback;
use super::write::WriteError;
use super::{Moment, Verdict, cluster, references};
use crate::api::Reason;
use crate::connections::Connection;
use crate::controller::watch::{Caches, Watched};
use crate::kinds::managed::PartWanted;
use crate::kinds::{Managed, Report, Standing, memory};
use crate::lifecycle::{Blocker, Freshness, Presence, Record};

/// How many decisions one pass may take over a part; more is a mistake in the decision.
const MOST_STEPS: u32 = 24;

/// How soon a pass is made again over a resource that the cache does not show as it is.
const CACHE_IS_BEHIND: Duration = Duration::from_millis(100);

/// How long a refusal stands before the same request is tried again.
const REFUSAL_STANDS: Duration = Duration::from_hours(1);

/// How long after a refusal that may pass the request is sent again: what uses the object may be gone.
const PASSING_REFUSAL_STANDS: Duration = Duration::from_mins(1);

/// How long a settled object is left alone when nothing of it moves.
const LOOK_AGAIN: Duration = Duration::from_hours(1);

/// A managed kind, and the resources around each of its own.
pub(super) trait Reconciled: Managed + Watched {
    /// The resources that it refers to, or that refer to it, as last seen.
    fn surroundings(&self, caches: &Caches) -> Self::References;
}

/// One pass over a resource.
pub(super) async fn reconcile<K: Reconciled>(context: &Context, resource: Arc<K>) -> Verdict {
    let uid = resource.uid().unwrap_or_default();
    let mut pass = Pass::new(context, &*resource);
    let version = ResourceVersion::of(&*resource);
    if version.is_some_and(|version| context.knows_newer(&uid, version, pass.began.instant)) {
        return Verdict::After(CACHE_IS_BEHIND);
    }
    match pass.run().await {
        Ok(Verdict::Gone) => {
            context.forget(&uid, Instant::now());
            Verdict::Gone
        }
        Ok(verdict) => {
            pass.keep_witnesses();
            verdict
        }
        Err(WriteError::Outdated { doing }) => {
            if let Some(version) = ResourceVersion::of(&pass.object) {
                context.saw(&uid, version.next(), Instant::now());
            }
            tracing::debug!(name = %resource.name_any(), doing, "the resource changed during the pass");
            Verdict::After(CACHE_IS_BEHIND)
        }
        Err(error) => {
            tracing::warn!(name = %resource.name_any(), namespace = ?resource.namespace(), %error, "the pass could not write");
            Verdict::Failed
        }
    }
}

/// What one pass has in hand.
struct Pass<'a, K: Reconciled> {
    context: &'a Context,
    api: Api<K>,
    began: Moment,
    /// The resource as last read or written.
    object: K,
    /// The status as it is to be.
    status: K::Status,
    references: K::References,
    /// The CloudConnection, by name.
    connection_name: Option<String>,
    connection: Option<Arc<Connection>>,
    hands: BTreeMap<Arc<str>, Hand>,
    /// The part that the annotation remembers.
    main: Option<Arc<str>>,
    /// What keeps anything from being deleted, known before anything was looked at.
    delete_blocker: Option<Blocker>,
    /// What the next look may rest on, unless the decision wants a fresh one anyway.
    look_at: Freshness,
    seen: Option<K::Seen>,
    /// What is said in status.
    report: Option<Report>,
}

/// How the work on one part came to an end.
enum Ended {
    /// The pass is over.
    Pass(Verdict),
    /// The part is as it should be.
    Rest,
    /// Nothing of the part is left remotely, or it is to be left there.
    Free,
    /// It waits or is stalled; it is looked at again after so long, and the other parts go on.
    Open(Report, Duration),
}

impl Ended {
    #[expect(clippy::unnecessary_wraps, reason = "a step may also come to no end")]
    fn pass(verdict: Verdict) -> Option<Self> {
        Some(Ended::Pass(verdict))
    }
}

impl<'a, K: Reconciled> Pass<'a, K> {
    fn new(context: &'a Context, resource: &K) -> Self {
        let references = resource.surroundings(&context.tools.caches);
        Pass {
            context,
            api: Api::namespaced(
                context.tools.client.clone(),
                resource.meta().namespace.as_deref().unwrap_or_default(),
            ),
            began: Moment::now(),
            status: resource.status().cloned().unwrap_or_default(),
            connection_name: resource.connection_name(&references),
            references,
            object: resource.clone(),
            connection: None,
            hands: BTreeMap::new(),
            main: None,
            delete_blocker: None,
            look_at: Freshness::Cached,
            seen: None,
            report: None,
        }
    }

    async fn run(&mut self) -> Result<Verdict, WriteError> {
        if let Some(paused) = self.suspended() {
            return self.finish_paused(paused).await;
        }
        let wanted = match self.wanted() {
            Ok(wanted) => wanted,
            Err(Setback { report, verdict }) => return self.finish(report, verdict).await,
        };
        let parts = K::parts(&wanted);
        self.main = parts.first().map(|part| Arc::clone(&part.name));
        self.attend();
        for part in parts {
            self.take_in_hand(part);
        }
        self.hear_a_request(parts);
        self.delete_blocker = K::dependents(&wanted);
        if self.deletes_remotely() && cluster::definition_is_going(self.context, K::crd_name()).await {
            self.delete_blocker = Some(Blocker::DefinitionGoing);
        }
        let mut open: Option<(Report, Duration)> = None;
        let mut held = false;
        for part in parts {
            match self.work(&wanted, part).await? {
                Ended::Pass(verdict) => return Ok(verdict),
                Ended::Free if self.is_dropped(part) => self.drop_part(part),
                Ended::Free => {}
                Ended::Rest => held = true,
                Ended::Open(report, after) => {
                    let (first, soonest) = open.unwrap_or((report, after));
                    open = Some((first, soonest.min(after)));
                }
            }
        }
        match open {
            Some((report, after)) => self.finish_seen(&wanted, report, Verdict::After(after)).await,
            None if held || parts.is_empty() => self.rest(&wanted, parts).await,
            None => self.release(&wanted).await,
        }
    }

    /// A part of a living resource that is not asked for any more.
    fn is_dropped(&self, part: &PartWanted) -> bool {
        self.object.meta().deletion_timestamp.is_none() && part.desired.presence != Presence::Present
    }

    /// Whether a part waits for those before it: nothing was made for it yet, and nothing can be.
    fn is_early(&mut self, wanted: &K::Wanted, part: &PartWanted) -> bool {
        let record = self.hand(&part.name).record.as_ref();
        part.desired.presence == Presence::Present
            && !record.is_some_and(Record::may_exist_remotely)
            && !K::is_due(wanted, part, self.seen.as_ref())
    }

    /// Works on one part until it comes to an end.
    async fn work(&mut self, wanted: &K::Wanted, part: &PartWanted) -> Result<Ended, WriteError> {
        if self.is_early(wanted, part) {
            return Ok(Ended::Rest);
        }
        for _ in 0..MOST_STEPS {
            let step = self.decide(part);
            if let Some(ended) = self.carry_out(wanted, part, step).await? {
                return Ok(ended);
            }
        }
        tracing::error!(name = %self.object.name_any(), part = %part.name, "the pass did not come to an end; please report this");
        Ok(Ended::Pass(Verdict::Failed))
    }

    async fn rest(&mut self, wanted: &K::Wanted, parts: &[PartWanted]) -> Result<Verdict, WriteError> {
        K::managed_mut(&mut self.status).candidates = Vec::new();
        let Some(seen) = self.seen.clone() else {
            return Ok(Verdict::Settled);
        };
        let report = K::at_rest(wanted, &seen, &self.status);
        if report.standing == Standing::Ready && parts.iter().any(|part| part.desired.resolution.is_some()) {
            // Kept, an answer that nobody asked for would be given to a question that comes up later.
            self.answered();
        }
        let verdict = match report.standing {
            Standing::Ready | Standing::Stalled | Standing::Paused => Verdict::After(LOOK_AGAIN),
            Standing::Reconciling => Verdict::After(self.slowly()),
        };
        self.finish_seen(wanted, report, verdict).await
    }

    /// The resource as it is now, just read or written.
    fn has_become(&mut self, object: K) {
        if let Some(version) = ResourceVersion::of(&object) {
            self.context.saw(&self.uid(), version, Instant::now());
        }
        self.object = object;
    }

    fn namespace(&self) -> &str {
        self.object.meta().namespace.as_deref().unwrap_or_default()
    }

    /// The live connection to the account, or why there is none.
    fn live_connection(&self) -> Result<Arc<Connection>, Setback> {
        let name = self.connection_name.as_deref();
        let connection = references::live_connection(self.context, self.namespace(), name)?;
        if K::remote(&connection).is_some() {
            return Ok(connection);
        }
        let report = Report::stalled(
            Reason::ConnectionKindMismatch,
            format!(
                "CloudConnection {:?} leads to {}, where there is no {}: name another one in spec.connectionRef",
                name.unwrap_or_default(),
                connection.account(),
                K::KIND,
            ),
        );
        Err(Setback {
            report,
            verdict: Verdict::Settled,
        })
    }

    /// While something is under way.
    fn soon(&self) -> Duration {
        let connection = self.cached_connection();
        connection.map_or(Duration::from_secs(15), |c| {
            c.spec.polling.active_interval.as_duration()
        })
    }

    /// Whether it is being deleted, or was refused for what may pass.
    fn waits_for_room(&self) -> bool {
        let parts = &K::managed(&self.status).parts;
        let refusals = parts.iter().filter_map(|part| memory::record_of(part).refusal);
        self.object.meta().deletion_timestamp.is_some()
            || refusals
                .into_iter()
                .any(|refusal| K::WORDS.may_pass(&refusal.operation, &refusal.problem))
    }

    /// While nothing is expected to change.
    fn slowly(&self) -> Duration {
        if self.waits_for_room() {
            return PASSING_REFUSAL_STANDS;
        }
        let connection = self.cached_connection();
        connection.map_or(Duration::from_mins(10), |c| {
            c.spec.polling.idle_interval.as_duration()
        })
    }
}
