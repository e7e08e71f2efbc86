//! The cases that share a write, a boundary and a kill: one resource for each fate of the memory.

use std::fmt;
use std::time::{Duration, Instant};

use futures::future::join_all;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::boundary::{Boundary, Listing, beyond_the_limits};
use super::gateway::Gateway;
use super::memory::{Memory, OlderStatus};
use super::remote::{Left, ids_of, left};
use super::support::subject::{needs_a_human, rests};
use super::support::{FaultId, Subject, eventually};
use super::table::{Case, End};
use super::workshop::{AN_HOUR, DEADLINE, WINDOW, Workshop};
use super::write::{Nature, Write};

/// The resource that nothing happens to: what is left of it is what is to be left of the others.
const UNDISTURBED: &str = "undisturbed";

/// How many resources are cut off, one for each fate of the memory.
const SUBJECTS: usize = Memory::ALL.len();

/// How often a group is tried on a machine that is too busy for it.
const TRIES: usize = 3;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    pub(crate) write: Write,
    pub(crate) boundary: Boundary,
    pub(crate) listing: Listing,
}

/// What was done late came after the settling window, so that nothing is proved.
#[derive(Debug)]
struct TooBusy;

/// What keeps writes from going on.
struct Obstacles {
    gateway: Gateway,
    held: Option<FaultId>,
}

/// A resource that is cut off, and what it was like before.
struct Victim {
    memory: Memory,
    subject: Subject,
    status: Value,
    /// Of its images.
    ids: Vec<String>,
}

impl Group {
    pub(crate) fn all() -> Vec<Self> {
        let of = |write| {
            Boundary::ALL.into_iter().flat_map(move |boundary| {
                Listing::ALL.map(|listing| Self {
                    write,
                    boundary,
                    listing,
                })
            })
        };
        Write::ALL.into_iter().flat_map(of).collect()
    }

    /// Runs its cases. What is done late has to come within the settling window, which on a busy machine is made longer.
    pub(crate) async fn run(self) -> Vec<Case> {
        let mut window = WINDOW;
        for _ in 1..TRIES {
            match self.attempt(window).await {
                Ok(cases) => return cases,
                Err(TooBusy) => window *= 2,
            }
        }
        let last = self.attempt(window).await;
        last.unwrap_or_else(|TooBusy| panic!("this machine is too busy for a settling window of {window:?}"))
    }

    async fn attempt(self, window: Duration) -> Result<Vec<Case>, TooBusy> {
        let mut workshop = Workshop::open(window).await;
        let gateway = Gateway::to(workshop.simulator.url()).await;
        self.write.connect(&workshop, gateway.url()).await;
        let names = Memory::ALL.map(Memory::name).into_iter().chain([UNDISTURBED]);
        join_all(names.map(|name| self.write.prepare(&workshop, name))).await;
        let reference = self.undisturbed(&workshop).await;

        let victims = self.victims(&workshop).await;
        let seq = workshop.latest_request().await;
        let obstacles = self.put_up(&workshop, gateway).await;
        let began = Instant::now();
        join_all(victims.iter().map(|victim| self.write.trigger(&victim.subject))).await;
        Self::reached(&workshop, &obstacles).await;
        let under_way = join_all(victims.iter().map(Victim::status_now)).await;
        if self.boundary == Boundary::Answered {
            self.answer(&workshop, &obstacles, seq).await;
        }
        workshop.kill(obstacles.held).await;

        self.take_down(&workshop, &obstacles).await;
        for (victim, under_way) in victims.iter().zip(under_way) {
            let older = OlderStatus {
                before: victim.status.clone(),
                under_way,
            };
            victim.memory.befall(&victim.subject, &older).await;
        }
        let lists = obstacles.gateway.lists(&self.write.place());
        workshop.operator.restart().await.unwrap();
        self.come_late(&workshop, &obstacles, lists).await;
        if began.elapsed() >= window {
            return Err(TooBusy);
        }
        Ok(self.judge(&workshop, &victims, &reference, (seq, window)).await)
    }

    /// What the write leaves when nothing happens to it.
    async fn undisturbed(self, workshop: &Workshop) -> Left {
        let subject = workshop.subject(self.write.kind(), UNDISTURBED);
        let ids = ids_of(UNDISTURBED, &workshop.simulator.state().await);
        let seq = workshop.latest_request().await;
        self.write.trigger(&subject).await;
        eventually(DEADLINE, "the undisturbed write is done", async || {
            self.ended(subject.now().await.as_ref())
        })
        .await;
        let requests = workshop.simulator.requests_since(seq).await;
        let state = workshop.simulator.state().await;
        left(UNDISTURBED, &ids, &state, &requests)
    }

    async fn victims(self, workshop: &Workshop) -> Vec<Victim> {
        let state = workshop.simulator.state().await;
        let victim = async |memory: Memory| {
            let subject = workshop.subject(self.write.kind(), memory.name());
            let object = subject.now().await.expect("the resource is there");
            Victim {
                memory,
                subject,
                status: object.data["status"].clone(),
                ids: ids_of(memory.name(), &state),
            }
        };
        join_all(Memory::ALL.map(victim)).await
    }

    async fn put_up(self, workshop: &Workshop, gateway: Gateway) -> Obstacles {
        if self.listing == Listing::Late {
            match self.write.nature() {
                Nature::Creates => self.hide(workshop, AN_HOUR).await,
                Nature::Changes | Nature::Deletes => gateway.read_from_before(),
            }
        }
        let effect = match self.boundary {
            Boundary::NeverArrives | Boundary::OnItsWay => {
                gateway.delay_writes();
                return Obstacles { gateway, held: None };
            }
            Boundary::Arrived => "holdBefore",
            Boundary::Done | Boundary::Answered => "holdAfter",
        };
        let held = workshop
            .simulator
            .fault(self.fault(&json!({ "type": effect })))
            .await;
        Obstacles {
            gateway,
            held: Some(held),
        }
    }

    async fn hide(self, workshop: &Workshop, seconds: u64) {
        let hidden = json!({ "type": "hideFromListings", "seconds": seconds });
        workshop.simulator.fault(self.fault(&hidden)).await;
    }

    /// A fault that the next writes of this sort suffer, all of them.
    fn fault(self, effect: &Value) -> Value {
        json!({ "match": { "operation": self.write.operation() }, "times": 0, "effect": effect })
    }

    /// Waits until every write is at the boundary.
    async fn reached(workshop: &Workshop, obstacles: &Obstacles) {
        if let Some(fault) = obstacles.held {
            return workshop.held(fault, SUBJECTS as u64).await;
        }
        let gateway = &obstacles.gateway;
        counted("writes on their way", SUBJECTS, || gateway.on_their_way()).await;
    }

    /// Lets the held answers go, and waits until the last has been sent.
    async fn answer(self, workshop: &Workshop, obstacles: &Obstacles, seq: u64) {
        let held = obstacles.held.expect("the answers are held");
        workshop.simulator.release(held).await;
        eventually(DEADLINE, "every write is answered", async || {
            let requests = workshop.simulator.requests_since(seq).await;
            let of_these = requests
                .iter()
                .filter(|request| request.operation == self.write.operation());
            let answered = of_these.filter(|request| request.status.is_some()).count();
            if answered >= SUBJECTS {
                Ok(())
            } else {
                Err(format!("{answered} are"))
            }
        })
        .await;
    }

    /// While the operator is down: the remote is as it was, but for what is late.
    async fn take_down(self, workshop: &Workshop, obstacles: &Obstacles) {
        workshop.simulator.clear_faults().await;
        if self.listing == Listing::Late && self.write.nature() == Nature::Creates {
            // What is yet to be created is late as well.
            self.hide(workshop, 2).await;
        }
        if self.boundary == Boundary::NeverArrives {
            obstacles.gateway.lose();
        }
    }

    /// What the remote does and shows only after the new process has looked.
    async fn come_late(self, workshop: &Workshop, obstacles: &Obstacles, lists: u64) {
        let gateway = &obstacles.gateway;
        if self.boundary == Boundary::OnItsWay {
            self.looked_since(gateway, lists).await;
            gateway.deliver();
            // The new process may have sent something by then, too.
            counted("writes that have not arrived", 0, || gateway.on_their_way()).await;
        }
        if self.listing == Listing::Late {
            self.looked_since(gateway, gateway.lists(&self.write.place()))
                .await;
            gateway.read_current();
            workshop.simulator.advance(AN_HOUR).await;
        }
    }

    /// Waits until the operator has looked for what it writes once more than it had with so many lists.
    async fn looked_since(self, gateway: &Gateway, lists: u64) {
        let place = self.write.place();
        eventually(DEADLINE, "images are looked for", async || {
            let since = gateway.lists(&place) - lists;
            if since >= place.lists_in_a_look() {
                Ok(())
            } else {
                Err(format!("{since} lists"))
            }
        })
        .await;
    }

    async fn judge(
        self,
        workshop: &Workshop,
        victims: &[Victim],
        reference: &Left,
        (seq, window): (u64, Duration),
    ) -> Vec<Case> {
        let started = Instant::now();
        let mut cases = self.look(workshop, victims, reference, seq).await;
        let is_waited_for = |case: &Case| {
            // What is beyond the limits may never come to its end.
            let patience = case.beyond.map_or(DEADLINE + 2 * window, |_| window);
            !case.is_fine() && started.elapsed() < patience
        };
        while cases.iter().any(is_waited_for) {
            tokio::time::sleep(Duration::from_millis(100)).await;
            cases = self.look(workshop, victims, reference, seq).await;
        }
        // Whoever looks once more changes nothing more.
        let fine = victims.iter().zip(&cases).filter(|(_, case)| case.is_fine());
        join_all(fine.map(async |(victim, _)| {
            if victim.subject.now().await.is_some() {
                victim.subject.looked_at_again("at the end").await;
            }
        }))
        .await;
        self.look(workshop, victims, reference, seq).await
    }

    async fn look(self, workshop: &Workshop, victims: &[Victim], reference: &Left, seq: u64) -> Vec<Case> {
        let objects = join_all(victims.iter().map(|victim| victim.subject.now())).await;
        let state = workshop.simulator.state().await;
        let requests = workshop.simulator.requests_since(seq).await;
        let case = |(victim, object): (&Victim, &Option<DynamicObject>)| {
            let name = victim.memory.name();
            let left = left(name, &victim.ids, &state, &requests);
            Case {
                write: self.write,
                boundary: self.boundary,
                listing: self.listing,
                memory: victim.memory,
                beyond: beyond_the_limits(self.write, self.boundary, self.listing, victim.memory),
                end: match (self.ended(object.as_ref()), object) {
                    (Ok(()), _) => End::AsWanted,
                    (Err(why), Some(object)) if needs_a_human(object) => End::NeedsAHuman(why),
                    (Err(why), _) => End::NotYet(why),
                },
                surplus: left
                    .count(self.write.operation())
                    .saturating_sub(reference.count(self.write.operation())),
                difference: (left != *reference).then(|| (left, reference.clone())),
            }
        };
        victims.iter().zip(&objects).map(case).collect()
    }

    /// Whether a resource has come to the end that the write leads to; if not, why.
    fn ended(self, object: Option<&DynamicObject>) -> Result<(), String> {
        match (self.write.nature(), object) {
            (Nature::Deletes, None) => Ok(()),
            (Nature::Deletes, Some(object)) => Err(object.data["status"]["conditions"].to_string()),
            (_, None) => Err("the resource is gone".to_owned()),
            (_, Some(object)) => rests(object),
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:?}/{:?}", self.write, self.boundary, self.listing)
    }
}

impl Victim {
    async fn status_now(&self) -> Value {
        let object = self.subject.now().await.expect("the resource is there");
        object.data["status"].clone()
    }
}

/// Waits until there are so many.
async fn counted(what: &str, wanted: usize, count: impl Fn() -> usize) {
    let description = format!("{wanted} {what}");
    eventually(DEADLINE, &description, async || match count() {
        some if some == wanted => Ok(()),
        some => Err(format!("{some}")),
    })
    .await;
}
