//! What files queries read.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, DictionaryArray, Float32Array, RecordBatch};
use datafusion::arrow::datatypes::Int32Type;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use encoding_rs::{GB18030, UTF_8};

use super::*;

const ONE: &[(&str, &str)] = &[("name", "code"), ("n", "number")];

fn one(path: &str, keys: &str) -> String {
    mapping("SELECT name, n FROM t", &[("t", path, keys)])
}

#[test]
fn gb18030_and_utf_16_are_read_as_declared_or_found() {
    let text = "name,n\n阿莫西林,1.5\n头孢,2\n";
    let (gb, _, _) = GB18030.encode(text);
    let utf16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let (utf8, _, _) = UTF_8.encode(text);
    let house = House::new(&[("gb.csv", &gb), ("u16.csv", &utf16), ("u8.csv", &utf8)]);
    let typed = "types = { n = \"number\" }";
    let declared = "types = { n = \"number\" }\nfile = { encoding = \"gb18030\" }";
    for (path, keys) in [
        ("gb.csv", typed),
        ("gb.csv", declared),
        ("u16.csv", typed),
        ("u8.csv", typed),
    ] {
        let loaded = house.rows(&one(path, keys), ONE).unwrap();
        assert_eq!(cells(&loaded, "name"), ["阿莫西林", "头孢"], "{path}");
    }
}

#[test]
fn a_wrong_encoding_is_named_with_its_line() {
    let (gb, _, _) = GB18030.encode("name,n\nx,1\n阿莫西林,2\n");
    let house = House::new(&[("gb.csv", &gb)]);
    let keys = "types = { n = \"number\" }\nfile = { encoding = \"utf-8\" }";
    let said = fault(house.rows(&one("gb.csv", keys), ONE)).to_string();
    assert!(
        said.contains("\"t\" (gb.csv)") && said.contains("line 3 is not utf-8"),
        "{said}"
    );
    let said = fault(house.rows(&one("gb.csv", keys), ONE)).in_chinese();
    assert!(said.contains("第 3 行不是 utf-8 编码"), "{said}");
}

#[test]
fn a_cell_of_another_type_is_named_by_its_place() {
    let house = House::new(&[("a.csv", b"name,n\nx,1\ny,secret\n")]);
    let said = fault(house.rows(&one("a.csv", "types = { n = \"number\" }"), ONE)).to_string();
    assert!(
        said.contains("line 3, row 2, column 2 (n): not a number"),
        "{said}"
    );
    assert!(!said.contains("secret"), "{said}");
}

#[test]
fn a_type_for_a_column_that_is_not_there_is_named_with_its_line() {
    let house = House::new(&[("a.csv", b"name,n\nx,1\n")]);
    let text = one("a.csv", "types = { m = \"number\" }");
    let fault = fault(house.rows(&text, ONE));
    let Fault::NoColumn { place, there, .. } = &fault else {
        panic!("{fault}");
    };
    assert_eq!(
        place.line,
        1 + text.lines().position(|it| it.contains("m =")).unwrap()
    );
    assert_eq!(there, &["name", "n"]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let house = House::new(&[]);
    let said = fault(house.rows(&one("gone.csv", ""), ONE)).to_string();
    assert!(
        said.contains("gone.csv") && said.contains("there is no such file"),
        "{said}"
    );
}

#[test]
fn a_folder_is_no_file() {
    let house = House::new(&[]);
    for path in [".", "..", "/"] {
        let said = fault(house.rows(&one(path, ""), ONE)).to_string();
        assert!(said.contains("directory"), "{said}");
    }
}

#[test]
fn a_file_without_header_has_declared_names() {
    let house = House::new(&[("a.csv", b"x;1\ny;2\n")]);
    let keys = "types = { n = \"number\" }\n\
                file = { header = false, names = [\"name\", \"n\"] }";
    let loaded = house.rows(&one("a.csv", keys), ONE).unwrap();
    assert_eq!(cells(&loaded, "n"), ["1", "2"]);
    let sql = mapping("SELECT n FROM t", &[("t", "a.csv", keys)]);
    let loaded = house.rows(&sql, &[("n", "number")]).unwrap();
    assert_eq!(
        cells(&loaded, "n"),
        ["1", "2"],
        "one column of several is found by its name"
    );
}

/// A compressed file with a text that is seldom written out, and a number of few digits.
fn parquet() -> Vec<u8> {
    let codes: DictionaryArray<Int32Type> = [Some("b"), Some("a"), None].into_iter().collect();
    let numbers = Float32Array::from(vec![Some(2.5), Some(1.5), None]);
    let columns: [(&str, ArrayRef); 2] = [("code", Arc::new(codes)), ("n", Arc::new(numbers))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let packed = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let mut file = Vec::new();
    let writer = ArrowWriter::try_new(&mut file, batch.schema(), Some(packed.build()));
    let mut writer = writer.unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file
}

#[test]
fn parquet_is_read_with_its_own_types() {
    let house = House::new(&[("费用 *.parquet", &parquet())]);
    let text = mapping(
        "SELECT code AS name, n FROM t ORDER BY n",
        &[("t", "费用 *.parquet", "")],
    );
    let loaded = house.rows(&text, ONE).unwrap();
    assert_eq!(cells(&loaded, "name"), ["a", "b", "-"]);
    assert_eq!(cells(&loaded, "n"), ["1.5", "2.5", "-"]);
    let broken = House::new(&[("a.parquet", b"PAR1 and nothing more")]);
    let said = broken.fault(&mapping("SELECT n FROM t", &[("t", "a.parquet", "")]));
    assert!(said.to_string().contains("no Parquet file"), "{said}");
}

#[test]
fn a_workbook_is_read_by_sheet() {
    let book = include_bytes!("../data/book.xlsx");
    let house = House::new(&[("book.xlsx", book)]);
    let types = "types = { n = \"number\", day = \"date\" }";
    let sql = "SELECT name, n, day FROM t";
    let columns = [("name", "code"), ("n", "number"), ("day", "date")];
    let keys = format!("sheet = \"费用\"\n{types}");
    let loaded = house
        .rows(&mapping(sql, &[("t", "book.xlsx", &keys)]), &columns)
        .unwrap();
    assert_eq!(cells(&loaded, "name"), ["阿莫西林, \"0.25g\"", "-", "x"]);
    assert_eq!(cells(&loaded, "n"), ["1.5", "2", "-"]);
    assert_eq!(cells(&loaded, "day"), ["2024-03-01", "-", "2024-03-02"]);
    let missing = mapping(sql, &[("t", "book.xlsx", "sheet = \"no\"")]);
    let said = house.fault(&missing).to_string();
    assert!(
        said.contains("no sheet \"no\"; there are 说明, 费用"),
        "{said}"
    );
    let other = House::new(&[("a.xlsx", b"name,n\n")]);
    let said = other
        .fault(&mapping("SELECT n FROM t", &[("t", "a.xlsx", "")]))
        .to_string();
    assert!(said.contains("no .xlsx workbook"), "{said}");
}
