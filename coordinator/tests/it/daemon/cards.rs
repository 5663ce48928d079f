//! Scorecards that hospitals show, whatever these sign.

use std::{collections::BTreeMap, sync::Arc};

use consilium_base::Seed;
use consilium_identity::IdentityKey;
use consilium_proto::v1::{self, to_coordinator::Kind as Says};
use consilium_scorecard::{
    About, Card, Dimension, Evidence, EvidenceHash, EvidenceKind, Found, Purpose, Salt, Score,
    Signed, SignedPublic, Statement, Subject, Subscore, Version, VersionHash,
};
use tokio::time::timeout;

use super::{
    hospital::{Home, Hospital, say},
    life::{enrolled, started},
    world::{PATIENCE, World},
};

const MADE: i64 = 1_700_000_000;

/// A card of a data set's quality.
fn quality(home: &Home, data_set: &str, made: i64, found: Vec<(Dimension, Found)>) -> Signed {
    let score = Score::exact(70.0).unwrap();
    let own = part("completeness", score, EvidenceKind::Report);
    let about = About {
        federation: Some(home.federation),
        institution: home.name.clone(),
        data_set: data_set.to_owned(),
        version: Version::Registered(VersionHash([2; 32])),
        made: consilium_base::UnixTime(made),
        salt: Salt([3; 32]),
    };
    let all = [(Dimension::Quality, own)].into_iter().chain(found);
    let card = Card::of(
        about,
        &Purpose::built_in("training").unwrap(),
        all.collect(),
    );
    Signed::sign(card, &format!("{}/li", home.name), &steward()).unwrap()
}

fn part(id: &str, score: Score, kind: EvidenceKind) -> Found {
    Found {
        subscores: vec![Subscore {
            id: id.to_owned(),
            score,
            weight: 1.0,
        }],
        proxy: false,
        evidence: Evidence {
            kind,
            hash: EvidenceHash([7; 32]),
            tool: "consilium 0.1.0".to_owned(),
            at: None,
            countersigned: Vec::new(),
        },
    }
}

/// A value with the word of so many on it.
fn told_by(home: &Home, signers: &[&str]) -> (Dimension, Found) {
    let mut found = part(
        "marginal",
        Score::exact(100.0).unwrap(),
        EvidenceKind::Study,
    );
    for (signer, salt) in signers.iter().zip(0..) {
        let statement = Statement {
            subject: Subject {
                federation: home.federation,
                study: EvidenceHash([7; 32]),
                about: home.name.clone(),
                version: None,
            },
            salt: Salt([salt; 32]),
            scores: BTreeMap::from([("marginal".to_owned(), 100.0)]),
        };
        found
            .countersign(statement.sign(signer, &steward()).unwrap())
            .unwrap();
    }
    (Dimension::Value, found)
}

fn steward() -> IdentityKey {
    IdentityKey::from_seed(&Seed::from_bytes([77; 32]))
}

/// Shows cards, and waits until the coordinator has the data sets that it is to take.
async fn show(world: &World, hospital: &Hospital, cards: &[Signed], taken: &[&str]) {
    let key = steward().public().to_bytes().to_vec();
    let cards = cards.iter().map(|card| v1::ShownScorecard {
        card: serde_json::to_string(&card.public()).unwrap(),
        steward: key.clone().into(),
    });
    let shown = v1::ShownScorecards {
        cards: cards.collect(),
    };
    say(&hospital.link.control(), Says::Scorecards(shown)).await;
    let mut operator = world.operator().await;
    let asked = async {
        loop {
            let list = operator.scorecards(v1::ScorecardsRequest {}).await.unwrap();
            let cards = list.into_inner().cards.into_iter();
            let cards = cards.map(|kept| SignedPublic::from_json(&kept.card).unwrap());
            if cards
                .map(|kept| kept.public.data_set)
                .eq(taken.iter().copied())
            {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, asked).await.unwrap();
}

async fn first() -> (World, Vec<Arc<Home>>, Vec<Hospital>) {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    let hospitals = started(&world, &homes);
    (world, homes, hospitals)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_goes_back_to_an_older_card_by_taking_the_later_one_away() {
    let (world, homes, hospitals) = first().await;
    let card = |data_set, made| quality(&homes[0], data_set, made, Vec::new());
    show(&world, &hospitals[0], &[card("heart", MADE)], &["heart"]).await;
    show(&world, &hospitals[0], &[], &[]).await;
    let older = [card("heart", MADE - 1), card("liver", MADE - 1)];
    show(&world, &hospitals[0], &older, &["liver"]).await;
    let later = [card("heart", MADE + 1), card("liver", MADE - 1)];
    show(&world, &hospitals[0], &later, &["heart", "liver"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_countersigns_is_of_a_member_and_few_are_looked_at() {
    let (world, homes, hospitals) = first().await;
    let card = |data_set: &str, signers: &[&str]| {
        let told = told_by(&homes[0], signers);
        quality(&homes[0], data_set, MADE, vec![told])
    };
    let many: Vec<String> = (0..17).map(|it| format!("b/steward-{it}")).collect();
    let many: Vec<&str> = many.iter().map(|it| &**it).collect();
    let cards = [
        card("by-nobody", &["hungary/nagy"]),
        card("by-no-daemon", &["national-center"]),
        card("by-many", &many),
        card("by-sixteen", &many[..16]),
        card("by-a-member", &["b/wang"]),
    ];
    let taken = ["by-sixteen", "by-a-member"];
    show(&world, &hospitals[0], &cards, &taken).await;
    // What its steward signed stays so when it has left.
    let name = "b".to_owned();
    let revoked = v1::RevokeRequest { name };
    world.operator().await.revoke(revoked).await.unwrap();
    let cards = [card("by-who-left", &["b/wang"])];
    show(&world, &hospitals[0], &cards, &["by-who-left"]).await;
    // In a daemon's name it has to be by its key.
    let cards = [card("forged", &["b"]), card("by-a-member", &["c/li"])];
    show(&world, &hospitals[0], &cards, &["by-a-member"]).await;
}
