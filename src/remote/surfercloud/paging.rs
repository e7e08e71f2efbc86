//! Reading all pages of the list of images.

use std::ops::ControlFlow;

use serde::Deserialize;
use serde_json::Value;

use super::client::Client;
use super::model::{Image, Location};
use crate::lifecycle::Outcome;
use crate::remote::listing::{Listing, Progress, Reading, Readings};
use crate::remote::loose::loose;

/// How many images are asked for at once. The API's own limit is unknown; published clients ask for 100.
const PAGE_SIZE: usize = 100;

/// One page as the remote sends it. Images stay JSON, so that one bad image does not spoil the page.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Page {
    /// How many images there are on all pages.
    #[serde(default, deserialize_with = "loose")]
    pub(super) total_count: Option<i64>,
    /// The images of this page; every list of this API may be absent.
    #[serde(default)]
    pub(super) image_set: Option<Vec<Value>>,
}

/// Reads all pages. The remote knows no order, so a list that moved meanwhile is read again.
pub(super) async fn all_pages(client: &Client, location: &Location) -> Outcome<Listing<Image>> {
    let mut readings = Readings::of_pages(PAGE_SIZE);
    loop {
        let outcome = read_through(client, location, readings.page_size).await;
        if let ControlFlow::Break(outcome) = readings.judge(outcome) {
            return outcome;
        }
    }
}

/// The remote may give less than is asked for, so it goes on from what it gave, until its total is reached.
async fn read_through(client: &Client, location: &Location, size: usize) -> Outcome<Listing<Image>> {
    let mut reading = Reading::default();
    let mut offset = 0_usize;
    loop {
        let page = match client.page(location, offset, size).await {
            Outcome::Done(page) => page,
            Outcome::Refused(problem) => return Outcome::Refused(problem),
            Outcome::Throttled { retry_after, problem } => {
                return Outcome::Throttled { retry_after, problem };
            }
            Outcome::Unknown(problem) => return Outcome::Unknown(problem),
        };
        let images = page.image_set.unwrap_or_default();
        offset += images.len();
        let promised = page.total_count.and_then(|total| usize::try_from(total).ok());
        let is_over = promised.is_some_and(|promised| offset >= promised);
        let is_short = images.is_empty() && !is_over && promised.is_some();
        let progress = reading.add(page.total_count, images);
        if is_short {
            return reading.cut_short();
        }
        if is_over || progress == Progress::Nothing {
            return reading.end();
        }
    }
}
