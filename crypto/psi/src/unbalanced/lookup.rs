//! Finding the own tags in a table, in one pass.

use consilium_mailbox::Message as _;

use super::{header::Header, messages::Matched, rice, shape::Tag, table::load_piece};
use crate::{Breach, Party, PsiError, Spill};

/// Where the common items are, in the order of the table.
#[derive(Default)]
pub(super) struct Common {
    /// Their positions in the table, ascending.
    pub(super) positions: Vec<u32>,
    /// The own row at each of them.
    pub(super) rows: Vec<u32>,
}

/// Looks own tags up, each with its row, ascending.
///
/// One tag is at one position only: if chance made two the same, the first of either counts.
pub(super) fn look_up(
    party: &Party<'_>,
    tables: &mut dyn Spill,
    header: &Header,
    own: &[(Tag, u32)],
) -> Result<Common, PsiError> {
    let mut common = Common::default();
    let mut unfound = own.iter().peekable();
    let (mut position, mut last, mut ascending) = (0, 0, true);
    for piece in 0..header.shape.pieces() {
        party.mail.compute(Matched::STEP, || {
            let bytes = load_piece(tables, header, piece)?;
            let count = header.shape.elements(piece);
            let read = rice::read(&bytes, header.shape, count, |tag| {
                ascending &= last <= tag;
                while unfound.next_if(|(own, _)| *own < tag).is_some() {}
                if let Some((_, row)) = unfound.next_if(|(own, _)| *own == tag) {
                    common.positions.push(position);
                    common.rows.push(*row);
                    while unfound.next_if(|(own, _)| *own == tag).is_some() {}
                }
                (position, last) = (position + 1, tag);
            });
            read.map_err(|_| party.blame(Breach::BadTable))
        })?;
    }
    if ascending {
        Ok(common)
    } else {
        Err(party.blame(Breach::NotAscending))
    }
}
