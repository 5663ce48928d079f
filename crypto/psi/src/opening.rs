//! What is checked, and committed to, before two sets are compared.

use consilium_base::{Digest, Tagged};

use crate::{Breach, PsiError, ecdh::Party};

/// Gives the size of the own set, if the plan allows it.
pub(crate) fn own_size(party: &Party<'_>) -> Result<u32, PsiError> {
    let (size, largest) = (party.items.len(), party.terms.largest);
    let fits = u32::try_from(size).ok().filter(|&size| size <= largest);
    fits.ok_or(PsiError::TooLarge { size, largest })
}

/// Commits to the own set, row by row, under the labels of a salt and of the commitment.
pub(crate) fn commit(
    party: &Party<'_>,
    (salt, label): (&'static str, &'static str),
    terms: &Digest,
) -> Digest {
    let items = party.items;
    Tagged::new(label)
        .field(party.secret.derive(salt, &[terms]).expose())
        .field(party.mail.me().as_str().as_bytes())
        .field(party.peer.as_str().as_bytes())
        .field(items.as_flattened())
        .digest()
}

/// Checks what both declared, the own first.
pub(crate) fn check(
    party: &Party<'_>,
    [ours, theirs]: [&Digest; 2],
    [own_size, size]: [u32; 2],
) -> Result<(), PsiError> {
    if theirs != ours {
        return Err(party.blame(Breach::OtherTerms));
    }
    let largest = party.terms.largest;
    if size > largest {
        return Err(party.blame(Breach::TooLarge { size, largest }));
    }
    let minimum = party.terms.minimum;
    for (party, size) in [(party.mail.me(), own_size), (party.peer, size)] {
        if size < minimum {
            let party = party.clone();
            return Err(PsiError::TooSmall {
                party,
                size,
                minimum,
            });
        }
    }
    Ok(())
}
