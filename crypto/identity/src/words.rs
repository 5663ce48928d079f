//! Numbers as words of a published list, and back.
//!
//! The lists are those of BIP-39 (github.com/bitcoin/bips, bip-0039): 2,048 words each, chosen to
//! be told apart.

/// A language that has a list of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WordList {
    /// English words.
    English,
    /// Simplified Chinese: each word is one character.
    Chinese,
}

/// Words of a list: 2 to the power of this.
pub(crate) const BITS: usize = 11;

impl WordList {
    /// Gives the word of a number below 2,048.
    pub(crate) fn word(self, number: u16) -> &'static str {
        let word = self.words().nth(usize::from(number) % (1 << BITS));
        word.expect("a list has 2,048 words")
    }

    fn number(self, word: &str) -> Option<u16> {
        let position = self.words().position(|listed| listed == word)?;
        u16::try_from(position).ok()
    }

    fn words(self) -> std::str::Lines<'static> {
        match self {
            WordList::English => include_str!("../words/english.txt"),
            WordList::Chinese => include_str!("../words/chinese_simplified.txt"),
        }
        .lines()
    }
}

/// Reads words of either list; a word that is in neither gives its position, from 0.
///
/// Case, spaces, hyphens, commas and full stops between words don't matter, and Chinese words need
/// none between them.
pub(crate) fn read(text: &str) -> Result<Vec<u16>, usize> {
    let text = text.to_lowercase();
    let separates =
        |c: char| c.is_whitespace() || matches!(c, '-' | ',' | '.' | '，' | '、' | '。');
    let mut numbers = Vec::new();
    for part in text.split(separates).filter(|part| !part.is_empty()) {
        if let Some(number) = WordList::English.number(part) {
            numbers.push(number);
            continue;
        }
        let mut buffer = [0; 4];
        for character in part.chars() {
            let word = character.encode_utf8(&mut buffer);
            numbers.push(WordList::Chinese.number(word).ok_or(numbers.len())?);
        }
    }
    Ok(numbers)
}
