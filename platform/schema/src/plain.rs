/// The most characters of a column's name or a category's level.
pub const MOST_NAME: usize = 200;
/// The most characters of a column's description, in each language.
pub(crate) const MOST_DESCRIPTION: usize = 500;

/// Says whether whoever reads a letter sees it, and sees what is around it in its order.
///
/// # Security
///
/// Control characters rule a terminal, marks of direction turn what follows round, and letters
/// without width make different names look the same.
pub fn is_shown(letter: char) -> bool {
    let turns = matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hides = matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    !letter.is_control() && !turns && !hides
}

/// Says whether a person who reads the text sees all of it and nothing else: it has 1 to `most`
/// characters, all of them shown, and no blanks at its ends.
pub fn is_plain(text: &str, most: usize) -> bool {
    !text.is_empty()
        && text.trim() == text
        && text.chars().count() <= most
        && text.chars().all(is_shown)
}
