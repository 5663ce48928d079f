use consilium_entities::{Kind, Reason};

use crate::normal;

fn all_are(kind: &Kind, cells: &[&str], expected: &str) {
    for cell in cells {
        assert_eq!(normal(kind, cell).as_deref(), Ok(expected), "{cell}");
    }
}

#[test]
fn a_mobile_number_is_its_eleven_digits() {
    let written = [
        "13800138000",
        "+8613800138000",
        "+86 138-0013-8000",
        "(+86) 138 0013 8000",
        "008613800138000",
        "86 138 0013 8000",
        "１３８００１３８０００",
        "138—0013—8000",
        "\u{202d}13800138000\u{202c}",
    ];
    all_are(&Kind::Phone, &written, "13800138000");
}

#[test]
fn what_is_no_mobile_number_is_refused() {
    let cases = [
        ("12800138000", Reason::NotMobile),
        ("1380013800", Reason::NotMobile),
        ("138001380001", Reason::NotMobile),
        ("013800138000", Reason::NotMobile),
        ("010-62345678", Reason::NotMobile),
        ("+85291234567", Reason::NotMobile),
        ("+86", Reason::Characters),
        ("13800138000转8", Reason::Characters),
        ("---", Reason::Characters),
    ];
    for (cell, reason) in cases {
        assert_eq!(normal(&Kind::Phone, cell), Err(reason), "{cell}");
    }
}

#[test]
fn a_name_is_one_name_with_any_blanks_and_dots() {
    all_are(
        &Kind::Name,
        &["王小明", "王 小明", " 王\u{3000}小 明 "],
        "王小明",
    );
    let dotted = [
        "买买提·艾力",
        "买买提•艾力",
        "买买提・艾力",
        "买买提･艾力",
        "买买提 ‧ 艾力",
        "买买提.艾力",
        "买买提．艾力",
    ];
    all_are(&Kind::Name, &dotted, "买买提·艾力");
    all_are(
        &Kind::Name,
        &["Zoe\u{308} Smith", "ZOË  SMITH", "ｚｏë　ｓｍｉｔｈ"],
        "ZOËSMITH",
    );
}

#[test]
fn a_name_has_a_letter() {
    for cell in ["???", "123", "··", "\u{fffd}\u{fffd}"] {
        assert_eq!(normal(&Kind::Name, cell), Err(Reason::NoLetter), "{cell}");
    }
}

#[test]
fn a_text_keeps_its_words_apart() {
    all_are(
        &Kind::Text,
        &["ab-1 c", " AB-1  C ", "ａｂ－１\u{3000}ｃ", "Ab-1\tc"],
        "AB-1 C",
    );
}

#[test]
fn a_blank_cell_is_missing_and_not_refused() {
    for kind in crate::kinds() {
        for cell in ["", "  ", "\u{3000}", "\u{feff}", "\t\n"] {
            assert_eq!(kind.normalise(cell, crate::today()), Ok(None), "{kind:?}");
        }
    }
}
