use consilium_mapping::{QueryError, SourceFault};
use consilium_schema::TextPlace;

/// Why a text is no set of rules.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// The text is longer than [`RuleSet::LONGEST`](crate::RuleSet::LONGEST).
    #[error("a rule file has at most 1 MiB")]
    TooLong,
    /// The text is no TOML, or a key or value is not one of a rule file's.
    #[error("{place}: {message}")]
    Toml {
        /// Where.
        place: TextPlace,
        /// What the parser says.
        message: String,
    },
    /// Something is declared that can't be.
    #[error("{place}: {what} {id:?}: {fault}")]
    Wrong {
        /// Where.
        place: TextPlace,
        /// What it is.
        what: &'static str,
        /// Its name.
        id: String,
        /// What is wrong.
        fault: RuleFault,
    },
    /// A schema that a table names can't be read.
    #[error("{place}: the schema {path:?}: {message}")]
    Schema {
        /// Where.
        place: TextPlace,
        /// Its path.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// A query made of the rules can't be planned.
    #[error("{place}: rule {rule:?}: {message}")]
    Query {
        /// Where, in the rule file.
        place: TextPlace,
        /// The rule.
        rule: String,
        /// What the query engine says.
        message: String,
    },
}

/// What is wrong with a declaration.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleFault {
    /// Names are seen as they are.
    #[error(
        "the name is empty, too long, or has blanks at its ends or characters that are not seen"
    )]
    Hidden,
    /// Names are different from each other.
    #[error("declared twice")]
    Twice,
    /// There is no table, source, column or pack of that name.
    #[error("there is no {what} {name:?}{}", there(known))]
    Unknown {
        /// What it is.
        what: &'static str,
        /// The name.
        name: String,
        /// Those that there are, if they are few.
        known: Vec<String>,
    },
    /// A rule has one test.
    #[error(
        "a rule has one test: complete, typed, holds, range, levels, matches, codes, unique, duplicates, \
         adds_up, refers, overlap, fresh, delay or shape"
    )]
    Tests,
    /// A table is a source or a query.
    #[error("a table is a source or an sql query: say one of them")]
    SourceOrSql,
    /// A key is empty where something must stand.
    #[error("{key} is empty")]
    Empty {
        /// The key.
        key: &'static str,
    },
    /// A number is not one that it can be.
    #[error("{key} must be {expected}")]
    Number {
        /// The key.
        key: &'static str,
        /// What it can be.
        expected: &'static str,
    },
    /// A piece of SQL is not what it should be by itself.
    #[error("{message}")]
    Sql {
        /// What its parser says.
        message: String,
    },
    /// A condition looks at one row.
    #[error("a condition looks at one row: a SELECT belongs into a table's sql")]
    Query,
    /// A condition is bounded, so that no engine is led too deep.
    #[error(
        "it is too long, or has more than 128 operators one within or after the other: IN says many OR in one"
    )]
    Deep,
    /// A regular expression is none.
    #[error("matches.pattern is no regular expression: {message}")]
    Pattern {
        /// What its parser says.
        message: String,
    },
    /// An adjustment changes a rule, or switches it off.
    #[error("say off = true, or what changes: severity, weight, tolerate or unless")]
    Adjusts,
    /// A rule of the file itself is not adjusted.
    #[error("only rules of packs, schemas and declared types are adjusted: change this one itself")]
    Own,
    /// Who adjusts a rule says why.
    #[error("reason is empty, longer than 500 letters, or has characters that are not seen")]
    Reason,
    /// Something is wrong with a source, as with a mapping's.
    #[error(transparent)]
    Source(#[from] SourceFault),
    /// Something else, as a mapping's reader says it.
    #[error("{message}")]
    Mapping {
        /// What it says.
        message: String,
    },
}

fn there(known: &[String]) -> String {
    if known.is_empty() {
        return String::new();
    }
    format!("; there are {}", known.join(", "))
}

/// Why rules can't be held against tables. What is wrong with one table or rule stands in the report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QualityError {
    /// A rule is wrong, which was seen when its columns were there.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A query could not be run.
    #[error(transparent)]
    Query(#[from] QueryError),
}
