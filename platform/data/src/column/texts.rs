/// Texts, laid end to end: sixteen bytes a row less than a `Vec<String>`, and no allocation each.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Texts {
    letters: String,
    ends: Vec<usize>,
    missing: Vec<bool>,
}

impl Texts {
    pub(crate) fn push(&mut self, text: Option<&str>) {
        self.letters.push_str(text.unwrap_or_default());
        self.ends.push(self.letters.len());
        self.missing.push(text.is_none());
    }

    /// A row's text, counted from 0; none if it is missing.
    pub fn get(&self, row: usize) -> Option<&str> {
        if *self.missing.get(row)? {
            return None;
        }
        let begin = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.letters[begin..self.ends[row]])
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&str>> + '_ {
        (0..self.ends.len()).map(|row| self.get(row))
    }
}
