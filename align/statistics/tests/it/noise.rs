//! Statistics with noise.

use consilium_statistics::{Agreement, Findings, Kind, Mode, Specification, Table, Values, pooled};

use crate::world::{column, parties, plain, seed};

fn specification(epsilon: f64) -> Specification {
    let levels = ["f", "m", "x"].map(str::to_owned).to_vec();
    Specification {
        columns: vec![
            column("age", Kind::Integer { low: 0, high: 99 }),
            column("sex", Kind::Category { levels }),
            column("died", Kind::Boolean),
        ],
        label: Some(2),
        periods: Vec::new(),
        mode: Mode::Threshold {
            epsilon,
            delta: 1e-6,
            honest: 2,
        },
        ..crate::world::specification()
    }
}

fn tables(agreement: &Agreement) -> Vec<Table> {
    let table = |place: u32| {
        let rows = 0..8_000_u32;
        let ages = rows.clone().map(|row| f64::from((row * 7 + place) % 100));
        let sexes = rows.clone().map(|row| Some(u32::from(row % 5 < 2)));
        let died = rows.map(|row| Some((row * 7 + place) % 100 > 79));
        let values = vec![
            Values::Numbers(ages.collect()),
            Values::Levels(sexes.collect()),
            Values::Booleans(died.collect()),
        ];
        Table::new(agreement, values, Vec::new()).unwrap()
    };
    (0..3).map(table).collect()
}

#[test]
fn findings_are_near_the_true_ones_and_not_the_true_ones() {
    let agreement = Agreement::new(specification(2.0)).unwrap();
    let found = pooled(&agreement, &tables(&agreement), &seed(1)).unwrap();
    let noise = agreement.costs()[0].noise;
    assert!(noise > 5.0 && noise < 50.0, "{noise}");
    // Three contributors add noise where two were counted on.
    let margin = 6.0 * noise * (1.5_f64).sqrt();
    let rows = found.rows.unwrap() as f64;
    assert!(
        (rows - 24_000.0).abs() < margin && rows != 24_000.0,
        "{rows}"
    );
    let sex: Vec<f64> = found.columns[1]
        .cells
        .iter()
        .map(|cell| cell.rows.map_or(0.0, |rows| rows as f64))
        .collect();
    for (found, expected) in sex.iter().zip([14_400.0, 9_600.0, 0.0]) {
        assert!((found - expected).abs() < margin, "{sex:?}");
    }
    let age = found.columns[0].numbers.as_ref().unwrap();
    assert!((age.mean - 49.5).abs() < 1.0, "{}", age.mean);
    assert!(
        (age.variance.sqrt() - 28.87).abs() < 1.0,
        "{}",
        age.variance
    );
    assert!(!age.is_approximate);
    let median = age.quantiles[2].within;
    assert!((median.from - 49.5).abs() < 4.0, "{median:?}");
    // Of a uniform column and its upper fifth.
    let r = (0.2 * 0.8_f64).sqrt() * 3.0_f64.sqrt();
    assert!(
        (found.correlations[0].r - r).abs() < 0.05,
        "{:?}",
        found.correlations
    );
    let evidence = |column: usize| found.columns[column].evidence.as_ref().unwrap();
    assert!(evidence(0).information_value > 10.0 * evidence(1).information_value);
}

#[test]
fn less_privacy_loss_means_more_noise() {
    let noise = |epsilon: f64| {
        let agreement = Agreement::new(specification(epsilon)).unwrap();
        agreement.costs()[0].noise
    };
    assert!(noise(0.5) > 3.0 * noise(2.0));
    assert!(Agreement::new(specification(1e-3)).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_repeated_run_has_the_same_noise() {
    let agreement = Agreement::new(specification(2.0)).unwrap();
    let tables = tables(&agreement);
    let one = plain(&agreement, &tables).await;
    let again = plain(&agreement, &tables).await;
    assert_eq!(one.findings(), again.findings());
    let contributors = parties(3).split_off(1);
    assert_eq!(one.findings().contributors, contributors);
    let other = pooled(&agreement, &tables, &seed(9)).unwrap();
    assert_ne!(
        &Findings {
            contributors,
            ..other
        },
        one.findings()
    );
}
