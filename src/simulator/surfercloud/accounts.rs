//! The built-in accounts, their projects, and the regions.

use serde_json::{Value, json};

use super::call::Call;
use super::refusal::Refusal;

/// The regions that there are; which ones SurferCloud has is unknown.
pub(super) const REGIONS: [&str; 3] = ["hk", "sg", "us-ca"];

/// What keys lead to.
pub(super) struct Account {
    public_key: &'static str,
    private_key: &'static str,
    /// Temporary keys come with a token.
    security_token: Option<&'static str>,
    /// The projects of the company, the default one first.
    projects: &'static [&'static str],
    rights: Rights,
}

/// What keys may do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rights {
    /// The main account: everything.
    Everything,
    /// A sub-account: this project, which it has to name.
    Only(&'static str),
}

const DEMO: &[&str] = &["org-demo", "org-other"];

const ACCOUNTS: [Account; 4] = [
    Account {
        public_key: "demo-public",
        private_key: "demo-private",
        security_token: None,
        projects: DEMO,
        rights: Rights::Everything,
    },
    Account {
        public_key: "sub-public",
        private_key: "sub-private",
        security_token: None,
        projects: DEMO,
        rights: Rights::Only("org-demo"),
    },
    Account {
        public_key: "temporary-public",
        private_key: "temporary-private",
        security_token: Some("demo-security-token"),
        projects: DEMO,
        rights: Rights::Everything,
    },
    Account {
        public_key: "other-public",
        private_key: "other-private",
        security_token: None,
        projects: &["org-foreign"],
        rights: Rights::Everything,
    },
];

impl Account {
    /// Whose keys signed a request.
    pub(super) fn of(call: &Call) -> Result<&'static Account, Refusal> {
        let Some(signature) = call.text("Signature") else {
            return Err(Refusal::new(170, "Missing signature"));
        };
        let public_key = call.text("PublicKey").unwrap_or_default();
        let account = ACCOUNTS.iter().find(|account| account.public_key == public_key);
        let account = account.ok_or_else(|| Refusal::new(172, "User Not Exists"))?;
        if call.signature(account.private_key) != signature {
            return Err(Refusal::new(171, "Signature VerifyAC Error"));
        }
        if call.text("SecurityToken").as_deref() != account.security_token {
            return Err(Refusal::new(174, "Token Not Exists"));
        }
        Ok(account)
    }

    /// The project that a request is about.
    pub(super) fn project(&self, named: Option<&str>) -> Result<&'static str, Refusal> {
        let forbidden = || Refusal::new(299, "IAM permission error");
        let Some(named) = named else {
            return match self.rights {
                Rights::Everything => self.projects.first().copied().ok_or_else(forbidden),
                Rights::Only(_) => Err(forbidden()),
            };
        };
        let known = self.projects.iter().find(|project| **project == named);
        let project = known.ok_or_else(|| Refusal::new(292, format!("Project [{named}] not exists")))?;
        match self.rights {
            Rights::Only(allowed) if allowed != *project => Err(forbidden()),
            _ => Ok(project),
        }
    }

    pub(super) fn project_list(&self) -> Value {
        let seen = self
            .projects
            .iter()
            .enumerate()
            .filter(|(_, project)| match self.rights {
                Rights::Everything => true,
                Rights::Only(allowed) => allowed == **project,
            });
        let rows: Vec<Value> = seen
            .map(|(number, project)| {
                json!({
                    "ProjectId": project,
                    "ProjectName": project.trim_start_matches("org-"),
                    "CreateTime": 1_700_000_000,
                    "IsDefault": number == 0,
                    "ResourceCount": 0,
                    "MemberCount": 1,
                    "ParentId": "",
                    "ParentName": "",
                })
            })
            .collect();
        json!({ "ProjectCount": rows.len(), "ProjectSet": rows })
    }
}

/// One row for each zone.
pub(super) fn region_rows() -> Vec<Value> {
    let rows = REGIONS.iter().enumerate();
    rows.map(|(number, region)| {
        json!({
            "RegionId": number + 1,
            "RegionName": region.to_uppercase(),
            "IsDefault": number == 0,
            "BitMaps": "1",
            "Region": region,
            "Zone": format!("{region}-01"),
        })
    })
    .collect()
}
