//! Hospitals that share a schema grow trees with whoever has the labels of all their patients.

mod houses;
mod killed;
mod refused;

use std::{collections::BTreeMap, ops::ControlFlow};

use consilium_base::Seed;
use consilium_gbdt::{
    Column, Cuts, Model, Rule, Segment, Table, Tree, local,
    vertical::{Condition, FeatureModel, LabelModel},
};
use consilium_plan::{Grow, Plan, Task, Vertical, VerticalWork};
use serde_json::Value;

use super::joint::{json, nothing_of_rows_is_at_the_coordinator, number, parts, run, scores, ward};
use houses::{
    COMMON, FUND, HOSPITALS, LABELS, NAMES, OPEN, aligned, cells, growing, ill, people, places,
    points, predicting,
};

/// The columns of the model: the label holder's, the hospitals', the fund's.
fn model_columns(people: &[u64]) -> Vec<Column> {
    let of = |name: &str, value: &dyn Fn(u64) -> Option<f64>| Column {
        name: name.to_owned(),
        values: people
            .iter()
            .map(|person| value(*person).unwrap_or(f64::NAN))
            .collect(),
    };
    let in_ward = |wanted| move |it| Some(f64::from(u8::from(ward(it) == wanted)));
    vec![
        of("age", &|person| number("age", person)),
        of("points", &points),
        of("ward=y", &in_ward(1)),
        of("ward=z", &in_ward(2)),
        of("cost", &|person| number("cost", person)),
    ]
}

fn hybrid(plan: &Plan) -> (&Vertical, &Grow) {
    let Task::Vertical(task) = plan.task() else {
        panic!("it is over common rows");
    };
    match &task.work {
        VerticalWork::Grow(grow) => (task, grow),
        _ => panic!("it grows trees"),
    }
}

/// The model of one learner that has all columns of these people.
fn pooled(grow: &Grow, people: &[u64], secret: &Seed) -> Model {
    let labels = people.iter().map(|it| f64::from(u8::from(ill(*it))));
    let (boosting, spec) = (&grow.boosting, grow.specification());
    let table = Table::new(spec.objective, model_columns(people), labels.collect()).unwrap();
    let own = Cuts::of(table.values(), spec.bins).unwrap();
    let mut cuts: Vec<Vec<f64>> = own.iter().map(<[f64]>::to_vec).collect();
    // What hospitals have in common is cut by counts: between whole numbers, and between 0 and 1.
    cuts[1] = (0..9).map(|it| f64::from(it) + 0.5).collect();
    cuts[2..4].fill(vec![0.5]);
    let cuts = Cuts::new(cuts).unwrap();
    let segment = Segment {
        seed: secret.derive("participant.1.vertical", &[]),
        rows: table.rows(),
    };
    let on = |_: &_| ControlFlow::Continue(());
    local::fit_on(boosting, &table, &cuts, vec![segment], on)
        .unwrap()
        .model
}

/// Gives each person's score.
fn means(model: &Model, people: &[u64]) -> BTreeMap<u64, f64> {
    let columns = model_columns(people);
    let columns: Vec<&[f64]> = columns.iter().map(|column| &column.values[..]).collect();
    let means = model.means(&columns);
    people.iter().copied().zip(means).collect()
}

/// The trees over the columns of all.
fn joined(parts: &[Value]) -> (LabelModel, Vec<Tree<Rule>>) {
    let label: LabelModel = serde_json::from_value(parts[LABELS].clone()).unwrap();
    let of =
        |place: usize| -> FeatureModel { serde_json::from_value(parts[place].clone()).unwrap() };
    for hospital in HOSPITALS {
        assert_eq!(of(hospital), of(0));
    }
    let held = [(of(0), 1), (of(FUND), 4)];
    let rule = |condition: &Condition<Rule>| match *condition {
        Condition::Own(rule) => Ok::<_, ()>(rule),
        Condition::Theirs { holder, split } => {
            let (model, first) = &held[holder as usize];
            let rule = model.rules()[split as usize];
            let column = rule.column + first;
            Ok(Rule { column, ..rule })
        }
    };
    let trees = label.trees().iter();
    let trees = trees.map(|tree| tree.try_map(rule).unwrap()).collect();
    (label, trees)
}

/// Gives scores by the insurer's rows of data.
fn by_row(means: &BTreeMap<u64, f64>) -> BTreeMap<usize, f64> {
    let file = people(LABELS);
    let row = |person: &u64| 1 + file.iter().position(|it| it == person).unwrap();
    let means = means.iter();
    means.map(|(person, mean)| (row(person), *mean)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trees_of_three_hospitals_an_insurer_and_a_fund_are_those_of_one_learner_with_all_rows()
{
    let (world, mut houses, alignments) = aligned().await;
    let mut order = Vec::new();
    for (hospital, alignment) in HOSPITALS.zip(&alignments) {
        let people = places(&houses[hospital], hospital, alignment).await;
        for other in [FUND, LABELS] {
            assert_eq!(places(&houses[other], other, alignment).await, people);
        }
        let mut all = people.clone();
        all.sort_unstable();
        assert!(all.into_iter().eq(COMMON[hospital].clone()));
        order.push(people);
    }

    let text = growing("trees", &alignments, (6, OPEN));
    let plan: Plan = text.parse().unwrap();
    let secret = houses[LABELS].plant_secret(&plan).await;
    let (study, last) = run(&world, &houses, &text).await;
    assert!(last.contains("finished"), "{last}");
    let (task, grow) = hybrid(&plan);
    let (mut tested, mut fitted) = (Vec::new(), Vec::new());
    let mut own = Vec::new();
    for (hospital, people) in task.hospitals().zip(&order) {
        let before = fitted.len();
        for (place, person) in (0..).zip(people) {
            let kept = task.held_out(Some(hospital), place);
            if kept { &mut tested } else { &mut fitted }.push(*person);
        }
        own.push(fitted.len() - before);
    }
    let model = pooled(grow, &fitted, &secret);
    let (label, trees) = joined(&parts(&houses, &study).await);
    let start = |score: f64| score.to_bits();
    assert_eq!(start(label.base_score()), start(model.base_score()));
    assert_eq!(trees, model.trees());
    assert_eq!(label.holders()[0].0.as_str(), "hospitals");
    let splits = |holder: usize| label.holders()[holder].1;
    assert!(splits(0) > 5 && splits(1) > 0, "{:?}", label.holders());

    let expected = by_row(&means(&model, &tested));
    assert_eq!(scores(&houses[LABELS], &study).await, expected);
    let told = world.report(&study).await;
    assert_eq!(
        told["outcomes"]["fit"]["grown"].as_array().unwrap().len(),
        7
    );
    assert_eq!(told["label_holder"], "insurer");
    assert_eq!(told["hospitals"], serde_json::json!(["a", "b", "c"]));
    for (place, house) in houses.iter().enumerate() {
        let [_, report] = json(house, &study).await;
        let rows = own.get(place).copied().unwrap_or(fitted.len());
        assert_eq!(report["fitted_rows"], rows);
        let role = match place {
            LABELS => "label-holder",
            FUND => "feature-holder",
            _ => "hospital",
        };
        assert_eq!(report["role"], role);
        let known = report["alignments"].as_object().unwrap();
        assert_eq!(known.len(), if place < FUND { 1 } else { 3 });
        for (name, alignment) in NAMES.iter().zip(&alignments) {
            assert!(known.get(*name).is_none_or(|it| it == alignment));
        }
        assert_eq!(report["own"].is_object(), place == LABELS, "{report}");
        assert!(!house.kept("spill").join(&study).exists());
    }

    let (predicted, last) = run(&world, &houses, &predicting(&alignments, &study)).await;
    assert!(last.contains("finished"), "{last}");
    let expected = by_row(&means(&model, &order.concat()));
    assert_eq!(scores(&houses[LABELS], &predicted).await, expected);
    let led = (&houses[LABELS], &study[..]);
    nothing_of_rows_is_at_the_coordinator(&world, led, canaries()).await;
}

/// Keys, cells and rows of common people.
fn canaries() -> impl Iterator<Item = Vec<u8>> {
    let common = || COMMON.into_iter().flatten();
    let keys = common().map(|person| format!("person-{person}").into_bytes());
    let few = || COMMON.into_iter().flat_map(|people| people.take(10));
    let numbers = few().flat_map(|person| ["age", "cost"].map(|column| number(column, person)));
    // Whole numbers are mostly zeros, as are many other things.
    let numbers = numbers.flatten().filter(|value| value.fract() != 0.0);
    let numbers = numbers.map(|value| value.to_le_bytes().to_vec());
    let rows = few().map(|person| cells(LABELS, person));
    let rows = rows.filter(|row| row.len() > 8 && !row.starts_with(','));
    keys.chain(numbers).chain(rows.map(String::into_bytes))
}
