//! How a version is published: the spec in the words of the remote.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::image::Publish;
use crate::lifecycle::{Described, Mark};
use crate::remote::imagemgmt::model::{PublishVersion, PublishVersionToVsphere};

/// The two forms of publishing.
#[derive(Clone, Debug, PartialEq)]
pub enum PublishForm {
    /// On every provider but vSphere.
    Azure(Box<PublishVersion>),
    /// On vSphere.
    Vsphere(Box<PublishVersionToVsphere>),
}

impl PublishForm {
    /// The form that this spec asks for; what is published bears the mark.
    pub fn of(
        publish: &Publish,
        provider_label: &str,
        project_id: Option<&str>,
        mark: Mark,
    ) -> Result<Self, serde_json::Error> {
        // Publishing can overwrite the description, and the mark with it.
        let marked = |text: String| Described::render(&text, mark);
        if let Some(vsphere) = &publish.vsphere {
            let mut form: PublishVersionToVsphere = same_shape(vsphere)?;
            form.description = form.description.map(marked);
            form.project_id = project_id.map(str::to_owned);
            return Ok(PublishForm::Vsphere(Box::new(form)));
        }
        let mut json = serde_json::to_value(publish)?;
        if let Some(fields) = json.as_object_mut() {
            fields.insert("providerLabel".to_owned(), provider_label.into());
        }
        let mut form: PublishVersion = serde_json::from_value(json)?;
        form.description = form.description.map(marked);
        form.project_id = project_id.map(str::to_owned);
        Ok(PublishForm::Azure(Box::new(form)))
    }
}

/// The fields of the spec carry the remote's own names, so the one reads as the other.
pub(in crate::kinds) fn same_shape<T: DeserializeOwned>(
    spec: &impl Serialize,
) -> Result<T, serde_json::Error> {
    serde_json::from_value(serde_json::to_value(spec)?)
}
