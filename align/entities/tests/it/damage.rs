use consilium_entities::{Kind, Reason, Repair};

use crate::{DATE, SERIAL, insurance, normal, repairs};

#[test]
fn what_loses_nothing_is_set_right_and_counted() {
    let number = insurance(&[9]);
    let cases = [
        (
            &Kind::CitizenId,
            "'11010519491231002X",
            vec![Repair::Apostrophe],
        ),
        (
            &Kind::CitizenId,
            "＇11010519491231002X",
            vec![Repair::Apostrophe],
        ),
        (
            &Kind::CitizenId,
            "=\"11010519491231002X\"",
            vec![Repair::Formula],
        ),
        (
            &Kind::CitizenId,
            "110105491231002.0",
            vec![Repair::PointZero, Repair::Lifted],
        ),
        (&number, "'012345678", vec![Repair::Apostrophe]),
        (&number, "123456789.00", vec![Repair::PointZero]),
        (&Kind::Phone, "13800138000.0", vec![Repair::PointZero]),
        (&DATE, "20240131.0", vec![Repair::PointZero]),
        (
            &SERIAL,
            "'45322.0",
            vec![Repair::Apostrophe, Repair::PointZero, Repair::Serial],
        ),
    ];
    for (kind, cell, expected) in cases {
        assert_eq!(repairs(kind, cell), expected, "{cell}");
    }
    assert_eq!(normal(&number, "'012345678").as_deref(), Ok("012345678"));
    assert_eq!(normal(&SERIAL, "'45322.0").as_deref(), Ok("20240131"));
}

#[test]
fn an_exponent_is_lost_digits_in_every_kind_of_number() {
    let cells = [
        "1.10105E+17",
        "1.10105e+17",
        "1.10105194912310002E17",
        "１.１Ｅ＋１７",
        "1E+17",
        "'1.1E+17",
    ];
    for cell in cells {
        for kind in [Kind::CitizenId, insurance(&[9, 18]), Kind::Phone, DATE] {
            assert_eq!(
                normal(&kind, cell),
                Err(Reason::Scientific),
                "{kind:?} {cell}"
            );
        }
    }
}

#[test]
fn digits_that_were_rounded_away_are_named() {
    for cell in [
        "110105194912310000",
        "440524188001010000",
        "110105194912310016.0",
    ] {
        assert_eq!(
            normal(&Kind::CitizenId, cell),
            Err(Reason::Rounded),
            "{cell}"
        );
    }
    let number = insurance(&[16, 18, 20]);
    for cell in [
        "123456789012345000",
        "12345678901234500000",
        "1234567890123456.0",
    ] {
        assert_eq!(normal(&number, cell), Err(Reason::Rounded), "{cell}");
    }
    // One zero says nothing.
    assert!(normal(&number, "1234567890123450").is_ok());
}

#[test]
fn one_character_again_and_again_and_letters_alone_are_no_number() {
    let letters = Kind::InsuranceNumber {
        lengths: vec![4, 5, 6, 10],
        characters: consilium_entities::Characters::LettersAndDigits,
    };
    for cell in [
        "0000000000",
        " 999999",
        "xxxxxxXXXX",
        "００００００",
        "'000000",
        "UnknownXXX",
        "null",
    ] {
        assert_eq!(normal(&letters, cell), Err(Reason::Placeholder), "{cell}");
    }
    for cell in ["00000", "000001", "100000", "AB0000"] {
        assert!(normal(&letters, cell).is_ok(), "{cell}");
    }
    for cell in ["000000000000000000", "111111111111111"] {
        let placeholder = Err(Reason::Placeholder);
        assert_eq!(normal(&Kind::CitizenId, cell), placeholder, "{cell}");
    }
}

#[test]
fn lost_leading_zeros_are_never_guessed() {
    assert_eq!(normal(&insurance(&[9]), "12345678"), Err(Reason::Length));
    assert_eq!(normal(&insurance(&[9]), "12345678.0"), Err(Reason::Length));
}

#[test]
fn a_letter_e_in_a_number_is_a_letter() {
    let kind = Kind::InsuranceNumber {
        lengths: vec![9],
        characters: consilium_entities::Characters::LettersAndDigits,
    };
    assert_eq!(normal(&kind, "1234e5678").as_deref(), Ok("1234E5678"));
    assert_eq!(
        normal(&insurance(&[9]), "1234e5678"),
        Err(Reason::Characters)
    );
}

#[test]
fn a_cell_without_end_is_refused_before_it_is_read() {
    for kind in crate::kinds() {
        assert_eq!(normal(&kind, &"ﷺ".repeat(400)), Err(Reason::TooLong));
    }
}
