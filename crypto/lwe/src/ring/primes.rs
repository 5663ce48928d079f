//! Exact products modulo two primes, by number-theoretic transforms of tfhe-ntt.

use consilium_base::SecretVec;
use tfhe_ntt::prime64::Plan;

/// The two largest primes below 2^50 that are 1 modulo 2^13.
///
/// So both have transforms up to N = 4096, and are small enough for the instructions on 52 bits,
/// where the processor has them.
pub(super) const PRIMES: [u64; 2] = [0x3_ffff_ffff_c001, 0x3_ffff_fffc_c001];
pub(super) const PRODUCT: u128 = PRIMES[0] as u128 * PRIMES[1] as u128;

/// The inverse of the first prime modulo the second.
const INVERSE: u64 = inverse(PRIMES[0] % PRIMES[1], PRIMES[1]);
/// ⌊2^64 · INVERSE / the second prime⌋, for products after Shoup.
const INVERSE_SHOUP: u64 = (((INVERSE as u128) << 64) / PRIMES[1] as u128) as u64;

/// Transforms modulo each of two primes.
pub(super) struct Primes([Plan; 2]);

impl Primes {
    pub(super) fn new(degree: usize) -> Primes {
        Primes(PRIMES.map(|prime| {
            Plan::try_new(degree, prime).expect("both primes have transforms of this degree")
        }))
    }

    /// Transforms both limbs in place.
    pub(super) fn forward(&self, limbs: &mut [u64]) {
        let degree = self.0[0].ntt_size();
        for (plan, limb) in self.0.iter().zip(limbs.chunks_exact_mut(degree)) {
            plan.fwd(limb);
        }
    }

    /// Transforms both limbs back in place; they come out N times too large.
    pub(super) fn backward(&self, limbs: &mut [u64]) {
        let degree = self.0[0].ntt_size();
        for (plan, limb) in self.0.iter().zip(limbs.chunks_exact_mut(degree)) {
            plan.inv(limb);
        }
    }

    /// Divides by N what was transformed back.
    pub(super) fn normalise(&self, limbs: &mut [u64]) {
        let degree = self.0[0].ntt_size();
        for (plan, limb) in self.0.iter().zip(limbs.chunks_exact_mut(degree)) {
            plan.normalize(limb);
        }
    }

    /// Adds products, in the domain of the transforms.
    pub(super) fn accumulate(&self, sums: &mut [u64], left: &[u64], right: &[u64]) {
        let degree = self.0[0].ntt_size();
        for (k, plan) in self.0.iter().enumerate() {
            let limb = k * degree..(k + 1) * degree;
            plan.mul_accumulate(&mut sums[limb.clone()], &left[limb.clone()], &right[limb]);
        }
    }

    /// Multiplies an element in the domain of the transforms by a factor, and transforms back.
    pub(super) fn product(&self, element: &[u64], factor: &SecretVec<u64>) -> Vec<u64> {
        let degree = self.0[0].ntt_size();
        let mut product = element.to_vec();
        let limbs = product.chunks_exact_mut(degree);
        let factors = factor.expose().chunks_exact(degree);
        for ((plan, limb), factor) in self.0.iter().zip(limbs).zip(factors) {
            plan.mul_assign_normalize(limb, factor);
            plan.inv(limb);
        }
        product
    }

    /// Transforms a short element.
    pub(super) fn factor(&self, short: &[i8]) -> SecretVec<u64> {
        let mut factor = SecretVec::new(residues(short));
        self.forward(factor.expose_mut());
        factor
    }
}

/// Gives the limbs of a short element.
pub(super) fn residues(short: &[i8]) -> Vec<u64> {
    let limb = |prime: u64| short.iter().map(move |&sign| residue(prime, sign));
    PRIMES.into_iter().flat_map(limb).collect()
}

fn residue(prime: u64, sign: i8) -> u64 {
    let sign = i64::from(sign);
    sign.cast_unsigned()
        .wrapping_add(prime & (sign >> 1).cast_unsigned())
}

/// Puts two residues together: an integer of absolute value below half of the product.
pub(super) fn centre(first: u64, second: u64) -> i128 {
    let value = join(first, second).cast_signed();
    value - (PRODUCT.cast_signed() & -i128::from(value > PRODUCT.cast_signed() / 2))
}

/// Puts two residues together modulo 2^64: an integer of absolute value below a quarter of the product.
pub(super) fn wrap(first: u64, second: u64) -> u64 {
    let steps = steps(first, second);
    let is_negative = u64::from(steps > PRIMES[1] / 2).wrapping_neg();
    first
        .wrapping_add(PRIMES[0].wrapping_mul(steps))
        .wrapping_sub(PRODUCT as u64 & is_negative)
}

/// Puts two residues together: an integer below the product.
pub(super) fn join(first: u64, second: u64) -> u128 {
    u128::from(first) + u128::from(PRIMES[0]) * u128::from(steps(first, second))
}

/// How often the first prime fits into the integer that two residues make.
fn steps(first: u64, second: u64) -> u64 {
    let difference = second + (PRIMES[1] << 1) - first;
    let estimate = ((u128::from(difference) * u128::from(INVERSE_SHOUP)) >> 64) as u64;
    let steps = difference
        .wrapping_mul(INVERSE)
        .wrapping_sub(estimate.wrapping_mul(PRIMES[1]));
    steps - (PRIMES[1] & u64::from(steps >= PRIMES[1]).wrapping_neg())
}

const fn inverse(value: u64, prime: u64) -> u64 {
    let (mut base, mut exponent, mut power) = (value as u128, prime - 2, 1u128);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = power * base % prime as u128;
        }
        base = base * base % prime as u128;
        exponent >>= 1;
    }
    power as u64
}
