use std::{
    io::{ErrorKind, Write},
    path::Path,
    process::Command,
};

use consilium_data::{Note, ReadError, Reading};
use consilium_schema::{Delimiter, Outside, Rows};

use crate::{column, one, read, schema, texts};

#[test]
fn every_type_is_read_with_its_missing_cells() {
    let schema = schema(
        r#"
        [file]
        missing = ["", "NA", "?"]
        [[column]]
        name = "n"
        type = "number"
        missing = [-9]
        [[column]]
        name = "i"
        type = "integer"
        [[column]]
        name = "c"
        type = "category"
        levels = ["mild", "severe"]
        [[column]]
        name = "t"
        type = "text"
        [[column]]
        name = "k"
        type = "code"
        width = 3
        [[column]]
        name = "b"
        type = "boolean"
        [[column]]
        name = "d"
        type = "date"
        "#,
    );
    let file = "n,i,c,t,k,b,d\n\
                .7,63.0,mild,\" a, b\",007,1,2026-01-02\n\
                -9.0,?, severe , x,012,否,20260103\n\
                1e-3,-4,NA,NA,,YES,\n";
    let loaded = read(&schema, file).unwrap();
    assert_eq!(column(&loaded, "n"), ["0.7", "∅", "0.001"]);
    assert_eq!(column(&loaded, "i"), ["63", "∅", "-4"]);
    assert_eq!(column(&loaded, "c"), ["mild", "severe", "∅"]);
    assert_eq!(column(&loaded, "t"), [" a, b", " x", "∅"]);
    assert_eq!(column(&loaded, "k"), ["007", "012", "∅"]);
    assert_eq!(column(&loaded, "b"), ["true", "false", "true"]);
    assert_eq!(column(&loaded, "d"), ["2026-01-02", "2026-01-03", "∅"]);
    assert_eq!(loaded.report.counts.rows_in_file, Rows(3));
    assert_eq!(loaded.report.counts.rows_read, Rows(3));
    assert_eq!(loaded.report.notes, []);
}

#[test]
fn minus_nine_is_a_value_unless_it_is_declared() {
    assert_eq!(
        column(&read(&one("type = \"number\""), "x\n-9\n").unwrap(), "x"),
        ["-9"]
    );
    let declared = one("type = \"number\"\nmin = 0\nmissing = [\"-9\"]");
    assert_eq!(column(&read(&declared, "x\n-9.00\n").unwrap(), "x"), ["∅"]);
}

#[test]
fn numeric_levels_match_however_they_are_written() {
    let schema = one("type = \"category\"\nlevels = [1, 2]\nmissing = [-9]");
    let loaded = read(&schema, "x\n1\n1.0\n02\n-9.0\n").unwrap();
    assert_eq!(column(&loaded, "x"), ["1", "1", "2", "∅"]);
}

#[test]
fn open_levels_stand_in_the_order_of_the_alphabet() {
    let schema = one("type = \"category\"");
    let forward = read(&schema, "x\nb\na\nb\n").unwrap();
    let backward = read(&schema, "x\nb\nb\na\n").unwrap();
    assert_eq!(column(&forward, "x"), ["b", "a", "b"]);
    assert_eq!(column(&backward, "x"), ["b", "b", "a"]);
    let consilium_data::Values::Categories(levels) = &forward.table.columns()[0].values else {
        panic!("a category")
    };
    assert_eq!(levels.levels(), ["a", "b"]);
}

#[test]
fn quotes_hold_delimiters_line_breaks_and_quotes() {
    let loaded = read(
        &texts("", &["a", "b"]),
        "a,b\r\n\"1,2\",\"x\r\ny\"\r\n\"say \"\"a\"\"\",5\" tube\r\n",
    )
    .unwrap();
    assert_eq!(column(&loaded, "a"), ["1,2", "say \"a\""]);
    assert_eq!(column(&loaded, "b"), ["x\r\ny", "5\" tube"]);
}

#[test]
fn any_line_end_and_delimiter_is_found() {
    let schema = texts("", &["a", "b"]);
    for (file, delimiter) in [
        ("a,b\n1,2\n", Delimiter::Comma),
        ("a\tb\r\n1\t2\r\n", Delimiter::Tab),
        ("a;b\r1;2\r", Delimiter::Semicolon),
        ("a|b\n1|2\n", Delimiter::Bar),
    ] {
        let loaded = read(&schema, file).unwrap();
        assert_eq!(column(&loaded, "b"), ["2"], "{file:?}");
        assert_eq!(loaded.report.delimiter, delimiter);
    }
    let declared = texts("delimiter = \";\"", &["a,b"]);
    assert_eq!(
        column(&read(&declared, "a,b;c\n1,5;2\n").unwrap(), "a,b"),
        ["1,5"]
    );
}

#[test]
fn columns_are_found_by_name_and_the_rest_is_noted() {
    let loaded = read(&texts("", &["b"]), "a,b,c\n1,2,3\n").unwrap();
    assert_eq!(column(&loaded, "b"), ["2"]);
    let passed = Note::ColumnsNotDeclared {
        columns: vec!["a".into(), "c".into()],
    };
    assert_eq!(loaded.report.notes, [passed]);
}

#[test]
fn a_file_without_header_takes_the_names_of_the_schema() {
    let loaded = read(&texts("header = false", &["a", "b"]), "1,2\n3,4\n").unwrap();
    assert_eq!(column(&loaded, "b"), ["2", "4"]);
    let named = texts("header = false\nnames = [\"x\", \"y\", \"z\"]", &["z", "x"]);
    assert_eq!(column(&read(&named, "1,2,3\n").unwrap(), "z"), ["3"]);
}

#[test]
fn doubled_and_empty_headers_are_numbered_on_request() {
    let schema = texts("duplicate_headers = \"number\"", &["x", "x_3", "column_4"]);
    let loaded = read(&schema, "x,x_2,x,\n1,2,3,4\n").unwrap();
    assert_eq!(column(&loaded, "x_3"), ["3"]);
    assert_eq!(column(&loaded, "column_4"), ["4"]);
    assert!(loaded.report.notes.contains(&Note::ColumnsNamed {
        columns: vec!["x_3".into(), "column_4".into()]
    }));
}

#[test]
fn rules_for_values_outside_are_kept_and_counted() {
    let file = "x\n5\n-1\n11\n";
    let winsorised = one("type = \"number\"\nmin = 0\nmax = 10\noutside = \"winsorise\"");
    let loaded = read(&winsorised, file).unwrap();
    assert_eq!(column(&loaded, "x"), ["5", "0", "10"]);
    let note = |rule| Note::Adjusted {
        column: "x".into(),
        rows: Rows(2),
        rule,
    };
    assert_eq!(loaded.report.notes, [note(Outside::Winsorise)]);
    let missing = one("type = \"integer\"\nmin = 0\nmax = 10\noutside = \"missing\"");
    let loaded = read(&missing, file).unwrap();
    assert_eq!(column(&loaded, "x"), ["5", "∅", "∅"]);
    assert_eq!(loaded.report.notes, [note(Outside::Missing)]);
    let levels = one("type = \"category\"\nlevels = [5]\noutside = \"missing\"");
    let loaded = read(&levels, file).unwrap();
    assert_eq!(column(&loaded, "x"), ["5", "∅", "∅"]);
    assert_eq!(loaded.report.notes, [note(Outside::Missing)]);
}

#[test]
fn blank_lines_and_a_missing_last_line_break_are_noted() {
    let loaded = read(&one("type = \"integer\""), "\nx\n1\n\n\n2").unwrap();
    assert_eq!(column(&loaded, "x"), ["1", "2"]);
    assert_eq!(
        loaded.report.notes,
        [Note::NoFinalLineBreak, Note::BlankLines { lines: 3 }]
    );
}

#[test]
fn gzip_is_known_by_its_content_and_the_tap_sees_what_lies_on_disk() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"x\n1\n").unwrap();
    let mut packed = packer.finish().unwrap();
    let mut second = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    second.write_all(b"2\n").unwrap();
    packed.extend(second.finish().unwrap());
    let mut seen = Vec::new();
    let schema = one("type = \"integer\"");
    let mut tap = |bytes: &[u8]| seen.extend_from_slice(bytes);
    let loaded = Reading::new(&schema)
        .tap(&mut tap)
        .stream(&packed[..])
        .unwrap();
    assert_eq!(column(&loaded, "x"), ["1", "2"]);
    assert!(loaded.report.gzip);
    assert_eq!(seen, packed);
}

#[test]
fn files_and_what_is_none_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let schema = one("type = \"integer\"");
    let path = folder.path().join("x.csv");
    std::fs::write(&path, "x\n1\n").unwrap();
    let read = |path: &Path| Reading::new(&schema).file(path);
    assert_eq!(read(&path).unwrap().table.rows(), 1);
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let others = [
        (folder.path().to_owned(), ErrorKind::IsADirectory),
        (folder.path().join("none"), ErrorKind::NotFound),
        (pipe, ErrorKind::Unsupported),
    ];
    for (path, is) in others {
        let error = read(&path).unwrap_err();
        assert!(
            matches!(error, ReadError::Open { kind, .. } if kind == is),
            "{error}"
        );
    }
}
