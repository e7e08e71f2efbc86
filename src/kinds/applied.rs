//! Recognises a spec that has been applied, when nothing but `suspend` has changed since.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// A digest of a spec without `suspend`: SHA-256 in base64, 43 characters.
pub fn digest(spec: &impl Serialize) -> Option<String> {
    let mut json = serde_json::to_value(spec).ok()?;
    if let Some(fields) = json.as_object_mut() {
        fields.remove("suspend");
    }
    let json = serde_json::to_vec(&json).ok()?;
    Some(STANDARD_NO_PAD.encode(Sha256::digest(json)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ImageCatalog, ImageCatalogSpec};

    fn spec() -> ImageCatalogSpec {
        let yaml = include_str!("../../deploy/samples/imagecatalog-gallery.yaml");
        let catalog: ImageCatalog = serde_saphyr::from_str(yaml).unwrap();
        catalog.spec
    }

    #[test]
    fn suspending_does_not_change_the_digest_and_everything_else_does() {
        let mut changed = spec();
        changed.suspend = true;
        assert_eq!(digest(&changed), digest(&spec()));

        changed.version_description = Some("edited".to_owned());
        assert_ne!(digest(&changed), digest(&spec()));
        assert_eq!(digest(&changed).unwrap().len(), 43);
    }
}
