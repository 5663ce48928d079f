//! How many rows candidates have on either side, at a hospital or at all.

use bytes::Bytes;
use consilium_base::Digest;
use consilium_mailbox::{Mailbox, PartyId};
use consilium_secagg::{Bits, Breach, Contribute, Input, Open, SumError, SumNumber, SumShape};
use serde::Serialize;

use super::{
    agreement::{Agreement, MISSING_SUM, Shared},
    error::HybridError,
    messages::{Allowed, Fork},
};
use crate::{
    Layout,
    vertical::{
        bits,
        deal::{Counts, Dealt},
        suppression::Size,
    },
};

/// Counts of a node's drawn rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) rows: u64,
    /// Of each slot, the rows in its candidate's set.
    members: Vec<u64>,
    /// Of each column drawn, the rows that miss its value.
    missing: Vec<u64>,
}

/// How many numbers a tally has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Width {
    pub(super) slots: usize,
    pub(super) columns: usize,
}

impl Width {
    /// Counts a tally's numbers.
    pub(super) fn tally(self) -> usize {
        1 + self.slots + self.columns
    }

    /// Counts the numbers of a presence.
    pub(super) fn presence(self) -> usize {
        1 + 2 * self.slots
    }

    /// Counts what is added up for the root.
    pub(super) fn of_root(self) -> usize {
        self.tally() + self.presence()
    }

    /// Counts what is added up for a pair of children.
    pub(super) fn of_pair(self) -> usize {
        self.tally() + 2 * self.presence()
    }

    /// Counts what is added up for these nodes' children, or for the root.
    pub(super) fn of(self, forks: &[Fork]) -> usize {
        match forks.len() {
            0 => self.of_root(),
            pairs => pairs * self.of_pair(),
        }
    }
}

impl Tally {
    /// Counts a hospital's rows.
    pub(super) fn of(counts: &Counts, layout: &Layout, dealt: &[Dealt]) -> Tally {
        let by_column = counts.by_column(layout);
        let rows = counts.rows();
        let members = dealt.iter().map(|dealt| {
            let column = by_column[dealt.rule.column as usize];
            let left = column.map_or(0, |counts| counts.left(dealt.rule));
            if dealt.is_right { rows - left } else { left }
        });
        let columns = counts.columns(layout);
        Tally {
            rows,
            members: members.collect(),
            missing: columns.map(|(_, counts)| counts.missing()).collect(),
        }
    }

    /// Gives its numbers.
    pub(super) fn elements(&self) -> impl Iterator<Item = u64> {
        let others = self.members.iter().chain(&self.missing);
        std::iter::once(self.rows).chain(others.copied())
    }

    /// Takes numbers; gives none if no rows have them.
    pub(super) fn read(elements: &[u64], width: Width) -> Option<Tally> {
        let (rows, others) = elements.split_first()?;
        let (members, missing) = others.split_at_checked(width.slots)?;
        let fits = missing.len() == width.columns && others.iter().all(|count| count <= rows);
        fits.then(|| Tally {
            rows: *rows,
            members: members.to_vec(),
            missing: missing.to_vec(),
        })
    }

    /// Gives what is left when a part of the rows is taken away; none if it is no part.
    pub(super) fn without(&self, part: &Tally) -> Option<Tally> {
        let less = |whole: &[u64], part: &[u64]| -> Option<Vec<u64>> {
            let both = whole.iter().zip(part);
            both.map(|(whole, part)| whole.checked_sub(*part)).collect()
        };
        let rest = Tally {
            rows: self.rows.checked_sub(part.rows)?,
            members: less(&self.members, &part.members)?,
            missing: less(&self.missing, &part.missing)?,
        };
        let mut others = rest.members.iter().chain(&rest.missing);
        others.all(|count| *count <= rest.rows).then_some(rest)
    }

    /// Says of each slot how it parts the rows.
    pub(super) fn sizes(&self, presence: &Presence, min_side: u64, shared: Shared) -> Vec<Size> {
        let sides = self.members.iter().zip(&presence.sides);
        let sizes = sides.map(|(members, hospitals)| {
            let rows = *members.min(&(self.rows - members));
            let size = Size::of(rows, min_side);
            let is_shared = hospitals.iter().all(|it| *it >= shared.hospitals);
            if size == Size::Large && !is_shared {
                return Size::Small;
            }
            size
        });
        sizes.collect()
    }

    /// Says which columns no row misses, and with that which slots are returned.
    pub(super) fn allow(&self, open: Vec<bool>) -> Allowed {
        let present = self.missing.iter().map(|missing| *missing == 0);
        Allowed {
            open: bits::pack(open),
            present: bits::pack(present),
        }
    }
}

/// Where in a node a hospital has rows enough to count, or how many hospitals do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Presence {
    pub(super) node: u64,
    /// Of each slot: in its candidate's set, and beside it.
    sides: Vec<[u64; 2]>,
}

impl Presence {
    /// Says it of the hospital that has these counts.
    pub(super) fn of(tally: &Tally, shared: Shared) -> Presence {
        let counts = |rows: u64| u64::from(rows >= shared.rows);
        let sides = tally.members.iter();
        let sides = sides.map(|members| [*members, tally.rows - members].map(counts));
        Presence {
            node: counts(tally.rows),
            sides: sides.collect(),
        }
    }

    /// Gives its numbers.
    pub(super) fn elements(&self) -> impl Iterator<Item = u64> {
        let sides = self.sides.iter().flatten();
        std::iter::once(self.node).chain(sides.copied())
    }

    /// Takes numbers; gives none if no hospitals have them.
    pub(super) fn read(elements: &[u64], width: Width, hospitals: usize) -> Option<Presence> {
        let (node, others) = elements.split_first()?;
        let (sides, rest) = others.as_chunks();
        let fits = sides.len() == width.slots
            && rest.is_empty()
            && *node <= hospitals as u64
            && others.iter().all(|count| count <= node);
        fits.then(|| Presence {
            node: *node,
            sides: sides.to_vec(),
        })
    }
}

/// What may be told of a node, taken apart.
pub(super) struct Told {
    pub(super) open: Vec<bool>,
    pub(super) present: Vec<bool>,
}

impl Told {
    pub(super) fn read(allowed: &Allowed, width: Width) -> Option<Told> {
        let read = |bytes: &Bytes, bits| Some(bits::unpack(bytes, bits)?.collect());
        Some(Told {
            open: read(&allowed.open, width.slots)?,
            present: read(&allowed.present, width.columns)?,
        })
    }
}

/// How many bits of zeros follow the counts of a sum.
const ZEROS: usize = 64;

/// Names a tree's sum of counts; `cuts` is the hash of how columns are cut.
pub(super) fn shape_of_tree(
    agreement: &Agreement,
    (tree, ask): (u32, u32),
    (width, forks): (Width, &[Fork]),
    cuts: &Digest,
) -> SumShape {
    let number = number(agreement, tree, ask);
    shape(agreement, number, width.of(forks), &(cuts, forks))
}

/// Names a sum of so many counts and, after them, zeros.
///
/// The number of all rows is a part of the question: parties told different ones open nothing. What is
/// asked is the same whenever a tree is repeated, and so are a hospital's counts. If they are not, secure
/// aggregation withholds them: the total is uniform, and by the zeros it is told from counts.
pub(super) fn shape(
    agreement: &Agreement,
    number: u32,
    len: usize,
    about: &impl Serialize,
) -> SumShape {
    let bits = bits(agreement);
    let len = len + ZEROS.div_ceil(usize::from(bits.get()));
    let step = "gbdt-hybrid.1.counts";
    let about = (agreement.rows(), about);
    SumShape::asking((SumNumber(number), len, bits), (step, &about))
}

/// Gives how wide a count over the rows of all hospitals is.
pub(super) fn bits(agreement: &Agreement) -> Bits {
    let width = agreement.rows().max(1).ilog2() + 1;
    let bits = u8::try_from(width).ok().and_then(Bits::new);
    bits.unwrap_or(Bits::WIDEST)
}

/// Puts a hospital's counts into a sum.
pub(super) async fn contribute(
    mail: &Mailbox,
    shape: &SumShape,
    mut counts: Vec<u64>,
    sum: &mut impl Contribute,
) -> Result<(), HybridError> {
    counts.resize(shape.len, 0);
    Ok(sum.contribute(mail, shape, Input::Own(&counts)).await?)
}

/// Opens a sum of so many counts of all hospitals.
pub(super) async fn open(
    mail: &Mailbox,
    hospitals: &[PartyId],
    (shape, len): (&SumShape, usize),
    sum: &mut impl Open,
) -> Result<Vec<u64>, HybridError> {
    let counts = open_whole(mail, hospitals, shape, sum).await;
    // What is counted the label holder tells each party: who was told otherwise sends another length,
    // or signs another question.
    let of_others = |error| match error {
        HybridError::Sum(
            SumError::WrongLength { .. }
            | SumError::Breach {
                breach: Breach::BadSignature,
                ..
            },
        ) => HybridError::OtherCounts,
        error => error,
    };
    let mut counts = counts.map_err(of_others)?;
    if counts.len() < len || counts.drain(len..).any(|zero| zero != 0) {
        return Err(HybridError::Implausible);
    }
    Ok(counts)
}

/// Opens a sum that every hospital must be in.
pub(super) async fn open_whole(
    mail: &Mailbox,
    hospitals: &[PartyId],
    shape: &SumShape,
    sum: &mut impl Open,
) -> Result<Vec<u64>, HybridError> {
    let opened = sum.open(mail, shape).await?;
    let mut missing = hospitals.iter();
    match missing.find(|party| !opened.contributors.contains(party)) {
        None => Ok(opened.sum),
        Some(missing) => Err(HybridError::NotWhole {
            missing: missing.clone(),
        }),
    }
}

/// Gives the number of a tree's sum of counts.
fn number(agreement: &Agreement, tree: u32, ask: u32) -> u32 {
    MISSING_SUM + 1 + tree * agreement.asks() + ask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hybrid::disclosure::tests::terms;

    #[test]
    fn counts_of_columns_that_are_cut_otherwise_are_another_question() {
        let agreement = Agreement::try_from(terms()).unwrap();
        let (slots, columns) = (3, 2);
        let of_forks = (Width { slots, columns }, &[][..]);
        let shape = |cuts| shape_of_tree(&agreement, (1, 0), of_forks, &cuts);
        assert_eq!(shape([1; 32]), shape([1; 32]));
        assert_ne!(shape([1; 32]), shape([2; 32]));
    }
}
