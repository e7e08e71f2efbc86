//! Search expressions: `<field> $eq <value>`.
//!
//! The grammar is known by example only. A plain value stands bare; one with spaces or commas is put in single
//! quotes, as in the public examples of `$like`. How a quote within a value is written is unknown, so such a
//! value cannot be searched for.

use std::fmt;

/// One comparison, as it goes into the `search` parameter; the request encodes it for the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search(String);

/// The value cannot be written in a search expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot be searched for: quotes and control characters have no known spelling")]
pub struct Unsearchable(String);

impl Search {
    /// Everything whose field has exactly this value.
    pub fn equals(field: SearchField, value: &str) -> Result<Self, Unsearchable> {
        let unspeakable = |c: char| c.is_control() || matches!(c, '\'' | '"' | '\\' | '$');
        if value.is_empty() || value.contains(unspeakable) {
            return Err(Unsearchable(value.to_owned()));
        }
        let bare = value.chars().all(|c| c.is_alphanumeric() || "._:/-".contains(c));
        let field = field.as_str();
        Ok(Search(if bare {
            format!("{field} $eq {value}")
        } else {
            format!("{field} $eq '{value}'")
        }))
    }

    /// The expression, not encoded.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The fields that this operator searches by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchField {
    /// The name of an image or a version.
    Name,
    /// The provider instance of a copy.
    ProviderInstanceId,
}

impl SearchField {
    fn as_str(self) -> &'static str {
        match self {
            SearchField::Name => "name",
            SearchField::ProviderInstanceId => "providerInstanceId",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_value_stands_bare_and_one_with_spaces_in_quotes() {
        let search = |value| Search::equals(SearchField::Name, value).map(|search| search.to_string());
        assert_eq!(search("win11-24h2"), Ok("name $eq win11-24h2".to_owned()));
        assert_eq!(search("my image"), Ok("name $eq 'my image'".to_owned()));
    }

    #[test]
    fn a_value_that_could_change_the_expression_is_refused() {
        for value in ["", "a' OR name $eq 'b", "a\"", "a\\", "a\nb", "$ne"] {
            assert!(Search::equals(SearchField::Name, value).is_err(), "{value:?}");
        }
    }
}
