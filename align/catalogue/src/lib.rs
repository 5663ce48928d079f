#![doc = include_str!("../README.md")]

mod canonical;
mod catalogue;
mod difference;
mod error;
mod feature;
mod raw;
mod starter;
mod suggest;

pub use catalogue::{Catalogue, CatalogueHash, Source, Table};
pub use difference::{Change, Difference, Part};
pub use error::{CatalogueError, FeatureFault};
pub use feature::{Certainty, CodeSystem, Feature, Identifies, Names, Sensitivity};
pub use suggest::{Pattern, Reason, Sketch, Suggested, Suggester, Suggestion};
