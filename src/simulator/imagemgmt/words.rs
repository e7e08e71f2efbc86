//! The remote's closed words. Origin: the enums of the public OpenAPI document of Horizon Cloud next-gen
//! (revision 2026-01-29); of the copy's statuses only those that the simulator uses.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub(crate) enum $name {
            $(#[serde(rename = $word)] $variant,)+
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words!(SourceType {
    ImportedVms = "IMPORTED_VMS",
    AzureMarketPlace = "AZURE_MARKET_PLACE",
    AkkaMarketPlace = "AKKA_MARKET_PLACE",
    VsphereCatalog = "VSPHERE_CATALOG",
    NutanixImages = "NUTANIX_IMAGES",
    AzureSig = "AZURE_SIG",
    AkkaSig = "AKKA_SIG",
    AzureCustomVm = "AZURE_CUSTOM_VM",
    AkkaCustomVm = "AKKA_CUSTOM_VM",
    Uploaded = "UPLOADED",
    AwsAmis = "AWS_AMIS",
    AwsWorkspaceBundles = "AWS_WORKSPACE_BUNDLES",
    AwsWorkspaceImages = "AWS_WORKSPACE_IMAGES",
    AwsEc2Instance = "AWS_EC2_INSTANCE",
    GcpImages = "GCP_IMAGES",
    ViewImages = "VIEW_IMAGES",
    AkkaImages = "AKKA_IMAGES",
    CopiedFromVersion = "COPIED_FROM_VERSION",
    CopiedFromAzureVersion = "COPIED_FROM_AZURE_VERSION",
    CopiedFromViewImageVersion = "COPIED_FROM_VIEW_IMAGE_VERSION",
    CopiedFromAwsImageVersion = "COPIED_FROM_AWS_IMAGE_VERSION",
});

words!(ProviderLabel {
    Azure = "AZURE",
    Akka = "AKKA",
    Vsphere = "VSPHERE",
    Zerocloud = "ZEROCLOUD",
    Gcp = "GCP",
    Aws = "AWS",
    View = "VIEW",
    Nutanix = "NUTANIX",
});

words!(OsType { Wvd = "WVD", Server = "SERVER", Client = "CLIENT", Windows = "WINDOWS", Linux = "LINUX" });

words!(GpuType { None = "NONE", Amd = "AMD", Nvidia = "NVIDIA" });

words!(VersionType { Major = "MAJOR", Minor = "MINOR", Patch = "PATCH" });

words!(ImageStatus {
    Available = "AVAILABLE",
    Deleting = "DELETING",
    Failed = "FAILED",
    InProgress = "IN_PROGRESS",
    PartiallyAvailable = "PARTIALLY_AVAILABLE",
    ImportComplete = "IMPORT_COMPLETE",
    Pending = "PENDING",
});

words!(VersionStatus {
    Available = "AVAILABLE",
    Deleting = "DELETING",
    Failed = "FAILED",
    ImportInProgress = "IMPORT_IN_PROGRESS",
    PublishInProgress = "PUBLISH_IN_PROGRESS",
    ReplicationInProgress = "REPLICATION_IN_PROGRESS",
    ValidationInProgress = "VALIDATION_IN_PROGRESS",
    PartiallyAvailable = "PARTIALLY_AVAILABLE",
    ImportComplete = "IMPORT_COMPLETE",
    Pending = "PENDING",
    ValidationFailed = "VALIDATION_FAILED",
    ShrinkInProgress = "SHRINK_IN_PROGRESS",
});

impl VersionStatus {
    /// Whether work is under way.
    pub(crate) fn in_transition(self) -> bool {
        matches!(
            self,
            VersionStatus::Deleting
                | VersionStatus::ImportInProgress
                | VersionStatus::PublishInProgress
                | VersionStatus::ReplicationInProgress
                | VersionStatus::ValidationInProgress
                | VersionStatus::ShrinkInProgress
                | VersionStatus::Pending
        )
    }

    /// Whether pools can run from it.
    pub(crate) fn is_usable(self) -> bool {
        matches!(self, VersionStatus::Available | VersionStatus::PartiallyAvailable)
    }
}

words!(AssetStatus {
    Available = "AVAILABLE",
    CopyingImage = "COPYING_IMAGE",
    Deleting = "DELETING",
    DeployingVm = "DEPLOYING_VM",
    InstallingAgents = "INSTALLING_AGENTS",
    RestartingVm = "RESTARTING_VM",
    ImportPending = "IMPORT_PENDING",
    ImportComplete = "IMPORT_COMPLETE",
    ImportFailed = "IMPORT_FAILED",
    Sysprepping = "SYSPREPING",
    VmDeprovisionInProgress = "VM_DEPROVISION_IN_PROGRESS",
    CapturingAndUploading = "CAPTURING_AND_UPLOADING_IMAGE_TO_SIG",
    ValidationInProgress = "VALIDATION_IN_PROGRESS",
    ValidationFailed = "VALIDATION_FAILED",
    Replicating = "REPLICATING",
    ReplicationPending = "REPLICATION_PENDING",
    ReplicationFailed = "REPLICATION_FAILED",
    PublishInProgress = "PUBLISH_IN_PROGRESS",
    PublishComplete = "PUBLISH_COMPLETE",
    PublishFailed = "PUBLISH_FAILED",
    DeletionFailed = "DELETION_FAILED",
    ShrinkInProgress = "SHRINK_IN_PROGRESS",
    ShrinkFailed = "SHRINK_FAILED",
    ViewSyncInProgress = "VIEW_SYNC_IN_PROGRESS",
});

words!(AssetType {
    AzureImageInSig = "AZURE_IMAGE_IN_SIG",
    AzureImageReplicaInSig = "AZURE_IMAGE_REPLICA_IN_SIG",
    AkkaImageInRg = "AKKA_IMAGE_IN_RG",
    AzureVmInRg = "AZURE_VM_IN_RG",
    AkkaVmInRg = "AKKA_VM_IN_RG",
    AzureImageInRg = "AZURE_IMAGE_IN_RG",
    VsphereMasterVm = "VSPHERE_MASTER_VM",
    NutanixMasterVm = "NUTANIX_MASTER_VM",
    AwsAmi = "AWS_AMI",
    AwsWorkspaceBundle = "AWS_WORKSPACE_BUNDLE",
    AwsEc2Instance = "AWS_EC2_INSTANCE",
    AwsWorkspaceImage = "AWS_WORKSPACE_IMAGE",
    AwsWorkspaceImageReplica = "AWS_WORKSPACE_IMAGE_REPLICA",
    GcpImage = "GCP_IMAGE",
    ViewVm = "VIEW_VM",
    ViewCustomizedVm = "VIEW_CUSTOMIZED_VM",
    ViewReplicaSpecialized = "VIEW_REPLICA_SPECIALIZED",
    ViewSpecialized = "VIEW_SPECIALIZED",
    AkkaMasterVm = "AKKA_MASTER_VM",
    AkkaCustomizedVm = "AKKA_CUSTOMIZED_VM",
    AkkaSpecializedVm = "AKKA_SPECIALIZED_VM",
    AkkaReplicaSpecialized = "AKKA_REPLICA_SPECIALIZED",
});

words!(CloneAssetType {
    AzureNetwork = "AZURE_NETWORK_RESOURCE",
    AkkaNetwork = "AKKA_NETWORK_RESOURCE",
    ViewInfra = "VIEW_INFRA_RESOURCE",
    AwsNetwork = "AWS_NETWORK_RESOURCE",
});

words!(
    /// The state of a copy or, with the partial one, of a version.
    PublishState {
        NotReady = "NOT_READY",
        Unpublished = "UNPUBLISHED",
        PartiallyPublished = "PARTIALLY_PUBLISHED",
        Published = "PUBLISHED",
    }
);

words!(TriggeredAction {
    Import = "IMPORT",
    ImportCustomVm = "IMPORT_CUSTOM_VM",
    Clone = "CLONE",
    CopyExistingImage = "COPY_EXISTING_IMAGE",
    Publish = "PUBLISH",
    Delete = "DELETE",
    Shrink = "SHRINK",
    AddVersionFromCopiedImage = "ADD_VERSION_FROM_COPIED_IMAGE",
    AddVersionFromCustomVm = "ADD_VERSION_FROM_CUSTOM_VM",
});

words!(MarkerStatus {
    InProgress = "IN_PROGRESS",
    ValidationFailed = "VALIDATION_FAILED",
    ValidationCompleted = "VALIDATION_COMPLETED",
    UpdatesInitiated = "UPDATES_INITIATED",
    UpdatesFailed = "UPDATES_FAILED",
    UpdatesCompleted = "UPDATES_COMPLETED",
    UpdatesPartiallyCompleted = "UPDATES_PARTIALLY_COMPLETED",
});

impl MarkerStatus {
    /// Whether a move is under way.
    pub(crate) fn is_moving(self) -> bool {
        matches!(
            self,
            MarkerStatus::InProgress | MarkerStatus::ValidationCompleted | MarkerStatus::UpdatesInitiated
        )
    }
}

words!(ValidationStatus { InProgress = "IN_PROGRESS", Success = "SUCCESS", Failed = "FAILED" });
