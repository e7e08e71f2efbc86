//! The client: what can be read.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::error::read_error;
use super::model::{Copy, Image, ListAnswer, Listing, Marker, Page, StreamName, Version};
use super::paging::all_pages;
use super::search::{Search, SearchField};
use super::settings::{ClientSettings, ReadService};
use crate::lifecycle::{Outcome, Problem, ProblemKind, RemoteId};
use crate::remote::http::{Endpoint, Request, Transport};

/// How long the copies of all images are read from `imagemgmt` once `ims-catalog` did not serve them.
const FALLBACK_TIME: Duration = Duration::from_hours(1);

/// The image management API of one account. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    transport: Arc<Transport>,
    endpoint: Endpoint,
    settings: ClientSettings,
    fallback_until: Mutex<Option<Instant>>,
}

impl Client {
    /// A client that sends over this transport.
    pub fn new(transport: Arc<Transport>, settings: ClientSettings) -> Self {
        let endpoint = Endpoint {
            api: "imagemgmt",
            base_url: settings.base_url.clone(),
            read_error,
        };
        Client {
            shared: Arc::new(Shared {
                transport,
                endpoint,
                settings,
                fallback_until: Mutex::new(None),
            }),
        }
    }

    /// Whether the account can read images at all: one request for one image. An empty organisation and a wrong one
    /// both answer 404, so the way of the answer is given.
    pub async fn check(&self) -> Outcome<ListAnswer> {
        let request = self.read("check", &["images"]).query("page", 0).query("size", 1);
        match self.transport().send_optional::<Page>(request).await {
            Outcome::Done(None) => Outcome::Done(ListAnswer::NoContent),
            Outcome::Done(Some(page)) if page.content.is_empty() => Outcome::Done(ListAnswer::EmptyPage),
            Outcome::Done(Some(_)) => Outcome::Done(ListAnswer::Items),
            Outcome::Refused(problem) if problem.kind == ProblemKind::NotFound => {
                Outcome::Done(ListAnswer::NotFound)
            }
            Outcome::Refused(problem) => Outcome::Refused(problem),
            Outcome::Throttled { retry_after, problem } => Outcome::Throttled { retry_after, problem },
            Outcome::Unknown(problem) => Outcome::Unknown(problem),
        }
    }

    /// All images of the organisation.
    pub async fn list_images(&self) -> Outcome<Listing<Image>> {
        all_pages(self.transport(), &self.read("list_images", &["images"])).await
    }

    /// The images with exactly this name, case included. The listing tells how the remote answered the search, which
    /// may have found more.
    pub async fn find_images(&self, name: &StreamName) -> Outcome<Listing<Image>> {
        let search = match Search::equals(SearchField::Name, name.as_str()) {
            Ok(search) => search,
            Err(error) => return Outcome::Refused(Problem::new(ProblemKind::Rejected, error.to_string())),
        };
        let request = self
            .read("find_images", &["images"])
            .about(name)
            .query("search", search);
        all_pages::<Image>(self.transport(), &request)
            .await
            .map(|mut listing| {
                listing.items.retain(|image| image.name == name.as_str());
                listing
            })
    }

    /// One image; refused with `NotFound` where there is none.
    pub async fn get_image(&self, image: &RemoteId) -> Outcome<Image> {
        let request = self.read("get_image", &["images", image.as_str()]).about(image);
        self.transport().send(request).await
    }

    /// All versions of an image.
    pub async fn list_versions(&self, image: &RemoteId) -> Outcome<Listing<Version>> {
        let path = ["images", image.as_str(), "versions"];
        let request = self
            .read("list_versions", &path)
            .about(format!("of image {image}"));
        all_pages(self.transport(), &request).await
    }

    /// One version; refused with `NotFound` where there is none.
    pub async fn get_version(&self, image: &RemoteId, version: &RemoteId) -> Outcome<Version> {
        let path = ["images", image.as_str(), "versions", version.as_str()];
        let request = self
            .read("get_version", &path)
            .about(format!("{version} of image {image}"));
        self.transport().send(request).await
    }

    /// The copies of all images of the organisation, with their catalogue details where `ims-catalog` serves them.
    /// Where it does not (404, 403 or 405), they come from `imagemgmt`, without details, and do so for an hour.
    pub async fn list_image_copies(&self) -> Outcome<Listing<Copy>> {
        if self.reads_copies_from_imagemgmt() {
            return self.list_image_copies_plain().await;
        }
        let request = self
            .read_from(ReadService::ImsCatalog, "list_image_copies", &["image-copies"])
            .query("include_catalog_details", "true");
        let outcome = all_pages(self.transport(), &request).await;
        if !is_not_served(&outcome) {
            return outcome;
        }
        let fallback = self.list_image_copies_plain().await;
        let served = matches!(&fallback, Outcome::Done(listing) if listing.answer != ListAnswer::NotFound);
        if served {
            tracing::info!("image copies come from imagemgmt, because ims-catalog does not serve them");
            *self.fallback_until() = Some(Instant::now() + FALLBACK_TIME);
        }
        fallback
    }

    async fn list_image_copies_plain(&self) -> Outcome<Listing<Copy>> {
        let request = self.read_from(ReadService::Imagemgmt, "list_image_copies", &["image-copies"]);
        all_pages(self.transport(), &request).await
    }

    fn reads_copies_from_imagemgmt(&self) -> bool {
        let fallen_back = self.fallback_until().is_some_and(|until| Instant::now() < until);
        fallen_back || self.settings().read_service == ReadService::Imagemgmt
    }

    fn fallback_until(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.shared
            .fallback_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The copies of one version.
    pub async fn list_copies(&self, image: &RemoteId, version: &RemoteId) -> Outcome<Listing<Copy>> {
        let path = ["images", image.as_str(), "versions", version.as_str(), "copies"];
        let request = self
            .read("list_copies", &path)
            .about(format!("of version {version} of image {image}"));
        all_pages(self.transport(), &request).await
    }

    /// The markers of an image.
    pub async fn list_markers(&self, image: &RemoteId) -> Outcome<Listing<Marker>> {
        let path = ["images", image.as_str(), "markers"];
        let request = self
            .read("list_markers", &path)
            .about(format!("of image {image}"));
        all_pages(self.transport(), &request).await
    }

    /// One marker; refused with `NotFound` where there is none.
    pub async fn get_marker(&self, image: &RemoteId, marker: &RemoteId) -> Outcome<Marker> {
        let path = ["images", image.as_str(), "markers", marker.as_str()];
        let request = self
            .read("get_marker", &path)
            .about(format!("{marker} of image {image}"));
        self.transport().send(request).await
    }

    fn read(&self, operation: &'static str, path: &[&str]) -> Request {
        self.read_from(self.settings().read_service, operation, path)
    }

    fn read_from(&self, service: ReadService, operation: &'static str, path: &[&str]) -> Request {
        let request = Request::get(self.endpoint(), operation)
            .path([service.as_str(), "v1"])
            .path(path.iter().copied());
        self.with_org(request)
    }

    /// Names the organisation in the query.
    pub(super) fn with_org(&self, request: Request) -> Request {
        match &self.settings().org_id {
            Some(org_id) => request.query("org_id", org_id),
            None => request,
        }
    }

    pub(super) fn transport(&self) -> &Transport {
        &self.shared.transport
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.shared.endpoint
    }

    pub(super) fn settings(&self) -> &ClientSettings {
        &self.shared.settings
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("settings", self.settings())
            .finish_non_exhaustive()
    }
}

/// Whether a service does not serve a list at all, as far as its answer tells.
fn is_not_served<T>(outcome: &Outcome<Listing<T>>) -> bool {
    match outcome {
        Outcome::Done(listing) => listing.answer == ListAnswer::NotFound,
        Outcome::Refused(problem) => matches!(problem.http_status, Some(403 | 405)),
        Outcome::Throttled { .. } | Outcome::Unknown(_) => false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::remote::http::scripted::{Reply, Scripted, wire_with};
    use crate::remote::http::{NoRecorder, TransportSettings};
    use crate::remote::imagemgmt::Phase;
    use serde_json::{Value, json};

    pub(in crate::remote::imagemgmt) fn client(server: &Scripted) -> Client {
        let wire = wire_with(|settings| settings.body_limit = 64 * 1024);
        let mut settings = TransportSettings::default();
        settings.retry.first_pause = Duration::from_millis(1);
        let transport = Transport::new(wire, settings, Arc::new(NoRecorder));
        let org_id = Some("org-1".parse().unwrap());
        Client::new(
            Arc::new(transport),
            ClientSettings::new(server.base_url(), org_id),
        )
    }

    pub(in crate::remote::imagemgmt) fn id(text: &str) -> RemoteId {
        text.parse().unwrap()
    }

    pub(in crate::remote::imagemgmt) fn image(id: &str) -> Value {
        json!({ "id": id, "name": "win11", "status": "AVAILABLE" })
    }

    pub(in crate::remote::imagemgmt) fn page(content: &[Value]) -> Value {
        json!({ "content": content, "totalElements": content.len(), "totalPages": 1, "last": true })
    }

    #[tokio::test]
    async fn an_image_is_read_whatever_types_its_fields_have() {
        let body = json!({
            "id": "65f0", "name": "win11", "multiSession": "true", "versionCount": "3", "status": "AVAILABLE",
            "osType": 7, "description": ["odd"], "markers": [{ "name": "default", "versionId": "v1" }, "odd"],
            "version": 4, "newField": { "a": 1 }, "gpuType": null,
        });
        let server = Scripted::new([Reply::json(200, &body)]);
        let Outcome::Done(image) = client(&server).get_image(&id("65f0")).await else {
            panic!()
        };
        assert_eq!(image.multi_session, Some(true));
        assert_eq!(image.version_count, Some(3));
        assert_eq!(image.os_type.as_deref(), Some("7"));
        assert_eq!(image.description, None);
        assert_eq!(image.markers.len(), 1);
        assert_eq!(image.status.phase(), Phase::Available);
        assert_eq!(server.lines(), ["GET /ims-catalog/v1/images/65f0?org_id=org-1"]);
    }

    #[tokio::test]
    async fn a_missing_image_is_refused_with_the_words_of_the_remote() {
        let body = json!({ "status": 404, "traceId": "t-1", "errors": [{ "code": "RESOURCE_NOT_FOUND", "message": "gone" }] });
        let server = Scripted::new([Reply::json(404, &body)]);
        let Outcome::Refused(problem) = client(&server).get_image(&id("65f0")).await else {
            panic!()
        };
        assert_eq!(problem.kind, ProblemKind::NotFound);
        assert_eq!(
            problem.to_string(),
            "get image 65f0: gone (HTTP 404, code RESOURCE_NOT_FOUND, trace t-1)"
        );
    }

    #[tokio::test]
    async fn images_are_found_by_their_exact_name() {
        let other = json!({ "id": "b", "name": "win11-b" });
        let server = Scripted::new([Reply::json(200, &page(&[image("a"), other]))]);
        let name = "win11".parse().unwrap();
        let Outcome::Done(listing) = client(&server).find_images(&name).await else {
            panic!()
        };
        assert_eq!(listing.items.len(), 1);
        assert!(
            server.lines()[0].contains("&search=name%20%24eq%20win11&"),
            "{:?}",
            server.lines()
        );
    }

    #[tokio::test]
    async fn copies_come_from_the_other_service_where_the_first_does_not_serve_them() {
        let copy = json!({ "id": "c1", "versionId": "v1", "status": "AVAILABLE" });
        for status in [403, 404, 405] {
            let server = Scripted::new([
                Reply::text(status, "{}"),
                Reply::json(200, &page(std::slice::from_ref(&copy))),
                Reply::json(200, &page(std::slice::from_ref(&copy))),
            ]);
            let client = client(&server);
            for _ in 0..2 {
                let Outcome::Done(listing) = client.list_image_copies().await else {
                    panic!()
                };
                assert_eq!(listing.items[0].id, id("c1"));
            }
            let services: Vec<String> = server
                .lines()
                .iter()
                .map(|line| line.split('/').nth(1).unwrap().to_owned())
                .collect();
            assert_eq!(services, ["ims-catalog", "imagemgmt", "imagemgmt"], "{status}");
        }
    }

    #[tokio::test]
    async fn an_organisation_without_copies_is_not_taken_for_a_missing_service() {
        let server = Scripted::new(vec![Reply::text(404, "{}"); 4]);
        let client = client(&server);
        for _ in 0..2 {
            assert_eq!(
                client.list_image_copies().await,
                Outcome::Done(Listing::empty(ListAnswer::NotFound))
            );
        }
        assert!(
            server.lines()[2].starts_with("GET /ims-catalog/"),
            "{:?}",
            server.lines()
        );
    }

    #[tokio::test]
    async fn a_check_tells_an_empty_answer_from_a_refusal() {
        let server = Scripted::new([Reply::text(404, "{}"), Reply::text(403, "{}")]);
        let client = client(&server);
        assert_eq!(client.check().await, Outcome::Done(ListAnswer::NotFound));
        assert_eq!(client.check().await.class(), "refused");
    }
}
