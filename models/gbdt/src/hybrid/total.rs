//! How many rows all hospitals have together: s0 of docs/protocols/gbdt-hybrid.md.

use std::ops::RangeInclusive;

use consilium_mailbox::{Mailbox, PartyId};

use super::{error::HybridError, messages::Rows};
use crate::vertical::Breach;

/// Tells the other parties how many rows all hospitals have together: the label holder's part, in each
/// run and before anything else.
///
/// `others` are the coordinator, all hospitals and all further feature holders.
///
/// # Errors
///
/// [`HybridError`]; its `fault` says whose it is.
pub async fn tell_rows(mail: &Mailbox, others: &[PartyId], rows: u32) -> Result<(), HybridError> {
    Ok(mail.broadcast(others, &Rows { rows }).await?) // s0: rows of all
}

/// Hears how many rows all hospitals have together: everybody else's part.
///
/// No number is taken but one `within` what can be: a hospital knows its own rows, a further feature
/// holder those of all, everybody how many a study may have.
///
/// # Errors
///
/// [`HybridError`]; its `fault` says whose it is.
pub async fn hear_rows(
    mail: &Mailbox,
    label_holder: &PartyId,
    within: RangeInclusive<u32>,
) -> Result<u32, HybridError> {
    let Rows { rows } = mail.recv(label_holder).await?; // s0: rows of all
    if !within.contains(&rows) {
        return Err(HybridError::breach(label_holder, Breach::Total { rows }));
    }
    Ok(rows)
}
