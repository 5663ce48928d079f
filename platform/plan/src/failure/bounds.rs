//! What a failure may hold, whoever wrote it.

use std::collections::BTreeMap;

use consilium_schema::is_shown;
use serde::{Deserialize as _, Deserializer, de::Error as _};

/// The most texts beside the code.
const MOST_DETAILS: usize = 8;
/// The most characters of a text.
const MOST_TEXT: usize = 200;

/// Makes a text of our own fit: shown on one line, its end cut off if it is too long.
pub(super) fn fitted(text: &str) -> String {
    let text = text.replace(|letter| !is_shown(letter), " ");
    if is_fit(&text) {
        return text;
    }
    let beginning = text.chars().take(MOST_TEXT - 1);
    beginning.chain(['…']).collect()
}

fn is_fit(text: &str) -> bool {
    text.chars().all(is_shown) && text.chars().count() <= MOST_TEXT
}

pub(super) fn step<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let step = Option::<String>::deserialize(from)?;
    if step.as_deref().is_none_or(is_fit) {
        Ok(step)
    } else {
        Err(D::Error::custom("the step is no short plain text"))
    }
}

pub(super) fn details<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let details = BTreeMap::<String, String>::deserialize(from)?;
    let fit = |(place, value): (&String, &String)| is_fit(place) && is_fit(value);
    if details.len() <= MOST_DETAILS && details.iter().all(fit) {
        Ok(details)
    } else {
        Err(D::Error::custom(
            "the details are not few short plain texts",
        ))
    }
}
