//! A run tells what sums in one place give.

use consilium_glm::{Family, Regression, Table};
use consilium_mailbox::{Fault, sim::World};
use consilium_scorecard::{EvidenceHash, Found, Heard, VersionHash, Whose};
use consilium_value::{Coalesced, Failure, Method, Record, Step, Valuation, ValueError};

use crate::world::{Study, parties, regression, rows};

#[tokio::test(start_paused = true)]
async fn every_institution_learns_what_its_own_rows_are_worth() {
    let study = Study::logistic(Method::Influence);
    let ended = study.run(&World::new(1)).await;
    let (totals, coalesced) = ended.aggregator.unwrap();
    assert!(coalesced.is_none());
    assert_eq!((totals.rows, totals.judged_rows), (5010, 2055));
    let explained = totals.explained();
    let mut values = Vec::new();
    for valued in ended.contributors {
        let valued = valued.unwrap();
        assert_eq!(valued.totals, totals);
        assert!(valued.coalesced.is_none());
        values.push(valued.own.unwrap().leave_one_out);
    }
    for helps in &values[..4] {
        assert!(
            helps.step(explained) >= Step::Helps && helps.score(explained).low > 50.0,
            "{values:?}"
        );
    }
    assert!(values[4].step(explained) <= Step::Harms);
    assert!(values[4].score(explained).high < 50.0);
}

#[tokio::test(start_paused = true)]
async fn by_coalitions_all_learn_what_each_is_worth() {
    for family in [
        Family::Logistic,
        Family::Gaussian,
        Family::Poisson,
        Family::Gamma,
    ] {
        let study = Study::of(family, &[400, 300, 350, 320, 100], Method::Shapley);
        let ended = study.run(&World::new(1)).await;
        let (_, told) = ended.aggregator.unwrap();
        let Some(Coalesced::Told {
            parties: worths,
            all,
            coalitions,
        }) = told.clone()
        else {
            panic!("withheld")
        };
        assert_eq!(coalitions, 32);
        let sum: f64 = worths.values().map(|worth| worth.shapley.value).sum();
        // Each is told in three digits.
        assert!(
            (sum - all).abs() < 0.02 * all.abs().max(10.0),
            "{sum} {all}"
        );
        let names = parties(5).split_off(1);
        let least = |it: &consilium_value::Worth| it.shapley.value;
        assert!(
            names[..4]
                .iter()
                .all(|it| least(&worths[it]) > least(&worths[&names[4]]))
        );
        for valued in ended.contributors {
            assert_eq!(valued.unwrap().coalesced, told);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_says_what_the_values_say_and_is_read_again() {
    let study = Study::logistic(Method::Shapley);
    let ended = study.run(&World::new(1)).await;
    for (name, valued) in study.contributors.iter().zip(ended.contributors) {
        let whose = Whose::new(
            EvidenceHash([7; 32]),
            name.clone(),
            "heart".to_owned(),
            VersionHash([2; 32]),
        );
        let record = Record::new(whose, study.method, valued.unwrap(), Heard::default());
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
        let is_poisoned = *name == study.contributors[4];
        let found = Found::of_value(&text, name, Some(VersionHash([2; 32]))).unwrap();
        let [helps, share] = &found.subscores[..] else {
            panic!("{text}")
        };
        assert_eq!(helps.score.score < 50.0, is_poisoned, "{text}");
        assert_eq!(record.step < Some(Step::Unclear), is_poisoned);
        assert_eq!(share.score.score < 1.0, is_poisoned, "{text}");
        assert_eq!(share.score.low > 60.0, !is_poisoned, "{text}");
        // The others know its scores as it does.
        let by_all = record.coalesced.clone().unwrap().scores();
        assert_eq!(by_all[name], record.scores);
        assert_eq!(by_all.len(), 5);
    }
}

#[tokio::test(start_paused = true)]
async fn rows_of_which_few_have_a_level_don_t_leave_home_and_the_rest_is_told() {
    let mut study = Study::logistic(Method::Shapley);
    let (mut features, labels) = rows(Family::Logistic, 300, false, 77);
    // Three rows have sex 1.
    for (place, row) in features.chunks_exact_mut(2).enumerate() {
        row[1] = f64::from(u8::from(place % 100 == 0));
    }
    study.fitted[1] = Table::new(&study.regression, features, labels).unwrap();
    let study = Study::with(
        regression(Family::Logistic),
        study.fitted,
        study.judging,
        Method::Shapley,
    );
    let world = World::new(1);
    let ended = study.run(&world).await;
    assert_eq!(ended.aggregator.unwrap().1, Some(Coalesced::Withheld));
    for valued in ended.contributors {
        let valued = valued.unwrap();
        assert_eq!(valued.coalesced, Some(Coalesced::Withheld));
        assert!(valued.own.unwrap().leave_one_out.value.is_finite());
    }
    let shown = world.transcript();
    let shown = shown.iter().filter(|frame| *frame.step == *"value.1.own");
    let lengths: Vec<usize> = shown.map(|frame| crate::world::body(frame).len()).collect();
    assert_eq!(
        lengths.iter().filter(|len| **len == 1).count(),
        1,
        "{lengths:?}"
    );
}

/// Of two judges' rows, or one's, nothing is added up: the sums would be theirs.
#[tokio::test(start_paused = true)]
async fn fewer_than_three_judges_with_enough_rows_judge_nothing() {
    for few in 2..=4 {
        let mut study = Study::logistic(Method::Influence);
        for place in 0..few {
            let (features, labels) = rows(Family::Logistic, 12, false, place as u64);
            study.judging[place] = Table::new(&study.regression, features, labels).unwrap();
        }
        judge_nothing(&study).await;
    }
}

/// A plan whose smallest cell is larger asks for as many rows of those that judge.
#[tokio::test(start_paused = true)]
async fn judges_need_as_many_rows_of_a_label_as_a_cell_has() {
    let mut study = Study::logistic(Method::Influence);
    let few: Vec<(Vec<f64>, Vec<f64>)> = (0..2)
        .map(|it| rows(Family::Logistic, 60, false, it))
        .collect();
    for (place, (features, labels)) in few.into_iter().enumerate() {
        study.judging[place] = Table::new(&study.regression, features, labels).unwrap();
    }
    study.judges.truncate(3);
    assert!(study.run(&World::new(1)).await.aggregator.is_ok());
    let mut specification = study.regression.specification().clone();
    specification.minimum_count = 50;
    study.regression = specification.try_into().unwrap();
    judge_nothing(&study).await;
}

async fn judge_nothing(study: &Study) {
    let world = World::new(1);
    let ended = study.run(&world).await;
    let inputs = world.transcript();
    let inputs = inputs.iter().filter(|it| *it.step == *"plain-sum.1.input");
    assert_eq!(inputs.count(), 0, "nothing is added up");
    for error in ended.contributors.into_iter().map(Result::unwrap_err) {
        assert!(
            matches!(error, ValueError::Failed(Failure::TooFewJudged)),
            "{error}"
        );
        assert_eq!(error.fault(), Fault::Input);
    }
    let error = ended.aggregator.unwrap_err();
    assert!(
        matches!(error, ValueError::Failed(Failure::TooFewJudged)),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn coalitions_withhold_what_has_few_rows_of_a_label() {
    // Numbers alone: no level or cell is counted.
    let mut specification = regression(Family::Logistic).specification().clone();
    specification.columns.truncate(1);
    let regression: Regression = specification.try_into().unwrap();
    let table = |place: u64, positives: usize| {
        let (features, mut labels) = rows(Family::Logistic, 400, false, place);
        if positives > 0 {
            labels.fill(0.0);
            labels[..positives].fill(1.0);
        }
        let scores = features.chunks(2).map(|row| row[0]).collect();
        Table::new(&regression, scores, labels).unwrap()
    };
    for (positives, expected) in [(2, true), (10, false)] {
        let fitted = (0..5).map(|place| table(place, if place == 1 { positives } else { 0 }));
        let judging = (0..5).map(|place| table(20 + place, 0));
        let (fitted, judging) = (fitted.collect(), judging.collect());
        let study = Study::with(regression.clone(), fitted, judging, Method::Shapley);
        let told = study.run(&World::new(1)).await.aggregator.unwrap().1;
        assert_eq!(told == Some(Coalesced::Withheld), expected, "{positives}");
    }
}

#[test]
fn coalitions_need_a_smallest_cell_of_ten_rows() {
    let mut study = Study::logistic(Method::Shapley);
    let mut specification = study.regression.specification().clone();
    specification.minimum_count = 9;
    study.regression = specification.try_into().unwrap();
    let error = study.valuation().check().unwrap_err();
    let few = ValueError::TooFewToShow {
        minimum: 9,
        least: 10,
    };
    assert_eq!(error.to_string(), few.to_string());
    study.method = Method::Influence;
    study.valuation().check().unwrap();
}

#[tokio::test(start_paused = true)]
async fn three_contributors_or_two_judges_are_refused_before_a_row_is_looked_at() {
    let world = World::new(1);
    let three = Study::of(Family::Logistic, &[100, 100, 100], Method::Influence);
    let mut two_judge = Study::logistic(Method::Influence);
    two_judge.judges.truncate(2);
    let mut stranger = Study::logistic(Method::Influence);
    stranger.judges.push(crate::world::party("stranger"));
    let mut twice = Study::logistic(Method::Influence);
    twice.judges[1] = twice.judges[0].clone();
    for study in [three, two_judge, stranger, twice] {
        let ended = study.run(&world).await;
        let mut errors: Vec<ValueError> = ended
            .contributors
            .into_iter()
            .map(Result::unwrap_err)
            .collect();
        errors.push(ended.aggregator.unwrap_err());
        for error in errors {
            assert!(
                matches!(
                    error,
                    ValueError::TooFewContributors {
                        contributors: 3,
                        least: 4
                    } | ValueError::TooFewJudges { least: 3, .. }
                ),
                "{error}"
            );
        }
    }
    assert!(
        world
            .transcript()
            .iter()
            .all(|frame| crate::world::body(frame).is_empty())
    );
}

/// A total of all, less the own part and those of who may collude, is of three others.
#[test]
fn who_may_collude_is_counted_off_from_contributors_too() {
    let mut study = Study::logistic(Method::Shapley);
    study.judges = study.contributors.clone();
    let with = |colluding| Valuation {
        colluding,
        ..study.valuation()
    };
    with(2).check().unwrap();
    let error = with(3).check().unwrap_err();
    let few = ValueError::TooFewContributors {
        contributors: 5,
        least: 6,
    };
    assert_eq!(error.to_string(), few.to_string());
}

#[test]
fn coalitions_have_a_most_of_contributors_and_influence_has_none() {
    let mut study = Study::logistic(Method::Influence);
    study.contributors = crate::world::parties(64).split_off(1);
    study.method = Method::Shapley;
    study.valuation().check().unwrap();
    study.contributors.push(crate::world::party("hospital-64"));
    let error = study.valuation().check().unwrap_err();
    let many = matches!(
        error,
        ValueError::TooManyContributors {
            contributors: 65,
            most: 64
        }
    );
    assert!(many, "{error}");
    study.method = Method::Influence;
    study.valuation().check().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_institution_without_rows_has_no_value_and_keeps_nobody_waiting() {
    for method in [Method::Influence, Method::Shapley] {
        let mut study = Study::logistic(method);
        study.fitted[4] = Table::new(&study.regression, Vec::new(), Vec::new()).unwrap();
        // Without these rows the model is not at its optimum.
        study.has_converged = false;
        let ended = study.run(&World::new(1)).await;
        let (_, coalesced) = ended.aggregator.unwrap();
        let withheld = (method == Method::Shapley).then_some(Coalesced::Withheld);
        assert_eq!(coalesced, withheld);
        let mut contributors = ended.contributors;
        let without = contributors.pop().unwrap().unwrap();
        assert!(without.own.is_none());
        assert!(contributors.into_iter().all(|it| it.unwrap().own.is_some()));
    }
}
