use std::borrow::Cow;

use super::{Characters, Normal, is_placeholder};
use crate::{Reason, damage, letters};

/// Digits beyond those a spreadsheet keeps that must be zero before a number is taken for rounded:
/// of sound numbers one in a thousand is refused.
const TELLING_ZEROS: usize = 3;

pub(super) fn normalise<'a>(
    text: Cow<'a, str>,
    lengths: &[u8],
    characters: Characters,
) -> Result<Normal<'a>, Reason> {
    let damage::Undamaged { text, repairs } = damage::undo(letters::without_blanks(text))?;
    let allowed = |byte: u8| match characters {
        Characters::Digits => byte.is_ascii_digit(),
        Characters::LettersAndDigits => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
    };
    if !text.bytes().all(allowed) {
        return Err(Reason::Characters);
    }
    if !lengths
        .iter()
        .any(|length| usize::from(*length) == text.len())
    {
        return Err(Reason::Length);
    }
    if is_placeholder(&text) || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(Reason::Placeholder);
    }
    if rounded(&text) {
        return Err(Reason::Rounded);
    }
    Ok(Normal {
        text,
        repairs,
        doubtful: false,
    })
}

fn rounded(text: &str) -> bool {
    let lost = text
        .as_bytes()
        .get(damage::KEPT_DIGITS..)
        .unwrap_or_default();
    damage::digits(text) && lost.len() >= TELLING_ZEROS && lost.iter().all(|byte| *byte == b'0')
}
