//! Paging, sorting and the page envelope, as Spring Data does them (public OpenAPI document: Page…TO).

use std::borrow::Cow;
use std::cmp::Reverse;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::error::ApiError;
use super::query::Query;
use super::reply::Reply;
use super::search::Search;
use super::settings::{EmptyListAnswer, Settings};

const DEFAULT_SIZE: usize = 10;

/// Something that is listed.
pub(crate) trait Row {
    /// The fields that a search may name.
    const SEARCHABLE: &'static [&'static str];
    /// The fields that a sort may name besides those.
    const SORTABLE: &'static [&'static str];

    /// The values of a field; none where it is null.
    fn values(&self, field: &str) -> Vec<Cow<'_, str>>;

    /// The whole record.
    fn view(&self) -> Value;
}

/// Answers a list: what the search leaves, sorted, and of it the page that is asked for.
pub(crate) fn list<R: Row>(
    mut rows: Vec<R>,
    query: &Query,
    settings: &Settings,
    when_empty: EmptyListAnswer,
) -> Result<Reply, ApiError> {
    if let Some(text) = query.get("search").filter(|text| !text.trim().is_empty()) {
        let search = Search::parse(text, R::SEARCHABLE)?;
        rows.retain(|row| search.holds(|field| row.values(field)));
    }
    let keys = sort_keys::<R>(query)?;
    for (field, direction) in keys.iter().rev() {
        match direction {
            Direction::Ascending => rows.sort_by_cached_key(|row| sort_key(row, field)),
            Direction::Descending => rows.sort_by_cached_key(|row| Reverse(sort_key(row, field))),
        }
    }
    if rows.is_empty() {
        return empty(settings.empty_list_answer.unwrap_or(when_empty), query, settings);
    }
    let page = Page::asked(query, settings.max_page_size);
    let content: Vec<Value> = rows
        .iter()
        .skip(page.number.saturating_mul(page.size))
        .take(page.size)
        .map(Row::view)
        .collect();
    Ok(Reply::json(
        StatusCode::OK,
        &page.envelope(&content, rows.len(), SortShown::from(keys.len())),
    ))
}

fn sort_key<R: Row>(row: &R, field: &str) -> Vec<String> {
    row.values(field).into_iter().map(Cow::into_owned).collect()
}

/// The answer of a list without anything in it.
pub(crate) fn empty(answer: EmptyListAnswer, query: &Query, settings: &Settings) -> Result<Reply, ApiError> {
    match answer {
        EmptyListAnswer::NotFound => {
            let message = "nothing is found for the request";
            Err(ApiError::new(
                StatusCode::NOT_FOUND,
                "RESOURCE_NOT_FOUND",
                message,
            ))
        }
        EmptyListAnswer::NoContent => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        EmptyListAnswer::EmptyPage => {
            let page = Page::asked(query, settings.max_page_size);
            Ok(Reply::json(
                StatusCode::OK,
                &page.envelope(&[], 0, SortShown::Unsorted),
            ))
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Ascending,
    Descending,
}

/// The `sort` parameters: `property,asc` or `property,desc`, repeatable. A bare `asc` is what one client sends.
fn sort_keys<R: Row>(query: &Query) -> Result<Vec<(String, Direction)>, ApiError> {
    let mut keys = Vec::new();
    for text in query.all("sort") {
        let (field, direction) = match text.rsplit_once(',') {
            Some((field, "desc")) => (field, Direction::Descending),
            Some((field, "asc")) => (field, Direction::Ascending),
            _ => (text, Direction::Ascending),
        };
        if matches!(field, "asc" | "desc" | "") {
            continue;
        }
        if !R::SEARCHABLE.contains(&field) && !R::SORTABLE.contains(&field) {
            return Err(ApiError::bad_request(
                "BAD_REQUEST",
                format!("cannot sort by {field:?}"),
            ));
        }
        keys.push((field.to_owned(), direction));
    }
    Ok(keys)
}

#[derive(Clone, Copy)]
enum SortShown {
    Sorted,
    Unsorted,
}

impl From<usize> for SortShown {
    fn from(keys: usize) -> Self {
        if keys == 0 {
            SortShown::Unsorted
        } else {
            SortShown::Sorted
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Page {
    /// Counts from 0.
    number: usize,
    size: usize,
}

impl Page {
    /// The page a query asks for. What is not a number is ignored, and a size too large is cut: so Spring Data does.
    fn asked(query: &Query, max_size: usize) -> Page {
        let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
        let size = number("size").filter(|size| *size > 0).unwrap_or(DEFAULT_SIZE);
        Page {
            number: number("page").unwrap_or(0),
            size: size.min(max_size.max(1)),
        }
    }

    fn envelope(&self, content: &[Value], total: usize, sort: SortShown) -> Value {
        let pages = total.div_ceil(self.size);
        let sorted = matches!(sort, SortShown::Sorted);
        let sort = json!({"empty": !sorted, "sorted": sorted, "unsorted": !sorted});
        json!({
            "totalElements": total,
            "totalPages": pages,
            "size": self.size,
            "number": self.number,
            "numberOfElements": content.len(),
            "first": self.number == 0,
            "last": self.number + 1 >= pages,
            "empty": content.is_empty(),
            "sort": sort,
            "pageable": {
                "paged": true,
                "unpaged": false,
                "pageNumber": self.number,
                "pageSize": self.size,
                "offset": self.number.saturating_mul(self.size),
                "sort": sort,
            },
            "content": content,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Number(usize);

    impl Row for Number {
        const SEARCHABLE: &'static [&'static str] = &["number"];
        const SORTABLE: &'static [&'static str] = &[];

        fn values(&self, _field: &str) -> Vec<Cow<'_, str>> {
            vec![format!("{:03}", self.0).into()]
        }

        fn view(&self) -> Value {
            json!(self.0)
        }
    }

    fn answer(query: &str, rows: usize) -> Result<Value, ApiError> {
        let rows = (0..rows).map(Number).collect();
        let reply = list(
            rows,
            &Query::parse(query),
            &Settings::default(),
            EmptyListAnswer::NotFound,
        )?;
        Ok(serde_json::from_slice(&reply.body).unwrap())
    }

    #[test]
    fn pages_count_from_zero_and_hold_ten() {
        let page = answer("page=2", 25).unwrap();
        assert_eq!(page["content"], json!([20, 21, 22, 23, 24]));
        assert_eq!(page["totalPages"], 3);
        assert_eq!(page["numberOfElements"], 5);
        assert_eq!((&page["first"], &page["last"]), (&json!(false), &json!(true)));
        assert_eq!(page["pageable"]["offset"], 20);
    }

    #[test]
    fn a_page_behind_the_last_is_empty_but_no_error() {
        let page = answer("page=9", 25).unwrap();
        assert_eq!(page["content"], json!([]));
        assert_eq!(page["empty"], true);
    }

    #[test]
    fn a_size_above_the_largest_is_cut() {
        assert_eq!(Page::asked(&Query::parse("size=5000"), 1000).size, 1000);
        assert_eq!(Page::asked(&Query::parse("size=many"), 1000).size, 10);
    }

    #[test]
    fn rows_are_sorted_by_the_first_key_first() {
        let page = answer("sort=number,desc&size=2", 25).unwrap();
        assert_eq!(page["content"], json!([24, 23]));
        assert_eq!(page["sort"]["sorted"], true);
    }

    #[test]
    fn a_bare_asc_is_accepted_and_an_unknown_field_is_not() {
        assert!(answer("sort=asc", 3).is_ok());
        assert_eq!(
            answer("sort=colour", 3).unwrap_err().status,
            StatusCode::BAD_REQUEST
        );
    }

    #[test]
    fn a_list_without_anything_is_a_404() {
        assert_eq!(answer("", 0).unwrap_err().status, StatusCode::NOT_FOUND);
        assert_eq!(
            answer("search=number $eq 999", 3).unwrap_err().status,
            StatusCode::NOT_FOUND
        );
    }
}
