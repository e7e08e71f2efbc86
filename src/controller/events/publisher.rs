//! The task that publishes events.

use std::sync::Arc;

use k8s_openapi::api::core::v1::ObjectReference;
use kube::Client;
use kube::runtime::events::{self, EventType, Recorder, Reporter};
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;

use super::repeats::Repeats;
use super::{Event, Severity};
use crate::controller::cluster::FIELD_MANAGER;
use crate::controller::metrics::{EventOutcome, Metrics};

/// Publishes what waits.
pub(in crate::controller) struct Publisher {
    client: Client,
    reporter: Reporter,
    incoming: Receiver<(ObjectReference, Event)>,
    repeats: Repeats,
    metrics: Arc<Metrics>,
}

impl Publisher {
    pub(super) fn new(
        client: Client,
        incoming: Receiver<(ObjectReference, Event)>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Publisher {
            client,
            reporter: FIELD_MANAGER.into(),
            incoming,
            repeats: Repeats::default(),
            metrics,
        }
    }

    /// Publishes until `stop` ends, and then what still waits.
    pub(in crate::controller) async fn run(mut self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                told = self.incoming.recv() => match told {
                    Some((object, event)) => self.publish(object, event).await,
                    None => return,
                }
            }
        }
        self.incoming.close();
        while let Some((object, event)) = self.incoming.recv().await {
            self.publish(object, event).await;
        }
    }

    async fn publish(&mut self, object: ObjectReference, event: Event) {
        let uid = object.uid.as_deref().unwrap_or_default();
        if !self.repeats.is_new(uid, &event, Instant::now()) {
            self.metrics.event(EventOutcome::Repeated);
            return;
        }
        // A recorder that lives longer would add the event to an earlier one with the same reason, under the note of
        // that one.
        let recorder = Recorder::new(self.client.clone(), self.reporter.clone());
        match recorder.publish(&event.as_kubernetes(), &object).await {
            Ok(()) => self.metrics.event(EventOutcome::Published),
            Err(error) => {
                self.metrics.event(EventOutcome::Failed);
                tracing::info!(
                    kind = object.kind,
                    namespace = object.namespace,
                    name = object.name,
                    reason = event.reason.as_str(),
                    %error,
                    "an event was not published"
                );
            }
        }
    }
}

impl Event {
    fn as_kubernetes(&self) -> events::Event {
        events::Event {
            type_: match self.severity {
                Severity::Normal => EventType::Normal,
                Severity::Warning => EventType::Warning,
            },
            reason: self.reason.as_str().to_owned(),
            note: Some(self.note.clone()),
            action: self.action.to_owned(),
            secondary: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Reason;
    use crate::controller::events::events;
    use crate::controller::scripted::{Asked, ScriptedApi, refusal};
    use serde_json::Value;

    fn object() -> ObjectReference {
        ObjectReference {
            kind: Some("ImageCatalog".to_owned()),
            namespace: Some("n".to_owned()),
            name: Some("win11".to_owned()),
            uid: Some("u".to_owned()),
            ..ObjectReference::default()
        }
    }

    fn event(note: &str) -> Event {
        Event {
            severity: Severity::Warning,
            reason: Reason::RemoteRejected,
            action: "Create",
            note: note.to_owned(),
        }
    }

    /// Tells these notes one after the other, and gives what the API server was asked.
    async fn told(notes: &[&str], answer: fn(&Asked) -> (u16, Value)) -> Vec<Asked> {
        let (api, client) = ScriptedApi::start(move |_, asked| answer(asked)).await;
        let (events, publisher) = events(client, Arc::default());
        for note in notes {
            events.tell(object(), event(note));
        }
        publisher.run(std::future::ready(())).await;
        api.asked()
    }

    #[tokio::test]
    async fn an_event_is_published_beside_its_object_and_another_note_is_not_lost() {
        let asked = told(&["first", "second"], |asked| (201, asked.body.clone())).await;
        let path = "/apis/events.k8s.io/v1/namespaces/n/events";
        assert!(
            asked
                .iter()
                .all(|asked| asked.method == "POST" && asked.path == path)
        );
        let notes: Vec<_> = asked
            .iter()
            .map(|asked| asked.body["note"].as_str().unwrap())
            .collect();
        assert_eq!(notes, ["first", "second"]);
        let event = &asked[0].body;
        assert_eq!(
            (
                event["type"].as_str(),
                event["reason"].as_str(),
                event["reportingController"].as_str()
            ),
            (Some("Warning"), Some("RemoteRejected"), Some("image-operator"))
        );
    }

    #[tokio::test]
    async fn a_repeated_event_is_published_once() {
        let asked = told(&["same", "same", "same"], |asked| (201, asked.body.clone())).await;
        assert_eq!(asked.len(), 1);
    }

    #[tokio::test]
    async fn a_refused_event_does_not_keep_the_next_from_being_published() {
        let asked = told(&["first", "second"], |_| refusal(403, "Forbidden")).await;
        assert_eq!(asked.len(), 2);
    }
}
