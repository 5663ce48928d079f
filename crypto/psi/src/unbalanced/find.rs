//! Finding a table that lies finished in its holder's store.

use consilium_base::{Digest, Tagged};
use tracing::warn;

use super::{
    header::Header,
    shape::Shape,
    table::{HEADER, TableKey, count_whole, load_header, load_piece},
};
use crate::{Item, Spill, SpillError};

/// Under which name it lies which set's table is here.
const SET: &str = "set";

/// Names a set, row by row, under its key.
pub(super) fn name_set(key: &TableKey<'_>, items: &[Item]) -> Digest {
    let salt = key.seed.derive("psi-unbalanced.1.set-salt", &[key.context]);
    Tagged::new("psi-unbalanced.1.set")
        .field(salt.expose())
        .field(items.as_flattened())
        .digest()
}

/// Gives the head of the set's table, if it lies finished, whole, and for as many queries; leaves
/// a store in which it can be made.
pub(super) fn find(
    tables: &mut dyn Spill,
    key: &TableKey<'_>,
    (shape, set): (Shape, &Digest),
) -> Result<Option<Header>, SpillError> {
    let same = tables.read(SET)?.as_deref() == Some(set);
    if same && tables.read(HEADER)?.is_none() {
        return Ok(None);
    }
    let fits = |it: &Header| it.shape.serves(shape) && it.context == *key.context;
    if same && let Some(header) = load_header(tables)?.filter(fits) {
        let pieces = header.shape.pieces();
        let whole = count_whole(pieces, |piece| {
            load_piece(tables, &header, piece)?;
            let none = std::iter::empty();
            header.load_rows(tables, set, piece, none).map(drop)
        })?;
        if whole == pieces {
            return Ok(Some(header));
        }
        warn!(
            whole,
            pieces, "the kept table is not whole, and is made anew"
        );
    }
    tables.clear()?;
    tables.write(SET, set)?;
    Ok(None)
}
