//! What is fitted between a label holder and a group of hospitals, as all parties agreed.

use std::collections::HashSet;

use consilium_lwe::{FloodShare, Set};
use consilium_mailbox::PartyId;
use consilium_secagg::Assumed;
use serde::{Deserialize, Serialize};

use super::{stride::with_room, tally::Width};
use crate::{
    Boosting, Cuts, Growing, MOST_ROWS,
    horizontal::{Feature, MOST_SHARED_COLUMNS, specification::are_cuts_of},
    quantiles::{Grid, QUANTILE_ROUNDS, Wanted},
    vertical::{self, BadTerms, Holder, Price, Protections},
};

/// The fewest hospitals of a group.
pub const LEAST_HOSPITALS: usize = 3;
/// The most hospitals of a group.
pub const MOST_HOSPITALS: usize = 100;
/// The most numbers in a sum of counts.
const MOST_COUNTS: u64 = 1 << 24;
/// The most sums of each kind that a fit takes: it may break off as often again.
const MOST_SUMS: u64 = 1 << 30;

/// A fit between a label holder and hospitals that share a schema, as the study's plan words it.
///
/// The rows are the first hospital's, then the next one's, and so on; each hospital and the label
/// holder have a hospital's rows in the same order. The columns of the whole are the label
/// holder's, then the hospitals'.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The ensemble that is grown. Only columns of the label holder can be monotone.
    pub boosting: Boosting,
    /// Who has the labels.
    pub label_holder: PartyId,
    /// How many columns it brings, which may be none.
    pub label_holder_columns: u32,
    /// Who adds up counts: none of those that have rows.
    pub coordinator: PartyId,
    /// What the hospitals are called together, where the model names who has a split.
    pub group: PartyId,
    /// The hospitals: 3 to 100.
    pub hospitals: Vec<PartyId>,
    /// How many rows all of them have together: at least one each. The label holder says it in each
    /// run: [`tell_rows`](super::tell_rows).
    pub rows: u32,
    /// The columns that each of them has.
    pub columns: Vec<Feature>,
    /// Who else brings columns, of the rows of all hospitals. By default nobody.
    #[serde(default)]
    pub feature_holders: Vec<Holder>,
    /// Whether a patient may be at several hospitals: each then counts as a row of its own. By default
    /// such rows are refused.
    #[serde(default)]
    pub repeated_patients: bool,
    /// How many hospitals may collude with the label holder or the coordinator: by default a third
    /// of them.
    #[serde(default)]
    pub colluding: Option<u32>,
    /// The fewest hospitals of which the label holder is told anything together: so many must have rows
    /// in a node, and on either side of a candidate, each at least its share of `min_side`: that many
    /// rows divided by all hospitals. By default two more than may collude.
    #[serde(default)]
    pub min_hospitals: Option<u32>,
    /// What is kept from the label holder, and from whom its labels: rows are those of all hospitals
    /// together, and sums have no noise.
    #[serde(default)]
    pub protections: Protections,
    /// r, how many candidates share a ciphertext; by default what costs least at the price.
    #[serde(default)]
    pub stride: Option<u32>,
    /// By what r is chosen.
    #[serde(default)]
    pub price: Price,
}

/// Of how many hospitals anything is told together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shared {
    /// The fewest that must have rows.
    pub(crate) hospitals: u64,
    /// The fewest rows with which one counts.
    pub(crate) rows: u64,
}

/// A hospital of the group, and its part of the rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Who.
    pub party: PartyId,
    /// How many rows it has.
    pub rows: u32,
}

/// Terms that were checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Terms", into = "Terms")]
pub struct Agreement {
    terms: Terms,
    /// The same fit, as if the group were one feature holder.
    whole: vertical::Agreement,
}

impl Agreement {
    /// Gives what was agreed on.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Gives the same fit, as if the group were one feature holder, the first.
    ///
    /// Further feature holders take part in that one: by
    /// [`FeatureHolder::new`](vertical::FeatureHolder::new) and [`follow`](vertical::follow).
    pub fn whole(&self) -> &vertical::Agreement {
        &self.whole
    }

    /// Gives all hospitals.
    pub(crate) fn hospitals(&self) -> &[PartyId] {
        &self.terms.hospitals
    }

    /// Gives the rows of all.
    pub(crate) fn rows(&self) -> u32 {
        self.terms.rows
    }

    /// Gives the share of the flood that each hospital adds: those that don't collude make up the whole.
    pub(crate) fn flood(&self) -> FloodShare {
        flood(&self.terms)
    }

    /// Gives what is assumed of both kinds of sums: that all hospitals are in each, and how many
    /// collude. Their thresholds must follow from it.
    pub fn assumed(&self) -> Assumed {
        Assumed {
            contributors: self.terms.hospitals.len(),
            colluding: usize::try_from(colluding(&self.terms)).ok(),
            dropouts: 0,
        }
    }

    /// Says whether what is told is of two honest hospitals at least, whoever else shows its own part.
    pub(crate) fn hides_hospitals(&self) -> bool {
        min_hospitals(&self.terms) >= colluding(&self.terms) + 2
    }

    /// Gives of how many hospitals anything is told together.
    pub(crate) fn shared(&self) -> Shared {
        let hospitals = self.terms.hospitals.len() as u64;
        Shared {
            hospitals: u64::from(min_hospitals(&self.terms)),
            rows: self.terms.protections.min_side.div_ceil(hospitals).max(1),
        }
    }

    /// Gives the cells in which each column's values are counted.
    pub(crate) fn grids(&self) -> Vec<Option<Grid>> {
        let columns = self.terms.columns.iter();
        columns.map(|feature| feature.values.grid()).collect()
    }

    /// Gives what decides how far cells are broken down.
    pub(crate) fn wanted(&self) -> Wanted {
        let spec = self.terms.boosting.specification();
        Wanted {
            bins: usize::from(spec.bins) - 1,
            min_node: self.terms.protections.min_side.max(spec.min_node),
        }
    }

    /// Says whether counts can lead to these cut points.
    pub(crate) fn has_cuts(&self, cuts: &Cuts) -> bool {
        are_cuts_of(&self.terms.columns, self.wanted().bins, cuts)
    }

    /// Gives those of the hospitals' columns that are drawn for a tree.
    pub(crate) fn draw_columns(&self, tree: u32) -> Vec<usize> {
        let own = (self.whole.first_column(0), self.terms.columns.len());
        self.whole.draw_columns(own, tree)
    }

    /// Gives the most sums of counts in a tree.
    pub(crate) fn asks(&self) -> u32 {
        asks(&self.terms)
    }

    /// Gives the most nodes whose children are examined at once.
    pub(crate) fn pairs(&self) -> u32 {
        most_pairs(&self.terms)
    }
}

impl TryFrom<Terms> for Agreement {
    type Error = BadTerms;

    fn try_from(terms: Terms) -> Result<Agreement, BadTerms> {
        let (hospitals, rows) = (terms.hospitals.len() as u64, u64::from(terms.rows));
        let columns = terms.columns.len();
        let names: HashSet<&str> = terms.columns.iter().map(|it| &it.name[..]).collect();
        let boundaries = usize::from(terms.boosting.specification().bins);
        let slots = columns.saturating_mul(2 * boundaries);
        let width = Width { slots, columns };
        let counts = width.of_pair() as u64 * u64::from(most_pairs(&terms));
        let trees = u64::from(terms.boosting.specification().trees);
        let checks = [
            (
                (LEAST_HOSPITALS..=MOST_HOSPITALS).contains(&terms.hospitals.len()),
                "hospitals",
                "3 to 100 parties",
            ),
            (
                (hospitals..=MOST_ROWS as u64).contains(&rows),
                "rows",
                "at least one for each hospital and at most 2^28",
            ),
            (
                (1..=MOST_SHARED_COLUMNS).contains(&columns) && names.len() == columns,
                "columns",
                "1 to 1000, each of another name",
            ),
            (
                (1..=hospitals).contains(&u64::from(min_hospitals(&terms))),
                "min_hospitals",
                "1 to the number of hospitals",
            ),
            (
                terms.protections.sum_noise == 0.0,
                "protections.sum_noise",
                "0 where hospitals add up their sums",
            ),
            (
                terms.stride.is_none_or(|stride| stride > 0),
                "stride",
                "at least 1",
            ),
            (
                counts <= MOST_COUNTS,
                "growth",
                "of fewer leaves, or columns or bins fewer: 2^24 counts are added up at once at most",
            ),
            (
                trees * u64::from(asks(&terms)) <= MOST_SUMS,
                "trees",
                "fewer, or of fewer leaves: a fit takes at most 2^30 sums",
            ),
            (
                with_room(&terms, rows, terms.stride.unwrap_or(1)).is_some(),
                "colluding",
                "1 to about a third of the hospitals, and rows and stride such that noise has room",
            ),
        ];
        if let Some((_, key, allowed)) = checks.into_iter().find(|(holds, ..)| !holds) {
            return Err(BadTerms::Value { key, allowed });
        }
        if let Some(party) = named_twice(&terms) {
            return Err(BadTerms::Twice { party });
        }
        let mut feature_holders = vec![Holder {
            party: terms.group.clone(),
            columns: u32::try_from(columns).unwrap_or(u32::MAX),
        }];
        feature_holders.extend_from_slice(&terms.feature_holders);
        let whole = vertical::Terms {
            boosting: terms.boosting.clone(),
            rows: terms.rows,
            label_holder: terms.label_holder.clone(),
            label_holder_columns: terms.label_holder_columns,
            feature_holders,
            protections: terms.protections,
            set: Set::A,
            stride: terms.stride,
            price: terms.price,
        };
        let whole = vertical::Agreement::try_from(whole)?;
        Ok(Agreement { terms, whole })
    }
}

impl From<Agreement> for Terms {
    fn from(agreement: Agreement) -> Terms {
        agreement.terms
    }
}

fn named_twice(terms: &Terms) -> Option<PartyId> {
    let mut named = HashSet::from([&terms.label_holder]);
    let others = [&terms.coordinator, &terms.group].into_iter();
    let feature_holders = terms.feature_holders.iter().map(|holder| &holder.party);
    let mut others = others.chain(&terms.hospitals).chain(feature_holders);
    others.find(|party| !named.insert(party)).cloned()
}

/// Gives how many hospitals may collude.
pub(super) fn colluding(terms: &Terms) -> u32 {
    let hospitals = u32::try_from(terms.hospitals.len()).unwrap_or(u32::MAX);
    terms.colluding.unwrap_or((hospitals / 3).max(1))
}

/// Gives how many hospitals must have rows in what is told.
fn min_hospitals(terms: &Terms) -> u32 {
    let least = colluding(terms).saturating_add(2);
    terms.min_hospitals.unwrap_or(least)
}

pub(super) fn flood(terms: &Terms) -> FloodShare {
    let hospitals = u32::try_from(terms.hospitals.len()).unwrap_or(u32::MAX);
    FloodShare::among(hospitals.saturating_sub(colluding(terms)))
}

/// Gives how often nodes are examined in a tree at most.
fn asks(terms: &Terms) -> u32 {
    match terms.boosting.specification().growth {
        Growing::DepthWise { depth } => depth,
        Growing::LeafWise { leaves, .. } => leaves,
    }
}

/// Gives how many nodes' children are examined at once.
fn most_pairs(terms: &Terms) -> u32 {
    match terms.boosting.specification().growth {
        // The children of the last level are not examined.
        Growing::DepthWise { depth } => 1_u32
            .checked_shl(depth.saturating_sub(2))
            .unwrap_or(u32::MAX),
        Growing::LeafWise { .. } => 1,
    }
}

/// Gives the number of the first sum of counts after those of the cut points: that of missing values.
pub(crate) const MISSING_SUM: u32 = QUANTILE_ROUNDS;
