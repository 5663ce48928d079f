//! What holds of every table.

use consilium_privacy::{Attribute, Classes, Column, Report, Table, Threshold};
use proptest::{prelude::*, sample::Index};

fn column(name: &str, cells: &[Option<u8>]) -> Column {
    Column::of(name, cells.iter().copied()).unwrap()
}

fn table(rows: &[[Option<u8>; 3]], ordered: bool) -> Table {
    let cells = |place: usize| rows.iter().map(|row| row[place]).collect::<Vec<_>>();
    let sensitive = column("sick", &cells(2));
    Table {
        quasi: vec![column("age", &cells(0)), column("sex", &cells(1))],
        sensitive: vec![if ordered {
            sensitive.ordered()
        } else {
            sensitive
        }],
        direct: Vec::new(),
        person: None,
        population: None,
        population_rows: Some(10 * rows.len() as u64),
        threshold: Threshold::CLINICAL,
    }
}

fn cell(most: u8) -> impl Strategy<Value = Option<u8>> {
    prop_oneof![1 => Just(None), 9 => (0..most).prop_map(Some)]
}

fn rows() -> impl Strategy<Value = Vec<[Option<u8>; 3]>> {
    prop::collection::vec(
        (cell(6), cell(2), cell(5)).prop_map(|(a, b, c)| [a, b, c]),
        1..60,
    )
}

proptest! {
    #[test]
    fn the_order_of_rows_changes_nothing(
        rows in rows(),
        swaps in prop::collection::vec((any::<Index>(), any::<Index>()), 30),
        ordered: bool,
    ) {
        let before = Report::of(&table(&rows, ordered)).unwrap();
        let mut other = rows.clone();
        for (a, b) in swaps {
            other.swap(a.index(rows.len()), b.index(rows.len()));
        }
        prop_assert_eq!(before, Report::of(&table(&other, ordered)).unwrap());
    }

    #[test]
    fn measures_stay_within_their_bounds(rows in rows(), ordered: bool) {
        let found = Report::of(&table(&rows, ordered)).unwrap();
        let (curve, risks) = (&found.curve, &found.risks);
        prop_assert_eq!(curve.steps[0].rows, rows.len() as u64);
        prop_assert!(curve.steps.is_sorted_by(|a, b| a.rows >= b.rows));
        prop_assert!(risks.prosecutor.average <= risks.prosecutor.highest);
        prop_assert!((0.0..=1.0).contains(&risks.prosecutor.at_risk));
        let sick = &found.sensitive[0];
        // Where no cell is there, none of both is.
        let least = if sick.missing == rows.len() { 0.0 } else { 1.0 - 1e-12 };
        prop_assert!((least..=sick.distinct as f64 + 1e-12).contains(&sick.entropy));
        prop_assert!((0.0..=1.0).contains(&sick.closeness));
        prop_assert!(sick.enhanced_beta.is_none_or(|it| it <= sick.beta));
        prop_assert!(sick.recursive.is_sorted_by(|a, b| a.c <= b.c));
        let alone = found.population.unwrap();
        prop_assert!((0.0..=1.0).contains(&alone.share), "{alone:?}");
    }

    #[test]
    fn a_coarser_table_hides_more(rows in rows()) {
        let fine = table(&rows, false).quasi;
        let coarse = Classes::of(&fine[..1]).unwrap();
        let fine = Classes::of(&fine).unwrap();
        prop_assert!(coarse.curve().smallest >= fine.curve().smallest);
        let sick = column("sick", &rows.iter().map(|row| row[2]).collect::<Vec<_>>());
        let coarse = Attribute::of(&coarse, &sick).unwrap();
        let fine = Attribute::of(&fine, &sick).unwrap();
        prop_assert!(coarse.distinct >= fine.distinct);
        prop_assert!(coarse.closeness <= fine.closeness + 1e-12);
    }
}
