//! The search grammar: `<field> $<operator> <value>`, joined by ` AND ` and ` OR `.
//!
//! Known by example only (public OpenAPI document, vendor CLI). Inferred: AND binds closer than OR, values compare as
//! they are written, `$like` finds a part, and whatever is not understood is a 400 with `INVALID_SEARCH_USAGE`.

use std::borrow::Cow;

use super::error::ApiError;

#[derive(Debug, PartialEq, Eq)]
enum Condition {
    OneOf(Vec<String>),
    Contains(String),
}

#[derive(Debug, PartialEq, Eq)]
struct Term {
    field: String,
    condition: Condition,
}

/// A search; it holds for what satisfies every term of one of its parts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Search {
    parts: Vec<Vec<Term>>,
}

impl Search {
    /// Reads a search over these fields.
    pub(crate) fn parse(text: &str, fields: &[&str]) -> Result<Search, ApiError> {
        let part = |part: &str| {
            part.split(" AND ")
                .map(|term| Term::parse(term, fields))
                .collect()
        };
        let parts = text.split(" OR ").map(part).collect::<Result<_, _>>()?;
        Ok(Search { parts })
    }

    /// Whether it holds for something with these values.
    pub(crate) fn holds<'v>(&self, values_of: impl Fn(&str) -> Vec<Cow<'v, str>>) -> bool {
        self.parts
            .iter()
            .any(|terms| terms.iter().all(|term| term.holds(&values_of(&term.field))))
    }
}

impl Term {
    fn parse(text: &str, fields: &[&str]) -> Result<Term, ApiError> {
        let unusable =
            |why: &str| ApiError::bad_request("INVALID_SEARCH_USAGE", format!("search term {text:?}: {why}"));
        let (field, rest) = text
            .trim()
            .split_once(' ')
            .ok_or_else(|| unusable("expected: field $operator value"))?;
        if !fields.contains(&field) {
            return Err(unusable("the field is not supported"));
        }
        let (operator, value) = rest
            .trim()
            .split_once(' ')
            .ok_or_else(|| unusable("there is no value"))?;
        let condition = match operator {
            "$eq" => Condition::OneOf(vec![bare(value)]),
            "$in" => Condition::OneOf(
                value
                    .trim()
                    .trim_matches(['[', ']'])
                    .split(',')
                    .map(bare)
                    .collect(),
            ),
            "$like" => Condition::Contains(bare(value).trim_matches('%').to_owned()),
            _ => return Err(unusable("the operator is not supported")),
        };
        Ok(Term {
            field: field.to_owned(),
            condition,
        })
    }

    fn holds(&self, values: &[Cow<'_, str>]) -> bool {
        values.iter().any(|value| match &self.condition {
            Condition::OneOf(wanted) => wanted.iter().any(|wanted| wanted == value),
            Condition::Contains(part) => value.contains(part.as_str()),
        })
    }
}

/// A value without the white space and quotes around it.
fn bare(value: &str) -> String {
    value.trim().trim_matches(['\'', '"']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(search: &str, name: &str, status: &str) -> bool {
        let search = Search::parse(search, &["name", "status"]).unwrap();
        search.holds(|field| match field {
            "name" => vec![Cow::from(name)],
            _ => vec![Cow::from(status)],
        })
    }

    #[test]
    fn equality_is_of_the_whole_value() {
        assert!(finds("name $eq win11", "win11", "FAILED"));
        assert!(!finds("name $eq win1", "win11", "FAILED"));
        assert!(finds("name $eq Windows 11, 24H2", "Windows 11, 24H2", ""));
    }

    #[test]
    fn in_takes_a_list_with_and_without_brackets() {
        assert!(finds("status $in AVAILABLE,FAILED", "a", "FAILED"));
        assert!(finds("status $in [AVAILABLE, FAILED]", "a", "FAILED"));
        assert!(!finds("status $in [AVAILABLE, FAILED]", "a", "PENDING"));
    }

    #[test]
    fn like_finds_a_part() {
        assert!(finds("name $like 'n1'", "win11", ""));
        assert!(!finds("name $like 'x1'", "win11", ""));
    }

    #[test]
    fn and_binds_closer_than_or() {
        let search = "name $eq a AND status $eq FAILED OR name $eq b";
        assert!(finds(search, "b", "PENDING"));
        assert!(finds(search, "a", "FAILED"));
        assert!(!finds(search, "a", "PENDING"));
    }

    #[test]
    fn what_is_not_understood_is_a_400() {
        for search in ["colour $eq red", "name $gt a", "name", "name $eq", ""] {
            let problem = Search::parse(search, &["name"]).unwrap_err();
            assert_eq!(
                (problem.status.as_u16(), problem.code),
                (400, "INVALID_SEARCH_USAGE"),
                "{search}"
            );
        }
    }
}
