//! Vertical training: the same patients, different features.
//!
//! The label holder computes gradients and encrypts them; each feature holder adds them up over the
//! rows on one side of each of its candidates without seeing them; the label holder opens the sums
//! and picks the splits. With all protections off the trees are those of one learner over all
//! columns, bit for bit. The page docs/protocols/gbdt-vertical.md says who learns what.

mod agreement;
mod answering;
mod bits;
mod deal;
mod disclosure;
mod error;
mod examination;
mod examiner;
mod feature;
mod grower;
mod label;
mod messages;
mod model;
mod noise;
mod offer;
mod places;
mod predict;
mod protocol;
mod side;
mod stride;

pub use agreement::{
    Agreement, BadTerms, FirstTree, Holder, MOST_FEATURE_HOLDERS, Price, Protections, Terms,
};
pub use disclosure::{Disclosure, Role, disclosures, prediction_disclosures};
pub use error::{Breach, VerticalError};
pub use feature::FeatureHolder;
pub use label::LabelHolder;
pub use model::{BadPart, FeatureModel, LabelModel};
pub use predict::{answer, predict};
pub use protocol::{Progress, Unwatched, Watch, follow, lead};
pub use side::{BadSide, Condition, FeatureSide, LabelSide, OwnSplit};
pub use stride::{Cost, Work, choose_stride};
