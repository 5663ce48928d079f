//! Columns that the catalogue knows, by their names or by what their cells look like.

use consilium_catalogue::{Catalogue, Feature, Identifies};
use consilium_data::{Table, Values};
use consilium_entities::{Day, Kind};
use consilium_schema::Schema;
use serde::Serialize;

/// The cells of a column that are looked at.
const MOST_CELLS: usize = 10_000;

/// Levels of GB/T 39725-2020, and what identifies people.
#[derive(Debug, Default, Serialize)]
pub(super) struct Sensitivity {
    /// The highest of all columns; none if the catalogue knows none of them.
    pub(super) level: Option<u8>,
    pub(super) columns: Vec<Known>,
    /// Quasi-identifiers of the catalogue that are not among those that were named.
    pub(super) forgotten: Vec<String>,
}

/// A column that is taken for a feature of the catalogue.
#[derive(Debug, Serialize)]
pub(super) struct Known {
    pub(super) column: String,
    /// The feature's id.
    feature: String,
    pub(super) level: u8,
    identifies: Identifies,
    by: By,
}

/// By what a column is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum By {
    /// Its name is the feature's id, or one of its names.
    Name,
    /// Its cells are numbers of people.
    Cells,
}

impl Sensitivity {
    /// Looks at all columns but those that somebody knows not to identify people.
    pub(super) fn of(schema: &Schema, table: &Table, innocent: &[String]) -> Sensitivity {
        let catalogue = Catalogue::starter();
        let known = |column: &consilium_schema::Column| {
            let name = column.name();
            let is_innocent = innocent.iter().any(|it| it == name);
            let by_name = by_name(&catalogue, name, is_innocent);
            let by_cells = || {
                let id = table.column(name).and_then(|it| by_cells(&it.values))?;
                catalogue.feature(id).filter(|_| !is_innocent)
            };
            // A number of people under a name of something else is one all the same.
            let is_direct = by_name.is_some_and(|it| it.identifies() == Identifies::Direct);
            let (feature, by) = match by_cells().filter(|_| !is_direct) {
                Some(feature) => (feature, By::Cells),
                None => (by_name?, By::Name),
            };
            Some(Known {
                column: name.to_owned(),
                feature: feature.id().to_owned(),
                level: feature.sensitivity().level(),
                identifies: feature.identifies(),
                by,
            })
        };
        let columns: Vec<Known> = schema.columns().iter().filter_map(known).collect();
        Sensitivity {
            level: columns.iter().map(|it| it.level).max(),
            columns,
            forgotten: Vec::new(),
        }
    }

    /// The columns that identify people in a way.
    pub(super) fn that(&self, identifies: Identifies) -> impl Iterator<Item = &str> {
        let columns = self.columns.iter();
        columns
            .filter(move |it| it.identifies == identifies)
            .map(|it| it.column.as_str())
    }
}

/// The feature of that id; or of those with that name, of which there may be several, the one that tells most of a
/// person.
fn by_name<'a>(catalogue: &'a Catalogue, name: &str, is_innocent: bool) -> Option<&'a Feature> {
    let bare = bare(name);
    let is_called = |feature: &Feature| {
        let names = [&feature.name().en, &feature.name().zh];
        let of_people = feature.table() == "patient";
        let short = feature.id().rsplit('.').next().filter(|_| of_people);
        let mut all = names.into_iter().chain(feature.synonyms());
        all.any(|it| self::bare(it) == bare) || short.is_some_and(|it| self::bare(it) == bare)
    };
    let rank = |feature: &&Feature| match feature.identifies() {
        Identifies::Direct => (2, feature.sensitivity().level()),
        Identifies::Quasi => (1, feature.sensitivity().level()),
        Identifies::No => (0, feature.sensitivity().level()),
    };
    let may_be = |it: &&Feature| !(is_innocent && it.identifies() == Identifies::Direct);
    let exact = catalogue.feature(name).filter(may_be);
    let features = catalogue.features().iter();
    let called = features.filter(|it| is_called(it)).filter(may_be);
    exact.or_else(|| called.max_by_key(rank))
}

/// A name without case, and without what is no letter or digit.
fn bare(name: &str) -> String {
    let letters = name.chars().filter(|it| it.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The feature whose cells are those of a column for the most part: identity and telephone numbers.
fn by_cells(values: &Values) -> Option<&'static str> {
    let texts: Vec<&str> = match values {
        Values::Texts(them) => them.iter().flatten().take(MOST_CELLS).collect(),
        Values::Categories(them) => them.levels().iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let mostly = |is: fn(&str) -> bool| {
        let found = texts.iter().filter(|cell| is(cell)).count();
        found > 0 && 2 * found >= texts.len()
    };
    if mostly(is_citizen_id) {
        return Some("patient.certificate_number");
    }
    mostly(is_mobile).then_some("patient.phone")
}

/// After GB 11643-1999, whenever somebody was born.
fn is_citizen_id(cell: &str) -> bool {
    let last = Day::new(9999, 12, 31);
    last.is_some_and(|last| matches!(Kind::CitizenId.normalise(cell, last), Ok(Some(_))))
}

/// A mobile telephone's number in China, with its country's or without.
fn is_mobile(cell: &str) -> bool {
    let number = cell
        .trim_start_matches("+86")
        .trim_start_matches(['-', ' ']);
    let mut digits = number.bytes();
    number.len() == 11
        && digits.all(|it| it.is_ascii_digit())
        && number.starts_with('1')
        && !number.starts_with("10")
        && !number.starts_with("11")
        && !number.starts_with("12")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_both_languages_however_they_are_written() {
        let catalogue = Catalogue::starter();
        let of = |name: &str| by_name(&catalogue, name, false).map(Feature::id);
        for (name, id) in [
            ("SSN", "patient.social_security_number"),
            ("LAST", "patient.last_name"),
            ("psn_name", "patient.name"),
            ("姓名", "patient.name"),
            ("身份证号", "patient.certificate_number"),
            ("certificate_number", "patient.certificate_number"),
            ("patient.name", "patient.name"),
        ] {
            assert_eq!(of(name), Some(id), "{name}");
        }
        assert_eq!(of("trestbps"), None);
        let innocent = by_name(&catalogue, "SSN", true);
        assert!(innocent.is_none_or(|it| it.identifies() != Identifies::Direct));
    }

    #[test]
    fn numbers_of_people_are_known_by_their_form() {
        assert!(is_mobile("13812345678") && is_mobile("+86 13812345678"));
        assert!(!is_mobile("12345678901") && !is_mobile("2026010112"));
        // The example of GB 11643-1999.
        assert!(is_citizen_id("11010519491231002X") && !is_citizen_id("110105194912310021"));
    }
}
