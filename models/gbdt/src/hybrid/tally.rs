//! How many rows candidates have on either side, at a hospital or at all.

use bytes::Bytes;
use consilium_mailbox::{Mailbox, PartyId};
use consilium_secagg::{Bits, Contribute, Input, Open, SumNumber, SumShape};
use serde::Serialize;

use super::{
    agreement::{Agreement, MISSING_SUM},
    error::HybridError,
    messages::Allowed,
};
use crate::{
    Layout,
    count::narrow,
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
    pub(super) fn elements(self) -> usize {
        1 + self.slots + self.columns
    }
}

impl Tally {
    /// Counts a hospital's rows.
    pub(super) fn of(counts: &Counts, layout: &Layout, dealt: &[Dealt]) -> Tally {
        let columns: Vec<_> = counts.columns(layout).collect();
        let rows = counts.rows();
        let members = dealt.iter().map(|dealt| {
            let mut columns = columns.iter();
            let column = columns.find(|(column, _)| narrow(*column) == dealt.rule.column);
            let left = column.map_or(0, |(_, counts)| counts.left(dealt.rule));
            if dealt.is_right { rows - left } else { left }
        });
        Tally {
            rows,
            members: members.collect(),
            missing: columns.iter().map(|(_, counts)| counts.missing()).collect(),
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
    pub(super) fn sizes(&self, min_side: u64) -> Vec<Size> {
        let sides = self.members.iter();
        let smaller = sides.map(|members| *members.min(&(self.rows - members)));
        smaller.map(|rows| Size::of(rows, min_side)).collect()
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

/// Names a sum of so many counts and, after them, zeros.
///
/// What is asked is the same whenever a tree is repeated, and so are a hospital's counts. If they are not,
/// secure aggregation withholds them: the total is uniform, and by the zeros it is told from counts.
pub(super) fn shape(
    agreement: &Agreement,
    number: u32,
    len: usize,
    about: &impl Serialize,
) -> SumShape {
    let width = agreement.rows().ilog2() + 1;
    let bits = u8::try_from(width).ok().and_then(Bits::new);
    let bits = bits.unwrap_or(Bits::WIDEST);
    let len = len + ZEROS.div_ceil(usize::from(bits.get()));
    let step = "gbdt-hybrid.1.counts";
    SumShape::asking((SumNumber(number), len, bits), (step, about))
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
    let mut counts = open_whole(mail, hospitals, shape, sum).await?;
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
pub(super) fn number(agreement: &Agreement, tree: u32, ask: u32) -> u32 {
    MISSING_SUM + 1 + tree * agreement.asks() + ask
}
