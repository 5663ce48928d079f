//! The shapes of codes. All take text in capitals, without blanks, and give it with its dot.

use super::Unclear;

/// ICD-9-CM: three digits and up to two; V with two and up to two; E with three and up to one.
pub(super) fn icd9(text: &str) -> Result<String, Unclear> {
    let (head, tail) = parts(text);
    let (letters, whole, most) = match head.as_bytes().first() {
        Some(b'V') => (1, 3, 2),
        Some(b'E') => (1, 4, 1),
        _ => (0, 3, 2),
    };
    if !all_digits(head.get(letters..).unwrap_or_default()) || !tail.is_none_or(all_digits) {
        return Err(Unclear::Shape);
    }
    if letters == 0 && head.len() < whole {
        return Err(Unclear::LeadingZeros);
    }
    dotted(head, tail, whole, most)
}

/// ICD-9-CM-3: two digits and up to four, with `x001` and its like where China extends them.
pub(super) fn procedure(text: &str) -> Result<String, Unclear> {
    let (plain, extension) = match text.split_once('x') {
        Some((plain, number)) => (plain, Some(number)),
        None => (text, None),
    };
    let (head, tail) = parts(plain);
    if !all_digits(head) || !tail.is_none_or(all_digits) {
        return Err(Unclear::Shape);
    }
    if head.len() < 2 {
        return Err(Unclear::LeadingZeros);
    }
    let code = dotted(head, tail, 2, 4)?;
    // One digit after the dot is filled up: 03.4x05.
    let is_filled = tail.is_some_and(|tail| tail.len() == 1);
    match extension {
        None => Ok(code),
        Some(number) if is_filled && number.len() == 2 && all_digits(number) => {
            Ok(format!("{code}x{number}"))
        }
        Some(number) if number.len() == 3 && all_digits(number) => Ok(format!("{code}x{number}")),
        Some(_) => Err(Unclear::Shape),
    }
}

/// ICD-10 and ICD-10-CM: a letter, a digit, a digit or letter, and up to four more. The category QA0 of
/// ICD-10-CM (since October 2025) has a letter in the second place too.
pub(super) fn icd10(text: &str) -> Result<String, Unclear> {
    let (head, tail) = parts(text);
    let code = dotted(head, tail, 3, 4)?;
    let known = code.bytes().enumerate().all(|(place, it)| match place {
        0 => it.is_ascii_uppercase(),
        1 => it.is_ascii_digit() || code.starts_with("QA0"),
        3 => it == b'.',
        _ => it.is_ascii_digit() || it.is_ascii_uppercase(),
    });
    if known { Ok(code) } else { Err(Unclear::Shape) }
}

/// 医保版: `A00`, `A00.0`, `A00.000`, `A00.000x001`, `I64.x00`, each with `+G01*` or without.
pub(super) fn insurance(text: &str) -> Result<String, Unclear> {
    let (first, second) = match text.split_once('+') {
        Some((first, second)) => (first, Some(second)),
        None => (text, None),
    };
    let first = extended(first)?;
    let Some(second) = second else {
        return Ok(first);
    };
    let star = second.strip_suffix('*').ok_or(Unclear::Shape)?;
    Ok(format!("{first}+{}*", extended(star)?))
}

fn extended(text: &str) -> Result<String, Unclear> {
    let (head, tail) = parts(text.trim_end_matches('*'));
    let (head, tail) = match tail {
        Some(tail) => (head, tail),
        None if head.is_char_boundary(3.min(head.len())) => head.split_at(3.min(head.len())),
        None => return Err(Unclear::Shape),
    };
    let category = icd10(head)?;
    if category.len() != 3 {
        return Err(Unclear::Shape);
    }
    let (detail, extension) = match tail.char_indices().skip(1).find(|(_, it)| *it == 'x') {
        Some((at, _)) => (&tail[..at], Some(&tail[at + 1..])),
        None => (tail, None),
    };
    let digits = detail.strip_prefix('x').unwrap_or(detail);
    let is_known = detail.len() <= 3
        && (digits.is_empty() || all_digits(digits))
        && extension.is_none_or(|it| detail.len() == 3 && it.len() == 3 && all_digits(it));
    let star = if text.ends_with('*') { "*" } else { "" };
    match is_known {
        true if tail.is_empty() => Ok(category + star),
        true => Ok(format!("{category}.{tail}{star}")),
        false => Err(Unclear::Shape),
    }
}

/// ICD-10-PCS: seven characters, without I and O.
pub(super) fn pcs(text: &str) -> Result<String, Unclear> {
    let known = |it: u8| it.is_ascii_digit() || it.is_ascii_uppercase() && it != b'I' && it != b'O';
    let fits = text.len() == 7 && text.bytes().all(known);
    fits.then(|| text.to_owned()).ok_or(Unclear::Shape)
}

/// The lengths of ATC's five levels.
pub(crate) const ATC_LEVELS: [usize; 5] = [1, 3, 4, 5, 7];

/// ATC: letter, two digits, letter, letter, two digits, cut off after any of them.
pub(super) fn atc(text: &str) -> Result<String, Unclear> {
    let known = text.bytes().enumerate().all(|(place, it)| match place {
        0 | 3 | 4 => it.is_ascii_uppercase(),
        _ => it.is_ascii_digit(),
    });
    let fits = known && ATC_LEVELS.contains(&text.len());
    fits.then(|| text.to_owned()).ok_or(Unclear::Shape)
}

/// The level above.
pub(super) fn atc_parent(code: &str) -> Option<&str> {
    let level = ATC_LEVELS.iter().position(|len| *len == code.len())?;
    code.get(..*ATC_LEVELS.get(level.checked_sub(1)?)?)
}

/// CHS-DRG: two letters, a digit, and a digit or letter.
pub(super) fn drg(text: &str) -> Result<String, Unclear> {
    let known = text.bytes().enumerate().all(|(place, it)| match place {
        0 | 1 => it.is_ascii_uppercase(),
        2 => it.is_ascii_digit(),
        _ => it.is_ascii_digit() || it.is_ascii_uppercase(),
    });
    let fits = known && (3..=4).contains(&text.len());
    fits.then(|| text.to_owned()).ok_or(Unclear::Shape)
}

/// What stands before and after the dot; without one, nothing is known of an end.
fn parts(text: &str) -> (&str, Option<&str>) {
    match text.split_once('.') {
        Some((head, tail)) => (head, Some(tail)),
        None => (text, None),
    }
}

/// Puts the dot after `whole` characters, with 0 to `most` behind it.
fn dotted(head: &str, tail: Option<&str>, whole: usize, most: usize) -> Result<String, Unclear> {
    if !head.is_ascii() || tail.is_some_and(|tail| head.len() != whole || tail.is_empty()) {
        return Err(Unclear::Shape);
    }
    let (head, tail) = match tail {
        Some(tail) => (head, tail),
        None if head.len() < whole => return Err(Unclear::Shape),
        None => head.split_at(whole),
    };
    match tail.len() {
        0 => Ok(head.to_owned()),
        len if len <= most && tail.is_ascii() => Ok(format!("{head}.{tail}")),
        _ => Err(Unclear::Shape),
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}
