//! ML-KEM-768 (FIPS 203), the post-quantum half of every exchange.
//!
//! A thin coat over libcrux, whose ML-KEM is formally verified for the most part and takes a
//! quarter of the time of a scalar one. Randomness is the caller's: some callers draw it, others
//! derive it from a seed that can be restored. `docs/adr/0007-ml-kem-from-libcrux.md` tells why libcrux.

use std::fmt;

use libcrux_ml_kem::mlkem768::{self, MlKem768PrivateKey, MlKem768PublicKey};
use zeroize::Zeroize as _;

use crate::Secret;

/// A key to which secrets can be encapsulated, of the right form.
#[derive(Clone)]
pub struct EncapsulationKey(MlKem768PublicKey);

impl EncapsulationKey {
    /// Bytes of a key.
    pub const LEN: usize = 1184;

    /// Reads a key; nothing if it fails the modulus check of FIPS 203, section 7.2.
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Option<EncapsulationKey> {
        let key = MlKem768PublicKey::from(bytes);
        mlkem768::validate_public_key(&key).then_some(EncapsulationKey(key))
    }

    /// Gives the key's bytes.
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        self.0.as_slice()
    }

    /// Encapsulates a secret under 32 bytes of randomness.
    ///
    /// # Security
    ///
    /// Whoever knows the randomness knows the secret.
    pub fn encapsulate(&self, randomness: &[u8; 32]) -> (Capsule, Secret<[u8; 32]>) {
        let (capsule, mut secret) = mlkem768::encapsulate(&self.0, *randomness);
        (capsule.into(), custody(&mut secret))
    }
}

impl fmt::Debug for EncapsulationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncapsulationKey")
    }
}

/// The ciphertext that carries an encapsulated secret.
pub type Capsule = [u8; 1088];

/// A key that opens capsules.
///
/// # Security
///
/// It is wiped on drop, and lies on the heap so that moves leave no copies. libcrux doesn't wipe
/// what it keeps on the stack while it works.
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct DecapsulationKey(Box<MlKem768PrivateKey>);

impl DecapsulationKey {
    /// Makes a pair of keys from 64 bytes of randomness (d and z of FIPS 203, section 7.1).
    pub fn from_seed(seed: &Secret<[u8; 64]>) -> (DecapsulationKey, EncapsulationKey) {
        let (key, public) = mlkem768::generate_key_pair(*seed.expose()).into_parts();
        (DecapsulationKey(Box::new(key)), EncapsulationKey(public))
    }

    /// Opens a capsule. A forged one gives a secret that nobody else knows, never an error.
    pub fn decapsulate(&self, capsule: &Capsule) -> Secret<[u8; 32]> {
        custody(&mut mlkem768::decapsulate(&self.0, &capsule.into()))
    }
}

impl Drop for DecapsulationKey {
    fn drop(&mut self) {
        self.0[..MlKem768PrivateKey::len()].zeroize();
    }
}

/// Takes a secret into custody and wipes where it lay.
fn custody(secret: &mut [u8; 32]) -> Secret<[u8; 32]> {
    let kept = Secret::new(*secret);
    secret.zeroize();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_hold_the_same_secret() {
        let (key, public) = DecapsulationKey::from_seed(&Secret::new([1; 64]));
        let (capsule, secret) = public.encapsulate(&[2; 32]);
        assert_eq!(key.decapsulate(&capsule).expose(), secret.expose());
    }

    #[test]
    fn a_forged_capsule_gives_another_secret() {
        let (key, public) = DecapsulationKey::from_seed(&Secret::new([1; 64]));
        let (mut capsule, secret) = public.encapsulate(&[2; 32]);
        capsule[7] ^= 1;
        assert_ne!(key.decapsulate(&capsule).expose(), secret.expose());
    }

    #[test]
    fn bytes_beyond_the_modulus_are_no_key() {
        assert!(EncapsulationKey::from_bytes(&[0xff; EncapsulationKey::LEN]).is_none());
    }
}
