//! What a request asks for. Image management tells it by method and path, SurferCloud by the parameters of a form.

use std::borrow::Cow;

use axum::http::Method;

use super::write::Place;

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A list of images, or a search among them.
    ListOf(Place),
    /// Anything else that is only read.
    Read,
    Write,
    SignIn,
}

impl Asked {
    /// `path` has no query.
    pub(crate) fn of(method: &Method, path: &str, body: &[u8]) -> Self {
        if path == "/" {
            return Self::of_surfercloud(body);
        }
        match *method {
            Method::GET if path.ends_with("/images") => Self::ListOf(Place::Account),
            Method::GET => Self::Read,
            _ if path.contains("/v1/") && !path.contains("/auth/") => Self::Write,
            _ => Self::SignIn,
        }
    }

    fn of_surfercloud(form: &[u8]) -> Self {
        let parameter = |wanted: &str| -> Option<Cow<'_, str>> {
            let mut pairs = url::form_urlencoded::parse(form);
            pairs.find(|(name, _)| name == wanted).map(|(_, value)| value)
        };
        let action = parameter("Action").unwrap_or_default();
        // Whether the keys are right is asked without an offset.
        match (parameter("Region"), parameter("ProjectId"), parameter("Offset")) {
            (Some(region), Some(project_id), Some(_)) if action == "DescribeImage" => {
                Self::ListOf(Place::Located(region.into_owned(), project_id.into_owned()))
            }
            _ if action.starts_with("Describe") || action.starts_with("Get") => Self::Read,
            _ => Self::Write,
        }
    }
}
