//! Reading all pages of a list.

use std::ops::ControlFlow;

use super::model::{Copy, Image, Marker, Page, Version};
use crate::lifecycle::{Outcome, Problem, ProblemKind, RemoteId};
use crate::remote::http::{Request, Transport};
use crate::remote::listing::{ListAnswer, Listed, Listing, Progress, Reading, Readings};

/// How many items are asked for at once. The API's own limit is unknown; a published client asks for 1000.
const PAGE_SIZE: usize = 1000;

impl Listed for Image {
    fn key(&self) -> Option<&RemoteId> {
        Some(&self.id)
    }
}

impl Listed for Version {
    fn key(&self) -> Option<&RemoteId> {
        Some(&self.id)
    }
}

impl Listed for Copy {
    fn key(&self) -> Option<&RemoteId> {
        Some(&self.id)
    }
}

impl Listed for Marker {
    fn key(&self) -> Option<&RemoteId> {
        self.id.as_ref()
    }
}

/// Reads all pages in a stable order.
pub(super) async fn all_pages<T: Listed>(transport: &Transport, request: &Request) -> Outcome<Listing<T>> {
    let mut readings = Readings::of_pages(PAGE_SIZE);
    loop {
        let outcome = read_through(transport, request, readings.page_size).await;
        if let ControlFlow::Break(outcome) = readings.judge(outcome) {
            return outcome;
        }
    }
}

async fn read_through<T: Listed>(
    transport: &Transport,
    request: &Request,
    size: usize,
) -> Outcome<Listing<T>> {
    let mut reading = Reading::default();
    for number in 0_i64.. {
        let page = request
            .clone()
            .query("page", number)
            .query("size", size)
            .query("sort", "id,asc");
        let page = match (transport.send_optional::<Page>(page).await, number) {
            (Outcome::Done(Some(page)), _) => page,
            (Outcome::Done(None), 0) => return Outcome::Done(Listing::empty(ListAnswer::NoContent)),
            (Outcome::Refused(problem), 0) if is_not_found(&problem) => {
                return Outcome::Done(Listing::empty(ListAnswer::NotFound));
            }
            (Outcome::Done(None), _) => return reading.cut_short(),
            (Outcome::Refused(problem), _) if is_not_found(&problem) => return reading.cut_short(),
            (Outcome::Refused(problem), _) => return Outcome::Refused(problem),
            (Outcome::Throttled { retry_after, problem }, _) => {
                return Outcome::Throttled { retry_after, problem };
            }
            (Outcome::Unknown(problem), _) => return Outcome::Unknown(problem),
        };
        let last = is_last(&page, number, size);
        if reading.add(page.total_elements, page.content) == Progress::Nothing || last {
            break;
        }
    }
    reading.end()
}

fn is_last(page: &Page, number: i64, size: usize) -> bool {
    match (page.total_pages, page.last) {
        (Some(pages), _) => number + 1 >= pages,
        (None, Some(last)) => last,
        (None, None) => page.content.len() < size,
    }
}

fn is_not_found(problem: &Problem) -> bool {
    problem.kind == ProblemKind::NotFound
}

#[cfg(test)]
mod tests {
    use super::super::client::tests::{client, image, page};
    use super::*;
    use crate::remote::http::scripted::{Reply, Scripted};
    use crate::remote::listing::Coherence;
    use serde_json::json;

    async fn list(replies: Vec<Reply>) -> (Listing<Image>, Vec<String>) {
        let server = Scripted::new(replies);
        let Outcome::Done(listing) = client(&server).list_images().await else {
            panic!()
        };
        (listing, server.lines())
    }

    fn ids(listing: &Listing<Image>) -> Vec<&str> {
        listing.items.iter().map(|image| image.id.as_str()).collect()
    }

    fn one_of(total: i64, pages: i64, id: &str) -> Reply {
        Reply::json(
            200,
            &json!({ "content": [image(id)], "totalElements": total, "totalPages": pages }),
        )
    }

    #[tokio::test]
    async fn all_pages_are_read_in_a_stable_order() {
        let (listing, lines) = list(vec![one_of(2, 2, "a"), one_of(2, 2, "b")]).await;
        assert_eq!(ids(&listing), ["a", "b"]);
        assert_eq!(listing.coherence, Coherence::Steady);
        let query = "size=1000&sort=id%2Casc";
        assert_eq!(
            lines,
            [
                format!("GET /ims-catalog/v1/images?org_id=org-1&page=0&{query}"),
                format!("GET /ims-catalog/v1/images?org_id=org-1&page=1&{query}"),
            ]
        );
    }

    #[tokio::test]
    async fn a_list_that_moves_is_read_again() {
        let (listing, lines) = list(vec![
            one_of(2, 2, "a"),
            one_of(3, 2, "b"),
            one_of(2, 2, "b"),
            one_of(2, 2, "c"),
        ])
        .await;
        assert_eq!(ids(&listing), ["b", "c"]);
        assert_eq!(listing.coherence, Coherence::Steady);
        assert_eq!(lines.len(), 4);
    }

    #[tokio::test]
    async fn a_list_that_never_holds_still_says_so() {
        let moving = [one_of(2, 2, "a"), one_of(2, 2, "a")];
        let (listing, lines) = list(moving.iter().cycle().take(6).cloned().collect()).await;
        assert_eq!(ids(&listing), ["a"]);
        assert_eq!(listing.coherence, Coherence::Moving);
        assert_eq!(lines.len(), 6);
    }

    #[tokio::test]
    async fn every_way_to_say_nothing_is_an_empty_list_and_told_apart() {
        for (reply, answer) in [
            (Reply::text(404, "{}"), ListAnswer::NotFound),
            (Reply::text(204, ""), ListAnswer::NoContent),
            (Reply::text(200, ""), ListAnswer::NoContent),
            (Reply::json(200, &page(&[])), ListAnswer::EmptyPage),
        ] {
            let (listing, _) = list(vec![reply]).await;
            assert_eq!(listing, Listing::empty(answer));
        }
    }

    #[tokio::test]
    async fn one_bad_item_is_counted_and_does_not_hide_the_others() {
        let body = page(&[image("a"), json!({ "name": "no id" }), json!(7), image("b")]);
        let (listing, _) = list(vec![Reply::json(200, &body)]).await;
        assert_eq!(ids(&listing), ["a", "b"]);
        assert_eq!(listing.unreadable, 2);
    }

    #[tokio::test]
    async fn a_page_without_totals_ends_when_it_is_not_full() {
        let (listing, lines) = list(vec![Reply::json(200, &json!({ "content": [image("a")] }))]).await;
        assert_eq!(ids(&listing), ["a"]);
        assert_eq!(lines.len(), 1);
    }

    #[tokio::test]
    async fn a_body_that_is_no_page_is_not_an_empty_list() {
        let server = Scripted::new(vec![Reply::json(200, &json!({ "items": [] })); 3]);
        let outcome = client(&server).list_images().await;
        assert_eq!(
            outcome.problem().map(|problem| problem.kind),
            Some(ProblemKind::Malformed)
        );
        assert_eq!(outcome.class(), "unknown");
    }

    #[tokio::test]
    async fn a_page_that_is_too_large_is_asked_for_in_pieces() {
        let huge = page(&[json!({ "id": "a", "description": "x".repeat(100_000) })]);
        let (listing, lines) = list(vec![Reply::json(200, &huge), one_of(1, 1, "a")]).await;
        assert_eq!(ids(&listing), ["a"]);
        assert!(lines[1].contains("size=250"), "{lines:?}");
    }
}
