//! What requests are signed with.

use secrecy::SecretString;

/// The key pair of an account, or of one of its sub-accounts.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Which keys these are; sent with every request.
    pub public_key: String,
    /// Signs, and is never sent.
    pub private_key: SecretString,
    /// Sent with every request where the keys are temporary ones (STS).
    pub security_token: Option<SecretString>,
}
