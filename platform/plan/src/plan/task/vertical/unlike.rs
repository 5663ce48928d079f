//! In what rows differ from those that a model was grown on.

use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use super::{Member, Vertical};

/// In what the rows of a plan differ from those that its model was grown on: by names that the plan
/// has itself, and by no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unlike {
    /// There are other parties, or they have other roles.
    Parties,
    /// A party has other features, or in another order.
    Features(PartyId),
    /// A party's column has another type, unit, code system, range or levels.
    Column(PartyId, String),
}

impl Unlike {
    /// Says it in words, in English and in Chinese.
    pub(crate) fn words(&self) -> [String; 2] {
        match self {
            Unlike::Parties => [
                "there are other parties, or they have other roles",
                "参与方或其角色不同",
            ]
            .map(str::to_owned),
            Unlike::Features(party) => [
                format!("{party} has other features, or in another order"),
                format!("{party} 的特征或其顺序不同"),
            ],
            Unlike::Column(party, column) => [
                format!(
                    "column {column} of {party} has another type, unit, code system, range or levels"
                ),
                format!("{party} 的列 {column} 在类型、单位、编码体系、范围或取值上不同"),
            ],
        }
    }
}

impl Vertical {
    /// Says in what these rows differ from those on which another task grows trees, if they do: rows
    /// that don't can be scored by the trees.
    pub fn unlike(&self, grown: &Vertical) -> Option<Unlike> {
        let parties = |task: &Vertical| -> Vec<PartyId> {
            let members = task.members.iter();
            members.map(|member| member.party.clone()).collect()
        };
        let is_same = grown.label_holder == self.label_holder
            && grown.hospitals().eq(self.hospitals())
            && parties(grown) == parties(self);
        if !is_same {
            return Some(Unlike::Parties);
        }
        let mut members = self.members.iter().zip(&grown.members);
        members.find_map(|(own, grown)| own.unlike(grown))
    }
}

impl Member {
    fn unlike(&self, grown: &Member) -> Option<Unlike> {
        let features = || Unlike::Features(self.party.clone());
        if grown.features != self.features {
            return Some(features());
        }
        // The label's column is last, and asked for where trees are grown alone.
        let mut columns = self.columns.iter().zip(&grown.columns);
        let other = columns.find(|(own, grown)| own.name() != grown.name() || !own.is_alike(grown));
        if let Some((own, _)) = other {
            return Some(Unlike::Column(self.party.clone(), own.name().to_owned()));
        }
        let is_other = grown.inputs != self.inputs || grown.columns.len() < self.columns.len();
        is_other.then(features)
    }
}
