//! Which cards an institution may show.

use consilium_base::{BadSignature, FederationId, UnixTime};
use consilium_identity::{Directory, PublicKey};
use consilium_mailbox::PartyId;
use consilium_scorecard::{Card, CardError, Latest, Public, PublicCountersignature, SignedPublic};

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
    /// It names somebody as a countersigner who is and was of no member.
    #[error("{0} has countersigned it, and is of no member")]
    Nobodys(String),
    /// It has more countersignatures of a dimension than are looked at.
    #[error("it has more than {most} countersignatures of a dimension")]
    Many { most: usize },
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
    /// Which cards of the institution were the latest.
    pub(super) latest: &'a Latest,
    /// The keys of the coordinator and of all who are or were members.
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
        if self.latest.is_after(public) {
            return Err(Unfit::Older);
        }
        let key = steward.try_into().map_err(|_| Unfit::Key)?;
        let key = PublicKey::from_bytes(key).map_err(|_| Unfit::Key)?;
        shown.verify(&Directory::from([(shown.signer.clone(), key)]))?;
        let most = SignedPublic::words(self.directory.count());
        for shown in public.dimensions.values() {
            if shown.countersigned.len() > most {
                return Err(Unfit::Many { most });
            }
            let nobodys =
                |it: &&PublicCountersignature| self.directory.key(it.institution()).is_none();
            if let Some(by) = shown.countersigned.iter().find(nobodys) {
                return Err(Unfit::Nobodys(by.signer.clone()));
            }
        }
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
