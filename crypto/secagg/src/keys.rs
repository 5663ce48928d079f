//! Keys of one sum and the seeds that two parties agree on: X25519 and ML-KEM-768 together.
//!
//! # Discussion
//!
//! Up to a hundred contributors agree with each other, all anew for a sum: at a hundred thousand
//! values that is most of the work. AWS-LC's X25519 takes half of dalek's time and gives the same
//! bytes.

use std::fmt;

use aws_lc_rs::agreement::{self, PrivateKey, UnparsedPublicKey, X25519};
use consilium_base::kem::{self, DecapsulationKey, EncapsulationKey};
use consilium_base::{Digest, Secret, Seed, Tagged};

/// Bytes of an X25519 key.
const EXCHANGE_LEN: usize = 32;

/// Bytes of an ML-KEM-768 encapsulation key.
pub(crate) const KEM_KEY_LEN: usize = EncapsulationKey::LEN;

/// Bytes of an ML-KEM-768 ciphertext.
pub(crate) const CAPSULE_LEN: usize = size_of::<kem::Capsule>();

/// Bytes of both public keys.
pub(crate) const PUBLIC_LEN: usize = EXCHANGE_LEN + KEM_KEY_LEN;

/// The public keys of one party for one sum.
#[derive(Clone)]
pub(crate) struct PublicKeys {
    kem: EncapsulationKey,
    bytes: [u8; PUBLIC_LEN],
}

impl PublicKeys {
    /// Reads public keys; nothing if the second is malformed.
    pub(crate) fn from_bytes(bytes: &[u8; PUBLIC_LEN]) -> Option<PublicKeys> {
        let kem = EncapsulationKey::from_bytes(bytes.last_chunk()?)?;
        Some(PublicKeys { kem, bytes: *bytes })
    }

    fn exchange(&self) -> &[u8] {
        &self.bytes[..EXCHANGE_LEN]
    }

    pub(crate) fn as_bytes(&self) -> &[u8; PUBLIC_LEN] {
        &self.bytes
    }
}

impl fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicKeys")
            .field(&self.exchange())
            .finish_non_exhaustive()
    }
}

/// One party's keys for one sum, all derived from a seed of 32 bytes.
///
/// The seed is what is shared among the neighbours: who restores it can recompute every pairwise
/// mask of the party, its encapsulations among them.
pub(crate) struct KeyPair {
    seed: Seed,
    exchange: PrivateKey,
    kem: DecapsulationKey,
    public: PublicKeys,
}

impl KeyPair {
    pub(crate) fn from_seed(seed: Seed) -> KeyPair {
        let exchange = seed.derive("secagg.1.x25519", &[]);
        let exchange = PrivateKey::from_private_key(&X25519, exchange.expose())
            .expect("any 32 bytes are a key of X25519");
        let shown = exchange
            .compute_public_key()
            .expect("X25519 keys have a public half");
        let seed_of_kem: Secret<[u8; 64]> =
            Tagged::new("secagg.1.ml-kem").field(seed.expose()).secret();
        let (decapsulation, kem) = DecapsulationKey::from_seed(&seed_of_kem);
        let mut bytes = [0; PUBLIC_LEN];
        bytes[..EXCHANGE_LEN].copy_from_slice(shown.as_ref());
        bytes[EXCHANGE_LEN..].copy_from_slice(kem.as_bytes());
        let public = PublicKeys { kem, bytes };
        KeyPair {
            seed,
            exchange,
            kem: decapsulation,
            public,
        }
    }

    pub(crate) fn seed(&self) -> &Seed {
        &self.seed
    }

    pub(crate) fn public(&self) -> &PublicKeys {
        &self.public
    }

    /// Encapsulates a secret to a peer: always the same to the same peer.
    pub(crate) fn encapsulate(&self, peer: &PublicKeys) -> Capsule {
        let randomness = self.seed.derive("secagg.1.encapsulation", &[&peer.bytes]);
        let (bytes, secret) = peer.kem.encapsulate(randomness.expose());
        Capsule { bytes, secret }
    }

    /// Opens what a peer encapsulated to this party.
    pub(crate) fn decapsulate(&self, capsule: &[u8; CAPSULE_LEN]) -> Capsule {
        Capsule {
            bytes: *capsule,
            secret: self.kem.decapsulate(capsule),
        }
    }

    /// Agrees with a peer on the seed of their common mask; nothing if its key is of small order.
    ///
    /// The seed hashes both shared secrets, both parties' keys, the capsule and the set-up, which
    /// in turn stands for run, terms and roster.
    pub(crate) fn agree(
        &self,
        peer: &PublicKeys,
        capsule: &Capsule,
        setup: &Digest,
    ) -> Option<Secret<[u8; 32]>> {
        let (one, other) = (self.public.bytes.as_slice(), peer.bytes.as_slice());
        let exchange = UnparsedPublicKey::new(&X25519, peer.exchange());
        // The exchange fails where the secret would be all zeros.
        let agreed = agreement::agree(&self.exchange, exchange, (), |exchanged| {
            let hash = Tagged::new("secagg.1.pairwise-seed")
                .field(exchanged)
                .field(capsule.secret.expose())
                .field(one.min(other))
                .field(one.max(other))
                .field(&capsule.bytes)
                .field(setup);
            Ok(hash.secret())
        });
        agreed.ok()
    }
}

/// An encapsulated secret, known to both its ends.
pub(crate) struct Capsule {
    pub(crate) bytes: [u8; CAPSULE_LEN],
    secret: Secret<[u8; 32]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(byte: u8) -> KeyPair {
        KeyPair::from_seed(Seed::from_bytes([byte; 32]))
    }

    #[test]
    fn both_ends_and_whoever_restores_a_seed_agree_on_the_mask() {
        let (a, b, setup) = (pair(1), pair(2), [9; 32]);
        let capsule = a.encapsulate(b.public());
        let at_a = a.agree(b.public(), &capsule, &setup).unwrap();
        let at_b = b
            .agree(a.public(), &b.decapsulate(&capsule.bytes), &setup)
            .unwrap();
        let again = pair(1);
        let restored = again.encapsulate(b.public());
        let at_restorer = again.agree(b.public(), &restored, &setup).unwrap();
        assert_eq!(at_a.expose(), at_b.expose());
        assert_eq!(at_a.expose(), at_restorer.expose());
    }

    #[test]
    fn another_set_up_gives_another_mask() {
        let (a, b) = (pair(1), pair(2));
        let capsule = a.encapsulate(b.public());
        let one = a.agree(b.public(), &capsule, &[0; 32]).unwrap();
        let other = a.agree(b.public(), &capsule, &[1; 32]).unwrap();
        assert_ne!(one.expose(), other.expose());
    }

    #[test]
    fn a_key_of_small_order_is_refused() {
        let (a, b) = (pair(1), pair(2));
        let capsule = a.encapsulate(b.public());
        let mut bytes = *b.public().as_bytes();
        bytes[..32].fill(0);
        let forged = PublicKeys::from_bytes(&bytes).unwrap();
        assert!(a.agree(&forged, &capsule, &[0; 32]).is_none());
    }
}
