//! Whom the coordinator may name, and how often.

use std::path::Path;

use consilium_base::Seed;
use consilium_identity::{FederationId, IdentityKey, Validity, VouchError, Voucher};

use super::*;
use crate::home::sample::{self, NOW};

async fn home(folder: &Path) -> Home {
    home_that_trusts(folder, Vec::new()).await
}

async fn home_that_trusts(folder: &Path, authorities: Vec<Voucher>) -> Home {
    sample::home(folder, authorities).await.0
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
        now_ms: 0,
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
    let words = || Verified::ByWords;
    let unnamed = home.verify(&party, &second, words()).await.unwrap_err();
    assert!(matches!(unnamed, PeerError::KeyChanged { .. }), "{unnamed}");
    home.learn(&roster(&[("b", &second.to_bytes())]))
        .await
        .unwrap();
    home.verify(&party, &second, words()).await.unwrap();
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

#[tokio::test]
async fn the_coordinator_can_not_name_parties_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path()).await;
    let key = public(10).to_bytes();
    let names: Vec<String> = (0..MOST_PEERS + 2).map(|n| format!("p{n}")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &key[..])).collect();
    let most = 100;
    home.learn(&roster(&members[..most])).await.unwrap();
    assert_eq!(peers::all(&home.store).await.unwrap().len(), most);
    home.learn(&roster(&members)).await.unwrap();
    assert_eq!(peers::all(&home.store).await.unwrap().len(), MOST_PEERS);
}

/// Gives the word of the authority with this seed for a key of `b`, from a minute ago.
fn vouch(authority: u8, key: PublicKey, until: i64) -> Vouch {
    let validity = Validity {
        from: UnixTime(NOW - 60),
        until: UnixTime(until),
    };
    let claim = Claim {
        federation: FederationId([1; 32]),
        party: "b".parse().unwrap(),
        key,
        validity,
    };
    Vouch::sign(
        claim,
        &IdentityKey::from_seed(&Seed::from_bytes([authority; 32])),
    )
}

fn bureau() -> Vec<Voucher> {
    vec![Voucher {
        name: "bureau".to_owned(),
        key: public(20),
    }]
}

async fn known(home: &Home) -> Option<Assurance> {
    let [peer] = &peers::all(&home.store).await.unwrap()[..] else {
        panic!("there is one peer")
    };
    home.assurance(peer)
}

#[tokio::test]
async fn an_authority_of_the_configuration_verifies_a_key_until_its_word_ends() {
    let folder = tempfile::tempdir().unwrap();
    let home = home_that_trusts(folder.path(), bureau()).await;
    home.learn(&roster(&[("b", &public(10).to_bytes())]))
        .await
        .unwrap();
    assert_eq!(known(&home).await, None);
    home.believe(vouch(20, public(10), NOW + 60)).await.unwrap();
    let by_bureau = Assurance::Authority {
        name: "bureau".to_owned(),
        until: UnixTime(NOW + 60),
    };
    assert_eq!(known(&home).await, Some(by_bureau));

    let [mut peer] = <[Peer; 1]>::try_from(peers::all(&home.store).await.unwrap()).unwrap();
    let over = Verified::ByVouch(Box::new(vouch(20, public(10), NOW - 1)));
    peer.verified = Some((over, home.ambient.now()));
    assert_eq!(home.assurance(&peer), None);
}

#[tokio::test]
async fn a_word_ends_with_the_configurations_line_for_its_authority() {
    let folder = tempfile::tempdir().unwrap();
    let before = home_that_trusts(folder.path(), bureau()).await;
    before
        .learn(&roster(&[("b", &public(10).to_bytes())]))
        .await
        .unwrap();
    let word = vouch(20, public(10), NOW + 60);
    before.believe(word).await.unwrap();
    before.store.clone().close().await;
    drop(before);
    assert_eq!(known(&home(folder.path()).await).await, None);
}

#[tokio::test]
async fn words_that_were_compared_outlast_a_vouch() {
    let folder = tempfile::tempdir().unwrap();
    let home = home_that_trusts(folder.path(), bureau()).await;
    home.learn(&roster(&[("b", &public(10).to_bytes())]))
        .await
        .unwrap();
    let party = "b".parse().unwrap();
    home.verify(&party, &public(10), Verified::ByWords)
        .await
        .unwrap();
    home.believe(vouch(20, public(10), NOW + 60)).await.unwrap();
    assert_eq!(known(&home).await, Some(Assurance::Words));
}

#[tokio::test]
async fn a_vouch_that_is_worth_nothing_verifies_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let home = home_that_trusts(folder.path(), bureau()).await;
    home.learn(&roster(&[("b", &public(10).to_bytes())]))
        .await
        .unwrap();
    let refused = async |vouch| home.believe(vouch).await.unwrap_err();
    let expired = refused(vouch(20, public(10), NOW - 1)).await;
    assert!(
        matches!(expired, StewardError::Vouch(VouchError::Expired { .. })),
        "{expired}"
    );
    let stranger = refused(vouch(21, public(10), NOW + 60)).await;
    assert!(
        matches!(stranger, StewardError::Vouch(VouchError::Stranger { .. })),
        "{stranger}"
    );
    let swapped = refused(vouch(20, public(11), NOW + 60)).await;
    assert!(
        matches!(swapped, StewardError::Peer(PeerError::KeyChanged { .. })),
        "{swapped}"
    );
    assert_eq!(known(&home).await, None);
}

#[tokio::test]
async fn of_parties_that_share_a_key_one_is_verified() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path()).await;
    for (name, key) in [("b", 10), ("c", 10), ("d", 11)] {
        sample::verify(&home, name, key).await;
    }
    let plan = sample::plan(&["a", "b", "c", "d"], "");
    let unverified = home.unverified(&plan).await.unwrap();
    assert_eq!(unverified, ["c".parse().unwrap()]);
}
