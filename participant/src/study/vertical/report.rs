//! What an institution finds in its part of a study, for those at home.

use std::collections::BTreeMap;

use consilium_evaluation::Measures;
use consilium_gbdt::{
    Losses,
    vertical::{ModelPart, Splits, Whose},
};
use consilium_mailbox::PartyId;
use consilium_plan::{DataVersion, Name, PlanHash};
use consilium_statistics::{Evidence, Place};
use consilium_value::MarginalRecord;
use serde::Serialize;

use super::{OwnPart, rows::Rows};

/// Whose rows a study is over, and what this institution is in it.
#[derive(Debug, Serialize)]
struct Ground<'a> {
    plan: PlanHash,
    party: &'a PartyId,
    data: &'a Name,
    version: DataVersion,
    /// Where all parties know the same people.
    #[serde(skip_serializing_if = "Option::is_none")]
    alignment: Option<PlanHash>,
    /// Where hospitals have each its own people: of each whose people this institution knows.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    alignments: BTreeMap<&'a PartyId, PlanHash>,
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
    /// What the others' columns add to its own: at the label holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) marginal: Option<MarginalRecord>,
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

impl<'a> Ground<'a> {
    fn of(part: &'a OwnPart<'_>) -> Ground<'a> {
        let mut ground = Ground {
            plan: part.plan.hash(),
            party: &part.home.party,
            data: &part.counted.data,
            version: part.counted.grant.data,
            alignment: None,
            alignments: BTreeMap::new(),
            role: if part.has_labels() {
                "label-holder"
            } else if part.task.is_hospital(&part.home.party) {
                "hospital"
            } else {
                "feature-holder"
            },
            peers: &part.others,
        };
        for (hospital, alignment) in part.task.alignments_of(&part.home.party) {
            match hospital {
                Some(hospital) => drop(ground.alignments.insert(hospital, alignment)),
                None => ground.alignment = Some(alignment),
            }
        }
        ground
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
            marginal: None,
        }
    }

    /// Takes in what the own part of the model tells.
    pub(super) fn describe(&mut self, part: &ModelPart) {
        if let ModelPart::LabelHolder(model) = part {
            self.trees = Some(model.trees().len());
        }
        for (whose, splits) in part.splits() {
            match whose {
                Whose::Own(name) => {
                    let columns = &mut self.importance.columns;
                    columns.insert(name.to_owned(), splits);
                }
                Whose::Of(party) => {
                    self.importance.others.insert(party.clone(), splits);
                }
            }
        }
    }
}

/// What came of holding columns against labels.
#[derive(Debug, Serialize)]
pub(super) struct WeighedReport<'a> {
    #[serde(flatten)]
    ground: Ground<'a>,
    /// Common rows.
    rows: u32,
    weighed: Vec<Weighed<'a>>,
}

/// What a column tells of the labels.
#[derive(Debug, Serialize)]
pub(super) struct Weighed<'a> {
    pub(super) party: &'a PartyId,
    pub(super) name: &'a str,
    /// None where no two bins have rows enough of either label.
    pub(super) evidence: Option<Evidence>,
    /// What lies in each of its bins; only of own columns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) bins: Vec<Vec<Option<&'a Place>>>,
}

impl<'a> WeighedReport<'a> {
    pub(super) fn of(
        part: &'a OwnPart<'_>,
        rows: &Rows,
        weighed: Vec<Weighed<'a>>,
    ) -> WeighedReport<'a> {
        WeighedReport {
            ground: Ground::of(part),
            rows: rows.count(),
            weighed,
        }
    }
}

/// What came of scoring rows.
#[derive(Debug, Serialize)]
pub(super) struct ScoredReport<'a> {
    #[serde(flatten)]
    ground: Ground<'a>,
    model: &'a PlanHash,
    scored_rows: u32,
}

impl<'a> ScoredReport<'a> {
    pub(super) fn of(part: &'a OwnPart<'_>, model: &'a PlanHash, rows: &Rows) -> ScoredReport<'a> {
        ScoredReport {
            ground: Ground::of(part),
            model,
            scored_rows: rows.count(),
        }
    }
}
