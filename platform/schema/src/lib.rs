#![doc = include_str!("../README.md")]

mod canonical;
mod codes;
mod column;
mod design;
mod differing;
mod error;
mod file_format;
mod label;
mod plain;
mod profile;
mod raw;
mod rows;
mod schema;
mod unit;

pub use canonical::quoted;
pub use codes::{Codes, RawCodes};
pub use column::{
    Bounds, Column, DateOrder, Description, Kind, Level, Levels, Outside, OutsideLevel,
};
pub use design::DesignError;
pub use differing::{Differing, Told};
pub use error::{ColumnFault, SchemaError, TextPlace};
pub use file_format::{DEFAULT_MISSING, Delimiter, DuplicateHeaders, Encoding, FileFormat, Header};
pub use label::{Label, LabelError, LabelRule, RawLabel};
pub use plain::{MOST_NAME, is_plain, is_shown};
pub use profile::{
    ColumnProfile, Distinct, LevelCount, NumberSummary, Profile, Quantile, Summary, TextLengths,
};
pub use raw::{RawColumn, RawDescription, RawFile, RawKind, RawLevel, RawMarker, RawSchema};
pub use rows::Rows;
pub use schema::Schema;
pub use unit::Unit;
