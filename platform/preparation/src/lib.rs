#![doc = include_str!("../README.md")]

mod bind;
mod canonical;
mod check;
mod error;
mod feature;
mod partition;
mod preparation;
mod raw;
mod term;

pub use bind::{Bound, Cells, Unfit};
pub use error::{FeatureFault, PreparationError};
pub use feature::{
    CutWeights, Feature, LevelWeights, MissingLevel, OneHot, Operation, Product, Scale, Unseen,
};
pub use partition::{Partition, Uncounted};
pub use preparation::{Preparation, PreparationHash};
pub use raw::{MissingRule, RawLevelFill, RawMissing, RawPreparation, RawPrepared};
pub use term::{Term, TermValues};
