//! The text, as people read it.

use consilium_fitting::Intent;
use consilium_preparation::Preparation;

use crate::world::{DEFAULTS, fit, schema};

const CODES_AND_FEATURES: &str = r#"
    [default.code]
    one_hot = { minimum = 200 }

    [select]
    information_value = 0.005

    [[feature]]
    name = "age_woe"
    column = "age"
    woe = true

    [[feature]]
    column = "age"

    [[feature]]
    name = "age × cardiac"
    product = ["age", "ward=cardiac"]

    [[feature]]
    name = "age × cost"
    product = ["age", "cost"]

    [[feature]]
    name = "age × smoker"
    product = ["age", "smoker"]
"#;

fn intent() -> String {
    format!("{DEFAULTS}{CODES_AND_FEATURES}")
}

#[test]
fn each_number_stands_under_where_it_comes_from() {
    let text = fit(&intent()).unwrap().to_string();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/prepared.toml");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    assert_eq!(text, include_str!("../prepared.toml"));
}

#[test]
fn what_is_fitted_is_a_preparation_of_the_schema() {
    let text = fit(&intent()).unwrap().to_string();
    let preparation = Preparation::from_toml(&text, &schema()).unwrap();
    let names: Vec<&str> = preparation.terms().iter().map(|term| &*term.name).collect();
    assert_eq!(
        names,
        [
            "age_woe",
            "age",
            "age?missing",
            "cost",
            "ward=surgical",
            "ward=cardiac",
            "ward=other",
            "diagnosis=E11",
            "diagnosis=I10",
            "diagnosis=other",
            "age × cardiac",
            "age × cost"
        ]
    );
}

#[test]
fn the_guide_shows_an_intent() {
    let page = include_str!("../../../../docs/guide/preparation.md");
    let mut blocks = page.split("```toml\n").skip(1);
    let intent = blocks
        .find(|block| block.contains("[default.integer]"))
        .unwrap();
    Intent::from_toml(intent.split("```").next().unwrap()).unwrap();
}
