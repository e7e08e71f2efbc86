//! A request: its parameters, from the query, a form or a JSON body, and its signature.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha1::{Digest, Sha1};

use super::refusal::Refusal;
use crate::simulator::route::Operation;
use crate::simulator::state::Arrived;

/// The parameters of a request, by name. Those of the body win over those of the query (which wins is unknown).
#[derive(Debug)]
pub(crate) struct Call {
    parameters: BTreeMap<String, Value>,
    action: String,
}

impl Call {
    pub(crate) fn read(request: &Arrived) -> Self {
        let mut parameters = form(request.query.as_bytes());
        match serde_json::from_slice::<Map<String, Value>>(&request.body) {
            Ok(json) if request.is_json() => parameters.extend(json),
            _ => parameters.extend(form(&request.body)),
        }
        let action = parameters.get("Action").map(written).unwrap_or_default();
        Call { parameters, action }
    }

    pub(crate) fn action(&self) -> &str {
        &self.action
    }

    pub(crate) fn operation(&self) -> Operation {
        match self.action.as_str() {
            "ImportCustomImage" => Operation::ImportCustomImage,
            "CreateCustomImage" => Operation::CreateCustomImage,
            "CopyCustomImage" => Operation::CopyCustomImage,
            "TerminateCustomImage" => Operation::TerminateCustomImage,
            "DescribeImage" => Operation::DescribeImage,
            "GetProjectList" => Operation::GetProjectList,
            "GetRegion" => Operation::GetRegion,
            _ => Operation::Unknown,
        }
    }

    /// A parameter as text; none where it is empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = self.parameters.get(name).map(written);
        text.filter(|text| !text.is_empty())
    }

    pub(super) fn required(&self, name: &str) -> Result<String, Refusal> {
        self.text(name).ok_or_else(|| Refusal::missing(name))
    }

    /// A number that is 0 or more.
    pub(super) fn number(&self, name: &str) -> Result<Option<usize>, Refusal> {
        let number = self.text(name).map(|text| text.parse());
        number.transpose().map_err(|_| Refusal::not_available(name))
    }

    /// The values of an array: `Name.0`, `Name.1`, … in a form, a list in JSON.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        if let Some(Value::Array(items)) = self.parameters.get(name) {
            return items.iter().map(written).collect();
        }
        let prefix = format!("{name}.");
        let items = self.parameters.iter().filter(|(key, _)| key.starts_with(&prefix));
        items.map(|(_, value)| written(value)).collect()
    }

    /// The signature that the parameters should have: over the raw values, as they were decoded.
    pub(super) fn signature(&self, private_key: &str) -> String {
        let mut text = String::new();
        for (name, value) in &self.parameters {
            if name != "Signature" {
                text.push_str(name);
                text.push_str(&written(value));
            }
        }
        text.push_str(private_key);
        let digest = Sha1::digest(text.as_bytes());
        digest.iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

fn form(text: &[u8]) -> BTreeMap<String, Value> {
    let pairs = url::form_urlencoded::parse(text);
    pairs
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect()
}

/// A value as it is signed: the items of a list one after the other, the fields of an object in the order of their
/// names, a float without a fraction as an integer (the vendor's signature page, and its published SDK for Go).
fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
        }
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(written).collect(),
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            let pieces = sorted
                .into_iter()
                .map(|(name, value)| format!("{name}{}", written(value)));
            pieces.collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn signature(parameters: &Value) -> String {
        let parameters = parameters.as_object().unwrap().clone().into_iter().collect();
        let action = String::new();
        Call { parameters, action }.signature("46f09bb9fab4f12dfc160dae12273d5332b5debe")
    }

    const PUBLIC: &str = "ucloudsomeone@example.com1296235120854146120";

    /// The vendor's signature page, and the tests of its published SDK for Java.
    #[test]
    fn published_signatures_are_expected() {
        let describe = |name: &str, value: Value| {
            signature(&json!({
                "Action": "DescribeUHostInstance", "Region": "cn-bj2", "PublicKey": PUBLIC, name: value,
            }))
        };
        assert_eq!(
            describe("Limit", json!(10)),
            "cba5cf5ec4d4233d206b1b54951e3787350a642f"
        );
        assert_eq!(
            describe("Proportion", json!(35.0)),
            "da620b97de476947302291fc93a2d8b0710be328"
        );
        assert_eq!(
            describe("Proportion", json!(65.722)),
            "5e39dd48144d6a075328e56a6c5e9df6c39ae939"
        );
    }

    /// Pieces of a test of the vendor's published SDK for Go.
    #[test]
    fn nested_values_are_written_without_anything_between() {
        assert_eq!(written(&json!([["foo", "bar"]])), "foobar");
        assert_eq!(written(&json!([{ "foo": "bar" }])), "foobar");
        assert_eq!(written(&json!(true)), "true");
        assert_eq!(written(&json!(42.0)), "42");
    }

    #[test]
    fn a_list_is_read_from_a_form_and_from_json() {
        let call = |parameters: &[(&str, Value)]| Call {
            parameters: parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            action: String::new(),
        };
        let form = call(&[("ImageIds.0", json!("a")), ("ImageIds.1", json!("b"))]);
        assert_eq!(form.list("ImageIds"), ["a", "b"]);
        assert_eq!(
            call(&[("ImageIds", json!(["a", "b"]))]).list("ImageIds"),
            ["a", "b"]
        );
    }
}
