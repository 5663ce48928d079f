//! The stewards of a local federation: their keys live in this process and die with it.

use std::collections::BTreeSet;

use anyhow::Context as _;
use consilium_base::Signer as _;
use consilium_identity::IdentityKey;
use consilium_mailbox::PartyId;
use consilium_plan::{DataVersion, Decision, FederationId, Grant, Name, Plan, Statement, Steward};
use consilium_proto::v1;
use rand::{TryRng as _, rngs::SysRng};

use crate::clock;

/// What stewards are called here.
const NAME: &str = "local";

/// A steward of one institution.
pub(super) struct LocalSteward {
    key: IdentityKey,
    who: Steward,
}

impl LocalSteward {
    pub(super) fn new(party: &PartyId) -> anyhow::Result<LocalSteward> {
        let key = IdentityKey::from_seed(&consilium_base::Seed::from_bytes(random()?));
        let name = Name::try_from(NAME.to_owned()).context("a steward's name")?;
        Ok(LocalSteward {
            key,
            who: Steward {
                party: party.clone(),
                name,
            },
        })
    }

    /// Makes the steward known to the daemon.
    pub(super) fn introduction(&self) -> v1::AddStewardRequest {
        v1::AddStewardRequest {
            name: NAME.to_owned(),
            key: self.key.public().to_bytes().to_vec().into(),
        }
    }

    /// Approves a plan with all that it asks for.
    pub(super) fn approval(
        &self,
        plan: &Plan,
        house: &v1::ParticipantStatus,
        data_version: &[u8],
    ) -> anyhow::Result<v1::DecideRequest> {
        let now = clock::now();
        let version = data_version.try_into().context("a version has 32 bytes")?;
        let federation = house
            .federation_id
            .as_ref()
            .try_into()
            .context("an id has 32 bytes")?;
        let statement = Statement {
            federation: FederationId(federation),
            signer: self.who.clone(),
            plan: plan.hash(),
            decision: Decision::Approve(Grant {
                data: DataVersion(version),
                runs: plan.limits().runs,
                until: plan.deadline(now),
                waiver: plan.asks_waiver(),
                beside: BTreeSet::new(),
            }),
            at: now,
            nonce: random()?,
        };
        Ok(v1::DecideRequest {
            statement: serde_json::to_vec(&statement)?.into(),
            signature: self.key.sign(&statement.message()).0.to_vec().into(),
            steward: self.key.public().to_bytes().to_vec().into(),
        })
    }
}

fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    SysRng
        .try_fill_bytes(&mut bytes)
        .context("drawing random bytes")?;
    Ok(bytes)
}
