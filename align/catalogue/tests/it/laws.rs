//! What holds for every catalogue.

use consilium_catalogue::{Catalogue, CatalogueError, Certainty, Difference};
use consilium_schema::{Column, Kind, Levels};
use proptest::prelude::*;

use crate::SMALL;

/// The tables of a catalogue's text, its head first.
fn blocks(text: &str) -> Vec<&str> {
    text.split("\n\n").collect()
}

#[test]
fn the_starter_catalogue_is_sound_and_large_enough() {
    let starter = Catalogue::starter();
    assert!(
        starter.features().len() >= 150,
        "{}",
        starter.features().len()
    );
    for feature in starter.features() {
        let certain = feature.certainty() == Certainty::Certain;
        let schema = starter.schema(&[feature.id()]).unwrap();
        let column = &schema.columns()[0];
        assert_eq!(column.unit(), feature.unit(), "{}", feature.id());
        let open = match column.kind() {
            Kind::Number(bounds) | Kind::Integer(bounds) => {
                bounds.min.is_none() && bounds.max.is_none()
            }
            Kind::Category(levels) => *levels == Levels::Open,
            Kind::Code { width } => width.is_none(),
            Kind::Text | Kind::Boolean | Kind::Date(_) => true,
        };
        assert!(open || certain, "{} validates", feature.id());
    }
    let tables: Vec<&str> = starter
        .tables()
        .iter()
        .map(|table| table.id.as_str())
        .collect();
    for feature in starter.features() {
        assert!(tables.contains(&feature.table()), "{}", feature.id());
    }
}

#[test]
fn the_canonical_text_reads_back() {
    for catalogue in [Catalogue::from_toml(SMALL).unwrap(), Catalogue::starter()] {
        let again = Catalogue::from_toml(&catalogue.to_string()).unwrap();
        assert_eq!(again, catalogue);
        assert_eq!(again.hash(), catalogue.hash());
        assert!(Difference::between(&catalogue, &again).is_empty());
    }
}

proptest! {
    #[test]
    fn a_reordered_file_hashes_alike(order in Just(blocks(SMALL)).prop_shuffle()) {
        let (head, rest): (Vec<&str>, Vec<&str>) =
            order.into_iter().partition(|block| !block.contains("[["));
        let shuffled = [head, rest].concat().join("\n\n");
        let catalogue = Catalogue::from_toml(&shuffled).unwrap();
        prop_assert_eq!(catalogue.hash(), Catalogue::from_toml(SMALL).unwrap().hash());
    }

    #[test]
    fn no_text_makes_the_reader_panic(at in 0..SMALL.len(), noise in "\\PC{0,8}") {
        let cut = (0..=at).rev().find(|at| SMALL.is_char_boundary(*at)).unwrap();
        let (before, after) = SMALL.split_at(cut);
        let _ = Catalogue::from_toml(&format!("{before}{noise}{after}"));
    }
}

#[test]
fn a_difference_names_what_changed_its_versions_and_nothing_else() {
    let old = Catalogue::from_toml(SMALL).unwrap();
    let new = SMALL
        .replace("unit = \"d\"", "unit = \"h\"")
        .replace("version = \"2.0\"", "version = \"3.0\"")
        .replace("stay.route", "stay.way")
        .replace("\"los\", ", "");
    let new = Catalogue::from_toml(&new).unwrap();
    let difference = Difference::between(&old, &new);
    assert_eq!(difference.added, ["stay.way"]);
    assert_eq!(difference.removed, ["stay.route"]);
    let said: Vec<(&str, &str, bool)> = difference
        .changed
        .iter()
        .flat_map(|change| change.parts.iter().map(|part| (change.id.as_str(), part)))
        .map(|(id, part)| (id, part.key, part.changes_meaning()))
        .collect();
    assert_eq!(
        said,
        [
            ("stay.days", "synonyms", false),
            ("stay.days", "unit", true),
            ("stay.drg", "code_system", true),
        ]
    );
    let system = &difference.changed[1].parts[0];
    assert_eq!(system.before.as_deref(), Some("chs-drg 2.0"));
    assert_eq!(system.after.as_deref(), Some("chs-drg 3.0"));
    assert_ne!(old.hash(), new.hash());
}

#[test]
fn a_schema_takes_features_once_and_keeps_their_order() {
    let catalogue = Catalogue::from_toml(SMALL).unwrap();
    let schema = catalogue.schema(&["stay.route", "stay.days"]).unwrap();
    let names: Vec<&str> = schema.columns().iter().map(Column::name).collect();
    assert_eq!(names, ["stay.route", "stay.days"]);
    // Seen in code alone: no range.
    assert_eq!(schema.columns()[1].bounds().unwrap().max, None);
    assert_eq!(catalogue.schema(&[]), Err(CatalogueError::Choice));
    let twice = catalogue.schema(&["stay.drg", "stay.drg"]);
    assert_eq!(twice, Err(CatalogueError::Choice));
    let unknown = catalogue.schema(&["stay.weather"]);
    assert!(matches!(unknown, Err(CatalogueError::Unknown { id }) if id == "stay.weather"));
}

#[test]
fn catalogues_that_disagree_are_not_joined() {
    let one = Catalogue::from_toml(SMALL).unwrap();
    let joined = Catalogue::join("both", [one.clone(), one.clone()]).unwrap();
    assert_eq!(joined.features(), one.features());
    let other = Catalogue::from_toml(&SMALL.replace("unit = \"d\"", "unit = \"h\"")).unwrap();
    let clash = Catalogue::join("both", [one, other]);
    assert!(matches!(clash, Err(CatalogueError::Clash { id }) if id == "stay.days"));
}

#[test]
fn the_catalogue_of_the_guide_is_one() {
    let page = include_str!("../../../../docs/guide/catalogue.md");
    let (_, block) = page.split_once("```toml\n").unwrap();
    let text = block.split("```").next().unwrap();
    assert_eq!(Catalogue::from_toml(text).unwrap().features().len(), 1);
}

#[test]
fn a_feature_means_the_same_under_better_names_and_another_under_another_range() {
    let catalogue = Catalogue::from_toml(SMALL).unwrap();
    let meaning = |text: &str, id: &str| {
        let catalogue = Catalogue::from_toml(text).unwrap();
        catalogue.feature(id).unwrap().meaning()
    };
    let features = catalogue.features().iter();
    let mut hashes: Vec<_> = features
        .map(consilium_catalogue::Feature::meaning)
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), catalogue.features().len());
    let named = SMALL
        .replace("住院天数", "天数")
        .replace("\"los\", ", "")
        .replace("\"急诊\", ", "")
        .replace("name = \"CHS-DRG\"", "name = \"DRG of the insurance\"")
        .replace("sensitivity = 3", "sensitivity = 2");
    for feature in catalogue.features() {
        assert_eq!(meaning(&named, feature.id()), feature.meaning());
    }
    for (was, is, id) in [
        ("max = 3660", "max = 366", "stay.days"),
        ("unit = \"d\"", "unit = \"h\"", "stay.days"),
        ("version = \"2.0\"", "version = \"3.0\"", "stay.drg"),
        ("Asia/Shanghai", "UTC", "stay.admitted_on"),
        ("[\"clinic\"", "[\"outpatient\"", "stay.route"),
    ] {
        let changed = meaning(&SMALL.replace(was, is), id);
        assert_ne!(changed, catalogue.feature(id).unwrap().meaning(), "{is}");
    }
}

#[test]
fn a_schema_says_of_which_system_and_version_codes_are() {
    let catalogue = Catalogue::from_toml(SMALL).unwrap();
    let schema = catalogue.schema(&["stay.drg"]).unwrap();
    let codes = schema.columns()[0].codes().unwrap();
    assert_eq!((codes.system(), codes.version()), ("chs-drg", Some("2.0")));
}
