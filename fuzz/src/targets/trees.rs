//! Boosted trees: models in files, and runs in which one frame is not what its sender sent.

use std::{error::Error, fmt::Debug, sync::Arc, time::Duration};

use consilium_base::{Generator, Seed};
use consilium_evaluation::Range;
use consilium_gbdt::{
    Boosting, Column, Growing, Model, Objective, Specification, Table,
    horizontal::{self, Feature, HorizontalError, Shared, Values, aggregate, contribute},
    training::Training,
    vertical::{
        self, FeatureHolder, FeatureModel, Holder, LabelHolder, LabelModel, Price, Protections,
        Terms, Unwatched, VerticalError, answer, follow, lead, predict,
    },
};
use consilium_lwe::Set;
use consilium_mailbox::{Mailbox, PartyId, Patience, Quorum, RunId};
use consilium_secagg::{
    SumNumber,
    plain::{PlainAggregator, PlainContributor},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    meddling::{Meddling, Relay},
    runs::{parties, within},
};

const ROWS: u32 = 24;

/// What a file holds predicts, or is no model; written again it is the same.
pub(super) fn model(bytes: &[u8]) {
    let rows = [f64::NEG_INFINITY, -1.0, 0.5, f64::MAX, f64::NAN];
    if let Some(model) = read::<Model>(bytes) {
        for value in rows {
            let _ = (
                model.mean(&[value]),
                model.mean(&vec![value; model.columns().len()]),
            );
        }
    }
    if let Some(part) = read::<LabelModel>(bytes) {
        for value in rows {
            let values = vec![value; part.columns().len()];
            let _ = part.margin(&values, |_, split| split % 2 == 0);
        }
    }
    if let Some(part) = read::<FeatureModel>(bytes) {
        let columns = part.columns().len();
        assert!(
            part.rules()
                .iter()
                .all(|rule| (rule.column as usize) < columns)
        );
    }
}

fn read<M: DeserializeOwned + Serialize + PartialEq + Debug>(bytes: &[u8]) -> Option<M> {
    let model: M = serde_json::from_slice(bytes).ok()?;
    let text = serde_json::to_vec(&model).expect("a model has a text");
    assert_eq!(
        serde_json::from_slice::<M>(&text).ok().as_ref(),
        Some(&model)
    );
    Some(model)
}

/// Two hospitals grow a tree over their rows: what is accepted is a model of the agreed size.
pub(super) fn histogram(input: &[u8]) {
    let Some(meddling) = Meddling::read(input) else {
        return;
    };
    let parties = parties(["aggregator", "hospital-a", "hospital-b"]);
    let agreement = horizontal_agreement();
    within(async {
        let relay = Relay::new(&parties, meddling);
        let mail = |me: usize| mailbox(&relay, &parties, me, 1);
        let grow = async {
            let mail = mail(0);
            let mut sum = PlainAggregator {
                contributors: parties[1..].to_vec(),
                quorum: Quorum {
                    at_least: 2,
                    within: Duration::from_secs(5),
                },
            };
            let training = Training::begin(&agreement, SumNumber(0));
            let hospitals = &parties[1..];
            let fit = aggregate(&mail, hospitals, &agreement, training, &mut sum, &mut ()).await;
            left(mail, fit, HorizontalError::fault);
        };
        let hospital = async |me: u8| {
            let mail = mail(me.into());
            let columns = vec![column(me, 0), column(me, 1)];
            let table = agreement
                .table(columns, labels())
                .expect("rows are as agreed");
            let (seed, aggregator) = (Seed::from_bytes([me; 32]), parties[0].clone());
            let own = (&agreement, &table, &seed);
            let mut sum = PlainContributor { aggregator };
            let fit = contribute(&mail, &parties[0], own, SumNumber(0), &mut sum).await;
            if let Some(fit) = left(mail, fit, HorizontalError::fault) {
                assert!(fit.model.trees().len() <= 1, "more trees than agreed on");
            }
        };
        tokio::join!(grow, hospital(1), hospital(2));
    });
}

fn horizontal_agreement() -> horizontal::Agreement {
    let feature = |name: &str| Feature {
        name: name.into(),
        values: Values::Number(Range::ZERO_TO_ONE),
    };
    let shared = Shared {
        boosting: boosting(),
        columns: vec![feature("age"), feature("cost")],
        labels: Range::ZERO_TO_ONE,
        most_rows: ROWS.into(),
        most_contributors: 2,
    };
    shared.try_into().expect("these terms are allowed")
}

/// An insurer and a hospital grow a tree over their columns, and predict by it.
pub(super) fn vertical(input: &[u8]) {
    let Some(meddling) = Meddling::read(input) else {
        return;
    };
    let parties = parties(["insurer", "hospital"]);
    let agreement = vertical_agreement(&parties);
    let own = |me: u8, place: u8| Column {
        name: format!("column-{place}"),
        values: column(me, place),
    };
    let (insurers, hospitals) = ([own(1, 0)], [own(2, 0), own(2, 1)]);
    let table = Table::new(Objective::Logistic, insurers.to_vec(), labels());
    let table = table.expect("there are rows of both classes");
    let secret = |me: u8| Seed::from_bytes([me; 32]);
    let rng = |me: u8| -> Generator { secret(me).derive("fuzz.1.rng", &[]).generator() };
    within(async {
        let relay = Relay::new(&parties, meddling.clone());
        let mail = |me: usize| mailbox(&relay, &parties, me, 1);
        let leading = async {
            let mail = mail(0);
            let holder = LabelHolder::new(&agreement, &table, secret(1));
            let mut holder = holder.expect("the table is as agreed");
            let led = lead(&mail, &mut holder, &mut rng(1), &mut Unwatched).await;
            left(mail, led, VerticalError::fault)
        };
        let following = async {
            let mail = mail(1);
            let holder = FeatureHolder::new(&agreement, &parties[1], &hospitals, secret(2));
            let mut holder = holder.expect("the columns are as agreed");
            let followed = follow(&mail, &mut holder, &mut rng(2), &mut Unwatched).await;
            left(mail, followed, VerticalError::fault)
        };
        let (Some(label), Some(feature)) = tokio::join!(leading, following) else {
            return;
        };
        let relay = Relay::new(&parties, meddling);
        let mail = |me: usize| mailbox(&relay, &parties, me, 2);
        let asking = async {
            let mail = mail(0);
            let margins = predict(&mail, &label, &insurers, ROWS).await;
            if let Some(margins) = left(mail, margins, VerticalError::fault) {
                assert_eq!(margins.len(), ROWS as usize);
            }
        };
        let answering = async {
            let mail = mail(1);
            let answered = answer(&mail, &parties[0], &feature, &hospitals, ROWS).await;
            if let Some(rows) = left(mail, answered, VerticalError::fault) {
                assert!(rows <= ROWS);
            }
        };
        tokio::join!(asking, answering);
    });
}

fn vertical_agreement(parties: &[PartyId; 2]) -> vertical::Agreement {
    let [label_holder, hospital] = parties.clone();
    let terms = Terms {
        boosting: boosting(),
        rows: ROWS,
        label_holder,
        label_holder_columns: 1,
        feature_holders: vec![Holder {
            party: hospital,
            columns: 2,
        }],
        protections: Protections {
            own_trees: 0,
            min_side: 1,
            min_gap: 0,
            min_node: 2,
            sum_noise: 0.0,
        },
        set: Set::A,
        stride: None,
        price: Price::default(),
    };
    terms.try_into().expect("these terms are allowed")
}

/// One tree of two levels.
fn boosting() -> Boosting {
    let specification = Specification {
        trees: 1,
        bins: 16,
        growth: Growing::DepthWise { depth: 2 },
        min_child_weight: 0.0,
        ..Specification::new(Objective::Logistic)
    };
    specification.try_into().expect("these numbers are allowed")
}

/// Values of some column, some of them missing.
fn column(party: u8, place: u8) -> Vec<f64> {
    let step = u32::from(5 + 2 * party + 6 * place);
    let value = |row: u32| match row * step % 31 {
        0 | 7 => f64::NAN,
        number => f64::from(number) / 31.0,
    };
    (0..ROWS).map(value).collect()
}

fn labels() -> Vec<f64> {
    (0..ROWS).map(|row| f64::from(row * 7 % 3 / 2)).collect()
}

fn mailbox(relay: &Arc<Relay>, parties: &[PartyId], me: usize, run: u8) -> Mailbox {
    let end = relay.end(&parties[me], parties);
    Mailbox::new(end, RunId([run; 16]), Patience::default())
}

/// Leaves a run in good order, or as one does who gives up.
fn left<T, E: Error, F>(mail: Mailbox, ended: Result<T, E>, fault: impl Fn(&E) -> F) -> Option<T> {
    match ended {
        Ok(ended) => {
            mail.finish();
            Some(ended)
        }
        Err(error) => {
            let _ = (fault(&error), error.to_string());
            None
        }
    }
}
