//! Which cards an institution may show.

use consilium_base::{BadSignature, FederationId, UnixTime};
use consilium_identity::{Directory, PublicKey};
use consilium_mailbox::PartyId;
use consilium_scorecard::{Card, CardError, Public, SignedPublic};

/// Why a card that an institution shows is left out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    #[error(transparent)]
    Card(#[from] CardError),
    /// Its steward's key is none.
    #[error("it comes with no key of its steward")]
    Key,
    /// It is another institution's.
    #[error("it is of {0}")]
    Elsewhere(PartyId),
    /// It was made for another federation, or for none.
    #[error("it was not made for this federation")]
    OtherFederation,
    /// Its institution's clock is ahead, or it wants the card to outlast others.
    #[error("it was made in the future")]
    Early,
    /// A later one of the same rows was shown already.
    #[error("a later one of the same rows was shown before")]
    Older,
    /// Two of a data set for a purpose: the later one counts.
    #[error("there are two of a data set for one purpose")]
    Twice,
}

/// Against what a card is held.
#[derive(Debug)]
pub(super) struct Fit<'a> {
    /// Who shows it.
    pub(super) from: &'a PartyId,
    pub(super) federation: FederationId,
    pub(super) now: UnixTime,
    /// What the institution showed before.
    pub(super) known: &'a [Public],
    /// The keys of all members' daemons.
    pub(super) directory: &'a Directory,
}

impl Fit<'_> {
    /// Sees that an institution's own steward signed what it shows, for this federation, and that nobody is named as a
    /// countersigner who has signed something else.
    pub(super) fn check(&self, card: &str, steward: &[u8]) -> Result<Public, Unfit> {
        let shown = SignedPublic::from_json(card)?;
        let public = &shown.public;
        if public.institution != *self.from {
            return Err(Unfit::Elsewhere(public.institution.clone()));
        }
        if public.federation != Some(self.federation) {
            return Err(Unfit::OtherFederation);
        }
        if public.made > self.now.after(Card::AHEAD) {
            return Err(Unfit::Early);
        }
        let is_later = |known: &Public| {
            let same = is_of_one_kind(known, public) && known.version == public.version;
            same && known.made > public.made
        };
        if self.known.iter().any(is_later) {
            return Err(Unfit::Older);
        }
        let key = steward.try_into().map_err(|_| Unfit::Key)?;
        let key = PublicKey::from_bytes(key).map_err(|_| Unfit::Key)?;
        shown.verify(&Directory::from([(shown.signer.clone(), key)]))?;
        for by in public.countersigned(self.directory) {
            match by.outcome {
                // Stewards of others are known to their institutions alone.
                Err(CardError::Forged {
                    fault: BadSignature::UnknownParty,
                    ..
                }) => {}
                outcome => outcome?,
            }
        }
        Ok(shown.public)
    }
}

/// Whether two cards are of one data set for one purpose.
pub(super) fn is_of_one_kind(one: &Public, other: &Public) -> bool {
    one.data_set == other.data_set && one.purpose == other.purpose
}
