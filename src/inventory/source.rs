//! The few reads that an inventory is made of.

use crate::lifecycle::{Outcome, RemoteId};
use crate::remote::imagemgmt::Client;
use crate::remote::imagemgmt::model::{Copy, Image, Listing, StreamName, Version};

/// Where an inventory reads from.
pub trait Source: Send + Sync + 'static {
    /// All images of the account.
    fn list_images(&self) -> impl Future<Output = Outcome<Listing<Image>>> + Send;
    /// All copies of the account, with catalogue details where the remote gives them.
    fn list_image_copies(&self) -> impl Future<Output = Outcome<Listing<Copy>>> + Send;
    /// The versions of one image.
    fn list_versions(&self, image: &RemoteId) -> impl Future<Output = Outcome<Listing<Version>>> + Send;
    /// The copies of one version.
    fn list_copies(
        &self,
        image: &RemoteId,
        version: &RemoteId,
    ) -> impl Future<Output = Outcome<Listing<Copy>>> + Send;
    /// One image; 404 is refused as not found.
    fn get_image(&self, image: &RemoteId) -> impl Future<Output = Outcome<Image>> + Send;
    /// The images of exactly this name.
    fn find_images(&self, name: &StreamName) -> impl Future<Output = Outcome<Listing<Image>>> + Send;
}

impl Source for Client {
    async fn list_images(&self) -> Outcome<Listing<Image>> {
        Client::list_images(self).await
    }

    async fn list_image_copies(&self) -> Outcome<Listing<Copy>> {
        Client::list_image_copies(self).await
    }

    async fn list_versions(&self, image: &RemoteId) -> Outcome<Listing<Version>> {
        Client::list_versions(self, image).await
    }

    async fn list_copies(&self, image: &RemoteId, version: &RemoteId) -> Outcome<Listing<Copy>> {
        Client::list_copies(self, image, version).await
    }

    async fn get_image(&self, image: &RemoteId) -> Outcome<Image> {
        Client::get_image(self, image).await
    }

    async fn find_images(&self, name: &StreamName) -> Outcome<Listing<Image>> {
        Client::find_images(self, name).await
    }
}
