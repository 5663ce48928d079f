//! What protocols ask of signatures.

/// A signature of 64 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

/// A signature that is not the party's over the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSignature {
    /// No key of that party is known.
    #[error("no key of the signer is known")]
    UnknownParty,
    /// The signature does not belong to this message and key.
    #[error("the signature does not verify")]
    Mismatch,
}

/// Signs as this party.
pub trait Signer: Send + Sync {
    /// Signs a message; the message begins with the label of its step.
    fn sign(&self, message: &[u8]) -> Signature;
}

/// Knows the parties' keys.
pub trait Verifier: Send + Sync {
    /// Checks that `party` signed `message`.
    ///
    /// # Errors
    ///
    /// If no key of the party is known or the signature does not verify.
    fn verify(
        &self,
        party: &str,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature>;
}
