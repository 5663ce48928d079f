//! Growing trees of which somebody keeps how far they have come.

use std::future::Future;

use consilium_mailbox::{Mailbox, PartyId};
use consilium_secagg::{BookError, Open};

use crate::{
    horizontal::{Agreement, HorizontalError, Turn, aggregate_turn, announce},
    training::{Fit, Told, Training},
};

/// The aggregator's side of a fit's sums, and of what is kept between them.
pub trait Keep: Open {
    /// Keeps a fit that has gone on by an opened sum; it waits until this returns.
    ///
    /// Where the fit [holds histograms](Training::holds_histograms) it need not be kept.
    ///
    /// # Errors
    ///
    /// If it can't be written; the fit then ends.
    fn keep(&mut self, training: &Training) -> impl Future<Output = Result<(), BookError>> + Send;
}

/// Grows trees as [`aggregate`](crate::horizontal::aggregate) does, and has each step kept.
///
/// # Errors
///
/// As there, and if a step can't be kept.
pub async fn aggregate_and_keep(
    mail: &Mailbox,
    contributors: &[PartyId],
    agreement: &Agreement,
    mut training: Training,
    sum: &mut impl Keep,
) -> Result<Fit, HorizontalError> {
    let mut roster = contributors.to_vec();
    let mut told = Told::default();
    let mut turn = 0_u32;
    loop {
        let here = mail.scope(format_args!("turn-{turn}"));
        match training {
            Training::Done(fit) => {
                let outcome = Ok(*fit);
                announce(&here, &roster, &outcome, &mut told).await?;
                return Ok(outcome?);
            }
            Training::Failed(failure) => {
                announce(&here, &roster, &Err(failure.clone()), &mut told).await?;
                return Err(failure.into());
            }
            underway => {
                let asked = roster.clone();
                let on = (agreement, &mut told);
                training = aggregate_turn(&here, &mut roster, on, underway, sum).await?;
                sum.keep(&training)
                    .await
                    .map_err(consilium_secagg::SumError::from)?;
                turn += 1;
                let next = mail.scope(format_args!("turn-{turn}"));
                for party in asked.iter().filter(|party| !roster.contains(party)) {
                    tracing::warn!(%party, turn, "left out of the fit");
                    // Whoever is gone can't be told, and need not be.
                    next.send(party, &Turn::LeftOut).await.ok();
                }
            }
        }
    }
}
