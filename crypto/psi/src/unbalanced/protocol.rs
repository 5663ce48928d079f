//! The protocol of docs/protocols/psi-unbalanced.md: the holder's part and the asker's.

use consilium_mailbox::Message as _;

use super::{
    charge::Charge,
    exchange::{answer_all, ask_all, hear, tell},
    fetch::{Held, receive_table, send_table},
    lookup::{Common, look_up},
    messages::{Matched, Tabled},
    opening::{check_own, open},
    shape::{Learning, Uses},
    table::Table,
};
use crate::{Aligned, Party, PsiError, Spill, opening::check_distinct};

impl Table<'_> {
    /// Aligns rows with a party that has a small set: the part of the holder of the large one.
    ///
    /// Figure 2 of docs/protocols/psi-unbalanced.md. `tables` is the store of which
    /// [`build`](super::build()) gave the table. A run that broke off is repeated by another call:
    /// all but the pieces of the table that have gone, and the queries are charged once.
    ///
    /// # Errors
    ///
    /// [`PsiError::Refused`] if the key has not so many answers left; [`PsiError::TooSmall`] and
    /// [`PsiError::BelowMinimum`] if the intersection has too few items; else what the peer, the
    /// network or the store did wrong.
    ///
    /// # Security
    ///
    /// Against a peer that follows the protocol; the page says what one that doesn't can do.
    pub async fn hold(
        &self,
        tables: &mut dyn Spill,
        charge: &mut impl Charge,
    ) -> Result<Aligned, PsiError> {
        let (party, shape) = (&self.party, self.header.shape);
        let asked = self.serve(Learning::Both, tables, charge).await?; // m1 to m6
        let positions = hear(party, shape, asked).await?; // m7, m8
        let rows = party
            .mail
            .compute(Matched::STEP, || self.load_rows(tables, &positions))?;
        Ok(party.aligned(rows, asked))
    }

    /// Lets a party that has a small set find which of its items are in the table, and learns
    /// nothing but the size of that set, which it gives.
    ///
    /// The holder's part of figure 3 of docs/protocols/psi-unbalanced.md; the other one calls
    /// [`look`]. Stores, repetition and errors are those of [`Table::hold`].
    ///
    /// # Errors
    ///
    /// [`PsiError::Refused`] if the key has not so many answers left; else what the peer, the
    /// network or the store did wrong.
    ///
    /// # Security
    ///
    /// Whatever the peer does, it learns of as many items as are charged whether they are in the
    /// table.
    pub async fn answer(
        &self,
        tables: &mut dyn Spill,
        charge: &mut impl Charge,
    ) -> Result<u32, PsiError> {
        self.serve(Learning::Asker, tables, charge).await
    }

    /// m1 to m6, the holder's; gives how many items were asked about.
    async fn serve(
        &self,
        learning: Learning,
        tables: &mut dyn Spill,
        charge: &mut impl Charge,
    ) -> Result<u32, PsiError> {
        let (party, shape) = (&self.party, self.header.shape);
        let declared = (Some(self.header.digest()), 0);
        let opened = open(party, (self.uses, learning), shape.items(), declared).await?; // m1
        let theirs = opened.theirs;
        send_table(party, &self.header, tables, &theirs).await?; // m2, m3
        answer_all(party, &self.key, theirs.size, charge).await?; // m4 to m6
        Ok(theirs.size)
    }
}

/// Aligns rows with the holder of a large set: the part of the party that has the small one.
///
/// Figure 2 of docs/protocols/psi-unbalanced.md. `tables` keeps the table for as long as the
/// holder's key lives: it is for this holder alone, and not the store of a run; what is cleared or
/// damaged is fetched again before anything is asked. A run that broke off is repeated by another
/// call with the same party.
///
/// # Errors
///
/// [`PsiError::Refused`] if the holder's key has not so many answers left; [`PsiError::TooSmall`]
/// and [`PsiError::BelowMinimum`] if the intersection has too few items; else what the peer, the
/// network or the store did wrong.
///
/// # Security
///
/// Against a peer that follows the protocol; the page says what one that doesn't can do.
/// `party.secret` is this party's own, and another one for each study and step.
pub async fn ask(
    party: &Party<'_>,
    uses: &Uses,
    tables: &mut dyn Spill,
) -> Result<Aligned, PsiError> {
    let (common, theirs) = find(party, (uses, Learning::Both), tables).await?; // m1 to m6
    tell(party, &common).await?; // m7, m8
    Ok(party.aligned(common.rows, theirs))
}

/// Finds which own items the holder of a large set has too, and tells nobody.
///
/// The part of the party with the small set in figure 3 of docs/protocols/psi-unbalanced.md; the
/// holder calls [`Table::answer`]. Stores, repetition and errors are those of [`ask`].
///
/// # Errors
///
/// [`PsiError::Refused`] if the holder's key has not so many answers left; else what the peer, the
/// network or the store did wrong.
///
/// # Security
///
/// The holder sees uniform points, whatever it does; what it answers is not proved to be right.
pub async fn look(
    party: &Party<'_>,
    uses: &Uses,
    tables: &mut dyn Spill,
) -> Result<Aligned, PsiError> {
    let (common, theirs) = find(party, (uses, Learning::Asker), tables).await?;
    Ok(party.aligned(common.rows, theirs))
}

/// m1 to m6, of whoever has the small set; gives the common items and the size of the holder's set.
async fn find(
    party: &Party<'_>,
    (uses, learning): (&Uses, Learning),
    tables: &mut dyn Spill,
) -> Result<(Common, u32), PsiError> {
    let size = check_own(party, uses)?;
    if uses.holder != *party.peer {
        return Err(PsiError::Terms("the holder can't ask itself"));
    }
    party
        .mail
        .compute(Matched::STEP, || check_distinct(party.items))?;
    let held = party.mail.compute(Tabled::STEP, || Held::load(tables))?;
    let opened = open(party, (uses, learning), size, held.declare()).await?; // m1
    let header = receive_table(party, uses, tables, held, &opened.theirs).await?; // m2, m3
    let tags = ask_all(party, &header, &opened.commitment).await?; // m4 to m6
    let common = look_up(party, tables, &header, &tags)?;
    Ok((common, opened.theirs.size))
}
