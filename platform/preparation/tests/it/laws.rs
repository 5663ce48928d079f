//! What holds for all preparations and all cells.

use consilium_preparation::{Operation, Preparation};
use proptest::prelude::*;

use crate::{Cell, over, preparation, row, schema};

const COLUMNS: [&str; 6] = ["age", "bmi", "cost", "change", "sex", "diagnosis"];
const CODES: [&str; 4] = ["I20", "I21", "C50", "Z00"];

/// A `[[prepared]]` of a number, whatever its column, and what else must be true of the column.
fn of_number() -> impl Strategy<Value = String> {
    let column = prop::sample::select(vec!["age", "bmi", "cost", "change"]);
    let steps = (
        prop::option::of(0.0..10.0_f64),
        any::<bool>(),
        (0.0..1.0_f64, 1.5..300.0_f64),
        any::<bool>(),
        -1e3..1e3_f64,
        1e-3..1e3_f64,
    );
    let steps = (column, any::<bool>(), steps);
    steps.prop_map(|(column, is_clipped, (missing, mark, (low, high), log, centre, spread))| {
        let missing = missing.map_or(String::new(), |it| format!("missing = {it:?}\n"));
        // Those that are declared from 0 up need none.
        let clip = if is_clipped || !["age", "cost"].contains(&column) {
            format!("clip = [{low:?}, {high:?}]\n")
        } else {
            String::new()
        };
        format!(
            "[[prepared]]\nname = \"{column}'\"\ncolumn = \"{column}\"\n{missing}mark_missing = {mark}\n\
             {clip}log = {log}\ncentre = {centre:?}\nspread = {spread:?}\n"
        )
    })
}

fn of_levels() -> impl Strategy<Value = String> {
    let unseen = prop::sample::select(vec!["other", "zero", "missing"]);
    let missing = prop::sample::select(vec![
        "",
        "missing = \"zero\"\n",
        "missing = { level = \"I21\" }\n",
    ]);
    let reference = prop::sample::select(vec!["", "reference = \"I20\"\n"]);
    (unseen, missing, reference, any::<bool>()).prop_map(|(unseen, missing, reference, mark)| {
        format!(
            "[[prepared]]\nname = \"code\"\ncolumn = \"diagnosis\"\nlevels = [\"I20\", \"I21\"]\n\
             unseen = \"{unseen}\"\n{missing}{reference}mark_missing = {mark}\n"
        )
    })
}

fn of_weights() -> impl Strategy<Value = String> {
    let cuts = prop::collection::btree_set(-50_i32..50, 1..6);
    let weight = -3.0..3.0_f64;
    (cuts, prop::collection::vec(weight, 7), prop::option::of(-1.0..1.0_f64)).prop_map(
        |(cuts, weights, missing)| {
            let weights = &weights[..=cuts.len()];
            let missing = missing.map_or(String::new(), |it| format!("missing_weight = {it:?}\n"));
            let cuts: Vec<i32> = cuts.into_iter().collect();
            format!(
                "[[prepared]]\nname = \"woe\"\ncolumn = \"change\"\ncuts = {cuts:?}\nweights = {weights:?}\n{missing}"
            )
        },
    )
}

fn text() -> impl Strategy<Value = String> {
    (of_number(), of_levels(), of_weights()).prop_map(|(number, levels, weights)| {
        let name = number.lines().nth(1).unwrap_or_default().to_owned();
        let name = name.trim_start_matches("name = ").to_owned();
        format!(
            "{number}{levels}{weights}[[prepared]]\nproduct = [{name}, \"woe\"]\n\
             [[prepared]]\nname = \"sexes\"\ncolumn = \"sex\"\n[[prepared]]\nproduct = [{name}, \"sexes=M\"]\n"
        )
    })
}

fn number() -> impl Strategy<Value = Option<f64>> {
    prop::option::weighted(
        0.8,
        prop_oneof![-1e7..1e7_f64, -100.0..300.0_f64, Just(0.0)],
    )
}

/// Rows as cells of [`COLUMNS`].
fn rows() -> impl Strategy<Value = Vec<Vec<Cell>>> {
    let row = (
        prop::collection::vec(number(), 4),
        prop::option::weighted(0.8, prop::sample::select(vec!["F", "M"])),
        prop::option::weighted(0.8, prop::sample::select(CODES.to_vec())),
    );
    let row = row.prop_map(|(numbers, sex, code)| {
        let numbers = numbers.into_iter().map(Cell::Number);
        numbers.chain([sex, code].map(Cell::Text)).collect()
    });
    prop::collection::vec(row, 1..20)
}

fn table(rows: &[Vec<Cell>]) -> Vec<(&'static str, Vec<Cell>)> {
    let column = |place: usize| rows.iter().map(|row| row[place].clone()).collect();
    let named = COLUMNS.into_iter().enumerate();
    named.map(|(place, name)| (name, column(place))).collect()
}

fn bits(row: &[f64]) -> Vec<u64> {
    row.iter().map(|value| value.to_bits()).collect()
}

proptest! {
    #[test]
    fn the_canonical_text_reads_back_as_the_same(text in text()) {
        let first = preparation(&text);
        let again = preparation(&first.to_string());
        prop_assert_eq!(&again, &first);
        prop_assert_eq!(again.to_string(), first.to_string());
        prop_assert_eq!(again.hash(), first.hash());
    }

    /// Even of cells that the schema doesn't allow.
    #[test]
    fn what_comes_out_lies_in_its_range_or_is_missing(text in text(), rows in rows()) {
        let preparation = preparation(&text);
        let table = table(&rows);
        let bound = over(&preparation, &table);
        let Operation::Scale(scale) = preparation.features()[0].operation() else {
            panic!("{text}");
        };
        let column = COLUMNS.iter().position(|it| *it == scale.column).unwrap();
        for (place, cells) in rows.iter().enumerate() {
            let is_missing = matches!(cells[column], Cell::Number(None)) && scale.missing.is_none();
            prop_assert_eq!(row(&preparation, &bound, place)[0].is_nan(), is_missing);
            for (value, term) in row(&preparation, &bound, place).into_iter().zip(preparation.terms()) {
                let (low, high) = term.values.range();
                prop_assert!(value.is_nan() || (low <= value && value <= high), "{}", term.name);
                prop_assert!(!term.values.is_whole() || value.is_nan() || value.fract() == 0.0);
            }
        }
    }

    #[test]
    fn the_order_of_rows_changes_none(text in text(), rows in rows()) {
        let preparation = preparation(&text);
        let (forth, back) = (table(&rows), table(&rows.iter().rev().cloned().collect::<Vec<_>>()));
        let (forth, back) = (over(&preparation, &forth), over(&preparation, &back));
        for place in 0..rows.len() {
            let one = row(&preparation, &forth, place);
            let other = row(&preparation, &back, rows.len() - 1 - place);
            prop_assert_eq!(bits(&one), bits(&other));
        }
    }

    #[test]
    fn no_text_makes_checking_panic(text in "(\\[\\[prepared\\]\\]\n|[a-z_]{1,8} = |\"[a-z=×]{0,5}\"|[-0-9.e]{1,5}|\\[|\\]|,|\n){0,20}") {
        let _ = Preparation::from_toml(&text, &schema());
    }
}
