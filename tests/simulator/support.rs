//! A simulator of its own for each test, and a client that speaks to it.

use std::future::Future;
use std::time::{Duration, Instant};

use image_operator::simulator::{Options, Settings, serve};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const ORG: &str = "00000000-0000-4000-8000-000000000001";
pub(crate) const OTHER_ORG: &str = "00000000-0000-4000-8000-000000000002";
pub(crate) const AZURE: &str = "65f0c0ffee0000000000a001";
pub(crate) const AZURE_2: &str = "65f0c0ffee0000000000a002";
pub(crate) const VIEW: &str = "65f0c0ffee0000000000b001";
pub(crate) const IMAGES: &str = "/imagemgmt/v1/images";
pub(crate) const COPY_IMAGE: &str = "/imagemgmt/v1/images?action=copy-existing-image";

/// How long anything may take that a test waits for.
const DEADLINE: Duration = Duration::from_secs(10);
/// Longer than any work takes with the default settings, in seconds.
const ALL_WORK: u64 = 10_000;

pub(crate) struct Remote {
    pub(crate) url: String,
    pub(crate) http: reqwest::Client,
    token: String,
}

/// An HTTP status and a JSON body; null where there is none.
pub(crate) type Answer = (u16, Value);

impl Remote {
    /// Starts a simulator and signs in. Time stands nearly still: work goes on when a test advances the clock.
    pub(crate) async fn start() -> Remote {
        Remote::start_with(json!({})).await
    }

    pub(crate) async fn start_with(settings: Value) -> Remote {
        let settings: Settings = serde_json::from_value(settings).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let options = Options {
            settings,
            ..Options::default()
        };
        tokio::spawn(serve(listener, options));
        let http = reqwest::Client::new();
        let mut remote = Remote {
            url,
            http,
            token: String::new(),
        };
        remote.sign_in("demo-api-token").await;
        remote
    }

    /// Signs in with an API token, and uses the access token from then on.
    pub(crate) async fn sign_in(&mut self, api_token: &str) {
        let path = "/csp/gateway/am/api/auth/api-tokens/authorize";
        let form = [("refresh_token", api_token)];
        let (status, body) = answer(self.http.post(self.at(path)).form(&form)).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().clone_into(&mut self.token);
    }

    /// The access token.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// A signed request, not yet sent.
    pub(crate) fn request(&self, method: Method, path: &str, body: Option<&Value>) -> RequestBuilder {
        let request = self.http.request(method, self.at(path)).bearer_auth(&self.token);
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path, None)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(Method::POST, path, Some(body))).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(Method::PATCH, path, Some(body))).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        answer(self.request(Method::DELETE, path, None)).await
    }

    /// A control request that has to succeed.
    pub(crate) async fn control(&self, method: Method, path: &str, body: &Value) -> Value {
        let (status, answer) = self.try_control(method, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub(crate) async fn try_control(&self, method: Method, path: &str, body: &Value) -> Answer {
        answer(
            self.http
                .request(method, self.at(&format!("/_simulator/{path}")))
                .json(body),
        )
        .await
    }

    pub(crate) async fn settings(&self, patch: Value) {
        self.control(Method::PATCH, "settings", &patch).await;
    }

    pub(crate) async fn fault(&self, fault: Value) -> u64 {
        self.control(Method::POST, "faults", &fault).await["id"]
            .as_u64()
            .unwrap()
    }

    pub(crate) async fn advance(&self, seconds: u64) {
        self.control(Method::POST, "clock", &json!({"advanceSeconds": seconds}))
            .await;
    }

    /// Lets all work end, and signs in again since the token has died meanwhile.
    pub(crate) async fn finish_work(&mut self) {
        self.advance(ALL_WORK).await;
        self.sign_in("demo-api-token").await;
    }

    pub(crate) async fn state(&self) -> Value {
        self.control(Method::GET, "state", &json!({})).await
    }

    /// The last request to the remote APIs.
    pub(crate) async fn last_request(&self) -> Value {
        let requests = self.control(Method::GET, "requests", &json!({})).await;
        requests.as_array().unwrap().last().unwrap().clone()
    }

    /// Creates an image from a gallery; its copying has only begun.
    pub(crate) async fn create_image(&self, name: &str) -> Made {
        let (status, body) = self.post(COPY_IMAGE, &gallery_image(name)).await;
        assert_eq!(status, 201, "{body}");
        Made::of_create(&body)
    }

    /// Creates an image from a gallery that is available.
    pub(crate) async fn available_image(&mut self, name: &str) -> Made {
        let made = self.create_image(name).await;
        self.finish_work().await;
        made
    }

    /// Creates an image from the market place that waits for its publication.
    pub(crate) async fn imported_image(&mut self, name: &str) -> Made {
        let (status, body) = self.post(IMAGES, &market_place_image(name)).await;
        assert_eq!(status, 201, "{body}");
        self.finish_work().await;
        Made::of_create(&body)
    }

    pub(crate) async fn version(&self, made: &Made) -> Value {
        let (status, body) = self.get(&made.path()).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub(crate) async fn version_status(&self, made: &Made) -> String {
        self.version(made).await["status"].as_str().unwrap().to_owned()
    }
}

/// The ids of an image and one of its versions.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) image: String,
    pub(crate) version: String,
}

impl Made {
    /// From the answer to a create of an image.
    pub(crate) fn of_create(body: &Value) -> Made {
        Made {
            image: body["streamId"].as_str().unwrap().to_owned(),
            version: body["versionId"].as_str().unwrap().to_owned(),
        }
    }

    /// From the answer to an added version or a clone.
    pub(crate) fn of_version(body: &Value) -> Made {
        Made {
            image: body["imageId"].as_str().unwrap().to_owned(),
            version: body["versionId"].as_str().unwrap().to_owned(),
        }
    }

    pub(crate) fn image_path(&self) -> String {
        format!("{IMAGES}/{}", self.image)
    }

    pub(crate) fn path(&self) -> String {
        format!("{IMAGES}/{}/versions/{}", self.image, self.version)
    }
}

pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// The code of the first error in an error body.
pub(crate) fn code(body: &Value) -> &str {
    body["errors"][0]["code"].as_str().unwrap_or_default()
}

pub(crate) const GALLERY_VERSION: &str =
    "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/galleries/g/images/i/versions/1.0.0";

pub(crate) fn gallery_image(name: &str) -> Value {
    json!({
        "sourceStreamType": "AZURE_SIG",
        "streamName": name,
        "versionSource": "0.0",
        "versionType": "MAJOR",
        "providerLabel": "AZURE",
        "providerInstanceId": AZURE,
        "os": "Windows 11 Enterprise, 24H2",
        "osType": "WINDOWS",
        "gpuType": "NONE",
        "orgId": ORG,
        "assetDetails": gallery_asset(),
    })
}

pub(crate) fn gallery_asset() -> Value {
    json!({
        "type": "AZURE_IMAGE_IN_SIG",
        "data": {"galleryImageResourceId": GALLERY_VERSION, "galleryAzureADTenantId": "t"},
    })
}

pub(crate) fn market_place_image(name: &str) -> Value {
    let mut image = gallery_image(name);
    image["sourceStreamType"] = json!("AZURE_MARKET_PLACE");
    image["assetDetails"] = json!({
        "type": "AZURE_VM_IN_RG",
        "data": {
            "licenseType": "NONE", "publisher": "p", "offer": "o", "sku": "s",
            "vmSize": "Standard_D4s_v5", "subNet": "/subnet", "vNet": "/vnet",
        },
    });
    image
}

pub(crate) fn view_image(name: &str) -> Value {
    let mut image = gallery_image(name);
    image["sourceStreamType"] = json!("VIEW_IMAGES");
    image["providerLabel"] = json!("VIEW");
    image["providerInstanceId"] = json!(VIEW);
    image["assetDetails"] = json!({
        "type": "VIEW_VM",
        "data": {
            "sourceVmOrTemplateName": "golden", "vsphereOsType": "windows11_64Guest",
            "imageDeployType": "TEMPLATE", "vmMoValue": "vm-1",
        },
    });
    image
}

/// Waits until a condition holds; fails after the deadline.
pub(crate) async fn eventually<F, T>(what: &str, mut look: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
