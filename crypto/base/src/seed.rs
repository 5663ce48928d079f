//! Seeds, and generators grown from them.

use rand_core::{CryptoRng, Infallible, SeedableRng, TryCryptoRng, TryRng};
use zeroize::Zeroize;

use crate::{Secret, Tagged};

/// Thirty-two secret bytes from which other secrets are derived.
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct Seed(Secret<[u8; 32]>);

impl Seed {
    /// Draws a seed.
    pub fn random(rng: &mut (impl CryptoRng + ?Sized)) -> Seed {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        let seed = Seed::from_bytes(bytes);
        bytes.zeroize();
        seed
    }

    /// Takes bytes that are uniform and secret already.
    pub fn from_bytes(bytes: [u8; 32]) -> Seed {
        Seed(Secret::new(bytes))
    }

    /// Derives a seed for one purpose; `fields` tell its uses apart.
    #[must_use]
    pub fn derive(&self, label: &'static str, fields: &[&[u8]]) -> Seed {
        let keyed = Tagged::new(label).field(self.expose());
        let hash = fields.iter().fold(keyed, |hash, field| hash.field(field));
        Seed(hash.secret())
    }

    /// Grows a generator: the same seed, the same numbers.
    pub fn generator(&self) -> Generator {
        Generator(rand_chacha::ChaCha20Rng::from_seed(*self.expose()))
    }

    /// Shows the bytes.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

/// A cryptographic generator grown from a [`Seed`]: ChaCha20.
#[expect(missing_debug_implementations, reason = "its state is a secret")]
pub struct Generator(rand_chacha::ChaCha20Rng);

impl TryRng for Generator {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

impl TryCryptoRng for Generator {}
