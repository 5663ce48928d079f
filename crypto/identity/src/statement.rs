//! Signed statements: what people and institutions put their name to.

use consilium_base::{BadSignature, Signature, Signer, Verifier};

use crate::{FederationId, PublicKey};

/// What kind of statement a signature is for.
///
/// A signature for one kind is none for another, nor for the same in another federation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatementKind {
    /// A steward's yes to a plan, with limits.
    Approval,
    /// A steward's no to a plan.
    Refusal,
    /// A steward's yes, taken back.
    Revocation,
    /// An operator's plan.
    Submission,
    /// The federation's members, by its authority.
    Roster,
    /// "This key is that institution's", by an authority that others trust.
    Vouch,
    /// The head of a log, countersigned.
    LogHead,
}

impl StatementKind {
    /// Every kind there is.
    pub const ALL: [StatementKind; 7] = [
        StatementKind::Approval,
        StatementKind::Refusal,
        StatementKind::Revocation,
        StatementKind::Submission,
        StatementKind::Roster,
        StatementKind::Vouch,
        StatementKind::LogHead,
    ];

    fn label(self) -> &'static str {
        match self {
            StatementKind::Approval => "statement.1.approval",
            StatementKind::Refusal => "statement.1.refusal",
            StatementKind::Revocation => "statement.1.revocation",
            StatementKind::Submission => "statement.1.submission",
            StatementKind::Roster => "statement.1.roster",
            StatementKind::Vouch => "statement.1.vouch",
            StatementKind::LogHead => "statement.1.log-head",
        }
    }

    /// Gives what is signed: label, federation, body. The first two can't run into what follows.
    fn message(self, federation: &FederationId, body: &[u8]) -> Vec<u8> {
        [self.label().as_bytes(), b"\0", &federation.0, body].concat()
    }
}

/// Signs a statement.
pub fn sign_statement(
    kind: StatementKind,
    federation: &FederationId,
    body: &[u8],
    signer: &dyn Signer,
) -> Signature {
    signer.sign(&kind.message(federation, body))
}

/// Checks that the owner of `key` signed a statement.
///
/// # Errors
///
/// [`BadSignature`] if it is not this key's for this kind, federation and body.
pub fn verify_statement(
    kind: StatementKind,
    federation: &FederationId,
    body: &[u8],
    signature: &Signature,
    key: &PublicKey,
) -> Result<(), BadSignature> {
    key.verify(&kind.message(federation, body), signature)
}

/// Checks that a party or person that `directory` knows signed a statement.
///
/// # Errors
///
/// [`BadSignature`] if the signer is unknown, or the signature not its for this kind, federation
/// and body.
pub fn verify_statement_by(
    signer: &str,
    kind: StatementKind,
    federation: &FederationId,
    body: &[u8],
    signature: &Signature,
    directory: &dyn Verifier,
) -> Result<(), BadSignature> {
    directory.verify(signer, &kind.message(federation, body), signature)
}
