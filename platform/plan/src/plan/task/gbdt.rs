//! Gradient-boosted trees.

use consilium_evaluation::{BadSubject, Deviance, Labels, Range, Subject};
use consilium_gbdt::{
    Boosting, Model, Objective, Specification,
    horizontal::{self as gbdt, Agreement, BadAgreement, Feature, Shared},
};
use consilium_secagg::{Bits, SumNumber};

use super::columns::{Term, Values};
use crate::{Limits, PlanError, PlanFault, RawPlan, plan::Places};

/// Gradient-boosted trees, grown on secure sums of histograms.
///
/// Missing values stay missing: each split learns where they go. A category has one 0/1 column for
/// each level but its reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Gbdt {
    /// The trees and the columns that they are grown on.
    pub agreement: Agreement,
    /// What an evaluation measures of them.
    pub subject: Subject,
}

impl Gbdt {
    /// The number of a fit's first sum: a fit has more than those of other phases leave room for
    /// below them.
    pub const FIRST_SUM: SumNumber = SumNumber(1_000_000);

    /// Gives how the trees are grown.
    pub fn specification(&self) -> &Specification {
        self.agreement.boosting().specification()
    }

    /// Says whether this can be a model of the plan: of its columns and objective, with no more trees.
    pub fn suits(&self, model: &Model) -> bool {
        let spec = self.specification();
        let planned = self.agreement.shared().columns.iter();
        model.objective() == spec.objective
            && model.trees().len() <= spec.trees as usize
            && planned.map(|column| &column.name).eq(model.columns())
    }
}

/// Checks what a plan says of the trees, over these terms and labels.
pub(super) fn check(
    raw: &RawPlan,
    (terms, labels): (Vec<Term>, Range),
    (limits, bits, contributors): (&Limits, Bits, usize),
    at: &Places,
) -> Result<Gbdt, PlanError> {
    let given = raw.trees.as_ref().ok_or_else(|| at.missing("trees"))?;
    let mut specification = given.get_ref().clone();
    // What protects cells of sums protects nodes.
    specification.min_node = specification.min_node.max(limits.minimum_cell.0);
    let objective = specification.objective;
    let boosting = boosting(specification, at)?;
    let shared = Shared {
        boosting,
        columns: terms.into_iter().map(feature).collect(),
        labels,
        most_rows: limits.most_rows.0,
        most_contributors: contributors,
    };
    let agreement = Agreement::try_from(shared).map_err(|fault| blame(fault, raw, at))?;
    let most = (limits.most_rows.0, contributors);
    let subject =
        Subject::new(measured(objective, labels), most, bits).map_err(|bad| match bad {
            BadSubject::Rows => at.fault(raw.limits.most_rows.as_ref(), ROWS, BadAgreement::Rows),
            _ => at.fault(raw.label.as_ref(), "label", PlanFault::TreesLabels),
        })?;
    Ok(Gbdt { agreement, subject })
}

/// Gives a term as what histograms are made of.
pub(super) fn feature(term: Term) -> Feature {
    Feature {
        name: term.name,
        values: match term.values {
            Values::Number(range) | Values::Two(range) => gbdt::Values::Number(range),
            Values::Integer(range) => gbdt::Values::Whole(range),
            Values::Binary => gbdt::Values::Binary,
        },
    }
}

/// Checks how trees are grown.
pub(super) fn boosting(specification: Specification, at: &Places) -> Result<Boosting, PlanError> {
    let checked = Boosting::try_from(specification);
    checked.map_err(|fault| at.fault_below(format!("trees.{}", fault.key), fault))
}

const ROWS: &str = "limits.most_rows";

/// Gives how predictions of an objective are measured.
pub(super) fn measured(objective: Objective, range: Range) -> Labels {
    let deviance = match objective {
        Objective::Logistic => return Labels::Classes,
        Objective::Squared => Deviance::Gaussian,
        Objective::Poisson => Deviance::Poisson,
        Objective::Gamma => Deviance::Gamma,
        Objective::Tweedie { power } => Deviance::Tweedie { power },
    };
    Labels::Numbers { deviance, range }
}

/// Points at the key that makes an agreement impossible.
fn blame(fault: BadAgreement, raw: &RawPlan, at: &Places) -> PlanError {
    match fault {
        BadAgreement::Labels { .. } => at.fault_below("trees.objective", fault),
        BadAgreement::NoColumn { .. } => at.fault_below("trees.monotone", fault),
        BadAgreement::Cells { .. } | BadAgreement::Histograms { .. } => {
            at.fault_below("trees.bins", fault)
        }
        BadAgreement::Nodes { .. } => at.fault_below("trees.trees", fault),
        BadAgreement::Rows => at.fault(raw.limits.most_rows.as_ref(), ROWS, fault),
        _ => at.fault(raw.features.as_ref(), "features", fault),
    }
}
