use std::borrow::Cow;

use super::{Normal, is_placeholder};
use crate::{Day, Reason, Repair, damage, letters};

/// Nobody who was given a number was born before.
const EARLIEST_YEAR: i32 = 1800;

pub(super) fn normalise(text: Cow<'_, str>, today: Day) -> Result<Normal<'_>, Reason> {
    let (mut text, mut repairs) = (text, Vec::new());
    // What has the characters of an id is not damaged.
    if !is_written(&text) {
        damage::Undamaged { text, repairs } = damage::undo(letters::without_blanks(text))?;
        if !is_written(&text) {
            return Err(Reason::Characters);
        }
    }
    if is_placeholder(&text) {
        return Err(Reason::Placeholder);
    }
    match text.len() {
        18 => {}
        15 => {
            text = lift(&text)?.into();
            repairs.push(Repair::Lifted);
        }
        _ => return Err(Reason::Length),
    }
    // Digits 16 to 18 of a number that a spreadsheet rounded.
    let zeros = text.ends_with("000");
    let (body, check) = text.split_at(17);
    if check != check_character(body) {
        return Err(if zeros {
            Reason::Rounded
        } else {
            Reason::CheckDigit
        });
    }
    if !province(&text[..2]) {
        return Err(Reason::Region);
    }
    let born = Day::read(&text[6..10], &text[10..12], &text[12..14]);
    if !born.is_some_and(|born| born.year() >= EARLIEST_YEAR && born <= today) {
        return Err(Reason::BirthDate);
    }
    let doubtful = zeros && repairs.is_empty();
    Ok(Normal {
        text,
        repairs,
        doubtful,
    })
}

/// Tells whether a text has the characters of an id where they may be.
fn is_written(text: &str) -> bool {
    let written = |(place, byte): (usize, u8)| byte.is_ascii_digit() || (place, byte) == (17, b'X');
    text.bytes().enumerate().all(written)
}

/// Lifts 15 digits to 18 characters: the year gets its century, the end its check digit.
fn lift(old: &str) -> Result<String, Reason> {
    let (place, rest) = old.split_at(6);
    // GB 11643-1989 kept these for people past their hundredth birthday.
    if matches!(&rest[6..], "996" | "997" | "998" | "999") {
        return Err(Reason::OldCentury);
    }
    let body = format!("{place}19{rest}");
    let check = check_character(&body);
    Ok(body + check)
}

/// Computes the check character of digits by ISO 7064 MOD 11-2 (pure system with X for ten).
fn check_character(digits: &str) -> &'static str {
    const CHARACTERS: [&str; 11] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "X"];
    let sum = digits
        .bytes()
        .fold(0, |sum, digit| (sum + usize::from(digit - b'0')) * 2);
    CHARACTERS[(12 - sum % 11) % 11]
}

/// Knows the provinces of GB/T 2260-2007, and the codes on residence permits of people from Hong
/// Kong, Macao and Taiwan (State Council General Office, 2018, No. 81).
fn province(code: &str) -> bool {
    let codes = [
        11..=15,
        21..=23,
        31..=37,
        41..=46,
        50..=54,
        61..=65,
        71..=71,
        81..=83,
    ];
    let code = code.parse::<u8>();
    code.is_ok_and(|code| codes.iter().any(|range| range.contains(&code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_characters_are_those_that_the_standards_print() {
        // GB 11643-1999, annex A; sample identifiers of ORCID and ISNI (ISO 27729), which use the
        // same system.
        let printed = [
            "11010519491231002X",
            "440524188001010014",
            "0000000218250097",
            "000000021694233X",
            "0000000121032683",
        ];
        for number in printed {
            let (body, check) = number.split_at(number.len() - 1);
            assert_eq!(check_character(body), check, "{number}");
        }
    }

    #[test]
    fn every_slip_in_one_digit_and_every_swap_of_neighbours_is_seen() {
        let body = "11010519491231002";
        let right = check_character(body);
        for place in 0..17 {
            for digit in b'0'..=b'9' {
                let mut other = body.as_bytes().to_vec();
                other[place] = digit;
                let other = String::from_utf8(other).unwrap();
                assert_eq!(check_character(&other) == right, other == body);
            }
        }
        for place in 0..16 {
            let mut other = body.as_bytes().to_vec();
            other.swap(place, place + 1);
            let other = String::from_utf8(other).unwrap();
            assert_eq!(check_character(&other) == right, other == body);
        }
    }
}
