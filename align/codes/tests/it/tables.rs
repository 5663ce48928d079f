use std::io::Write as _;

use consilium_codes::{CodeTable, CodesError, Day, RowFault, Unclear, Validity};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use crate::table;

const HEAD: &str = "system = \"icd-10\"\nversion = \"1\"\nsource = \"none\"\n---\n";

fn refused(body: &str) -> CodesError {
    CodeTable::read(format!("{HEAD}{body}").as_bytes()).unwrap_err()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn a_code_is_valid_on_its_days() {
    let table = table();
    let cases = [
        ("A00.000", None, Validity::Valid),
        ("A00.000", Some(day("2019-12-31")), Validity::NotYet),
        ("A00.000x001", Some(day("2021-06-30")), Validity::NotYet),
        ("A00.000x001", Some(day("20210701")), Validity::Valid),
        ("A00.900", Some(day("2022-12-31")), Validity::Valid),
        ("A00.900", Some(day("2023-01-01")), Validity::Stopped),
        ("A00.900", None, Validity::Stopped),
        ("A01.002+G01*", Some(day("2021-01-01")), Validity::Stopped),
        ("B00.000", None, Validity::Unknown),
    ];
    for (code, day, expected) in cases {
        assert_eq!(table.validity(code, day), expected, "{code} {day:?}");
    }
}

#[test]
fn a_table_is_the_same_when_it_was_written_and_when_it_was_packed() {
    let table = table();
    let again = CodeTable::read(table.to_text().as_bytes()).unwrap();
    assert!(again.iter().eq(table.iter()));
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(table.to_text().as_bytes()).unwrap();
    let unpacked = CodeTable::read(&packed.finish().unwrap()).unwrap();
    assert_eq!(unpacked, again);
    let other = CodeTable::read(table.to_text().replace("霍乱", "伤寒").as_bytes()).unwrap();
    assert_ne!(other.hash(), again.hash());
}

#[test]
fn a_file_saved_by_windows_is_the_same_file() {
    let text = format!("{HEAD}code,en\nA00,Cholera\nA00,again\n");
    let saved = text.replace('\n', "\r\n");
    let fault = RowFault::Twice { first: 6 };
    let expected = CodesError::Row { line: 7, fault };
    assert_eq!(CodeTable::read(saved.as_bytes()).unwrap_err(), expected);
    let table = table();
    let saved = table.to_text().replace('\n', "\r\n");
    // The same codes are the same table, however its file is written.
    assert_eq!(CodeTable::read(saved.as_bytes()).unwrap(), table);
    let spread = format!("{HEAD}code\n\nA01\nA00\n");
    let packed = format!("{HEAD}code,en\nA00,\nA01,\n");
    let [spread, packed] = [spread, packed].map(|it| CodeTable::read(it.as_bytes()).unwrap());
    assert_eq!(spread.hash(), packed.hash());
}

#[test]
fn what_is_wrong_is_named_by_its_line() {
    let row = |line, fault| CodesError::Row { line, fault };
    let cases = [
        (
            "code\nA00\na00\n",
            row(7, RowFault::NotNormal { column: "code" }),
        ),
        ("code\nA00\n\nA00\n", row(8, RowFault::Twice { first: 6 })),
        (
            "code\n1.0\n",
            row(
                6,
                RowFault::Unclear {
                    column: "code",
                    unclear: Unclear::Shape,
                },
            ),
        ),
        (
            "code,parent\nA00.0,A00\n",
            row(6, RowFault::Nowhere { column: "parent" }),
        ),
        (
            "code,parent\nA00.0,A00\nA00,A00.0\n",
            row(7, RowFault::Circle),
        ),
        (
            "code,from\nA00,2020-02-30\n",
            row(
                6,
                RowFault::Day {
                    column: "from",
                    day: consilium_codes::BadDay,
                },
            ),
        ),
        (
            "code,from,until\nA00,2020-02-02,2020-02-01\n",
            row(6, RowFault::Backwards),
        ),
        (
            "code\nA00-A01-A02\n",
            row(
                6,
                RowFault::Unclear {
                    column: "code",
                    unclear: Unclear::Shape,
                },
            ),
        ),
        ("code,status\nA00,gone\n", row(6, RowFault::Status)),
        (
            "code,status\nA00,replaced-by:A01\n",
            row(6, RowFault::Nowhere { column: "status" }),
        ),
        (
            "code,en\nA00\n",
            row(
                6,
                RowFault::Cells {
                    found: 1,
                    expected: 2,
                },
            ),
        ),
        (
            "code,colour\nA00,red\n",
            CodesError::Column { line: 5, place: 2 },
        ),
        (
            "en\nCholera\n",
            CodesError::NoColumn {
                line: 5,
                name: "code",
            },
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(refused(body), expected, "{body}");
    }
    assert_eq!(
        CodeTable::read(b"code\nA00\n").unwrap_err(),
        CodesError::NoBody
    );
    let mistyped = CodeTable::read(HEAD.replace("icd-10", "icd10").as_bytes()).unwrap_err();
    let found = "icd10".to_owned();
    assert_eq!(mistyped, CodesError::System { found });
    assert!(mistyped.to_string().contains("icd-10-yb"), "{mistyped}");
    let unknown = CodeTable::read(b"system = \"icd-10\"\ncolour = 1\n---\ncode\n").unwrap_err();
    assert!(
        matches!(unknown, CodesError::Head { line: 2, .. }),
        "{unknown}"
    );
    assert_eq!(
        CodeTable::read(&[0x1f, 0x8b, 8]).unwrap_err(),
        CodesError::Gzip
    );
}

#[test]
fn a_cell_of_many_hyphens_is_no_range_and_ends_nothing() {
    let cell = format!("{}A00", "A00-".repeat(1 << 20));
    let fault = RowFault::Unclear {
        column: "code",
        unclear: Unclear::Shape,
    };
    let refused = refused(&format!("code\n{cell}\n"));
    assert_eq!(refused, CodesError::Row { line: 6, fault });
}

proptest! {
    #[test]
    fn reading_any_bytes_ends(bytes in proptest::collection::vec(any::<u8>(), 0..200), with_head in any::<bool>()) {
        let mut file = if with_head { HEAD.as_bytes().to_vec() } else { Vec::new() };
        file.extend(bytes);
        if let Ok(table) = CodeTable::read(&file) {
            prop_assert!(CodeTable::read(table.to_text().as_bytes()).is_ok());
        }
    }
}
