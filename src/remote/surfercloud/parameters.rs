//! The parameters of a request, and its signature.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use secrecy::ExposeSecret;
use sha1::{Digest, Sha1};

use super::keys::Keys;

/// The parameters of a request, ordered as they are signed. They may hold secrets, so they are never shown.
pub(super) struct Parameters(BTreeMap<&'static str, String>);

/// A request with its signature. Without a nonce or a time in it, it can be sent again for as long as the key lives.
pub(super) struct Signed {
    parameters: BTreeMap<&'static str, String>,
    pub(super) signature: String,
}

impl Parameters {
    pub(super) fn of(action: &'static str) -> Self {
        Parameters(BTreeMap::from([("Action", action.to_owned())]))
    }

    /// Adds a parameter. One without a value is left out: how an empty value is signed is unknown.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        if !value.is_empty() {
            self.0.insert(name, value);
        }
        self
    }

    #[must_use]
    pub(super) fn with_optional(self, name: &'static str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds the public key, and signs: SHA-1 over every name and value in the order of the names, then the private
    /// key, as lower case hexadecimal digits. Values are signed as they are, and encoded afterwards.
    pub(super) fn signed(self, keys: &Keys) -> Signed {
        let token = keys.security_token.as_ref().map(ExposeSecret::expose_secret);
        let parameters = self
            .with("PublicKey", &keys.public_key)
            .with_optional("SecurityToken", token)
            .0;
        let mut digest = Sha1::new();
        for (name, value) in &parameters {
            digest.update(name);
            digest.update(value);
        }
        digest.update(keys.private_key.expose_secret());
        let signature = digest.finalize().iter().fold(String::new(), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
        Signed {
            parameters,
            signature,
        }
    }
}

impl Signed {
    /// All that is sent.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let parameters = self
            .parameters
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        parameters.chain([("Signature", self.signature.as_str())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str = "ucloudsomeone@example.com1296235120854146120";
    const PRIVATE: &str = "46f09bb9fab4f12dfc160dae12273d5332b5debe";

    fn keys(public_key: &str, private_key: &str) -> Keys {
        Keys {
            public_key: public_key.to_owned(),
            private_key: private_key.into(),
            security_token: None,
        }
    }

    fn signature(parameters: &[(&'static str, &str)], keys: &Keys) -> String {
        let none = Parameters(BTreeMap::new());
        let all = parameters
            .iter()
            .fold(none, |all, (name, value)| all.with(name, value));
        all.signed(keys).signature
    }

    const HOST: [(&str, &str); 12] = [
        ("Action", "CreateUHostInstance"),
        ("CPU", "2"),
        ("ChargeType", "Month"),
        ("DiskSpace", "10"),
        ("ImageId", "f43736e1-65a5-4bea-ad2e-8a46e18883c2"),
        ("LoginMode", "Password"),
        ("Memory", "2048"),
        ("Name", "Host01"),
        ("Password", "VUNsb3VkLmNu"),
        ("Quantity", "1"),
        ("Region", "cn-bj2"),
        ("Zone", "cn-bj2-04"),
    ];

    /// The vendor's signature page, and the tests of its published SDKs.
    #[test]
    fn published_signatures_are_reproduced() {
        let keys = keys(PUBLIC, PRIVATE);
        let describe = [
            ("Action", "DescribeUHostInstance"),
            ("Region", "cn-bj2"),
            ("Limit", "10"),
        ];
        assert_eq!(
            signature(&describe, &keys),
            "cba5cf5ec4d4233d206b1b54951e3787350a642f"
        );
        assert_eq!(
            signature(&HOST, &keys),
            "4f9ef5df2abab2c6fccd1e9515cb7e2df8c6bb65"
        );
        let proportion = |value| {
            [
                ("Action", "DescribeUHostInstance"),
                ("Region", "cn-bj2"),
                ("Proportion", value),
            ]
        };
        assert_eq!(
            signature(&proportion("35"), &keys),
            "da620b97de476947302291fc93a2d8b0710be328"
        );
        assert_eq!(
            signature(&proportion("65.722"), &keys),
            "5e39dd48144d6a075328e56a6c5e9df6c39ae939"
        );
    }

    /// A test of the vendor's published SDK for Go: `X.10` comes before `X.2`.
    #[test]
    fn arrays_are_signed_in_the_order_of_their_names() {
        let backends = [
            ("Action", "AllocateBackendBatch"),
            ("Backends.0", "foo"),
            ("Backends.1", "bar"),
            ("Backends.2", "42"),
            ("Backends.3", "foo"),
            ("Backends.4", "bar"),
            ("Backends.5", "42"),
            ("Backends.6", "foo"),
            ("Backends.7", "bar"),
            ("Backends.8", "42"),
            ("Backends.9", "foo"),
            ("Backends.10", "bar"),
            ("Backends.11", "42"),
        ];
        assert_eq!(
            signature(&backends, &keys(PUBLIC, PRIVATE)),
            "6bc32642779f8cb0bb3d3f128b1c0688abf9a1a3"
        );
    }

    /// A test of the vendor's published SDK for Go.
    #[test]
    fn a_security_token_is_signed() {
        let keys = Keys {
            security_token: Some("some_stoken".into()),
            ..keys(PUBLIC, PRIVATE)
        };
        assert_eq!(
            signature(&HOST, &keys),
            "170c480ad176a247b324eb92a2cfe536aacfbd04"
        );
    }

    /// The documentation of the vendor's published SDK for Python; the first has no public key.
    #[test]
    fn a_single_parameter_is_signed() {
        let foo = [("foo", "bar")];
        assert_eq!(
            signature(&foo, &keys("", "my_private_key")),
            "634edc1bb957c0d65e5ab5494cf3b7784fbc87af"
        );
        assert_eq!(
            signature(&foo, &keys("my_public_key", "my_private_key")),
            "d4411ab30953fb0bbcb1e7313081f05e4e91a394"
        );
    }

    /// SurferCloud prints the parameters of this one with a signature that belongs to another public key; a sibling
    /// white label prints this signature.
    #[test]
    fn the_page_of_a_sibling_is_reproduced_where_surfercloud_s_own_is_wrong() {
        let describe = [
            ("Action", "DescribeUHostInstance"),
            ("Region", "cn-bj2"),
            ("Limit", "10"),
        ];
        let keys = keys("someone@example.com1296235120854146120", PRIVATE);
        assert_eq!(
            signature(&describe, &keys),
            "4201919d267504385deb93af19e0197870fed36b"
        );
    }

    /// Computed with another implementation of the published rule.
    #[test]
    fn the_calls_for_images_are_signed() {
        let keys = keys(PUBLIC, PRIVATE);
        let import = [
            ("Action", "ImportCustomImage"),
            ("Auth", "true"),
            ("Format", "qcow2"),
            ("ImageDescription", "built by ci"),
            ("ImageName", "debian-12"),
            ("OsName", "Other"),
            ("OsType", "Other"),
            ("ProjectId", "org-test"),
            ("Region", "hk"),
            ("UFileUrl", "https://images.hk.ufileos.com/debian-12.qcow2"),
        ];
        assert_eq!(
            signature(&import, &keys),
            "3c302034f68641a64a16dab72c4305c853f1e0aa"
        );
        let beyond_ascii = [
            ("Action", "ImportCustomImage"),
            ("Auth", "true"),
            ("Format", "VMDK"),
            ("ImageName", "mbfThSeV"),
            ("OsName", "CentOS 6.5 32位"),
            ("OsType", "CentOS"),
            ("ProjectId", "asdf"),
            ("Region", "cn-bj2"),
            ("UFileUrl", "https://bkt.cn-bj.ufileos.com/img.vmdk"),
        ];
        assert_eq!(
            signature(&beyond_ascii, &keys),
            "b05ee770dcceb98f89e88aa5ee04bbd71401e39e"
        );
        let describe = [
            ("Action", "DescribeImage"),
            ("ImageId", "uimage-abc123"),
            ("ImageType", "Custom"),
            ("Limit", "1"),
            ("Offset", "0"),
            ("ProjectId", "org-test"),
            ("Region", "hk"),
        ];
        assert_eq!(
            signature(&describe, &keys),
            "46abb940be5af0701ead09b27bf450de96a0a287"
        );
        let several = [
            ("Action", "DescribeImage"),
            ("ImageIds.0", "uimage-a"),
            ("ImageIds.1", "uimage-b"),
            ("ProjectId", "org-test"),
            ("Region", "hk"),
        ];
        assert_eq!(
            signature(&several, &keys),
            "606edf8d8299539aa55575d0893a55e27f168dc7"
        );
        let terminate = [
            ("Action", "TerminateCustomImage"),
            ("ImageId", "uimage-abc123"),
            ("ProjectId", "org-test"),
            ("Region", "hk"),
        ];
        assert_eq!(
            signature(&terminate, &keys),
            "f9c3092b6561af278aa9da9d14c3e5d50f53e8ee"
        );
    }

    #[test]
    fn a_parameter_without_a_value_is_not_sent() {
        let signed = Parameters::of("DescribeImage")
            .with("Tag", "")
            .with_optional("Zone", None::<&str>)
            .signed(&keys("p", "k"));
        let names: Vec<&str> = signed.pairs().map(|(name, _)| name).collect();
        assert_eq!(names, ["Action", "PublicKey", "Signature"]);
    }
}
