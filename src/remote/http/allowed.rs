//! Which hosts the operator may speak to, so that nobody can point it at an address inside the cluster.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use url::{Host, Url};

use crate::lifecycle::{Problem, ProblemKind};

/// Which hosts may be spoken to, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHosts {
    patterns: Vec<HostPattern>,
    plain_http: PlainHttp,
}

/// Whether addresses without TLS may be spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainHttp {
    /// Only https.
    Refused,
    /// http as well: for a simulator or a test.
    Allowed,
}

/// One host, all hosts below a domain (`*.example.com`), or every host (`*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern(Pattern);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Exactly(String),
    Below(String),
    Every,
}

/// The text is not a host pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a host pattern: give a host name or address, *.domain, or *; no scheme, port or path")]
pub struct InvalidHostPattern(String);

impl AllowedHosts {
    /// The rule that these patterns make.
    pub fn new(patterns: impl IntoIterator<Item = HostPattern>, plain_http: PlainHttp) -> Self {
        AllowedHosts {
            patterns: patterns.into_iter().collect(),
            plain_http,
        }
    }

    /// Whether this address may be spoken to.
    pub fn check(&self, url: &Url) -> Result<(), Problem> {
        let refuse = |sentence: String| Err(Problem::new(ProblemKind::NotAllowed, sentence));
        let Some(host) = url.host() else {
            return refuse("the address has no host".to_owned());
        };
        let name = normal(&host);
        match (url.scheme(), self.plain_http) {
            ("https", _) | ("http", PlainHttp::Allowed) => {}
            ("http", PlainHttp::Refused) => {
                return refuse(format!(
                    "http://{name} is not encrypted; use https, or run the operator with --allow-plain-http"
                ));
            }
            (scheme, _) => return refuse(format!("{scheme}: addresses are not spoken to")),
        }
        if self.patterns.iter().any(|pattern| pattern.names(&name)) {
            return Ok(());
        }
        if is_internal(&host) {
            return refuse(format!(
                "{name} is a metadata or link-local address; only an exact entry in --allowed-hosts permits it"
            ));
        }
        if self.patterns.iter().any(|pattern| pattern.covers(&name)) {
            return Ok(());
        }
        refuse(format!(
            "{name} is not among the allowed hosts; add it to --allowed-hosts or correct the URL"
        ))
    }
}

impl HostPattern {
    fn names(&self, host: &str) -> bool {
        matches!(&self.0, Pattern::Exactly(name) if name == host)
    }

    fn covers(&self, host: &str) -> bool {
        match &self.0 {
            Pattern::Exactly(name) => name == host,
            Pattern::Below(domain) => host
                .strip_suffix(domain.as_str())
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|rest| !rest.is_empty()),
            Pattern::Every => true,
        }
    }
}

impl FromStr for HostPattern {
    type Err = InvalidHostPattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidHostPattern(text.to_owned());
        if text == "*" {
            return Ok(HostPattern(Pattern::Every));
        }
        if let Some(domain) = text.strip_prefix("*.") {
            return match Host::parse(domain) {
                Ok(host @ Host::Domain(_)) if !domain.contains('*') => {
                    Ok(HostPattern(Pattern::Below(normal_owned(&host))))
                }
                _ => Err(invalid()),
            };
        }
        if text.contains('*') {
            return Err(invalid());
        }
        let host = match text.parse::<Ipv6Addr>() {
            Ok(address) => Host::Ipv6(address),
            Err(_) => Host::parse(text).map_err(|_| invalid())?,
        };
        Ok(HostPattern(Pattern::Exactly(normal_owned(&host))))
    }
}

fn normal_owned(host: &Host<String>) -> String {
    match host {
        Host::Domain(name) => normal(&Host::Domain(name.as_str())),
        Host::Ipv4(address) => normal(&Host::Ipv4(*address)),
        Host::Ipv6(address) => normal(&Host::Ipv6(*address)),
    }
}

/// One spelling per host: lower case, no dot at the end, a mapped address as IPv4.
fn normal(host: &Host<&str>) -> String {
    match host {
        Host::Domain(name) => name.trim_end_matches('.').to_ascii_lowercase(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => mapped.to_string(),
            None => address.to_string(),
        },
    }
}

/// Link-local addresses and the well-known metadata services of clouds.
fn is_internal(host: &Host<&str>) -> bool {
    let address = match host {
        Host::Domain(name) => return is_metadata_name(name),
        Host::Ipv4(address) => IpAddr::V4(*address),
        Host::Ipv6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => IpAddr::V4(mapped),
            None => IpAddr::V6(*address),
        },
    };
    match address {
        IpAddr::V4(v4) => {
            let alibaba = Ipv4Addr::new(100, 100, 100, 200);
            let azure = Ipv4Addr::new(168, 63, 129, 16);
            v4.is_link_local() || v4.is_unspecified() || v4 == alibaba || v4 == azure
        }
        IpAddr::V6(v6) => {
            let aws = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
            v6.is_unicast_link_local() || v6.is_unspecified() || v6 == aws
        }
    }
}

fn is_metadata_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    ["metadata", "metadata.google.internal", "instance-data"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(patterns: &[&str], plain_http: PlainHttp, url: &str) -> bool {
        let patterns = patterns.iter().map(|pattern| pattern.parse().unwrap());
        AllowedHosts::new(patterns, plain_http)
            .check(&Url::parse(url).unwrap())
            .is_ok()
    }

    #[test]
    fn a_suffix_covers_what_is_below_it_and_nothing_else() {
        let allowed = |url| allows(&["*.horizon.omnissa.com"], PlainHttp::Refused, url);
        assert!(allowed("https://cloud-sg.horizon.omnissa.com"));
        assert!(allowed("https://CLOUD-SG.horizon.omnissa.com.:443/x"));
        assert!(!allowed("https://horizon.omnissa.com"));
        assert!(!allowed("https://evilhorizon.omnissa.com"));
        assert!(!allowed("https://horizon.omnissa.com.evil.example"));
        assert!(!allowed("https://.horizon.omnissa.com"));
    }

    #[test]
    fn the_hosts_of_the_vendors_are_patterns() {
        let allowed = |url| allows(&crate::remote::VENDOR_HOSTS, PlainHttp::Refused, url);
        for url in [
            crate::remote::auth::CSP,
            crate::remote::auth::CITRIX_CLOUD,
            crate::remote::imagemgmt::HORIZON_CLOUD,
            crate::remote::surfercloud::SURFERCLOUD,
        ] {
            assert!(allowed(url), "{url}");
        }
        assert!(!allowed("https://kubernetes.default.svc"));
    }

    #[test]
    fn plain_http_needs_permission() {
        assert!(!allows(
            &["127.0.0.1"],
            PlainHttp::Refused,
            "http://127.0.0.1:8080"
        ));
        assert!(allows(
            &["127.0.0.1"],
            PlainHttp::Allowed,
            "http://127.0.0.1:8080"
        ));
        assert!(!allows(&["*"], PlainHttp::Allowed, "ftp://127.0.0.1"));
    }

    #[test]
    fn metadata_addresses_are_refused_in_every_spelling_unless_named() {
        for url in [
            "http://169.254.169.254/latest",
            "http://2852039166/",
            "http://0xA9FEA9FE/",
            "http://[::ffff:169.254.169.254]/",
            "http://[fe80::1]/",
            "http://[fd00:ec2::254]/",
            "http://100.100.100.200/",
            "http://168.63.129.16/",
            "http://metadata.google.internal./",
            "http://0.0.0.0/",
        ] {
            assert!(!allows(&["*"], PlainHttp::Allowed, url), "{url}");
        }
        assert!(allows(
            &["169.254.169.254"],
            PlainHttp::Allowed,
            "http://169.254.169.254/"
        ));
        assert!(allows(&["fe80::1"], PlainHttp::Allowed, "http://[fe80::1]/"));
        assert!(allows(&["*"], PlainHttp::Allowed, "http://10.0.0.1/"));
    }

    #[test]
    fn patterns_with_more_than_a_host_are_refused() {
        for text in [
            "",
            "https://a.example",
            "a.example:443",
            "a.example/x",
            "*.127.0.0.1",
            "*.",
            "a b",
            "a*.x",
        ] {
            assert!(text.parse::<HostPattern>().is_err(), "{text:?}");
        }
    }
}
