//! Keys of others.

use consilium_base::Seed;
use consilium_identity::{Claim, FederationId, IdentityKey, UnixTime, Validity, Vouch};
use consilium_mailbox::{Fault, PartyId};
use consilium_participant::store::peers::{self, PeerError, Verified};

use crate::{begin, opened};

const NOW: UnixTime = UnixTime(900);

fn peer() -> PartyId {
    "hospital-b".parse().unwrap()
}

#[tokio::test]
async fn a_key_is_unverified_until_its_words_were_compared() {
    let (store, _, _folder) = opened().await;
    let mut change = begin(&store).await;
    let learnt = peers::learn(&mut change, &peer(), &[1; 32], UnixTime(800))
        .await
        .unwrap();
    assert_eq!(learnt.verified, None);
    peers::verify(&mut change, &peer(), &[1; 32], Verified::ByWords, NOW)
        .await
        .unwrap();
    let again = peers::learn(&mut change, &peer(), &[1; 32], NOW)
        .await
        .unwrap();
    change.commit().await.unwrap();
    assert_eq!(again.verified, Some((Verified::ByWords, NOW)));
    assert_eq!(
        (again.learnt, peers::all(&store).await.unwrap()),
        (UnixTime(800), vec![again])
    );
}

#[tokio::test]
async fn a_swapped_key_is_not_taken() {
    let (store, _, _folder) = opened().await;
    let mut change = begin(&store).await;
    peers::learn(&mut change, &peer(), &[1; 32], NOW)
        .await
        .unwrap();
    let error = peers::learn(&mut change, &peer(), &[2; 32], NOW)
        .await
        .unwrap_err();
    assert_eq!(error.fault(), Fault::Peer(peer()));
    let how = Verified::ByWords;
    let error = peers::verify(&mut change, &peer(), &[2; 32], how, NOW)
        .await
        .unwrap_err();
    assert!(matches!(error, PeerError::KeyChanged { .. }), "{error}");
}

#[tokio::test]
async fn a_new_key_has_to_be_verified_anew() {
    let (store, _, _folder) = opened().await;
    let mut change = begin(&store).await;
    peers::learn(&mut change, &peer(), &[1; 32], NOW)
        .await
        .unwrap();
    let authority = IdentityKey::from_seed(&Seed::from_bytes([9; 32]));
    let claim = Claim {
        federation: FederationId([3; 32]),
        party: peer(),
        key: authority.public(),
        validity: Validity {
            from: UnixTime(800),
            until: UnixTime(1_000),
        },
    };
    let how = Verified::ByVouch(Box::new(Vouch::sign(claim, &authority)));
    peers::verify(&mut change, &peer(), &[1; 32], how.clone(), NOW)
        .await
        .unwrap();
    change.commit().await.unwrap();
    assert_eq!(
        peers::all(&store).await.unwrap()[0].verified,
        Some((how, NOW))
    );

    let mut change = begin(&store).await;
    peers::replace(&mut change, &peer(), &[2; 32], NOW)
        .await
        .unwrap();
    change.commit().await.unwrap();
    let [peer] = &peers::all(&store).await.unwrap()[..] else {
        panic!()
    };
    assert_eq!((&peer.public_key, &peer.verified), (&vec![2; 32], &None));
}

#[tokio::test]
async fn nobody_is_verified_whose_key_was_never_seen() {
    let (store, _, _folder) = opened().await;
    let mut change = begin(&store).await;
    let how = Verified::ByWords;
    let error = peers::verify(&mut change, &peer(), &[1; 32], how, NOW)
        .await
        .unwrap_err();
    assert!(matches!(error, PeerError::Unknown { .. }), "{error}");
}
