//! The reasons that conditions and events carry. The reference table in the documentation is generated from here.

use std::fmt;

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $reason:ident,)+) => {
        /// Why a condition is as it is, in one word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason {
            $($(#[doc = $doc])+ $reason,)+
        }

        impl Reason {
            /// Every reason, in the order of the documentation.
            pub const ALL: &'static [Reason] = &[$(Reason::$reason),+];

            /// The reason as it stands in a condition.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Reason::$reason => stringify!($reason),)+
                }
            }

            /// What it means and what to do about it, in one line.
            pub fn doc(self) -> &'static str {
                match self {
                    $(Reason::$reason => concat!($($doc),+).trim_ascii(),)+
                }
            }
        }
    };
}

reasons! {
    // Ready.
    /// The remote object is as the spec says and can be used.
    Available,
    /// The image is imported and waits for a person to customise its VM; add `spec.publish` to publish it.
    ImportComplete,
    /// The remote object is mirrored into status and not changed: `managementPolicy` is `Observe`.
    Observed,
    /// The image can be used, but not all of its copies are available: see `status.copies`.
    PartiallyAvailable,
    /// The connection's account answers.
    Connected,

    // Work goes on.
    /// The remote object is being created.
    Creating,
    /// The remote is importing the image.
    Importing,
    /// The remote is publishing the image.
    Publishing,
    /// The remote is copying the image to further provider instances.
    Replicating,
    /// The remote is validating the image.
    Validating,
    /// The remote is taking copies away from provider instances.
    Shrinking,
    /// A description is being changed in place.
    Patching,
    /// The remote object is in a status that leads elsewhere by itself.
    InTransition,
    /// The remote object is being deleted.
    Deleting,
    /// The remote does not allow the deletion in the present status; it is tried again within a minute.
    WaitingToDelete,
    /// A marker is being moved to another version: see `status.markers`.
    MovingMarker,
    /// A marker that is not in the spec any more is being deleted.
    DeletingMarker,
    /// The first version is being removed, now that another one has taken its place.
    RetiringInitialVersion,
    /// The answer to a remote write was lost; the operator looks whether it was done before it does anything else.
    SettlingUnknownOutcome,
    /// The last version of an image is not deleted by an ImageVersion: it is left to its ImageCatalog, which takes it along when it goes.
    LeftToCatalog,
    /// Other resources still need this one; its deletion waits until they are gone.
    DependentsExist,
    /// The remote answered in a way that should pass, and the pass is tried again.
    Retrying,

    // Stopped on purpose.
    /// `spec.suspend` is set, here or on the connection: no remote call is made.
    Suspended,
    /// The custom resource definitions are being removed; nothing is deleted remotely meanwhile.
    DefinitionTerminating,

    // Will not change by itself.
    /// The remote refused the request; the message has its words, code and trace id. Correct the spec, or what the message names.
    RemoteRejected,
    /// The spec holds a value that cannot be sent; the message says which. Correct the spec.
    InvalidSpec,
    /// An image of this name exists and is not this resource's: choose another `streamName`, or adopt it.
    NameTaken,
    /// The remote object belongs to another resource, named in the message.
    OwnedByOther,
    /// The remote object was made by this resource under another operator install: adopt it with `spec.streamId` or the annotation `image-operator.dev/resolve`.
    OwnedByAnotherInstall,
    /// Several remote objects could be this resource's: see `status.candidates`, and answer with the annotation `image-operator.dev/resolve`.
    AmbiguousCreate,
    /// The remote object differs from the spec in a field that cannot be changed; the message says which.
    AdoptionMismatch,
    /// The remote object is gone; nothing is created unless `recreatePolicy` is `WhenGone`.
    RemoteMissing,
    /// The remote object is in use and cannot be deleted: free it there, and it is deleted within a minute.
    InUse,
    /// The image has versions that were not made by this operator, so it is not deleted; the message names them.
    ForeignVersions,
    /// The remote failed to import the image: see `status.copies` for its words.
    ImportFailed,
    /// The remote failed to make a copy of the image; the message says which.
    CopyFailed,
    /// The remote failed to publish the image: see `status.copies` for its words.
    PublishFailed,
    /// The remote failed to move a marker: see `status.markers` for its words. Point the marker elsewhere, or set the annotation `image-operator.dev/reconcile-requested-at` to try again.
    MarkerMoveFailed,
    /// The version did not pass a validation and cannot be used: see `status.versionValidationDetails`.
    ValidationFailed,
    /// The remote failed to delete the image: see `status.copies` for its words.
    DeleteFailed,
    /// The remote object was disabled by a person or by the vendor.
    Disabled,
    /// A change was sent several times and had no effect; the message says which. Set the annotation `image-operator.dev/reconcile-requested-at` to try again.
    GivenUp,
    /// There is nothing to observe: name an image with `spec.streamId`.
    NothingToObserve,
    /// The annotation `image-operator.dev/resolve` holds an answer that does not fit the question.
    InvalidResolution,

    // The condition MarkersCurrent.
    /// Every marker in the spec points at its version.
    MarkersInPlace,
    /// A marker was moved, but not all pools went along: see `status.markers` for the remote's words.
    MarkerMovedInPart,
    /// A marker waits for a version that is not there yet.
    MarkerTargetAbsent,
    /// A marker waits until its version is AVAILABLE.
    MarkerTargetNotAvailable,

    // References.
    /// There is no ImageCatalog of that name in the namespace.
    CatalogNotFound,
    /// The ImageCatalog has no image yet: its `status.streamId` is waited for, not its `Ready`.
    CatalogNotReady,
    /// The ImageCatalog is being deleted, so no version is added to its image.
    CatalogTerminating,
    /// There is no resource of the name in `spec.sourceVersionRef` in the namespace.
    SourceNotFound,
    /// The version in `spec.sourceVersionRef` cannot be a source yet; the message says what is waited for.
    SourceNotReady,
    /// There is no CloudConnection of that name in the namespace.
    ConnectionNotFound,
    /// The CloudConnection is not ready; its own conditions say why.
    ConnectionNotReady,
    /// The CloudConnection leads to another kind of account than this resource needs; the message says which.
    ConnectionKindMismatch,
    /// The resource is recorded under another account than the CloudConnection has now.
    AccountChanged,
    /// There is no Secret of that name in the namespace.
    SecretNotFound,
    /// The Secret was deleted together with the namespace: set `deletionPolicy` to `Retain` to let the resource go.
    SecretGoneWithNamespace,
    /// The Secret has no such key.
    SecretKeyMissing,
    /// The key of the Secret holds nothing, or no text.
    SecretEmpty,

    // The connection.
    /// The remote does not accept the credentials.
    InvalidCredentials,
    /// The credentials belong to another organisation than the spec names.
    OrganisationMismatch,
    /// The account is signed in but not allowed to do this.
    AccessDenied,
    /// The account has no project of that id: correct `projectId`, or the credentials.
    ProjectNotFound,
    /// The operator's own settings forbid this address: see its options `--allowed-hosts` and `--allow-plain-http`.
    HostNotAllowed,
    /// No connection could be made.
    Unreachable,
    /// No secure connection could be made: an unknown issuer, a wrong host name. See `spec.tls`.
    TlsFailed,
    /// `spec.tls` holds no usable certificate.
    InvalidCertificate,
    /// The remote, or the connection's own limit, asks to come back later.
    Throttled,
    /// The remote failed too often just now; requests are held back for a while.
    CircuitOpen,
    /// The remote answered with something that cannot be read.
    InvalidResponse,
    /// Many objects vanished at once; nothing is created or deleted until the picture has held.
    InventorySuspect,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_one_documented_word() {
        for reason in Reason::ALL {
            assert!(
                reason.as_str().chars().all(|c| c.is_ascii_alphanumeric()),
                "{reason}"
            );
            assert!(
                reason.doc().ends_with('.') && !reason.doc().contains('\n'),
                "{reason}"
            );
        }
    }
}
