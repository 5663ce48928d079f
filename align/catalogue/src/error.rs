use consilium_schema::{ColumnFault, TextPlace};

/// Why a text is no catalogue, or two of them don't go together.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// The text is no TOML, or a key or value is not one of a catalogue's.
    #[error("{place}: {message}")]
    Toml {
        /// Where.
        place: TextPlace,
        /// What the parser says.
        message: String,
    },
    /// Names, versions, titles and sources are seen as they are.
    #[error(
        "{place}: {what} is empty, too long, or has blanks at its ends or characters that are not seen"
    )]
    Hidden {
        /// Where.
        place: TextPlace,
        /// What it is.
        what: &'static str,
    },
    /// A catalogue has at least one feature, and not more than [`Catalogue::MOST`](crate::Catalogue::MOST).
    #[error(
        "a catalogue has 1 to {} features, not {found}",
        crate::Catalogue::MOST
    )]
    Count {
        /// How many are declared.
        found: usize,
    },
    /// A source or a table is declared once.
    #[error("{place}: {what} {id:?} is declared twice")]
    Twice {
        /// Where.
        place: TextPlace,
        /// What it is.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// Something is wrong with one feature.
    #[error("{place}: feature {id:?}: {fault}")]
    Feature {
        /// Where the feature is named.
        place: TextPlace,
        /// Its id.
        id: String,
        /// What is wrong.
        fault: FeatureFault,
    },
    /// Catalogues that are joined agree about what both have.
    #[error("two of the catalogues declare {id:?} differently")]
    Clash {
        /// The id.
        id: String,
    },
    /// A schema is made of features that there are.
    #[error("the catalogue has no feature {id:?}")]
    Unknown {
        /// The id that was asked for.
        id: String,
    },
    /// A schema has each feature once, and at least one.
    #[error("a schema is made of at least one feature, each of them once")]
    Choice,
}

/// What is wrong with the declaration of a feature.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FeatureFault {
    /// Ids are `table.field`.
    #[error("an id is table.field, in small letters, digits and underscores")]
    Id,
    /// A feature belongs to a table.
    #[error("no [[table]] {table:?} is declared")]
    NoTable {
        /// The part of the id before the point.
        table: String,
    },
    /// Ids are different from each other.
    #[error("declared twice")]
    Twice,
    /// Names and synonyms are seen as they are.
    #[error(
        "a name or synonym is empty, too long, or has blanks at its ends or characters that are not seen"
    )]
    Name,
    /// Type, unit, range, width or levels don't go together.
    #[error(transparent)]
    Column(#[from] ColumnFault),
    /// A level is written in one way at least.
    #[error("a level is a list of texts: the level itself, then how others write it")]
    Level,
    /// A spelling means one level.
    #[error("two levels are written {spelling:?}")]
    Spelling {
        /// The spelling.
        spelling: String,
    },
    /// Codes, and nothing else, have a code system.
    #[error("code_system has no meaning for type {kind:?}")]
    MisplacedCodeSystem {
        /// The declared type.
        kind: &'static str,
    },
    /// A version is a version of a system.
    #[error("code_system has a version but no system: add its id, as system = \"icd-10-cm\"")]
    VersionOfNone,
    /// A window is a duration.
    #[error("the window is no duration of ISO 8601, as P1Y, P30D or PT24H")]
    Window,
    /// A zone is one of the time zone database.
    #[error("the zone is no name of the time zone database, as Asia/Shanghai or UTC")]
    Zone,
    /// Only dates lie in a zone.
    #[error("zone has no meaning for type {kind:?}")]
    MisplacedZone {
        /// The declared type.
        kind: &'static str,
    },
    /// There are five levels.
    #[error("sensitivity is 1 to 5")]
    Sensitivity,
    /// A source that is named is declared.
    #[error("no [[source]] {source_id:?} is declared")]
    NoSource {
        /// The id.
        source_id: String,
    },
    /// What is claimed has its sources.
    #[error("certainty {certainty:?} needs {needed} sources or more, not {found}")]
    Sources {
        /// What is claimed.
        certainty: &'static str,
        /// How many sources that takes.
        needed: usize,
        /// How many are named.
        found: usize,
    },
}
