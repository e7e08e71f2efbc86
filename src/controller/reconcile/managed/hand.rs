//! What the pass has in hand of each part: its record, what is known of that, and what was seen.

use std::sync::Arc;

use kube::ResourceExt;

use super::{Pass, Reconciled};
use crate::api::ManagedStatus;
use crate::api::names::REMOTE_ID;
use crate::controller::reconcile::write;
use crate::kinds::managed::PartWanted;
use crate::kinds::{Managed, memory};
use crate::lifecycle::{Custody, Finalizer, Looks, Memory, Record, Situation, Step, Witness, decide};

/// What the pass has in hand of one part.
#[derive(Debug)]
pub(super) struct Hand {
    pub record: Option<Record>,
    /// A record that was written under another uid.
    pub foreign_record: Option<Record>,
    pub witness: Witness,
    pub looks: Looks,
    /// The attempt that this pass has written down.
    pub begun: Option<String>,
}

/// The record of a part that this very resource wrote.
pub(super) fn own_record<K: Managed>(object: &K, part: &str) -> Option<Record> {
    let status = K::managed(object.status()?);
    let own = status.owner_uid.is_some() && status.owner_uid == object.meta().uid;
    recorded(status, part).filter(|_| own)
}

/// The record of a part that was written under another uid.
fn foreign_record<K: Managed>(object: &K, part: &str) -> Option<Record> {
    let status = K::managed(object.status()?);
    let foreign = status.owner_uid.is_some() && status.owner_uid != object.meta().uid;
    recorded(status, part).filter(|_| foreign)
}

fn recorded(status: &ManagedStatus, part: &str) -> Option<Record> {
    let part = status.parts.iter().find(|there| there.name == part);
    part.map(memory::record_of)
}

impl<K: Reconciled> Pass<'_, K> {
    pub(super) fn take_in_hand(&mut self, part: &PartWanted) {
        let hand = Hand {
            record: own_record(&self.object, &part.name),
            foreign_record: foreign_record(&self.object, &part.name),
            witness: self.context.witness(&self.uid(), &part.name),
            looks: Looks::nothing(),
            begun: None,
        };
        self.hands.insert(Arc::clone(&part.name), hand);
    }

    /// Looks on: of parts that are asked for later, this tells what can have been sent.
    pub(super) fn attend(&self) {
        let parts = self
            .object
            .status()
            .map(|status| K::managed(status).parts.as_slice());
        let names = parts.unwrap_or_default().iter().map(|part| part.name.as_str());
        self.context.attend(&self.uid(), names, self.began.wall);
    }

    /// Forgets a part that is not asked for any more, and of which nothing is left.
    pub(super) fn drop_part(&mut self, part: &PartWanted) {
        K::managed_mut(&mut self.status)
            .parts
            .retain(|there| *there.name != *part.name);
        self.hands.remove(&part.name);
        if let Some(remote) = self.connection.as_deref().and_then(K::remote) {
            K::dropped(remote, part);
        }
    }

    pub(super) fn hand(&mut self, part: &Arc<str>) -> &mut Hand {
        self.hands.entry(Arc::clone(part)).or_insert_with(|| Hand {
            record: None,
            foreign_record: None,
            witness: Witness::default(),
            looks: Looks::nothing(),
            begun: None,
        })
    }

    pub(super) fn uid(&self) -> String {
        self.object.uid().unwrap_or_default()
    }

    pub(super) fn keep_witnesses(&self) {
        for (part, hand) in &self.hands {
            self.context.keep_witness(&self.uid(), part, hand.witness.clone());
        }
    }

    pub(super) fn custody(&mut self, part: &Arc<str>) -> Custody {
        let window = self.context.settings.proving_window;
        let now = self.began.wall;
        let hand = self.hand(part);
        hand.witness.custody(hand.record.as_ref(), window, now)
    }

    pub(super) fn memory(&mut self, part: &PartWanted) -> Memory {
        let custody = self.custody(&part.name);
        let hand = self.hand(&part.name);
        let (record, foreign_record) = (hand.record.clone(), hand.foreign_record.clone());
        let is_main = self.main.as_ref() == Some(&part.name);
        let annotation = self.object.annotations().get(REMOTE_ID).filter(|_| is_main);
        Memory {
            finalizer: if write::has_finalizer(&self.object) {
                Finalizer::Present
            } else {
                Finalizer::Absent
            },
            record,
            custody,
            foreign_record,
            hints: annotation
                .and_then(|text| memory::hint_of(text, part.mark))
                .into_iter()
                .collect(),
        }
    }

    pub(super) fn decide(&mut self, part: &PartWanted) -> Step {
        let memory = self.memory(part);
        let next_attempt = format!("{:016x}", fastrand::u64(..));
        let began = self.began.wall;
        let blocker = self.delete_blocker.clone();
        let hand = self.hand(&part.name);
        if blocker.is_some() {
            hand.looks.delete_blocker = blocker;
        }
        decide(Situation {
            desired: &part.desired,
            memory: &memory,
            looks: &hand.looks,
            begun: hand.begun.as_deref(),
            next_attempt: &next_attempt,
            began,
        })
    }

    /// Changes the record in hand; it is written with the report at the end of the pass.
    pub(super) fn amend(&mut self, part: &PartWanted, record: &Record) {
        let before = self.memory(part);
        let now = self.began.wall;
        self.hand(&part.name).witness.amended(&before, record, now);
        self.put_record(&part.name, record);
    }

    pub(super) fn put_record(&mut self, part: &Arc<str>, record: &Record) {
        let owner = self.object.uid();
        let status = K::managed_mut(&mut self.status);
        // The owner answers for all parts: what was written under another uid goes with the first of our own.
        if status.owner_uid != owner {
            status.parts.clear();
        }
        status.owner_uid = owner;
        status.parts.retain(|there| *there.name != **part);
        status.parts.push(memory::part_of(part, record));
        let hand = self.hand(part);
        hand.record = Some(record.clone());
        hand.foreign_record = None;
    }
}
