//! A resource of any kind that stands for something remote.

use std::fmt;
use std::time::Duration;

use image_operator::api::{CustomImage, ImageCatalog, ImageVersion};
use kube::api::{Api, ApiResource, DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use super::eventually::eventually;
use super::namespace::Namespace;

/// For anything that is waited for on a busy machine.
const DEADLINE: Duration = Duration::from_secs(90);

/// The kinds that stand for remote objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    ImageCatalog,
    ImageVersion,
    CustomImage,
}

/// One resource.
pub struct Subject {
    api: Api<DynamicObject>,
    pub name: String,
}

impl Kind {
    pub fn resource(self) -> ApiResource {
        match self {
            Self::ImageCatalog => ApiResource::erase::<ImageCatalog>(&()),
            Self::ImageVersion => ApiResource::erase::<ImageVersion>(&()),
            Self::CustomImage => ApiResource::erase::<CustomImage>(&()),
        }
    }
}

impl Subject {
    pub fn of(namespace: &Namespace, kind: Kind, name: &str) -> Self {
        Self {
            api: Api::namespaced_with(namespace.client.clone(), &namespace.name, &kind.resource()),
            name: name.to_owned(),
        }
    }

    pub async fn create(&self, manifest: &Value) {
        let object: DynamicObject = serde_json::from_value(manifest.clone()).expect("the API server answers");
        let created = self.api.create(&PostParams::default(), &object).await;
        created.unwrap_or_else(|error| panic!("could not create {}: {error}", self.name));
    }

    /// As the API server has it; `None` when it is gone.
    pub async fn now(&self) -> Option<DynamicObject> {
        self.api
            .get_opt(&self.name)
            .await
            .expect("the API server answers")
    }

    /// Changes fields of its spec.
    ///
    /// # Panics
    /// When the API server refuses it.
    pub async fn edit(&self, spec: &Value) {
        self.patch(&json!({ "spec": spec })).await;
    }

    pub async fn patch(&self, patch: &Value) {
        let patched = self
            .api
            .patch(&self.name, &PatchParams::default(), &Patch::Merge(patch))
            .await;
        patched.unwrap_or_else(|error| panic!("could not change {}: {error}", self.name));
    }

    /// Begins its deletion.
    pub async fn delete(&self) {
        self.api
            .delete(&self.name, &DeleteParams::default())
            .await
            .expect("the API server answers");
    }

    /// Puts another status in place of what is there. A last write of a killed operator may still be on its way to the
    /// API server, and come first.
    pub async fn replace_status(&self, status: &Value) {
        loop {
            let mut object = self.now().await.expect("the resource is there");
            object.data["status"] = status.clone();
            match self
                .api
                .replace_status(&self.name, &PostParams::default(), &object)
                .await
            {
                Err(kube::Error::Api(answer)) if answer.code == 409 => {}
                other => {
                    other.expect("the API server answers");
                    return;
                }
            }
        }
    }

    /// Waits until it rests, with so many copies.
    pub async fn calm_with_copies(&self, copies: usize) {
        self.eventually("rests with its copies", |object| {
            let there = object.data["status"]["copies"].as_array().map_or(0, Vec::len);
            if there == copies {
                rests(object)
            } else {
                Err(format!("{there} copies"))
            }
        })
        .await;
    }

    /// Waits until it rests.
    pub async fn calm(&self) {
        self.eventually("rests", rests).await;
    }

    /// Waits until the operator has written that it leaves it alone: a status that says that nothing was ever sent.
    pub async fn suspended(&self) {
        self.eventually("is suspended", |object| match condition(object, "Ready") {
            Some(ready) if ready["reason"] == "Suspended" => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .await;
    }

    /// Asks for a pass, and waits until it has been.
    pub async fn looked_at_again(&self, when: &str) {
        let asked = json!({ "image-operator.dev/reconcile-requested-at": when });
        self.patch(&json!({ "metadata": { "annotations": asked } })).await;
        self.eventually("is looked at again", |object| {
            let heard = &object.data["status"]["lastHandledReconcileAt"];
            if heard == when {
                Ok(())
            } else {
                Err(format!("{heard}"))
            }
        })
        .await;
    }

    async fn eventually(&self, what: &str, holds: impl Fn(&DynamicObject) -> Result<(), String>) {
        eventually(DEADLINE, &format!("{self} {what}"), async || {
            match self.now().await {
                Some(object) => holds(&object),
                None => Err("it is gone".to_owned()),
            }
        })
        .await;
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Whether a resource is Ready as it is now, with nothing under way; and if not, why.
pub fn rests(object: &DynamicObject) -> Result<(), String> {
    let status = &object.data["status"];
    if status["observedGeneration"].as_i64() != object.metadata.generation {
        return Err("its latest edit has not been seen".to_owned());
    }
    let parts = status["parts"].as_array().map_or(&[][..], Vec::as_slice);
    if parts.iter().any(|part| !part["intent"].is_null()) {
        return Err(format!("{parts:?}"));
    }
    if let Some(markers) = condition(object, "MarkersCurrent").filter(|markers| markers["status"] != "True") {
        return Err(format!("{}: {}", markers["reason"], markers["message"]));
    }
    match condition(object, "Ready") {
        Some(ready) if ready["status"] == "True" => Ok(()),
        Some(ready) => Err(format!("{}: {}", ready["reason"], ready["message"])),
        None => Err("no condition Ready".to_owned()),
    }
}

/// Whether a resource waits for somebody.
pub fn needs_a_human(object: &DynamicObject) -> bool {
    condition(object, "Stalled").is_some_and(|stalled| stalled["status"] == "True")
}

fn condition<'o>(object: &'o DynamicObject, name: &str) -> Option<&'o Value> {
    let conditions = object.data["status"]["conditions"].as_array()?;
    conditions.iter().find(|condition| condition["type"] == name)
}
