//! Files with a broken row.

use std::fs;

use super::{id, write_study};
use crate::{consilium, local::as_strs};

/// Runs a study whose hospital has this as its eighth row; gives what is said in a language.
fn told(row: &[u8], lang: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let args = write_study(here, 120, 110);
    let path = here.join("hospital.csv");
    let file = fs::read(&path).unwrap();
    let mut lines: Vec<&[u8]> = file.split(|byte| *byte == b'\n').collect();
    lines.insert(8, row);
    fs::write(&path, lines.join(&b'\n')).unwrap();
    let output = consilium(here, &[&as_strs(&args)[..], &["--lang", lang]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "no result is shown");
    let left = here.join("left");
    assert!(!left.join("result").exists());
    for party in ["hospital", "insurer"] {
        assert!(!left.join(party).join("state/results").exists());
    }
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains(&id(7)) && !said.contains("1101"), "{said}");
    said
}

#[test]
fn a_row_with_too_few_or_too_many_cells_is_named_with_its_house_and_line() {
    for (row, cells) in [("3", 1), ("3,110105,4", 3)] {
        let said = told(row.as_bytes(), "en");
        let named = format!("line 9, row 8: {cells} cells where 2 are due");
        assert!(said.contains(&named), "{said}");
        assert!(said.contains("hospital.csv at hospital"), "{said}");
        assert!(said.contains("hint: correct the rows"), "{said}");
        let said = told(row.as_bytes(), "zh");
        let named = format!("第 9 行（数据第 8 行）：有 {cells} 个单元格，应有 2 个");
        assert!(
            said.contains(&named) && said.contains("在 hospital 登记"),
            "{said}"
        );
    }
}

#[test]
fn a_row_that_is_not_in_the_files_encoding_is_named_with_its_house_and_line() {
    let said = told(b"3,1101\xff\xc3", "en");
    assert!(said.contains("hospital.csv at hospital"), "{said}");
    assert!(said.contains("line 9 is not utf-8"), "{said}");
    assert!(said.contains("hint: "), "{said}");
    let said = told(b"3,1101\xff\xc3", "zh");
    assert!(said.contains("第 9 行不是 utf-8 编码"), "{said}");
}

#[test]
fn a_quote_that_is_never_closed_is_named_with_the_line_of_its_beginning() {
    let said = told(b"3,\"1101", "en");
    assert!(said.contains("hospital.csv at hospital"), "{said}");
    assert!(
        said.contains("the quote opened in line 9 is never closed"),
        "{said}"
    );
    let said = told(b"3,\"1101", "zh");
    assert!(said.contains("第 9 行的引号没有闭合"), "{said}");
}
