//! The fixed names that this operator uses in Kubernetes.

/// The API group of all kinds.
pub const GROUP: &str = "image-operator.dev";

/// The API version of all kinds.
pub const VERSION: &str = "v1alpha1";

/// The finalizer that stays on a resource while something of it may exist remotely.
pub const FINALIZER: &str = "image-operator.dev/remote";

/// Annotation written by the operator: where the remote object is, should status be lost.
pub const REMOTE_ID: &str = "image-operator.dev/remote-id";

/// Annotation written by people: any new value means "reconcile now". Echoed in `status.lastHandledReconcileAt`.
pub const RECONCILE_REQUESTED_AT: &str = "image-operator.dev/reconcile-requested-at";

/// Annotation written by people: their answer where the operator must not decide: `create`, `recreate` or a remote id.
pub const RESOLVE: &str = "image-operator.dev/resolve";
