//! Whom the coordinator may name, and how often.

use std::{path::Path, sync::Arc};

use consilium_base::Seed;
use consilium_identity::{FederationId, IdentityKey};
use consilium_node::link::{Epoch, Limits, Link};
use tokio::sync::{mpsc, watch};

use super::*;
use crate::{Ambient, home::Parts, store, tasks::Tasks};

async fn home(folder: &Path) -> Home {
    let party: PartyId = "a".parse().unwrap();
    let store = store::open(folder, &party, Seed::from_bytes([1; 32]))
        .await
        .unwrap();
    let (outbox, _) = mpsc::unbounded_channel();
    Home::new(Parts {
        link: Link::new(party.clone(), Epoch([1; 16]), Limits::default()),
        party,
        coordinator: "coordinator".parse().unwrap(),
        federation: FederationId([1; 32]),
        key: Arc::new(IdentityKey::from_seed(&Seed::from_bytes([2; 32]))),
        state: folder.to_owned(),
        store,
        ambient: Ambient::new(|| 1_700_000_000_000, &Seed::from_bytes([3; 32])),
        data_key: Seed::from_bytes([4; 32]).into(),
        outbox,
        offered: Offered::default(),
        clock_offset: 0.into(),
        news: watch::Sender::new(0),
        tasks: Tasks::default(),
    })
}

fn public(seed: u8) -> PublicKey {
    IdentityKey::from_seed(&Seed::from_bytes([seed; 32])).public()
}

fn roster(members: &[(&str, &[u8])]) -> v1::Roster {
    let member = |(party, key): &(&str, &[u8])| v1::Member {
        party: (*party).to_owned(),
        key: key.to_vec().into(),
        revoked: false,
    };
    v1::Roster {
        members: members.iter().map(member).collect(),
    }
}

#[tokio::test]
async fn the_coordinator_is_believed_once_for_each_party() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path()).await;
    let (first, second) = (public(10), public(11));
    home.learn(&roster(&[("b", &first.to_bytes())]))
        .await
        .unwrap();
    home.learn(&roster(&[("b", &second.to_bytes())]))
        .await
        .unwrap();
    assert_eq!(home.directory().await.unwrap().key("b"), Some(&first));
    assert_eq!(home.offered.all().values().collect::<Vec<_>>(), [&second]);

    home.learn(&roster(&[("b", &first.to_bytes())]))
        .await
        .unwrap();
    assert!(home.offered.all().is_empty());
}

#[tokio::test]
async fn another_key_is_taken_when_a_steward_has_compared_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path()).await;
    let (party, first, second) = ("b".parse().unwrap(), public(10), public(11));
    home.learn(&roster(&[("b", &first.to_bytes())]))
        .await
        .unwrap();
    let unnamed = home.verify(&party, &second).await.unwrap_err();
    assert!(matches!(unnamed, PeerError::KeyChanged { .. }), "{unnamed}");
    home.learn(&roster(&[("b", &second.to_bytes())]))
        .await
        .unwrap();
    home.verify(&party, &second).await.unwrap();
    assert_eq!(home.directory().await.unwrap().key("b"), Some(&second));
    assert!(home.offered.all().is_empty());
}

#[tokio::test]
async fn nobody_takes_this_institutions_own_place() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path()).await;
    let stranger = public(10).to_bytes();
    let nonsense: (&str, &[u8]) = ("not a party", &stranger);
    home.learn(&roster(&[("a", &stranger), nonsense, ("c", &[7; 31])]))
        .await
        .unwrap();
    let directory = home.directory().await.unwrap();
    assert_eq!(directory.key("a"), Some(&home.key.public()));
    assert_eq!(directory.key("c"), None);
}
