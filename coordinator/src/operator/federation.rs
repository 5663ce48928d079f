//! Calls about the federation: its members, invitations, journal.

use std::time::Duration;

use consilium_identity::{Invitation, Role};
use consilium_journal::{Entry, Kind};
use consilium_mailbox::PartyId;
use consilium_proto::v1;

use super::{OperatorError, OperatorService};
use crate::{
    access::By,
    store::{
        Change, EnrolError, institutions,
        invitations::{self, Guest},
        people,
    },
};

/// How long an invitation holds if nobody says how long.
const USUAL: Duration = Duration::from_hours(7 * 24);
/// The longest that an invitation holds.
const LONGEST: Duration = Duration::from_hours(30 * 24);

impl OperatorService {
    pub(super) async fn make_invitation(
        &self,
        By(by): By,
        request: v1::InviteRequest,
    ) -> Result<v1::Invitation, OperatorError> {
        let v1::InviteRequest {
            name,
            role,
            valid_s,
        } = request;
        let role: Role = role.parse().map_err(|_| OperatorError::NoSuchRole(role))?;
        // A certificate names people as it names institutions.
        let party: PartyId = name
            .parse()
            .map_err(|_| OperatorError::BadName(name.clone()))?;
        let guest = match role {
            Role::Participant => Guest::Institution { name: party },
            Role::Operator | Role::Supervisor => Guest::Person {
                name: name.clone(),
                role: role.to_string(),
                institution: None,
            },
            Role::Newcomer | Role::Steward => {
                return Err(OperatorError::NoSuchRole(role.to_string()));
            }
        };
        let is_member =
            |(member, who): &(String, crate::roster::Member)| *member == name && !who.is_revoked;
        if name == self.desk.me.as_str() || self.desk.roster.all().iter().any(is_member) {
            return Err(OperatorError::Member(name));
        }
        let valid = match valid_s {
            0 => USUAL,
            seconds => Duration::from_secs(seconds).min(LONGEST),
        };
        let (address, federation) = (&self.office.address, self.desk.federation);
        let invitation =
            Invitation::random(federation, address, &mut self.desk.ambient.generator())?;
        let made = self.desk.ambient.now();
        let expires = made.after(valid);
        let entry = Entry::new(made, Kind::ROSTER)
            .with("what", "invited")
            .with("name", &name)
            .with("role", role)
            .with("by", by);
        let mut change = self.desk.store.begin().await?;
        let record = invitations::Invitation {
            token: invitation.token().hash(),
            guest,
            made,
            expires,
            used: None,
            withdrawn: None,
        };
        invitations::add(&mut change, &record).await?;
        change.log(&entry).await?;
        change.commit().await?;
        Ok(v1::Invitation {
            code: invitation.text().expose().clone(),
            expires: expires.0,
        })
    }

    pub(super) async fn list_invitations(&self) -> Result<v1::InvitationList, OperatorError> {
        let now = self.desk.ambient.now();
        let all = invitations::all(&self.desk.store).await?.into_iter();
        let open = all.filter(|invitation| invitation.is_open(now));
        Ok(v1::InvitationList {
            invitations: open.map(open_invitation).collect(),
        })
    }

    pub(super) async fn withdraw_invitations(
        &self,
        by: By,
        name: &str,
    ) -> Result<v1::InvitationList, OperatorError> {
        let mut change = self.desk.store.begin().await?;
        let withdrawn = self.withdraw(&mut change, &by, name).await;
        withdrawn.map_err(|error| match error {
            EnrolError::NotInvited => OperatorError::NoInvitation(name.to_owned()),
            other => other.into(),
        })?;
        change.commit().await?;
        self.list_invitations().await
    }

    async fn withdraw(
        &self,
        change: &mut Change,
        By(by): &By,
        name: &str,
    ) -> Result<(), EnrolError> {
        let now = self.desk.ambient.now();
        invitations::withdraw(change, name, now).await?;
        let entry = Entry::new(now, Kind::ROSTER)
            .with("what", "withdrawn")
            .with("name", name)
            .with("by", by);
        change.log(&entry).await?;
        Ok(())
    }

    pub(super) fn list_members(&self) -> v1::MemberList {
        let status = |(name, member): (String, crate::roster::Member)| v1::MemberStatus {
            role: member.role.to_string(),
            key: member.key.to_bytes().to_vec().into(),
            connected: name.parse().is_ok_and(|party| self.desk.reaches(&party)),
            revoked: member.is_revoked,
            expires: member.expires,
            name,
        };
        v1::MemberList {
            members: self.desk.roster.all().into_iter().map(status).collect(),
        }
    }

    /// Shuts a member out.
    ///
    /// # Security
    ///
    /// Invitations in that name that were not used go with it: none may be a way back in.
    pub(super) async fn revoke_member(
        &self,
        by: By,
        name: &str,
    ) -> Result<v1::MemberList, OperatorError> {
        let now = self.desk.ambient.now();
        let entry = Entry::new(now, Kind::ROSTER)
            .with("what", "revoked")
            .with("name", name)
            .with("by", &by.0);
        let mut change = self.desk.store.begin().await?;
        match name.parse::<PartyId>() {
            Ok(party) if self.desk.roster.has(&party) => {
                institutions::revoke(&mut change, &party, now).await?;
            }
            _ => people::revoke(&mut change, name, now).await?,
        }
        change.log(&entry).await?;
        // Without an open invitation there is nothing to take back.
        if let Err(EnrolError::Store(error)) = self.withdraw(&mut change, &by, name).await {
            return Err(error.into());
        }
        change.commit().await?;
        self.desk.roster.reload(&self.desk.store).await?;
        Ok(self.list_members())
    }

    pub(super) async fn export_journal(&self, By(by): By) -> Result<v1::LogExport, OperatorError> {
        let entry = Entry::new(self.desk.ambient.now(), Kind::EXPORT)
            .with("what", "journal")
            .with("by", by);
        self.desk.store.log(&entry).await?;
        let lines = self.desk.store.export_journal().await?;
        Ok(v1::LogExport { lines })
    }
}

fn open_invitation(invitation: invitations::Invitation) -> v1::OpenInvitation {
    let (name, role) = match invitation.guest {
        Guest::Institution { name } => (name.to_string(), Role::Participant.to_string()),
        Guest::Person { name, role, .. } => (name, role),
    };
    v1::OpenInvitation {
        name,
        role,
        made: invitation.made.0,
        expires: invitation.expires.0,
    }
}
