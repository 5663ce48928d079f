//! What can go wrong in a sum.

use consilium_mailbox::{Fault, MailboxError, PartyId};

use crate::{BookError, Refusal, TermsError};

/// Why a sum was not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SumError {
    /// A message did not come, or came wrong.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// A contributor's vector has another length than agreed.
    #[error("{party} sent a vector of {got} elements where {expected} were agreed")]
    WrongLength {
        /// Who sent it.
        party: PartyId,
        /// Elements agreed.
        expected: usize,
        /// Elements sent.
        got: usize,
    },
    /// This party's own input has another length than agreed.
    #[error("the input has {got} elements where {expected} were agreed")]
    OwnWrongLength {
        /// Elements agreed.
        expected: usize,
        /// Elements given.
        got: usize,
    },
    /// An element of this party's own input is not below `2^bits`.
    #[error("element {index} of the input does not fit into {bits} bits")]
    TooWide {
        /// Position in the vector.
        index: usize,
        /// The width agreed.
        bits: u8,
    },
    /// A party's message breaks a rule of the protocol.
    #[error("{party} broke the protocol: {breach}")]
    Breach {
        /// Who sent it.
        party: PartyId,
        /// Which rule.
        breach: Breach,
    },
    /// Two contributors were shown different lists of keys, if the witness doesn't lie.
    ///
    /// Nothing tells which of the two lies, so neither is blamed.
    #[error("{witness} says that {aggregator} showed it another list of keys than this party")]
    Equivocation {
        /// Who showed them.
        aggregator: PartyId,
        /// Who saw the other list.
        witness: PartyId,
    },
    /// This contributor's own book forbids to go on.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The sum can't be opened without parties that are missing.
    #[error("{} missing: {refusal}", list(missing))]
    Missing {
        /// Who did not send a vector.
        missing: Vec<PartyId>,
        /// Why it can't be opened without them.
        refusal: Refusal,
    },
    /// Too few contributors are left.
    #[error(
        "{present} contributors are left, {needed} are needed; missing: {}",
        list(missing)
    )]
    TooFew {
        /// How many are left.
        present: usize,
        /// How many are needed.
        needed: usize,
        /// Who is missing.
        missing: Vec<PartyId>,
    },
    /// The survivors don't hang together: parts of the sum could be opened alone.
    #[error("the survivors' masks fall apart; missing: {}", list(missing))]
    Disconnected {
        /// Who is missing.
        missing: Vec<PartyId>,
    },
    /// Too few neighbours of a party are left to restore its secret.
    #[error("{held} shares of a secret of {party} are left, {needed} are needed")]
    TooFewShares {
        /// Whose secret.
        party: PartyId,
        /// Shares that arrived.
        held: usize,
        /// Shares needed.
        needed: usize,
    },
    /// The shares of a party's secret restore something else.
    ///
    /// The party dealt false ones or some holder gave a false one: nothing tells which. To
    /// everybody but the aggregator it may as well be the aggregator that says so falsely.
    #[error(
        "the shares of a secret of {party} don't fit together; they came from {}",
        list(holders)
    )]
    SharesDisagree {
        /// Whose secret.
        party: PartyId,
        /// Who gave the shares.
        holders: Vec<PartyId>,
    },
    /// This contributor's vector came too late and is not in the sum.
    #[error("this party's vector is not in the sum")]
    LeftOut,
    /// The terms contradict themselves.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// The book of openings can't be read or written.
    #[error(transparent)]
    Book(#[from] BookError),
}

impl SumError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            SumError::Mailbox(error) => error.fault(),
            SumError::WrongLength { party, .. } | SumError::Breach { party, .. } => {
                Fault::Peer(party.clone())
            }
            SumError::OwnWrongLength { .. } | SumError::TooWide { .. } | SumError::Book(_) => {
                Fault::Ours
            }
            SumError::Refused(refusal) => refusal.fault(),
            SumError::Terms(_) => Fault::Input,
            SumError::Missing { missing, .. }
            | SumError::TooFew { missing, .. }
            | SumError::Disconnected { missing } => missing
                .first()
                .map_or(Fault::Network, |party| Fault::Peer(party.clone())),
            SumError::Equivocation { .. }
            | SumError::SharesDisagree { .. }
            | SumError::TooFewShares { .. }
            | SumError::LeftOut => Fault::Network,
        }
    }
}

/// A rule of the protocol that a message breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Breach {
    /// Indices have to be ascending and on the roster.
    #[error("a list of parties is not ascending or names one that is not on the roster")]
    BadList,
    /// Fewer parties than the threshold.
    #[error("a list of parties is shorter than the threshold")]
    ListTooShort,
    /// This party is listed with other keys, or not at all.
    #[error("this party's own entry is missing or changed")]
    OwnEntry,
    /// A neighbour's advertisement is missing, or is not the listed one.
    #[error("a neighbour's keys are missing or are not the listed ones")]
    ForeignKeys,
    /// Keys of the wrong length, malformed or of small order.
    #[error("unusable public keys")]
    BadKeys,
    /// A part of the graph's seed is missing or was not committed to.
    #[error("a part of the graph's seed is missing or was not committed to")]
    BadPart,
    /// A neighbour saw other keys: the aggregator told them differently, or one of both lies.
    #[error("it saw another list of keys")]
    OtherList,
    /// Shares or capsules of wrong length, or out of range.
    #[error("malformed shares")]
    BadShares,
    /// The cohort names parties whose shares never arrived.
    #[error("the cohort names parties whose shares this party does not hold")]
    BadCohort,
    /// The survivors are not all of the cohort.
    #[error("the survivors are not all of the cohort")]
    BadSurvivors,
    /// The list of sets signed before lacks one that this party signed.
    #[error("it hides a set of survivors that was signed before")]
    OpeningHidden,
    /// A signature is missing or does not verify.
    #[error("a signature under the survivor set is missing or wrong")]
    BadSignature,
    /// A vector is masked under another set-up or cohort.
    #[error("the vector is masked for another cohort")]
    OtherCohort,
    /// Set-up was asked for twice.
    #[error("it asks for a set-up a second time")]
    SecondSetup,
}

fn list(parties: &[PartyId]) -> String {
    let names: Vec<_> = parties.iter().map(PartyId::as_str).collect();
    names.join(", ")
}
