//! Somebody who works on the remote by hand, behind the operator's back.

use reqwest::Method;
use serde_json::{Value, json};

use crate::manifests;
use crate::stage::{DEADLINE, text};
use crate::support::eventually;

const ORGANISATION: &str = "00000000-0000-4000-8000-000000000001";

/// A client of the remote API that is signed in.
pub(crate) struct Console {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Console {
    pub(crate) async fn sign_in(url: &str) -> Self {
        let http = reqwest::Client::new();
        let page = format!("{url}/csp/gateway/am/api/auth/api-tokens/authorize");
        let form = [("refresh_token", manifests::API_TOKEN)];
        let answer = http.post(page).form(&form).send().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        Console {
            http,
            url: url.to_owned(),
            token: text(&body["access_token"]),
        }
    }

    /// Creates what a manifest of a gallery image describes, without any mark, and waits until it is available.
    pub(crate) async fn create_image(&self, manifest: &Value, name: &str) -> String {
        let mut body = manifest["spec"].clone();
        body["streamName"] = json!(name);
        body["streamDescription"] = json!("made by hand");
        body["versionSource"] = json!("0.0");
        body["versionType"] = json!("MAJOR");
        body["orgId"] = json!(ORGANISATION);
        let created = self
            .send(Method::POST, "images?action=copy-existing-image", Some(&body))
            .await;
        let (image, version) = (text(&created["streamId"]), text(&created["versionId"]));
        self.version_becomes(&image, &version, "AVAILABLE").await;
        image
    }

    /// Adds a version to a gallery image and waits until it is available.
    pub(crate) async fn add_version(&self, image: &str, manifest: &Value) -> String {
        let spec = &manifest["spec"];
        let body = json!({
            "orgId": ORGANISATION,
            "versionType": "MAJOR",
            "description": "added by hand",
            "sourceType": spec["sourceStreamType"],
            "osType": spec["osType"],
            "os": spec["os"],
            "gpuType": spec["gpuType"],
            "providerLabel": spec["providerLabel"],
            "providerInstanceId": spec["providerInstanceId"],
            "assetDetails": spec["assetDetails"],
        });
        let added = self
            .send(Method::POST, &format!("images/{image}/versions"), Some(&body))
            .await;
        let version = text(&added["versionId"]);
        self.version_becomes(image, &version, "AVAILABLE").await;
        version
    }

    pub(crate) async fn version(&self, image: &str, version: &str) -> Value {
        self.send(Method::GET, &format!("images/{image}/versions/{version}"), None)
            .await
    }

    /// Waits until a version has a description.
    pub(crate) async fn description_becomes(
        &self,
        image: &str,
        version: &str,
        fits: impl Fn(&str) -> bool,
    ) -> String {
        eventually(
            DEADLINE,
            "the description of the version is as it should be",
            async || {
                let description = text(&self.version(image, version).await["description"]);
                if fits(&description) {
                    Ok(description)
                } else {
                    Err(description)
                }
            },
        )
        .await
    }

    pub(crate) async fn patch_version(&self, image: &str, version: &str, change: &Value) {
        let path = format!("images/{image}/versions/{version}");
        self.send(Method::PATCH, &path, Some(change)).await;
    }

    /// Deletes a version; with the last one its image goes.
    pub(crate) async fn delete_version(&self, image: &str, version: &str) {
        let path = format!("images/{image}/versions/{version}");
        self.send(Method::DELETE, &path, None).await;
    }

    async fn version_becomes(&self, image: &str, version: &str, wanted: &str) {
        eventually(DEADLINE, "the version is available", async || {
            let status = text(&self.version(image, version).await["status"]);
            if status == wanted { Ok(()) } else { Err(status) }
        })
        .await;
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let page = format!("{}/imagemgmt/v1/{path}", self.url);
        let request = self.http.request(method, &page).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{page} answered {status}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}
