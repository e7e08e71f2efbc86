//! What holds in every situation, likely or not.

use std::collections::BTreeMap;

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// More decisions than this in one pass are a mistake; the passes give up there too.
const MOST_STEPS: usize = 24;

const ATTEMPTS: [&str; 3] = ["earlier", "other", "next"];

fn ids() -> impl Strategy<Value = RemoteId> {
    select(vec!["a", "b", "c"]).prop_map(id)
}

fn moments() -> impl Strategy<Value = Timestamp> {
    select(vec![now(), a_moment_ago(), long_ago(), now() - WINDOW * 20])
}

fn operations() -> impl Strategy<Value = Operation> {
    select(vec![Operation::Create, Operation::Delete, publish()])
}

fn sightings() -> impl Strategy<Value = Sighting> {
    use MarkSeen::{Other, OtherInstall, Ours, Unmarked};
    use Phase::{Deleting, Failed, InTransition, Settled};
    (
        ids(),
        select(vec![Ours, Ours, OtherInstall, Other, Unmarked]),
        select(vec![NameSeen::Same, NameSeen::Different]),
        of(Just("os differs".to_owned())),
        prop::option::weighted(0.2, Just("ImageCatalog team/old".to_owned())),
        select(vec![InTransition, Settled, Settled, Failed, Deleting]),
    )
        .prop_map(|(id, mark, named, mismatch, claimed_by, phase)| Sighting {
            id,
            name: "win11".into(),
            mark,
            named,
            mismatch,
            claimed_by,
            phase,
        })
}

/// Objects by id: what a remote can hold.
fn remotes() -> impl Strategy<Value = BTreeMap<RemoteId, Sighting>> {
    prop::collection::vec(sightings(), 0..4).prop_map(|all| {
        all.into_iter()
            .map(|sighting| (sighting.id.clone(), sighting))
            .collect()
    })
}

fn records() -> impl Strategy<Value = Record> {
    let accounts = select(vec![account(), account(), Account("horizonCloud/o-2".into())]);
    let held = (ids(), moments(), accounts).prop_map(|(id, since, account)| Held { id, since, account });
    let outcomes = select(vec![
        IntentOutcome::Unknown,
        IntentOutcome::Accepted,
        IntentOutcome::Conflict,
    ]);
    let intents = (
        operations(),
        select(ATTEMPTS.to_vec()),
        moments(),
        0_u32..7,
        outcomes,
    )
        .prop_map(|(operation, attempt, started_at, tries, outcome)| Intent {
            operation,
            attempt: attempt.into(),
            started_at,
            tries,
            outcome,
        });
    let refusals = (operations(), select(vec!["1/1", "0/1"]), moments())
        .prop_map(|(operation, basis, at)| refused(operation, basis, at));
    (of(held), of(intents), prop::option::weighted(0.3, refusals)).prop_map(|(held, intent, refusal)| {
        Record {
            held,
            intent,
            refusal,
        }
    })
}

fn memories() -> impl Strategy<Value = Memory> {
    let hints = (
        ids(),
        select(vec![HintOrigin::NamesThisResource, HintOrigin::NamesAnother]),
    )
        .prop_map(|(id, origin)| Hint { id, origin });
    (
        select(vec![Finalizer::Present, Finalizer::Present, Finalizer::Absent]),
        of(records()),
        select(vec![Custody::Own, Custody::Settled, Custody::Unproven]),
        prop::option::weighted(0.2, records()),
        prop::collection::vec(hints, 0..3),
    )
        .prop_map(|(finalizer, record, custody, foreign_record, hints)| Memory {
            finalizer,
            record,
            custody,
            foreign_record,
            hints,
        })
}

fn wishes() -> impl Strategy<Value = Desired> {
    let resolutions = prop_oneof![
        Just(Resolution::Create),
        Just(Resolution::Recreate),
        ids().prop_map(Resolution::Use),
    ];
    (
        select(vec![
            Presence::Present,
            Presence::Present,
            Presence::Deleted,
            Presence::LeftBehind,
        ]),
        select(vec![Management::Manage, Management::Manage, Management::Observe]),
        select(vec![Adoption::IfOwned, Adoption::IfNameMatches, Adoption::Never]),
        select(vec![Recreation::Never, Recreation::WhenGone]),
        prop::option::weighted(0.2, ids()),
        prop::option::weighted(0.3, resolutions),
    )
        .prop_map(
            |(presence, management, adoption, recreation, given_id, resolution)| Desired {
                presence,
                management,
                adoption,
                recreation,
                given_id,
                resolution,
                ..living().desired
            },
        )
}

fn blockers() -> impl Strategy<Value = Blocker> {
    select(vec![
        Blocker::Dependents(vec!["win11-2".into()]),
        Blocker::Foreign(vec!["2.0.0".into()]),
        Blocker::DefinitionGoing,
    ])
}

fn looks() -> impl Strategy<Value = Looks> {
    let by_id = prop::collection::btree_map(
        ids(),
        of(sightings()).prop_map(|found| found.map_or(ById::Absent, ById::Found)),
        0..3,
    );
    (
        select(vec![
            Freshness::Never,
            Freshness::Cached,
            Freshness::SincePassBegan,
        ]),
        remotes(),
        by_id,
        select(vec![
            InventoryTrust::Trusted,
            InventoryTrust::Trusted,
            InventoryTrust::Suspect,
        ]),
        of(Just(publish())),
        prop::option::weighted(0.3, blockers()),
    )
        .prop_map(
            |(freshness, listed, by_id, inventory, next_change, delete_blocker)| Looks {
                freshness,
                listed: listed.into_values().collect(),
                by_id,
                inventory,
                next_change,
                delete_blocker,
            },
        )
}

fn cases() -> impl Strategy<Value = Case> {
    (wishes(), memories(), looks(), of(select(ATTEMPTS.to_vec()))).prop_map(
        |(desired, memory, looks, begun)| Case {
            desired,
            memory,
            looks,
            begun,
        },
    )
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Case")
            .field("desired", &self.desired)
            .field("memory", &self.memory)
            .field("looks", &self.looks)
            .field("begun", &self.begun)
            .finish()
    }
}

/// The object on record, as it was last seen.
fn held_sighting(case: &Case) -> Option<&Sighting> {
    let held = case.memory.record.as_ref()?.held.as_ref()?;
    case.looks.find(&held.id)
}

fn is_theirs(sighting: &Sighting) -> bool {
    sighting.mark == MarkSeen::Other || sighting.claimed_by.is_some()
}

/// A pass that does what it is told, in a remote that answers every look.
struct Pass {
    case: Case,
    remote: BTreeMap<RemoteId, Sighting>,
    listed_since_it_began: bool,
    begun: Option<String>,
}

impl Pass {
    /// Runs to the end of the pass; answers the steps that were taken.
    fn run(mut self) -> Result<Vec<Step>, TestCaseError> {
        let mut steps = Vec::new();
        for attempt in 0..MOST_STEPS {
            let step = decide(Situation {
                desired: &self.case.desired,
                memory: &self.case.memory,
                looks: &self.case.looks,
                begun: self.begun.as_deref(),
                next_attempt: &format!("attempt-{attempt}"),
                began: now(),
            });
            steps.push(step.clone());
            match step {
                Step::Look(look) => self.look(&look),
                Step::AddFinalizer => self.case.memory.finalizer = Finalizer::Present,
                Step::Begin(intent) => {
                    self.begun = Some(intent.attempt.clone());
                    self.record().intent = Some(intent);
                    self.case.memory.custody = Custody::Own;
                }
                Step::Presume(intent) => {
                    self.record().intent = Some(intent);
                    self.case.memory.custody = Custody::Own;
                }
                Step::Adopt(id) => {
                    prop_assert!(
                        self.remote.contains_key(&id),
                        "adopted {id}, which nobody has seen"
                    );
                    *self.record() = holding(id.as_str());
                    self.case.looks = Looks {
                        delete_blocker: self.case.looks.delete_blocker.take(),
                        ..Looks::nothing()
                    };
                }
                Step::ClearIntent => self.record().intent = None,
                Step::ForgetId => {
                    *self.record() = Record::default();
                    let hints = &mut self.case.memory.hints;
                    hints.retain(|hint| hint.origin == HintOrigin::NamesAnother);
                }
                Step::Send(operation) => {
                    self.check_target(&operation)?;
                    return Ok(steps);
                }
                Step::Release | Step::Wait(_) | Step::Stall(_) | Step::Rest => return Ok(steps),
            }
        }
        Err(TestCaseError::fail(format!("the pass never ends: {steps:?}")))
    }

    fn record(&mut self) -> &mut Record {
        self.case.memory.record.get_or_insert_default()
    }

    fn look(&mut self, look: &Look) {
        let looks = &mut self.case.looks;
        match look {
            Look::Cached => looks.freshness = Freshness::Cached,
            Look::Fresh => {
                looks.freshness = Freshness::SincePassBegan;
                self.listed_since_it_began = true;
            }
            Look::ById(id) => {
                let found = self.remote.get(id).cloned().map_or(ById::Absent, ById::Found);
                looks.by_id.insert(id.clone(), found);
            }
        }
        if !matches!(look, Look::ById(_)) {
            looks.listed = self.remote.values().cloned().collect();
        }
    }

    fn check_target(&self, operation: &Operation) -> Result<(), TestCaseError> {
        prop_assert!(self.listed_since_it_began, "sent without a fresh look");
        if *operation == Operation::Create {
            let suspect = self.case.looks.inventory == InventoryTrust::Suspect;
            prop_assert!(!suspect, "created in a suspect account");
            return Ok(());
        }
        let held = self
            .case
            .memory
            .record
            .as_ref()
            .and_then(|record| record.held.as_ref());
        let target = held.and_then(|held| self.remote.get(&held.id));
        prop_assert!(
            target.is_some_and(|target| !is_theirs(target)),
            "{operation:?} sent to {target:?}"
        );
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_the_attempt_on_record_that_this_pass_has_begun_is_sent(case in cases()) {
        if let Step::Send(operation) = case.decide() {
            let intent = case.memory.record.as_ref().and_then(|record| record.intent.as_ref()).unwrap();
            prop_assert_eq!(Some(intent.attempt.as_str()), case.begun);
            prop_assert_eq!(&intent.operation, &operation);
        }
    }

    #[test]
    fn a_create_begins_only_on_a_fresh_look_at_a_trusted_account_without_one_of_ours(case in cases()) {
        if let Step::Begin(Intent { operation: Operation::Create, .. }) = case.decide() {
            prop_assert_eq!(case.looks.freshness, Freshness::SincePassBegan);
            prop_assert_eq!(case.looks.inventory, InventoryTrust::Trusted);
            prop_assert!(case.memory.custody != Custody::Unproven);
            let asked = case.desired.resolution == Some(Resolution::Create);
            prop_assert!(asked || case.looks.ours_alive().is_empty());
        }
    }

    #[test]
    fn who_only_observes_writes_nothing(mut case in cases()) {
        case.desired.management = Management::Observe;
        let step = case.decide();
        let writes = matches!(step, Step::Send(_) | Step::Begin(_) | Step::Presume(_));
        prop_assert!(!writes, "{:?}", step);
    }

    #[test]
    fn what_is_left_behind_is_only_let_go(mut case in cases()) {
        case.desired.presence = Presence::LeftBehind;
        let step = case.decide();
        prop_assert!(matches!(step, Step::Release | Step::Rest), "{:?}", step);
    }

    #[test]
    fn nothing_is_begun_on_an_object_that_is_somebody_elses(case in cases()) {
        if let Step::Begin(Intent { operation: Operation::Delete | Operation::Change { .. }, .. }) = case.decide() {
            let target = held_sighting(&case);
            prop_assert!(target.is_some_and(|sighting| !is_theirs(sighting)), "{:?}", target);
        }
    }

    #[test]
    fn nothing_is_deleted_past_a_blocker_or_in_a_suspect_account(case in cases()) {
        if let Step::Begin(Intent { operation: Operation::Delete, .. }) = case.decide() {
            prop_assert_eq!(&case.looks.delete_blocker, &None);
            prop_assert_eq!(case.looks.inventory, InventoryTrust::Trusted);
        }
    }

    #[test]
    fn a_living_resource_deletes_only_what_failed_and_only_when_a_person_says_so(mut case in cases()) {
        case.desired.presence = Presence::Present;
        if let Step::Begin(Intent { operation: Operation::Delete, .. }) = case.decide() {
            prop_assert_eq!(&case.desired.resolution, &Some(Resolution::Recreate));
            prop_assert_eq!(held_sighting(&case).map(|sighting| sighting.phase), Some(Phase::Failed));
        }
    }

    #[test]
    fn every_pass_ends_and_sends_only_what_it_may(mut case in cases(), remote in remotes()) {
        let inventory = case.looks.inventory;
        let next_change = case.looks.next_change.clone();
        case.looks = Looks {
            inventory,
            next_change,
            delete_blocker: case.looks.delete_blocker.clone(),
            ..Looks::nothing()
        };
        Pass { case, remote, listed_since_it_began: false, begun: None }.run()?;
    }
}
