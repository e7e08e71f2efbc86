//! `CloudConnection`: the endpoints, credentials and limits of one remote account.

mod account;
mod rules;
mod status;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duration::Interval;
use super::references::SecretKeyReference;

pub use account::{
    Account, ApiToken, CitrixCloud, ClientCredentials, HorizonCloud, HorizonCredentials, ReadService,
    SigningKeys, SurferCloud,
};
pub use status::CloudConnectionStatus;

/// What a CloudConnection should be: one account, how to sign in to it, and how often it may be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CustomResource, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[kube(
    group = "image-operator.dev",
    version = "v1alpha1",
    kind = "CloudConnection",
    plural = "cloudconnections",
    shortname = "conn",
    category = "image-operator",
    namespaced,
    status = "CloudConnectionStatus",
    derive = "PartialEq",
    doc = "One remote account: where it is, how to sign in to it, and how often it may be asked.",
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].status"#
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].reason"#
    ),
    printcolumn(name = "Account", type_ = "string", json_path = ".status.account"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(
        name = "Message",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].message"#,
        priority = 1
    )
)]
#[x_kube(
    validation = rules::exactly_one_account(),
    validation = rules::same_kind_of_account(),
    validation = rules::same_horizon_organisation(),
    validation = rules::same_citrix_customer(),
    validation = rules::same_citrix_organisation(),
    validation = rules::same_surfer_region(),
    validation = rules::same_surfer_project()
)]
pub struct CloudConnectionSpec {
    /// An account of Horizon Cloud next-gen. Give exactly one kind of account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizon_cloud: Option<HorizonCloud>,
    /// An account of Citrix Cloud. Give exactly one kind of account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citrix_cloud: Option<CitrixCloud>,
    /// An account of SurferCloud. Give exactly one kind of account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surfer_cloud: Option<SurferCloud>,
    /// How often the account is looked at.
    #[serde(default)]
    pub polling: Polling,
    /// How many requests the account gets at most, over all resources that use it.
    #[serde(default)]
    pub rate_limit: RateLimit,
    /// Which certificates are trusted, where the vendor's hosts are reached through a proxy or a private issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Stops every remote call of this account, for all resources that use it, while true.
    #[serde(default)]
    pub suspend: bool,
}

impl CloudConnectionSpec {
    /// The account, or `None` when the spec names none or several (which the API server refuses).
    pub fn account(&self) -> Option<Account<'_>> {
        match (&self.horizon_cloud, &self.citrix_cloud, &self.surfer_cloud) {
            (Some(horizon), None, None) => Some(Account::HorizonCloud(horizon)),
            (None, Some(citrix), None) => Some(Account::CitrixCloud(citrix)),
            (None, None, Some(surfer)) => Some(Account::SurferCloud(surfer)),
            _ => None,
        }
    }
}

/// How often the account is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = rules::active_not_longer_than_idle())]
pub struct Polling {
    /// Time between two looks while something is in transition: 1s to 1h, default 15s.
    #[serde(default = "Polling::default_active")]
    #[x_kube(validation = rules::interval_between("1s", "1h"))]
    pub active_interval: Interval,
    /// Time between two looks while nothing is: 10s to 24h, default 10m.
    #[serde(default = "Polling::default_idle")]
    #[x_kube(validation = rules::interval_between("10s", "24h"))]
    pub idle_interval: Interval,
}

impl Polling {
    const fn default_active() -> Interval {
        Interval::from_secs(15)
    }

    const fn default_idle() -> Interval {
        Interval::from_secs(600)
    }
}

impl Default for Polling {
    fn default() -> Self {
        Polling {
            active_interval: Self::default_active(),
            idle_interval: Self::default_idle(),
        }
    }
}

/// How many requests the account gets at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RateLimit {
    /// Requests per second in the long run: 1 to 1000, default 10.
    #[serde(default = "RateLimit::default_requests_per_second")]
    #[schemars(range(min = 1, max = 1000))]
    pub requests_per_second: i32,
    /// Requests that may be sent at once after a pause: 1 to 1000, default 20.
    #[serde(default = "RateLimit::default_burst")]
    #[schemars(range(min = 1, max = 1000))]
    pub burst: i32,
}

impl RateLimit {
    const fn default_requests_per_second() -> i32 {
        10
    }

    const fn default_burst() -> i32 {
        20
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        RateLimit {
            requests_per_second: Self::default_requests_per_second(),
            burst: Self::default_burst(),
        }
    }
}

/// Which certificates are trusted. Exactly one of the two is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = rules::exactly_one_bundle())]
pub struct Tls {
    /// Key of a Secret that holds the trusted issuers as PEM certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_bundle_ref: Option<SecretKeyReference>,
    /// The trusted issuers as PEM certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 65536))]
    #[x_kube(validation = rules::pem_certificates())]
    pub ca_bundle: Option<String>,
}
