//! What the state words of images mean.

use crate::remote::phase::{Phase, status_word};

status_word!(
    /// The state of an image (`State`).
    ImageState,
    phase_of
);

/// The documented words are `Making`, `Copying`, `Available` and `Unavailable`; a sibling product writes
/// `UnAvailable`, so case is ignored.
fn phase_of(word: &str) -> Phase {
    if word.eq_ignore_ascii_case("Available") {
        Phase::Available
    } else if word.eq_ignore_ascii_case("Unavailable") {
        Phase::Failed
    } else {
        Phase::InTransition
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_state_has_its_phase() {
        for (word, phase) in [
            ("Making", Phase::InTransition),
            ("Copying", Phase::InTransition),
            ("Available", Phase::Available),
            ("Unavailable", Phase::Failed),
            ("UnAvailable", Phase::Failed),
        ] {
            assert_eq!(ImageState::from(word).phase(), phase, "{word}");
        }
    }

    #[test]
    fn a_word_nobody_knows_is_work_in_progress() {
        for word in ["", "Reviewing", "Deleting"] {
            assert_eq!(ImageState::from(word).phase(), Phase::InTransition, "{word}");
        }
    }
}
