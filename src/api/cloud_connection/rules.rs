//! What the API server refuses in a CloudConnection, and the sentence that it refuses it with.

use kube::core::Rule;

use crate::api::duration::PATTERN;

const IDENTITY_IS_FIXED: &str = "cannot be changed: create another CloudConnection";

pub(super) fn exactly_one_account() -> Rule {
    Rule::new(
        "[has(self.horizonCloud), has(self.citrixCloud), has(self.surferCloud)].filter(x, x).size() == 1",
    )
    .message("give exactly one kind of account: horizonCloud, citrixCloud or surferCloud")
}

pub(super) fn same_kind_of_account() -> Rule {
    Rule::new(
        "has(self.horizonCloud) == has(oldSelf.horizonCloud) && has(self.citrixCloud) == has(oldSelf.citrixCloud) && \
         has(self.surferCloud) == has(oldSelf.surferCloud)",
    )
    .message(format!("the kind of account {IDENTITY_IS_FIXED}").as_str())
}

pub(super) fn same_horizon_organisation() -> Rule {
    Rule::new(
        "!has(self.horizonCloud) || !has(oldSelf.horizonCloud) || self.horizonCloud.orgId == oldSelf.horizonCloud.orgId",
    )
    .message(format!("orgId {IDENTITY_IS_FIXED}").as_str())
    .field_path(".horizonCloud.orgId")
}

pub(super) fn same_citrix_customer() -> Rule {
    Rule::new(
        "!has(self.citrixCloud) || !has(oldSelf.citrixCloud) || self.citrixCloud.customerId == oldSelf.citrixCloud.customerId",
    )
    .message(format!("customerId {IDENTITY_IS_FIXED}").as_str())
    .field_path(".citrixCloud.customerId")
}

pub(super) fn same_citrix_organisation() -> Rule {
    Rule::new(
        "!has(self.citrixCloud) || !has(oldSelf.citrixCloud) || \
         (has(self.citrixCloud.orgId) == has(oldSelf.citrixCloud.orgId) && \
         (!has(self.citrixCloud.orgId) || self.citrixCloud.orgId == oldSelf.citrixCloud.orgId))",
    )
    .message(format!("orgId {IDENTITY_IS_FIXED}").as_str())
    .field_path(".citrixCloud.orgId")
}

pub(super) fn same_surfer_region() -> Rule {
    Rule::new(
        "!has(self.surferCloud) || !has(oldSelf.surferCloud) || self.surferCloud.region == oldSelf.surferCloud.region",
    )
    .message(format!("region {IDENTITY_IS_FIXED}").as_str())
    .field_path(".surferCloud.region")
}

pub(super) fn same_surfer_project() -> Rule {
    Rule::new(
        "!has(self.surferCloud) || !has(oldSelf.surferCloud) || \
         (has(self.surferCloud.projectId) == has(oldSelf.surferCloud.projectId) && \
         (!has(self.surferCloud.projectId) || self.surferCloud.projectId == oldSelf.surferCloud.projectId))",
    )
    .message(format!("projectId {IDENTITY_IS_FIXED}").as_str())
    .field_path(".surferCloud.projectId")
}

pub(super) fn exactly_one_sign_in() -> Rule {
    Rule::new("[has(self.apiToken), has(self.oauthApp), has(self.serviceOAuth)].filter(x, x).size() == 1")
        .message("give exactly one way to sign in: apiToken, oauthApp or serviceOAuth")
}

pub(super) fn exactly_one_client_id() -> Rule {
    Rule::new("has(self.clientId) != has(self.clientIdRef)")
        .message("give exactly one of clientId and clientIdRef")
}

pub(super) fn exactly_one_bundle() -> Rule {
    Rule::new("has(self.caBundle) != has(self.caBundleRef)")
        .message("give exactly one of caBundle and caBundleRef")
}

pub(super) fn pem_certificates() -> Rule {
    Rule::new("self.contains('-----BEGIN CERTIFICATE-----')")
        .message("give PEM certificates, each from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----")
}

pub(super) fn base_url() -> Rule {
    Rule::new(r"isURL(self) && self.matches('^https?://[^/@?#\\s]+(/[^@?#\\s]*)?$')").message(
        "give the address of a host, such as https://cloud.example.com, without user name, query or fragment",
    )
}

pub(super) fn interval_between(shortest: &str, longest: &str) -> Rule {
    Rule::new(format!(
        "self.matches('{PATTERN}') && duration(self) >= duration('{shortest}') && duration(self) <= duration('{longest}')"
    ))
    .message(format!("give a length of time from {shortest} to {longest}, such as 15s or 1h30m").as_str())
}

/// Leaves what is no length of time to the rules of the two fields.
pub(super) fn active_not_longer_than_idle() -> Rule {
    Rule::new(format!(
        "!self.activeInterval.matches('{PATTERN}') || !self.idleInterval.matches('{PATTERN}') || \
         duration(self.activeInterval) <= duration(self.idleInterval)"
    ))
    .message("activeInterval cannot be longer than idleInterval")
    .field_path(".activeInterval")
}
