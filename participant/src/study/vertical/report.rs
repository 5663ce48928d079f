//! What an institution finds in its part of a study, for those at home.

use std::collections::BTreeMap;

use consilium_evaluation::Measures;
use consilium_gbdt::{
    Losses, Tree,
    vertical::{Condition, LabelModel},
};
use consilium_mailbox::PartyId;
use consilium_plan::{DataVersion, Name, PlanHash, VerticalWork};
use serde::Serialize;

use super::{OwnPart, part::ModelPart, rows::Rows};

/// Whose rows a study is over, and what this institution is in it.
#[derive(Debug, Serialize)]
struct Ground<'a> {
    plan: PlanHash,
    data: &'a Name,
    version: DataVersion,
    alignment: PlanHash,
    role: &'static str,
    peers: &'a [PartyId],
}

/// What came of growing trees.
#[derive(Debug, Serialize)]
pub(super) struct GrownReport<'a> {
    #[serde(flatten)]
    ground: Ground<'a>,
    /// Common rows that the trees are grown on.
    fitted_rows: u32,
    /// Common rows that they are measured on.
    scored_rows: u32,
    /// The mean losses after no tree, one tree, and so on: at the label holder.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) losses: Vec<Losses>,
    /// Trees of the model: at the label holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    trees: Option<usize>,
    /// What the model goes by, as far as this institution knows.
    importance: Importance,
    /// Measures on the rows kept for testing: at the label holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) own: Option<Measures>,
}

/// What splits add up to.
#[derive(Debug, Default, Serialize)]
struct Importance {
    /// Of each own column.
    columns: BTreeMap<String, Splits>,
    /// Of all columns of each other institution: at the label holder.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    others: BTreeMap<PartyId, Splits>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Splits {
    splits: u32,
    /// Only the label holder knows what splits are worth.
    #[serde(skip_serializing_if = "Option::is_none")]
    gain: Option<f64>,
}

impl Splits {
    fn add(&mut self, gain: f64) {
        self.splits += 1;
        self.gain = Some(self.gain.unwrap_or(0.0) + gain);
    }
}

impl<'a> Ground<'a> {
    fn of(part: &'a OwnPart<'_>) -> Ground<'a> {
        Ground {
            plan: part.plan.hash(),
            data: &part.counted.data,
            version: part.counted.grant.data,
            alignment: part.task.alignment,
            role: if part.has_labels() {
                "label-holder"
            } else {
                "feature-holder"
            },
            peers: &part.others,
        }
    }
}

impl<'a> GrownReport<'a> {
    pub(super) fn begin(part: &'a OwnPart<'_>, (rows, tested): (&Rows, &Rows)) -> GrownReport<'a> {
        GrownReport {
            ground: Ground::of(part),
            fitted_rows: rows.count(),
            scored_rows: tested.count(),
            losses: Vec::new(),
            trees: None,
            importance: Importance::default(),
            own: None,
        }
    }

    /// Takes in what the own part of the model tells.
    pub(super) fn describe(&mut self, part: &ModelPart) {
        match part {
            ModelPart::LabelHolder(model) => {
                self.trees = Some(model.trees().len());
                self.importance = Importance::of_trees(model);
            }
            ModelPart::FeatureHolder(model) => {
                let columns = &mut self.importance.columns;
                for name in model.columns() {
                    columns.insert(name.clone(), Splits::default());
                }
                let names = model.rules().iter();
                for name in names.filter_map(|rule| model.columns().get(rule.column as usize)) {
                    columns.entry(name.clone()).or_default().splits += 1;
                }
            }
        }
    }
}

impl Importance {
    fn of_trees(model: &LabelModel) -> Importance {
        let none = Splits {
            splits: 0,
            gain: Some(0.0),
        };
        let columns = model.columns().iter().cloned();
        let others = model.holders().iter().map(|(party, _)| party.clone());
        let mut importance = Importance {
            columns: columns.map(|name| (name, none)).collect(),
            others: others.map(|party| (party, none)).collect(),
        };
        let branches = model.trees().iter().flat_map(Tree::branches);
        for (_, branch) in branches {
            let splits = match &branch.choice {
                Condition::Own(rule) => {
                    let name = model.columns().get(rule.column as usize);
                    name.and_then(|name| importance.columns.get_mut(name))
                }
                Condition::Theirs { holder, .. } => {
                    let party = model.holders().get(*holder as usize);
                    party.and_then(|(party, _)| importance.others.get_mut(party))
                }
            };
            if let Some(splits) = splits {
                splits.add(branch.gain);
            }
        }
        importance
    }
}

/// What came of scoring rows.
#[derive(Debug, Serialize)]
pub(super) struct ScoredReport<'a> {
    #[serde(flatten)]
    ground: Ground<'a>,
    model: Option<PlanHash>,
    scored_rows: u32,
}

impl<'a> ScoredReport<'a> {
    pub(super) fn of(part: &'a OwnPart<'_>, rows: &Rows) -> ScoredReport<'a> {
        let model = match &part.task.work {
            VerticalWork::Predict { model } => Some(*model),
            VerticalWork::Grow(_) => None,
        };
        ScoredReport {
            ground: Ground::of(part),
            model,
            scored_rows: rows.count(),
        }
    }
}
