//! Verdicts beside calculations by hand.

use super::*;

fn measured(score: f64, cpu_s: f64) -> Measured {
    Measured {
        score,
        cpu_s,
        bytes: cpu_s * 10.0,
        wall_s: Some(1.0),
    }
}

fn pair(exact: (f64, f64), approximate: (f64, f64)) -> Pair {
    Pair {
        exact: measured(exact.0, exact.1),
        approximate: measured(approximate.0, approximate.1),
        nothing: 0.5,
    }
}

/// A pair of deviances, with that of the mean of the labels.
fn deviances(exact: f64, approximate: f64, nothing: f64) -> Pair {
    let of = pair((exact, 1.0), (approximate, 0.5));
    Pair { nothing, ..of }
}

fn of_deviance(pairs: &[Pair], overlap: f64) -> Result<Verdict, NoVerdict> {
    Verdict::new(pairs, (Scale::LessIsBetter, Bargain::default()), overlap)
}

fn verdict(pairs: &[Pair], overlap: f64) -> Verdict {
    let by = (Scale::MoreIsBetter, Bargain::default());
    Verdict::new(pairs, by, overlap).expect("there are pairs")
}

#[test]
fn a_good_bargain_passes_and_a_bad_one_does_not() {
    let good = [
        pair((0.80, 10.0), (0.796, 2.0)),
        pair((0.82, 12.0), (0.818, 2.5)),
        pair((0.78, 11.0), (0.777, 2.2)),
    ];
    let found = verdict(&good, 0.01);
    assert!(found.passes && found.confidence > Some(0.99), "{found:?}");
    // By hand: the mean of .005, .002439, .003846, and e to the mean of ln .2, ln .20833, ln .2.
    assert!((found.lost.estimate - 0.003_761_7).abs() < 1e-6);
    assert!((found.saved_cpu.estimate - 0.797_260).abs() < 1e-5);
    let wall = found.saved_wall.expect("times are known");
    assert!(wall.estimate.abs() < 1e-12);
    let dear = good.map(|it| pair((0.8, 10.0), (it.approximate.score, 9.5)));
    let found = verdict(&dear, 0.01);
    assert!(!found.passes && found.confidence > Some(0.99), "{found:?}");
    let lossy = good.map(|it| pair((it.exact.score, 10.0), (it.exact.score - 0.05, 1.0)));
    assert!(!verdict(&lossy, 0.0).passes);
}

#[test]
fn the_interval_is_students_and_widens_where_training_rows_overlap() {
    let pairs = [1.0, 2.0, 3.0].map(|lost| pair((1.0, 1.0), (1.0 - lost / 100.0, 0.5)));
    let found = verdict(&pairs, 0.0).lost;
    // Mean .02, deviation .01, three values: t of 2 degrees at 97.5 % is 4.302653.
    let reach = 4.302_653 * 0.01 / 3.0_f64.sqrt();
    assert!(
        (found.high - found.estimate - reach).abs() < 1e-7,
        "{found:?}"
    );
    let wider = verdict(&pairs, 1.0 / 3.0).lost;
    let ratio = (wider.high - wider.estimate) / reach;
    assert!((ratio - 2.0_f64.sqrt()).abs() < 1e-6, "{ratio}");
}

#[test]
fn one_pair_has_no_confidence_and_no_pair_no_verdict() {
    let found = verdict(&[pair((0.8, 10.0), (0.79, 1.0))], 0.3);
    assert_eq!((found.passes, found.confidence), (true, None));
    assert_eq!(found.unsure, Some(Unsure::OneRun));
    assert!((found.lost.high - found.lost.low).abs() < 1e-12);
    let by = (Scale::MoreIsBetter, Bargain::default());
    assert_eq!(Verdict::new(&[], by, 0.0), Err(NoVerdict::NoPair));
}

#[test]
fn runs_on_the_same_rows_and_losses_that_never_vary_make_nobody_sure() {
    let same = [
        pair((0.8, 10.0), (0.796, 2.0)),
        pair((0.8, 10.0), (0.797, 2.1)),
    ];
    let found = verdict(&same, 0.0);
    assert_eq!((found.passes, found.confidence), (true, None));
    assert_eq!(found.unsure, Some(Unsure::SameTestRows));
    let found = verdict(&same, 0.25);
    assert!(
        found.confidence > Some(0.9) && found.unsure.is_none(),
        "{found:?}"
    );
    let constant = [0.8, 0.9].map(|score| pair((score, 10.0), (score, 2.0)));
    let found = verdict(&constant, 0.25);
    assert_eq!(
        (found.confidence, found.unsure),
        (None, Some(Unsure::SameLoss))
    );
}

#[test]
fn of_a_deviance_lost_is_a_share_of_what_the_exact_plan_explains() {
    let found = of_deviance(&[deviances(4.0, 4.05, 5.0)], 0.25).expect("something is explained");
    assert!((found.lost.estimate - 0.05).abs() < 1e-12 && !found.passes);
    // Lost .01 and .03 of .5 and 1.5 explained: .04 of 2, and none of it by chance.
    let pairs = [deviances(4.0, 4.01, 4.5), deviances(4.0, 4.03, 5.5)];
    let found = of_deviance(&pairs, 0.25).expect("something is explained");
    assert!(
        (found.lost.estimate - 0.02).abs() < 1e-12 && found.passes,
        "{found:?}"
    );
    assert!(found.lost.high - found.lost.low < 1e-9, "{found:?}");
    // By hand: lost .01 and .05 of .5 and 1.5: .03, residuals -.005 and .005 of a mean of 1, so an
    // error of .00707 root (1/2 + 1/4), and t of one degree.
    let pairs = [deviances(4.0, 4.01, 4.5), deviances(4.0, 4.05, 5.5)];
    let found = of_deviance(&pairs, 0.25)
        .expect("something is explained")
        .lost;
    let reach = 12.706_204_7 * 0.005 * 2.0_f64.sqrt() * 0.75_f64.sqrt();
    assert!(
        (found.high - found.estimate - reach).abs() < 1e-8,
        "{found:?}"
    );
}

#[test]
fn a_model_that_tells_nothing_loses_all_and_never_passes() {
    // Of an exact plan that explains 2 % of the deviance, as of insurance claims.
    let null = [0.98, 0.981, 0.979].map(|exact| deviances(exact, 1.0, 1.0));
    let found = of_deviance(&null, 0.25).expect("something is explained");
    assert!(
        (found.lost.estimate - 1.0).abs() < 1e-12 && !found.passes,
        "{found:?}"
    );
    let chance = [
        pair((0.51, 10.0), (0.51, 1.0)),
        pair((0.515, 10.0), (0.51, 1.0)),
    ];
    let by = (Scale::MoreIsBetter, Bargain::default());
    assert_eq!(
        Verdict::new(&chance, by, 0.25),
        Err(NoVerdict::NothingToLose)
    );
}

#[test]
fn where_nothing_is_explained_there_is_no_verdict() {
    let unclear = [deviances(0.99, 0.99, 1.0), deviances(1.01, 1.01, 1.0)];
    let none = [deviances(1.0, 1.0, 1.0), deviances(1.0, 1.0, 1.0)];
    for pairs in [unclear, none] {
        assert_eq!(of_deviance(&pairs, 0.25), Err(NoVerdict::NothingExplained));
    }
    // One run of many in which it explains nothing is chance.
    let mut clear = vec![deviances(0.9, 0.9, 1.0); 20];
    clear.push(deviances(1.001, 1.001, 1.0));
    assert!(of_deviance(&clear, 0.25).is_ok());
}

#[test]
fn a_gain_beyond_chance_is_told_from_one_by_chance() {
    let gains = |by: [f64; 3]| by.map(|by| pair((0.8, 10.0), (0.8 + by, 2.0)));
    assert!(verdict(&gains([0.010, 0.011, 0.012]), 0.25).is_gain());
    assert!(!verdict(&gains([0.010, -0.011, 0.012]), 0.25).is_gain());
    assert!(!verdict(&gains([0.010, 0.011, 0.012]), 0.0).is_gain());
}

#[test]
fn the_front_has_what_none_beats() {
    let points = [
        (0.01, 0.5),
        (0.02, 0.4),
        (0.03, 0.9),
        (0.0, 0.1),
        (0.0, 0.2),
        (f64::NAN, 1.0),
    ];
    assert_eq!(pareto_front(&points), [4, 0, 2]);
}
