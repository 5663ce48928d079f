//! Common cut points of the hospitals' columns: s2 of docs/protocols/gbdt-hybrid.md.

use bytes::Bytes;
use consilium_base::{Digest, Tagged};
use consilium_mailbox::Mailbox;
use consilium_secagg::{Contribute, Open};

use super::{
    agreement::{Agreement, MISSING_SUM},
    error::HybridError,
    messages::Cutting,
    protocol::LOCAL,
    tally,
};
use crate::{
    Binned, Column, Cuts,
    count::narrow,
    quantiles::{self, Cells, Descent, QUANTILE_ROUNDS},
    vertical::{Breach, bits, feature::Bins},
};

/// How the hospitals' columns are cut.
pub(super) struct Shape {
    pub(super) cuts: Cuts,
    /// Of each column, whether any row of any hospital misses its value.
    pub(super) misses_any: Vec<bool>,
}

impl Shape {
    /// Hashes it.
    pub(super) fn digest(&self) -> Digest {
        let hash = Tagged::new("gbdt-hybrid.1.shape").number(self.misses_any.len() as u64);
        let misses = self.misses_any.iter().map(|misses| u64::from(*misses));
        let hash = misses.fold(hash, Tagged::number);
        let cuts = self.cuts.iter();
        let hash = cuts.fold(hash, |hash, cuts| {
            let hash = hash.number(cuts.len() as u64);
            cuts.iter()
                .fold(hash, |hash, cut| hash.number(cut.to_bits()))
        });
        hash.digest()
    }

    pub(super) fn bins(self, columns: &[Column]) -> Bins {
        let values = columns.iter().map(|column| &column.values[..]);
        Bins {
            binned: Binned::new(&self.cuts, values),
            cuts: self.cuts,
            misses_any: self.misses_any,
        }
    }
}

/// Finds cut points: the coordinator's part.
pub(super) async fn cut(
    mail: &Mailbox,
    agreement: &Agreement,
    sum: &mut impl Open,
) -> Result<Shape, HybridError> {
    let (grids, wanted) = (agreement.grids(), agreement.wanted());
    let hospitals = agreement.hospitals();
    let rows = u64::from(agreement.rows());
    let mut descent = Descent::begin(&grids, rows);
    let mut round = 0;
    while let Some(cells) = descent.asks(&grids, wanted) {
        mail.broadcast(hospitals, &Cutting::Cells(cells.clone()))
            .await?; // s2: cells
        let shape = tally::shape(agreement, round, cells.counts(), &cells);
        let here = mail.scope(format_args!("round-{round}"));
        let len = cells.counts();
        let counts = tally::open(&here, hospitals, (&shape, len), sum).await?;
        let finer = mail.compute(LOCAL, || descent.refine(&cells, &counts));
        descent = finer.ok_or(HybridError::Implausible)?;
        round += 1;
    }
    let cuts = Cuts::new(descent.cuts(&grids, wanted.bins));
    let cuts = cuts.map_err(|_| HybridError::Implausible)?;
    mail.broadcast(hospitals, &Cutting::Cut(cuts.clone()))
        .await?; // s2: cut points
    let shape = tally::shape(agreement, MISSING_SUM, cuts.columns(), &cuts);
    let (here, of_shape) = (mail.scope("missing"), (&shape, cuts.columns()));
    let counts = tally::open(&here, hospitals, of_shape, sum).await?;
    if counts.iter().any(|missing| *missing > rows) {
        return Err(HybridError::Implausible);
    }
    let misses_any: Vec<bool> = counts.iter().map(|missing| *missing > 0).collect();
    let missing = bits::pack(misses_any.iter().copied());
    mail.broadcast(hospitals, &Cutting::Missing(missing))
        .await?; // s2: columns with missing values
    Ok(Shape { cuts, misses_any })
}

/// Finds cut points: a hospital's part.
///
/// What is asked is held against the agreement before a row is looked at; that rounds before a run are
/// repeated as they were, the book of the sums sees to.
pub(super) async fn hear_cuts(
    mail: &Mailbox,
    agreement: &Agreement,
    columns: &[Column],
    sum: &mut impl Contribute,
) -> Result<Shape, HybridError> {
    let coordinator = &agreement.terms().coordinator;
    let blame = |breach| HybridError::breach(coordinator, breach);
    let (grids, wanted) = (agreement.grids(), agreement.wanted());
    let values: Vec<&[f64]> = columns.iter().map(|column| &column.values[..]).collect();
    let mut asked: Vec<Cells> = Vec::new();
    let cuts = loop {
        match mail.recv(coordinator).await? {
            Cutting::Cells(cells) => {
                let round = narrow(asked.len());
                let suits = round < QUANTILE_ROUNDS
                    && cells.suit(&grids, wanted.bins)
                    && cells.are_of_round(round, &grids)
                    && (round == 0 || cells.are_parts_of(&asked));
                if !suits {
                    return Err(blame(Breach::Cuts));
                }
                let shape = tally::shape(agreement, round, cells.counts(), &cells);
                sum.admit(&shape).await?;
                let counts = mail.compute(LOCAL, || quantiles::count(&grids, &values, &cells));
                let here = mail.scope(format_args!("round-{round}"));
                tally::contribute(&here, &shape, counts, sum).await?;
                asked.push(cells);
            }
            Cutting::Cut(cuts) if agreement.has_cuts(&cuts) => break cuts,
            Cutting::Cut(_) | Cutting::Missing(_) => return Err(blame(Breach::Cuts)),
        }
    };
    let shape = tally::shape(agreement, MISSING_SUM, cuts.columns(), &cuts);
    sum.admit(&shape).await?;
    let missing = |values: &&[f64]| values.iter().filter(|value| value.is_nan()).count() as u64;
    let counts: Vec<u64> = mail.compute(LOCAL, || values.iter().map(missing).collect());
    let here = mail.scope("missing");
    tally::contribute(&here, &shape, counts, sum).await?;
    let misses_any = match mail.recv(coordinator).await? {
        Cutting::Missing(bits) => read(&bits, cuts.columns()),
        Cutting::Cells(_) | Cutting::Cut(_) => None,
    };
    let misses_any = misses_any.ok_or_else(|| blame(Breach::Cuts))?;
    Ok(Shape { cuts, misses_any })
}

fn read(bits: &Bytes, columns: usize) -> Option<Vec<bool>> {
    Some(bits::unpack(bits, columns)?.collect())
}
