use std::collections::BTreeMap;

use consilium_catalogue::Certainty;
use consilium_data::Date;
use consilium_schema::TextPlace;
use serde::{Deserialize, Serialize};

use crate::Shape;

/// What something is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

/// What a rule says something about: the indicators of GB/T 36344-2018, of which uniqueness, there a
/// part of accuracy, stands by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heading {
    /// 完整性: the cells that should be there are.
    Completeness,
    /// 准确性: values are possible.
    Accuracy,
    /// 一致性: values agree with each other.
    Consistency,
    /// 时效性: values came in time, and are not too old.
    Timeliness,
    /// 规范性: values are written as standards and code systems have it.
    Conformity,
    /// 唯一性: nothing is there twice.
    Uniqueness,
    /// 可访问性: the source can be read.
    Accessibility,
}

impl Heading {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Heading; 7] = [
        Self::Completeness,
        Self::Accuracy,
        Self::Consistency,
        Self::Timeliness,
        Self::Conformity,
        Self::Uniqueness,
        Self::Accessibility,
    ];

    /// The name as a rule file writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Completeness => "completeness",
            Self::Accuracy => "accuracy",
            Self::Consistency => "consistency",
            Self::Timeliness => "timeliness",
            Self::Conformity => "conformity",
            Self::Uniqueness => "uniqueness",
            Self::Accessibility => "accessibility",
        }
    }

    /// The name in Chinese.
    pub fn in_chinese(self) -> &'static str {
        match self {
            Self::Completeness => "完整性",
            Self::Accuracy => "准确性",
            Self::Consistency => "一致性",
            Self::Timeliness => "时效性",
            Self::Conformity => "规范性",
            Self::Uniqueness => "唯一性",
            Self::Accessibility => "可访问性",
        }
    }
}

/// How much it matters that a rule is broken.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It should be mended some day.
    #[default]
    Minor,
    /// Results may be wrong.
    Major,
    /// Results are wrong.
    Critical,
}

impl Severity {
    /// By how much its rules count more than minor ones: 1, 2, 4. No standard says so; a rule's own
    /// `weight` says otherwise.
    pub fn factor(self) -> f64 {
        match self {
            Self::Minor => 1.0,
            Self::Major => 2.0,
            Self::Critical => 4.0,
        }
    }

    /// The name as a rule file writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }
}

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The rule file itself.
    File,
    /// The pack of that name.
    Pack(String),
    /// The schema of the rule's table.
    Schema,
    /// The table itself: that it can be read and has its columns, and that cells are of the types that are declared.
    Table,
}

/// What is held against a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Different from all others of the set: `id`, `pack/id`, `table/schema/column/what`.
    pub id: String,
    /// What it says something about.
    pub heading: Heading,
    /// How much it matters.
    pub severity: Severity,
    /// By how much it counts more than others of its severity; above 0.
    pub weight: f64,
    /// The share of what it checks that may fail without its being broken, from 0 to below 1.
    pub tolerate: f64,
    /// What it is called.
    pub name: Names,
    /// The table whose rows it is about.
    pub table: String,
    /// A condition on the rows to which it applies, in SQL.
    pub applies: Option<Sql>,
    /// What must hold.
    pub test: Test,
    /// The code systems of which the codes of a column must be, for the rule to say anything.
    pub systems: BTreeMap<String, Vec<String>>,
    /// Who says so: a standard with its clause, or a public text.
    pub source: Option<String>,
    /// How sure that is.
    pub certainty: Option<Certainty>,
    /// Where it comes from.
    pub origin: Origin,
    /// Why the rule file has it otherwise than where it comes from; none where it has not.
    pub adjusted: Option<String>,
    /// Whether the rule file has switched it off.
    pub is_off: bool,
    /// Where the rule file says so.
    pub place: TextPlace,
}

impl Rule {
    /// How much it counts in the score of its heading.
    pub fn counts(&self) -> f64 {
        self.severity.factor() * self.weight
    }
}

/// A condition over one row, or a table's query, in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sql {
    /// The text, without blanks at its end.
    pub text: String,
    /// Where it begins in the rule file; the file's rule where it comes from elsewhere.
    pub place: TextPlace,
}

/// What a rule holds to be so. A cell that is missing is no test's matter but that of `Complete`: what
/// needs it is not checked there.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Test {
    /// The cells of these columns are there; each counts.
    Complete(Vec<String>),
    /// The cells of these columns are of the types that the table declares; each counts.
    Typed(Vec<String>),
    /// A condition.
    Holds(Sql),
    /// A column's values lie within bounds, the ends inside.
    Range {
        /// The column.
        column: String,
        /// The least value.
        min: Option<Bound>,
        /// The greatest value.
        max: Option<Bound>,
    },
    /// A column's values are among these.
    Levels {
        /// The column.
        column: String,
        /// As they are written.
        of: Vec<String>,
    },
    /// A regular expression fits the whole of a column's values.
    Matches {
        /// The column.
        column: String,
        /// The expression, which fits the whole.
        pattern: String,
    },
    /// A column's values are codes.
    Codes(Codes),
    /// No two rows have the same in these columns: rows beyond the first fail.
    Unique {
        /// The columns.
        columns: Vec<String>,
        /// What names a thing: rows that are the same in it, too, are one. Where it is empty, each row is.
        id: Vec<String>,
    },
    /// No two rows are the same: rows beyond the first fail.
    Duplicates,
    /// The sum over another table's rows is what a column says.
    AddsUp(AddsUp),
    /// There is a row of another table with the same.
    Refers {
        /// The columns.
        columns: Vec<String>,
        /// The other table.
        to: String,
        /// Its columns, as many.
        their: Vec<String>,
    },
    /// No row's time begins before an earlier one of the same has ended: the later ones fail.
    Overlap {
        /// Who can be in one place only.
        by: Vec<String>,
        /// The first day.
        from: String,
        /// The last day, on which another may begin.
        until: String,
        /// What names a stay: rows that are the same in it are one, from their first day to their last. Where it
        /// is empty, rows that are the same in all cells are.
        id: Vec<String>,
    },
    /// A date lies at most so many days before the day of the report, and not after it.
    Fresh {
        /// The column.
        column: String,
        /// How many days.
        days: u32,
    },
    /// So many days lie between two dates at most, and the later one is not before the earlier one.
    Delay {
        /// The earlier one.
        from: String,
        /// The later one.
        to: String,
        /// How many days.
        days: u32,
    },
    /// A column's values lie as those of a reference do.
    Shape(Shape),
    /// The table has these columns; each counts.
    Present(Vec<String>),
    /// The table can be read.
    Accessible,
}

/// An end of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// Of numbers.
    Number(f64),
    /// Of dates.
    Day(Date),
}

/// What codes must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    /// The column.
    pub column: String,
    /// The code system, an id that `consilium_codes` knows; else that of the table's `codes`.
    pub system: Option<String>,
    /// The source that is the system's table; else that of the table's `codes`.
    pub table: Option<String>,
    /// Whether the system's table must know them, and not their form alone decides.
    pub known: bool,
    /// The column of the day on which they must be valid.
    pub at: Option<String>,
    /// Whether codes under which others stand are refused.
    pub leaf: bool,
}

/// What must add up.
#[derive(Debug, Clone, PartialEq)]
pub struct AddsUp {
    /// The table of the parts.
    pub of: String,
    /// Its column that is added up.
    pub amount: String,
    /// The columns that say what belongs together, in this table.
    pub by: Vec<String>,
    /// The same in the table of the parts.
    pub their: Vec<String>,
    /// The column of the sum.
    pub to: String,
    /// By how much they may differ.
    pub within: f64,
    /// Whether no part at all is a sum of 0, and not a row that nothing is said of.
    pub none_is_zero: bool,
    /// Whether rows of this table with the same `by` are added up, too, before they are held against the parts.
    pub together: bool,
}

impl Test {
    /// Names a place for what it says in SQL, and the tables that it reads besides its own.
    pub(crate) fn moved(&mut self, place: TextPlace, named: impl Fn(&str) -> String) {
        match self {
            Self::Holds(sql) => sql.place = place,
            Self::AddsUp(AddsUp { of: table, .. }) | Self::Refers { to: table, .. } => {
                *table = named(table);
            }
            _ => {}
        }
    }

    /// Whether it reads that column of another table.
    pub(crate) fn looks_at(&self, other: &str, column: &str) -> bool {
        match self {
            Self::AddsUp(sum) => {
                sum.of == other && (sum.amount == column || sum.their.iter().any(|it| it == column))
            }
            Self::Refers { to, their, .. } => to == other && their.iter().any(|it| it == column),
            _ => false,
        }
    }

    /// The other table that it reads.
    pub(crate) fn other(&self) -> Option<&str> {
        match self {
            Self::AddsUp(AddsUp { of: table, .. }) | Self::Refers { to: table, .. } => Some(table),
            _ => None,
        }
    }
}
