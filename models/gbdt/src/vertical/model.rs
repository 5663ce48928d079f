//! A fitted model, of which every party holds its part.

use std::collections::HashSet;

use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use super::{
    agreement::{Agreement, MOST_FEATURE_HOLDERS},
    side::{Condition, FeatureSide, LabelSide},
};
use crate::{BinRule, Cuts, MOST_COLUMNS, MOST_NODES, MOST_TREES, Objective, Rule, Tree};

/// The number of the format in which parts are written.
const FORMAT: u32 = 1;
/// The most splits of one feature holder.
const MOST_SPLITS: usize = 1 << 20;

/// What was read is no part of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no part of a model in format {FORMAT}")]
pub struct BadPart;

/// The label holder's part: the trees, without the rules of others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "WrittenLabels", into = "WrittenLabels")]
pub struct LabelModel {
    objective: Objective,
    columns: Vec<String>,
    /// The feature holders, and how many splits each has.
    holders: Vec<(PartyId, u32)>,
    base_score: f64,
    trees: Vec<Tree<Condition<Rule>>>,
}

impl LabelModel {
    pub(crate) fn grown(
        agreement: &Agreement,
        columns: Vec<String>,
        cuts: &Cuts,
        side: &LabelSide,
        trees: usize,
    ) -> LabelModel {
        let terms = agreement.terms();
        let named = |condition: &Condition<BinRule>| match *condition {
            Condition::Theirs { holder, split } => Ok(Condition::Theirs { holder, split }),
            Condition::Own(rule) => {
                let threshold = cuts.threshold(rule.column as usize, rule.bin).ok_or(())?;
                Ok(Condition::Own(Rule {
                    column: rule.column,
                    threshold,
                    missing: rule.missing,
                }))
            }
        };
        let kept = side.trees.iter().take(trees);
        let parties = terms.feature_holders.iter().map(|it| it.party.clone());
        let splits = side.splits(terms.feature_holders.len(), trees);
        LabelModel {
            objective: terms.boosting.specification().objective,
            columns,
            holders: parties.zip(splits).collect(),
            base_score: side.base_score,
            trees: kept
                .map(|tree| tree.try_map::<_, ()>(named))
                .map(|tree| tree.expect("rules are of the cuts they were found on"))
                .collect(),
        }
    }

    /// Gives what was minimised.
    pub fn objective(&self) -> Objective {
        self.objective
    }

    /// Gives the names of the own columns, in the order in which values are given.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Gives the feature holders, and how many splits each has.
    pub fn holders(&self) -> &[(PartyId, u32)] {
        &self.holders
    }

    /// Gives the same model, as if this party had the splits of the first feature holder; none if
    /// there is none.
    pub(crate) fn held_by(&self, party: &PartyId) -> Option<LabelModel> {
        let mut model = self.clone();
        model.holders.first_mut()?.0 = party.clone();
        Some(model)
    }

    /// Gives the margin to which the trees add.
    pub fn base_score(&self) -> f64 {
        self.base_score
    }

    /// Gives the trees.
    pub fn trees(&self) -> &[Tree<Condition<Rule>>] {
        &self.trees
    }

    /// Gives a row's margin by its own values and by the sides that feature holders say it is on.
    pub fn margin(&self, values: &[f64], goes_left: impl Fn(u32, u32) -> bool) -> f64 {
        let side = |condition: &Condition<Rule>| match condition {
            Condition::Theirs { holder, split } => goes_left(*holder, *split),
            Condition::Own(rule) => {
                let value = values.get(rule.column as usize);
                rule.goes_left(value.copied().unwrap_or(f64::NAN))
            }
        };
        let values = self.trees.iter().map(|tree| tree.value(side));
        values.fold(self.base_score, |margin, value| margin + value)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLabels {
    format: u32,
    objective: Objective,
    columns: Vec<String>,
    holders: Vec<(PartyId, u32)>,
    base_score: f64,
    trees: Vec<Tree<Condition<Rule>>>,
}

impl From<LabelModel> for WrittenLabels {
    fn from(model: LabelModel) -> WrittenLabels {
        WrittenLabels {
            format: FORMAT,
            objective: model.objective,
            columns: model.columns,
            holders: model.holders,
            base_score: model.base_score,
            trees: model.trees,
        }
    }
}

impl TryFrom<WrittenLabels> for LabelModel {
    type Error = BadPart;

    fn try_from(written: WrittenLabels) -> Result<LabelModel, BadPart> {
        let mut parties: HashSet<&PartyId> = HashSet::new();
        let mut names: HashSet<&String> = HashSet::new();
        let distinct = written
            .holders
            .iter()
            .all(|(party, _)| parties.insert(party))
            && written.columns.iter().all(|name| names.insert(name));
        let nodes = written.trees.iter().map(|tree| tree.nodes().len());
        let small = written.holders.len() <= MOST_FEATURE_HOLDERS
            && written.columns.len() <= MOST_COLUMNS
            && written.trees.len() <= MOST_TREES as usize
            && nodes.sum::<usize>() <= MOST_NODES * MOST_TREES as usize;
        let mut splits: Vec<HashSet<u32>> = vec![HashSet::new(); written.holders.len()];
        let known = |condition: &Condition<Rule>| match *condition {
            Condition::Own(rule) => {
                (rule.column as usize) < written.columns.len() && rule.threshold.is_finite()
            }
            Condition::Theirs { holder, split } => {
                let holder = holder as usize;
                let of_holder = written.holders.get(holder);
                of_holder.is_some_and(|(_, count)| split < *count) && splits[holder].insert(split)
            }
        };
        let conditions = written.trees.iter().flat_map(Tree::branches);
        let conditions_hold = conditions.map(|(_, branch)| &branch.choice).all(known);
        let holds = written.format == FORMAT
            && written.objective.is_defined()
            && written.base_score.is_finite()
            && distinct
            && small
            && conditions_hold;
        if !holds {
            return Err(BadPart);
        }
        Ok(LabelModel {
            objective: written.objective,
            columns: written.columns,
            holders: written.holders,
            base_score: written.base_score,
            trees: written.trees,
        })
    }
}

/// A feature holder's part: its rules, in the order in which the label holder numbers them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "WrittenFeatures", into = "WrittenFeatures")]
pub struct FeatureModel {
    columns: Vec<String>,
    rules: Vec<Rule>,
}

impl FeatureModel {
    pub(crate) fn of(columns: Vec<String>, side: &FeatureSide) -> FeatureModel {
        let rules = side.splits.iter().map(|split| split.rule).collect();
        FeatureModel { columns, rules }
    }

    /// Gives the names of the columns, in the order in which values are given.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Gives the rules.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFeatures {
    format: u32,
    columns: Vec<String>,
    rules: Vec<Rule>,
}

impl From<FeatureModel> for WrittenFeatures {
    fn from(model: FeatureModel) -> WrittenFeatures {
        WrittenFeatures {
            format: FORMAT,
            columns: model.columns,
            rules: model.rules,
        }
    }
}

impl TryFrom<WrittenFeatures> for FeatureModel {
    type Error = BadPart;

    fn try_from(written: WrittenFeatures) -> Result<FeatureModel, BadPart> {
        let mut names: HashSet<&String> = HashSet::new();
        let distinct = written.columns.iter().all(|name| names.insert(name));
        let known = |rule: &Rule| {
            (rule.column as usize) < written.columns.len() && rule.threshold.is_finite()
        };
        let holds = written.format == FORMAT
            && distinct
            && written.rules.len() <= MOST_SPLITS
            && written.rules.iter().all(known);
        if !holds {
            return Err(BadPart);
        }
        Ok(FeatureModel {
            columns: written.columns,
            rules: written.rules,
        })
    }
}
