//! An authority's word for another house.

use consilium_base::Seed;
use consilium_identity::{
    Claim, FederationId, IdentityKey, PublicKey, UnixTime, Validity, Vouch, Voucher,
};
use consilium_proto::v1;
use tokio::time::timeout;
use tonic::Code;

use super::{
    house::House,
    world::{PATIENCE, World, now_ms},
};

/// Waits until the house has heard of one other, and gives that.
async fn other(house: &House) -> v1::Peer {
    let mut client = house.client().await;
    let known = async {
        loop {
            let peers = client.peers(v1::PeersRequest {}).await.unwrap();
            if let [peer] = &peers.into_inner().peers[..] {
                return peer.clone();
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, known).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_believes_the_authority_that_its_configuration_names() {
    let world = World::new().await;
    let mut house = House::join(&world, "a", 1).await;
    let _other = House::join(&world, "b", 2).await;
    let bureau = IdentityKey::from_seed(&Seed::from_bytes([9; 32]));

    let status = house.client().await.status(v1::StatusRequest {}).await;
    let federation = status.unwrap().into_inner().federation_id;
    let peer = other(&house).await;
    assert!(!peer.verified);
    let key: [u8; 32] = peer.key.as_ref().try_into().unwrap();
    let now = now_ms() / 1_000;
    let claim = Claim {
        federation: FederationId(federation.as_ref().try_into().unwrap()),
        party: "b".parse().unwrap(),
        key: PublicKey::from_bytes(&key).unwrap(),
        validity: Validity {
            from: UnixTime(now - 60),
            until: UnixTime(now + 600),
        },
    };
    let vouch = Vouch::sign(claim, &bureau).to_string();
    let hand_in = async |house: &House, vouch: &str| {
        let vouch = vouch.to_owned();
        let mut client = house.client().await;
        client.add_vouch(v1::AddVouchRequest { vouch }).await
    };
    let stranger = hand_in(&house, &vouch).await.unwrap_err();
    assert_eq!(stranger.code(), Code::InvalidArgument);
    assert!(stranger.message().contains("authorities"), "{stranger}");

    house.stop().await;
    house.config.authorities = vec![Voucher {
        name: "bureau".to_owned(),
        key: bureau.public(),
    }];
    house.start().await;
    let forged = vouch.replace(" b ", " c ");
    let forged = hand_in(&house, &forged).await.unwrap_err();
    assert!(forged.message().contains("forged"), "{forged}");
    let nonsense = hand_in(&house, "please").await.unwrap_err();
    assert!(nonsense.message().contains("no vouch"), "{nonsense}");
    let peers = hand_in(&house, &vouch).await.unwrap().into_inner().peers;
    let [peer] = &peers[..] else {
        panic!("{peers:?}")
    };
    assert_eq!(
        (peer.verified, peer.authority.as_str(), peer.verified_until),
        (true, "bureau", now + 600)
    );
    assert!(house.journal().await.contains(&bureau.public().to_string()));
}
