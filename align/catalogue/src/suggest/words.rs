//! Names taken apart into words.

/// A name in parts: words of Latin letters, numbers, and runs of Chinese characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// Words in small letters and numbers, in their order.
    pub(super) words: Vec<String>,
    /// All Chinese characters, in their order.
    pub(super) han: Vec<char>,
}

/// Takes a name apart where letters end, where a capital follows a small letter, and between letters and
/// digits; full-width letters and digits count as their narrow forms.
pub(super) fn parts(name: &str) -> Parts {
    let mut parts = Parts::default();
    let mut word = String::new();
    let mut before = ' ';
    for letter in name.chars().map(narrow) {
        let joins = (letter.is_alphabetic() && before.is_alphabetic() && !is_han(before))
            || (letter.is_ascii_digit() && before.is_ascii_digit());
        let hump = letter.is_uppercase() && before.is_lowercase();
        if (!joins || hump || is_han(letter)) && !word.is_empty() {
            parts.words.push(std::mem::take(&mut word));
        }
        if is_han(letter) {
            parts.han.push(letter);
        } else if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    if !word.is_empty() {
        parts.words.push(word);
    }
    parts
}

/// Words of a phrase that carry meaning.
pub(super) fn telling(phrase: &str) -> Parts {
    let mut parts = parts(phrase);
    let all = parts.words.len();
    parts.words.retain(|word| !is_filler(word));
    if parts.words.is_empty() && all > 0 {
        return self::parts(phrase);
    }
    parts
}

/// Brings a word into the singular, roughly.
pub(super) fn singular(word: &str) -> &str {
    match word {
        word if word.len() < 4
            || word.ends_with("ss")
            || word.ends_with("us")
            || word.ends_with("is") =>
        {
            word
        }
        word => word.strip_suffix('s').unwrap_or(word),
    }
}

/// Says whether two words are one in singular and plural.
pub(super) fn same_stem(one: &str, other: &str) -> bool {
    let body = |word: &str| singular(word).trim_end_matches(['y', 'e', 'i']).to_owned();
    singular(one) == singular(other) || (one.len() > 4 && body(one) == body(other))
}

fn is_filler(word: &str) -> bool {
    const FILLERS: [&str; 26] = [
        "a", "an", "the", "of", "in", "on", "at", "to", "for", "by", "or", "and", "as", "is",
        "was", "with", "which", "whose", "it", "its", "any", "before", "s", "under", "this",
        "took",
    ];
    FILLERS.contains(&word)
}

/// Says whether a character is Chinese.
pub(super) fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The narrow form of a full-width letter or digit (the block Halfwidth and Fullwidth Forms of Unicode).
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// Says whether a common short form stands for a word; the forms are in the order of the alphabet.
pub(super) fn stands_for(short: &str, word: &str) -> bool {
    const SHORT: [(&str, &[&str]); 55] = [
        ("addr", &["address"]),
        ("adm", &["admission", "admitted"]),
        ("amt", &["amount"]),
        ("avg", &["average", "mean"]),
        ("begn", &["start", "begin"]),
        ("bp", &["pressure"]),
        ("cd", &["code"]),
        ("cnt", &["count", "number", "quantity"]),
        ("codg", &["code"]),
        ("dept", &["department"]),
        ("desc", &["description"]),
        ("diag", &["diagnosis"]),
        ("dise", &["disease", "diagnosis"]),
        ("doc", &["doctor", "physician"]),
        ("doctor", &["physician"]),
        ("dr", &["doctor", "physician"]),
        ("dt", &["date"]),
        ("dx", &["diagnosis"]),
        ("freq", &["frequency"]),
        ("gender", &["sex"]),
        ("hosp", &["hospital"]),
        ("id", &["identifier", "id"]),
        ("ident", &["identifier"]),
        ("identifier", &["id"]),
        ("ind", &["indicator"]),
        ("ins", &["insurance"]),
        ("insurer", &["payer"]),
        ("ip", &["inpatient"]),
        ("lat", &["latitude"]),
        ("lon", &["longitude"]),
        ("max", &["maximum"]),
        ("med", &["medical", "medication", "medicare"]),
        ("mos", &["months", "month"]),
        ("nbr", &["number"]),
        ("no", &["number"]),
        ("num", &["number", "count"]),
        ("number", &["count", "identifier"]),
        ("op", &["outpatient", "operating"]),
        ("org", &["organization", "institution"]),
        ("pat", &["patient"]),
        ("patn", &["patient"]),
        ("pay", &["payment", "pay"]),
        ("pd", &["paid"]),
        ("physician", &["doctor"]),
        ("prc", &["price"]),
        ("psn", &["person", "patient"]),
        ("pt", &["patient"]),
        ("qty", &["quantity"]),
        ("rx", &["prescription"]),
        ("stop", &["end"]),
        ("tel", &["telephone", "phone"]),
        ("thru", &["through"]),
        ("tot", &["total"]),
        ("val", &["value"]),
        ("zip", &["postcode"]),
    ];
    let found = SHORT.binary_search_by_key(&short, |(known, _)| known);
    found.is_ok_and(|place| SHORT[place].1.contains(&singular(word)))
}
