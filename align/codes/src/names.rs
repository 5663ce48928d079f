//! Names matched to names: what a person has typed, and the entries of a library.

mod index;
mod library;
mod plain;
mod product;
mod review;

pub use index::{Candidate, Matcher, Query, Reason};
pub use library::{Library, LibraryHead, Named, Subject};
pub use plain::plain;
pub use product::{Amount, Product};
pub use review::{Decision, Review, ReviewRow, Reviewed};
