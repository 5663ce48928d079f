use std::collections::{BTreeMap, BTreeSet};

use csv::{ReaderBuilder, WriterBuilder};

use super::{Library, LibraryHead, Matcher, Named, Query};
use crate::{CodesError, RowFault, sheet};

/// How many candidates a row shows.
const BEST: usize = 5;

/// Names with their candidates, for a person to decide on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Review {
    /// The most frequent name first.
    pub rows: Vec<ReviewRow>,
}

/// A name with its candidates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReviewRow {
    /// The name as it is written.
    pub name: String,
    /// The code beside it, empty where there is none.
    pub code: String,
    /// How many rows have it.
    pub count: u64,
    /// At most five: canonical name, score, reasons.
    pub best: Vec<(String, f64, String)>,
    /// `1` to `5`, `none`, a canonical name, or nothing yet.
    pub decision: String,
}

/// What a person has decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The name stands for this canonical name.
    Is(String),
    /// The library has nothing for it.
    Nothing,
    /// It is not decided yet.
    Open,
}

/// Decisions read back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// By name.
    pub decisions: BTreeMap<String, Decision>,
}

impl Review {
    /// Finds candidates for names, each once with its code and count. Where the best reaches the
    /// threshold and no other candidate has the same score, it is proposed as the decision; a person
    /// may change all.
    pub fn of<'a>(
        matcher: &Matcher<'_>,
        names: impl IntoIterator<Item = (&'a str, &'a str, u64)>,
        threshold: f64,
    ) -> Review {
        let row = |(name, code, count): (&str, &str, u64)| {
            let query = Query {
                name,
                code: Some(code).filter(|code| !code.is_empty()),
            };
            let found = matcher.find(query, BEST);
            let is_clear = found.first().is_some_and(|it| it.score >= threshold)
                && found
                    .get(1)
                    .is_none_or(|second| second.score < found[0].score);
            let reasons = |reasons: &[super::Reason]| {
                reasons
                    .iter()
                    .map(|it| it.name())
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let best = found
                .iter()
                .map(|it| (it.canonical.to_owned(), it.score, reasons(&it.reasons)));
            ReviewRow {
                name: name.to_owned(),
                code: code.to_owned(),
                count,
                best: best.collect(),
                decision: if is_clear {
                    "1".to_owned()
                } else {
                    String::new()
                },
            }
        };
        let mut rows: Vec<ReviewRow> = names.into_iter().map(row).collect();
        rows.sort_by(|a, b| b.count.cmp(&a.count).then(a.name.cmp(&b.name)));
        Review { rows }
    }

    /// Writes the file that a person fills in, as CSV with a mark of byte order, so that spreadsheets
    /// take it for UTF-8. A cell that a spreadsheet would take for a formula gets an apostrophe.
    #[expect(clippy::missing_panics_doc, reason = "memory takes all")]
    pub fn to_csv(&self) -> String {
        let mut writer = WriterBuilder::new().from_writer("\u{feff}".as_bytes().to_vec());
        let mut write = |record: &[String]| writer.write_record(record).expect("memory takes all");
        write(&header());
        for row in &self.rows {
            let mut cells = vec![shown(&row.name), shown(&row.code), row.count.to_string()];
            for place in 0..BEST {
                let best = row.best.get(place);
                cells.extend(
                    best.map_or_else(Default::default, |(canonical, score, reasons)| {
                        [shown(canonical), format!("{score:.4}"), reasons.clone()]
                    }),
                );
            }
            cells.push(shown(&row.decision));
            write(&cells);
        }
        let bytes = writer.into_inner().expect("memory takes all");
        String::from_utf8(bytes).expect("cells are texts")
    }

    /// Reads a file that was filled in; nothing may be changed in it but the decisions, and rows left
    /// out.
    ///
    /// # Errors
    ///
    /// Names the line, so of a decision that is neither a number of a candidate, `none`, nor a
    /// canonical name of the library.
    pub fn read(bytes: &[u8], library: &Library) -> Result<Reviewed, CodesError> {
        let text = sheet::text(bytes)?;
        let canonicals: BTreeSet<&str> = library
            .names()
            .iter()
            .map(|it| it.canonical.as_str())
            .collect();
        let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
        let found = reader.headers().map_err(|_| CodesError::Csv { line: 1 })?;
        if found.iter().ne(header().iter().map(String::as_str)) {
            return Err(CodesError::Declared(
                "the columns are not those of a review file",
            ));
        }
        let mut decisions = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(|error| CodesError::Csv {
                line: error.position().map_or(0, csv::Position::line),
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |place: usize| unshown(record.get(place).unwrap_or("").trim());
            let decision = match cell(3 + 3 * BEST) {
                "" => Decision::Open,
                "none" => Decision::Nothing,
                text => {
                    let number = text.parse().ok().filter(|it| (1..=BEST).contains(it));
                    let chosen = number.map_or(text, |it| cell(3 * it));
                    if !canonicals.contains(chosen) {
                        let fault = RowFault::Decision { most: BEST };
                        return Err(CodesError::Row { line, fault });
                    }
                    Decision::Is(chosen.to_owned())
                }
            };
            if decisions.insert(cell(0).to_owned(), decision).is_some() {
                let fault = RowFault::Value { column: "name" };
                return Err(CodesError::Row { line, fault });
            }
        }
        Ok(Reviewed { decisions })
    }
}

impl Reviewed {
    /// Makes a library of what was decided: each name under its canonical name, with its code.
    ///
    /// # Errors
    ///
    /// None for decisions that were read with the same library.
    pub fn to_library(&self, library: &Library, source: &str) -> Result<Library, CodesError> {
        let codes: BTreeMap<&str, &str> = library
            .names()
            .iter()
            .map(|it| (it.canonical.as_str(), it.code.as_str()))
            .collect();
        let named = |(name, decision): (&String, &Decision)| match decision {
            Decision::Is(canonical) => Some(Named {
                name: name.clone(),
                canonical: canonical.clone(),
                code: codes
                    .get(canonical.as_str())
                    .copied()
                    .unwrap_or_default()
                    .to_owned(),
            }),
            Decision::Nothing | Decision::Open => None,
        };
        let head = LibraryHead::new(library.head().subject, source);
        Library::new(&head, self.decisions.iter().filter_map(named))
    }
}

fn header() -> Vec<String> {
    let mut header: Vec<String> = ["name", "code", "count"].map(str::to_owned).into();
    for place in 1..=BEST {
        header.extend([
            format!("best{place}"),
            format!("score{place}"),
            format!("reasons{place}"),
        ]);
    }
    header.push("decision".to_owned());
    header
}

/// Text for a spreadsheet, in which it stays text.
fn shown(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\'']);
    if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn unshown(text: &str) -> &str {
    text.strip_prefix('\'').unwrap_or(text)
}
