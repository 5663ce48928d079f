//! Real sockets and TLS: who gets in, and what comes through.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use consilium_node::{dial::Dialing, tls::Credentials};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::{Instant, timeout},
};

use crate::{
    federation::Federation,
    talk::{chatter, mailbox, parties, party},
    world::{Coordinator, Participant},
};

#[tokio::test]
async fn three_parties_exchange_short_and_long_messages() {
    let federation = Federation::new();
    let coordinator = Coordinator::start(&federation).await;
    let all = parties(["coordinator", "hospital-a", "hospital-b"]);
    let [a, b] =
        [&all[1], &all[2]].map(|me| Participant::join(&federation, me, &coordinator.address));
    for (run, rounds, size) in [(1, 50, 100), (2, 2, 40 << 20)] {
        let talks = [&coordinator.link, &a.link, &b.link]
            .map(|link| tokio::spawn(chatter(mailbox(link, &all, run), rounds, size)));
        for talk in talks {
            talk.await.unwrap().unwrap();
        }
    }
}

async fn refused(federation: &Federation, credentials: Option<&Credentials>) -> String {
    let coordinator = Coordinator::start(federation).await;
    let tls = federation.client(credentials);
    Participant::start(&party("hospital-a"), 2, &coordinator.address, tls)
        .failure()
        .await
}

#[tokio::test]
async fn without_a_certificate_nobody_gets_in() {
    let why = refused(&Federation::new(), None).await;
    assert_eq!(why, "our certificate was not accepted: none was shown");
}

#[tokio::test]
async fn an_expired_certificate_is_named_as_such() {
    let federation = Federation::new();
    let expired = federation.expired("hospital-a");
    let why = refused(&federation, Some(&expired)).await;
    assert_eq!(
        why,
        "our certificate was not accepted: it has expired (CERT-EXPIRED)"
    );
}

#[tokio::test]
async fn a_certificate_of_another_federation_is_refused() {
    let foreign = Federation::new().credentials("hospital-a");
    let why = refused(&Federation::new(), Some(&foreign)).await;
    assert_eq!(
        why,
        "our certificate was not accepted: it is of another federation (CERT-WRONG)"
    );
}

#[tokio::test]
async fn a_coordinator_of_another_federation_is_no_coordinator() {
    let federation = Federation::new();
    let coordinator = Coordinator::start(&Federation::new()).await;
    let mut a = Participant::join(&federation, &party("hospital-a"), &coordinator.address);
    let why = a.failure().await;
    assert!(
        why.ends_with("its certificate is of another federation"),
        "{why}"
    );
}

#[tokio::test]
async fn a_certificate_without_a_partys_name_is_refused() {
    let federation = Federation::new();
    let strange = federation.credentials("*.example");
    let why = refused(&federation, Some(&strange)).await;
    assert_eq!(
        why,
        "the coordinator refused us: the caller's certificate names no party"
    );
}

#[tokio::test]
async fn a_revoked_participant_is_told_so() {
    let federation = Federation::new();
    let coordinator = Coordinator::start(&federation).await;
    coordinator.members.revoke("hospital-a");
    let mut a = Participant::join(&federation, &party("hospital-a"), &coordinator.address);
    let why = a.failure().await;
    assert!(
        why.contains("is not on the roster, or was revoked"),
        "{why}"
    );
}

#[tokio::test]
async fn revocation_cuts_a_live_connection_and_no_other() {
    let federation = Federation::new();
    let coordinator = Coordinator::start(&federation).await;
    let all = parties(["hospital-a", "hospital-b"]);
    let [mut a, mut b] = all
        .each_ref()
        .map(|me| Participant::join(&federation, me, &coordinator.address));
    a.connected().await;
    b.connected().await;
    let mut seen = coordinator.link.presence(&all[0]);
    seen.wait_for(Option::is_some).await.unwrap();

    let began = Instant::now();
    coordinator.members.revoke("hospital-a");
    let gone = seen.wait_for(Option::is_none);
    timeout(Duration::from_secs(5), gone)
        .await
        .unwrap()
        .unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
    a.failure().await;
    assert!(matches!(*b.state.borrow(), Dialing::Connected));
}

#[tokio::test]
async fn renewed_credentials_are_shown_at_the_next_connection() {
    let federation = Federation::new();
    let coordinator = Coordinator::start(&federation).await;
    let key = rcgen::KeyPair::generate().unwrap();
    let other = rcgen::CertificateParams::new(vec!["hospital-a".to_owned()]).unwrap();
    let unsigned = other.self_signed(&key).unwrap();
    let credentials = federation.expired("hospital-a");
    let refused = credentials.replace(unsigned.pem().as_bytes(), b"no key");
    assert!(
        refused.is_err(),
        "what can't be used leaves the old ones in place"
    );
    let tls = federation.client(Some(&credentials));
    let mut a = Participant::start(&party("hospital-a"), 2, &coordinator.address, tls);
    a.failure().await;
    federation.renew(&credentials, "hospital-a");
    a.connected().await;
}

#[tokio::test]
async fn two_daemons_with_one_identity_are_told_apart_from_one_that_returns() {
    let federation = Federation::new();
    let coordinator = Coordinator::start(&federation).await;
    let me = party("hospital-a");
    let credentials = federation.credentials(me.as_str());
    let start = |life| {
        let tls = federation.client(Some(&credentials));
        Participant::start(&me, life, &coordinator.address, tls)
    };
    let mut first = start(2);
    first.connected().await;
    let mut second = start(3);
    let why = second.failure().await;
    assert!(
        why.starts_with("another daemon with our identity is connected"),
        "{why}"
    );
    drop(first);
    second.connected().await;
}

/// Connections from many places that never say a word.
async fn silent(address: &str, sources: u8, each: usize) -> Vec<TcpStream> {
    let to: SocketAddr = address.parse().unwrap();
    let mut silent = Vec::new();
    for source in 0..sources {
        for _ in 0..each {
            let socket = TcpSocket::new_v4().unwrap();
            let from = Ipv4Addr::new(127, 0, 1, source + 1);
            socket.bind(SocketAddr::from((from, 0))).unwrap();
            silent.push(socket.connect(to).await.unwrap());
        }
    }
    silent
}

#[tokio::test]
async fn callers_that_say_nothing_keep_nobody_out() {
    let federation = Federation::new();
    let coordinator = Coordinator::start(&federation).await;
    let _silent = silent(&coordinator.address, 20, 16).await;
    let mut a = Participant::join(&federation, &party("hospital-a"), &coordinator.address);
    timeout(Duration::from_secs(2), a.connected())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_stopping_coordinator_says_so_and_ends() {
    let federation = Federation::new();
    let coordinator = Coordinator::start(&federation).await;
    let mut a = Participant::join(&federation, &party("hospital-a"), &coordinator.address);
    a.connected().await;
    coordinator.shutdown.request();
    let why = a.failure().await;
    assert!(why.contains("the coordinator stops"), "{why}");
}
