//! What is reported of data sets, good and bad.

use std::fs;

use consilium_plan::{Plan, UnixTime};
use consilium_schema::Schema;

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
        schema: Schema::from_toml(columns).unwrap(),
        splits: split.into_iter().collect(),
    };
    let plan = plan();
    let data = Name::try_from("rows".to_owned()).unwrap();
    let key = Seed::from_bytes([1; 32]);
    let grant = Grant {
        data: source.version(&key).unwrap(),
        runs: 1,
        until: UnixTime(1),
        waiver: false,
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
    };
    inspection.inspect(Some(&source)).unwrap()
}

const ROWS: &str = "x,y\n1,0\n2,1\n3,1\n";
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
    assert_eq!(obstacles(&report).0, [Obstacle::Differs("x".to_owned())]);
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
fn room_is_tight_below_twice_what_is_needed() {
    assert_eq!(room(99, 100), Room::Short);
    assert_eq!(room(150, 100), Room::Tight);
    assert_eq!(room(200, 100), Room::Ample);
}

#[test]
fn free_memory_is_read_as_linux_writes_it() {
    let told = "MemTotal: 8 kB\nMemAvailable:    2048 kB\n";
    assert_eq!(available(told), Some(2 << 20));
    assert_eq!(available("MemTotal: 8 kB\n"), None);
}
