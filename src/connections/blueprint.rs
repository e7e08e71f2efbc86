//! What a live connection is made from: a CloudConnection with its Secrets, checked.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use url::Url;

use super::secrets::{
    API_TOKEN, CA_BUNDLE, CITRIX_CLIENT, ClientFields, OAUTH_APP, PRIVATE_KEY, PUBLIC_KEY, ResolvedSecrets,
    SECURITY_TOKEN, SERVICE_OAUTH, SecretError,
};
use crate::api::Reason;
use crate::api::SecretKeyReference;
use crate::api::cloud_connection::{
    Account, CitrixCloud, ClientCredentials as ClientSpec, CloudConnectionSpec, HorizonCloud,
    HorizonCredentials, ReadService as ReadServiceSpec, SurferCloud, Tls,
};
use crate::inventory::{Intervals, InvalidIntervals};
use crate::lifecycle::{InvalidRemoteId, Problem, RemoteId};
use crate::remote::auth::{CITRIX_CLOUD, CSP, ClientCredentials, Credentials};
use crate::remote::http::{AllowedHosts, BaseUrl, InvalidBaseUrl, InvalidRateLimit, RateLimit};
use crate::remote::imagemgmt::{HORIZON_CLOUD, ReadService};
use crate::remote::surfercloud::model::{InvalidProjectId, InvalidRegion, Location};
use crate::remote::surfercloud::{Keys, SURFERCLOUD};

/// What a live connection is made from. Two are equal when all that they are made from is, secrets included.
#[derive(Clone)]
pub struct Blueprint {
    pub(super) account: String,
    pub(super) plan: Plan,
    pub(super) ca_bundle: Option<Vec<u8>>,
    pub(super) intervals: Intervals,
    pub(super) rate_limit: RateLimit,
    fingerprint: [u8; 32],
}

/// Which remote system it leads to, and how.
#[derive(Clone)]
pub(super) enum Plan {
    /// The image management API.
    ImageManagement(ImageManagementPlan),
    /// SurferCloud.
    SurferCloud(SurferCloudPlan),
}

/// How to get at an organisation of the image management API.
#[derive(Clone)]
pub(super) struct ImageManagementPlan {
    pub(super) organisation: Option<RemoteId>,
    pub(super) base_url: BaseUrl,
    pub(super) read_service: ReadService,
    pub(super) credentials: Credentials,
}

/// How to get at an account of SurferCloud.
#[derive(Clone)]
pub(super) struct SurferCloudPlan {
    pub(super) base_url: BaseUrl,
    pub(super) home: Location,
    pub(super) keys: Keys,
}

/// No connection can be made from this CloudConnection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlueprintError {
    /// The spec names no account, or several.
    #[error("give exactly one of spec.horizonCloud, spec.citrixCloud and spec.surferCloud")]
    Account,
    /// A region is none.
    #[error("reading spec.surferCloud.region")]
    Region(#[from] InvalidRegion),
    /// A project id is none.
    #[error("reading spec.surferCloud.projectId")]
    Project(#[from] InvalidProjectId),
    /// The spec names no way to sign in, or several.
    #[error("give exactly one of apiToken, oauthApp and serviceOAuth in spec.horizonCloud")]
    SignIn,
    /// Neither a client id nor a reference to one.
    #[error("give {0}, or a reference to a Secret that holds it")]
    ClientId(&'static str),
    /// A Secret is not as it should be.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// An id is none.
    #[error("reading {field}")]
    Id {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        source: InvalidRemoteId,
    },
    /// An address is none.
    #[error("reading {field}")]
    Url {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        source: InvalidBaseUrl,
    },
    /// The operator's own settings forbid an address.
    #[error("{field} leads to an address that is not allowed: {}", problem.message)]
    NotAllowed {
        /// The field.
        field: &'static str,
        /// Which rule forbids it.
        problem: Problem,
    },
    /// The intervals make no sense.
    #[error("reading spec.polling")]
    Intervals(#[from] InvalidIntervals),
    /// The rate limit makes no sense.
    #[error("reading spec.rateLimit")]
    RateLimit(#[from] InvalidRateLimit),
}

impl BlueprintError {
    /// The reason that a condition gives for this.
    pub fn reason(&self) -> Reason {
        match self {
            BlueprintError::Secret(SecretError::NotFound(_)) => Reason::SecretNotFound,
            BlueprintError::Secret(SecretError::KeyMissing(_)) => Reason::SecretKeyMissing,
            BlueprintError::Secret(SecretError::Empty(_) | SecretError::NotText(_)) => Reason::SecretEmpty,
            BlueprintError::NotAllowed { .. } => Reason::HostNotAllowed,
            BlueprintError::Account
            | BlueprintError::Region(_)
            | BlueprintError::Project(_)
            | BlueprintError::SignIn
            | BlueprintError::ClientId(_)
            | BlueprintError::Id { .. }
            | BlueprintError::Url { .. }
            | BlueprintError::Intervals(_)
            | BlueprintError::RateLimit(_) => Reason::InvalidSpec,
        }
    }
}

impl Blueprint {
    /// Checks a CloudConnection and puts it together with its Secrets.
    pub fn parse(
        spec: &CloudConnectionSpec,
        secrets: &ResolvedSecrets,
        allowed: &AllowedHosts,
    ) -> Result<Self, BlueprintError> {
        let account = spec.account().ok_or(BlueprintError::Account)?;
        let reader = Reader { secrets, allowed };
        let plan = match account {
            Account::HorizonCloud(horizon) => Plan::ImageManagement(reader.horizon(horizon)?),
            Account::CitrixCloud(citrix) => Plan::ImageManagement(reader.citrix(citrix)?),
            Account::SurferCloud(surfer) => Plan::SurferCloud(reader.surfer(surfer)?),
        };
        let polling = &spec.polling;
        let mut blueprint = Blueprint {
            account: account.to_string(),
            plan,
            ca_bundle: reader.ca_bundle(spec.tls.as_ref())?,
            intervals: Intervals::new(
                polling.active_interval.as_duration(),
                polling.idle_interval.as_duration(),
            )?,
            rate_limit: RateLimit::new(
                count(spec.rate_limit.requests_per_second),
                count(spec.rate_limit.burst),
            )?,
            fingerprint: [0; 32],
        };
        blueprint.fingerprint = fingerprint(&blueprint);
        Ok(blueprint)
    }

    /// The identity of the account, such as `horizonCloud/<orgId>`.
    pub fn account(&self) -> &str {
        &self.account
    }
}

impl PartialEq for Blueprint {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }
}

impl Eq for Blueprint {}

impl fmt::Debug for Blueprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blueprint")
            .field("account", &self.account)
            .field("intervals", &self.intervals)
            .field("rate_limit", &self.rate_limit)
            .finish_non_exhaustive()
    }
}

struct Reader<'a> {
    secrets: &'a ResolvedSecrets,
    allowed: &'a AllowedHosts,
}

impl Reader<'_> {
    fn horizon(&self, horizon: &HorizonCloud) -> Result<ImageManagementPlan, BlueprintError> {
        let sign_in = horizon.credentials().ok_or(BlueprintError::SignIn)?;
        let base_field = "spec.horizonCloud.baseUrl";
        let token_field = "spec.horizonCloud.tokenUrl";
        let base_text = horizon.base_url.as_deref().unwrap_or(HORIZON_CLOUD);
        let base_url = self.url(base_field, base_text)?;
        let default_token_url = match sign_in {
            HorizonCredentials::ApiToken(_) | HorizonCredentials::OAuthApp(_) => CSP,
            HorizonCredentials::ServiceOAuth(_) => base_text,
        };
        let token_text = horizon.token_url.as_deref().unwrap_or(default_token_url);
        let token_url = self.url(token_field, token_text)?;
        let credentials = match sign_in {
            HorizonCredentials::ApiToken(token) => Credentials::CspApiToken {
                base_url: token_url,
                api_token: self.secrets.text(API_TOKEN, &token.secret_ref)?,
            },
            HorizonCredentials::OAuthApp(client) => Credentials::CspOAuthApp {
                base_url: token_url,
                client: self.client(&OAUTH_APP, client)?,
            },
            HorizonCredentials::ServiceOAuth(client) => Credentials::ServiceOAuth {
                base_url: token_url,
                client: self.client(&SERVICE_OAUTH, client)?,
            },
        };
        Ok(ImageManagementPlan {
            organisation: Some(id("spec.horizonCloud.orgId", &horizon.org_id)?),
            base_url,
            read_service: match horizon.read_service {
                ReadServiceSpec::ImsCatalog => ReadService::ImsCatalog,
                ReadServiceSpec::Imagemgmt => ReadService::Imagemgmt,
            },
            credentials,
        })
    }

    fn citrix(&self, citrix: &CitrixCloud) -> Result<ImageManagementPlan, BlueprintError> {
        let base_text = citrix.base_url.as_deref().unwrap_or(CITRIX_CLOUD);
        let token_text = citrix.token_url.as_deref().unwrap_or(CITRIX_CLOUD);
        let organisation = citrix
            .org_id
            .as_deref()
            .map(|text| id("spec.citrixCloud.orgId", text))
            .transpose()?;
        // The customer id stands in a path and in a header.
        id("spec.citrixCloud.customerId", &citrix.customer_id)?;
        Ok(ImageManagementPlan {
            organisation,
            base_url: self.url("spec.citrixCloud.baseUrl", base_text)?,
            read_service: ReadService::default(),
            credentials: Credentials::CitrixCloud {
                base_url: self.url("spec.citrixCloud.tokenUrl", token_text)?,
                customer_id: citrix.customer_id.clone(),
                client: self.client(&CITRIX_CLIENT, &citrix.client_credentials)?,
            },
        })
    }

    fn surfer(&self, surfer: &SurferCloud) -> Result<SurferCloudPlan, BlueprintError> {
        let base_text = surfer.base_url.as_deref().unwrap_or(SURFERCLOUD);
        let keys = &surfer.credentials;
        let token = keys.security_token_ref.as_ref();
        Ok(SurferCloudPlan {
            base_url: self.url("spec.surferCloud.baseUrl", base_text)?,
            home: Location {
                region: surfer.region.parse()?,
                project_id: surfer.project_id.as_deref().map(str::parse).transpose()?,
            },
            keys: Keys {
                public_key: self.plain(PUBLIC_KEY, &keys.public_key_ref)?,
                private_key: self.secrets.text(PRIVATE_KEY, &keys.private_key_ref)?,
                security_token: token
                    .map(|token| self.secrets.text(SECURITY_TOKEN, token))
                    .transpose()?,
            },
        })
    }

    fn client(
        &self,
        fields: &ClientFields,
        client: &ClientSpec,
    ) -> Result<ClientCredentials, BlueprintError> {
        let client_id = match (&client.client_id, &client.client_id_ref) {
            (Some(id), _) => id.clone(),
            (None, Some(reference)) => self.plain(fields.id_ref, reference)?,
            (None, None) => return Err(BlueprintError::ClientId(fields.id)),
        };
        Ok(ClientCredentials {
            client_id,
            client_secret: self.secrets.text(fields.secret_ref, &client.secret_ref)?,
        })
    }

    fn ca_bundle(&self, tls: Option<&Tls>) -> Result<Option<Vec<u8>>, BlueprintError> {
        let Some(tls) = tls else {
            return Ok(None);
        };
        let bundle = match (&tls.ca_bundle, &tls.ca_bundle_ref) {
            (Some(bundle), _) => Some(bundle.clone()),
            (None, Some(reference)) => Some(self.plain(CA_BUNDLE, reference)?),
            (None, None) => None,
        };
        Ok(bundle.map(String::into_bytes))
    }

    /// Something that stands in a Secret and is none.
    fn plain(&self, field: &'static str, reference: &SecretKeyReference) -> Result<String, SecretError> {
        let text = self.secrets.text(field, reference)?;
        Ok(text.expose_secret().to_owned())
    }

    fn url(&self, field: &'static str, text: &str) -> Result<BaseUrl, BlueprintError> {
        let url: BaseUrl = text
            .parse()
            .map_err(|source| BlueprintError::Url { field, source })?;
        let parsed = Url::parse(text).map_err(|source| BlueprintError::Url {
            field,
            source: source.into(),
        })?;
        self.allowed
            .check(&parsed)
            .map_err(|problem| BlueprintError::NotAllowed { field, problem })?;
        Ok(url)
    }
}

fn id(field: &'static str, text: &str) -> Result<RemoteId, BlueprintError> {
    text.parse()
        .map_err(|source| BlueprintError::Id { field, source })
}

/// The API server lets no negative number through; should one come, it is refused like a zero.
fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// SHA-256 over all that a connection is made from. Each piece is preceded by its length, so that none runs into
/// the next.
fn fingerprint(blueprint: &Blueprint) -> [u8; 32] {
    let mut pieces = Pieces(Sha256::new());
    pieces.add(&blueprint.account);
    pieces.add(&format!("{:?} {:?}", blueprint.intervals, blueprint.rate_limit));
    pieces.add_bytes(blueprint.ca_bundle.as_deref().unwrap_or_default());
    match &blueprint.plan {
        Plan::ImageManagement(plan) => pieces.add_image_management(plan),
        Plan::SurferCloud(plan) => pieces.add_surfercloud(plan),
    }
    pieces.0.finalize().into()
}

struct Pieces(Sha256);

impl Pieces {
    fn add_bytes(&mut self, piece: &[u8]) {
        self.0.update(piece.len().to_be_bytes());
        self.0.update(piece);
    }

    fn add(&mut self, piece: &str) {
        self.add_bytes(piece.as_bytes());
    }

    fn add_secret(&mut self, secret: &SecretString) {
        self.add(secret.expose_secret());
    }

    fn add_image_management(&mut self, plan: &ImageManagementPlan) {
        self.add(plan.organisation.as_ref().map_or("", RemoteId::as_str));
        self.add(&plan.base_url.to_string());
        self.add(plan.read_service.as_str());
        match &plan.credentials {
            Credentials::CspApiToken { base_url, api_token } => {
                self.add("apiToken");
                self.add(&base_url.to_string());
                self.add_secret(api_token);
            }
            Credentials::CspOAuthApp { base_url, client } => self.add_client("oauthApp", base_url, client),
            Credentials::ServiceOAuth { base_url, client } => {
                self.add_client("serviceOAuth", base_url, client);
            }
            Credentials::CitrixCloud {
                base_url,
                customer_id,
                client,
            } => {
                self.add(customer_id);
                self.add_client("clientCredentials", base_url, client);
            }
        }
    }

    fn add_surfercloud(&mut self, plan: &SurferCloudPlan) {
        self.add("surferCloud");
        self.add(&plan.base_url.to_string());
        self.add(&plan.home.to_string());
        self.add(&plan.keys.public_key);
        self.add_secret(&plan.keys.private_key);
        match &plan.keys.security_token {
            Some(token) => self.add_secret(token),
            None => self.add(""),
        }
    }

    fn add_client(&mut self, way: &str, base_url: &BaseUrl, client: &ClientCredentials) {
        self.add(way);
        self.add(&base_url.to_string());
        self.add(&client.client_id);
        self.add_secret(&client.client_secret);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::examples::{allowed, horizon_spec, secrets_of, spec};
    use crate::connections::secrets::{Looked, secret_references};
    use crate::remote::http::PlainHttp;
    use serde_json::{Value, json};
    use std::error::Error;

    fn parse(spec: &CloudConnectionSpec, secret: &str) -> Result<Blueprint, BlueprintError> {
        Blueprint::parse(spec, &secrets_of(spec, secret), &allowed(&["*"]))
    }

    fn image_management(blueprint: Blueprint) -> ImageManagementPlan {
        match blueprint.plan {
            Plan::ImageManagement(plan) => plan,
            Plan::SurferCloud(_) => panic!("another remote system"),
        }
    }

    fn citrix_spec(client: &Value) -> CloudConnectionSpec {
        spec(json!({ "citrixCloud": { "customerId": "acme", "clientCredentials": client } }))
    }

    #[test]
    fn the_vendors_hosts_are_the_defaults() {
        let blueprint = parse(&horizon_spec(&json!({})), "token").unwrap();
        assert_eq!(blueprint.account(), "horizonCloud/org-1");
        let plan = image_management(blueprint);
        assert_eq!(plan.base_url.to_string(), HORIZON_CLOUD);
        let Credentials::CspApiToken { base_url, .. } = plan.credentials else {
            panic!()
        };
        assert_eq!(base_url.to_string(), CSP);
    }

    #[test]
    fn the_services_own_sign_in_is_at_the_services_address() {
        let spec = spec(json!({ "horizonCloud": {
            "orgId": "org-1", "baseUrl": "https://eu.example",
            "serviceOAuth": { "clientId": "me", "secretRef": { "name": "s", "key": "k" } },
        }}));
        let plan = image_management(parse(&spec, "secret").unwrap());
        let Credentials::ServiceOAuth { base_url, client } = plan.credentials else {
            panic!()
        };
        assert_eq!(base_url.to_string(), "https://eu.example");
        assert_eq!(client.client_id, "me");
    }

    #[test]
    fn a_client_id_may_stand_in_a_secret() {
        let spec = citrix_spec(&json!({
            "clientIdRef": { "name": "s", "key": "id" }, "secretRef": { "name": "s", "key": "secret" },
        }));
        let fields: Vec<&str> = secret_references(&spec)
            .iter()
            .map(|reference| reference.field)
            .collect();
        assert_eq!(fields, [CITRIX_CLIENT.id_ref, CITRIX_CLIENT.secret_ref]);
        assert!(parse(&spec, "x").is_ok());
        let without = citrix_spec(&json!({ "secretRef": { "name": "s", "key": "secret" } }));
        assert_eq!(
            parse(&without, "x"),
            Err(BlueprintError::ClientId(CITRIX_CLIENT.id))
        );
    }

    #[test]
    fn every_difference_makes_another_blueprint() {
        let mut blueprints = vec![
            parse(&horizon_spec(&json!({})), "token").unwrap(),
            parse(&horizon_spec(&json!({})), "rotated").unwrap(),
        ];
        for change in [
            json!({ "baseUrl": "https://other.example" }),
            json!({ "tokenUrl": "https://other.example" }),
            json!({ "readService": "imagemgmt" }),
            json!({ "orgId": "org-2" }),
        ] {
            blueprints.push(parse(&horizon_spec(&change), "token").unwrap());
        }
        let around: [fn(&mut CloudConnectionSpec); 4] = [
            |spec| spec.polling.active_interval = "1s".parse().unwrap(),
            |spec| spec.polling.idle_interval = "1h".parse().unwrap(),
            |spec| spec.rate_limit.burst = 7,
            |spec| {
                spec.tls = Some(Tls {
                    ca_bundle: Some("PEM".into()),
                    ca_bundle_ref: None,
                });
            },
        ];
        for change in around {
            let mut spec = horizon_spec(&json!({}));
            change(&mut spec);
            blueprints.push(parse(&spec, "token").unwrap());
        }
        for (n, one) in blueprints.iter().enumerate() {
            for (m, other) in blueprints.iter().enumerate() {
                assert_eq!(one == other, n == m, "{n} and {m}");
            }
        }
        assert_eq!(
            parse(&horizon_spec(&json!({})), "token\n").unwrap(),
            blueprints[0]
        );
    }

    #[test]
    fn suspending_a_connection_leaves_its_blueprint_as_it_is() {
        let mut suspended = horizon_spec(&json!({}));
        suspended.suspend = true;
        assert_eq!(
            parse(&suspended, "token"),
            parse(&horizon_spec(&json!({})), "token")
        );
    }

    #[test]
    fn a_secret_is_shown_nowhere() {
        let blueprint = parse(&horizon_spec(&json!({})), "hunter2").unwrap();
        assert!(!format!("{blueprint:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_wrong_with_a_secret_names_field_object_and_key() {
        let spec = horizon_spec(&json!({}));
        let references = secret_references(&spec);
        let mut secrets = ResolvedSecrets::default();
        let parse = |secrets: &ResolvedSecrets| {
            let error = Blueprint::parse(&spec, secrets, &allowed(&["*"])).unwrap_err();
            (error.reason(), error.to_string())
        };
        let (reason, message) = parse(&secrets);
        assert_eq!(reason, Reason::SecretNotFound);
        for part in ["prod-token", "\"token\"", API_TOKEN] {
            assert!(message.contains(part), "{message}");
        }
        secrets.insert(&references[0], Looked::NoKey);
        assert_eq!(parse(&secrets).0, Reason::SecretKeyMissing);
        secrets.insert(&references[0], Looked::Found(b" \n".to_vec().into()));
        assert_eq!(parse(&secrets).0, Reason::SecretEmpty);
        secrets.insert(&references[0], Looked::Found(vec![0xff].into()));
        assert_eq!(parse(&secrets).0, Reason::SecretEmpty);
    }

    #[test]
    fn addresses_outside_of_the_allowed_hosts_are_refused_with_their_field() {
        let spec = horizon_spec(&json!({ "baseUrl": "https://169.254.169.254" }));
        let error = parse(&spec, "token").unwrap_err();
        assert_eq!(error.reason(), Reason::HostNotAllowed);
        assert!(
            error.to_string().starts_with("spec.horizonCloud.baseUrl"),
            "{error}"
        );

        let token_only = horizon_spec(&json!({}));
        let vendor = AllowedHosts::new(["cloud.omnissahorizon.com".parse().unwrap()], PlainHttp::Refused);
        let error = Blueprint::parse(&token_only, &secrets_of(&token_only, "t"), &vendor).unwrap_err();
        assert!(
            error.to_string().starts_with("spec.horizonCloud.tokenUrl"),
            "{error}"
        );

        let malformed = horizon_spec(&json!({ "baseUrl": "not an address" }));
        let error = parse(&malformed, "token").unwrap_err();
        assert_eq!(error.reason(), Reason::InvalidSpec);
        assert!(error.source().is_some());
    }
}
