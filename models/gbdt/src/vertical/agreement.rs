//! What is fitted over split columns, as all parties agreed.

use std::collections::HashSet;

use consilium_lwe::{LweError, Native, Packing, Parameters, PrimePair, Ring, Set, noise::Leak};
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use super::{
    stride::{self, choose_stride, packing},
    work::{Unfit, Work},
};
use crate::{
    Boosting, MOST_COLUMNS, MOST_ROWS, RowSampling, SumBits, count::narrow, draw_columns, few_bits,
};

/// The most parties that bring columns beside the label holder.
pub const MOST_FEATURE_HOLDERS: usize = 16;
/// The most bins that all columns of a party may have together.
const MOST_CELLS: u32 = 1 << 16;

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
    /// How many trees, the first ones, grow on the label holder's columns alone: at most all, by default
    /// one.
    pub own_trees: u32,
    /// The fewest rows on either side of a candidate whose sums are returned: at least 1, by default
    /// 50. In the node's sibling there are as many too, or none at all. Counts the rows drawn for the
    /// tree.
    pub min_side: u64,
    /// The fewest rows by which two candidates of one column differ in a node whose sums are returned,
    /// and in its sibling, unless by none: by default 10; 0 and 1 keep nothing back. So many rows lie
    /// between two boundaries that follow each other, and miss a value for which both sides are
    /// tried. Counts the rows drawn for the tree.
    pub min_gap: u64,
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
            own_trees: 1,
            min_side: 50,
            min_gap: 10,
            min_node: 200,
            sum_noise: 0.0,
        }
    }
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
    /// The first trees have no columns to grow on.
    #[error(
        "the label holder has no columns for a first tree of its own: it needs features, or the plan \
         vertical.first_tree = \"joint\""
    )]
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

    /// Gives those of a party's columns that are drawn for a tree; it has so many from the first on.
    pub(crate) fn draw_columns(&self, (first, count): (usize, usize), tree: u32) -> Vec<usize> {
        let drawn = draw_columns(&self.0.boosting, self.columns(), tree);
        let own = drawn
            .into_iter()
            .filter_map(|column| column.checked_sub(first));
        own.filter(|column| *column < count).collect()
    }

    /// Bounds what the noise of encryption tells the label holder of a patient beyond the sums, over
    /// the fit, if so many candidates share a ciphertext.
    pub(crate) fn leak(&self, stride: u32) -> Leak {
        match self.0.set {
            Set::A => self.leak_in::<Native>(stride),
            Set::B => self.leak_in::<PrimePair>(stride),
        }
    }

    fn leak_in<R: Ring>(&self, stride: u32) -> Leak {
        let packing = packing::<R>(stride, sum_bits(&self.0));
        let packing = packing.expect("as many can share a ciphertext");
        let candidates = self.most_candidates();
        Leak::of_study::<R>(packing, self.joint_trees(), self.depth(), candidates)
    }

    /// Reckons what the noise tells: how many candidates share a ciphertext, and what the label holder
    /// learns of a patient over the fit.
    pub fn expected_leak(&self) -> (u32, Leak) {
        let stride = self.stride();
        (stride, self.leak(stride))
    }

    /// Gives the most candidates that can share a ciphertext, whatever the number of rows: what was
    /// measured has no part in it.
    pub(crate) fn most_stride(&self) -> u32 {
        let most = || stride::most(self.most_candidates());
        self.0.stride.unwrap_or_else(most)
    }

    /// Gives the most candidates that a feature holder has.
    fn most_candidates(&self) -> u32 {
        let holders = self.0.feature_holders.iter();
        let candidates = holders.map(|it| most_candidates(&self.0, it.columns));
        candidates.max().unwrap_or(0)
    }

    /// Gives the first tree that grows on the columns of all.
    pub(crate) fn first_joint_tree(&self) -> u32 {
        self.0.protections.own_trees
    }

    /// Counts the trees that grow on the columns of all.
    pub(crate) fn joint_trees(&self) -> u32 {
        let trees = self.0.boosting.specification().trees;
        trees.saturating_sub(self.first_joint_tree())
    }

    /// Gives how many rows may be expected to be drawn for a tree.
    pub fn drawn_rows(&self) -> u64 {
        drawn_rows(&self.0)
    }

    /// Gives how many candidates share a ciphertext, in every tree: as agreed on, or what costs least
    /// where as many rows are drawn as may be expected and no value is missing.
    pub fn stride(&self) -> u32 {
        stride(&self.0)
    }

    /// Lets the candidates of a tree share ciphertexts.
    pub(crate) fn packing<R: Ring>(&self) -> Result<Packing, LweError> {
        packing::<R>(self.stride(), sum_bits(&self.0))
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

/// Gives how many bits sums have, and what noise is added to them.
pub(crate) fn sum_bits(terms: &Terms) -> u8 {
    if terms.protections.sum_noise > 0.0 {
        return SumBits::WIDEST.get();
    }
    let [of_g, of_h] = few_bits::sum_bits(&terms.boosting, terms.rows.into());
    of_g.max(of_h)
}

/// Gives the most candidates of so many columns: each boundary, with missing values on either side.
pub(crate) fn most_candidates(terms: &Terms, columns: u32) -> u32 {
    // The bins of missing and of the largest values end at no boundary.
    let boundaries = u32::from(terms.boosting.specification().bins).saturating_sub(2);
    columns.saturating_mul(2 * boundaries)
}

/// Gives what a tree asks for at most.
fn most_work(terms: &Terms) -> Work {
    let candidates = terms.feature_holders.iter();
    let candidates = candidates.map(|it| most_candidates(terms, it.columns));
    Work::of(terms, terms.rows.into(), candidates.collect())
}

/// Gives how many rows may be expected to be drawn for a tree.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is a share of at most 2^28 rows"
)]
fn drawn_rows(terms: &Terms) -> u64 {
    let drawn = match terms.boosting.specification().rows {
        RowSampling::All => 1.0,
        RowSampling::Share(share) => share,
        RowSampling::Goss { top, other } => top + other,
    };
    (f64::from(terms.rows) * drawn).ceil() as u64
}

/// Gives how many candidates share a ciphertext: it follows from the terms alone, so that nobody can
/// choose another.
fn stride(terms: &Terms) -> u32 {
    let chosen = || {
        let candidates = terms.feature_holders.iter();
        let candidates = candidates.map(|it| most_candidates(terms, it.columns) / 2);
        let usual = Work::of(terms, drawn_rows(terms), candidates.collect());
        let (usual, most) = (
            choose_stride(terms.set, &usual, terms.price),
            most_work(terms),
        );
        match most.check(terms.set, usual) {
            Ok(()) => usual,
            Err(_) => choose_stride(terms.set, &most, terms.price),
        }
    };
    terms.stride.unwrap_or_else(chosen)
}

/// Says what of the terms must change where sums leave no room for noise, or take too much memory.
fn check_sums(terms: &Terms) -> Result<(), BadTerms> {
    let work = most_work(terms);
    let unfit = |stride| work.check(terms.set, stride).err();
    let (key, allowed) = if unfit(1) == Some(Unfit::Noise) {
        let allowed =
            "few enough for the noise of parameters \"a\", about 12 million; \"b\" takes more";
        ("rows", allowed)
    } else {
        match unfit(stride(terms)) {
            None => return Ok(()),
            Some(Unfit::Noise) => (
                "stride",
                "smaller: the noise of so many rows leaves no room",
            ),
            Some(Unfit::Memory) if terms.stride.is_some() => (
                "stride",
                "larger, or columns, bins or leaves fewer: sums may take over 4 GiB at a party",
            ),
            Some(Unfit::Memory) => (
                "growth",
                "of fewer leaves, or columns or bins fewer: sums may take over 4 GiB at a party",
            ),
        }
    };
    Err(BadTerms::Value { key, allowed })
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
        let bins = u32::from(terms.boosting.specification().bins);
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
                (terms.feature_holders.iter().map(|it| it.columns))
                    .chain([terms.label_holder_columns])
                    .all(|columns| columns.saturating_mul(bins) <= MOST_CELLS),
                "columns",
                "so few that a party's have at most 2^16 bins together",
            ),
            (
                (1..=MOST_ROWS as u64).contains(&terms.rows.into()),
                "rows",
                "1 to 2^28",
            ),
            (
                protections.own_trees <= terms.boosting.specification().trees,
                "protections.own_trees",
                "0 to the number of trees",
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
                "1 to 2048, with parameters \"b\" to 4096",
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
        if terms.label_holder_columns == 0 && protections.own_trees > 0 {
            return Err(BadTerms::NoOwnColumns);
        }
        check_sums(&terms)?;
        Ok(Agreement(terms))
    }
}

impl From<Agreement> for Terms {
    fn from(agreement: Agreement) -> Terms {
        agreement.0
    }
}
