//! What one party holds of a model, and what its splits add up to.

use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use super::{
    model::{FeatureModel, LabelModel},
    side::Condition,
};
use crate::Tree;

/// A party's part of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", content = "part", rename_all = "kebab-case")]
pub enum ModelPart {
    /// The trees, without the rules of others.
    LabelHolder(LabelModel),
    /// The own rules.
    FeatureHolder(FeatureModel),
}

/// Whose splits are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose<'a> {
    /// Those by an own column.
    Own(&'a str),
    /// Those by all columns of another party.
    Of(&'a PartyId),
}

/// What splits add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Splits {
    /// How many there are.
    pub splits: u32,
    /// What they are worth: only the label holder knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain: Option<f64>,
}

impl ModelPart {
    /// The kind of a file that holds one.
    pub const KIND: &'static str = "gbdt-part";

    /// Gives the names of the own columns, in the order in which values are given.
    pub fn columns(&self) -> &[String] {
        match self {
            ModelPart::LabelHolder(model) => model.columns(),
            ModelPart::FeatureHolder(model) => model.columns(),
        }
    }

    /// Adds up the splits by each own column, in their order, then those by each other party's.
    pub fn splits(&self) -> Vec<(Whose<'_>, Splits)> {
        let none = Splits {
            splits: 0,
            gain: match self {
                ModelPart::LabelHolder(_) => Some(0.0),
                ModelPart::FeatureHolder(_) => None,
            },
        };
        let own = self.columns().iter().map(|name| (Whose::Own(name), none));
        let mut all: Vec<_> = own.collect();
        // The places that are split by, and what each split is worth.
        let mut places: Vec<(usize, f64)> = Vec::new();
        match self {
            ModelPart::FeatureHolder(model) => {
                places.extend(model.rules().iter().map(|rule| (rule.column as usize, 0.0)));
            }
            ModelPart::LabelHolder(model) => {
                let own = all.len();
                let holders = model.holders().iter();
                all.extend(holders.map(|(party, _)| (Whose::Of(party), none)));
                let branches = model.trees().iter().flat_map(Tree::branches);
                places.extend(branches.map(|(_, branch)| match branch.choice {
                    Condition::Own(rule) => (rule.column as usize, branch.gain),
                    Condition::Theirs { holder, .. } => (own + holder as usize, branch.gain),
                }));
            }
        }
        for (place, gain) in places {
            // A part has no split of a column or a party that it doesn't name.
            if let Some((_, splits)) = all.get_mut(place) {
                splits.splits += 1;
                splits.gain = splits.gain.map(|sum| sum + gain);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn part(written: serde_json::Value) -> ModelPart {
        serde_json::from_value(written).unwrap()
    }

    #[test]
    fn splits_and_gains_are_added_up_by_own_columns_and_by_other_parties() {
        let own = |column: u32| json!({ "own": { "column": column, "threshold": 0.5, "missing": "left" } });
        let theirs =
            |holder: u32, split: u32| json!({ "theirs": { "holder": holder, "split": split } });
        let tree = |root, gain: f64, left, gain_of_left: f64| {
            let leaf = json!({ "leaf": { "value": 0.25, "cover": 2.0 } });
            json!([
                { "branch": { "choice": root, "left": 1, "right": 2, "gain": gain, "cover": 8.0 } },
                { "branch": { "choice": left, "left": 3, "right": 4, "gain": gain_of_left, "cover": 4.0 } },
                leaf, leaf, leaf,
            ])
        };
        let labels = part(json!({ "role": "label-holder", "part": {
            "format": 1,
            "objective": "logistic",
            "columns": ["age", "ward"],
            "holders": [["north", 2], ["south", 1]],
            "base_score": 0.0,
            "trees": [tree(own(1), 4.0, theirs(1, 0), 2.0), tree(theirs(0, 1), 1.0, own(1), 0.5)],
        }}));
        let [north, south] = ["north", "south"].map(|name| name.parse::<PartyId>().unwrap());
        let of = |splits, gain| Splits {
            splits,
            gain: Some(gain),
        };
        let expected = [
            (Whose::Own("age"), of(0, 0.0)),
            (Whose::Own("ward"), of(2, 4.5)),
            (Whose::Of(&north), of(1, 1.0)),
            (Whose::Of(&south), of(1, 2.0)),
        ];
        assert_eq!(labels.splits(), expected);
        let rule = json!({ "column": 1, "threshold": 0.5, "missing": "right" });
        let features = part(json!({ "role": "feature-holder", "part": {
            "format": 1,
            "columns": ["stays", "cost"],
            "rules": [rule, rule],
        }}));
        let of = |splits| Splits { splits, gain: None };
        let expected = [(Whose::Own("stays"), of(0)), (Whose::Own("cost"), of(2))];
        assert_eq!(features.splits(), expected);
    }
}
