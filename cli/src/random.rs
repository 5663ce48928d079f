//! Randomness, which the binary takes from the operating system.

use anyhow::Context as _;
use consilium_base::Seed;
use rand::{TryRng as _, rngs::SysRng};

/// Draws a seed.
pub(crate) fn seed() -> anyhow::Result<Seed> {
    let mut bytes = [0; 32];
    SysRng
        .try_fill_bytes(&mut bytes)
        .context("drawing random bytes")?;
    Ok(Seed::from_bytes(bytes))
}
