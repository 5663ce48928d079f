//! How many rows all hospitals have together: s0 of docs/protocols/gbdt-hybrid.md.

use std::ops::RangeInclusive;

use consilium_mailbox::{Mailbox, PartyId};

use super::{agreement::Member, error::HybridError, messages::Rows};
use crate::vertical::{Breach, VerticalError};

/// Tells the other parties how many rows all hospitals have together, and each how many of them the
/// label holder has in common with it: the label holder's part, in each run and before anything else.
/// Gives the number.
///
/// `others` are the coordinator, who has no rows, and all further feature holders, who have those of
/// all hospitals.
///
/// # Errors
///
/// [`HybridError`]; its `fault` says whose it is.
pub async fn tell_rows(
    mail: &Mailbox,
    (coordinator, feature_holders): (&PartyId, &[PartyId]),
    hospitals: &[Member],
) -> Result<u32, HybridError> {
    let parts: Vec<u32> = hospitals.iter().map(|it| it.rows).collect();
    let rows = parts
        .iter()
        .try_fold(0_u32, |sum, part| sum.checked_add(*part));
    let rows = rows.ok_or(VerticalError::NotAgreed("the rows"))?;
    let told = |parts| Rows { rows, parts };
    mail.send(coordinator, &told(Vec::new())).await?; // s0: rows of all
    for Member { party, rows } in hospitals {
        mail.send(party, &told(vec![*rows])).await?; // s0: rows of all, and its own
    }
    mail.broadcast(feature_holders, &told(parts)).await?; // s0: rows of each
    Ok(rows)
}

/// Hears how many rows all hospitals have together: everybody else's part.
///
/// `parts` are the own rows in common with the label holder, hospital by hospital: of a hospital its
/// own, of the coordinator none. No number of all is taken but one `within` what can be: a hospital
/// knows its own rows, everybody how many a study may have.
///
/// # Errors
///
/// [`VerticalError::OtherRows`] where the label holder has other numbers of rows in these parts; [`HybridError`], whose `fault`
/// says whose it is.
pub async fn hear_rows(
    mail: &Mailbox,
    label_holder: &PartyId,
    parts: &[u32],
    within: RangeInclusive<u32>,
) -> Result<u32, HybridError> {
    let told: Rows = mail.recv(label_holder).await?; // s0: rows of all, and of this party
    let (due, got) = (parts.len(), told.parts.len());
    if due != got {
        return Err(HybridError::breach(
            label_holder,
            Breach::Parts { due, got },
        ));
    }
    if told.parts != parts {
        let peer = label_holder.clone();
        return Err(VerticalError::OtherRows { peer }.into());
    }
    let rows = told.rows;
    if !within.contains(&rows) {
        return Err(HybridError::breach(label_holder, Breach::Total { rows }));
    }
    Ok(rows)
}
