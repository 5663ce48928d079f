use super::parse_number;

/// What means "missing" in a column.
pub(crate) struct Markers {
    texts: Vec<String>,
    numbers: Vec<f64>,
}

impl Markers {
    /// In a `numeric` column, a marker that is a number marks all ways to write it.
    pub(crate) fn new<'a>(texts: impl Iterator<Item = &'a String>, numeric: bool) -> Self {
        let texts: Vec<String> = texts.cloned().collect();
        let numbers = if numeric {
            texts
                .iter()
                .filter_map(|text| parse_number(text).ok())
                .collect()
        } else {
            Vec::new()
        };
        Self { texts, numbers }
    }

    pub(crate) fn mark(&self, cell: &str) -> bool {
        self.texts.iter().any(|text| text == cell)
    }

    pub(super) fn mark_number(&self, number: f64) -> bool {
        self.numbers.contains(&number)
    }
}
