//! What is fitted over split columns, as all parties agreed.

use std::collections::HashSet;

use consilium_lwe::{Native, Parameters, PrimePair, Ring as _, Set};
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use crate::{Boosting, MOST_COLUMNS, MOST_ROWS, count::narrow};

/// The most parties that bring columns beside the label holder.
pub const MOST_FEATURE_HOLDERS: usize = 16;

/// A fit over columns of several parties as the study's plan words it.
///
/// All parties have the same rows in the same order. The columns of the whole are the label
/// holder's, then each feature holder's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The ensemble that is grown. Only columns of the label holder can be monotone.
    pub boosting: Boosting,
    /// How many rows all have.
    pub rows: u32,
    /// Who has the labels.
    pub label_holder: PartyId,
    /// How many columns it brings, which may be none.
    pub label_holder_columns: u32,
    /// Who else brings columns.
    pub feature_holders: Vec<Holder>,
    /// What is kept from the label holder, and from whom its labels.
    #[serde(default)]
    pub protections: Protections,
    /// The parameters of the encryption: by default set A.
    #[serde(default = "set_a")]
    pub set: Set,
    /// r, how many candidates share a ciphertext; by default what costs least at the price.
    #[serde(default)]
    pub stride: Option<u32>,
    /// By what r is chosen.
    #[serde(default)]
    pub price: Price,
}

/// A party that brings columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Who.
    pub party: PartyId,
    /// How many.
    pub columns: u32,
}

/// What feature holders keep back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Protections {
    /// Whose columns the first tree grows on: by default the label holder's own.
    pub first_tree: FirstTree,
    /// The fewest rows on either side of a candidate whose sums are returned: at least 1, by default
    /// 50. In the node's sibling there are as many too, or none at all. Counts the rows drawn for the
    /// tree.
    pub min_side: u64,
    /// The fewest rows of a node that feature holders examine, and of its sibling: at least 1, by
    /// default 200. Counts the rows drawn for the tree.
    pub min_node: u64,
    /// The standard deviation of the noise on sums, as a multiple of the largest |g| and of the
    /// largest h of a row: 0 to 1000, by default 0.
    pub sum_noise: f64,
}

impl Default for Protections {
    fn default() -> Protections {
        Protections {
            first_tree: FirstTree::Own,
            min_side: 50,
            min_node: 200,
            sum_noise: 0.0,
        }
    }
}

/// Whose columns the first tree grows on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirstTree {
    /// The label holder's.
    Own,
    /// All.
    Joint,
}

/// What bytes cost beside computing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Price {
    /// How many bytes on the wire cost as much as a second of one core: over 0, by default 20
    /// million.
    pub bytes_a_second: f64,
}

impl Default for Price {
    fn default() -> Price {
        Price {
            bytes_a_second: 2e7,
        }
    }
}

fn set_a() -> Set {
    Set::A
}

/// Why terms can't be agreed on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadTerms {
    /// A key has a value that is not allowed.
    #[error("'{key}' must be {allowed}")]
    Value {
        /// The key.
        key: &'static str,
        /// What its value may be.
        allowed: &'static str,
    },
    /// A party is named twice.
    #[error("{party} is named twice")]
    Twice {
        /// The party.
        party: PartyId,
    },
    /// The first tree has no columns to grow on.
    #[error("the label holder has no columns for a first tree of its own")]
    NoOwnColumns,
}

/// Terms that were checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Terms", into = "Terms")]
pub struct Agreement(Terms);

impl Agreement {
    /// Gives what was agreed on.
    pub fn terms(&self) -> &Terms {
        &self.0
    }

    /// Gives the place of a feature holder among them.
    pub(crate) fn place(&self, party: &PartyId) -> Option<usize> {
        let mut holders = self.0.feature_holders.iter();
        holders.position(|holder| holder.party == *party)
    }

    /// Counts the columns of all parties.
    pub(crate) fn columns(&self) -> usize {
        let theirs = self.0.feature_holders.iter().map(|holder| holder.columns);
        (self.0.label_holder_columns + theirs.sum::<u32>()) as usize
    }

    /// Gives where the columns of a feature holder begin among those of all.
    pub(crate) fn first_column(&self, place: usize) -> usize {
        let before = self.0.feature_holders.iter().take(place);
        let before: u32 = before.map(|holder| holder.columns).sum();
        (self.0.label_holder_columns + before) as usize
    }

    /// Gives the first tree that grows on the columns of all.
    pub(crate) fn first_joint_tree(&self) -> u32 {
        match self.0.protections.first_tree {
            FirstTree::Own => 1,
            FirstTree::Joint => 0,
        }
    }

    /// Gives the fewest rows drawn of a node that feature holders examine.
    pub(crate) fn least_rows(&self) -> u64 {
        let spec = self.0.boosting.specification();
        self.0.protections.min_node.max(spec.min_node)
    }

    /// Gives the most splits on the way to a leaf.
    pub(crate) fn depth(&self) -> u32 {
        self.0.boosting.specification().growth.depth()
    }

    /// Says whether sums have noise.
    pub(crate) fn is_noisy(&self) -> bool {
        self.0.protections.sum_noise > 0.0
    }
}

/// Gives the parameters of a set.
pub(crate) fn parameters(set: Set) -> Parameters {
    match set {
        Set::A => Native::PARAMETERS,
        Set::B => PrimePair::PARAMETERS,
    }
}

impl TryFrom<Terms> for Agreement {
    type Error = BadTerms;

    fn try_from(terms: Terms) -> Result<Agreement, BadTerms> {
        let columns = terms.feature_holders.iter().map(|it| u64::from(it.columns));
        let columns = columns.sum::<u64>() + u64::from(terms.label_holder_columns);
        let protections = terms.protections;
        let shared = 1..=narrow(parameters(terms.set).degree);
        let checks = [
            (
                (1..=MOST_FEATURE_HOLDERS).contains(&terms.feature_holders.len()),
                "feature_holders",
                "1 to 16 parties",
            ),
            (
                terms.feature_holders.iter().all(|it| it.columns > 0),
                "feature_holders.columns",
                "at least 1",
            ),
            (
                columns <= MOST_COLUMNS as u64,
                "columns",
                "at most 10000 in all",
            ),
            (
                (1..=MOST_ROWS as u64).contains(&terms.rows.into()),
                "rows",
                "1 to 2^28",
            ),
            (
                protections.min_side >= 1,
                "protections.min_side",
                "at least 1",
            ),
            (
                protections.min_node >= 1,
                "protections.min_node",
                "at least 1",
            ),
            (
                (0.0..=1000.0).contains(&protections.sum_noise),
                "protections.sum_noise",
                "0 to 1000",
            ),
            (
                terms.stride.is_none_or(|stride| shared.contains(&stride)),
                "stride",
                "at least 1 and at most the degree of the ring",
            ),
            (
                terms.price.bytes_a_second > 0.0,
                "price",
                "over 0 bytes a second",
            ),
        ];
        if let Some((_, key, allowed)) = checks.into_iter().find(|(holds, ..)| !holds) {
            return Err(BadTerms::Value { key, allowed });
        }
        let mut named = HashSet::from([&terms.label_holder]);
        let mut parties = terms.feature_holders.iter().map(|holder| &holder.party);
        if let Some(party) = parties.find(|party| !named.insert(party)) {
            let party = party.clone();
            return Err(BadTerms::Twice { party });
        }
        if terms.label_holder_columns == 0 && protections.first_tree == FirstTree::Own {
            return Err(BadTerms::NoOwnColumns);
        }
        Ok(Agreement(terms))
    }
}

impl From<Agreement> for Terms {
    fn from(agreement: Agreement) -> Terms {
        agreement.0
    }
}
