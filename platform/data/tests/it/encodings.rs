use consilium_data::{Line, ReadError};
use consilium_schema::Encoding;
use encoding_rs::GB18030;

use crate::{column, read, texts};

const TABLE: &str = "编码,名称\nA01,伤寒\nA05,其他细菌性食物中毒\nB20,\"艾滋病,晚期\"\n";
const NAMES: [&str; 3] = ["伤寒", "其他细菌性食物中毒", "艾滋病,晚期"];

fn gbk(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn every_encoding_is_found_and_can_be_declared() {
    let marked = format!("\u{feff}{TABLE}");
    let files = [
        (TABLE.as_bytes().to_vec(), Encoding::Utf8),
        (marked.as_bytes().to_vec(), Encoding::Utf8),
        (gbk(TABLE), Encoding::Gb18030),
        (gbk(&marked), Encoding::Gb18030),
        (utf16(TABLE, u16::to_le_bytes), Encoding::Utf16Le),
        (utf16(&marked, u16::to_le_bytes), Encoding::Utf16Le),
        (utf16(TABLE, u16::to_be_bytes), Encoding::Utf16Be),
        (utf16(&marked, u16::to_be_bytes), Encoding::Utf16Be),
    ];
    for (bytes, encoding) in files {
        for declared in ["auto", encoding.name()] {
            let schema = texts(&format!("encoding = {declared:?}"), &["编码", "名称"]);
            let loaded = read(&schema, &bytes).unwrap();
            assert_eq!(column(&loaded, "名称"), NAMES, "{encoding} as {declared}");
            assert_eq!(loaded.report.encoding, encoding);
        }
    }
}

#[test]
fn letters_far_down_still_decide_the_encoding() {
    let ascii = "1,plain\n".repeat(40_000);
    for (tail, encoding) in [
        ("2,汉字\n".as_bytes().to_vec(), Encoding::Utf8),
        (gbk("2,汉字\n"), Encoding::Gb18030),
    ] {
        let file = [b"a,b\n", ascii.as_bytes(), &tail].concat();
        let loaded = read(&texts("", &["a", "b"]), &file).unwrap();
        assert_eq!(column(&loaded, "b").last().unwrap(), "汉字");
        assert_eq!(loaded.report.encoding, encoding);
    }
}

#[test]
fn pure_ascii_counts_as_utf_8() {
    let loaded = read(&texts("", &["a"]), "a\n1\n").unwrap();
    assert_eq!(loaded.report.encoding, Encoding::Utf8);
}

#[test]
fn mixed_encodings_are_named_with_the_line() {
    let good = "1,汉字\n".repeat(30_000);
    let file = [b"a,b\n", good.as_bytes(), &gbk("2,汉字汉字\n")].concat();
    match read(&texts("", &["a", "b"]), &file) {
        Err(ReadError::Undecodable {
            line,
            encoding: Encoding::Utf8,
            declared: false,
        }) => {
            assert_eq!(line, Line(30_002));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn bytes_of_no_encoding_are_named() {
    let file = b"a,b\n1,x\xff\xffy\n";
    let error = read(&texts("", &["a", "b"]), file).unwrap_err();
    assert!(
        matches!(error, ReadError::Undecodable { line: Line(2), .. }),
        "{error}"
    );
}

#[test]
fn a_wrong_declaration_is_named() {
    let schema = texts("encoding = \"utf-8\"", &["编码", "名称"]);
    let error = read(&schema, gbk(TABLE)).unwrap_err();
    assert_eq!(error.to_string(), "line 1 is not utf-8");
}

#[test]
fn a_letter_cut_in_half_at_the_end_is_named() {
    for mut bytes in [
        gbk(TABLE),
        utf16(TABLE, u16::to_le_bytes),
        TABLE.as_bytes().to_vec(),
    ] {
        bytes.truncate(bytes.len() - if bytes.contains(&0) { 5 } else { 9 });
        assert!(read(&texts("", &["编码", "名称"]), &bytes).is_err());
    }
}

#[test]
fn gbk_bytes_that_look_like_delimiters_stay_within_their_letters() {
    // The second byte of these is 0x7C, a bar in ASCII.
    let file = gbk("a|b\n亅|x\n億|y\n");
    assert_eq!(file.split(|byte| *byte == b'|').count(), 6);
    let loaded = read(
        &texts("encoding = \"gbk\"\ndelimiter = \"|\"", &["a", "b"]),
        &file,
    )
    .unwrap();
    assert_eq!(column(&loaded, "b"), ["x", "y"]);
}
