//! A table and its key, as its holder keeps them.

use consilium_base::{Digest, Seed};
use tracing::warn;

use super::{
    header::Header,
    oprf::Key,
    shape::{Shape, Uses},
    stamp::{Belongs, stamped},
};
use crate::{Party, Spill, SpillError, spill::take_up};

/// What the key of a table is made of.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds a secret")]
pub struct TableKey<'a> {
    /// The holder's secret: another one for each data set, version, peer and quarter.
    pub seed: &'a Seed,
    /// Hash of what the key belongs to, which the other party sees.
    pub context: &'a Digest,
}

/// A table of a party's items that lies finished in its store, with its key.
#[expect(missing_debug_implementations, reason = "it holds rows and secrets")]
pub struct Table<'a> {
    pub(super) party: Party<'a>,
    pub(super) uses: &'a Uses,
    /// Names the items, row by row.
    pub(super) set: Digest,
    pub(super) header: Header,
    pub(super) key: Key,
}

/// Under which name the head of a table lies; with it the table is finished.
pub(super) const HEADER: &str = "header";

/// Under which name a piece of a table lies.
pub(super) fn piece_name(piece: u32) -> String {
    format!("table-{piece}")
}

/// Under which name the rows at a piece's positions lie.
pub(super) fn rows_name(piece: u32) -> String {
    format!("rows-{piece}")
}

/// Reads a table's head, if there is one: one that is changed is none.
pub(super) fn load_header(tables: &mut dyn Spill) -> Result<Option<Header>, SpillError> {
    let Some(bytes) = tables.read(HEADER)? else {
        return Ok(None);
    };
    let header = Header::decode(&bytes);
    if header.is_none() {
        warn!(name = HEADER, "a piece of a kept table is damaged");
    }
    Ok(header)
}

/// Reads a piece of a table, as it was written.
pub(super) fn load_piece(
    tables: &mut dyn Spill,
    header: &Header,
    piece: u32,
) -> Result<Vec<u8>, SpillError> {
    take_up(tables, &piece_name(piece), |bytes| {
        header.has(piece, bytes).then(|| bytes.to_vec())
    })
}

/// Counts the pieces, from the first on, that a check finds to be what was written.
pub(super) fn count_whole(
    pieces: u32,
    mut check: impl FnMut(u32) -> Result<(), SpillError>,
) -> Result<u32, SpillError> {
    for piece in 0..pieces {
        match check(piece) {
            Ok(()) => {}
            // What is not there was not written yet.
            Err(SpillError::Damaged { bytes: 0, .. }) => return Ok(piece),
            Err(SpillError::Damaged { name, .. }) => {
                warn!(name, "a piece of a kept table is damaged");
                return Ok(piece);
            }
            Err(other) => return Err(other),
        }
    }
    Ok(pieces)
}

impl Header {
    /// Gives the rows at some places of a piece.
    pub(super) fn load_rows(
        &self,
        tables: &mut dyn Spill,
        set: &Digest,
        piece: u32,
        places: impl Iterator<Item = usize>,
    ) -> Result<Vec<u32>, SpillError> {
        take_up(tables, &rows_name(piece), |bytes| {
            let hash = self.pieces.get(piece as usize)?;
            let rows = stamped(Belongs::Piece { set, hash }, bytes)?.as_chunks().0;
            places
                .map(|place| rows.get(place).map(|row| u32::from_le_bytes(*row)))
                .collect()
        })
    }
}

impl Table<'_> {
    /// Gives the rows at ascending positions.
    pub(super) fn load_rows(
        &self,
        tables: &mut dyn Spill,
        positions: &[u32],
    ) -> Result<Vec<u32>, SpillError> {
        let mut rows = Vec::with_capacity(positions.len());
        for positions in positions.chunk_by(|one, next| one / Shape::PIECE == next / Shape::PIECE) {
            let piece = positions.first().map_or(0, |first| first / Shape::PIECE);
            let places = positions.iter().map(|it| (it % Shape::PIECE) as usize);
            rows.extend(self.header.load_rows(tables, &self.set, piece, places)?);
        }
        Ok(rows)
    }
}
