//! Keeping secrets out of what remotes say: the CSP sign-in repeats the API token in its error message.

use crate::lifecycle::Outcome;

/// So many characters in a row of a secret give it away.
const TELLING: usize = 6;

/// The sentence without the secret, and with every word that shows a telling piece of it replaced.
pub(in crate::remote) fn redact(sentence: &str, secret: &str) -> String {
    let characters: Vec<char> = secret.chars().collect();
    let length = TELLING.min(characters.len());
    if length == 0 {
        return sentence.to_owned();
    }
    let pieces: Vec<String> = characters
        .windows(length)
        .map(|window| window.iter().collect())
        .collect();
    sentence
        .split(' ')
        .map(|word| {
            let shown = pieces.iter().any(|piece| word.contains(piece.as_str()));
            if shown { "[redacted]" } else { word }
        })
        .collect::<Vec<_>>()
        .join(" ")
        .replace(secret, "[redacted]")
}

/// The outcome, with the secret taken out of what was said.
pub(in crate::remote) fn redacted<T>(mut outcome: Outcome<T>, secret: &str) -> Outcome<T> {
    if let Outcome::Refused(problem) | Outcome::Throttled { problem, .. } | Outcome::Unknown(problem) =
        &mut outcome
    {
        problem.message = redact(&problem.message, secret);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "AbCdEf0123456789";

    #[test]
    fn a_secret_is_replaced_whole_or_in_part() {
        for shown in [SECRET, "AbCdEf…", "xxxx456789", "token=AbCdEf0123456789,"] {
            let sentence = format!("invalid_grant: Invalid refresh token: {shown} (400)");
            let redacted = redact(&sentence, SECRET);
            assert_eq!(redacted, "invalid_grant: Invalid refresh token: [redacted] (400)");
        }
    }

    #[test]
    fn other_words_stay() {
        assert_eq!(
            redact("Invalid client id or client secret.", SECRET),
            "Invalid client id or client secret."
        );
        assert_eq!(redact("no secret", ""), "no secret");
        assert_eq!(redact("it is abc", "abc"), "it is [redacted]");
        assert_eq!(redact("it is a b c", "a b c"), "it is [redacted]");
    }
}
