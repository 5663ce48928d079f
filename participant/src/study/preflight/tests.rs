//! What is reported of data sets, good and bad.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use consilium_plan::{Plan, UnixTime};
use consilium_schema::{Differing, Schema};

use super::*;

const COLUMNS: &str = "[[column]]\nname = \"x\"\ntype = \"number\"\nmin = 0\nmax = 10\n\
                       [[column]]\nname = \"y\"\ntype = \"boolean\"\n";

fn plan() -> Plan {
    let party = |name: &str| format!("[[party]]\nname = \"{name}\"\ndata = \"rows\"\n");
    let text = format!(
        "title = \"t\"\npurpose = \"p\"\nkind = \"train-glm\"\nfeatures = [\"x\"]\n\
         label = {{ column = \"y\" }}\ntest = {{ split = \"half\" }}\n\
         [limits]\nminimum_rows = 2\nmost_rows = 6\nminimum_cohort = 2\n{COLUMNS}{}{}{}",
        party("a"),
        party("b"),
        party("c")
    );
    text.parse().unwrap()
}

fn inspected(columns: &str, rows: &str, split: Option<&str>) -> DataReport {
    inspected_as(columns, rows, split, |source, key| {
        source.version(key).unwrap()
    })
    .here
}

/// Inspects a data set of which a steward has approved some version.
fn inspected_as(
    columns: &str,
    rows: &str,
    split: Option<&str>,
    approved: impl FnOnce(&Source, &Seed) -> DataVersion,
) -> Inspected {
    inspected_for(&plan(), columns, rows, split, approved)
}

fn inspected_for(
    plan: &Plan,
    columns: &str,
    rows: &str,
    split: Option<&str>,
    approved: impl FnOnce(&Source, &Seed) -> DataVersion,
) -> Inspected {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let half = Name::try_from("half".to_owned()).unwrap();
    let split = split.map(|split| (half, write("half.csv", split)));
    let source = Source {
        path: write("rows.csv", rows),
        mapping: None,
        tables: BTreeMap::new(),
        schema: Schema::from_toml(columns).unwrap(),
        splits: split.into_iter().collect(),
        fence: crate::data::Fence {
            state: write("state", ""),
            root: None,
        },
    };
    let data = Name::try_from("rows".to_owned()).unwrap();
    let key = Seed::from_bytes([1; 32]);
    let grant = Grant {
        data: approved(&source, &key),
        runs: 1,
        until: UnixTime(1),
        waiver: false,
        beside: BTreeSet::new(),
    };
    let inspection = Inspection {
        party: &"a".parse().unwrap(),
        data: &data,
        grant: &grant,
        task: plan.task(),
        limits: plan.limits(),
        key: &key,
        secret: &Seed::from_bytes([2; 32]),
        now: UnixTime(1),
        spent: None,
        valued: &[],
    };
    inspection.inspect(&source)
}

const ROWS: &str = "x,y\n1,0\n2,1\n3,1\n";
const PLACE: &str = "a place that only its own people are told";
const SPLIT: &str = "row,split\n1,train\n2,train\n3,test\n4,test\n";

fn obstacles(report: &DataReport) -> (&[Obstacle], bool) {
    match report {
        DataReport::Read {
            obstacles,
            one_class,
            ..
        } => (obstacles, *one_class),
        other => panic!("it was not read: {other:?}"),
    }
}

#[test]
fn a_data_set_as_planned_has_no_obstacles() {
    let report = inspected(COLUMNS, ROWS, Some(SPLIT));
    assert_eq!(obstacles(&report), (&[][..], false));
}

#[test]
fn one_class_is_told_of_the_rows_that_are_fitted() {
    let report = inspected(COLUMNS, "x,y\n1,1\n2,1\n3,0\n", Some(SPLIT));
    assert_eq!(obstacles(&report), (&[][..], true));
}

#[test]
fn other_columns_are_named() {
    let wider = COLUMNS.replace("max = 10", "max = 11");
    let report = inspected(&wider, ROWS, Some(SPLIT));
    assert_eq!(
        obstacles(&report).0,
        [Obstacle::DiffersIn("x".to_owned(), vec![Differing::Range])]
    );
    let y_alone = &COLUMNS[COLUMNS.rfind("[[").unwrap()..];
    let report = inspected(y_alone, ROWS, Some(SPLIT));
    assert_eq!(obstacles(&report).0, [Obstacle::Missing("x".to_owned())]);
}

#[test]
fn too_few_and_too_many_rows_are_told_without_their_number() {
    let report = inspected(COLUMNS, "x,y\n1,0\n", Some("row,split\n1,train\n"));
    assert_eq!(obstacles(&report).0, [Obstacle::RowsTooFew]);
    let many = format!("{ROWS}{}", "4,0\n".repeat(5));
    let split = format!("{SPLIT}5,train\n6,train\n7,train\n8,train\n");
    assert_eq!(
        obstacles(&inspected(COLUMNS, &many, Some(&split))).0,
        [Obstacle::RowsTooMany]
    );
}

#[test]
fn a_split_must_be_there_and_place_every_usable_row() {
    let report = inspected(COLUMNS, ROWS, None);
    assert_eq!(report, DataReport::Absent { only_split: true });
    let report = inspected(COLUMNS, ROWS, Some("row,split\n1,train\n2,test\n"));
    let DataReport::Unreadable(failure) = report else {
        panic!("{report:?}");
    };
    assert_eq!(failure.code, Code::DataUnreadable);
    assert!(failure.details["place"].contains("row 3"), "{failure}");
    // What is left out for a missing value needs no place.
    let report = inspected(
        COLUMNS,
        "x,y\n1,0\n2,1\n,1\n",
        Some("row,split\n1,train\n2,train\n"),
    );
    assert_eq!(obstacles(&report), (&[][..], false));
}

#[test]
fn a_damaged_file_is_told_by_its_failure() {
    let report = inspected(COLUMNS, "x,y\n1,0\n2", Some(SPLIT));
    assert!(matches!(report, DataReport::Unreadable(failure) if failure.code == Code::DataCut));
}

#[test]
fn a_place_in_a_file_is_told_to_the_own_people_alone() {
    let wider = format!("{COLUMNS}[[column]]\nname = \"z\"\ntype = \"number\"\nmin = 0\nmax = 1\n");
    let bad_x = ("x,y,z\n1,0,0\n99,1,0\n3,1,0\n", "column x");
    let bad_z = ("x,y,z\n1,0,0\n2,1,9\n3,1,0\n", PLACE);
    let unplaced = ("x,y,z\n1,0,0\n2,1,0\n3,1,0\n", "split half");
    for (rows, told) in [bad_x, bad_z, unplaced] {
        let split = Some("row,split\n1,train\n2,test\n");
        let found = inspected_as(&wider, rows, split, |source, key| {
            source.version(key).unwrap()
        });
        let DataReport::Unreadable(here) = found.here else {
            panic!("{:?}", found.here);
        };
        assert!(here.details["place"].contains("row "), "{here:?}");
        let elsewhere = match found.elsewhere {
            Ok(DataReport::Unreadable(why)) | Err(why) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(elsewhere.code, here.code);
        assert_eq!(elsewhere.details["place"], told);
    }
}

#[test]
fn the_path_of_a_file_that_is_gone_is_told_to_the_own_people_alone() {
    let found = inspected_as(COLUMNS, ROWS, Some(SPLIT), |source, key| {
        let version = source.version(key).unwrap();
        std::fs::remove_file(&source.path).unwrap();
        version
    });
    let DataReport::Unreadable(here) = found.here else {
        panic!("{:?}", found.here);
    };
    let place = &here.details["place"];
    assert!(place.starts_with("there is no such file: /"), "{place}");
    let elsewhere = found.elsewhere.unwrap_err();
    assert_eq!(elsewhere.code, Code::DataUnreadable);
    let told = serde_json::to_string(&elsewhere).unwrap();
    assert!(!told.contains('/'), "{told}");
}

#[test]
fn of_a_version_that_nobody_approved_nothing_is_told_but_that_it_is_another() {
    for rows in ["x,y\n99,0\n", "x,y\n1,0\n2", "\"", "y\n0\n", ROWS] {
        let found = inspected_as(COLUMNS, rows, Some(SPLIT), |_, _| DataVersion([7; 32]));
        let changed = found.elsewhere.unwrap_err();
        assert_eq!(changed.code, Code::DataChanged, "{rows:?}");
        let named: Vec<&String> = changed.details.keys().collect();
        assert_eq!(named, ["data"]);
    }
}

#[test]
fn of_keys_that_cannot_be_read_others_are_told_no_place_either() {
    let text = |name: &str| format!("[[column]]\nname = \"{name}\"\ntype = \"text\"\n");
    let columns = text("id") + &text("ward");
    let party = |name: &str| format!("[[party]]\nname = \"{name}\"\ndata = \"rows\"\n");
    let plan = format!(
        "title = \"t\"\npurpose = \"p\"\nkind = \"align\"\n\
         [[key.part]]\ncolumn = \"id\"\nkind = \"text\"\n[align]\nminimum = 10\n{}{}",
        party("a"),
        party("b")
    );
    let plan: Plan = plan.parse().unwrap();
    let cases = [
        (
            "id,ward\n1,x\n2\n3,z\n",
            "row ",
            "only its own people are told why",
        ),
        ("ward\nx\n", "id", "id"),
    ];
    for (rows, here, told) in cases {
        let found = inspected_for(&plan, &columns, rows, None, |source, key| {
            source.version(key).unwrap()
        });
        let DataReport::Unreadable(why) = found.here else {
            panic!("{:?}", found.here);
        };
        let detail = |why: &Failure| {
            let place = why.details.get("place").or(why.details.get("column"));
            place.unwrap().clone()
        };
        assert!(detail(&why).contains(here), "{why:?}");
        let elsewhere = found.elsewhere.unwrap_err();
        assert_eq!(elsewhere.code, why.code);
        assert_eq!(detail(&elsewhere), told);
        let other = inspected_for(&plan, &columns, rows, None, |_, _| DataVersion([7; 32]));
        assert_eq!(other.elsewhere.unwrap_err().code, Code::DataChanged);
    }
}
