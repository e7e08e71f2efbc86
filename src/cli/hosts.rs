//! The remote hosts that may be spoken to.

use crate::remote::VENDOR_HOSTS;
use crate::remote::http::{AllowedHosts, HostPattern, PlainHttp};

/// The options that say which hosts may be spoken to.
#[derive(Clone, Debug, clap::Args)]
pub struct Hosts {
    /// Speak to these hosts only; may be repeated, or given with commas between: a host, *.domain, or *.
    #[arg(long, env = "IMAGE_OPERATOR_ALLOWED_HOSTS", value_delimiter = ',', default_values = VENDOR_HOSTS, hide_default_value = true, value_name = "HOST")]
    allowed_hosts: Vec<HostPattern>,

    /// Speak to remote hosts without TLS where a connection says http://: for a simulator.
    #[arg(long, env = "IMAGE_OPERATOR_ALLOW_PLAIN_HTTP")]
    allow_plain_http: bool,
}

impl Hosts {
    /// What they allow.
    pub(super) fn allowed(&self) -> AllowedHosts {
        let plain_http = if self.allow_plain_http {
            PlainHttp::Allowed
        } else {
            PlainHttp::Refused
        };
        AllowedHosts::new(self.allowed_hosts.iter().cloned(), plain_http)
    }
}
