//! Reading fields whose type the remote does not keep to: `"true"` for true, `"3"` for 3, null for absent.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::lifecycle::RemoteId;

/// A value that can be read from JSON of nearly the right type.
pub(in crate::remote) trait Loose: Sized {
    /// The value, or nothing where the JSON is of no use.
    fn read(json: Value) -> Option<Self>;
}

/// For `#[serde(default, deserialize_with = "loose")]`: what is of no use is read as absent.
pub(in crate::remote) fn loose<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Loose + Default,
{
    Ok(T::read(Value::deserialize(deserializer)?).unwrap_or_default())
}

/// Lets structs that deserialise leniently stand in lenient fields.
macro_rules! loose_struct {
    ($($name:ty),+ $(,)?) => {$(
        impl $crate::remote::loose::Loose for $name {
            fn read(json: serde_json::Value) -> Option<Self> {
                serde_json::from_value(json).ok()
            }
        }
    )+};
}
pub(in crate::remote) use loose_struct;

impl Loose for String {
    fn read(json: Value) -> Option<Self> {
        match json {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

impl Loose for RemoteId {
    fn read(json: Value) -> Option<Self> {
        String::read(json)?.parse().ok()
    }
}

impl Loose for bool {
    fn read(json: Value) -> Option<Self> {
        match json {
            Value::Bool(flag) => Some(flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }
}

impl Loose for i64 {
    fn read(json: Value) -> Option<Self> {
        match json {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

impl Loose for Map<String, Value> {
    fn read(json: Value) -> Option<Self> {
        match json {
            Value::Object(map) => Some(map),
            _ => None,
        }
    }
}

impl Loose for BTreeMap<String, String> {
    fn read(json: Value) -> Option<Self> {
        let map = Map::read(json)?;
        Some(
            map.into_iter()
                .filter_map(|(key, value)| Some((key, String::read(value)?)))
                .collect(),
        )
    }
}

impl<T: Loose> Loose for Option<T> {
    fn read(json: Value) -> Option<Self> {
        Some(T::read(json))
    }
}

impl<T: Loose> Loose for Vec<T> {
    fn read(json: Value) -> Option<Self> {
        match json {
            Value::Array(items) => Some(items.into_iter().filter_map(T::read).collect()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_of_nearly_the_right_type_are_read() {
        assert_eq!(bool::read(json!("TRUE")), Some(true));
        assert_eq!(bool::read(json!(false)), Some(false));
        assert_eq!(i64::read(json!("42")), Some(42));
        assert_eq!(i64::read(json!(42)), Some(42));
        assert_eq!(String::read(json!(1.5)), Some("1.5".to_owned()));
    }

    #[test]
    fn what_is_of_no_use_is_absent() {
        assert_eq!(bool::read(json!(1)), None);
        assert_eq!(i64::read(json!("many")), None);
        assert_eq!(String::read(json!({ "a": 1 })), None);
        assert_eq!(RemoteId::read(json!("../admin")), None);
    }

    #[test]
    fn one_useless_item_does_not_spoil_the_list() {
        assert_eq!(Vec::<i64>::read(json!([1, "x", "3"])), Some(vec![1, 3]));
    }
}
