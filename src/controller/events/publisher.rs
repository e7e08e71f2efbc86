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
