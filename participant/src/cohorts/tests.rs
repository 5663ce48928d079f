use std::fmt::Write as _;

use consilium_data::Reading;
use consilium_plan::{DataVersion, UnixTime};
use consilium_schema::Schema;

use super::*;

const M: u64 = 10;

fn secret() -> Seed {
    Seed::from_bytes([5; 32])
}

/// Gives a table of these people; `columns` are those that its file has beside their numbers.
fn table(people: impl IntoIterator<Item = u32>, columns: &[&str]) -> Table {
    let mut schema = "[[column]]\nname = \"person\"\ntype = \"code\"\n".to_owned();
    for column in columns {
        write!(
            schema,
            "[[column]]\nname = \"{column}\"\ntype = \"integer\"\n"
        )
        .unwrap();
    }
    let schema = Schema::from_toml(&schema).unwrap();
    let mut text = format!("person,{}\n", columns.join(","));
    for person in people {
        let cells = columns.iter().zip(7..);
        let cells: Vec<String> = cells.map(|(_, by)| (person % by).to_string()).collect();
        writeln!(text, "p{person},{}", cells.join(",")).unwrap();
    }
    Reading::new(&schema)
        .stream(std::io::Cursor::new(text))
        .unwrap()
        .table
}

fn answered(table: &Table, data_set: &str) -> Earlier {
    let columns = columns(table);
    let sketch = sketch(table, &columns, &secret()).unwrap();
    let cohort = Cohort {
        study: "ab".repeat(32).parse().unwrap(),
        data_set: data_set.to_owned(),
        version: DataVersion([1; 32]),
        answered: UnixTime(0),
        minimum: M,
        columns,
        sketch: sketch.to_bytes(),
    };
    Earlier { cohort, sketch }
}

fn is_refused(table: &Table, earlier: &[Earlier], minimum: u64) -> bool {
    too_close(table, earlier, (minimum, &secret())).is_some()
}

#[test]
fn a_cohort_is_refused_that_differs_by_fewer_rows_than_the_minimum_but_by_some() {
    let earlier = [answered(&table(0..400, &["stay", "age"]), "visits")];
    for (more, refused) in [(0, false), (1, true), (9, true), (10, false), (300, false)] {
        let larger = table(0..400 + more, &["stay", "age"]);
        assert_eq!(is_refused(&larger, &earlier, M), refused, "{more} more");
        let smaller = table(more..400, &["stay", "age"]);
        assert_eq!(is_refused(&smaller, &earlier, M), refused, "{more} less");
    }
    // Four have gone, five have come; five and five.
    assert!(is_refused(&table(4..405, &["stay", "age"]), &earlier, M));
    assert!(!is_refused(&table(5..405, &["stay", "age"]), &earlier, M));
}

#[test]
fn the_larger_minimum_of_both_studies_counts() {
    let earlier = [answered(&table(0..400, &["stay"]), "visits")];
    assert!(is_refused(&table(0..405, &["stay"]), &earlier, 1));
    assert!(is_refused(&table(0..415, &["stay"]), &earlier, 20));
    assert!(!is_refused(&table(0..415, &["stay"]), &earlier, M));
}

#[test]
fn rows_in_another_order_or_with_more_columns_are_the_same_cohort() {
    let earlier = [answered(&table(0..400, &["stay"]), "visits")];
    let reversed = table((0..400).rev(), &["stay"]);
    assert!(!is_refused(&reversed, &earlier, M));
    assert!(!is_refused(&table(0..400, &["stay", "age"]), &earlier, M));
    assert!(is_refused(&table(1..400, &["stay", "age"]), &earlier, M));
}

#[test]
fn rows_that_are_alike_count_each_for_itself() {
    let twice = |more: usize| table((0..200).chain(std::iter::repeat_n(7, more)), &["stay"]);
    let earlier = [answered(&twice(0), "visits")];
    for (more, refused) in [(0, false), (1, true), (9, true), (10, false)] {
        assert_eq!(is_refused(&twice(more), &earlier, M), refused, "{more}");
    }
}

#[test]
fn what_rows_were_told_apart_by_must_be_there_to_compare() {
    let earlier = [answered(&table(0..400, &["stay"]), "visits")];
    assert!(!is_refused(&table(1..400, &[]), &earlier, M));
}

#[test]
fn another_secret_gives_another_sketch_of_the_same_rows() {
    let table = table(0..50, &["stay"]);
    let names = columns(&table);
    let [ours, theirs] =
        [5, 6].map(|byte| sketch(&table, &names, &Seed::from_bytes([byte; 32])).unwrap());
    assert_eq!(ours.difference(&theirs), 100);
}
