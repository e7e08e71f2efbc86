//! What the status words of images, versions and copies mean.
//!
//! The words are those of the public OpenAPI document of Horizon Cloud next-gen; their meaning for images and
//! versions follows the vendor's own command line client, that for copies is inferred from the names. The sets
//! grow: a word that is not known here is taken for work in progress.

pub use crate::remote::phase::Phase;
use crate::remote::phase::status_word;

status_word!(
    /// The status of an image (`streamStatus`).
    ImageStatus,
    phase_of_image
);
status_word!(
    /// The status of a version (`versionStatus`).
    VersionStatus,
    phase_of_version
);
status_word!(
    /// The status of a copy (`assetStatus`).
    AssetStatus,
    phase_of_asset
);

fn phase_of_image(word: &str) -> Phase {
    match word {
        "AVAILABLE" => Phase::Available,
        "PARTIALLY_AVAILABLE" => Phase::Degraded,
        "IMPORT_COMPLETE" => Phase::WaitingForUser,
        "FAILED" => Phase::Failed,
        "DELETING" => Phase::Deleting,
        "DISABLED" => Phase::Disabled,
        _ => Phase::InTransition,
    }
}

fn phase_of_version(word: &str) -> Phase {
    match word {
        "FAILED_UNRECOVERABLE" | "VALIDATION_FAILED" => Phase::Failed,
        _ => phase_of_image(word),
    }
}

fn phase_of_asset(word: &str) -> Phase {
    match word {
        "AVAILABLE" | "PUBLISH_COMPLETE" | "REPLICATION_COMPLETE" => Phase::Available,
        "IMPORT_COMPLETE" => Phase::WaitingForUser,
        "DISABLED" => Phase::Disabled,
        "DELETING"
        | "DELETION_RETRY_PENDING"
        | "DELETE_COMPLETE_PENDING_STATUS_UPDATE"
        | "DELETION_FAILED_PENDING_STATUS_UPDATE" => Phase::Deleting,
        _ if word.starts_with("AWS_") && word.ends_with("_COMPLETE") => Phase::Available,
        _ if is_failure(word) => Phase::Failed,
        _ => Phase::InTransition,
    }
}

fn is_failure(word: &str) -> bool {
    word.ends_with("_FAILED") || word.ends_with("_TIMEOUT")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Splits a table of words, so that a word stands once and in one row.
    fn words(row: &str) -> impl Iterator<Item = &str> {
        row.split_whitespace()
    }

    #[test]
    fn every_image_status_of_the_public_document_has_its_phase() {
        let table = [
            (Phase::InTransition, "PENDING IN_PROGRESS"),
            (Phase::WaitingForUser, "IMPORT_COMPLETE"),
            (Phase::Available, "AVAILABLE"),
            (Phase::Degraded, "PARTIALLY_AVAILABLE"),
            (Phase::Failed, "FAILED"),
            (Phase::Deleting, "DELETING"),
            (Phase::Disabled, "DISABLED"),
        ];
        for (phase, row) in table {
            for word in words(row) {
                assert_eq!(ImageStatus::from(word).phase(), phase, "{word}");
            }
        }
        assert_eq!(table.iter().flat_map(|(_, row)| words(row)).count(), 8);
    }

    #[test]
    fn every_version_status_of_the_public_document_has_its_phase() {
        let table = [
            (
                Phase::InTransition,
                "PENDING IMPORT_IN_PROGRESS PUBLISH_IN_PROGRESS REPLICATION_IN_PROGRESS VALIDATION_IN_PROGRESS
                 OPTIMIZATION_IN_PROGRESS SHRINK_IN_PROGRESS",
            ),
            (Phase::WaitingForUser, "IMPORT_COMPLETE"),
            (Phase::Available, "AVAILABLE"),
            (Phase::Degraded, "PARTIALLY_AVAILABLE"),
            (Phase::Failed, "FAILED FAILED_UNRECOVERABLE VALIDATION_FAILED"),
            (Phase::Deleting, "DELETING"),
            (Phase::Disabled, "DISABLED"),
        ];
        for (phase, row) in table {
            for word in words(row) {
                assert_eq!(VersionStatus::from(word).phase(), phase, "{word}");
            }
        }
        assert_eq!(table.iter().flat_map(|(_, row)| words(row)).count(), 15);
    }

    #[test]
    fn every_asset_status_of_the_public_document_has_its_phase() {
        let table = [
            (
                Phase::InTransition,
                "COPYING_IMAGE DEPLOYING_VM OPTIMIZING_VM INSTALLING_AGENTS RESTARTING_VM SHUTTING_DOWN_VM
                 IMPORT_PENDING IMPORT_COMPLETE_PENDING_STATUS_UPDATE IMPORT_FAILED_PENDING_STATUS_UPDATE
                 GENERALIZING SYSPREPING VM_DEPROVISION_IN_PROGRESS CAPTURING_AND_UPLOADING_IMAGE_TO_SIG
                 VALIDATION_IN_PROGRESS SCANNING_APPS REPLICATING REPLICATION_PENDING PUBLISH_IN_PROGRESS
                 PUBLISH_COMPLETE_PENDING_STATUS_UPDATE PUBLISH_FAILED_PENDING_STATUS_UPDATE
                 PUBLISH_BACKUP_IN_PROGRESS PUBLISH_BACKUP_VM_VALIDATION_IN_PROGRESS PUBLISH_CLEANUP_IN_PROGRESS
                 IMPORT_RETRY_PENDING PUBLISH_RETRY_PENDING SHRINK_IN_PROGRESS VIEW_SYNC_IN_PROGRESS
                 AWS_EC2_CUSTOMIZATION_IN_PROGRESS AWS_CREATE_AMI_PENDING AWS_CREATE_AMI_IN_PROGRESS
                 AWS_IMPORT_WORKSPACE_IMAGE_PENDING AWS_IMPORT_WORKSPACE_IMAGE_IN_PROGRESS
                 AWS_STOP_INSTANCE_IN_PROGRESS",
            ),
            (Phase::WaitingForUser, "IMPORT_COMPLETE"),
            (
                Phase::Available,
                "AVAILABLE PUBLISH_COMPLETE REPLICATION_COMPLETE AWS_EC2_CUSTOMIZATION_COMPLETE
                 AWS_CREATE_AMI_COMPLETE AWS_IMPORT_WORKSPACE_IMAGE_COMPLETE AWS_STOP_INSTANCE_COMPLETE",
            ),
            (
                Phase::Failed,
                "ALLOW_RDP_FAILED ENABLE_RDS_FAILED ENABLING_RDS_AND_ALLOW_RDP_FAILED IMPORT_FAILED
                 IMPORT_FAILED_TIMEOUT CLONE_FAILED AGENT_INSTALLATION_FAILED GENERALIZING_FAILED SYSPREP_FAILED
                 VM_DEPROVISION_FAILED CAPTURE_AND_IMAGE_UPLOAD_FAILED VALIDATION_FAILED PUBLISH_FAILED
                 PUBLISH_BACKUP_FAILED PUBLISH_BACKUP_VM_VALIDATION_FAILED PUBLISH_CLEANUP_FAILED
                 DELETION_FAILED REPLICATION_FAILED REPLICATION_FAILED_TIMEOUT SHRINK_FAILED SHRINK_TIMEOUT
                 VIEW_SYNC_FAILED VIEW_SYNC_TIMEOUT AWS_EC2_CUSTOMIZATION_FAILED AWS_CREATE_AMI_FAILED
                 AWS_CREATE_AMI_TIMEOUT AWS_IMPORT_WORKSPACE_IMAGE_FAILED AWS_IMPORT_WORKSPACE_IMAGE_TIMEOUT
                 AWS_STOP_INSTANCE_FAILED AWS_STOP_INSTANCE_TIMEOUT",
            ),
            (
                Phase::Deleting,
                "DELETING DELETION_RETRY_PENDING DELETE_COMPLETE_PENDING_STATUS_UPDATE
                 DELETION_FAILED_PENDING_STATUS_UPDATE",
            ),
            (Phase::Disabled, "DISABLED"),
        ];
        for (phase, row) in table {
            for word in words(row) {
                assert_eq!(AssetStatus::from(word).phase(), phase, "{word}");
            }
        }
        assert_eq!(table.iter().flat_map(|(_, row)| words(row)).count(), 76);
    }

    #[test]
    fn a_word_nobody_knows_is_work_in_progress() {
        for word in ["", "HIBERNATING", "PUBLISH_IN_PROGRESS", "available"] {
            assert_eq!(ImageStatus::from(word).phase(), Phase::InTransition, "{word}");
        }
        assert_eq!(VersionStatus::from("HIBERNATING").phase(), Phase::InTransition);
        assert_eq!(AssetStatus::from("HIBERNATING").phase(), Phase::InTransition);
    }
}
