//! Where a remote API lives, and the addresses below it.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// The base address of a remote API: http or https, with a host, without user, query and fragment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BaseUrl(Url);

/// The text is not a base address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBaseUrl {
    /// It is no address at all.
    #[error("the base URL does not parse: {0}; give it as https://host or https://host/path")]
    Unparseable(#[from] url::ParseError),
    /// Its scheme is neither http nor https.
    #[error("the base URL has the scheme {0:?}; only https and http are spoken")]
    Scheme(String),
    /// It has a user, a password, a query or a fragment.
    #[error(
        "the base URL holds a user, a password, a query or a fragment; give only scheme, host, port and path"
    )]
    Excess,
}

impl BaseUrl {
    /// The host, for messages.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The address of a path below the base, each segment and each query value percent-encoded.
    pub(in crate::remote) fn join<'a>(
        &self,
        segments: impl IntoIterator<Item = &'a str>,
        query: &[(&'static str, String)],
    ) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            url.set_query(Some(&encode(
                query.iter().map(|(key, value)| (*key, value.as_str())),
            )));
        }
        url
    }
}

/// Pairs as they stand in a query or a form, a space as `%20`, which every server understands.
pub(in crate::remote) fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
        .replace('+', "%20")
}

impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidBaseUrl::Scheme(url.scheme().to_owned()));
        }
        let has_user = !url.username().is_empty() || url.password().is_some();
        if has_user || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidBaseUrl::Excess);
        }
        Ok(BaseUrl(url))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> BaseUrl {
        text.parse().unwrap()
    }

    #[test]
    fn segments_and_query_values_are_encoded() {
        let url = base("https://host.example/").join(
            ["imagemgmt", "a/b?c"],
            &[("search", "name $eq a+b & c".to_owned())],
        );
        assert_eq!(
            url.as_str(),
            "https://host.example/imagemgmt/a%2Fb%3Fc?search=name%20%24eq%20a%2Bb%20%26%20c"
        );
    }

    #[test]
    fn a_path_in_the_base_stays() {
        assert_eq!(
            base("http://proxy:8080/horizon").join(["v1"], &[]).as_str(),
            "http://proxy:8080/horizon/v1"
        );
        assert_eq!(
            base("http://proxy:8080/horizon/").to_string(),
            "http://proxy:8080/horizon"
        );
    }

    #[test]
    fn what_is_no_plain_base_is_refused() {
        for text in [
            "",
            "host.example",
            "ftp://host.example",
            "file:///etc/passwd",
            "https://user@host.example",
            "https://host.example?x=1",
            "https://host.example#x",
        ] {
            assert!(text.parse::<BaseUrl>().is_err(), "{text:?}");
        }
    }
}
