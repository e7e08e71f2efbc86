//! An account that people have filled by hand.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::scene::{DEADLINE, DEMO, sample};
use crate::support::{Simulator, eventually};

/// A person in the vendor's console, signed in to the account [`DEMO`].
pub(crate) struct Console<'a> {
    simulator: &'a Simulator,
    http: reqwest::Client,
    token: String,
    image: Value,
}

impl<'a> Console<'a> {
    pub(crate) async fn sign_in(simulator: &'a Simulator) -> Self {
        let http = reqwest::Client::new();
        let page = format!("{}/csp/gateway/am/api/auth/api-tokens/authorize", simulator.url());
        let answer = http
            .post(page)
            .form(&[("refresh_token", DEMO.api_token)])
            .send()
            .await
            .unwrap();
        let body: Value = answer.json().await.unwrap();
        let sample = sample(include_str!("../../deploy/samples/imagecatalog-gallery.yaml"));
        Console {
            simulator,
            http,
            token: text(&body["access_token"]),
            image: sample["spec"].clone(),
        }
    }

    /// Makes images with so many versions each, and waits until all are available. The names are such as people give,
    /// and the first version of each bears the marker `stable`.
    pub(crate) async fn fill(&self, images: usize, versions_each: usize) {
        let ids = join_all((0..images).map(|number| self.create_image(format!("Win-11-Team{number}")))).await;
        self.everything_is_available().await;
        for round in 1..versions_each {
            join_all(
                ids.iter()
                    .map(|(image, first)| self.add_version(image, first, round)),
            )
            .await;
            self.everything_is_available().await;
        }
    }

    async fn create_image(&self, name: String) -> (String, String) {
        let mut body = self.image.clone();
        body["streamName"] = json!(name);
        body["streamDescription"] = json!("made by hand: \"quoted\", #1");
        body["versionSource"] = json!("0.0");
        body["versionType"] = json!("MAJOR");
        body["orgId"] = json!(DEMO.organisation);
        body["providerInstanceId"] = json!(DEMO.provider_instance);
        body["markers"] = json!([{ "name": "stable" }]);
        let created = self.post("images?action=copy-existing-image", &body).await;
        (text(&created["streamId"]), text(&created["versionId"]))
    }

    async fn add_version(&self, image: &str, first: &str, round: usize) {
        let spec = &self.image;
        let version_type = if round.is_multiple_of(2) { "MAJOR" } else { "MINOR" };
        let body = json!({
            "orgId": DEMO.organisation,
            "versionType": version_type,
            "sourceVersionId": first,
            "description": "added by hand",
            "sourceType": spec["sourceStreamType"],
            "osType": spec["osType"],
            "os": spec["os"],
            "gpuType": spec["gpuType"],
            "providerLabel": spec["providerLabel"],
            "providerInstanceId": DEMO.provider_instance,
            "assetDetails": spec["assetDetails"],
        });
        self.post(&format!("images/{image}/versions"), &body).await;
    }

    async fn everything_is_available(&self) {
        eventually(DEADLINE, "every version is available", async || {
            let versions = self.simulator.versions().await;
            let at_work: Vec<&Value> = versions
                .iter()
                .filter(|version| version["status"] != "AVAILABLE")
                .collect();
            match at_work.first() {
                None => Ok(()),
                Some(first) => Err(first.to_string()),
            }
        })
        .await;
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let page = format!("{}/imagemgmt/v1/{path}", self.simulator.url());
        let answer = self
            .http
            .post(&page)
            .bearer_auth(&self.token)
            .json(body)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{page} answered {status}: {text}");
        serde_json::from_str(&text).unwrap()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
