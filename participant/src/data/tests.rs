//! Versions tell every change, and bad files are named by their place.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    process::Command,
};

use consilium_plan::Code;
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::*;
use crate::{home::sample, store::data_sets};

const SCHEMA: &str = "[[column]]\nname = \"age\"\ntype = \"number\"\nmin = 0\nmax = 100\n";
const ROWS: &str = "age\n30\n40\n";
const SPLIT: &str = "row,split\n1,train\n2,test\n";

fn key() -> Seed {
    Seed::from_bytes([7; 32])
}

fn state_of(folder: &TempDir) -> PathBuf {
    let state = folder.path().join("state");
    fs::create_dir_all(&state).unwrap();
    state
}

fn fence(folder: &TempDir) -> Fence {
    Fence {
        state: state_of(folder),
        root: None,
    }
}

fn source(folder: &TempDir) -> Source {
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let half = Name::try_from("half".to_owned()).unwrap();
    Source {
        path: path("rows.csv", ROWS),
        mapping: None,
        tables: BTreeMap::new(),
        schema: Schema::from_toml(SCHEMA).unwrap(),
        splits: [(half, path("half.csv", SPLIT))].into(),
        fence: fence(folder),
    }
}

#[test]
fn reading_and_hashing_give_one_version() {
    let folder = tempfile::tempdir().unwrap();
    let source = source(&folder);
    let contents = source.read(&key()).unwrap();
    assert_eq!(contents.version, source.version(&key()).unwrap());
    assert_eq!(contents.counts.rows_read.0, 2);
    let split = contents.splits.values().next().unwrap();
    assert_eq!(split.of(1), Some(Purpose::Fitting));
    assert_eq!(split.of(2), Some(Purpose::Testing));
    assert_eq!(split.of(3), None);
}

#[test]
fn every_change_is_another_version() {
    let folder = tempfile::tempdir().unwrap();
    let first = source(&folder);
    let mut versions = vec![first.version(&key()).unwrap()];
    versions.push(first.version(&Seed::from_bytes([8; 32])).unwrap());
    fs::write(&first.path, "age\n30\n41\n").unwrap();
    versions.push(first.version(&key()).unwrap());
    let mut wider = source(&folder);
    wider.schema = Schema::from_toml(&SCHEMA.replace("100", "120")).unwrap();
    versions.push(wider.version(&key()).unwrap());
    let other = source(&folder);
    fs::write(other.splits.values().next().unwrap(), "row,split\n1,test\n").unwrap();
    versions.push(other.version(&key()).unwrap());
    let mut unsplit = source(&folder);
    unsplit.splits.clear();
    versions.push(unsplit.version(&key()).unwrap());
    let mut renamed = source(&folder);
    let path = renamed.splits.pop_first().unwrap().1;
    let name = Name::try_from("halves".to_owned()).unwrap();
    renamed.splits.insert(name, path);
    versions.push(renamed.version(&key()).unwrap());
    for (place, version) in versions.iter().enumerate() {
        assert!(
            !versions[..place].contains(version),
            "version {place} is not new"
        );
    }
}

/// A mapping of one file; a script that takes the request from its standard input stands for the program.
fn mapped(folder: &TempDir, file: &str, script: &str) -> Mapped {
    let program = folder.path().join("consilium-sql");
    // Anew: what is being run can't be written.
    fs::remove_file(&program).ok();
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let here = Mappings {
        program: consilium_mapping::Whereabouts {
            named: Some(program),
            ..Default::default()
        },
        ..Mappings::default()
    };
    let text = format!(
        "schema = \"s.toml\"\nsql = \"SELECT age FROM t\"\n\
         [[source]]\nname = \"t\"\npath = \"{file}\"\n"
    );
    let mapping = consilium_mapping::Mapping::from_toml(&text).unwrap();
    let path = folder.path().join("mapping.toml");
    Mapped::new(mapping, &path, (fence(folder), here.into()))
}

#[test]
fn a_file_that_changes_while_a_query_reads_it_is_told_from_a_failing_query() {
    let folder = tempfile::tempdir().unwrap();
    let mut source = source(&folder);
    let mut run = |script: &str| {
        source.mapping = Some(mapped(&folder, "rows.csv", script));
        let before = source.version(&key()).unwrap();
        let error = source.read(&key()).unwrap_err();
        (error, before == source.version(&key()).unwrap())
    };
    let (failing, is_same) = run("cat > /dev/null\nexit 3");
    assert!(
        matches!(failing, DataError::Query(_)) && is_same,
        "{failing}"
    );
    let rows = folder.path().join("rows.csv");
    let (changing, is_same) = run(&format!("cat > /dev/null\necho 50 >> {}", rows.display()));
    assert!(
        matches!(changing, DataError::Changing) && !is_same,
        "{changing}"
    );
}

#[test]
fn a_link_that_is_exchanged_while_a_query_runs_leads_it_nowhere_else() {
    let house = tempfile::tempdir().unwrap();
    let folder = TempDir::new_in(&house).unwrap();
    let source = source(&folder);
    let [link, outside, asked] =
        ["link.csv", "../outside.csv", "request"].map(|name| folder.path().join(name));
    symlink(&source.path, &link).unwrap();
    fs::write(&outside, "age\n50\n").unwrap();
    let script = format!(
        "cat > {}\nln -sf {} {}\nexit 3",
        asked.display(),
        outside.display(),
        link.display()
    );
    let source = Source {
        mapping: Some(mapped(&folder, "link.csv", &script)),
        ..source
    };
    let before = source.version(&key()).unwrap();
    let error = source.read(&key()).unwrap_err();
    assert!(matches!(error, DataError::Outside { .. }), "{error}");
    let request: serde_json::Value = serde_json::from_slice(&fs::read(asked).unwrap()).unwrap();
    let lies = fs::canonicalize(&source.path).unwrap();
    assert_eq!(request["files"], serde_json::json!([lies]));
    // Nor is a version of what lies outside computed.
    let error = source.version(&key()).unwrap_err();
    assert!(matches!(error, DataError::Outside { .. }), "{error}");
    fs::remove_file(&link).unwrap();
    symlink(&source.path, &link).unwrap();
    assert_eq!(source.version(&key()).unwrap(), before);
}

#[test]
fn nothing_is_read_in_the_state_folder_nor_outside_the_root_be_it_by_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let source = source(&folder);
    let half = source.splits.keys().next().unwrap();
    let link = folder.path().join("link.csv");
    let forbidden = |is_forbidden: fn(&DataError) -> bool, root: Option<PathBuf>| {
        let fence = Fence {
            root,
            ..source.fence.clone()
        };
        let rows = Source {
            path: link.clone(),
            fence: fence.clone(),
            ..source.clone()
        };
        let split = Source {
            splits: [(half.clone(), link.clone())].into(),
            fence,
            ..source.clone()
        };
        let mut errors = vec![rows.texts(&key(), &["age"], |_| {}).unwrap_err()];
        for source in [rows, split] {
            errors.push(source.read(&key()).unwrap_err());
            errors.push(source.version(&key()).unwrap_err());
        }
        for error in errors {
            assert!(is_forbidden(&error), "{error}");
        }
    };
    let secret = state_of(&folder).join("own.csv");
    fs::write(&secret, ROWS).unwrap();
    symlink(&secret, &link).unwrap();
    forbidden(|error| matches!(error, DataError::InState { .. }), None);
    let mapped = mapped(&folder, "link.csv", "exit 3");
    let mut versioning = Versioning::begin(&key(), (&source.schema, &source.tables));
    let error = mapped.add_to(&mut versioning).unwrap_err();
    assert!(matches!(error, DataError::InState { .. }), "{error}");

    let elsewhere = tempfile::tempdir().unwrap();
    let outside = elsewhere.path().join("rows.csv");
    fs::write(&outside, ROWS).unwrap();
    fs::remove_file(&link).unwrap();
    symlink(&outside, &link).unwrap();
    let root = Some(folder.path().to_owned());
    forbidden(|error| matches!(error, DataError::Outside { .. }), root);
}

#[test]
fn a_bad_file_is_a_failure_with_its_place() {
    let (party, data) = (
        "north".parse().unwrap(),
        Name::try_from("rows".to_owned()).unwrap(),
    );
    let cases = [
        (
            "age\n30\nNaN\n",
            Code::DataNotFinite,
            "line 3, row 2, column 1 (age)",
        ),
        (
            "age\n30\n300\n",
            Code::DataOutOfRange,
            "line 3, row 2, column 1 (age)",
        ),
        ("age,x\n30,1\n40,\"", Code::DataCut, "line 3"),
        ("age,x\n30,1\n40", Code::DataCut, "line 3, row 2"),
        ("height\n30\n", Code::DataColumnMissing, "age"),
        (
            "age\nold\n",
            Code::DataUnreadable,
            "line 2, row 1, column 1 (age)",
        ),
        ("", Code::DataUnreadable, "its beginning"),
    ];
    for (text, code, place) in cases {
        let folder = tempfile::tempdir().unwrap();
        let source = source(&folder);
        fs::write(&source.path, text).unwrap();
        let failure = source.read(&key()).unwrap_err().failure(&party, &data);
        assert_eq!(failure.code, code, "{text:?}");
        let said = failure.what(consilium_plan::Lang::En);
        assert!(said.contains(place) && said.contains("north"), "{said}");
        assert!(!said.contains('?'), "{said}");
        let said = failure.what(consilium_plan::Lang::Zh);
        assert!(!said.contains("line") && !said.contains("its"), "{said}");
    }
}

#[test]
fn a_bad_split_is_named() {
    let cases = [
        ("row,split\n1,train\n1,test\n", "row 1 is named twice"),
        ("row,split\n,train\n", "names no row"),
        ("row,split\n1,holdout\n", "1 of 1 rows refused"),
        ("row,split\n0,train\n", "1 of 1 rows refused"),
        ("line,split\n1,train\n", "lacks row"),
    ];
    for (text, why) in cases {
        let folder = tempfile::tempdir().unwrap();
        let source = source(&folder);
        fs::write(source.splits.values().next().unwrap(), text).unwrap();
        let error = source.read(&key()).unwrap_err().to_string();
        assert!(error.contains(why) && error.contains("half"), "{error}");
    }
}

#[tokio::test]
async fn a_split_or_a_table_of_codes_that_is_not_there_is_named_as_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (home, _) = sample::home(folder.path(), Vec::new()).await;
    let rows = source(&folder).path;
    let gone = folder.path().join("gone.csv");
    let refused = async |splits, codes| {
        let set = NewDataSet {
            name: Name::try_from("rows".to_owned()).unwrap(),
            path: rows.clone(),
            schema: SCHEMA.to_owned(),
            splits,
            mapping: None,
            codes,
        };
        home.register(set).await.unwrap_err()
    };
    let half = Name::try_from("half".to_owned()).unwrap();
    let split = refused([(half, gone.clone())].into(), Vec::new()).await;
    let table = refused(BTreeMap::new(), vec![gone]).await;
    for (error, what) in [(split, "split half"), (table, "the table of codes")] {
        let error = error.to_string();
        assert!(
            error.contains(what) && error.contains("gone.csv"),
            "{error}"
        );
    }
}

#[test]
fn a_root_that_is_not_there_holds_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut source = source(&folder);
    source.fence.root = Some(folder.path().join("gone"));
    let error = source.read(&key()).unwrap_err();
    assert!(matches!(error, DataError::Outside { .. }), "{error}");
}

#[test]
fn a_file_that_is_gone_or_a_pipe_by_now_is_named_and_not_awaited() {
    let folder = tempfile::tempdir().unwrap();
    let source = source(&folder);
    let failing = || {
        for error in [
            source.read(&key()).unwrap_err(),
            source.version(&key()).unwrap_err(),
        ] {
            assert!(error.to_string().contains("rows.csv"), "{error}");
        }
    };
    fs::remove_file(&source.path).unwrap();
    failing();
    let made = Command::new("mkfifo").arg(&source.path).status();
    assert!(made.unwrap().success());
    failing();
}

#[tokio::test]
async fn a_schema_that_is_refused_by_now_counts_as_changed_and_hides_no_other_data_set() {
    let folder = tempfile::tempdir().unwrap();
    let (home, _) = sample::home(folder.path(), Vec::new()).await;
    sample::write_rows(&home, 3);
    sample::register(&home).await;
    let set = data_sets::find(&home.store, "rows").await.unwrap().unwrap();
    let refused = data_sets::DataSet {
        name: "refused".to_owned(),
        schema: "[[column]]\nname = \"x\"\ntype = \"of an earlier program\"\n".to_owned(),
        ..set
    };
    let mut change = home.store.begin().await.unwrap();
    data_sets::register(&mut change, &refused).await.unwrap();
    change.commit().await.unwrap();
    let listed = home.data_sets().await.unwrap();
    let mut states: Vec<_> = listed
        .iter()
        .map(|listed| (listed.set.name.as_str(), listed.is_unchanged))
        .collect();
    states.sort_unstable();
    assert_eq!(states, [("refused", false), ("rows", true)]);
}

#[tokio::test]
async fn data_sets_are_read_one_at_a_time_even_by_those_who_gave_up() {
    let folder = tempfile::tempdir().unwrap();
    let (home, _) = sample::home(folder.path(), Vec::new()).await;
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (begun, is_begun) = oneshot::channel();
    let reader = home.clone();
    let first = tokio::spawn(async move {
        let reading = reader.read_alone(move || {
            begun.send(()).unwrap();
            held.recv().ok();
            Ok(())
        });
        reading.await
    });
    is_begun.await.unwrap();
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    assert_eq!(home.reading.available_permits(), 0);
    drop(release);
    assert_eq!(home.read_alone(|| Ok(7)).await.unwrap(), 7);
}
