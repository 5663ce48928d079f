//! Hybrid training: one label holder, several hospitals that share a schema, each with its own
//! patients.
//!
//! What [`vertical`](crate::vertical) does, but that hospitals add up their ciphertexts under the masks
//! of secure aggregation before any is opened: the label holder sees candidates as sums over all
//! hospitals. A coordinator opens counts over all hospitals and says by them what may be told. The page
//! docs/protocols/gbdt-hybrid.md says who learns what.

mod adder;
mod agreement;
mod answering;
mod coordinator;
mod cutting;
mod deck;
mod disclosure;
mod error;
mod examination;
mod examiners;
mod hospital;
mod label;
mod messages;
mod outline;
mod predict;
mod protocol;
mod stride;
mod tally;
mod total;
mod work;

pub use agreement::{Agreement, LEAST_HOSPITALS, MOST_HOSPITALS, Member, Terms};
pub use coordinator::coordinate;
pub use disclosure::{Disclosure, Role, disclosures};
pub use error::HybridError;
pub use hospital::{Hospital, HospitalSide};
pub use label::{LabelHolder, LabelSide};
pub use predict::{answer, predict};
pub use protocol::{follow, lead};
pub use total::{hear_rows, tell_rows};
pub use work::Shares;
