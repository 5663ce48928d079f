//! Institutions that stand by each other's scores, in any world.

use std::collections::BTreeSet;

use consilium_base::FederationId;
use consilium_identity::Directory;
use consilium_mailbox::{
    Content, Frame, MailboxError, PartyId, RunId,
    sim::{Crash, Moment, World},
};
use consilium_scorecard::{
    Announced, EvidenceHash, Findings, Heard, Measure, Salt, VersionHash, exchange, sign,
};

use crate::key;

const PAGE: &str = include_str!("../../../../docs/protocols/countersign.md");
const ROWS: &str = "countersign.2.rows";
const STEP: &str = "countersign.2.signature";

/// Which rows an institution brings, and its salt.
fn rows(seed: u8) -> (VersionHash, Salt) {
    (VersionHash([seed; 32]), Salt([100 + seed; 32]))
}

fn names() -> Vec<PartyId> {
    let all = ["coordinator", "va", "hungary", "cleveland"];
    all.map(|it| it.parse().unwrap()).to_vec()
}

fn directory() -> Directory {
    let names = names().into_iter().zip(1..);
    names
        .map(|(name, seed)| (name.to_string(), key(seed).public()))
        .collect()
}

/// What a study has found of three institutions.
fn findings() -> Findings {
    let scores = names().into_iter().skip(1).zip([61.254, 47.5, 30.0]);
    Findings {
        federation: FederationId([1; 32]),
        study: EvidenceHash([7; 32]),
        scores: scores
            .map(|(name, score)| (name, vec![Measure::exact("shapley", score)]))
            .collect(),
    }
}

/// Runs it once; each party was told what `told` says of its name.
async fn run(world: &World, told: impl Fn(&str) -> Findings) -> Vec<Result<Heard, MailboxError>> {
    let seed = |name: &str| names().iter().position(|it| it.as_str() == name).unwrap() + 1;
    run_knowing(world, told, |name| u8::try_from(seed(name)).unwrap()).await
}

/// The same, where the coordinator knows each institution's rows by `known`.
async fn run_knowing(
    world: &World,
    told: impl Fn(&str) -> Findings,
    known: impl Fn(&str) -> u8,
) -> Vec<Result<Heard, MailboxError>> {
    let (names, keys) = (names(), directory());
    let mails = world.mailboxes(&names, RunId([7; 16]));
    let parts = mails.into_iter().zip(1..).map(|(mail, seed)| {
        let others = names.iter().filter(|it| *it != mail.me());
        let others: Vec<PartyId> = others.cloned().collect();
        let (findings, key, keys) = (told(mail.me().as_str()), key(seed), &keys);
        let (names, known) = (&names, &known);
        async move {
            let institutions = &names[1..];
            if mail.me().as_str() == "coordinator" {
                let announced = Announced::hear(&mail, institutions).await?;
                let announced = announced.as_known(|it| Some(rows(known(it.as_str())).0));
                sign(&mail, (&findings, &announced), &key).await?;
                mail.finish();
                return Ok(Heard::default());
            }
            let own = rows(seed);
            let announced = Announced::tell(&mail, (institutions, &names[0]), own).await?;
            let signed = (&findings, &announced);
            let heard = exchange(&mail, signed, &others, own, (&key, keys)).await?;
            mail.finish();
            Ok(heard)
        }
    });
    futures_util::future::join_all(parts).await
}

fn body(frame: &Frame) -> &[u8] {
    match &frame.content {
        Content::Body(body) => body,
        Content::Aborted(_) => &[],
    }
}

#[tokio::test(start_paused = true)]
async fn everybody_has_the_word_of_all_others_on_its_own_scores() {
    let heard = run(&World::new(1), |_| findings()).await;
    for ((seed, name), heard) in (1..).zip(names()).zip(heard).skip(1) {
        let heard = heard.unwrap();
        assert!(heard.contradicted.is_empty());
        let signers: BTreeSet<&str> = heard.countersigned.iter().map(|it| &*it.signer).collect();
        assert_eq!(signers.len(), 3);
        assert!(!signers.contains(name.as_str()));
        for by in &heard.countersigned {
            assert_eq!(by.verify(&directory()), Ok(()));
            let (version, salt) = rows(seed);
            let said = findings().statement(&name, (Some(version), salt));
            assert_eq!(Some(&by.statement), said.as_ref());
        }
        assert_eq!(heard.versions.len(), 2);
        for (seed, other) in (1..).zip(names()).skip(1) {
            let told = heard.versions.get(&other);
            assert_eq!(told, (other != name).then(|| rows(seed).0).as_ref());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_told_other_scores_is_named_and_its_word_is_not_kept() {
    let told = |name: &str| {
        let mut findings = findings();
        if name == "hungary" {
            let of_va: PartyId = "va".parse().unwrap();
            findings.scores.get_mut(&of_va).unwrap()[0].score = 91.25;
        }
        findings
    };
    let mut heard = run(&World::new(1), told)
        .await
        .into_iter()
        .map(Result::unwrap);
    let at_va = heard.nth(1).unwrap();
    assert_eq!(at_va.contradicted, ["hungary".parse().unwrap()].into());
    assert_eq!(at_va.countersigned.len(), 2);
    assert!(heard.all(|it| it.contradicted.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn a_signature_that_was_moved_from_another_is_not_kept() {
    let world = World::new(1);
    let stolen = std::sync::Mutex::new(None);
    world.tamper(move |frame| {
        let way = (frame.sender.as_str(), frame.receiver.as_str());
        let mut stolen = stolen.lock().unwrap();
        if *frame.step != *STEP {
            return;
        }
        match way {
            ("coordinator", "va") => *stolen = Some(frame.content.clone()),
            ("cleveland", "va") => frame.content = stolen.clone().unwrap(),
            _ => {}
        }
    });
    let heard = run(&world, |_| findings()).await;
    let at_va = heard[1].as_ref().unwrap();
    assert_eq!(at_va.contradicted, ["cleveland".parse().unwrap()].into());
}

#[tokio::test(start_paused = true)]
async fn whoever_falls_silent_is_named_and_takes_no_others_word_away() {
    let steps = [ROWS, STEP].map(|step| [(step, Moment::BeforeSend), (step, Moment::OnReceive)]);
    for (step, moment) in steps.concat() {
        let world = World::new(1);
        let dead: PartyId = "hungary".parse().unwrap();
        world.crash(Crash {
            party: dead.clone(),
            step: step.to_owned(),
            nth: 0,
            moment,
        });
        let ended = run(&world, |_| findings()).await;
        let ended = names().into_iter().zip(ended);
        for (who, heard) in ended.skip(1).filter(|(who, _)| *who != dead) {
            let heard = heard.unwrap();
            assert!(heard.contradicted.is_empty(), "{who} at {step}");
            let signers = heard.countersigned.iter().map(|it| it.signer.as_str());
            let signers: BTreeSet<&str> = signers.collect();
            let mut all = BTreeSet::from(["coordinator", "va", "hungary", "cleveland"]);
            all.remove(who.as_str());
            let silent: BTreeSet<&str> = heard.silent.iter().map(PartyId::as_str).collect();
            assert!(
                silent.is_subset(&["hungary"].into()),
                "{silent:?} at {step}"
            );
            assert_eq!(&signers | &silent, all, "{who} at {step}");
            assert!(step == STEP || !silent.is_empty());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn rows_that_the_coordinator_knows_otherwise_have_not_its_word() {
    let va_is_known_by_others = |name: &str| match name {
        "va" => 99,
        "hungary" => 3,
        _ => 4,
    };
    let heard = run_knowing(&World::new(1), |_| findings(), va_is_known_by_others).await;
    for (name, heard) in names().into_iter().zip(heard).skip(1) {
        let heard = heard.unwrap();
        let has_word = heard
            .countersigned
            .iter()
            .any(|it| it.signer == "coordinator");
        assert_eq!(has_word, name.as_str() != "va");
        assert_eq!(heard.silent.is_empty(), has_word);
    }
}

#[tokio::test(start_paused = true)]
async fn frames_have_one_length_and_no_score_is_in_them() {
    let world = World::new(1);
    run(&world, |_| findings()).await;
    let frames = world.transcript();
    // Rows and salt of each of the three to the three others; signatures likewise, and by the coordinator.
    assert_eq!(frames.len(), 18);
    let needle = 61.25_f64.to_le_bytes();
    for frame in &frames {
        let bytes = [(ROWS, 130), (STEP, 130)];
        let sent = (&*frame.step, body(frame).len());
        assert!(bytes.contains(&sent), "{sent:?}");
        assert!(body(frame).windows(8).all(|it| it != needle));
    }
    for label in [ROWS, STEP, "version", "salt"] {
        assert!(PAGE.contains(&format!("`{label}`")), "{label}");
    }
}
