//! The rules that keep anything from being made twice or lost, by name.
//!
//! In the product every rule holds, always. The exploration test takes one out at a time, and must find a
//! violation each time: a rule that nothing depends on would be superstition.

/// A rule of the lifecycle that can be taken out in the exploration test, and in no other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rule {
    /// Create only after a listing that began within this pass shows no object of ours.
    LookBeforeCreating,
    /// An intent that this process did not just write is never sent again blindly.
    WriteAhead,
    /// A finalizer without any record counts as an intent of unknown age.
    LostRecordIsAnIntent,
    /// Objects are found again by the mark that they carry.
    OwnByMark,
    /// An id that other people could have written or copied is only a hint.
    HintsAreNotOwnership,
    /// After an unknown outcome nothing is sent again before the settling window has passed.
    SettleUnknownOutcomes,
    /// An object missing from a listing is missing only when a request by id and a fresh look agree.
    AbsenceIsNotProof,
    /// What once existed is not created again unless somebody allowed it.
    GoneIsNotNever,
    /// Only what is ours is changed or deleted.
    OnlyOurs,
    /// A finalizer goes only when nothing of ours can be left or still appear.
    FinalizerStaysUntilSettled,
    /// A change that may have been done is looked for before it is sent again.
    LookBeforeChangingAgain,
}

impl Rule {
    /// Every rule.
    #[cfg(test)]
    pub(super) const ALL: [Rule; 11] = [
        Rule::LookBeforeCreating,
        Rule::WriteAhead,
        Rule::LostRecordIsAnIntent,
        Rule::OwnByMark,
        Rule::HintsAreNotOwnership,
        Rule::SettleUnknownOutcomes,
        Rule::AbsenceIsNotProof,
        Rule::GoneIsNotNever,
        Rule::OnlyOurs,
        Rule::FinalizerStaysUntilSettled,
        Rule::LookBeforeChangingAgain,
    ];

    /// Does the rule hold? In the product: yes.
    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "in tests the answer depends on the rule")]
    pub(super) const fn holds(self) -> bool {
        true
    }

    /// Does the rule hold in this test?
    #[cfg(test)]
    pub(super) fn holds(self) -> bool {
        tests::TAKEN_OUT.with(|taken_out| taken_out.get() != Some(self))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    use super::Rule;

    thread_local! {
        pub(super) static TAKEN_OUT: Cell<Option<Rule>> = const { Cell::new(None) };
    }

    /// Runs `work` in a world without one rule.
    pub(in crate::lifecycle) fn without<T>(rule: Rule, work: impl FnOnce() -> T) -> T {
        TAKEN_OUT.with(|taken_out| taken_out.set(Some(rule)));
        let result = work();
        TAKEN_OUT.with(|taken_out| taken_out.set(None));
        result
    }
}
