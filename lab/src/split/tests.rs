use consilium_base::Seed;
use proptest::prelude::*;

use super::*;

fn rng(seed: u8) -> consilium_base::Generator {
    Seed::from_bytes([seed; 32]).generator()
}

fn spread(counts: &[usize]) -> usize {
    let most = counts.iter().max().copied().unwrap_or(0);
    most - counts.iter().min().copied().unwrap_or(0)
}

fn counts(owners: &[usize], parties: usize) -> Vec<usize> {
    let of = |party| owners.iter().filter(|owner| **owner == party).count();
    (0..parties).map(of).collect()
}

fn units(largest: usize) -> impl Strategy<Value = Vec<Unit>> {
    let unit = (0..4usize, 1..=largest).prop_map(|(stratum, size)| Unit { stratum, size });
    prop::collection::vec(unit, 1..120)
}

proptest! {
    #[test]
    fn a_skewed_split_gives_all_as_many_rows(
        labels in prop::collection::vec(prop::bool::ANY, 0..200),
        parties in 1..8usize,
        alpha in 1e-3..1e3,
        seed: u8,
    ) {
        let labels: Vec<f64> = labels.into_iter().map(f64::from).collect();
        let owners = by_label(&labels, parties, alpha, &mut rng(seed));
        prop_assert_eq!(owners.len(), labels.len());
        prop_assert!(spread(&counts(&owners, parties)) <= 1);
        prop_assert_eq!(owners, by_label(&labels, parties, alpha, &mut rng(seed)));
    }

    #[test]
    fn shares_are_given_exactly(rows in 0..500usize, weights in prop::collection::vec(1..9u8, 1..6), seed: u8) {
        let total: f64 = weights.iter().copied().map(f64::from).sum();
        let shares: Vec<f64> = weights.iter().map(|weight| f64::from(*weight) / total).collect();
        let owners = by_shares(rows, &shares, &mut rng(seed));
        prop_assert_eq!(owners.len(), rows);
        for (count, share) in counts(&owners, shares.len()).into_iter().zip(&shares) {
            prop_assert!((count as f64 - share * rows as f64).abs() < 1.0);
        }
    }

    #[test]
    fn drawn_shares_make_a_whole(concentrations in prop::collection::vec(1e-9..1e6, 1..6), seed: u8) {
        let shares = dirichlet(&concentrations, &mut rng(seed));
        prop_assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
        prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn folds_of_single_rows_are_balanced_in_each_stratum_and_in_all(
        units in units(1),
        count in 2..10usize,
        seed: u8,
    ) {
        let fold_of = folds(&units, count, &mut rng(seed));
        prop_assert_eq!(fold_of.len(), units.len());
        prop_assert!(spread(&counts(&fold_of, count)) <= 1);
        for stratum in 0..4 {
            let own = units.iter().zip(&fold_of).filter(|(unit, _)| unit.stratum == stratum);
            let own: Vec<usize> = own.map(|(_, fold)| *fold).collect();
            prop_assert!(spread(&counts(&own, count)) <= 1);
        }
        prop_assert_eq!(fold_of, folds(&units, count, &mut rng(seed)));
    }

    #[test]
    fn folds_of_groups_differ_by_no_more_than_the_largest(
        units in units(12),
        count in 2..6usize,
        seed: u8,
    ) {
        let fold_of = folds(&units, count, &mut rng(seed));
        for stratum in 0..4 {
            let mut rows = vec![0; count];
            let own = units.iter().zip(&fold_of).filter(|(unit, _)| unit.stratum == stratum);
            own.for_each(|(unit, fold)| rows[*fold] += unit.size);
            prop_assert!(spread(&rows) <= 12);
        }
    }

    #[test]
    fn a_share_of_single_rows_is_drawn_exactly_and_of_each_stratum_alike(
        units in units(1),
        share in 0.01..0.9,
        seed: u8,
    ) {
        let is_drawn = drawn(&units, share, &mut rng(seed));
        let count = |stratum: Option<usize>| {
            let of = |unit: &Unit| stratum.is_none_or(|stratum| unit.stratum == stratum);
            let own = units.iter().zip(&is_drawn).filter(|(unit, _)| of(unit));
            let own: Vec<bool> = own.map(|(_, is_drawn)| *is_drawn).collect();
            (own.len() as f64, own.iter().filter(|it| **it).count() as f64)
        };
        let (rows, drawn_rows) = count(None);
        prop_assert!((drawn_rows - share * rows).abs() <= 0.5 + 1e-9);
        for stratum in 0..4 {
            let (rows, drawn_rows) = count(Some(stratum));
            prop_assert!((drawn_rows - share * rows).abs() < 1.6);
        }
        prop_assert_eq!(&is_drawn, &drawn(&units, share, &mut rng(seed)));
    }
}

#[test]
fn a_large_concentration_makes_all_alike_and_a_small_one_different() {
    let labels: Vec<f64> = (0..4_000)
        .map(|row| f64::from(u8::from(row % 4 == 0)))
        .collect();
    let positives = |alpha: f64| -> Vec<f64> {
        let owners = by_label(&labels, 4, alpha, &mut rng(1));
        let of = |party: usize| {
            let own = labels
                .iter()
                .zip(&owners)
                .filter(|(_, owner)| **owner == party);
            own.map(|(label, _)| label).sum::<f64>() / 1_000.0
        };
        (0..4).map(of).collect()
    };
    let far = |shares: &[f64]| {
        let apart = shares.iter().map(|share| (share - 0.25).abs());
        apart.fold(0.0, f64::max)
    };
    assert!(far(&positives(1e6)) < 0.05, "{:?}", positives(1e6));
    assert!(far(&positives(0.1)) > 0.2, "{:?}", positives(0.1));
    let shares = dirichlet(&[1e6; 4], &mut rng(1));
    assert!(
        shares.iter().all(|share| (share - 0.25).abs() < 0.01),
        "{shares:?}"
    );
}

#[test]
fn another_seed_draws_other_rows() {
    let units = vec![
        Unit {
            stratum: 0,
            size: 1
        };
        100
    ];
    assert_ne!(
        drawn(&units, 0.3, &mut rng(1)),
        drawn(&units, 0.3, &mut rng(2))
    );
    assert_ne!(folds(&units, 5, &mut rng(1)), folds(&units, 5, &mut rng(2)));
}

#[test]
fn values_that_are_nobodys_are_left_out() {
    let rows = ["1", "3", "2", "4"].map(|value| Some(value.to_owned()));
    let (north, south) = (["1".to_owned(), "2".to_owned()], ["3".to_owned()]);
    let owners = by_value(&[&rows[..], &[None]].concat(), &[&north, &south]);
    assert_eq!(owners, [Some(0), Some(1), Some(0), None, None]);
}
