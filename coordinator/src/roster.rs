//! Who belongs to the federation, as every connection and every run asks.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use consilium_identity::{Certificate, Directory, PublicKey, Role};
use consilium_mailbox::PartyId;
use consilium_node::tls::{self, Fingerprint, PeerIdentity};
use consilium_proto::v1;
use consilium_store::{Change, Store, StoreError, columns::damaged, settings};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::store::{institutions, people};

/// What an Ed25519 key has before it in a certificate.
const ED25519: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// Who belongs to the federation, as the store has it. Cloning is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Roster {
    own: Arc<(PartyId, PublicKey)>,
    members: Arc<RwLock<Members>>,
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Members {
    institutions: BTreeMap<PartyId, Member>,
    people: BTreeMap<String, Member>,
}

/// An institution or a person that is or was enrolled.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) role: Role,
    pub(crate) key: PublicKey,
    pub(crate) is_revoked: bool,
    /// When the certificate ends, Unix seconds; 0 if that is not known.
    pub(crate) expires: i64,
}

impl Roster {
    pub(crate) async fn load(
        store: &Store,
        own: (PartyId, PublicKey),
    ) -> Result<Roster, StoreError> {
        let roster = Roster {
            own: Arc::new(own),
            members: Arc::default(),
            changes: watch::Sender::new(0),
        };
        roster.reload(store).await?;
        Ok(roster)
    }

    /// Reads it anew from the store; live connections are asked about again.
    pub(crate) async fn reload(&self, store: &Store) -> Result<(), StoreError> {
        let mut members = Members::default();
        for institution in institutions::all(store).await? {
            let member = Member {
                role: Role::Participant,
                key: key(&institution.certified.public_key)?,
                is_revoked: institution.revoked.is_some(),
                expires: expiry(store, institution.name.as_str()).await?,
            };
            members.institutions.insert(institution.name, member);
        }
        for person in people::all(store).await? {
            let member = Member {
                role: person.role.parse().map_err(|_| damaged("role"))?,
                key: key(&person.public_key)?,
                is_revoked: person.revoked.is_some(),
                expires: expiry(store, &person.name).await?,
            };
            members.people.insert(person.name, member);
        }
        *self.members.write().unwrap_or_else(PoisonError::into_inner) = members;
        self.changes.send_modify(|changes| *changes += 1);
        Ok(())
    }

    /// Tells whether an institution is enrolled and not revoked.
    pub(crate) fn has(&self, party: &PartyId) -> bool {
        self.read(|members| {
            members
                .institutions
                .get(party)
                .is_some_and(|who| !who.is_revoked)
        })
    }

    /// Gives the parties that are enrolled and not revoked.
    pub(crate) fn parties(&self) -> Vec<PartyId> {
        self.read(|members| {
            let enrolled = members
                .institutions
                .iter()
                .filter(|(_, who)| !who.is_revoked);
            enrolled.map(|(party, _)| party.clone()).collect()
        })
    }

    /// Gives all who are or were enrolled, by name.
    pub(crate) fn all(&self) -> Vec<(String, Member)> {
        self.read(|members| {
            let institutions = members.institutions.iter();
            let institutions = institutions.map(|(name, who)| (name.to_string(), who.clone()));
            let people = members
                .people
                .iter()
                .map(|(name, who)| (name.clone(), who.clone()));
            institutions.chain(people).collect()
        })
    }

    /// Gives the role of whoever showed this certificate.
    pub(crate) fn role(&self, who: &PeerIdentity) -> Option<Role> {
        self.read(|members| {
            let party: Option<PartyId> = who.name.parse().ok();
            let institution = party.and_then(|party| members.institutions.get(&party));
            let known = [institution, members.people.get(&who.name)];
            let known = known.into_iter().flatten();
            let mut known = known.filter(|member| fingerprint(&member.key) == who.key);
            known
                .find(|member| !member.is_revoked)
                .map(|member| member.role)
        })
    }

    /// Gives the keys of the institutions and the coordinator's own.
    pub(crate) fn directory(&self) -> Arc<Directory> {
        let (me, key) = self.own.as_ref();
        Arc::new(self.read(|members| {
            let enrolled = members
                .institutions
                .iter()
                .filter(|(_, who)| !who.is_revoked);
            let keys = enrolled.map(|(party, who)| (party.to_string(), who.key));
            keys.chain([(me.to_string(), *key)]).collect()
        }))
    }

    /// Gives the keys of all institutions that are or were enrolled, and the coordinator's own: what a daemon signed
    /// stays its own.
    pub(crate) fn known(&self) -> Directory {
        let (me, key) = self.own.as_ref();
        self.read(|members| {
            let all = members.institutions.iter();
            let keys = all.map(|(party, who)| (party.to_string(), who.key));
            keys.chain([(me.to_string(), *key)]).collect()
        })
    }

    /// Gives it as participants are told.
    pub(crate) fn message(&self, now_ms: i64) -> v1::Roster {
        let (me, key) = self.own.as_ref();
        let member = |party: &PartyId, key: &PublicKey, revoked| v1::Member {
            party: party.to_string(),
            key: key.to_bytes().to_vec().into(),
            revoked,
        };
        let own = member(me, key, false);
        let others = self.read(|members| {
            let all = members.institutions.iter();
            all.map(|(party, who)| member(party, &who.key, who.is_revoked))
                .collect::<Vec<_>>()
        });
        v1::Roster {
            members: [own].into_iter().chain(others).collect(),
            now_ms,
        }
    }

    /// Tells of every change from now on.
    pub(crate) fn changed(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn read<T>(&self, look: impl FnOnce(&Members) -> T) -> T {
        // It is replaced as a whole.
        look(&self.members.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl tls::Roster for Roster {
    fn admits(&self, who: &PeerIdentity) -> bool {
        self.role(who).is_some()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changed()
    }
}

/// Notes when a member's certificate ends, so that operators see it.
pub(crate) async fn note_expiry(
    change: &mut Change,
    certificate: &Certificate,
) -> Result<(), StoreError> {
    let name = setting(certificate.party().as_str());
    settings::set(change, &name, &certificate.validity().until.0.to_string()).await
}

async fn expiry(store: &Store, name: &str) -> Result<i64, StoreError> {
    let noted = settings::get(store, &setting(name)).await?;
    Ok(noted.and_then(|noted| noted.parse().ok()).unwrap_or(0))
}

fn setting(name: &str) -> String {
    format!("certificate-ends/{name}")
}

/// Gives the fingerprint that TLS shows for a key.
fn fingerprint(key: &PublicKey) -> Fingerprint {
    let info = [&ED25519[..], &key.to_bytes()].concat();
    Fingerprint(Sha256::digest(info).into())
}

fn key(bytes: &[u8]) -> Result<PublicKey, StoreError> {
    let key = bytes
        .try_into()
        .ok()
        .and_then(|bytes| PublicKey::from_bytes(bytes).ok());
    key.ok_or_else(|| damaged("public_key"))
}
