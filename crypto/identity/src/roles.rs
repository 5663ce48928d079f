//! Who may call what: one table, in which every RPC is looked up.

use std::{fmt, str::FromStr};

/// What a caller is to the daemon that it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A caller without a certificate.
    Newcomer,
    /// An institution's daemon.
    Participant,
    /// A person who runs the federation.
    Operator,
    /// A person of an institution, at the institution's own daemon.
    Steward,
    /// A person who reads and never writes.
    Supervisor,
}

use Role::{Newcomer, Operator, Participant, Steward, Supervisor};

/// Each RPC, by its path, and who may call it. What is not here, nobody may.
const TABLE: &[(&str, &[Role])] = &[
    ("/consilium.v1.Enrolment/Enrol", &[Newcomer]),
    (
        "/consilium.v1.Enrolment/Renew",
        &[Participant, Operator, Supervisor],
    ),
    ("/consilium.v1.Link/Connect", &[Participant]),
    ("/consilium.v1.Operator/Submit", &[Operator]),
    ("/consilium.v1.Operator/List", &[Operator, Supervisor]),
    ("/consilium.v1.Operator/Show", &[Operator, Supervisor]),
    ("/consilium.v1.Operator/Cancel", &[Operator]),
    ("/consilium.v1.Operator/Watch", &[Operator, Supervisor]),
    ("/consilium.v1.Operator/Result", &[Operator]),
    ("/consilium.v1.Operator/Invite", &[Operator]),
    (
        "/consilium.v1.Operator/Invitations",
        &[Operator, Supervisor],
    ),
    ("/consilium.v1.Operator/Withdraw", &[Operator]),
    ("/consilium.v1.Operator/Members", &[Operator, Supervisor]),
    ("/consilium.v1.Operator/Revoke", &[Operator]),
    ("/consilium.v1.Operator/ExportLog", &[Operator, Supervisor]),
    ("/consilium.v1.Operator/Scorecards", &[Operator, Supervisor]),
    ("/consilium.v1.Steward/Status", &[Steward]),
    ("/consilium.v1.Steward/AddData", &[Steward]),
    ("/consilium.v1.Steward/ListData", &[Steward]),
    ("/consilium.v1.Steward/RemoveData", &[Steward]),
    ("/consilium.v1.Steward/Alignments", &[Steward]),
    ("/consilium.v1.Steward/Queries", &[Steward]),
    ("/consilium.v1.Steward/Studies", &[Steward]),
    ("/consilium.v1.Steward/AwaitStudy", &[Steward]),
    ("/consilium.v1.Steward/Examine", &[Steward]),
    ("/consilium.v1.Steward/Decide", &[Steward]),
    ("/consilium.v1.Steward/OwnResult", &[Steward]),
    ("/consilium.v1.Steward/Peers", &[Steward]),
    ("/consilium.v1.Steward/Verify", &[Steward]),
    ("/consilium.v1.Steward/AddVouch", &[Steward]),
    ("/consilium.v1.Steward/AddSteward", &[Steward]),
    ("/consilium.v1.Steward/ExportOwnLog", &[Steward]),
    ("/consilium.v1.Steward/AddScorecard", &[Steward]),
];

/// A call that its caller may not make.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Forbidden {
    /// The RPC is for others.
    #[error("this call is for {}, not for {role}", names(.rpc))]
    Role {
        /// What the caller is.
        role: Role,
        /// What it called.
        rpc: &'static str,
    },
    /// There is no such RPC.
    #[error("there is no such call")]
    Unknown,
}

impl Forbidden {
    /// Says it in Chinese.
    pub fn in_chinese(&self) -> String {
        match self {
            Forbidden::Role { role, rpc } => {
                format!("此调用仅供 {} 使用，不供 {role} 使用", names(rpc))
            }
            Forbidden::Unknown => "没有这样的调用".to_owned(),
        }
    }
}

impl Role {
    /// Every role there is.
    pub const ALL: [Role; 5] = [Newcomer, Participant, Operator, Steward, Supervisor];

    /// Gives the role's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Newcomer => "newcomer",
            Participant => "participant",
            Operator => "operator",
            Steward => "steward",
            Supervisor => "supervisor",
        }
    }

    /// Says whether a caller of this role may call an RPC, by its gRPC path
    /// (`/package.Service/Method`).
    ///
    /// # Errors
    ///
    /// [`Forbidden`] if not, or if there is no such RPC.
    pub fn authorise(self, path: &str) -> Result<(), Forbidden> {
        let row = TABLE.iter().find(|(rpc, _)| *rpc == path);
        let (rpc, allowed) = row.ok_or(Forbidden::Unknown)?;
        if allowed.contains(&self) {
            return Ok(());
        }
        Err(Forbidden::Role { role: self, rpc })
    }
}

/// Gives every RPC that the table decides, by its path.
pub fn rpcs() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(rpc, _)| *rpc)
}

fn names(rpc: &str) -> String {
    let row = TABLE.iter().find(|(listed, _)| *listed == rpc);
    let roles = row.map_or(&[][..], |(_, roles)| roles);
    let names: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
    names.join(" and ")
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role is newcomer, participant, operator, steward or supervisor")]
pub struct BadRole;

impl FromStr for Role {
    type Err = BadRole;

    fn from_str(name: &str) -> Result<Role, BadRole> {
        let role = Role::ALL.into_iter().find(|role| role.as_str() == name);
        role.ok_or(BadRole)
    }
}
