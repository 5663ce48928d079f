use std::io::Write;

use consilium_data::{Foreign, Line, ReadError, Reading};
use consilium_schema::Rows;

use crate::{issues, one, read, refusal, schema, texts};

fn ab(file: &str) -> Vec<String> {
    issues(&texts("", &["a", "b"]), file)
}

#[test]
fn cells_that_break_their_columns_promise_are_named() {
    let schema = schema(
        "[[column]]\nname = \"age\"\ntype = \"integer\"\nmin = 0\nmax = 120\n\
         [[column]]\nname = \"chol\"\ntype = \"number\"\n\
         [[column]]\nname = \"sex\"\ntype = \"category\"\nlevels = [\"f\", \"m\"]\n\
         [[column]]\nname = \"code\"\ntype = \"code\"\nwidth = 3\n\
         [[column]]\nname = \"smokes\"\ntype = \"boolean\"\n\
         [[column]]\nname = \"day\"\ntype = \"date\"\n",
    );
    let file = "age,chol,sex,code,smokes,day\n\
                130,NaN,x,7,maybe,2026-02-30\n\
                1.5,1e999,f,007,1,2026-02-28\n\
                1e300,\"1,2\",m,007,0,2026-02-28\n";
    assert_eq!(
        issues(&schema, file),
        [
            "line 2, row 1, column 1 (age): outside the declared range 0 to 120",
            "line 2, row 1, column 2 (chol): not a finite number",
            "line 2, row 1, column 3 (sex): not one of the declared levels",
            "line 2, row 1, column 4 (code): 1 characters where 3 are due",
            "line 2, row 1, column 5 (smokes): neither yes nor no",
            "line 2, row 1, column 6 (day): not a date in the order ymd",
            "line 3, row 2, column 1 (age): not a whole number",
            "line 3, row 2, column 2 (chol): not a finite number",
            "line 4, row 3, column 1 (age): larger than 2^53: declare the column as a code",
            "line 4, row 3, column 2 (chol): not a number",
        ]
    );
}

#[test]
fn lines_and_rows_are_counted_apart() {
    let file = "a,b\r\n\"x\r\ny\",1\r\n\r\nz\r\n1,2,3\r\n";
    assert_eq!(
        ab(file),
        [
            "line 5, row 2: 1 cells where 2 are due",
            "line 6, row 3: 3 cells where 2 are due"
        ]
    );
}

#[test]
fn the_first_faults_are_kept_and_the_others_counted() {
    let file = "x\n1\n".to_owned() + &"bad\n".repeat(50);
    let schema = one("type = \"number\"");
    let refusal = refusal(&schema, &file);
    assert_eq!((refusal.issues.len(), refusal.more), (20, 30));
    let counts = refusal.report.counts;
    assert_eq!(
        (counts.rows_in_file, counts.rows_read, counts.rows_refused),
        (Rows(51), Rows(1), Rows(50))
    );
    match Reading::new(&schema).keep_issues(0).stream(file.as_bytes()) {
        Err(ReadError::Refused(refusal)) => assert_eq!(refusal.more, 50),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_last_row_that_is_cut_is_told_from_a_ragged_one() {
    assert_eq!(
        ab("a,b\n1,2\n3"),
        ["line 3, row 2: the file ends in the middle of this row: 1 of 2 cells"]
    );
    assert_eq!(
        ab("a,b\n1,2\n3\n"),
        ["line 3, row 2: 1 cells where 2 are due"]
    );
}

#[test]
fn an_open_quote_is_named_with_its_line() {
    let error = read(&texts("", &["a", "b"]), "a,b\n1,2\n3,\"4\n5,6\n7,8\n").unwrap_err();
    assert!(
        matches!(error, ReadError::UnterminatedQuote { line: Line(3) }),
        "{error}"
    );
}

#[test]
fn a_quote_that_swallows_rows_is_noticed_where_it_ends() {
    let file = "a,b\n1,\"2\n3,4\n5,\"6\"\n7,8\n";
    assert_eq!(
        ab(file),
        [
            "line 2, row 1: text after the closing quote of a cell: a quote may be missing or not \
          doubled"
        ]
    );
}

#[test]
fn zero_bytes_are_named() {
    assert_eq!(ab("a,b\n1,2\n3\0,4\n"), ["line 3, row 2: a zero byte"]);
}

#[test]
fn empty_files_and_mere_headers_are_named() {
    for empty in ["", "\n\n", "\u{feff}"] {
        assert!(
            matches!(read(&texts("", &["a"]), empty), Err(ReadError::Empty)),
            "{empty:?}"
        );
    }
    assert!(matches!(
        read(&texts("", &["a"]), "a\n"),
        Err(ReadError::HeaderOnly)
    ));
}

#[test]
fn a_file_of_another_kind_is_named() {
    for (head, kind) in [
        (&b"PK\x03\x04rest"[..], Foreign::Zip),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Foreign::Office),
        (b"PAR1", Foreign::Parquet),
        (b"%PDF-1.7", Foreign::Pdf),
        (b"\x28\xb5\x2f\xfd", Foreign::Compressed),
    ] {
        match read(&texts("", &["a"]), head) {
            Err(ReadError::Foreign(found)) => assert_eq!(found, kind),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn columns_that_lack_or_double_are_named() {
    match read(&texts("", &["a", "b", "c"]), "c,d\n1,2\n") {
        Err(ReadError::MissingColumns { columns }) => assert_eq!(columns, ["a", "b"]),
        other => panic!("{other:?}"),
    }
    let error = read(&texts("", &["a"]), "a,b,a\n1,2,3\n").unwrap_err();
    assert_eq!(error.to_string(), "columns 1 and 3 are both called \"a\"");
    let error = read(&texts("header = false", &["a", "b"]), "1,2,3\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the first row has 3 cells, the schema names 2 columns"
    );
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

#[test]
fn a_cut_or_damaged_gzip_is_named() {
    let numbers = (0..50_000u32).map(|row| row.wrapping_mul(2_654_435_761).to_string());
    let rows = numbers.collect::<Vec<_>>().join(
        "
",
    );
    let whole = gzip(format!("x\n{rows}").as_bytes());
    let schema = one("type = \"integer\"");
    assert_eq!(read(&schema, &whole).unwrap().table.rows(), 50_000);
    let error = read(&schema, &whole[..whole.len() / 2]).unwrap_err();
    assert!(
        matches!(error, ReadError::CutGzip { line } if line > Line(10_000)),
        "{error}"
    );
    let error = read(&schema, &whole[..whole.len() - 1]).unwrap_err();
    assert!(matches!(error, ReadError::CutGzip { .. }), "{error}");
    let mut damaged = whole.clone();
    let middle = damaged.len() - 6;
    damaged[middle] ^= 1;
    let error = read(&schema, &damaged).unwrap_err();
    assert!(matches!(error, ReadError::BrokenGzip { .. }), "{error}");
    let followed = [&whole[..], b"trailing text, long enough"].concat();
    let error = read(&schema, &followed).unwrap_err();
    assert!(matches!(error, ReadError::BrokenGzip { .. }), "{error}");
    assert!(matches!(
        read(&schema, gzip(&whole)),
        Err(ReadError::Foreign(Foreign::Compressed))
    ));
}

#[test]
fn a_gzip_bomb_is_refused_before_it_fills_the_memory() {
    // One member of a mebibyte that packs to a kilobyte, again and again, as gzip allows.
    let member = |text: &str| gzip(text.repeat((1 << 20) / text.len()).as_bytes());
    let (rows, endless) = (
        member(&format!("1,{}\n", "0".repeat((8 << 10) - 3))),
        member("0000"),
    );
    let members = usize::try_from(ReadError::FREELY_UNPACKED >> 20).unwrap() + 1;
    let bomb = [gzip(b"a,b\n"), rows.repeat(members)].concat();
    assert!(bomb.len() < 256 << 10, "{}", bomb.len());
    let error = read(&texts("", &["a"]), &bomb).unwrap_err();
    assert!(
        matches!(error, ReadError::SwollenGzip { line } if line > Line(8_000)),
        "{error}"
    );
    let error = consilium_data::draft::draft_stream(&bomb[..]).unwrap_err();
    assert_eq!(
        error.to_string().split(',').next(),
        Some("the gzip file unpacks to more than 64 MiB and 100 times its size")
    );
    let endless = [gzip(b"a\n"), endless.repeat(members)].concat();
    let error = read(&texts("", &["a"]), endless).unwrap_err();
    assert!(
        matches!(error, ReadError::RowTooLong { line: Line(2) }),
        "{error}"
    );
}

#[test]
fn a_row_without_end_stops_before_it_fills_the_memory() {
    let error = read(
        &one("type = \"text\""),
        "x\n\"".to_owned() + &"a".repeat(20 << 20),
    )
    .unwrap_err();
    assert!(
        matches!(error, ReadError::UnterminatedQuote { line: Line(2) }),
        "{error}"
    );
    let error = read(
        &one("type = \"text\""),
        "x\n1\n".to_owned() + &"a".repeat(20 << 20),
    )
    .unwrap_err();
    assert!(
        matches!(error, ReadError::RowTooLong { line: Line(3) }),
        "{error}"
    );
}

#[test]
fn no_debug_output_holds_a_cell() {
    let schema = texts("", &["a"]);
    let loaded = read(&schema, "a\ncanary7f3a\n").unwrap();
    assert!(!format!("{loaded:?}").contains("canary7f3a"));
}

#[test]
fn no_error_holds_a_cell() {
    let canary = "canary7f3a";
    for keys in ["number", "integer", "boolean", "date"] {
        let schema = one(&format!("type = \"{keys}\""));
        let error = read(&schema, format!("x\n{canary}\n{canary},{canary}\n")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(canary), "{error:?}");
    }
}

#[test]
fn many_columns_of_one_name_are_numbered_without_a_search_for_each() {
    let header = vec!["a"; ReadError::MOST_COLUMNS].join(",");
    let row = vec!["1"; ReadError::MOST_COLUMNS].join(",");
    let schema = schema(
        "[file]\ndelimiter = \",\"\nduplicate_headers = \"number\"\n\
         [[column]]\nname = \"a_100000\"\ntype = \"integer\"\n",
    );
    let loaded = read(&schema, format!("{header}\n{row}\n")).unwrap();
    assert_eq!(loaded.table.rows(), 1);
}

#[test]
fn more_columns_than_any_table_has_are_refused() {
    let header = ",".repeat(ReadError::MOST_COLUMNS);
    let schema = texts("delimiter = \",\"", &["a"]);
    let error = read(&schema, &header).unwrap_err();
    assert!(matches!(error, ReadError::TooManyColumns { .. }), "{error}");
    let error = consilium_data::draft::draft_stream(header.as_bytes()).unwrap_err();
    assert!(matches!(error, ReadError::TooManyColumns { .. }), "{error}");
}
