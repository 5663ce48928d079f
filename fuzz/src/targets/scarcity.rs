//! Whole studies of scarcity in which one frame is not what its sender sent.
//!
//! Every message of the protocol is reached where it is awaited. Nobody panics or waits for ever, and whoever has an
//! outcome has the surprisal that it has where nobody meddles: tables are checked. Numbers of empty buckets aren't,
//! but that they can be.

use std::sync::{Arc, LazyLock};

use consilium_base::{Seed, Tagged};
use consilium_mailbox::{Mailbox, PartyId, Patience, Quorum};
use consilium_scarcity::{
    Agreement, Bins, Column, Entities, Noise, Outcome, Own, Rows, Sketch, Specification, Values,
    aggregate, contribute,
};
use consilium_secagg::{
    SumNumber,
    plain::{PlainAggregator, PlainContributor},
};

use super::{
    meddling::{Meddling, Relay},
    runs::{PATIENCE, RUN, parties, within},
};

const FIRST: SumNumber = SumNumber(0);
const NAMES: [&str; 5] = [
    "aggregator",
    "hospital-a",
    "hospital-b",
    "hospital-c",
    "hospital-d",
];

/// A study with everything that it takes.
struct Study {
    agreement: Agreement,
    houses: Vec<(Rows, Entities)>,
    /// What each finds where nobody meddles.
    found: Vec<Outcome>,
}

static STUDY: LazyLock<Study> = LazyLock::new(Study::new);

/// Four contributors measure rows and entities.
pub(super) fn scarcity(input: &[u8]) {
    let Some(meddling) = Meddling::read(input) else {
        return;
    };
    let study = &*STUDY;
    let outcomes = study.run(meddling);
    for (outcome, expected) in outcomes.iter().zip(&study.found) {
        let Some(outcome) = outcome else { continue };
        assert_eq!(outcome.contributors, expected.contributors);
        assert_eq!(outcome.surprisal, expected.surprisal);
        let shares = outcome.exclusive.iter().map(|it| it.share);
        assert!(shares.into_iter().all(|share| (0.0..=1.0).contains(&share)));
    }
}

impl Study {
    fn new() -> Study {
        let agreement = Agreement::new(specification()).expect("the specification makes sense");
        let houses = (0..4).map(|place| house(&agreement, place)).collect();
        let mut study = Study {
            agreement,
            houses,
            found: Vec::new(),
        };
        let outcomes = study.run(Meddling::none());
        let found: Option<Vec<Outcome>> = outcomes.into_iter().collect();
        study.found = found.expect("nobody meddles");
        study
    }

    /// Gives what each contributor has at the end; nothing of those that end with an error.
    fn run(&self, meddling: Arc<Meddling>) -> Vec<Option<Outcome>> {
        let parties = parties(NAMES);
        let (aggregator, roster) = parties.split_first().expect("there are five");
        within(async {
            let relay = Relay::new(&parties, meddling);
            let mailbox = |me| Mailbox::new(relay.end(me, &parties), RUN, Patience::default());
            let open = async {
                let mail = mailbox(aggregator);
                let mut sum = PlainAggregator {
                    contributors: roster.to_vec(),
                    quorum: Quorum {
                        at_least: 3,
                        within: PATIENCE,
                    },
                };
                let opened = aggregate(&mail, roster, &self.agreement, FIRST, &mut sum).await;
                match opened {
                    Ok(_) => drop(mail.finish()),
                    Err(error) => drop((error.fault(), error.to_string())),
                }
            };
            let contribute = async |place: usize| -> Option<Outcome> {
                let (me, (rows, entities)) = (&roster[place], &self.houses[place]);
                let mail = mailbox(me);
                let own = Own {
                    agreement: &self.agreement,
                    rows,
                    entities: Some(entities),
                    seed: &secret(me),
                };
                let mut sum = PlainContributor {
                    aggregator: aggregator.clone(),
                };
                let found = contribute(&mail, (aggregator, roster), own, FIRST, &mut sum).await;
                match found {
                    Ok(outcome) => {
                        mail.finish();
                        Some(outcome)
                    }
                    Err(error) => {
                        drop((error.fault(), error.to_string()));
                        None
                    }
                }
            };
            let ((), a, b, c, d) = tokio::join!(
                open,
                contribute(0),
                contribute(1),
                contribute(2),
                contribute(3)
            );
            vec![a, b, c, d]
        })
    }
}

fn specification() -> Specification {
    let column = |name: &str, bins| Column {
        name: name.to_owned(),
        bins,
    };
    Specification {
        columns: vec![
            column("smoker", Bins::Boolean),
            column("age", Bins::Cuts(vec![40.0])),
        ],
        pseudo: 0.5,
        noise: Noise {
            epsilon: 8.0,
            delta: 1e-6,
            honest: 3,
        },
        sketch: Some(Sketch {
            buckets: 256,
            entities: 200,
            falsely: 0.02,
        }),
        most_rows: 1_000,
        most_contributors: 4,
    }
}

fn house(agreement: &Agreement, place: u64) -> (Rows, Entities) {
    let rows = 0..150 + 20 * place;
    let values = [
        Values::Booleans(rows.clone().map(|row| Some(row % 3 == 0)).collect()),
        Values::Numbers(rows.map(|row| (row % 80) as f64).collect()),
    ];
    let digest = |person| Tagged::new("fuzz.1.person").number(person).digest();
    let people = 20 * place..20 * place + 50;
    (
        Rows::new(agreement, &values).expect("the rows have these columns"),
        Entities::new(people.map(digest).collect()),
    )
}

fn secret(party: &PartyId) -> Seed {
    Seed::from_bytes([9; 32]).derive("fuzz.1.party", &[party.as_str().as_bytes()])
}
