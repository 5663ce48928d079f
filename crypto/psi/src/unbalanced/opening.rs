//! m1: what both declare, and what is checked of it.

use consilium_base::Digest;
use consilium_mailbox::Message as _;
use tracing::info;

use super::{
    messages::Declared,
    shape::{Learning, Shape, Uses},
};
use crate::{
    Party, PsiError,
    opening::{check_least, check_size, check_terms, own_size},
};

/// What both parties have declared.
pub(super) struct Opened {
    /// The own commitment.
    pub(super) commitment: Digest,
    pub(super) theirs: Declared,
}

/// Checks what the own set may be used for, and gives its size.
pub(super) fn check_own(party: &Party<'_>, uses: &Uses) -> Result<u32, PsiError> {
    uses.check(party)?;
    own_size(party.items, uses.largest(party, party.mail.me()))
}

/// Checks the holder's own set, and gives its table's shape.
pub(super) fn own_shape(party: &Party<'_>, uses: &Uses) -> Result<Shape, PsiError> {
    let size = check_own(party, uses)?;
    if uses.holder != *party.mail.me() {
        return Err(PsiError::Terms("only the holder has a table"));
    }
    Ok(Shape::new(size, uses.queries).expect("uses and size are checked"))
}

/// m1: declares the own set of a checked size, with the table that is there; checks the peer's.
pub(super) async fn open(
    party: &Party<'_>,
    (uses, learning): (&Uses, Learning),
    size: u32,
    (table, held): (Option<Digest>, u32),
) -> Result<Opened, PsiError> {
    let terms = uses.digest(party, learning);
    let labels = ("psi-unbalanced.1.salt", "psi-unbalanced.1.commitment");
    let commitment = party
        .mail
        .compute(Declared::STEP, || party.commit(labels, &terms));
    let ours = Declared {
        terms,
        size,
        commitment,
        table,
        held,
    };
    party.mail.send(party.peer, &ours).await?;
    let theirs: Declared = party.mail.recv(party.peer).await?;
    check_terms(party.peer, [&terms, &theirs.terms])?;
    check_size(party.peer, theirs.size, uses.largest(party, party.peer))?;
    let sizes = [(party.mail.me(), size), (party.peer, theirs.size)];
    check_least(sizes.into_iter(), party.terms.minimum)?;
    info!(
        run = %party.mail.run(), peer = %party.peer, ours = size, theirs = theirs.size,
        "sets declared"
    );
    Ok(Opened { commitment, theirs })
}
