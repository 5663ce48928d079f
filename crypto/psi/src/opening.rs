//! What is declared, and checked, before sets are compared.

use consilium_base::{Digest, Seed, Tagged};
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use crate::{Breach, Item, PsiError, Terms};

/// m1 of each protocol: what a party brings, and how far it came before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Declared {
    /// Hash of the terms, and of whatever else all must agree on.
    pub(crate) terms: Digest,
    /// Items in the sender's set.
    pub(crate) size: u32,
    /// Salted hash of the sender's set.
    pub(crate) commitment: Digest,
    /// Randomness for a new session.
    pub(crate) nonce: Digest,
    /// The session that the sender can take up again.
    pub(crate) session: Option<Digest>,
    /// Pieces of it, chunks or buckets, that the sender is done with.
    pub(crate) held: u32,
}

/// A party's name and what it declared.
pub(crate) type Said<'a> = (&'a PartyId, &'a Declared);

/// Gives the size of the own set, if so many items are allowed.
pub(crate) fn own_size(items: &[Item], largest: u32) -> Result<u32, PsiError> {
    let size = items.len();
    let fits = u32::try_from(size).ok().filter(|&size| size <= largest);
    fits.ok_or(PsiError::TooLarge { size, largest })
}

/// Finds two rows with the same item, of a set that has a size.
pub(crate) fn check_distinct(items: &[Item]) -> Result<(), PsiError> {
    let size = u32::try_from(items.len()).expect("its size is checked");
    let item = |row: u32| items.get(row as usize);
    let mut sorted: Vec<u32> = (0..size).collect();
    sorted.sort_unstable_by_key(|&row| (item(row), row));
    let mut pairs = sorted.iter().zip(sorted.iter().skip(1));
    match pairs.find(|&(&one, &next)| item(one) == item(next)) {
        Some((&first, &second)) => Err(PsiError::Repeated { first, second }),
        None => Ok(()),
    }
}

/// What a party commits to before it knows anything of the others.
pub(crate) struct OwnSet<'a> {
    /// Row by row.
    pub(crate) items: &'a [Item],
    /// The party's own secret for the step.
    pub(crate) secret: &'a Seed,
    /// Its own name, then the others'.
    pub(crate) names: &'a [&'a PartyId],
}

impl OwnSet<'_> {
    /// Commits to it under the labels of a salt and of the commitment.
    pub(crate) fn commit(
        &self,
        (salt, label): (&'static str, &'static str),
        terms: &Digest,
    ) -> Digest {
        let salt = self.secret.derive(salt, &[terms]);
        let hash = Tagged::new(label).field(salt.expose());
        let names = self.names.iter();
        names
            .fold(hash, |hash, name| hash.field(name.as_str().as_bytes()))
            .field(self.items.as_flattened())
            .digest()
    }
}

/// Checks what all declared, the own first.
pub(crate) fn check(terms: &Terms, ours: Said<'_>, theirs: &[Said<'_>]) -> Result<(), PsiError> {
    for (peer, declared) in theirs {
        check_terms(peer, [&ours.1.terms, &declared.terms])?;
        check_size(peer, declared.size, terms.largest)?;
    }
    let all = [ours].into_iter().chain(theirs.iter().copied());
    check_least(all.map(|(name, it)| (name, it.size)), terms.minimum)
}

/// Checks that a peer goes by this party's terms.
pub(crate) fn check_terms(peer: &PartyId, [ours, theirs]: [&Digest; 2]) -> Result<(), PsiError> {
    if ours == theirs {
        return Ok(());
    }
    Err(PsiError::breach(peer, Breach::OtherTerms))
}

/// Checks that a peer's set is no larger than is allowed.
pub(crate) fn check_size(peer: &PartyId, size: u32, largest: u32) -> Result<(), PsiError> {
    if size <= largest {
        return Ok(());
    }
    Err(PsiError::breach(peer, Breach::TooLarge { size, largest }))
}

/// Checks that the intersection of sets of these sizes can reach the minimum.
pub(crate) fn check_least<'a>(
    mut sizes: impl Iterator<Item = (&'a PartyId, u32)>,
    minimum: u32,
) -> Result<(), PsiError> {
    match sizes.find(|(_, size)| *size < minimum) {
        Some((party, size)) => Err(PsiError::TooSmall {
            party: party.clone(),
            size,
            minimum,
        }),
        None => Ok(()),
    }
}

/// Names what serves once after all that was declared: joint randomness, as each gave a nonce.
pub(crate) fn name(label: &'static str, said: &mut [Said<'_>]) -> Digest {
    said.sort_by_key(|(name, _)| *name);
    let terms = said.first().map_or([0; 32], |(_, declared)| declared.terms);
    let hash = Tagged::new(label).field(&terms);
    let hash = said.iter().fold(hash, |hash, (name, declared)| {
        hash.field(name.as_str().as_bytes())
            .number(declared.size.into())
            .field(&declared.commitment)
            .field(&declared.nonce)
    });
    hash.digest()
}

/// What must not change at a peer between a run and its repetition.
pub(crate) fn lasting(label: &'static str, theirs: &Declared) -> Digest {
    Tagged::new(label)
        .number(theirs.size.into())
        .field(&theirs.commitment)
        .digest()
}

/// Checks that a peer takes a session up again with the same set, and claims no more than `most`.
pub(crate) fn check_resumed(
    (peer, theirs): Said<'_>,
    [then, now]: [&Digest; 2],
    most: u32,
) -> Result<(), PsiError> {
    if then != now {
        return Err(PsiError::breach(peer, Breach::OtherSet));
    }
    let claimed = theirs.held;
    if claimed > most {
        return Err(PsiError::breach(peer, Breach::Chunks { claimed, most }));
    }
    Ok(())
}
