//! `consilium data map`, from the files to the features.

use std::{fmt::Write as _, fs, path::Path, process::Command, process::Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::consilium;

const MAPPING: &str = "schema = \"features.toml\"\nsql = '''\nSELECT id, count(*) AS n, sum(amount) AS spent\n\
    FROM fees GROUP BY id ORDER BY id'''\n[[source]]\nname = \"fees\"\npath = \"fees.csv\"\n\
    types = { amount = \"number\" }\n";
const SCHEMA: &str = "[[column]]\nname = \"id\"\ntype = \"code\"\n[[column]]\nname = \"n\"\ntype = \"integer\"\n\
    [[column]]\nname = \"spent\"\ntype = \"number\"\n";

fn house() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("map.toml", MAPPING);
    write("features.toml", SCHEMA);
    write("fees.csv", "id,amount\n02,1.5\n01,2\n02,3\n");
    folder
}

/// Tells whether the other program is built, as a test of the whole workspace does.
pub(crate) fn is_built() -> bool {
    let own = Path::new(env!("CARGO_BIN_EXE_consilium"));
    let is_built = own.with_file_name("consilium-sql").is_file();
    assert!(
        is_built || std::env::var_os("CI").is_none(),
        "consilium-sql is not built"
    );
    is_built
}

fn map(folder: &TempDir, program: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_consilium"))
        .args(["data", "map"])
        .args(args)
        .current_dir(folder.path())
        .env("LC_ALL", "C")
        .env("CONSILIUM_SQL", program)
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_missing_program_is_told_with_the_way_out() {
    let folder = house();
    for (lang, words) in [
        (
            "en",
            ["the program consilium-sql is not there", "CONSILIUM_SQL"],
        ),
        ("zh", ["找不到程序 consilium-sql", "CONSILIUM_SQL"]),
    ] {
        let output = map(
            &folder,
            "/nowhere/consilium-sql",
            &["check", "map.toml", "--lang", lang],
        );
        assert_eq!(output.status.code(), Some(1));
        let told = told(&output);
        assert!(words.iter().all(|word| told.contains(word)), "{told}");
    }
}

#[test]
fn a_missing_program_is_told_before_anything_is_registered() {
    let folder = house();
    let output = Command::new(env!("CARGO_BIN_EXE_consilium"))
        .args(["data", "add", "features", "--mapping", "map.toml"])
        .args(["--at", "gone.sock"])
        .current_dir(folder.path())
        .env("LC_ALL", "C")
        .env("CONSILIUM_SQL", "/nowhere/consilium-sql")
        .output()
        .unwrap();
    let told = told(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        told.contains("consilium-sql is not there") && told.contains("hint: build it with"),
        "{told}"
    );
}

#[test]
fn a_data_set_is_a_file_with_its_schema_or_a_mapping() {
    let folder = house();
    let add = |args: &[&str]| {
        let args = [&["data", "add", "features", "--at", "gone.sock"], args].concat();
        consilium(folder.path(), &args)
    };
    for args in [
        &[][..],
        &["fees.csv"],
        &["--schema", "features.toml"],
        &[
            "fees.csv",
            "--schema",
            "features.toml",
            "--mapping",
            "map.toml",
        ],
    ] {
        let output = add(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", told(&output));
    }
    let output = consilium(folder.path(), &["data", "check", "map.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("consilium data map check map.toml"));
}

#[test]
fn features_of_the_catalogue_are_named_with_its_version_and_hash() {
    if !is_built() {
        return;
    }
    let folder = house();
    let features = "features = [\"patient.sex\", \"patient.born_on\"]";
    let text = "sql = 'SELECT sex AS \"patient.sex\", born AS \"patient.born_on\" FROM p'\n\
                [[source]]\nname = \"p\"\npath = \"p.csv\"\ntypes = { born = \"date\" }\n";
    fs::write(
        folder.path().join("map.toml"),
        format!("{features}\n{text}"),
    )
    .unwrap();
    fs::write(folder.path().join("p.csv"), "sex,born\nF,1950-01-31\n").unwrap();
    let check = |args: &[&str]| map(&folder, "", &[&["check", "map.toml"], args].concat());
    let output = check(&["--json"]);
    assert!(output.status.success(), "{}", told(&output));
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    let catalogue = &line["catalogue"];
    assert_eq!(catalogue["hash"].as_str().unwrap().len(), 64, "{catalogue}");
    let shown = String::from_utf8(check(&[]).stdout).unwrap();
    let version = catalogue["version"].as_str().unwrap();
    assert!(
        shown.contains("catalogue: ") && shown.contains(version),
        "{shown}"
    );
    let unknown = format!("{}\n{text}", features.replace("born_on", "moon"));
    fs::write(folder.path().join("map.toml"), unknown).unwrap();
    for (lang, words) in [
        (
            "en",
            "line 1, column 28: the catalogue has no feature \"patient.moon\"",
        ),
        ("zh", "第 1 行第 28 列：目录中没有特征 \"patient.moon\""),
    ] {
        let output = check(&["--lang", lang]);
        assert_eq!(output.status.code(), Some(1));
        assert!(told(&output).contains(words), "{}", told(&output));
    }
}

#[test]
fn a_study_runs_over_features_that_one_house_makes_of_two_files() {
    if !is_built() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut args = crate::local::write_study(folder.path());
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let rows = fs::read_to_string(folder.path().join("north.csv")).unwrap();
    let (mut people, mut visits) = ("n,age,smoker\n".to_owned(), "n,visits\n".to_owned());
    for (number, row) in rows.lines().enumerate().skip(1) {
        let (person, count) = row.rsplit_once(',').unwrap();
        writeln!(people, "{number},{person}").unwrap();
        writeln!(visits, "{number},{count}").unwrap();
    }
    fs::create_dir(folder.path().join("north")).unwrap();
    write("north/people.csv", &people);
    write("visits.csv", &visits);
    let mapping = "schema = \"../schema.toml\"\nsql = '''\nSELECT p.age, p.smoker, v.visits\n\
        FROM people p JOIN visits v ON v.n = p.n ORDER BY p.n'''\n\
        [[source]]\nname = \"people\"\npath = \"people.csv\"\n\
        types = { n = \"integer\", age = \"number\" }\n\
        [[source]]\nname = \"visits\"\npath = \"../visits.csv\"\n\
        types = { n = \"integer\", visits = \"number\" }\n";
    write("north/map.toml", mapping);
    let file = args.iter_mut().find(|it| it.ends_with("=north.csv"));
    *file.unwrap() = "north/visits=north/map.toml".to_owned();
    args.extend(["--json", "--out", "left"].map(str::to_owned));
    let line = crate::printed(folder.path(), &crate::local::as_strs(&args));
    let result: Value = serde_json::from_str(&line).unwrap();
    let all = serde_json::json!(["north", "south", "west"]);
    assert_eq!(
        (&result["ok"], &result["contributors"]),
        (&true.into(), &all),
        "{result}"
    );
}

#[test]
fn a_mapping_is_checked_previewed_and_run() {
    if !is_built() {
        return;
    }
    let folder = house();
    let line = |args: &[&str]| -> Value {
        let output = map(&folder, "", args);
        assert!(output.status.success(), "{}", told(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let checked = line(&["check", "map.toml", "--json"]);
    assert_eq!(checked["columns"][2]["type"], "number");
    let preview = line(&["preview", "map.toml", "--rows", "1", "--json"]);
    assert_eq!(preview["rows"], serde_json::json!([["01", 1.0, 2.0]]));
    assert_eq!(
        line(&["run", "map.toml", "--out", "out.csv", "--json"])["rows"],
        2
    );
    let csv = fs::read_to_string(folder.path().join("out.csv")).unwrap();
    assert_eq!(csv, "id,n,spent\n01,1,2\n02,2,4.5\n");
    line(&["run", "map.toml", "--out", "out.parquet", "--json"]);
    // The program reads what this one has written.
    let again = "schema = \"features.toml\"\nsql = \"SELECT * FROM t\"\n[[source]]\nname = \"t\"\n\
                 path = \"out.parquet\"\n";
    fs::write(folder.path().join("again.toml"), again).unwrap();
    line(&["run", "again.toml", "--out", "again.csv", "--json"]);
    assert_eq!(
        fs::read_to_string(folder.path().join("again.csv")).unwrap(),
        csv
    );
    let kept = map(&folder, "", &["run", "map.toml", "--out", "out.csv"]);
    assert!(told(&kept).contains("never overwritten"));
}

#[test]
fn a_schema_that_reads_another_file_than_is_written_is_refused() {
    let folder = house();
    let schema = format!("[file]\nmissing = [\"-9\"]\n{SCHEMA}");
    fs::write(folder.path().join("features.toml"), schema).unwrap();
    let places = [
        ("en", "line 1, column 10: the [file] of the schema"),
        ("zh", "第 1 行第 10 列：数据结构的 [file]"),
    ];
    for (lang, words) in places {
        let args = ["run", "map.toml", "--out", "out.csv", "--lang", lang];
        let output = map(&folder, "", &args);
        assert_eq!(output.status.code(), Some(1));
        assert!(told(&output).contains(words), "{}", told(&output));
    }
    assert!(!folder.path().join("out.csv").exists());
}

#[test]
fn a_draft_runs_as_it_stands() {
    if !is_built() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    // A number, and a category whose levels the catalogue knows in other spellings.
    let stays = "就诊ID,婚姻状况,住院天数\nA1,已婚,7\nA2,S,2\nA3,未婚,11\n";
    write("stays.csv", stays);
    // No header: the first row is one of the rows.
    write(
        "bare.csv",
        "E11.9,2026-03-21,7.5\nK70.3,2026-03-22,3.25\nI10,2026-03-23,8.75\n",
    );
    // Yes and no as a code list writes them.
    write("flags.csv", "DESYNPUF_ID,SP_CHF\nA1,1\nA2,2\nA3,2\n");
    let run = |args: &[&str]| {
        let output = map(&folder, "", args);
        assert!(output.status.success(), "{args:?}: {}", told(&output));
    };
    for name in ["stays", "bare", "flags"] {
        let [file, draft, result] = ["csv", "toml", "out.csv"].map(|it| format!("{name}.{it}"));
        run(&["suggest", &file, "--out", &draft]);
        run(&["check", &draft]);
        run(&["run", &draft, "--out", &result]);
        let rows = fs::read_to_string(folder.path().join(&result)).unwrap();
        assert_eq!(rows.lines().count(), 4, "{rows}");
    }
    let rows = fs::read_to_string(folder.path().join("stays.out.csv")).unwrap();
    assert!(rows.ends_with("A1,M,7\nA2,S,2\nA3,S,11\n"), "{rows}");
}

#[test]
fn what_is_wrong_with_a_mapping_is_said_in_both_languages() {
    if !is_built() {
        return;
    }
    let folder = house();
    fs::write(
        folder.path().join("map.toml"),
        MAPPING.replace("count(*)", "max(id)"),
    )
    .unwrap();
    for (lang, words) in [
        (
            "en",
            "line 3, column 23: column \"n\" is of type text, the schema declares integer",
        ),
        (
            "zh",
            "第 3 行第 23 列：列 \"n\" 的类型是 text，数据结构声明为 integer",
        ),
    ] {
        let output = map(&folder, "", &["check", "map.toml", "--lang", lang]);
        assert_eq!(output.status.code(), Some(1));
        assert!(told(&output).contains(words), "{}", told(&output));
    }
    let failed = map(&folder, "", &["run", "map.toml", "--out", "out.csv"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(
        !folder.path().join("out.csv").exists(),
        "no half file is left"
    );
}
