//! The cells that terms cut rows into.

use std::fmt::Write as _;

use consilium_preparation::{Partition, Preparation, Uncounted};
use consilium_schema::Schema;

const MOST: usize = 50_000;

/// Columns of codes, each with a thousand weights, and the products of all two of them.
fn long(columns: usize) -> (Schema, Preparation) {
    let mut declared = String::new();
    let mut prepared = String::new();
    let levels: Vec<String> = (0..1000).map(|level| format!("L{level}")).collect();
    for column in 0..columns {
        writeln!(
            declared,
            "[[column]]\nname = \"c{column}\"\ntype = \"code\""
        )
        .expect("it is given rightly");
        let weights: Vec<f64> = (0..1000).map(|at| (at * columns + 1) as f64).collect();
        writeln!(
            prepared,
            "[[prepared]]\nname = \"w{column}\"\ncolumn = \"c{column}\"\nlevels = {levels:?}\nweights = {weights:?}\nunseen_weight = 0"
        )
        .expect("it is given rightly");
        for other in 0..column {
            writeln!(
                prepared,
                "[[prepared]]\nproduct = [\"w{other}\", \"w{column}\"]"
            )
            .expect("it is given rightly");
        }
    }
    let schema = Schema::from_toml(&declared).expect("it is given rightly");
    let prepared = Preparation::from_toml(&prepared, &schema).expect("it is given rightly");
    (schema, prepared)
}

fn partitions(prepared: &Preparation, schema: &Schema) -> Result<Vec<Partition>, Uncounted> {
    let features: Vec<String> = prepared
        .features()
        .iter()
        .map(|feature| feature.name().to_owned())
        .collect();
    prepared.partitions(&features, schema, MOST)
}

#[test]
fn all_partitions_share_what_may_be_counted() {
    let (schema, alone) = long(1);
    let counted = partitions(&alone, &schema).expect("it is given rightly");
    // A thousand levels, others, and none.
    assert_eq!(counted.len(), 1);
    assert_eq!(counted[0].cells.len(), 1002);
    for columns in [2, 20] {
        let (schema, prepared) = long(columns);
        assert_eq!(partitions(&prepared, &schema), Err(Uncounted::TooMany));
    }
}

#[test]
fn numbers_of_one_column_are_parted_by_ends_cuts_and_fills() {
    let schema =
        Schema::from_toml("[[column]]\nname = \"days\"\ntype = \"number\"\nmin = 0\nmax = 40\n")
            .expect("it is given rightly");
    let number = |name: &str, rest: &str| {
        format!("[[prepared]]\nname = \"{name}\"\ncolumn = \"days\"\n{rest}\n")
    };
    let made = |text: &str| {
        let prepared = Preparation::from_toml(text, &schema).expect("it is given rightly");
        let all = partitions(&prepared, &schema).expect("it is given rightly");
        let joint = all
            .into_iter()
            .filter(|it| it.splits.len() > 1 && !it.is_of_ends);
        joint
            .map(|it| it.cells.into_iter().filter(|cell| !cell.is_empty()).count())
            .collect::<Vec<_>>()
    };
    // One number, marked or not, has none beside it.
    assert!(
        made(&number(
            "a",
            "missing = 3\nmark_missing = true\nclip = [0, 5]"
        ))
        .is_empty()
    );
    // Below 5, 5, to 6, 6 and more; and a row without a value.
    let clips = number("a", "clip = [0, 5]") + &number("b", "clip = [0, 6]");
    assert_eq!(made(&clips), [5, 5]);
    let fills = number("a", "missing = 2") + &number("b", "missing = 3");
    assert_eq!(made(&fills), [2, 2]);
}
