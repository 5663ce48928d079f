//! Vertical training: the same patients, different features.
//!
//! The label holder computes gradients and encrypts them; each feature holder adds them up over the
//! rows on one side of each of its candidates without seeing them; the label holder opens the sums
//! and picks the splits. With all protections off the trees are those of one learner over all
//! columns, bit for bit. The page docs/protocols/gbdt-vertical.md says who learns what.

pub(crate) mod adding;
pub(crate) mod agreement;
pub(crate) mod answering;
mod attacked;
pub(crate) mod bits;
pub(crate) mod calls;
pub(crate) mod deal;
pub(crate) mod disclosure;
mod error;
pub(crate) mod examination;
mod examiner;
pub(crate) mod feature;
mod gaps;
pub(crate) mod grower;
pub(crate) mod label;
pub(crate) mod messages;
mod model;
pub(crate) mod nodes;
mod noise;
pub(crate) mod offer;
mod part;
pub(crate) mod places;
mod predict;
pub(crate) mod protocol;
mod side;
pub(crate) mod stride;
pub(crate) mod suppression;
pub(crate) mod work;

pub use agreement::{Agreement, BadTerms, Holder, MOST_FEATURE_HOLDERS, Price, Protections, Terms};
pub use attacked::attack_found;
pub use disclosure::{Disclosure, Role, disclosures, prediction_disclosures};
pub use error::{Breach, VerticalError};
pub use feature::FeatureHolder;
pub use label::LabelHolder;
pub use model::{BadPart, FeatureModel, LabelModel};
pub use part::{ModelPart, Splits, Whose};
pub use predict::{answer, predict};
pub use protocol::{Progress, Unwatched, Watch, follow, lead};
pub use side::{BadSide, Condition, FeatureSide, LabelSide, OwnSplit};
pub use work::{Cost, Shares, Work};
