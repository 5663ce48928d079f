//! The names in a condition.

/// A name in a text of SQL: a word, or what stands between double quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// The name, without quotes.
    pub(crate) name: String,
    /// Where it stands, in bytes, quotes included.
    pub(crate) begins: usize,
    pub(crate) ends: usize,
    /// Whether a bracket follows, as after a function, or a point stands before or behind it: then it
    /// names no column by itself.
    pub(crate) is_part: bool,
}

/// The names in a text, in its order; texts in quotes and comments, which end with their line, have none.
pub(crate) fn words(sql: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(letter) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let ends = if letter == '\'' || letter == '"' {
            at + quoted(rest, letter)
        } else if rest.starts_with("--") {
            at + rest.find('\n').unwrap_or(rest.len())
        } else if is_letter(letter) {
            at + rest.find(|it| !is_letter(it)).unwrap_or(rest.len())
        } else {
            at + letter.len_utf8()
        };
        if letter == '"' || is_letter(letter) && !letter.is_ascii_digit() {
            let text = &sql[at..ends];
            let bare = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
            let behind = sql[ends..].trim_start();
            words.push(Word {
                name: bare.map_or_else(|| text.to_owned(), |it| it.replace("\"\"", "\"")),
                begins: at,
                ends,
                is_part: behind.starts_with(['(', '.']) || sql[..at].trim_end().ends_with('.'),
            });
        }
        at = ends;
    }
    words
}

/// Writes what each name stands for, where it stands for something.
pub(crate) fn replaced(sql: &str, stands_for: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut at = 0;
    for word in words(sql).iter().filter(|word| !word.is_part) {
        if let Some(other) = stands_for(&word.name) {
            text.push_str(&sql[at..word.begins]);
            text.push_str(&other);
            at = word.ends;
        }
    }
    text.push_str(&sql[at..]);
    text
}

/// A name as SQL writes it.
pub(crate) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL writes it.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// How long a text in quotes is, with them; doubled ones are part of it.
fn quoted(text: &str, quote: char) -> usize {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != quote {
            continue;
        }
        match letters.peek() {
            Some((_, next)) if *next == quote => {
                letters.next();
            }
            _ => return at + quote.len_utf8(),
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_texts_comments_and_functions() {
        let sql = "admitted <= \"a \"\"b\" AND x.y > abs(费用) -- not this\n OR 'it''s' = z";
        let found = words(sql);
        let names: Vec<&str> = found
            .iter()
            .filter(|it| !it.is_part)
            .map(|it| it.name.as_str())
            .collect();
        assert_eq!(names, ["admitted", "a \"b", "AND", "费用", "OR", "z"]);
    }

    #[test]
    fn a_name_is_replaced_and_a_text_is_not() {
        let sql = "sex = 'sex' AND \"sex\" <> sexes";
        let replaced = replaced(sql, |name| (name == "sex").then(|| "(g)".to_owned()));
        assert_eq!(replaced, "(g) = 'sex' AND (g) <> sexes");
    }

    #[test]
    fn a_quote_that_is_not_closed_ends_with_the_text() {
        assert!(words("'a").is_empty());
        assert_eq!(words("\"a").len(), 1);
    }
}
