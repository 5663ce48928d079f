//! What can be wrong with a plan.

mod fault;
mod trust;

use consilium_mailbox::Fault;
use consilium_preparation::PreparationError;
use consilium_schema::{SchemaError, TextPlace};

pub use fault::PlanFault;
pub use trust::TrustFault;

/// Why a text is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The text is no TOML, or a key or value is not one of a plan's.
    #[error("{place}: {message}")]
    Toml {
        /// Where.
        place: TextPlace,
        /// What the parser says.
        message: String,
    },
    /// The text, or the canonical one with all columns in it, is too long.
    #[error("a plan has at most {most} bytes, with all columns in it")]
    TooLong {
        /// How long it may be.
        most: usize,
    },
    /// A value is not possible, alone or beside the others.
    #[error("{place}: {key}: {fault}")]
    Key {
        /// Where.
        place: TextPlace,
        /// The key, as in `limits.runs`.
        key: String,
        /// What is wrong.
        fault: PlanFault,
    },
    /// The plan names a schema that was not given, or is given one that it does not name.
    #[error("a plan has either schema = \"FILE\" with that file, or [[column]] tables of its own")]
    SchemaMissing,
    /// The columns that the plan declares are none.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The plan names a preparation that was not given, or has two.
    #[error(
        "a plan has either prepare = \"FILE\" with that file, or [[prepared]] tables of its own"
    )]
    PreparationMissing,
    /// The columns can't be prepared so.
    #[error("{}{error}", file.as_ref().map(|file| format!("in {file}: ")).unwrap_or_default())]
    Preparation {
        /// The file in which the place lies; none: the plan.
        file: Option<String>,
        /// What is wrong.
        error: PreparationError,
    },
}

impl PlanError {
    /// Says whose fault it is: of whoever wrote the plan.
    pub fn fault(&self) -> Fault {
        Fault::Input
    }
}

/// Gives the place of a byte of a text.
pub(crate) fn place(text: &str, offset: usize) -> TextPlace {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    TextPlace {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    }
}
