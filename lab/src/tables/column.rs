//! Cells of a column as texts.

use consilium_data::Values;

/// Gives the cells of a column, a missing one as none.
pub(super) fn texts(values: &Values) -> Vec<Option<String>> {
    match values {
        Values::Numbers(numbers) => {
            let text = |number: Option<f64>| number.map(|number| number.to_string());
            numbers.iter().map(text).collect()
        }
        Values::Categories(categories) => {
            let level = |code: usize| categories.levels()[code].clone();
            categories.iter().map(|code| code.map(level)).collect()
        }
        Values::Texts(texts) => texts.iter().map(|text| text.map(str::to_owned)).collect(),
        Values::Flags(flags) => {
            let text = |flag: Option<bool>| flag.map(|flag| flag.to_string());
            flags.iter().map(text).collect()
        }
        Values::Dates(dates) => dates
            .iter()
            .map(|date| date.map(|date| date.to_string()))
            .collect(),
    }
}
