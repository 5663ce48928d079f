//! The steps of the handshake: key shares, the transcript, and the keys that come of them.
//!
//! `X`, `Y` are the X25519 shares of initiator and responder, `ek` the initiator's ML-KEM-768
//! key, `ct` the ciphertext under it, `N` and `M` the nonces, as in docs/protocols/sealing.md.

use consilium_base::kem::{Capsule, DecapsulationKey, EncapsulationKey};
use consilium_base::{Digest, Secret, Tagged};
use rand_core::CryptoRng;
use x25519_dalek::{EphemeralSecret, PublicKey, SharedSecret};
use zeroize::Zeroize;

const SHARE: usize = 32;
const NONCE: usize = 32;
const CIPHERTEXT: usize = size_of::<Capsule>();

/// Bytes of the initiator's first message: N, X, ek.
pub(super) const HELLO: usize = NONCE + SHARE + EncapsulationKey::LEN;
/// Bytes of the responder's message before its signature: M, Y, ct.
pub(super) const REPLY: usize = NONCE + SHARE + CIPHERTEXT;

/// The key of each direction.
pub(super) struct DirectionKeys {
    pub(super) to_responder: Secret<[u8; 32]>,
    pub(super) to_initiator: Secret<[u8; 32]>,
}

/// Draws bytes that nobody else knows.
fn drawn<const N: usize>(rng: &mut impl CryptoRng) -> Secret<[u8; N]>
where
    [u8; N]: Zeroize,
{
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    let kept = Secret::new(bytes);
    bytes.zeroize();
    kept
}

/// What the initiator keeps between its hello and the answer to it.
pub(super) struct Offer {
    x: EphemeralSecret,
    decapsulation: DecapsulationKey,
}

impl Offer {
    /// Draws the initiator's secrets; gives its hello.
    pub(super) fn random(rng: &mut impl CryptoRng) -> (Offer, [u8; HELLO]) {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let x = EphemeralSecret::random_from_rng(rng);
        let (decapsulation, encapsulation) = DecapsulationKey::from_seed(&drawn(rng));
        let mut hello = [0; HELLO];
        let (n, shares) = hello.split_at_mut(NONCE);
        let (share, key) = shares.split_at_mut(SHARE);
        n.copy_from_slice(&nonce);
        share.copy_from_slice(PublicKey::from(&x).as_bytes());
        key.copy_from_slice(encapsulation.as_bytes());
        (Offer { x, decapsulation }, hello)
    }

    /// Agrees on the keys. `None` if the responder's share adds nothing.
    pub(super) fn agree(self, reply: &[u8; REPLY], transcript: &Digest) -> Option<DirectionKeys> {
        let (_, shares) = reply.split_first_chunk::<NONCE>()?;
        let (share, ciphertext) = shares.split_first_chunk::<SHARE>()?;
        let quantum = self.decapsulation.decapsulate(ciphertext.try_into().ok()?);
        let classical = self.x.diffie_hellman(&PublicKey::from(*share));
        derive(&classical, quantum.expose(), transcript)
    }
}

/// What the responder keeps between its answer and the confirmation of it.
pub(super) struct Agreement {
    classical: SharedSecret,
    quantum: Secret<[u8; 32]>,
}

impl Agreement {
    /// Draws the responder's secrets; gives its reply. `None` if the hello holds no ML-KEM key.
    pub(super) fn random(
        hello: &[u8; HELLO],
        rng: &mut impl CryptoRng,
    ) -> Option<(Agreement, [u8; REPLY])> {
        let (_, shares) = hello.split_first_chunk::<NONCE>()?;
        let (share, key) = shares.split_first_chunk::<SHARE>()?;
        let key = EncapsulationKey::from_bytes(key.try_into().ok()?)?;
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let y = EphemeralSecret::random_from_rng(rng);
        let (ciphertext, quantum) = key.encapsulate(drawn(rng).expose());
        let mut reply = [0; REPLY];
        let (m, shares) = reply.split_at_mut(NONCE);
        let (own_share, text) = shares.split_at_mut(SHARE);
        m.copy_from_slice(&nonce);
        own_share.copy_from_slice(PublicKey::from(&y).as_bytes());
        text.copy_from_slice(&ciphertext);
        let classical = y.diffie_hellman(&PublicKey::from(*share));
        Some((Agreement { classical, quantum }, reply))
    }

    /// Agrees on the keys. `None` if the initiator's share adds nothing.
    pub(super) fn agree(self, transcript: &Digest) -> Option<DirectionKeys> {
        derive(&self.classical, self.quantum.expose(), transcript)
    }
}

/// Gives the keys of both directions: they hold as long as one of the two secrets does.
pub(super) fn derive(
    classical: &SharedSecret,
    quantum: &[u8],
    transcript: &Digest,
) -> Option<DirectionKeys> {
    let key = |direction: &[u8]| {
        Tagged::new("seal.1.key")
            .field(classical.as_bytes())
            .field(quantum)
            .field(transcript)
            .field(direction)
            .secret()
    };
    classical.was_contributory().then(|| DirectionKeys {
        to_responder: key(b"to responder"),
        to_initiator: key(b"to initiator"),
    })
}

/// Gives the bytes that a party signs: the label of its step, then the transcript.
pub(super) fn statement(step: &'static str, transcript: &Digest) -> Vec<u8> {
    [step.as_bytes(), b"\0", transcript].concat()
}
