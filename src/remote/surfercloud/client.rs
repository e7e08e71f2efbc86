//! The client: every call that this operator makes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::read_error;
use super::keys::Keys;
use super::model::{CopyImage, Image, ImportImage, Location, Project};
use super::paging::{Page, all_pages};
use super::parameters::Parameters;
use super::ret_code::RetCode;
use crate::lifecycle::{Outcome, Problem, ProblemKind, RemoteId};
use crate::remote::http::{BaseUrl, Endpoint, Repeat, Request, Transport};
use crate::remote::listing::{ListAnswer, Listing};
use crate::remote::loose::{Loose, loose};
use crate::remote::redact::redacted;

/// The vendor's public host.
pub const SURFERCLOUD: &str = "https://api.surfercloud.com";

/// How long a request may take. The gateway gives up after 60 seconds, and its answer is worth waiting for.
pub const DEADLINE: Duration = Duration::from_secs(75);

/// The images of one account. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    transport: Arc<Transport>,
    endpoint: Endpoint,
    keys: Arc<Keys>,
}

/// An answer of any call. Without a return code it is none.
#[derive(Deserialize)]
struct Envelope<T> {
    #[serde(rename = "RetCode")]
    _ret_code: RetCode,
    #[serde(flatten)]
    answer: T,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Imported {
    image_id: RemoteId,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Copied {
    target_image_id: RemoteId,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Projects {
    #[serde(default, deserialize_with = "loose")]
    project_set: Vec<Project>,
}

impl Client {
    /// A client that sends over this transport, which needs no sign-in: every request is signed by itself.
    pub fn new(transport: Arc<Transport>, base_url: BaseUrl, keys: Keys) -> Self {
        let endpoint = Endpoint {
            api: "surfercloud",
            base_url,
            read_error,
        };
        Client {
            transport,
            endpoint,
            keys: Arc::new(keys),
        }
    }

    /// Whether the keys, the region, the project and the permission to see images are right: one request for one
    /// image. Code 171 and 172 tell of wrong keys, 292 of a wrong project, 299 of a missing permission.
    pub async fn check(&self, location: &Location) -> Outcome<ListAnswer> {
        let page = describe(location).with("Limit", 1);
        let outcome = self.read::<Page>("check", location, page).await;
        outcome.map(|page| match page.image_set {
            Some(images) if !images.is_empty() => ListAnswer::Items,
            _ => ListAnswer::EmptyPage,
        })
    }

    /// The projects of the account, as far as the keys may see them.
    pub async fn list_projects(&self) -> Outcome<Vec<Project>> {
        let request = Parameters::of("GetProjectList");
        let outcome = self
            .read::<Projects>("list_projects", "of the account", request)
            .await;
        outcome.map(|projects| projects.project_set)
    }

    /// All custom images of a region and project.
    pub async fn list_images(&self, location: &Location) -> Outcome<Listing<Image>> {
        all_pages(self, location).await
    }

    pub(super) async fn page(&self, location: &Location, offset: usize, limit: usize) -> Outcome<Page> {
        let page = describe(location).with("Offset", offset).with("Limit", limit);
        self.read("list_images", location, page).await
    }

    /// One custom image; refused with `NotFound` where the remote shows none of that id in that region and project.
    pub async fn get_image(&self, location: &Location, image: &RemoteId) -> Outcome<Image> {
        let subject = format!("{image} in {location}");
        let request = describe(location).with("ImageId", image);
        let page = match self.read::<Page>("get_image", &subject, request).await {
            Outcome::Done(page) => page,
            Outcome::Refused(problem) => return Outcome::Refused(problem),
            Outcome::Throttled { retry_after, problem } => {
                return Outcome::Throttled { retry_after, problem };
            }
            Outcome::Unknown(problem) => return Outcome::Unknown(problem),
        };
        let shown = page.image_set.unwrap_or_default();
        let is_empty = shown.is_empty() && page.total_count.unwrap_or_default() == 0;
        let mut images = shown.into_iter().filter_map(|json: Value| Image::read(json));
        match images.find(|found| found.image_id == *image) {
            Some(found) => Outcome::Done(found),
            None if is_empty => Outcome::Refused(Problem::new(
                ProblemKind::NotFound,
                format!("get image {subject}: the remote shows none"),
            )),
            None => Outcome::Unknown(Problem::new(
                ProblemKind::Malformed,
                format!("get image {subject}: the answer shows something else"),
            )),
        }
    }

    /// Makes an image from a file. Not idempotent, and the remote knows no request token.
    pub async fn import_image(&self, location: &Location, image: &ImportImage) -> Outcome<RemoteId> {
        let request = Parameters::of("ImportCustomImage")
            .located(location)
            .with("ImageName", &image.image_name)
            .with("UFileUrl", image.ufile_url.expose())
            .with("OsType", &image.os_type)
            .with("OsName", &image.os_name)
            .with("Format", image.format.as_str())
            // The consent that the remote asks for to read the file; it takes nothing else.
            .with("Auth", "true")
            .with("ImageDescription", &image.image_description);
        let subject = format!("{} in {location}", image.image_name);
        let outcome = self.write::<Imported>("import_image", &subject, request).await;
        let outcome = image.ufile_url.taken_out_of(outcome);
        outcome.map(|imported| imported.image_id)
    }

    /// Copies an image of this region and project to another. Not idempotent. The copy is listed where it was made.
    pub async fn copy_image(&self, location: &Location, copy: &CopyImage) -> Outcome<RemoteId> {
        let other_region = Some(&copy.target_region).filter(|target| **target != location.region);
        let request = Parameters::of("CopyCustomImage")
            .located(location)
            .with("SourceImageId", &copy.source_image_id)
            .with_optional("TargetRegion", other_region)
            .with("TargetProjectId", &copy.target_project_id)
            .with("TargetImageName", &copy.target_image_name)
            .with("TargetImageDescription", &copy.target_image_description);
        let subject = format!(
            "{} to {}/{}",
            copy.source_image_id, copy.target_region, copy.target_project_id
        );
        let outcome = self.write::<Copied>("copy_image", &subject, request).await;
        outcome.map(|copied| copied.target_image_id)
    }

    /// Deletes an image. Refused with `NotFound` where there is none, or where it is not a custom image.
    pub async fn terminate_image(&self, location: &Location, image: &RemoteId) -> Outcome<()> {
        let request = Parameters::of("TerminateCustomImage")
            .located(location)
            .with("ImageId", image);
        let subject = format!("{image} in {location}");
        let outcome = self.write::<Nothing>("terminate_image", &subject, request).await;
        outcome.map(|_| ())
    }

    async fn read<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        subject: impl fmt::Display,
        parameters: Parameters,
    ) -> Outcome<T> {
        self.send(operation, subject, parameters, Repeat::Safe).await
    }

    async fn write<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        subject: impl fmt::Display,
        parameters: Parameters,
    ) -> Outcome<T> {
        self.send(operation, subject, parameters, Repeat::Never).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        subject: impl fmt::Display,
        parameters: Parameters,
        repeat: Repeat,
    ) -> Outcome<T> {
        let signed = parameters.signed(&self.keys);
        let request = Request::post(&self.endpoint, operation)
            .about(subject)
            .form(signed.pairs())
            .repeat(repeat)
            .deadline(DEADLINE);
        let outcome = self.transport.send::<Envelope<T>>(request).await;
        let outcome = redacted(outcome, &signed.signature);
        let outcome = match &self.keys.security_token {
            Some(token) => redacted(outcome, token.expose_secret()),
            None => outcome,
        };
        outcome.map(|envelope| envelope.answer)
    }
}

fn describe(location: &Location) -> Parameters {
    Parameters::of("DescribeImage")
        .located(location)
        .with("ImageType", "Custom")
}

impl Parameters {
    fn located(self, location: &Location) -> Self {
        self.with("Region", &location.region)
            .with_optional("ProjectId", location.project_id.as_ref())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.endpoint.base_url)
            .finish_non_exhaustive()
    }
}
