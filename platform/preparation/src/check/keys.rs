//! Which keys a feature may have depends on what is done to its column.

use super::{Blamed, Checked};
use crate::{FeatureFault, RawPrepared};

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Scale,
    OneHot,
    CutWeights,
    LevelWeights,
    Product,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Scale => "a number",
            Self::OneHot => "a category or code",
            Self::CutWeights => "weights of intervals",
            Self::LevelWeights => "weights of levels",
            Self::Product => "a product",
        }
    }
}

/// Refuses the first key in the text that belongs to something else.
pub(super) fn check(raw: &RawPrepared, what: What) -> Checked<()> {
    use What::{CutWeights, LevelWeights, OneHot, Product, Scale};
    macro_rules! keys {
        ($($key:ident: $of:expr),* $(,)?) => {
            [$((
                stringify!($key),
                raw.$key.as_ref().map(|key| key.span().start),
                &$of as &[What],
            )),*]
        };
    }
    let keys = keys! {
        column: [Scale, OneHot, CutWeights, LevelWeights],
        missing: [Scale, OneHot],
        mark_missing: [Scale, OneHot, CutWeights, LevelWeights],
        clip: [Scale],
        log: [Scale],
        centre: [Scale],
        spread: [Scale],
        levels: [OneHot, LevelWeights],
        reference: [OneHot],
        unseen: [OneHot],
        cuts: [CutWeights],
        weights: [CutWeights, LevelWeights],
        missing_weight: [CutWeights, LevelWeights],
        unseen_weight: [LevelWeights],
        product: [Product],
    };
    let misplaced = keys.into_iter().filter(|(_, _, of)| !of.contains(&what));
    let misplaced = misplaced.filter_map(|(key, offset, _)| Some((offset?, key)));
    match misplaced.min() {
        None => Ok(()),
        Some((offset, key)) => Err(Blamed {
            offset: Some(offset),
            fault: FeatureFault::MisplacedKey {
                key,
                what: what.name(),
            },
        }),
    }
}
