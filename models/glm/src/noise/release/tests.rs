use consilium_base::Seed;
use consilium_evaluation::Range;
use consilium_secagg::Bits;
use proptest::prelude::*;

use super::*;
use crate::{Column, ConstantColumns, Specification, noise::Descent, specification::Kind};

const NOISE: Noise = Noise {
    epsilon: 2.0,
    delta: 1e-5,
    clip: 1.5,
    honest: 3,
};

/// Two numbers and a 0/1 column; four contributors of at most a hundred rows, four steps.
fn regression(noise: Noise) -> Regression {
    let number = Kind::Number(Range::new(-2.0, 2.0).unwrap());
    let kinds = [("dose", number), ("age", number), ("sex", Kind::Binary)];
    let column = |(name, kind): (&str, Kind)| Column {
        name: name.to_owned(),
        kind,
        mark_missing: false,
    };
    Regression::try_from(Specification {
        family: Family::Logistic,
        columns: kinds.map(column).to_vec(),
        labels: Range::ZERO_TO_ONE,
        penalty: 0.0,
        minimum_count: 1,
        partitions: Vec::new(),
        constant_columns: ConstantColumns::Refuse,
        most_rows: 100,
        most_contributors: 4,
        bits: Bits::WIDEST,
        steps: Some(4),
        noise: Some(noise),
    })
    .unwrap()
}

fn candidate(regression: &Regression, coefficients: [f64; 4]) -> Candidate {
    Candidate {
        coefficients: coefficients.to_vec(),
        ..Descent::begin(regression).candidate
    }
}

fn release(regression: &Regression, candidate: &Candidate) -> Release {
    Release::new(regression, candidate).unwrap().unwrap()
}

fn table(regression: &Regression, rows: &[([f64; 3], bool)]) -> Table {
    let features = rows.iter().flat_map(|(values, _)| *values).collect();
    let labels = rows.iter().map(|(_, label)| f64::from(*label)).collect();
    Table::new(regression, features, labels).unwrap()
}

/// ρ of each of five releases is (√(ln 10⁵ + 2) − √(ln 10⁵))² / 5 = 0.016 009 07: of the gradient's
/// noise the honest three together have 1.5²/(2ρ), of the information's (1.5²/4)²/(2ρ).
#[test]
fn noise_of_a_sum_has_the_variance_that_is_declared() {
    const DRAWS: u8 = 250;
    const RHO: f64 = 0.016_009_07;
    let regression = regression(NOISE);
    let zero = candidate(&regression, [0.0; 4]);
    let (release, nobody) = (release(&regression, &zero), table(&regression, &[]));
    // Squares of 1.5 and of 0.5625.
    let parts = [
        (Some(release.gradient), 2.25),
        (release.information, 0.316_406_25),
    ];
    for (part, square) in parts {
        let part = part.expect("the first sum has both");
        let own = part.variance.get() as f64 * part.quantum.powi(2);
        let declared = square / (2.0 * RHO) / 3.0;
        // Rounding makes it larger by some 10⁻⁵.
        assert!((own / declared - 1.0).abs() < 1e-4, "{own} {declared}");
    }
    let mut squares = [0.0, 0.0];
    for seed in 0..DRAWS {
        let mut rng = Seed::from_bytes([seed; 32]).generator();
        let sums = release.add_up(&nobody, &zero, &mut rng).sums;
        assert_eq!(sums.len(), 4 + 10);
        let square = |sums: &[f64]| sums.iter().map(|y| y * y).sum::<f64>() / sums.len() as f64;
        squares[0] += square(&sums[..4]) / f64::from(DRAWS);
        squares[1] += square(&sums[4..]) / f64::from(DRAWS);
    }
    // Squares of 1.5 and of 0.5625, and how many elements have such noise.
    for (square, (sensitivity, elements)) in
        squares.into_iter().zip([(2.25, 4.0), (0.316_406_25, 10.0)])
    {
        let ratio = square / (sensitivity / (2.0 * RHO) / 3.0);
        // Five standard deviations of a mean of squares.
        let blur = 5.0 * (2.0 / (f64::from(DRAWS) * elements)).sqrt();
        assert!((ratio - 1.0).abs() < blur, "{ratio} {blur}");
    }
}

#[test]
fn quanta_are_fine_beside_the_noise_and_whole_numbers_pass_unchanged() {
    let regression = regression(NOISE);
    let zero = candidate(&regression, [0.0; 4]);
    let release = release(&regression, &zero);
    for part in [Some(release.gradient), release.information]
        .into_iter()
        .flatten()
    {
        let quanta = (part.variance.get() as f64).sqrt();
        assert!((2_f64.powi(FINENESS)..2_f64.powi(FINENESS + 1) + 2.0).contains(&quanta));
        assert!(part.quantum.log2().fract().abs() < f64::EPSILON);
    }
    let own = table(&regression, &[([0.3, -1.7, 1.0], true); 90]);
    let mut rng = Seed::from_bytes([1; 32]).generator();
    let sums = release.add_up(&own, &zero, &mut rng).sums;
    let coded = release.encoding.encode(&sums, &mut rng).unwrap();
    assert_eq!(release.encoding.decode(&coded).unwrap(), sums);
}

#[test]
fn long_rows_are_scaled_down_and_short_ones_are_not() {
    // So much that noise is no matter.
    let huge = Noise {
        epsilon: 1e12,
        ..NOISE
    };
    let regression = regression(huge);
    let zero = candidate(&regression, [0.0; 4]);
    let release = release(&regression, &zero);
    let mut rng = Seed::from_bytes([2; 32]).generator();
    let mut gradient_of = |row| {
        let told = release.add_up(&table(&regression, &[(row, true)]), &zero, &mut rng);
        let sums = told.sums;
        [sums[0], sums[1], sums[2], sums[3]]
    };
    let apart = |one: [f64; 4], other: [f64; 4]| {
        let pairs = one.iter().zip(other);
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    // (1, 0.5, −0.5, 0) has the norm 1.22; (1, 1, −1, 1) has 2.
    assert!(apart(gradient_of([1.0, -1.0, 0.0]), [-0.5, -0.25, 0.25, 0.0]) < 1e-4);
    let long = [-0.375, -0.375, 0.375, -0.375];
    assert!(apart(gradient_of([2.0, -2.0, 1.0]), long) < 1e-4);
}

#[test]
fn a_sum_that_no_rows_can_have_is_refused() {
    let regression = regression(NOISE);
    let zero = candidate(&regression, [0.0; 4]);
    let release = release(&regression, &zero);
    let mut far = vec![0; release.encoding.len()];
    assert!(release.read(&far).is_ok());
    // A part of a quantum, as has a party's answer that is withheld.
    far[13] = 1 << 20;
    assert_eq!(release.read(&far), Err(Failure::Implausible));
    assert_eq!(release.read(&far[1..]), Err(Failure::Implausible));
}

proptest! {
    /// With the same noise, the sums with and without a row differ by what the noise is made for.
    #[test]
    fn one_row_changes_a_sum_by_no_more_than_the_noise_hides(
        row in prop::array::uniform3(-2.0..2.0),
        sex: bool, label: bool,
        coefficients in prop::array::uniform4(prop_oneof![-1e3..1e3, Just(0.0)]),
        epsilon in prop_oneof![Just(0.001), Just(1.0), Just(1e9)],
    ) {
        let regression = regression(Noise { epsilon, ..NOISE });
        let at = candidate(&regression, coefficients);
        let release = release(&regression, &at);
        let row = ([row[0], row[1], f64::from(sex)], label);
        let others = [([0.1, 0.2, 1.0], true), ([-1.0, 0.7, 0.0], false)];
        let sums = |rows: &[_]| {
            let mut rng = Seed::from_bytes([3; 32]).generator();
            release.add_up(&table(&regression, rows), &at, &mut rng).sums
        };
        let (with, without) = (sums(&[others[0], row, others[1]]), sums(&others));
        let rho = regression.specification().noise.unwrap().rho_of_each(5);
        let mut change: Vec<f64> = with.iter().zip(without).map(|(a, b)| a - b).collect();
        let rest = change.split_off(4);
        for (part, change) in [Some(release.gradient), release.information].into_iter().flatten().zip([change, rest]) {
            let norm = change.iter().map(|by| by * by).sum::<f64>().sqrt() / part.quantum;
            let hidden = (part.variance.get() as f64 * 2.0 * rho * 3.0).sqrt();
            prop_assert!(norm <= hidden, "{} {}", norm, hidden);
        }
    }
}
