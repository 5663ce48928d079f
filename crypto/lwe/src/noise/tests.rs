//! Noise measured, and parameters held against those who published them.

use std::sync::Arc;

use consilium_base::{Generator, Seed};
use rand_core::Rng as _;

use super::*;
use crate::{
    Accumulator, Blocks, FloodShare, Native, Noise, Nonce, Parameters, PrimePair, RawSum,
    Refresher, Residues, RingElement, SecretKeys, Wanted,
};

/// Residuals over the whole of what was added, of raw and of returned sums.
struct Measured {
    packing: Packing,
    rows: u64,
    raw: Vec<f64>,
    returned: Vec<f64>,
}

/// Sparse subsets, as bins are: the noise of dense ones is much the same for all.
fn measure<R: Ring>(rows: usize, shared: u32, candidates: usize, one_in: u8) -> Measured {
    let mut rng = Seed::from_bytes([5; 32]).generator();
    let ring = Arc::new(R::new());
    let packing = Packing::new::<R>(shared).unwrap();
    let keys = SecretKeys::<R>::random(&ring, &mut rng);
    let raw = add_up(
        (&ring, &keys),
        packing,
        (rows, candidates, one_in),
        &mut rng,
    );
    Measured {
        packing,
        rows: rows as u64 / u64::from(one_in) * u64::from(shared),
        raw: residuals(&keys, &raw, |sum| {
            let all: Vec<u16> = (0..shared as u16).collect();
            (all, sum.mask.clone(), sum.bodies.clone())
        }),
        returned: returned(&ring, &keys, &raw, &mut rng),
    }
}

/// Sums of zeros.
fn add_up<R: Ring>(
    (ring, keys): (&Arc<R>, &SecretKeys<R>),
    packing: Packing,
    (rows, candidates, one_in): (usize, usize, u8),
    rng: &mut Generator,
) -> Vec<RawSum<R>> {
    let zeros = vec![0; rows];
    let encrypted = keys.encrypt(packing, [&zeros, &zeros], rng).unwrap();
    let blocks = Blocks::read(&**ring, packing, &encrypted, rows).unwrap();
    let mut sums = Accumulator::new(ring, packing, candidates);
    sums.add(&blocks, 0..blocks.count(), |_, members| {
        rng.fill_bytes(members);
        for member in members {
            *member = u8::from(*member % one_in == 0);
        }
    });
    sums.finish()
}

fn refresher<R: Ring>(ring: &Arc<R>, keys: &SecretKeys<R>, rng: &mut Generator) -> Refresher<R> {
    let nonces = [(); 2].map(|()| Nonce::random(rng));
    let element = RingElement::agree(&**ring, b"run", nonces[0], nonces[1]);
    let key = keys.refresh_key(&element, rng);
    Refresher::new(ring, element, &key).unwrap()
}

fn returned<R: Ring>(
    ring: &Arc<R>,
    keys: &SecretKeys<R>,
    raw: &[RawSum<R>],
    rng: &mut Generator,
) -> Vec<f64> {
    let refresher = refresher(ring, keys, rng);
    let mut rng = Seed::from_bytes([rng.next_u32() as u8; 32]).generator();
    residuals(keys, raw, |sum| {
        let slots = 0..sum.packing.candidates() as u16;
        let wanted: Vec<Wanted> = slots.map(Wanted::exact).collect();
        let returned = refresher.refresh(sum, &wanted, FloodShare::WHOLE, &mut rng);
        let parts = returned.unwrap().read(&**ring, sum.packing).unwrap();
        (parts.slots, parts.mask, parts.bodies)
    })
}

type Ciphertext = (Vec<u16>, Vec<u64>, [Vec<u64>; 2]);

/// Of zeros all that is left is noise.
fn residuals<R: Ring>(
    keys: &SecretKeys<R>,
    raw: &[RawSum<R>],
    mut ciphertext: impl FnMut(&RawSum<R>) -> Ciphertext,
) -> Vec<f64> {
    let mut residuals = Vec::new();
    for sum in raw {
        let (slots, mask, bodies) = ciphertext(sum);
        let all = sum.packing.places();
        let places: Vec<usize> = slots.iter().map(|&slot| all[usize::from(slot)]).collect();
        for (key, body) in bodies.iter().enumerate() {
            let lifted = keys.lifted(key, &mask, body, &places);
            residuals.extend(lifted.into_iter().map(|lifted| lifted as f64));
        }
    }
    residuals
}

fn deviation(residuals: &[f64]) -> f64 {
    let squares: f64 = residuals.iter().map(|r| r * r).sum();
    (squares / residuals.len() as f64).sqrt()
}

fn worst(residuals: &[f64]) -> f64 {
    residuals.iter().fold(0.0, |worst, r| worst.max(r.abs()))
}

/// The most that one row adds to the noise of one coefficient; of Gaussian noise twelve deviations,
/// which a draw exceeds with a probability below 2^−100.
fn row_bound<R: Ring>() -> f64 {
    let fresh = match R::PARAMETERS.fresh {
        Noise::TUniform(log2) => f64::from(log2).exp2(),
        Noise::Gaussian(deviation) => 12.0 * deviation,
    };
    fresh + (f64::from(R::PARAMETERS.body_drops).exp2() / 2.0).floor()
}

fn noise_is_what_the_formulas_say<R: Ring>() {
    let measured = measure::<R>(R::PARAMETERS.degree, 32, 256, 32);
    let rows = measured.rows as f64;
    let raw = deviation(&measured.raw) / (rows * row_variance::<R>()).sqrt();
    let returned = deviation(&measured.returned)
        / returned_variance::<R>(measured.packing, measured.rows).sqrt();
    // 512 draws: the deviation of a deviation is 3 in a hundred.
    assert!((0.87..1.13).contains(&raw), "raw {raw}");
    assert!((0.87..1.13).contains(&returned), "returned {returned}");
    assert!(worst(&measured.raw) <= rows * row_bound::<R>());
    assert!(worst(&measured.returned) <= residual_limit::<R>(measured.packing) as f64);
}

#[test]
fn noise_of_set_a_is_what_the_formulas_say() {
    noise_is_what_the_formulas_say::<Native>();
}

#[test]
fn noise_of_set_b_is_what_the_formulas_say() {
    noise_is_what_the_formulas_say::<PrimePair>();
}

#[test]
fn noise_of_a_sum_over_parties_is_what_the_formula_says() {
    let (parties, degree, shared) = (3, Native::PARAMETERS.degree, 32_u16);
    let share = FloodShare::among(2);
    let mut rng = Seed::from_bytes([6; 32]).generator();
    let ring = Arc::new(Native::new());
    let packing = Packing::new::<Native>(shared.into()).unwrap();
    let keys = SecretKeys::<Native>::random(&ring, &mut rng);
    let wanted: Vec<Wanted> = (0..shared).map(Wanted::exact).collect();
    let mut totals: Vec<Vec<u64>> = vec![vec![0; Residues::count(wanted.len())]; 8];
    let mut of_one = Vec::new();
    for _ in 0..parties {
        of_one = add_up((&ring, &keys), packing, (degree, 256, 32), &mut rng);
        let refresher = refresher(&ring, &keys, &mut rng);
        for (total, raw) in totals.iter_mut().zip(&of_one) {
            let residues = refresher.refresh_residues(raw, &wanted, share, &mut rng);
            for (word, own) in total.iter_mut().zip(residues.unwrap().words()) {
                *word = word.wrapping_add(*own);
            }
        }
    }
    let mut totals = totals.iter();
    let measured = residuals(&keys, &of_one, |_| {
        let (mask, bodies) = totals.next().unwrap().split_at(degree);
        let (g, h) = bodies.split_at(wanted.len());
        let bodies = [g.to_vec(), h.to_vec()];
        ((0..shared).collect(), mask.to_vec(), bodies)
    });
    let rows = u64::from(parties) * degree as u64;
    let expected = Residues::variance(packing, rows, parties, share).sqrt();
    let measured = deviation(&measured) / expected;
    // 512 draws: the deviation of a deviation is 3 in a hundred.
    assert!((0.87..1.13).contains(&measured), "{measured}");
    assert!(Residues::leave_room(packing, rows, parties, share));
    assert!(!Residues::leave_room(
        packing,
        rows,
        parties,
        FloodShare::WHOLE
    ));
}

#[test]
#[ignore = "slow: 65,536 rows, all candidates of eight features"]
fn noise_of_many_rows_is_within_its_bound() {
    // The bins of eight features, and halves of all rows.
    for measured in [
        measure::<Native>(65_536, 8, 248, 32),
        measure::<Native>(65_536, 8, 248, 2),
    ] {
        let variance = measured.rows as f64 * row_variance::<Native>();
        let returned = returned_variance::<Native>(measured.packing, measured.rows);
        let limit = residual_limit::<Native>(measured.packing) as f64;
        println!(
            "{{\"check\": \"lwe-noise\", \"rows\": {}, \"raw_log2\": {:.2}, \"raw_worst_log2\": {:.2}, \
             \"raw_expected_log2\": {:.2}, \"returned_log2\": {:.3}, \"returned_worst_log2\": {:.2}, \
             \"returned_expected_log2\": {:.3}, \"limit_log2\": {:.2}}}",
            measured.rows,
            deviation(&measured.raw).log2(),
            worst(&measured.raw).log2(),
            variance.sqrt().log2(),
            deviation(&measured.returned).log2(),
            worst(&measured.returned).log2(),
            returned.sqrt().log2(),
            limit.log2(),
        );
        assert!(worst(&measured.raw) < 6.0 * variance.sqrt());
        assert!(worst(&measured.returned) < limit);
    }
}

#[test]
fn noise_of_set_a_is_no_less_than_tfhe_asks_for() {
    // `minimal_lwe_bound_for_132_bits_security_tuniform` of tfhe 1.8.2, in
    // core_crypto/commons/noise_formulas/secure_noise.rs: uniform noise below 2^b, where N numbers of
    // the secret are binary.
    let Parameters {
        degree,
        modulus_log2,
        fresh,
        ..
    } = Native::PARAMETERS;
    let least = -0.025_167_785 * degree as f64 + modulus_log2 + 4.100_671_000_000_01;
    assert_eq!(fresh, Noise::TUniform(17));
    assert!((16.0..17.0).contains(&least), "{least}");
}

#[test]
fn set_b_stays_within_the_table_of_the_standard() {
    // HomomorphicEncryption.org (2018), table 1: 128 bits, secret in {−1, 0, 1}, σ ≈ 3.2.
    let parameters = PrimePair::PARAMETERS;
    assert_eq!(parameters.degree, 4096);
    assert!(parameters.modulus_log2 <= 109.0);
    assert_eq!(parameters.fresh, Noise::Gaussian(3.2));
    assert_eq!(parameters.secret, Short::Ternary);
    // 2^−40 over ten trees of five levels and a thousand candidates, if each returns alone.
    let packing = Packing::new::<PrimePair>(1).unwrap();
    let leak = Leak::of_study::<PrimePair>(packing, 10, 5, 1000);
    assert!(leak.total_variation() < (-40f64).exp2());
}

#[test]
fn smaller_sums_leave_room_for_a_larger_flood() {
    let packing = Packing::new::<Native>(8).unwrap();
    let smaller = packing.with_sums_below::<Native>(25).unwrap();
    assert_eq!(smaller.scale_log2::<Native>(), 38);
    let [full, less] = [packing, smaller].map(Leak::of_sum::<Native>);
    assert!((full.rho / less.rho - 256.0).abs() < 1e-6);
    assert!(packing.with_sums_below::<Native>(30).is_err());
}

#[test]
fn rows_are_too_many_where_their_noise_comes_near_the_limit() {
    fn most<R: Ring>(candidates: u32) -> u32 {
        let packing = Packing::new::<R>(candidates).unwrap();
        let rows = |log2: u32| u64::from(candidates) << log2;
        (0..40)
            .filter(|log2| leaves_room::<R>(packing, rows(*log2)))
            .count() as u32
            - 1
    }
    assert_eq!([1, 8, 512].map(most::<Native>), [24, 21, 15]);
    assert_eq!([1, 8, 512].map(most::<PrimePair>), [39, 39, 39]);
}

#[test]
fn the_limit_leaves_room_for_the_flood() {
    fn deviations<R: Ring>() -> f64 {
        let packing = Packing::new::<R>(1).unwrap();
        let variance = returned_variance::<R>(packing, 1 << 20);
        residual_limit::<R>(packing) as f64 / variance.sqrt()
    }
    // A Gaussian beyond 7.3 deviations has a probability below 2^−41.
    assert!(deviations::<Native>() > 7.3);
    assert!(deviations::<PrimePair>() > 9.0);
}
