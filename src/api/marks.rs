//! Room for the owner mark at the end of a remote description.

use kube::core::Rule;

/// How long an owner mark is at most, in characters, the space before it included.
pub(super) const MARK_MAX_LENGTH: usize = 40;

/// Refuses a description that looks like it has a mark.
pub(super) fn no_mark() -> Rule {
    Rule::new("!self.contains('[io1:')")
        .message("a description cannot contain [io1: because the operator marks what it owns that way")
}
