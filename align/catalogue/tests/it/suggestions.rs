//! Suggestions for public data sets, held against what people found their columns to mean.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use consilium_catalogue::{Catalogue, Sketch, Suggested, Suggester};

/// How suggestions for a data set do; see `truth/README.md`.
#[derive(Debug, Default, Clone, Copy)]
struct Measured {
    columns: u32,
    with_feature: u32,
    suggested: u32,
    first: u32,
    among_three: u32,
}

impl Measured {
    fn precision_at_1(self) -> f64 {
        f64::from(self.first) / f64::from(self.suggested)
    }

    fn recall_at_1(self) -> f64 {
        f64::from(self.first) / f64::from(self.with_feature)
    }

    fn recall_at_3(self) -> f64 {
        f64::from(self.among_three) / f64::from(self.with_feature)
    }
}

/// The file or folder of the tests.
fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)
}

/// The columns of a data set by table, each with its feature or none.
fn truth(set: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut file = csv::Reader::from_path(at(&format!("truth/{set}.csv"))).unwrap();
    for line in file.records() {
        let line = line.unwrap();
        let column = (line[1].to_owned(), line[2].to_owned());
        tables.entry(line[0].to_owned()).or_default().push(column);
    }
    tables
}

fn suggestions(suggester: &Suggester<'_>, set: &str, table: &str) -> Vec<Suggested> {
    let mut file = csv::Reader::from_path(at(&format!("extracts/{set}/{table}.csv"))).unwrap();
    let mut columns: Vec<Sketch> = file.headers().unwrap().iter().map(Sketch::new).collect();
    for line in file.records() {
        for (column, cell) in columns.iter_mut().zip(&line.unwrap()) {
            column.observe(cell);
        }
    }
    suggester.table(table, &columns)
}

fn measure(catalogue: &Catalogue, set: &str) -> Measured {
    let suggester = Suggester::new(catalogue);
    let mut measured = Measured::default();
    for (table, columns) in truth(set) {
        let suggested = suggestions(&suggester, set, &table);
        assert_eq!(suggested.len(), columns.len(), "{table}");
        for ((column, feature), suggested) in columns.iter().zip(suggested) {
            assert_eq!(*column, suggested.column);
            let ids: Vec<&str> = suggested.features.iter().map(|one| one.feature.as_str()).collect();
            let place = ids.iter().position(|id| id == feature);
            measured.columns += 1;
            measured.with_feature += u32::from(!feature.is_empty());
            measured.suggested += u32::from(!ids.is_empty());
            measured.first += u32::from(place == Some(0));
            measured.among_three += u32::from(place.is_some_and(|place| place < 3));
            if std::env::var_os("SHOW").is_some() && place != Some(0) {
                println!("{table}.{column}: {feature} ({place:?}) {:?}", suggested.features.iter().take(3).map(|s| (s.feature.clone(), s.score)).collect::<Vec<_>>());
            }
        }
    }
    println!(
        "{set}: {measured:?}, precision@1 {:.3}, recall@1 {:.3}, recall@3 {:.3}",
        measured.precision_at_1(),
        measured.recall_at_1(),
        measured.recall_at_3()
    );
    measured
}

#[test]
fn suggestions_meet_what_people_found() {
    let catalogue = Catalogue::starter();
    for set in ["synthea", "synpuf"] {
        let measured = measure(&catalogue, set);
        assert!(measured.precision_at_1() >= 0.85, "{set}: {measured:?}");
        assert!(measured.recall_at_3() >= 0.9, "{set}: {measured:?}");
    }
}
