//! Laws of the game, of scores and of what is computed at home.

use consilium_evaluation::Scored;
use consilium_glm::{Family, Sums, Table};
use consilium_value::{
    Coalitions, Drawn, Failure, Judged, Own, Step, Totals, Value, ValueError, everybody, marginal,
    own, proxy, sampled, shapley, share,
};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::world::{Study, regression, rows};

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// What rows are worth by what all are told.
fn at_home(study: &Study, table: &Table, totals: &Totals) -> Result<Own, Failure> {
    let sums = Sums::of(&study.regression, table, &study.model);
    own(&study.regression, (table, &sums), &study.model, totals)
}

/// Shapley's own definition: the mean over all orders of joining.
fn by_orders(players: usize, worth: &[f64]) -> Vec<f64> {
    fn walk(left: &[usize], joined: usize, worth: &[f64], sums: &mut [f64]) -> f64 {
        if left.is_empty() {
            return 1.0;
        }
        let mut orders = 0.0;
        for (place, &player) in left.iter().enumerate() {
            let mut rest = left.to_vec();
            rest.remove(place);
            let with = joined | 1 << player;
            let below = walk(&rest, with, worth, sums);
            sums[player] += below * (worth[with] - worth[joined]);
            orders += below;
        }
        orders
    }
    let mut sums = vec![0.0; players];
    let all: Vec<usize> = (0..players).collect();
    let orders = walk(&all, 0, worth, &mut sums);
    sums.into_iter().map(|sum| sum / orders).collect()
}

proptest! {
    #[test]
    fn values_are_the_mean_over_all_orders_and_add_up(
        worth in proptest::collection::vec(-5.0..5.0_f64, 32)
    ) {
        let values = shapley(&worth);
        for (value, expected) in values.iter().zip(by_orders(5, &worth)) {
            prop_assert!((value - expected).abs() < 1e-9);
        }
        prop_assert!((values.iter().sum::<f64>() - (worth[31] - worth[0])).abs() < 1e-9);
    }

    #[test]
    fn who_changes_nothing_is_worth_nothing_and_twins_are_worth_the_same(
        worth in proptest::collection::vec(-5.0..5.0_f64, 8)
    ) {
        // Of five players the last changes nothing, and the two before it stand in for each other.
        let of = |coalition: usize| {
            let twins = (coalition >> 2 & 1) + (coalition >> 3 & 1);
            worth[coalition & 3] * 0.5 + worth[coalition & 3 | 4] * twins as f64
        };
        let values = shapley(&(0..32).map(of).collect::<Vec<_>>());
        prop_assert!(values[4].abs() < 1e-9);
        prop_assert!((values[2] - values[3]).abs() < 1e-9);
    }

    #[test]
    fn shares_and_scores_lie_between_0_and_100(
        own in -9.0..9.0_f64,
        others in proptest::collection::vec(-9.0..9.0_f64, 1..5),
        error in 0.0..3.0_f64,
        explained in -9.0..9.0_f64,
    ) {
        let own = Value::new(own, error);
        let others: Vec<Value> = others.iter().map(|it| Value::new(*it, error)).collect();
        let part = share(&own, &others);
        prop_assert!(0.0 <= part.low && part.low <= part.score);
        prop_assert!(part.score <= part.high && part.high <= 100.0);
        let score = own.score(explained);
        for number in [score.score, score.low, score.high] {
            prop_assert!((0.0..=100.0).contains(&number));
        }
        prop_assert!(score.low <= score.score && score.score <= score.high);
        prop_assert!((score.score > 50.0) == (own.value > 0.0), "{score:?}");
    }
}

#[test]
fn drawn_orders_come_near_the_values_within_their_errors() {
    let worth: Vec<f64> = (0..128_u32)
        .map(|it| f64::from(it * 37 % 101).sqrt())
        .collect();
    let exact = shapley(&worth);
    let at = |coalition: u64| worth[usize::try_from(coalition).unwrap()];
    let adds = |player: usize, coalition: u64| at(coalition) - at(coalition & !(1 << player));
    let drawn = sampled(7, 4_000, &mut rng(3), adds);
    for (
        Drawn {
            mean,
            standard_error,
        },
        exact,
    ) in drawn.iter().zip(&exact)
    {
        assert!(
            (mean - exact).abs() < 4.0 * standard_error,
            "{mean} {exact}"
        );
        assert!(*standard_error < 0.2);
    }
    assert_eq!(everybody(64), u64::MAX);
}

#[test]
fn a_value_lies_in_one_of_five_steps() {
    let step = |value, error| Value::new(value, error).step(100.0);
    assert_eq!(step(-6.0, 1.0), Step::HarmsMuch);
    assert_eq!(step(-3.0, 1.0), Step::Harms);
    assert_eq!(step(-3.0, 2.0), Step::Unclear);
    assert_eq!(step(3.0, 1.0), Step::Helps);
    assert_eq!(step(6.0, 1.0), Step::HelpsMuch);
    assert!(Step::Harms < Step::Helps);
    assert_eq!(
        Value::new(9.0, 1.0).step(0.0),
        Step::HelpsMuch,
        "without, worse than nothing"
    );
}

#[test]
fn scores_say_how_much_and_their_intervals_how_sure() {
    let scored = |value, error, explained| {
        let score = Value::new(value, error).score(explained);
        [score.score, score.low, score.high].map(|it| format!("{it:.0}"))
    };
    // Nothing known: any score; nothing changed, and that is known: 50.
    assert_eq!(scored(0.0, 9.0, 100.0), ["50", "0", "100"]);
    assert_eq!(scored(0.0, 0.1, 100.0), ["50", "48", "52"]);
    // Many rows make an interval narrow, and no score of a small effect large.
    assert_eq!(scored(0.5, 0.01, 100.0), ["55", "55", "55"]);
    assert_eq!(scored(5.0, 0.0, 100.0), ["100"; 3]);
    assert_eq!(scored(0.0, 0.0, 0.0), ["50"; 3]);
    // Without the poisoned rows the model would explain something.
    assert_eq!(scored(-20.0, 1.0, -5.0), ["0"; 3]);
}

#[test]
fn institutions_that_are_alike_have_full_shares_whoever_else_is_there() {
    let value = |value| Value::new(value, 0.1);
    let alike = share(&value(4.0), &[value(4.0); 3]);
    assert!(
        alike.score > 99.9 && (90.0..99.9).contains(&alike.low),
        "{alike:?}"
    );
    let among_poisoned = share(&value(4.0), &[value(4.0), value(-30.0)]);
    assert!(among_poisoned.score > 99.9);
    let half = share(&value(1.0), &[value(2.5), value(2.5)]);
    assert!((half.score - 50.0).abs() < 1e-9);
    assert!(half.low < 47.0 && half.high > 53.0, "{half:?}");
    assert!(share(&value(-4.0), &[value(1.0)]).high < 1e-9);
}

/// Sums and totals as the aggregator makes them, in one place.
fn totals(study: &Study) -> (Vec<Sums>, Judged, Totals) {
    let parts = study.fitted.iter();
    let parts: Vec<Sums> = parts
        .map(|table| Sums::of(&study.regression, table, &study.model))
        .collect();
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    for table in &study.judging[..study.judges.len()] {
        for (row, label) in table.iter() {
            features.extend(row);
            labels.push(label);
        }
    }
    let table = Table::new(&study.regression, features, labels).unwrap();
    let judged = Judged::of(&study.regression, &table, &study.model).unwrap();
    let at = &study.model.coefficients;
    let penalty = study.regression.specification().penalty;
    let mut upper = vec![0.0; parts[0].fisher.upper().len()];
    for part in &parts {
        upper
            .iter_mut()
            .zip(part.fisher.upper())
            .for_each(|(sum, it)| *sum += it);
    }
    let mut information = consilium_glm::solve::Symmetric::new(at.len(), upper);
    (1..at.len()).for_each(|place| information.add_to_diagonal(place, penalty));
    let factor = consilium_glm::solve::Cholesky::new(&information).unwrap();
    let totals = Totals {
        rows: parts.iter().map(|part| part.rows).sum(),
        judged_rows: judged.sums.rows,
        deviance: 2.0 * judged.sums.loss,
        null_deviance: judged.null_deviance,
        dispersion: judged.dispersion,
        direction: factor.solve(&judged.sums.gradient),
    };
    (parts, judged, totals)
}

#[test]
fn influences_of_all_add_up_to_nothing() {
    for family in [
        Family::Gaussian,
        Family::Logistic,
        Family::Poisson,
        Family::Gamma,
    ] {
        let study = Study::of(
            family,
            &[400, 300, 350, 320, 100],
            consilium_value::Method::Influence,
        );
        let (_, _, totals) = totals(&study);
        let values = study
            .fitted
            .iter()
            .map(|table| at_home(&study, table, &totals).unwrap().influence.value);
        let values: Vec<f64> = values.collect();
        let largest = values.iter().fold(0.0, |most: f64, it| most.max(it.abs()));
        assert!(
            values.iter().sum::<f64>().abs() < 1e-6 * largest,
            "{values:?}"
        );
        assert!(values[4] < 0.0, "the poisoned one harms: {values:?}");
    }
}

#[test]
fn leaving_one_out_at_home_is_near_what_fitting_anew_gives() {
    for (family, penalty) in [
        (Family::Gaussian, 0.5),
        (Family::Logistic, 0.5),
        (Family::Poisson, 0.5),
        (Family::Gamma, 0.5),
        (Family::Logistic, 0.0),
        (Family::Logistic, 100.0),
    ] {
        let method = consilium_value::Method::Influence;
        let study = Study::of(family, &[900, 800, 850, 900, 200], method);
        let mut specification = study.regression.specification().clone();
        specification.penalty = penalty;
        let regression = specification.try_into().unwrap();
        let study = Study::with(regression, study.fitted, study.judging, method);
        let (parts, judged, totals) = totals(&study);
        let deviance = |model: &consilium_glm::Candidate| -> f64 {
            let judges = &study.judging[..study.judges.len()];
            let loss = judges
                .iter()
                .map(|table| Sums::of(&study.regression, table, model).loss);
            2.0 * loss.sum::<f64>()
        };
        let before = deviance(&study.model);
        assert!((before - totals.deviance).abs() < 1e-6);
        let at = &study.model.coefficients;
        let coalitions = Coalitions::new(parts.iter().collect(), at, penalty, &judged);
        let worths = coalitions.worths(&mut rng(1));
        for place in 0..study.fitted.len() {
            // Without it, by steps from the model of all, as many as it takes.
            let others: Vec<&Table> = (0..study.fitted.len())
                .filter(|other| *other != place)
                .map(|other| &study.fitted[other])
                .collect();
            let mut model = study.model.clone();
            for _ in 0..20 {
                let there: Vec<Sums> = others
                    .iter()
                    .map(|table| Sums::of(&study.regression, table, &model))
                    .collect();
                let step = Coalitions::new(
                    there.iter().collect(),
                    &model.coefficients,
                    penalty,
                    &judged,
                )
                .step(everybody(there.len()))
                .unwrap();
                model
                    .coefficients
                    .iter_mut()
                    .zip(&step)
                    .for_each(|(it, by)| *it += by);
            }
            let truth = deviance(&model) - before;
            let home = at_home(&study, &study.fitted[place], &totals);
            let home = home.unwrap().leave_one_out;
            let by_step = worths.leave_one_out[place].value;
            let off = |value: f64| (value - truth).abs() / (truth.abs() + 6.0);
            // One step is rough where the poisoned one has pulled the model far from the others.
            assert!(off(by_step) < 0.5, "{family:?} {place}: {by_step} {truth}");
            assert!(
                off(home.value) < 0.5,
                "{family:?} {place}: {} {truth}",
                home.value
            );
            // Both are of own rows and of judging rows drawn anew.
            let errors = [home, worths.leave_one_out[place]].map(|it| it.standard_error);
            let ratio = errors[0] / errors[1];
            assert!(
                (0.5..2.0).contains(&ratio),
                "{family:?} {place}: {errors:?}"
            );
        }
        assert!((worths.all - totals.explained()).abs() < 1e-6 * totals.explained());
        let sum: f64 = worths.shapley.iter().map(|it| it.value).sum();
        assert!((sum - worths.all).abs() < 1e-6 * worths.all.abs().max(1.0));
        assert!(worths.shapley[4].value < worths.shapley[0].value);
    }
}

#[test]
fn a_table_that_is_all_of_the_fit_can_t_be_valued() {
    let study = Study::logistic(consilium_value::Method::Influence);
    let (_, _, mut totals) = totals(&study);
    totals.rows = study.fitted[0].rows() as u64;
    let error = at_home(&study, &study.fitted[0], &totals).unwrap_err();
    assert_eq!(error, Failure::Alone);
}

#[test]
fn a_proxy_is_sure_of_rows_with_a_signal_and_unsure_of_dealt_labels() {
    let regression = regression(Family::Logistic);
    let (features, mut labels) = rows(Family::Logistic, 600, false, 4);
    let table = Table::new(&regression, features.clone(), labels.clone()).unwrap();
    let found = proxy(&regression, &table, &mut rng(1)).unwrap();
    assert!(found.proxy && found.rows == 600 && found.explained > 0.02);
    assert!(found.gain.interval.0 > 0.0, "{found:?}");
    let score = found.score();
    assert!((score.score - 100.0 * found.explained).abs() < 1e-9);
    assert!(0.0 < score.low && score.low < score.score && score.score < score.high);
    assert_eq!(found, proxy(&regression, &table, &mut rng(1)).unwrap());
    labels.rotate_left(300);
    let table = Table::new(&regression, features, labels).unwrap();
    let dealt = proxy(&regression, &table, &mut rng(1)).unwrap();
    assert!(dealt.gain.interval.0 <= 0.0, "{dealt:?}");
}

#[test]
fn columns_that_tell_more_of_the_same_rows_have_a_gain() {
    let scored = |scores: [f64; 4]| -> Vec<Scored> {
        let labels = [0.0, 1.0, 0.0, 1.0];
        let both = scores.into_iter().zip(labels);
        both.map(|(score, label)| Scored { score, label }).collect()
    };
    let (without, with) = (scored([0.5; 4]), scored([0.2, 0.8, 0.4, 0.6]));
    let found = marginal(&without, &with).unwrap();
    let expected = 2.0 * (2.0 * (0.8_f64 / 0.5).ln() + 2.0 * (0.6_f64 / 0.5).ln());
    assert!((found.gain.value - expected).abs() < 1e-12);
    // From an area of a half to one of 1.
    assert!((found.area.unwrap().value - 0.5).abs() < 1e-12);
    assert!(found.score().score > 97.5 && found.score().id == "marginal");
    let same = marginal(&with, &with).unwrap();
    assert_eq!((same.gain.value, same.score().score), (0.0, 50.0));
    let error = marginal(&without, &with[..3]).unwrap_err();
    assert!(matches!(error, ValueError::OtherRows));
}
