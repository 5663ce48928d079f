//! Cards, their purposes and their signatures, from outside.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod cards;
mod compared;
mod countersigned;
mod latest;
mod laws;
mod purposes;
mod reports;
mod signatures;
mod sound;

use consilium_base::{FederationId, Seed, UnixTime};
use consilium_identity::{Directory, IdentityKey};
use consilium_scorecard::{
    About, Card, Dimension, Evidence, EvidenceHash, EvidenceKind, Found, Purpose, Salt, Score,
    Subscore, Version, VersionHash,
};

/// What most cards of these tests are about.
fn about() -> About {
    About {
        federation: Some(FederationId([1; 32])),
        institution: "cleveland".parse().unwrap(),
        data_set: "heart".to_owned(),
        version: Version::Registered(VersionHash([2; 32])),
        made: UnixTime(1_800_000_000),
        salt: Salt([3; 32]),
    }
}

/// Sub-scores of one report or study, each with its weight.
fn found(subscores: &[(&str, Score, f64)]) -> Found {
    let subscore = |(id, score, weight): &(&str, Score, f64)| Subscore {
        id: (*id).to_owned(),
        score: *score,
        weight: *weight,
    };
    Found {
        subscores: subscores.iter().map(subscore).collect(),
        proxy: false,
        evidence: Evidence {
            kind: match subscores {
                [("leave-one-out" | "shapley" | "surprisal", ..), ..] => EvidenceKind::Study,
                _ => EvidenceKind::Report,
            },
            hash: EvidenceHash([4; 32]),
            tool: "consilium 0.1.0".to_owned(),
            at: None,
            countersigned: Vec::new(),
        },
    }
}

fn score(score: f64, low: f64, high: f64) -> Score {
    Score::of(score, low, high).unwrap()
}

fn training(found: Vec<(Dimension, Found)>) -> Card {
    Card::of(about(), &Purpose::built_in("training").unwrap(), found)
}

/// A card of quality 80 (78 to 82) and privacy 40.
fn card() -> Card {
    training(vec![
        (
            Dimension::Quality,
            found(&[("completeness", score(80.0, 78.0, 82.0), 1.0)]),
        ),
        (
            Dimension::Privacy,
            found(&[("prosecutor", score(40.0, 40.0, 40.0), 1.0)]),
        ),
    ])
}

fn key(seed: u8) -> IdentityKey {
    IdentityKey::from_seed(&Seed::from_bytes([seed; 32]))
}

/// The keys of a steward of cleveland and of one of hungary.
fn directory() -> Directory {
    [
        ("cleveland/li".to_owned(), key(1).public()),
        ("hungary/nagy".to_owned(), key(2).public()),
    ]
    .into()
}
