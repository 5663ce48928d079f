use consilium_entities::{Kind, Reason, Repair};

use crate::{normal, repairs};

/// The check character by the weighted sum of GB 11643-1999: another way than the crate's recursion.
pub(crate) fn check_by_weights(body: &str) -> char {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = body.bytes().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    char::from(b"10X98765432"[(sum % 11) as usize])
}

#[test]
fn the_examples_of_the_standard_are_valid() {
    // GB 11643-1999, annex A.
    for id in ["11010519491231002X", "440524188001010014"] {
        assert_eq!(normal(&Kind::CitizenId, id).as_deref(), Ok(id));
        assert_eq!(repairs(&Kind::CitizenId, id), []);
        let (body, check) = id.split_at(17);
        assert_eq!(check_by_weights(body).to_string(), check);
    }
}

#[test]
fn an_id_is_one_id_however_it_is_typed() {
    for id in [
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "  110105 19491231 002X\t",
        "110105\u{3000}19491231\u{a0}002X",
        "\u{feff}11010519491231002X\u{200b}",
    ] {
        assert_eq!(
            normal(&Kind::CitizenId, id).as_deref(),
            Ok("11010519491231002X"),
            "{id}"
        );
    }
}

#[test]
fn an_old_id_is_lifted_and_counted() {
    for old in ["110105491231002", "１１０１０５４９１２３１００２"] {
        let lifted = normal(&Kind::CitizenId, old);
        assert_eq!(lifted.as_deref(), Ok("11010519491231002X"), "{old}");
        assert_eq!(repairs(&Kind::CitizenId, old), [Repair::Lifted]);
    }
}

#[test]
fn a_lifted_id_is_the_one_that_is_published() {
    // The usual example of the check digit: body 34052419800101001, check character X.
    let lifted = normal(&Kind::CitizenId, "340524800101001");
    assert_eq!(lifted.as_deref(), Ok("34052419800101001X"));
}

#[test]
fn an_old_id_of_somebody_over_a_hundred_is_not_lifted_to_the_wrong_century() {
    for old in ["110105801231996", "110105801231999"] {
        assert_eq!(normal(&Kind::CitizenId, old), Err(Reason::OldCentury));
    }
    assert!(normal(&Kind::CitizenId, "110105801231995").is_ok());
}

#[test]
fn what_is_no_id_is_refused_with_its_reason() {
    let with_check = |body: &str| format!("{body}{}", check_by_weights(body));
    let cases = [
        ("110105194912310021".to_owned(), Reason::CheckDigit),
        ("11010519491231002".to_owned(), Reason::Length),
        ("1101051949123100".to_owned(), Reason::Length),
        ("11010519491231002XX".to_owned(), Reason::Characters),
        ("1101051949123100X2".to_owned(), Reason::Characters),
        ("11010519491231002Y".to_owned(), Reason::Characters),
        ("11010549123100X".to_owned(), Reason::Characters),
        ("一一〇一〇五".to_owned(), Reason::Characters),
        (with_check("16010519491231002"), Reason::Region),
        (with_check("00010519491231002"), Reason::Region),
        (with_check("91010519491231002"), Reason::Region),
        (with_check("11010519490231002"), Reason::BirthDate),
        (with_check("11010519491331002"), Reason::BirthDate),
        (with_check("11010519000229002"), Reason::BirthDate),
        (with_check("11010517991231002"), Reason::BirthDate),
        (with_check("11010520260322002"), Reason::BirthDate),
        ("110105490231002".to_owned(), Reason::BirthDate),
    ];
    for (id, reason) in cases {
        assert_eq!(normal(&Kind::CitizenId, &id), Err(reason), "{id}");
    }
}

#[test]
fn who_is_born_today_or_on_a_leap_day_is_born() {
    for body in [
        "11010520260321002",
        "11010520000229002",
        "81000019900101001",
        "83000019900101001",
    ] {
        let id = format!("{body}{}", check_by_weights(body));
        assert_eq!(normal(&Kind::CitizenId, &id), Ok(id.clone()), "{id}");
    }
}
