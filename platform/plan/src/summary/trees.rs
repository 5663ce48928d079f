//! Trees in plain words.

use std::fmt::Display;

use consilium_gbdt::{Direction, Growing, Objective, RowSampling, Specification};

use super::Page;
use crate::texts::{Text, summary as texts};

/// Says what is predicted, and by which distribution.
pub(super) fn objective(spec: &Specification) -> Text {
    match spec.objective {
        Objective::Logistic => texts::OBJECTIVE_LOGISTIC,
        Objective::Squared => texts::OBJECTIVE_SQUARED,
        Objective::Poisson => texts::OBJECTIVE_POISSON,
        Objective::Gamma => texts::OBJECTIVE_GAMMA,
        Objective::Tweedie { .. } => texts::OBJECTIVE_TWEEDIE,
    }
}

/// Who draws rows and cuts columns.
#[derive(Clone, Copy)]
pub(super) enum Drawn<'a> {
    /// Each institution draws its own rows; columns are cut alike at all.
    ByEach,
    /// The label holder draws rows, which all have; each institution cuts its own columns.
    ByLabelHolder(&'a str),
    /// The label holder draws rows; hospitals cut their columns alike.
    OfHospitals(&'a str),
}

/// Says how they grow.
pub(super) fn describe_growth(spec: &Specification, drawn: Drawn<'_>, page: &mut Page) {
    let (by, bins, shared, goss, early_stops) = match drawn {
        Drawn::ByEach => (
            "",
            texts::TREES_BINS,
            texts::TREES_SHARE,
            texts::TREES_GOSS,
            texts::TREES_EARLY,
        ),
        Drawn::ByLabelHolder(holder) | Drawn::OfHospitals(holder) => (
            holder,
            match drawn {
                Drawn::OfHospitals(_) => texts::TREES_BINS_HOSPITALS,
                _ => texts::TREES_BINS_OWN,
            },
            texts::TREES_SHARE_COMMON,
            texts::TREES_GOSS_COMMON,
            texts::TREES_EARLY_COMMON,
        ),
    };
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
    page.line("", &bins, &[("bins", &spec.bins)]);
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
        RowSampling::Share(share) => {
            page.line("", &shared, &[("share", share), ("party", &by)]);
        }
        RowSampling::Goss { top, other } => {
            let places: [(&str, &dyn Display); 3] =
                [("top", top), ("other", other), ("party", &by)];
            page.line("", &goss, &places);
        }
    }
    if spec.column_share < 1.0 {
        page.line("", &texts::TREES_COLUMNS, &[("share", &spec.column_share)]);
    }
    if let Some(bits) = &spec.gradient_bits {
        page.line("", &texts::TREES_BITS, &[("bits", bits)]);
    }
    if !spec.learning_curve {
        page.line("", &texts::TREES_NO_CURVE, &[]);
    }
    for (column, direction) in &spec.monotone {
        let text = match direction {
            Direction::Increasing => texts::TREES_RISING,
            Direction::Decreasing => texts::TREES_FALLING,
        };
        page.line("", &text, &[("column", column)]);
    }
    if let Some(early) = &spec.early_stopping {
        let places: [(&str, &dyn Display); 3] = [
            ("share", &early.share),
            ("patience", &early.patience),
            ("party", &by),
        ];
        page.line("", &early_stops, &places);
    }
}
