//! Who gets a seal, and with whom.

use consilium_mailbox::{Content, Fault};

use super::*;

/// Opens the seals of two parties after `change` has changed what the second holds to be true.
async fn open_changed(change: impl FnOnce(&mut Member)) -> [Option<SealError>; 2] {
    let parties = parties(["a", "b"]);
    let mut members = members(&parties);
    change(&mut members[1]);
    let opened = open_all(&Relay::honest(&parties), &members).await;
    opened
        .into_iter()
        .map(Result::err)
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

fn bad_signature(peer: &str, step: &'static str) -> SealError {
    let peer = peer.parse().unwrap();
    SealError::BadSignature { peer, step }
}

#[tokio::test(start_paused = true)]
async fn a_party_with_another_key_gets_no_seal() {
    let [a, b] = open_changed(|b| b.key = IdentityKey::from_seed(&Seed::from_bytes([8; 32]))).await;
    let error = a.unwrap();
    assert_eq!(error, bad_signature("b", "seal.1.answer"));
    assert_eq!(error.fault(), Fault::Network);
    assert!(matches!(
        b,
        Some(SealError::Silent {
            step: "seal.1.confirm",
            ..
        })
    ));
}

#[tokio::test(start_paused = true)]
async fn a_party_that_the_directory_does_not_hold_gets_no_seal() {
    let [_, b] = open_changed(|b| b.directory = Directory::default()).await;
    let error = b.unwrap();
    let peer = "a".parse().unwrap();
    assert_eq!(error, SealError::UnknownParty { peer });
    assert_eq!(error.fault(), Fault::Input);
}

#[tokio::test(start_paused = true)]
async fn a_party_without_a_role_gets_no_seal_and_nothing_is_sent() {
    let parties = parties(["a", "b"]);
    let mut members = members(&parties);
    members[0].context.roles.remove(&parties[1]);
    let relay = Relay::honest(&parties);
    let error = open(&relay, &members[0]).await.unwrap_err();
    let party = parties[1].clone();
    assert_eq!(error, SealError::NoRole { party });
    assert_eq!(error.fault(), Fault::Input);
    assert!(relay.given().is_empty());
}

#[tokio::test(start_paused = true)]
async fn parties_that_mean_different_runs_get_no_seal() {
    let changes: [fn(&mut RunContext); 4] = [
        |context| context.federation.0[0] ^= 1,
        |context| context.plan[0] ^= 1,
        |context| context.attempt += 1,
        |context| context.roles.values_mut().for_each(|role| role.push('s')),
    ];
    for change in changes {
        let [a, _] = open_changed(|b| change(&mut b.context)).await;
        assert_eq!(a, Some(bad_signature("b", "seal.1.answer")));
    }
    let [_, b] = open_changed(|b| b.context.run.0[0] ^= 1).await;
    assert!(matches!(
        b,
        Some(SealError::Unexpected {
            step: "seal.1.hello",
            ..
        })
    ));
}

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_named_and_not_awaited_for_ever() {
    let parties = parties(["a", "b"]);
    let relay = Relay::honest(&parties);
    let error = open(&relay, &members(&parties)[0]).await.unwrap_err();
    assert_eq!(
        error,
        SealError::Silent {
            peer: parties[1].clone(),
            step: "seal.1.answer",
            waited: PATIENCE,
        }
    );
    assert_eq!(error.fault(), Fault::Peer(parties[1].clone()));
}

#[tokio::test(start_paused = true)]
async fn who_could_not_seal_with_all_tells_the_others_that_it_leaves() {
    let parties = parties(["a", "b", "c"]);
    let mut members = members(&parties);
    members[2].key = IdentityKey::from_seed(&Seed::from_bytes([8; 32]));
    members[0].directory = directory(&[parties[1].clone(), parties[2].clone()]);
    let key_of_c = members[2].key.public();
    let known = |party: &PartyId| (party.to_string(), key(party).public());
    members[1].directory = [known(&parties[0]), ("c".to_owned(), key_of_c)].into();

    let mut opened = open_all(&Relay::honest(&parties), &members).await;

    assert!(matches!(opened[0], Err(SealError::BadSignature { .. })));
    let b = mailbox(opened.swap_remove(1).unwrap());
    let told = b.recv::<Note>(&parties[0]).await.unwrap_err();
    assert!(matches!(told, MailboxError::Aborted { peer, .. } if peer == parties[0]));
}

#[tokio::test(start_paused = true)]
async fn a_relay_that_puts_its_own_key_share_in_place_of_a_partys_is_noticed() {
    let parties = parties(["a", "b"]);
    let mallory = Relay::honest(&parties);
    let mut strangers = members(&parties);
    for stranger in &mut strangers {
        stranger.context.plan = [6; 32];
    }
    open_all(&mallory, &strangers).await;
    let shares: Vec<_> = mallory.given().into_iter().take(2).collect();

    for at in [0, 1] {
        let share = shares[at].content.clone();
        let mut frames = 0;
        let relay = Relay::meddling(&parties, move |way, mut frame| {
            if frames == at
                && let (Content::Body(own), Content::Body(theirs)) = (&share, &frame.content)
            {
                // The signature stays the party's: the relay can make none.
                let shares = theirs.len() - if at == 1 { 64 } else { 0 };
                frame.content = Content::Body([&own[..shares], &theirs[shares..]].concat().into());
            }
            frames += 1;
            vec![(way, frame)]
        });
        let opened = open_all(&relay, &members(&parties)).await;
        let error = opened[0].as_ref().unwrap_err();
        assert_eq!(*error, bad_signature("b", "seal.1.answer"), "share {at}");
    }
}
