//! Prepared columns that tell of few rows.

use std::sync::LazyLock;

use consilium_base::Seed;
use consilium_glm::{
    BadSpecification, Failure, Regression, Table, Training, largest_moments, local_moments,
};
use consilium_plan::{Learner, Plan, PlanError, PlanFault, Task, Train};
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
    { name = "stay", type = "number", min = 0, max = 40 },
    { name = "site", type = "code" },
    { name = "unit", type = "code" },
    { name = "readmitted", type = "boolean" },
]

[model]
family = "FAMILY"
missing = "mean"
"#;

const ROWS: usize = 1200;

/// Of a row its age, births, body mass index and days of stay, whether it smokes and drinks.
///
/// One stayed for six days, fifty-five for five, of four nobody knows.
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
        "stay" if row < 4 => return None,
        "stay" if row == 4 => 6.0,
        "stay" if row < 60 => 5.0,
        "stay" => (row % 40) as f64 / 10.0,
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

/// The names of two hundred places, and which of them a row has: the last of both has one alone.
static PLACES: LazyLock<Vec<String>> =
    LazyLock::new(|| (0..200).map(|it| format!("P{it}")).collect());

fn place(row: usize, of: usize) -> &'static str {
    let place = if row == 0 { 199 } else { 190 + row % of };
    &PLACES[place]
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
            "site" => Cells::Texts(Box::new(|row| Some(place(row, 5)))),
            "unit" => Cells::Texts(Box::new(|row| Some(place(row, 4)))),
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
    let cases: [(&str, &[&str]); 17] = [
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
        // One day apart where one alone stayed so long.
        (
            "stay",
            &[
                "column = \"stay\"\nmissing = 0\nclip = [0, 5]",
                "name = \"more\"\ncolumn = \"stay\"\nmissing = 0\nclip = [0, 6]",
            ],
        ),
        (
            "stay",
            &[
                "column = \"stay\"\nmissing = 0\nclip = [4.5, 6]",
                "name = \"long\"\ncolumn = \"stay\"\nmissing_weight = 0\ncuts = [4.5]\nweights = [0, 1]",
            ],
        ),
        // What they differ in is what is missing.
        (
            "stay",
            &[
                "column = \"stay\"\nmissing = 2",
                "name = \"filled\"\ncolumn = \"stay\"\nmissing = 3",
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
        assert_eq!(rare(family, &table).as_deref(), Some("drinks × smokes"));
        assert_eq!(rare(family, &of(&[smokes, drinks])), None);
    }
}

#[test]
fn what_is_not_told_apart_may_be_rare_and_counting_changes_no_fit() {
    let prepared = of(&[
        "column = \"age\"\nclip = [22, 83]\ncentre = 50\nspread = 20",
        "name = \"age_group\"\ncolumn = \"age\"\ncuts = [40, 65]\nweights = [-0.5, 0.1, 0.6]",
        "column = \"births\"\nclip = [0, 2]",
        "name = \"log_bmi\"\ncolumn = \"bmi\"\nclip = [10, 50]\nlog = true",
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

/// Gives the text of a plan whose features are these alone.
fn chosen(family: &str, features: &str, prepared: &str) -> String {
    let features = format!("features = [{features}]\nlabel = {{");
    let text = COLUMNS
        .replace("FAMILY", family)
        .replace("label = {", &features);
    format!("{text}\n{prepared}")
}

#[test]
fn products_are_counted_although_their_factors_are_no_features() {
    let prepared = of(&[
        "name = \"two\"\ncolumn = \"births\"\ncuts = [2]\nweights = [1, 2]",
        "name = \"q99\"\ncolumn = \"ward\"\nlevels = [\"Q99\"]\nweights = [5]\nunseen_weight = 1",
        "product = [\"two\", \"q99\"]",
    ]);
    for family in FAMILIES {
        let (task, regression) = taken(&chosen(family, "\"two×q99\"", &prepared));
        let failed = standardised(&task, &regression);
        assert!(
            matches!(&failed, Training::Failed(Failure::RareLevel { column, .. }) if column == "births × ward"),
            "{failed:?}"
        );
    }
}

#[test]
fn products_with_a_number_need_their_factors() {
    let weights = "name = \"w\"\ncolumn = \"ward\"\nlevels = [\"Q99\"]";
    let factors = [
        format!("{weights}\nweights = [2]\nunseen_weight = 1"),
        format!("{weights}\nweights = [0]\nunseen_weight = 1"),
        "name = \"w\"\ncolumn = \"bmi\"\ncuts = [56]\nweights = [1, 2]".to_owned(),
        "name = \"w\"\ncolumn = \"age\"\nclip = [92, 94]".to_owned(),
    ];
    for (factor, family) in factors
        .iter()
        .flat_map(|it| FAMILIES.map(|family| (it, family)))
    {
        let prepared = of(&["column = \"bmi\"", factor, "product = [\"bmi\", \"w\"]"]);
        let text = chosen(family, "\"bmi\", \"bmi×w\"", &prepared);
        let Err(PlanError::Key { key, fault, .. }) = Plan::from_toml(&text) else {
            panic!("refused: {text}")
        };
        let PlanFault::FactorMissing { product, factor } = fault else {
            panic!("{fault}")
        };
        assert_eq!((&*key, &*product, &*factor), ("features", "bmi×w", "w"));
        let (task, regression) = taken(&chosen(family, "\"bmi\", \"w\", \"bmi×w\"", &prepared));
        let failed = standardised(&task, &regression);
        assert!(
            matches!(failed, Training::Failed(Failure::RareLevel { .. })),
            "{failed:?}"
        );
    }
}

/// Weights of many levels, each its own.
fn weighed(name: &str, column: &str, levels: &[String], weight: impl Fn(usize) -> f64) -> String {
    let weights: Vec<f64> = (0..levels.len()).map(weight).collect();
    format!(
        "name = {name:?}\ncolumn = {column:?}\nlevels = {levels:?}\nweights = {weights:?}\nunseen_weight = 0.5"
    )
}

#[test]
fn the_rarest_of_many_cells_is_found() {
    let site = weighed("s", "site", &PLACES, |at| at as f64 + 1.0);
    let unit = weighed("u", "unit", &PLACES, |at| 1.0 + (at + 1) as f64 / 1e4);
    let prepared = of(&[&site, &unit, "product = [\"s\", \"u\"]"]);
    let (task, regression) = taken(&chosen("gaussian", "\"s×u\"", &prepared));
    let failed = standardised(&task, &regression);
    assert!(
        matches!(&failed, Training::Failed(Failure::RareLevel { column, .. }) if column == "site × unit"),
        "{failed:?}"
    );
}

#[test]
fn too_many_cells_are_refused_before_they_are_made() {
    let levels: Vec<String> = (0..1000).map(|it| format!("P{it}")).collect();
    let weight = |at: usize| at as f64 + 1.0;
    let [site, unit] = ["site", "unit"].map(|name| weighed(&name[..1], name, &levels, weight));
    let prepared = of(&[&site, &unit, "product = [\"s\", \"u\"]"]);
    for family in FAMILIES {
        let text = chosen(family, "\"s×u\"", &prepared);
        let refused = Plan::from_toml(&text).unwrap_err();
        let PlanError::Key { key, fault, .. } = &refused else {
            panic!("{refused}")
        };
        assert_eq!(key, "features");
        assert_eq!(*fault, PlanFault::Regression(BadSpecification::Cells));
        assert!(refused.to_string().contains("fewer levels"));
    }
}
