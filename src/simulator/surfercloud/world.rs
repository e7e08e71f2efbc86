//! The images, and how time changes them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::settings::SurferCloudSettings;
use crate::simulator::ids::Ids;

/// The remote.
pub(crate) struct World {
    /// In the order in which they were made.
    images: Vec<Image>,
    ids: Ids,
}

/// Where an image is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) region: String,
    pub(super) project: String,
}

/// A custom image.
#[derive(Clone, Debug)]
pub(super) struct Image {
    pub(super) id: String,
    pub(super) scope: Scope,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) os_type: String,
    pub(super) os_name: String,
    pub(super) state: String,
    pub(super) created: Timestamp,
    /// From when on it is shown, on the clock that clients live on.
    pub(super) listed_from: Timestamp,
    /// What becomes of it, and when.
    pub(super) becomes: Option<(Timestamp, &'static str)>,
    /// When it is no longer shown.
    pub(super) gone: Option<Timestamp>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        World {
            images: Vec::new(),
            ids: Ids::new(seed),
        }
    }

    /// Forgets every image. Ids go on, so that an old one never names a new image.
    pub(crate) fn clear(&mut self) {
        self.images.clear();
    }

    /// Lets everything happen that is due.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        self.images
            .retain(|image| image.gone.is_none_or(|gone| gone > now));
        for image in &mut self.images {
            if let Some((at, state)) = image.becomes
                && at <= now
            {
                state.clone_into(&mut image.state);
                image.becomes = None;
            }
        }
    }

    /// Every image.
    pub(crate) fn state(&self) -> Vec<Value> {
        let settings = SurferCloudSettings::default();
        let rows = self.images.iter().map(|image| {
            let mut row = image.row(&settings);
            if let Some(row) = row.as_object_mut() {
                row.insert("Region".to_owned(), image.scope.region.as_str().into());
                row.insert("ProjectId".to_owned(), image.scope.project.as_str().into());
            }
            row
        });
        rows.collect()
    }

    /// Puts an image into a state, as the vendor might; whether there is such an image.
    pub(crate) fn set_state(&mut self, id: &str, state: String) -> bool {
        let Some(image) = self.images.iter_mut().find(|image| image.id == id) else {
            return false;
        };
        image.state = state;
        image.becomes = None;
        true
    }

    /// Takes an image away, as a person in the console might; whether there was one.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.images.len();
        self.images.retain(|image| image.id != id);
        self.images.len() < before
    }

    pub(super) fn new_id(&mut self) -> String {
        format!("uimage-{}", self.ids.short())
    }

    pub(super) fn add(&mut self, image: Image) {
        self.images.push(image);
    }

    pub(super) fn within<'w>(&'w self, scope: &'w Scope) -> impl Iterator<Item = &'w Image> {
        self.images.iter().filter(move |image| image.scope == *scope)
    }

    pub(super) fn find_mut(&mut self, scope: &Scope, id: &str) -> Option<&mut Image> {
        let mut images = self.images.iter_mut();
        images.find(|image| image.scope == *scope && image.id == id)
    }
}

impl Image {
    /// The image as it is shown.
    pub(super) fn row(&self, settings: &SurferCloudSettings) -> Value {
        let mut row = json!({
            "ImageId": self.id,
            "ImageName": self.name,
            "ImageType": "Custom",
            "OsType": self.os_type,
            "State": self.state,
            "ImageDescription": self.description,
            "CreateTime": self.created.as_second(),
        });
        let more = json!({
            "Zone": format!("{}-01", self.scope.region),
            "OsName": self.os_name,
            "Features": ["NetEnhnced", "HotPlug"],
            "ImageSize": 20,
            "IntegratedSoftware": "",
            "Vendor": "",
            "Links": "",
            "MinimalCPU": "",
        });
        if let (false, Some(row), Some(more)) =
            (settings.sparse_images, row.as_object_mut(), more.as_object())
        {
            row.extend(more.clone());
        }
        row
    }
}
