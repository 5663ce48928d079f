//! Prepared columns that tell of few rows.

use consilium_base::Seed;
use consilium_glm::{Failure, Regression, Table, Training, largest_moments, local_moments};
use consilium_plan::{Learner, Plan, Task, Train};
use consilium_preparation::Cells;
use consilium_secagg::{Encoding, Opened, SumNumber};

const COLUMNS: &str = r#"
title = "Readmission within 30 days"
purpose = "planning of aftercare"
kind = "train-glm"
label = { column = "readmitted" }
party = [
    { name = "north", data = "discharges" },
    { name = "south", data = "discharges" },
    { name = "west", data = "discharges" },
]
column = [
    { name = "age", type = "integer", min = 0, max = 120 },
    { name = "births", type = "integer", min = 0, max = 3 },
    { name = "bmi", type = "number", min = 10, max = 60 },
    { name = "smokes", type = "boolean" },
    { name = "drinks", type = "boolean" },
    { name = "ward", type = "category" },
    { name = "readmitted", type = "boolean" },
]

[model]
family = "FAMILY"
missing = "mean"
"#;

const ROWS: usize = 1200;

/// Of a row its age, births and body mass index, whether it smokes and drinks.
///
/// Of the first three one is 93 years old, two had three births, and of three nobody knows whether they smoke; all who smoke
/// but five drink.
fn number(row: usize, column: &str) -> Option<f64> {
    let smokes = row.is_multiple_of(3);
    Some(match column {
        "age" if row == 0 => 93.0,
        "age" => (20 + row * 7 % 70) as f64,
        "births" if row < 2 => 3.0,
        "births" => (row % 3) as f64,
        "bmi" if row == 0 => 57.0,
        "bmi" => 18.0 + (row * 13 % 270) as f64 / 10.0,
        "smokes" if row < 3 => return None,
        "smokes" => f64::from(smokes),
        "drinks" => f64::from((smokes && row > 12) || row.is_multiple_of(4)),
        _ => return None,
    })
}

fn ward(row: usize) -> &'static str {
    match row {
        0 | 1 => "Q99",
        _ if row.is_multiple_of(5) => "B",
        _ if row.is_multiple_of(7) => "C",
        _ => "A",
    }
}

fn readmitted(row: usize) -> f64 {
    f64::from((row / 3 + row * 11) % 7 < 3)
}

fn train(family: &str, prepared: &str) -> (Train, Regression) {
    taken(&format!(
        "{}\n{prepared}",
        COLUMNS.replace("FAMILY", family)
    ))
}

fn taken(text: &str) -> (Train, Regression) {
    let plan = Plan::from_toml(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let Task::Train(task) = plan.task() else {
        panic!("it trains a model")
    };
    let Learner::Glm(glm) = &task.learner else {
        panic!("it is a regression")
    };
    ((**task).clone(), glm.regression.clone())
}

/// Takes the rows of three institutions together through the first sum of a fit.
fn standardised(task: &Train, regression: &Regression) -> Training {
    let preparation = task.preparation.as_ref().unwrap();
    let cells = |column: &str| {
        let column = column.to_owned();
        Some(match column.as_str() {
            "ward" => Cells::Texts(Box::new(|row| Some(ward(row)))),
            _ => Cells::Numbers(Box::new(move |row| number(row, &column))),
        })
    };
    let bound = preparation.over(cells).unwrap();
    let columns = &regression.specification().columns;
    let places = columns.iter().map(|column| {
        let mut terms = preparation.terms().iter();
        terms.position(|term| term.name == column.name).unwrap()
    });
    let places: Vec<usize> = places.collect();
    let mut terms = vec![0.0; preparation.terms().len()];
    let mut features = Vec::new();
    for row in 0..ROWS {
        bound.row(row, &mut terms);
        features.extend(places.iter().map(|place| terms[*place]));
    }
    let labels = (0..ROWS).map(readmitted).collect();
    let table = Table::new(regression, features, labels).unwrap();
    let spec = regression.specification();
    let largest = largest_moments(regression);
    let code = Encoding::new(&largest, spec.most_contributors, spec.bits).unwrap();
    let sums = local_moments(regression, &table);
    let mut chance = Seed::from_bytes([7; 32]).generator();
    let opened = Opened {
        sum: code.encode(&sums, &mut chance).unwrap(),
        contributors: ["north", "south", "west"]
            .map(|name| name.parse().unwrap())
            .to_vec(),
    };
    Training::begin(regression, SumNumber(0)).advance(regression, &opened)
}

/// Gives what is named as too rare, if anything is.
fn rare(family: &str, prepared: &str) -> Option<String> {
    let (task, regression) = train(family, prepared);
    match standardised(&task, &regression) {
        Training::Starting { .. } => None,
        Training::Failed(Failure::RareLevel {
            column,
            minimum: 10,
        }) => Some(column),
        other => panic!("{other:?}: {prepared}"),
    }
}

fn of(features: &[&str]) -> String {
    let tables = features
        .iter()
        .map(|feature| format!("[[prepared]]\n{feature}\n"));
    tables.collect::<Vec<_>>().concat()
}

const FAMILIES: [&str; 2] = ["logistic", "gaussian"];

#[test]
fn a_cell_of_few_rows_is_refused_however_it_is_weighed() {
    let ward = "column = \"ward\"\nmissing = \"other\"";
    let flags = ["column = \"smokes\"\nmissing = 1", "column = \"drinks\""];
    let cases: [(&str, &[&str]); 14] = [
        (
            "age",
            &["column = \"age\"\ncuts = [93, 94]\nweights = [0, 1, 1e-9]"],
        ),
        (
            "age",
            &["column = \"age\"\ncuts = [50, 93]\nweights = [0, 1e-9, 1]"],
        ),
        (
            "ward",
            &[
                "column = \"ward\"\nlevels = [\"A\", \"Q99\"]\nweights = [0, 1]\nunseen_weight = 1e-9",
            ],
        ),
        // The share of yes in the place of three that are missing.
        ("smokes", &["column = \"smokes\"\nmissing = 0.25"]),
        // Missing ones get the mean.
        ("smokes", &["column = \"smokes\""]),
        ("age", &["column = \"age\"\nclip = [92, 94]"]),
        ("age", &["column = \"age\"\nclip = [89, 120]"]),
        ("births", &["column = \"births\"\nspread = 2"]),
        (
            "births",
            &[
                "column = \"births\"",
                "name = \"more\"\ncolumn = \"births\"\nclip = [0, 2]",
            ],
        ),
        // The level that has no column.
        (
            "ward",
            &[&format!(
                "{ward}\nlevels = [\"A\", \"Q99\"]\nreference = \"Q99\""
            )],
        ),
        // Neither of both.
        (
            "ward",
            &[
                "column = \"ward\"\nlevels = [\"A\"]\nunseen = \"zero\"",
                "name = \"rest\"\ncolumn = \"ward\"\nlevels = [\"A\", \"Q99\"]\nweights = [1, 1]\nunseen_weight = 0",
            ],
        ),
        (
            "age",
            &[
                "column = \"age\"\ncuts = [80]\nweights = [0, 1]",
                "name = \"held\"\ncolumn = \"age\"\ncuts = [80, 93]\nweights = [0, 1, 0]",
            ],
        ),
        ("bmi", &["column = \"bmi\"\nclip = [50, 58]"]),
        // Its own values less those that are held to 56 are 0 but for one.
        (
            "bmi",
            &[
                "column = \"bmi\"",
                "name = \"held\"\ncolumn = \"bmi\"\nclip = [10, 56]",
            ],
        ),
    ];
    for family in FAMILIES {
        for (named, features) in &cases {
            assert_eq!(
                rare(family, &of(features)).as_deref(),
                Some(*named),
                "{features:?}"
            );
        }
        // Nobody but five smokes and does not drink.
        let [smokes, drinks] = flags;
        let product = "product = [\"smokes\", \"drinks\"]";
        let table = of(&[smokes, drinks, product]);
        assert_eq!(rare(family, &table).as_deref(), Some("smokes×drinks"));
        assert_eq!(rare(family, &of(&[smokes, drinks])), None);
    }
}

#[test]
fn what_is_not_told_apart_may_be_rare_and_counting_changes_no_fit() {
    let prepared = of(&[
        "column = \"age\"\nclip = [22, 88]\ncentre = 50\nspread = 20",
        "name = \"age_group\"\ncolumn = \"age\"\ncuts = [40, 65]\nweights = [-0.5, 0.1, 0.6]",
        "column = \"births\"\nclip = [0, 2]",
        "name = \"log_bmi\"\ncolumn = \"bmi\"\nlog = true",
        "column = \"smokes\"\nmissing = 0",
        "column = \"drinks\"",
        "column = \"ward\"\nlevels = [\"A\", \"B\", \"C\"]\nreference = \"A\"\nunseen = \"missing\"\nmissing = { level = \"A\" }",
        "product = [\"age\", \"drinks\"]",
        "product = [\"ward=B\", \"drinks\"]",
    ]);
    for family in FAMILIES {
        let (task, regression) = train(family, &prepared);
        let mut spec = regression.specification().clone();
        assert!(spec.partitions.len() > 5);
        spec.partitions.clear();
        let uncounted = Regression::try_from(spec).unwrap();
        let counted = standardised(&task, &regression);
        assert!(matches!(counted, Training::Starting { .. }), "{counted:?}");
        assert_eq!(counted, standardised(&task, &uncounted));
    }
}

#[test]
fn products_are_counted_although_their_factors_are_no_features() {
    let prepared = of(&[
        "column = \"bmi\"",
        "name = \"two\"\ncolumn = \"births\"\ncuts = [2]\nweights = [1, 2]",
        "name = \"q99\"\ncolumn = \"ward\"\nlevels = [\"Q99\"]\nweights = [5]\nunseen_weight = 1",
        "name = \"rare\"\ncolumn = \"ward\"\nlevels = [\"Q99\"]\nweights = [1]\nunseen_weight = 0",
        "product = [\"two\", \"q99\"]",
        "product = [\"bmi\", \"rare\"]",
    ]);
    for (family, named) in FAMILIES
        .into_iter()
        .flat_map(|family| ["two×q99", "bmi×rare"].map(|named| (family, named)))
    {
        let features = format!("features = [{named:?}]\nlabel = {{");
        let text = COLUMNS
            .replace("FAMILY", family)
            .replace("label = {", &features);
        let (task, regression) = taken(&format!("{text}\n{prepared}"));
        let failed = standardised(&task, &regression);
        assert!(
            matches!(&failed, Training::Failed(Failure::RareLevel { column, .. }) if column == named),
            "{failed:?}"
        );
    }
}
