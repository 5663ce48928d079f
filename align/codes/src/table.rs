use std::collections::BTreeMap;

use consilium_base::Digest;
use serde::{Deserialize, Serialize};

use crate::{CodesError, Day, Form, RowFault, sheet, sheet::Sheet};

mod rows;

const KIND: &str = "table";

/// One version of a code system: which codes it has, what they mean, when they are valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeTable {
    head: TableHead,
    form: Form,
    rows: BTreeMap<String, CodeRow>,
}

/// What is said of a table as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableHead {
    /// Always `table`.
    #[serde(default = "table")]
    pub kind: String,
    /// The system, such as `icd-10-yb`; its codes' form follows from it.
    pub system: String,
    /// The version, as its publisher writes it.
    pub version: String,
    /// Where the table was taken from.
    pub source: String,
    /// Under which terms it may be passed on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
    /// The first day on which the version is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The last day on which the version is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

fn table() -> String {
    KIND.to_owned()
}

/// A code of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeRow {
    /// Its name in English, empty where there is none.
    pub en: String,
    /// Its name in Chinese, empty where there is none.
    pub zh: String,
    /// The code that it stands under.
    pub parent: Option<String>,
    /// The first day on which it is valid, where that is not the version's.
    pub from: Option<Day>,
    /// The last day on which it is valid, where that is not the version's.
    pub until: Option<Day>,
    /// Whether it is still in use.
    pub status: Status,
}

/// Whether a code is still in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// It is.
    #[default]
    Active,
    /// It is not.
    Stopped,
    /// Another code of the same table stands for it.
    ReplacedBy(String),
}

/// What a table says of a code on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// The code may be used.
    Valid,
    /// The table has no such code.
    Unknown,
    /// The code becomes valid later.
    NotYet,
    /// The code was stopped, replaced, or its time is over.
    Stopped,
}

impl TableHead {
    /// Says what is required of a table, and nothing that may be left out.
    pub fn new(system: &str, version: &str, source: &str) -> TableHead {
        TableHead {
            kind: table(),
            system: system.to_owned(),
            version: version.to_owned(),
            source: source.to_owned(),
            licence: String::new(),
            from: None,
            until: None,
        }
    }
}

impl CodeTable {
    /// Reads a table strictly: every code is in normal form and stands once, every code that is
    /// referred to is there.
    ///
    /// # Errors
    ///
    /// Names the line.
    pub fn read(bytes: &[u8]) -> Result<CodeTable, CodesError> {
        let text = sheet::text(bytes)?;
        let sheet = Sheet::of(&text)?;
        let head: TableHead = sheet.head()?;
        kind(KIND, &head.kind)?;
        if head
            .from
            .zip(head.until)
            .is_some_and(|(from, until)| until < from)
        {
            return Err(CodesError::Declared(
                "valid until a day before it is valid from",
            ));
        }
        let form = Form::named(&head.system)?;
        let mut rows = BTreeMap::new();
        let mut lines = BTreeMap::new();
        sheet.rows(&rows::COLUMNS, 1, |line, cells| {
            let (code, row) = rows::read(form, cells)?;
            if let Some(first) = lines.insert(code.clone(), line) {
                return Err(RowFault::Twice { first });
            }
            rows.insert(code, row);
            Ok(())
        })?;
        let table = CodeTable { head, form, rows };
        for (code, line) in &lines {
            let fault = |fault| CodesError::Row { line: *line, fault };
            table.refers_well(code).map_err(fault)?;
        }
        Ok(table)
    }

    /// Makes a table; its text is [`Self::to_text`].
    ///
    /// # Errors
    ///
    /// What [`Self::read`] refuses.
    pub fn new(
        head: &TableHead,
        rows: impl IntoIterator<Item = (String, CodeRow)>,
    ) -> Result<CodeTable, CodesError> {
        CodeTable::read(rows::written(head, rows.into_iter()).as_bytes())
    }

    /// Writes the table.
    pub fn to_text(&self) -> String {
        rows::written(&self.head, self.rows.clone().into_iter())
    }

    /// What is said of it as a whole.
    pub fn head(&self) -> &TableHead {
        &self.head
    }

    /// How its codes are written.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The hash of what it says: of [`Self::to_text`], however the file was written and packed.
    pub fn hash(&self) -> Digest {
        sheet::hash(&self.to_text())
    }

    /// How many codes there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Tells whether it has no code.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of a code in normal form.
    pub fn get(&self, code: &str) -> Option<&CodeRow> {
        self.rows.get(code)
    }

    /// All codes in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &CodeRow)> {
        self.rows.iter().map(|(code, row)| (code.as_str(), row))
    }

    /// Says whether a code may be used on a day; without a day, whether it is in use at all.
    pub fn validity(&self, code: &str, day: Option<Day>) -> Validity {
        let Some(row) = self.rows.get(code) else {
            return Validity::Unknown;
        };
        let Some(day) = day else {
            let is_active = row.status == Status::Active;
            return if is_active {
                Validity::Valid
            } else {
                Validity::Stopped
            };
        };
        if row.from.or(self.head.from).is_some_and(|from| day < from) {
            return Validity::NotYet;
        }
        match row.until.or(self.head.until) {
            Some(until) if day > until => Validity::Stopped,
            // A code that was stopped some day was valid before.
            Some(_) => Validity::Valid,
            None if row.status == Status::Active => Validity::Valid,
            None => Validity::Stopped,
        }
    }

    fn refers_well(&self, code: &str) -> Result<(), RowFault> {
        let row = &self.rows[code];
        let is_there = |other: &String| self.rows.contains_key(other);
        if !row.parent.as_ref().is_none_or(is_there) {
            return Err(RowFault::Nowhere { column: "parent" });
        }
        if matches!(&row.status, Status::ReplacedBy(other) if !is_there(other) || other == code) {
            return Err(RowFault::Nowhere { column: "status" });
        }
        let mut at = row;
        let mut steps = 0;
        while let Some(above) = at.parent.as_ref().and_then(|parent| self.rows.get(parent)) {
            steps += 1;
            if steps > MOST_LEVELS {
                return Err(RowFault::Circle);
            }
            at = above;
        }
        Ok(())
    }
}

/// More levels than any system has; what goes on for longer goes round.
const MOST_LEVELS: usize = 64;

/// Holds that a file is of a kind.
pub(crate) fn kind(wanted: &'static str, found: &str) -> Result<(), CodesError> {
    let error = || CodesError::Kind {
        wanted,
        found: found.to_owned(),
    };
    (found == wanted).then_some(()).ok_or_else(error)
}

/// Takes a code that must be in normal form already; ranges such as `A00-B99` are codes of groups.
pub(crate) fn code(form: Form, column: &'static str, text: &str) -> Result<String, RowFault> {
    match text.split_once('-').filter(|_| form != Form::Local) {
        None => normal(form, column, text)?,
        // An end has no hyphen of its own: it would be no normal form.
        Some((first, last)) => {
            normal(form, column, first)?;
            normal(form, column, last)?;
        }
    }
    Ok(text.to_owned())
}

/// Holds that a single code is in normal form.
fn normal(form: Form, column: &'static str, text: &str) -> Result<(), RowFault> {
    let unclear = |unclear| RowFault::Unclear { column, unclear };
    let normal = form.normalise(text).map_err(unclear)?;
    let is_same = normal.code == text;
    is_same.then_some(()).ok_or(RowFault::NotNormal { column })
}
