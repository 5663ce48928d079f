//! Contributors show each other that they mean the same.

use bytes::Bytes;
use consilium_base::{Digest, Seed, Tagged, written_as_hex};
use consilium_mailbox::{Mailbox, Message, PartyId};
use serde::{Deserialize, Serialize};

use crate::{
    Contract, ContractError,
    compare::{Shown, differences, shown},
};

/// The key under which contributors compare. It has no `Debug`: nobody prints it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Keyed {
    /// 32 bytes.
    pub(crate) key: Bytes,
}

impl Message for Keyed {
    const STEP: &'static str = "contract.1.key";
    const LIMIT: usize = 64;
}

/// A keyed hash of a whole contract.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sealed {
    pub(crate) seal: Digest,
}

impl Message for Sealed {
    const STEP: &'static str = "contract.1.seal";
    const LIMIT: usize = 64;
}

/// A contract, column by column: goes only between two whose seals differ.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Items {
    pub(crate) items: Vec<Shown>,
}

impl Message for Items {
    const STEP: &'static str = "contract.1.items";
    const LIMIT: usize = 8 << 20;
}

/// What stands for a contributor's whole contract in a study: all who mean the same and have the same tables
/// of codes have the same.
///
/// # Security
///
/// Uniform to whoever has not the contributors' key; those who have it were shown this by the protocol.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seal(Digest);

written_as_hex!(Seal);

/// The scope of the comparison in a run, and the part to which its costs are charged.
pub const CONTRACT: &str = "contract";

/// Shows all other contributors that this party means the same as they: one of their equal parts. Gives the
/// seal that it showed them; none if there are no others.
///
/// Figure 1 of docs/protocols/contract.md. `roster` are the contributors in the plan's order, this party among
/// them; `about` is what all of them have agreed to, the hash of the plan. `seed` is this party's secret for the
/// study: the first contributor's key follows from it, so that a repeated run has the same.
///
/// # Errors
///
/// [`ContractError::Differs`] at every contributor, if any two of them differ.
pub async fn prove(
    mail: &Mailbox,
    roster: &[PartyId],
    (contract, about): (&Contract, &Digest),
    seed: &Seed,
) -> Result<Option<Seal>, ContractError> {
    let others = check_roster(mail.me(), roster)?;
    if others.is_empty() {
        return Ok(None);
    }
    let mail = &mail.phase(CONTRACT);
    let key = share_key(mail, roster, (seed, about)).await?;
    let own = shown(contract, &key);
    let seal = seal(&own, &key);
    mail.broadcast(&others, &Sealed { seal }).await?; // m2: a keyed hash of the whole
    let mut differing = Vec::new();
    for peer in &others {
        let theirs: Sealed = mail.recv(peer).await?;
        if theirs.seal != seal {
            differing.push((peer.clone(), theirs.seal));
        }
    }
    let parties: Vec<PartyId> = differing.iter().map(|(peer, _)| peer.clone()).collect();
    let items = Items { items: own };
    mail.broadcast(&parties, &items).await?; // m3: the parts, to those who differ
    let mut all = vec![(mail.me().clone(), items.items)];
    for (peer, said) in differing {
        let Items { items } = mail.recv(&peer).await?;
        if items.len() != contract.items.len() || self::seal(&items, &key) != said {
            return Err(ContractError::BadItems { peer });
        }
        all.push((peer, items));
    }
    // All know the contracts of all: who has the same seal has the same parts.
    let all: Vec<_> = all.iter().map(|(party, it)| (party, &it[..])).collect();
    let found = differences(contract, &all);
    if found.is_empty() {
        Ok(Some(Seal(seal)))
    } else {
        Err(ContractError::Differs(found))
    }
}

/// Gives the key of the comparison: the first contributor of the roster makes it, the others get it.
async fn share_key(
    mail: &Mailbox,
    roster: &[PartyId],
    (seed, about): (&Seed, &Digest),
) -> Result<Seed, ContractError> {
    let Some((maker, others)) = roster.split_first() else {
        return Err(ContractError::BadRoster { got: 0 });
    };
    let bound = |key: &Seed| key.derive("contract.1.about", &[about]);
    if maker == mail.me() {
        let key = seed.derive("contract.1.key", &[about]);
        let message = Keyed {
            key: Bytes::copy_from_slice(key.expose()),
        };
        mail.broadcast(others, &message).await?; // m1: the key, past the coordinator
        return Ok(bound(&key));
    }
    let Keyed { key } = mail.recv(maker).await?;
    let bytes = <[u8; 32]>::try_from(&key[..]).map_err(|_| ContractError::BadKey {
        peer: maker.clone(),
    })?;
    Ok(bound(&Seed::from_bytes(bytes)))
}

/// Hashes what a contributor shows.
fn seal(items: &[Shown], key: &Seed) -> Digest {
    let bytes = postcard::to_stdvec(items).expect("names and hashes serialise");
    let hash = Tagged::new("contract.1.shown").field(&bytes).digest();
    *key.derive("contract.1.seal", &[&hash]).expose()
}

/// Gives all but this party.
fn check_roster(me: &PartyId, roster: &[PartyId]) -> Result<Vec<PartyId>, ContractError> {
    let mut sorted: Vec<_> = roster.iter().collect();
    sorted.sort();
    sorted.dedup();
    let others: Vec<PartyId> = roster
        .iter()
        .filter(|party| *party != me)
        .cloned()
        .collect();
    if sorted.len() == roster.len() && others.len() + 1 == roster.len() {
        Ok(others)
    } else {
        Err(ContractError::BadRoster { got: roster.len() })
    }
}
