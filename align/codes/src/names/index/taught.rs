//! What a library, and what people have decided, teach of names.

use std::collections::HashMap;

use super::{Library, Named, is_ideograph, plain, wording::Wording};

/// With what the code of the first extension of a code ends.
const FIRST_EXTENSION: &str = "x001";

/// Learns from the pairs of names that the library has, and those that were decided on.
pub(super) fn wording(library: &Library, decided: &[Named]) -> Option<Wording> {
    let plains = || library.names().iter().map(|it| plain(&it.name));
    let codes: HashMap<&str, &Named> = library
        .names()
        .iter()
        .filter(|it| !it.code.is_empty() && it.name == it.canonical)
        .map(|it| (it.code.as_str(), it))
        .collect();
    let extended = library.names().iter().filter_map(|named| {
        let above = codes.get(named.code.strip_suffix(FIRST_EXTENSION)?)?;
        (named.name == named.canonical).then_some((&above.name, &named.name))
    });
    let decided = decided.iter().map(|it| (&it.name, &it.canonical));
    let pairs: Vec<(String, String)> = extended
        .chain(decided)
        .map(|(query, name)| (plain(query), plain(name)))
        .filter(|(query, name)| query.contains(is_ideograph) && name.contains(is_ideograph))
        .collect();
    Wording::learn(plains(), &pairs)
}

/// The entries of the library for names that were decided on.
pub(super) fn decided<'a>(library: &'a Library, decided: &[Named]) -> HashMap<String, &'a Named> {
    if decided.is_empty() {
        return HashMap::new();
    }
    let mut canonicals: HashMap<&str, &Named> = HashMap::new();
    for named in library.names() {
        let entry = canonicals.entry(&named.canonical).or_insert(named);
        if named.name == named.canonical {
            *entry = named;
        }
    }
    decided
        .iter()
        .filter_map(|it| Some((plain(&it.name), *canonicals.get(it.canonical.as_str())?)))
        .collect()
}
