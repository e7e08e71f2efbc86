//! What the API server refuses in a CustomImage, and the sentence that it refuses it with.

use kube::core::Rule;

use crate::api::locks::Locks;

/// Names that the remote takes (the vendor's public page `uhost-api/specification`).
const IMAGE_NAME: &str = r"^[\u3400-\u9fffA-Za-z0-9._-]{1,63}$";

pub(super) fn image_name() -> Rule {
    Rule::new(format!("self.matches('{IMAGE_NAME}')"))
        .message("give up to 63 letters, digits, dashes, underscores and dots")
}

/// An image that is named by its id keeps the name that it has.
pub(super) fn name_fits_the_remote() -> Rule {
    Rule::new("has(self.spec.imageName) || has(self.spec.imageId) || size(self.metadata.name) <= 63")
        .message(
            "metadata.name is longer than the name of an image can be (63 characters): set spec.imageName",
        )
        .field_path(".spec.imageName")
}

pub(super) fn exactly_one_file() -> Rule {
    Rule::new("has(self.ufileUrl) != has(self.ufileUrlSecretRef)")
        .message("give exactly one of ufileUrl and ufileUrlSecretRef")
}

pub(super) fn address_of_a_file() -> Rule {
    Rule::new(r"isURL(self) && self.matches('^https?://[^/@?#\\s]+/[^#\\s]+$')")
        .message("give the address of a file, such as https://bucket.hk.ufileos.com/disk.qcow2")
}

pub(super) fn not_presigned() -> Rule {
    Rule::new("!self.matches('(?i)[?&][a-z-]*(signature|token)=')").message(
        "a presigned address is a credential: put it into a Secret and name that with ufileUrlSecretRef",
    )
}

/// The address; where in a Secret it comes from may change.
pub(super) fn same_file(locks: &Locks) -> Rule {
    locks.locked(
        "ufileUrl",
        "!has(self.spec.ufileUrl) || !has(oldSelf.spec.ufileUrl) || self.spec.ufileUrl == oldSelf.spec.ufileUrl",
    )
}

pub(super) fn an_other_system_has_no_name() -> Rule {
    Rule::new("self.osType != 'Other' || self.osName == 'Other'")
        .message("osType Other needs osName Other")
        .field_path(".osName")
}

/// Where the image itself is can only be told here if the spec says so; the rest is for the operator to find.
pub(super) fn no_copy_where_the_image_is() -> Rule {
    Rule::new(
        "!has(self.copies) || !has(self.region) || !has(self.projectId) || \
         !self.copies.exists(c, c.region == self.region && c.projectId == self.projectId)",
    )
    .message("an image cannot be copied to where it is: remove that region and projectId from copies")
    .field_path(".copies")
}
