//! The label holder opens sums.

use std::ops::RangeInclusive;

use crate::{Breach, LweError, Packing, Returned, Ring, SecretKeys, messages::Parts, noise};

/// The sums of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The slot.
    pub slot: u16,
    /// Its two sums.
    pub sums: [i64; 2],
}

impl<R: Ring> SecretKeys<R> {
    /// Opens the slots that a feature holder returned, ascending.
    ///
    /// `allowed` says where each of the two sums can lie.
    ///
    /// # Errors
    ///
    /// A [`Breach`] if the bytes have not their shape, if the noise exceeds
    /// 15/16 of half of the scale, or a sum lies where it can't. A feature holder can
    /// still shift a sum within these limits.
    pub fn open(
        &self,
        packing: Packing,
        returned: &Returned,
        allowed: &[RangeInclusive<i64>; 2],
    ) -> Result<Vec<Opened>, LweError> {
        let parts = returned.read(self.ring(), packing)?;
        self.open_parts(packing, &parts, allowed)
    }

    pub(crate) fn open_parts(
        &self,
        packing: Packing,
        parts: &Parts,
        allowed: &[RangeInclusive<i64>; 2],
    ) -> Result<Vec<Opened>, LweError> {
        let all = packing.places();
        let places: Vec<usize> = parts.slots.iter().map(|&s| all[usize::from(s)]).collect();
        let mut opened: Vec<Opened> = parts
            .slots
            .iter()
            .map(|&slot| Opened { slot, sums: [0; 2] })
            .collect();
        for (key, allowed) in allowed.iter().enumerate() {
            let lifted = self.lifted(key, &parts.mask, &parts.bodies[key], &places);
            for (opened, lifted) in opened.iter_mut().zip(lifted) {
                opened.sums[key] = unlift::<R>(packing, lifted, allowed)?;
            }
        }
        Ok(opened)
    }

    /// Gives Δ·sum + noise.
    pub(crate) fn lifted(
        &self,
        key: usize,
        mask: &[u64],
        body: &[u64],
        places: &[usize],
    ) -> Vec<i128> {
        let mut lifted = body.to_vec();
        let product = self
            .ring()
            .coefficients(mask, self.short[key].expose(), places);
        self.ring().subtract(&mut lifted, &product);
        self.ring().centred(&lifted)
    }
}

fn unlift<R: Ring>(
    packing: Packing,
    lifted: i128,
    allowed: &RangeInclusive<i64>,
) -> Result<i64, LweError> {
    let scale_log2 = packing.scale_log2::<R>();
    let sum = (lifted + (1 << (scale_log2 - 1))) >> scale_log2;
    let residual = (lifted - (sum << scale_log2)).unsigned_abs();
    let limit = noise::residual_limit::<R>(packing);
    if residual > limit {
        return Err(Breach::TooNoisy {
            log2: log2_up(residual),
            limit_log2: log2_up(limit),
        }
        .into());
    }
    match i64::try_from(sum) {
        Ok(sum) if allowed.contains(&sum) => Ok(sum),
        _ => Err(Breach::OutOfRange {
            allowed: allowed.clone(),
        }
        .into()),
    }
}

fn log2_up(value: u128) -> u32 {
    value.checked_next_power_of_two().map_or(128, u128::ilog2)
}
