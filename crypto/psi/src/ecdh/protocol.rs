//! The protocol of docs/protocols/psi-ecdh.md: both parties do the same.

use rand_core::CryptoRng;

use super::{
    answer::Answer,
    exchange::{
        Ways, agree_on_count, count_of, exchange_blinded, exchange_doubled, exchange_released,
        rows_at,
    },
    messages::Noised,
    purpose::{Purpose, Shown},
    session::Session,
};
use crate::{Aligned, Party, PsiError, Spill, Unkept, stamped::Stamped};

/// The size of an intersection, as one party learns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// The size.
    Exact(u32),
    /// The size and two-sided geometric noise: may be negative, or larger than both sets.
    Noised(i64),
}

/// Aligns the rows of two parties: each learns which of its rows the peer has too, and the order.
///
/// Figure 1 of docs/protocols/psi-ecdh.md. A run that broke off is taken up again by another
/// call with the same party and store. Clear the store when the step is committed.
///
/// # Errors
///
/// [`PsiError::TooSmall`] and [`PsiError::BelowMinimum`] if the intersection has too few items;
/// else what the peer, the network or the store did wrong.
///
/// # Security
///
/// Against a peer that follows the protocol. `party.secret` is this party's own.
pub async fn align(
    party: &Party<'_>,
    spill: &mut dyn Spill,
    rng: &mut impl CryptoRng,
) -> Result<Aligned, PsiError> {
    let mut spill = Stamped::new(spill, party.secret);
    let mut session = Session::open(party, Purpose::Align, &mut spill, rng).await?;
    let theirs = exchange_blinded(party, &mut session, &mut spill).await?;
    let common = exchange_doubled(party, &theirs, Ways::Both).await?;
    let count = agree_on_count(party, &common).await?;
    party.terms.check_common(count)?;
    let positions = exchange_released(party, &common).await?;
    let rows = rows_at(party, &positions, &session.order)?;
    Ok(party.aligned(rows, session.theirs))
}

/// Counts the common items of two parties, and tells nothing of which they are.
///
/// Figure 1 of docs/protocols/psi-ecdh.md up to m5; figure 2 if noise is asked for. Until the store
/// is cleared a counter gives one noisy answer, whatever the peer brings in a repeated run.
///
/// # Errors
///
/// [`PsiError::TooSmall`] if a set is smaller than the plan's minimum; else what the peer, the
/// network or the store did wrong: a noisy answer needs one that keeps.
///
/// # Security
///
/// Against a peer that follows the protocol. Exactly who learns what is in [`Shown`].
pub async fn cardinality(
    party: &Party<'_>,
    shown: &Shown,
    spill: &mut dyn Spill,
    rng: &mut impl CryptoRng,
) -> Result<Counted, PsiError> {
    if let Shown::Noised { counter, .. } = shown
        && ![party.mail.me(), party.peer].contains(&counter)
    {
        return Err(PsiError::Terms("the counter is none of both parties"));
    }
    let spill: &mut dyn Spill = &mut Stamped::new(spill, party.secret);
    let answer = Answer::load(spill)?;
    let mut unkept = Unkept;
    // A new session would clear the store, and the answer with it.
    let pieces: &mut dyn Spill = match answer {
        Some(_) => &mut unkept,
        None => &mut *spill,
    };
    let mut session = Session::open(party, Purpose::Size(shown), pieces, rng).await?;
    let theirs = exchange_blinded(party, &mut session, pieces).await?;
    match shown {
        Shown::Exact => {
            let common = exchange_doubled(party, &theirs, Ways::Both).await?;
            Ok(Counted::Exact(agree_on_count(party, &common).await?))
        }
        Shown::Noised { counter, epsilon } if counter == party.mail.me() => {
            let common = exchange_doubled(party, &theirs, Ways::Incoming).await?;
            let count = count_of(&common);
            let Answer(size) = match answer {
                Some(answer) => answer,
                None => Answer::draw(count, *epsilon, spill, rng)?,
            };
            let size = size.to_le_bytes();
            party.mail.send(party.peer, &Noised { size }).await?;
            Ok(Counted::Exact(count))
        }
        Shown::Noised { .. } => {
            exchange_doubled(party, &theirs, Ways::Outgoing).await?;
            let Noised { size } = party.mail.recv(party.peer).await?;
            Ok(Counted::Noised(i64::from_le_bytes(size)))
        }
    }
}
