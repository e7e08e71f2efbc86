//! What operators asked of the API server, as the API server saw it.

use std::path::PathBuf;

use serde::Deserialize;

/// The audit log of the ServiceAccounts of operators. A line is written when its request has been answered, so a
/// test that expects one waits for it with `eventually`.
pub struct AuditLog {
    path: PathBuf,
}

/// A place in the log, in bytes: what was before it belongs to the past.
#[derive(Debug, Clone, Copy)]
pub struct Position(usize);

/// One request of the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// The ServiceAccount, such as `system:serviceaccount:image-operator:image-operator`.
    pub user: String,
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`…
    pub verb: String,
    /// The plural, such as `imagecatalogs`; empty for a request that is about no resource.
    pub resource: String,
    /// Such as `status`; empty for the resource itself.
    pub subresource: String,
    /// Empty for a request over all namespaces.
    pub namespace: String,
    /// Empty for a request about many objects.
    pub name: String,
    /// The HTTP status.
    pub code: u16,
}

impl AuditEntry {
    /// Whether it asked for a change, granted or not.
    pub fn is_write(&self) -> bool {
        matches!(
            self.verb.as_str(),
            "create" | "update" | "patch" | "delete" | "deletecollection"
        )
    }

    /// Whether the operator's rights were too few for it.
    pub fn is_forbidden(&self) -> bool {
        self.code == 403
    }
}

impl AuditLog {
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The end of the log now.
    pub fn position(&self) -> Position {
        Position(self.read().len())
    }

    /// Every request since a position, in order.
    ///
    /// # Panics
    /// When a line is not an audit event.
    pub fn since(&self, position: Position) -> Vec<AuditEntry> {
        let text = self.read();
        let new = text.get(position.0..).unwrap_or_default();
        new.lines()
            .map(|line| entry(line).unwrap_or_else(|error| panic!("{error} in audit line {line}")))
            .collect()
    }

    /// The writes to a namespace since a position.
    pub fn writes_in(&self, namespace: &str, position: Position) -> Vec<AuditEntry> {
        let mut entries = self.since(position);
        entries.retain(|entry| entry.is_write() && entry.namespace == namespace);
        entries
    }

    /// The requests since a position for which the operator's rights were too few.
    pub fn forbidden(&self, position: Position) -> Vec<AuditEntry> {
        let mut entries = self.since(position);
        entries.retain(AuditEntry::is_forbidden);
        entries
    }

    /// The whole lines of the log; one that is being written comes next time.
    fn read(&self) -> String {
        // Before the first request there is no log.
        let mut text = std::fs::read_to_string(&self.path).unwrap_or_default();
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
        text
    }
}

fn entry(line: &str) -> Result<AuditEntry, serde_json::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Event {
        verb: String,
        user: User,
        #[serde(default)]
        object_ref: ObjectRef,
        #[serde(default)]
        response_status: ResponseStatus,
    }
    #[derive(Deserialize)]
    struct User {
        username: String,
    }
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct ObjectRef {
        resource: String,
        subresource: String,
        namespace: String,
        name: String,
    }
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct ResponseStatus {
        code: u16,
    }
    let event: Event = serde_json::from_str(line)?;
    Ok(AuditEntry {
        user: event.user.username,
        verb: event.verb,
        resource: event.object_ref.resource,
        subresource: event.object_ref.subresource,
        namespace: event.object_ref.namespace,
        name: event.object_ref.name,
        code: event.response_status.code,
    })
}
