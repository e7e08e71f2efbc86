//! How the client speaks to the API.

use crate::lifecycle::RemoteId;
use crate::remote::http::BaseUrl;

/// The vendor's public host.
pub const HORIZON_CLOUD: &str = "https://cloud.omnissahorizon.com";

/// How the client speaks to the API of one account.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// Where the API lives.
    pub base_url: BaseUrl,
    /// The organisation that requests name; without one, the remote takes that of the token.
    pub org_id: Option<RemoteId>,
    /// Which service reads go to.
    pub read_service: ReadService,
    /// How passwords are written.
    pub password_form: PasswordForm,
}

impl ClientSettings {
    /// The usual settings for an organisation at an address.
    pub fn new(base_url: BaseUrl, org_id: Option<RemoteId>) -> Self {
        ClientSettings {
            base_url,
            org_id,
            read_service: ReadService::default(),
            password_form: PasswordForm::default(),
        }
    }
}

/// The services that serve reads. All writes go to `imagemgmt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadService {
    /// `ims-catalog`, which the vendor's own client reads from.
    #[default]
    ImsCatalog,
    /// `imagemgmt`.
    Imagemgmt,
}

impl ReadService {
    /// The service's segment in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            ReadService::ImsCatalog => "ims-catalog",
            ReadService::Imagemgmt => "imagemgmt",
        }
    }
}

/// How the password in `vmInfo` is written. The public document declares a list of strings; clients that are known
/// to work send either form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PasswordForm {
    /// A list of single characters.
    #[default]
    Characters,
    /// One string.
    Text,
}
