//! Trees in plain words.

use std::fmt::Display;

use consilium_gbdt::{Direction, Growing, Objective, RowSampling};

use super::Page;
use crate::{Gbdt, texts::summary as texts};

/// Says what is grown together.
pub(super) fn describe_trees(trees: &Gbdt, contributors: usize, page: &mut Page) {
    let objective = match trees.specification().objective {
        Objective::Logistic => texts::OBJECTIVE_LOGISTIC,
        Objective::Squared => texts::OBJECTIVE_SQUARED,
        Objective::Poisson => texts::OBJECTIVE_POISSON,
        Objective::Gamma => texts::OBJECTIVE_GAMMA,
        Objective::Tweedie { .. } => texts::OBJECTIVE_TWEEDIE,
    };
    let objective = objective.open(page.lang);
    let places: [(&str, &dyn Display); 2] =
        [("objective", &objective), ("contributors", &contributors)];
    page.line("", &texts::TRAIN_TREES, &places);
}

/// Says how they grow.
pub(super) fn describe_growth(trees: &Gbdt, page: &mut Page) {
    let spec = trees.specification();
    let size: [(&str, &dyn Display); 2] = [("trees", &spec.trees), ("rate", &spec.learning_rate)];
    match spec.growth {
        Growing::DepthWise { depth } => {
            let depth: [(&str, &dyn Display); 1] = [("depth", &depth)];
            page.line("", &texts::TREES_BY_DEPTH, &[&size[..], &depth].concat());
        }
        Growing::LeafWise { leaves, depth } => {
            let growth: [(&str, &dyn Display); 2] = [("leaves", &leaves), ("depth", &depth)];
            page.line("", &texts::TREES_BY_LEAVES, &[&size[..], &growth].concat());
        }
    }
    page.line("", &texts::TREES_BINS, &[("bins", &spec.bins)]);
    page.line("", &texts::TREES_MISSING, &[]);
    let (lambda, alpha, gamma) = (spec.lambda, spec.alpha, spec.gamma);
    let penalties: [(&str, &dyn Display); 4] = [
        ("lambda", &lambda),
        ("alpha", &alpha),
        ("gamma", &gamma),
        ("weight", &spec.min_child_weight),
    ];
    page.line("", &texts::TREES_PENALTIES, &penalties);
    match &spec.rows {
        RowSampling::All => {}
        RowSampling::Share(share) => page.line("", &texts::TREES_SHARE, &[("share", share)]),
        RowSampling::Goss { top, other } => {
            page.line("", &texts::TREES_GOSS, &[("top", top), ("other", other)]);
        }
    }
    if spec.column_share < 1.0 {
        page.line("", &texts::TREES_COLUMNS, &[("share", &spec.column_share)]);
    }
    for (column, direction) in &spec.monotone {
        let text = match direction {
            Direction::Increasing => texts::TREES_RISING,
            Direction::Decreasing => texts::TREES_FALLING,
        };
        page.line("", &text, &[("column", column)]);
    }
    if let Some(early) = &spec.early_stopping {
        let places: [(&str, &dyn Display); 2] =
            [("share", &early.share), ("patience", &early.patience)];
        page.line("", &texts::TREES_EARLY, &places);
    }
}
