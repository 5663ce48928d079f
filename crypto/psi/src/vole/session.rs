//! Beginning a run, or taking up one that broke off: m1.

use std::slice;

use consilium_base::Digest;
use consilium_mailbox::Message as _;
use rand_core::CryptoRng;

use super::messages::Declared;
use crate::{
    Party, PsiError, Sizes, Spill,
    session::{Labels, Opening, Session},
};

const LABELS: Labels = Labels {
    record: "vole",
    step: Declared::STEP,
    set: ("psi-vole.1.salt", "psi-vole.1.commitment"),
    session: "psi-vole.1.session",
    peer: "psi-vole.1.peer",
};

/// A party's part: the smaller set makes the store, of two alike that of the first by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// It makes a store of its items, compares, and tells.
    Receiver,
    /// It has the function's key, and sends the tags of its items.
    Sender,
}

impl Part {
    /// Gives the own part.
    pub(super) fn of(party: &Party<'_>, session: &Session) -> Part {
        let [ours, theirs] = [party.mail.me(), party.peer].map(|it| (session.size(it), it));
        if ours < theirs {
            Part::Receiver
        } else {
            Part::Sender
        }
    }
}

/// m1: declares the own set, checks the peer's, and resumes if both can.
pub(super) async fn open(
    party: &Party<'_>,
    sizes: Sizes,
    spill: &mut dyn Spill,
    rng: &mut impl CryptoRng,
) -> Result<Session, PsiError> {
    let opening = Opening {
        labels: &LABELS,
        mail: party.mail,
        others: slice::from_ref(party.peer),
        terms: party.terms,
        items: party.items,
        secret: party.secret,
        sizes,
        keepers: &[party.mail.me(), party.peer],
    };
    let (ours, record) = opening.declare(terms(party, sizes), spill, rng)?;
    let declared = Declared(ours.clone());
    party.mail.send(party.peer, &declared).await?;
    let Declared(theirs) = party.mail.recv(party.peer).await?;
    opening.session(&ours, &[theirs], record)
}

fn terms(party: &Party<'_>, sizes: Sizes) -> Digest {
    let hash = party.terms.hashed("psi-vole.1.terms");
    hash.number(sizes.sample.into())
        .number(sizes.bucket.into())
        .digest()
}
