//! How one table is split between institutions.

use std::collections::BTreeMap;

use consilium_mailbox::PartyId;
use consilium_plan::{Plan, Task};
use serde::Serialize;

use super::{
    data::of_all,
    places::Places,
    raw::{RawBy, RawParties, RawSplit, Rest},
};
use crate::{LabError, LabFault};

/// How a table is split between institutions.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum SplitBy {
    /// By the values of a column.
    Column {
        /// The column.
        column: String,
        /// The values of each institution.
        parties: BTreeMap<PartyId, Vec<String>>,
        /// What becomes of rows with other values.
        rest: Rest,
    },
    /// All get as many rows; how many of each class is drawn.
    LabelSkew {
        /// The concentration of the Dirichlet distribution: 0.001 to 1,000,000. Small ones make
        /// institutions different, large ones alike.
        alpha: f64,
    },
    /// How many rows each gets is drawn; which ones, too.
    QuantityDrawn {
        /// The concentration of the Dirichlet distribution, as above.
        alpha: f64,
    },
    /// Each gets a given share of the rows; which ones is drawn.
    Quantity {
        /// The shares: each over 0, 1 together.
        shares: BTreeMap<PartyId, f64>,
    },
    /// Each has the columns that the plan gives it; rows are the same.
    Columns,
}

/// Checks how a table is split; `every` are the values of its column, where each is a party.
pub(super) fn check(
    raw: &RawSplit,
    every: Option<BTreeMap<PartyId, Vec<String>>>,
    plan: &Plan,
    places: &Places,
) -> Result<SplitBy, LabError> {
    let is_vertical = matches!(plan.task(), Task::Vertical(_));
    let is_of_group = matches!(plan.task(), Task::Vertical(task) if task.group().is_some());
    let (by, needed) = match raw.by {
        RawBy::Column => ("column", "column and parties, takes rest = \"drop\""),
        RawBy::LabelSkew => ("label-skew", "alpha"),
        RawBy::Quantity => ("quantity", "either alpha or shares"),
        RawBy::Columns => ("columns", "nothing else"),
    };
    let refuse = |fault| Err(places.at("table.split.by", fault));
    if is_of_group || is_vertical != (raw.by == RawBy::Columns) {
        return refuse(LabFault::SplitKind {
            by,
            kind: plan.task().kind(),
            instead: if is_of_group {
                "[data.PARTY]"
            } else if is_vertical {
                "by = \"columns\""
            } else {
                "by = \"column\", \"label-skew\" or \"quantity\""
            },
        });
    }
    if raw.rest.is_some() && raw.by != RawBy::Column {
        return refuse(LabFault::SplitKeys { by, needed });
    }
    match (raw.by, &raw.column, &raw.parties, raw.alpha, &raw.shares) {
        (RawBy::Column, Some(column), Some(parties), None, None) => Ok(SplitBy::Column {
            column: column.clone(),
            parties: match parties {
                RawParties::Given(parties) => values(parties, plan, places)?,
                RawParties::EveryValue => every.unwrap_or_default(),
            },
            rest: raw.rest.unwrap_or_default(),
        }),
        (RawBy::LabelSkew, None, None, Some(alpha), None) => {
            if !predicts_classes(plan) {
                return refuse(LabFault::SkewNumbers);
            }
            let alpha = concentration(alpha, places)?;
            Ok(SplitBy::LabelSkew { alpha })
        }
        (RawBy::Quantity, None, None, Some(alpha), None) => {
            let alpha = concentration(alpha, places)?;
            Ok(SplitBy::QuantityDrawn { alpha })
        }
        (RawBy::Quantity, None, None, None, Some(given)) => {
            let path = "table.split.shares";
            let shares = of_all(given, path, plan, places, |share, _| Ok(*share))?;
            let (total, positive) = (
                shares.values().sum::<f64>(),
                shares.values().all(|share| *share > 0.0),
            );
            if !positive || (total - 1.0).abs() > 1e-9 {
                let allowed = "numbers over 0 that make 1 together";
                return Err(places.at(path, number(path, allowed)));
            }
            Ok(SplitBy::Quantity { shares })
        }
        (RawBy::Columns, None, None, None, None) => Ok(SplitBy::Columns),
        _ => refuse(LabFault::SplitKeys { by, needed }),
    }
}

/// Checks that each institution has values, and each value one institution.
fn values(
    given: &BTreeMap<String, Vec<String>>,
    plan: &Plan,
    places: &Places,
) -> Result<BTreeMap<PartyId, Vec<String>>, LabError> {
    let path = "table.split.parties";
    let parties = of_all(given, path, plan, places, |values, path| {
        if values.is_empty() {
            let key = path.to_owned();
            return Err(places.at(path, LabFault::Empty { key }));
        }
        Ok(values.clone())
    })?;
    let mut all: Vec<&String> = parties.values().flatten().collect();
    all.sort();
    match all.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(parties),
        Some(pair) => {
            let (key, value) = (path.to_owned(), format!("{:?}", pair[0]));
            Err(places.at(path, LabFault::Twice { key, value }))
        }
    }
}

fn concentration(alpha: f64, places: &Places) -> Result<f64, LabError> {
    if (1e-3..=1e6).contains(&alpha) {
        return Ok(alpha);
    }
    let key = "table.split.alpha";
    Err(places.at(key, number(key, "0.001 to 1000000")))
}

/// Says whether a plan predicts classes.
pub(crate) fn predicts_classes(plan: &Plan) -> bool {
    match plan.task() {
        Task::Train(task) => task.learner.subject().is_of_classes(),
        Task::Vertical(task) => task.is_of_classes(),
        Task::Align(_) | Task::Statistics(_) | Task::Dictionary(_) | Task::Scarcity(_) => false,
    }
}

pub(super) fn number(key: &str, allowed: &'static str) -> LabFault {
    LabFault::Number {
        key: key.to_owned(),
        allowed,
    }
}
