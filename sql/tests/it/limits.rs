//! What takes too much, and what breaks.

use std::{fmt::Write as _, os::unix::fs::PermissionsExt as _};

use super::*;

/// A table whose product with itself is large.
fn house() -> House {
    let mut rows = String::from("k,n\n");
    for row in 0..20_000 {
        writeln!(rows, "key-{row},{row}").unwrap();
    }
    House::new(&[("t.csv", rows.as_bytes())])
}

const T: [(&str, &str, &str); 1] = [("t", "t.csv", "types = { n = \"number\" }")];

#[test]
fn a_join_without_its_condition_gives_too_many_rows() {
    let sql = "SELECT a.n FROM t a, t b";
    let fault = house().fault(&limited(sql, "rows = 100000", &T));
    assert_eq!(fault, Fault::Rows { rows: 100_000 });
}

#[test]
fn a_query_takes_no_more_time_than_it_may() {
    let sql = "SELECT sum(sin(a.n * b.n)) AS n FROM t a, t b";
    let fault = house().fault(&limited(sql, "seconds = 1", &T));
    assert_eq!(fault, Fault::Time { seconds: 1 });
}

#[test]
fn a_query_takes_no_more_memory_than_it_may() {
    // One long text can't be put aside.
    let sql = "SELECT CAST(character_length(string_agg(concat(a.k, b.k), '')) AS DOUBLE) AS n \
               FROM t a, t b";
    let fault = house().fault(&limited(sql, "memory_mb = 256\nseconds = 60", &T));
    assert_eq!(fault, Fault::Memory { memory_mb: 256 });
}

#[test]
fn memory_that_no_account_shows_is_bounded_too() {
    let sql = "SELECT CAST(character_length(repeat(k, 100000000)) AS DOUBLE) AS n FROM t";
    let fault = house().fault(&limited(sql, "memory_mb = 256\nseconds = 60", &T));
    assert_eq!(fault, Fault::Memory { memory_mb: 256 });
}

#[test]
fn what_a_query_gives_is_bounded_where_it_is_held() {
    // It streams: the program itself needs little.
    let sql = "SELECT a.n, repeat(a.k, 600) AS k FROM t a JOIN t b ON b.n < 4";
    let text = limited(sql, "memory_mb = 256\nseconds = 120", &T);
    let fault = fault(house().rows(&text, &[("n", "number"), ("k", "code")]));
    assert_eq!(fault, Fault::Memory { memory_mb: 256 });
}

#[test]
fn what_does_not_fit_is_put_aside() {
    let sql = "SELECT k, n, repeat(k, 60) AS long FROM (SELECT a.k, b.n FROM t a JOIN t b \
               ON b.n < a.n AND b.n < 20) ORDER BY n DESC, k DESC";
    let text = limited(sql, "memory_mb = 256\nseconds = 120", &T);
    let loaded = house()
        .rows(&text, &[("n", "number"), ("k", "code")])
        .unwrap();
    assert_eq!(loaded.table.rows(), 20 * 20_000 - (1..=20).sum::<usize>());
}

#[test]
fn a_query_puts_no_more_aside_than_it_may() {
    let sql = "SELECT k, n, repeat(k, 60) AS long FROM (SELECT a.k, b.n FROM t a JOIN t b \
               ON b.n < a.n AND b.n < 20) ORDER BY n DESC, k DESC";
    let text = limited(sql, "memory_mb = 256\nseconds = 120\ndisk_mb = 8", &T);
    let fault = fault(house().rows(&text, &[("n", "number"), ("k", "code")]));
    assert_eq!(fault, Fault::Aside { disk_mb: 8 });
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let house = house();
    let mapping = Mapping::from_toml(&mapping("SELECT n FROM t", &T)).unwrap();
    let missing = Program::at(house.path().join("consilium-sql"));
    let query = Query::new(&mapping, mapping.files(house.path()), &missing);
    let error = query.plan().unwrap_err();
    assert!(matches!(error, QueryError::Start { .. }), "{error}");
}

#[test]
fn a_program_that_dies_or_talks_nonsense_is_named() {
    let house = house();
    let mapping = Mapping::from_toml(&mapping("SELECT n FROM t", &T)).unwrap();
    for (script, said) in [
        ("cat >/dev/null; kill -9 $$", "was ended by signal 9"),
        (
            "echo no such library >&2; exit 127",
            "ended with code 127: no such library",
        ),
        ("cat >/dev/null; echo nonsense", "breaks off"),
        ("exit 0", "breaks off"),
    ] {
        let path = house.path().join("consilium-sql");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let program = Program::at(&path);
        let error = Query::new(&mapping, mapping.files(house.path()), &program)
            .plan()
            .unwrap_err();
        assert!(error.to_string().contains(said), "{script}: {error}");
        fs::remove_file(&path).unwrap();
    }
    let own = fs::read_to_string("/proc/self/task/self/children").unwrap_or_default();
    assert!(own.trim().is_empty(), "children are left: {own}");
}

#[test]
fn a_program_that_stays_silent_is_ended() {
    let house = house();
    let text = limited("SELECT n FROM t", "seconds = 1", &T);
    let mapping = Mapping::from_toml(&text).unwrap();
    let path = house.path().join("consilium-sql");
    fs::write(&path, "#!/bin/sh\nexec sleep 600\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let program = Program::at(&path);
    let error = Query::new(&mapping, mapping.files(house.path()), &program)
        .plan()
        .unwrap_err();
    assert!(
        matches!(error, QueryError::Fault(Fault::Time { seconds: 1 })),
        "{error}"
    );
}
