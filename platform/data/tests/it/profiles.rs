use consilium_data::profile;
use consilium_schema::{ColumnProfile, Rows, Summary};

use crate::{one, read, texts};

fn of(keys: &str, cells: &[&str]) -> ColumnProfile {
    let file = format!("x\n{}\n", cells.join("\n"));
    profile(&read(&one(keys), file).unwrap().table)
        .columns
        .remove(0)
}

#[test]
fn numbers_are_summarised() {
    let column = of("type = \"number\"", &["1", "?", "2", "3", "4", "4"]);
    assert_eq!(
        (column.present, column.missing, column.distinct.values),
        (Rows(5), Rows(1), 4)
    );
    let Summary::Numbers(numbers) = column.summary else {
        panic!("numbers")
    };
    assert_eq!((numbers.min, numbers.max, numbers.mean), (1.0, 4.0, 2.8));
    assert!((numbers.sd.unwrap() - 1.7f64.sqrt()).abs() < 1e-12);
    let quantiles: Vec<_> = numbers
        .quantiles
        .iter()
        .map(|q| (q.share, q.value))
        .collect();
    assert!(quantiles.contains(&(0.5, 3.0)), "{quantiles:?}");
}

#[test]
fn levels_are_counted_from_the_most_frequent() {
    let column = of(
        "type = \"category\"\nlevels = [\"a\", \"b\", \"c\"]",
        &["b", "a", "b", "NA"],
    );
    let Summary::Levels { top, others } = &column.summary else {
        panic!("levels")
    };
    let shown: Vec<_> = top
        .iter()
        .map(|level| (level.level.as_str(), level.rows.0))
        .collect();
    assert_eq!((shown, *others), (vec![("b", 2), ("a", 1)], Rows(0)));
}

#[test]
fn codes_that_name_single_rows_are_not_listed() {
    let ids = of("type = \"code\"", &["001", "002", "003"]);
    assert!(matches!(ids.summary, Summary::Text(lengths) if lengths.longest == 3));
    let wards = of("type = \"code\"", &["01", "02", "01", "02"]);
    assert!(matches!(wards.summary, Summary::Levels { .. }));
}

#[test]
fn a_column_without_values_has_nothing_to_summarise() {
    for keys in [
        "number", "integer", "category", "text", "code", "boolean", "date",
    ] {
        let column = of(&format!("type = \"{keys}\""), &["NA", "?"]);
        assert_eq!((column.present, column.missing), (Rows(0), Rows(2)));
        assert_eq!(column.summary, Summary::Nothing, "{keys}");
    }
}

#[test]
fn a_profile_keeps_the_order_of_the_schema() {
    let loaded = read(&texts("", &["b", "a"]), "a,b\n1,2\n").unwrap();
    let names: Vec<_> = profile(&loaded.table)
        .columns
        .into_iter()
        .map(|c| c.name)
        .collect();
    assert_eq!(names, ["b", "a"]);
}
