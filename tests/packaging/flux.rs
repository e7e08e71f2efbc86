//! Flux's health check expressions, evaluated in the order that Flux evaluates them in (RFC 0009 of Flux).

use std::fmt::Write as _;

use kube_cel::cel::{Context, Program, Value as CelValue, to_value};
use serde::Deserialize;
use serde_json::Value;

use crate::commands::documents;
use crate::generated::read;
use crate::phases::phases;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    InProgress,
    Failed,
    Current,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expressions {
    kind: String,
    in_progress: String,
    failed: String,
    current: String,
}

#[test]
fn every_phase_is_read_as_argo_reads_it() {
    let expressions = expressions();
    for phase in phases() {
        let kind = phase.object["kind"].as_str().unwrap();
        let expressions = expressions
            .iter()
            .find(|expressions| expressions.kind == kind)
            .unwrap_or_else(|| panic!("deploy/flux/images.yaml has no expressions for {kind}"));
        let expected = match phase.status.as_str() {
            "Healthy" => Verdict::Current,
            "Degraded" => Verdict::Failed,
            _ => Verdict::InProgress,
        };
        assert_eq!(expressions.verdict(&phase.object), expected, "{}", phase.path);
    }
}

/// `deploy/flux/images.yaml` with the expressions for every kind in the place of those that it has.
pub(crate) fn with_every_kind(text: &str) -> String {
    let (before, _) = text.split_once(LIST).unwrap();
    let mut text = before.to_owned() + LIST;
    for (number, definition) in image_operator::api::definitions().unwrap().iter().enumerate() {
        let expressions = if number == 0 { WRITTEN_OUT } else { REPEATED };
        let kind = &definition.spec.names.kind;
        write!(
            text,
            "    - apiVersion: image-operator.dev/v1alpha1\n      kind: {kind}\n{expressions}"
        )
        .unwrap();
    }
    text
}

const LIST: &str = "  healthCheckExprs:\n";
const WRITTEN_OUT: &str = "      inProgress: &inProgress >-
        has(metadata.deletionTimestamp) || !has(status.conditions)
        || status.observedGeneration != metadata.generation
        || status.conditions.exists(c, c.type == 'Reconciling' && c.status == 'True')
      failed: &failed status.conditions.exists(c, c.type == 'Stalled' && c.status == 'True')
      current: &current status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')
";
const REPEATED: &str = "      inProgress: *inProgress
      failed: *failed
      current: *current
";

impl Expressions {
    fn verdict(&self, object: &Value) -> Verdict {
        let seen = &object["status"]["observedGeneration"];
        if seen.is_number() && *seen != object["metadata"]["generation"] {
            return Verdict::InProgress;
        }
        [
            (&self.in_progress, Verdict::InProgress),
            (&self.failed, Verdict::Failed),
            (&self.current, Verdict::Current),
        ]
        .into_iter()
        .find(|(expression, _)| holds(expression, object))
        .map_or(Verdict::InProgress, |(_, verdict)| verdict)
    }
}

fn holds(expression: &str, object: &Value) -> bool {
    let program = Program::compile(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
    let mut context = Context::default();
    for (name, value) in object.as_object().unwrap() {
        context.add_variable_from_value(name, to_value(value).unwrap());
    }
    match program.execute(&context) {
        Ok(CelValue::Bool(holds)) => holds,
        other => panic!("{expression}: {other:?} of {object}"),
    }
}

fn expressions() -> Vec<Expressions> {
    let documents = documents(&read("deploy/flux/images.yaml"));
    let kustomization = documents
        .iter()
        .find(|document| document["kind"] == "Kustomization");
    let expressions = kustomization.unwrap()["spec"]["healthCheckExprs"].clone();
    serde_json::from_value(expressions).unwrap()
}
