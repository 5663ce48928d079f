//! Who learns what from columns of several institutions.

use consilium_gbdt::vertical::{Role, disclosures, prediction_disclosures};

use super::{Audience, Lines};
use crate::{Plan, TestRows, Vertical, VerticalWork, texts::disclosure as texts};

impl Plan {
    pub(super) fn add_vertical(&self, task: &Vertical, lines: &mut Lines<'_>) {
        lines.add(Audience::Coordinator, &texts::PREFLIGHT_COMMON, &[]);
        if let VerticalWork::Grow(grow) = &task.work
            && grow.subject.is_of_classes()
        {
            lines.add(Audience::Coordinator, &texts::PREFLIGHT_LABEL_HOLDER, &[]);
        }
        lines.add(Audience::Coordinator, &texts::TRAFFIC, &[]);
        let mut said = Vec::new();
        match &task.work {
            VerticalWork::Grow(grow) => {
                // Whatever the number of rows, the same is learnt.
                let agreement = task.agreement(grow, self.limits.most_rows.0);
                let agreement = agreement.expect("a plan is checked for the most rows it allows");
                said.extend(disclosures(&agreement));
                if grow.test != TestRows::None {
                    said.extend_from_slice(prediction_disclosures());
                }
            }
            VerticalWork::Predict { .. } => said.extend_from_slice(prediction_disclosures()),
        }
        for line in said {
            let (to, learns) = match line.to {
                Role::LabelHolder => (Audience::LabelHolder, line.learns.to_owned()),
                Role::FeatureHolder => (Audience::FeatureHolders, line.learns.to_owned()),
                Role::Relay => (Audience::Coordinator, line.learns.to_owned()),
                // What nobody is kept from stands below what stays hidden.
                Role::Nobody => (Audience::Nobody, format!("nobody {}", line.learns)),
            };
            lines.push(to, [learns, line.zh.to_owned()]);
        }
        match &task.work {
            VerticalWork::Grow(_) => {
                lines.add(Audience::LabelHolder, &texts::OWN_PART_LABELS, &[]);
                lines.add(Audience::FeatureHolders, &texts::OWN_PART_FEATURES, &[]);
                lines.add(Audience::Everyone, &texts::RESULT_VERTICAL, &[]);
            }
            VerticalWork::Predict { .. } => {
                lines.add(Audience::LabelHolder, &texts::PREDICTIONS, &[]);
                lines.add(Audience::Everyone, &texts::RESULT_PREDICTED, &[]);
            }
        }
        lines.add(Audience::Nobody, &texts::NO_FORMAL_BOUND, &[]);
    }
}
