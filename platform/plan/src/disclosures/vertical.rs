//! Who learns what from columns of several institutions.

use consilium_contract::{DISCLOSURE, OF_FAILURE};
use consilium_gbdt::{
    hybrid,
    vertical::{self, prediction_disclosures},
};

use consilium_statistics::vertical::{self as evidence, Holder};

use super::{Audience, Lines};
use crate::{Common, Grow, Plan, TestRows, Vertical, VerticalWork, texts::disclosure as texts};

impl Plan {
    pub(super) fn add_vertical(&self, task: &Vertical, lines: &mut Lines<'_>) {
        lines.add(Audience::Coordinator, &texts::PREFLIGHT_COMMON, &[]);
        if task.is_of_classes() {
            lines.add(Audience::Coordinator, &texts::PREFLIGHT_LABEL_HOLDER, &[]);
        }
        if task.refuses_repeats() {
            lines.add(Audience::Coordinator, &texts::PREFLIGHT_REPEATS, &[]);
        }
        lines.add(Audience::Coordinator, &texts::TRAFFIC, &[]);
        if task.group().is_some() {
            lines.learnt(Audience::Coordinator, OF_FAILURE.learns, OF_FAILURE.zh);
            lines.learnt(Audience::Hospitals, DISCLOSURE.learns, DISCLOSURE.zh);
        }
        match &task.work {
            VerticalWork::Grow(grow) => {
                self.add_growth(task, grow, lines);
                if grow.test != TestRows::None {
                    lines.predictions(task);
                }
                lines.add(Audience::LabelHolder, &texts::OWN_PART_LABELS, &[]);
                if task.group().is_some() {
                    lines.add(Audience::Hospitals, &texts::OWN_PART_HOSPITALS, &[]);
                }
                if task.feature_holders().next().is_some() {
                    lines.add(Audience::FeatureHolders, &texts::OWN_PART_FEATURES, &[]);
                }
                lines.add(Audience::Everyone, &texts::RESULT_VERTICAL, &[]);
            }
            VerticalWork::Predict { .. } => {
                lines.predictions(task);
                lines.add(Audience::LabelHolder, &texts::PREDICTIONS, &[]);
                lines.add(Audience::Everyone, &texts::RESULT_PREDICTED, &[]);
            }
            VerticalWork::Weigh(_) => {
                for line in evidence::DISCLOSURES {
                    let to = match line.to {
                        Holder::Labels => Audience::LabelHolder,
                        Holder::Features => Audience::FeatureHolders,
                    };
                    lines.learnt(to, line.learns, line.zh);
                }
                lines.add(Audience::Everyone, &texts::RESULT_PREDICTED, &[]);
            }
        }
        lines.add(Audience::Nobody, &texts::NO_FORMAL_BOUND, &[]);
    }

    /// Says what is learnt while trees grow: whatever the number of rows, the same.
    fn add_growth(&self, task: &Vertical, grow: &Grow, lines: &mut Lines<'_>) {
        let most = self.limits.most_rows.0;
        let checked = "a plan is checked for the most rows it allows";
        match task.common {
            Common::All(_) => {
                let agreement = task.agreement(grow, most).expect(checked);
                for line in vertical::disclosures(&agreement) {
                    lines.learnt(of_role(line.to), &line.learns, &line.zh);
                }
            }
            Common::Hospitals(_) => {
                let agreement = task.hybrid_agreement(grow, &self.coordinator, most);
                for line in hybrid::disclosures(&agreement.expect(checked)) {
                    lines.learnt(of_hybrid_role(line.to), &line.learns, &line.zh);
                }
            }
        }
    }
}

impl Lines<'_> {
    /// Says what is learnt where rows are scored.
    fn predictions(&mut self, task: &Vertical) {
        let has_others = task.feature_holders().next().is_some();
        for line in prediction_disclosures() {
            // The others' lines are about what feature holders answer.
            if has_others || line.to == vertical::Role::Relay {
                self.learnt(of_role(line.to), &line.learns, &line.zh);
            }
        }
        if task.group().is_some() {
            self.add(Audience::LabelHolder, &texts::SIDES_AT_HOSPITALS, &[]);
            self.add(Audience::Hospitals, &texts::ASKED_OF_HOSPITALS, &[]);
        }
    }

    fn learnt(&mut self, to: Audience, learns: &str, zh: &str) {
        let learns = match to {
            // What nobody is kept from stands below what stays hidden.
            Audience::Nobody => format!("nobody {learns}"),
            _ => learns.to_owned(),
        };
        self.push(to, [learns, zh.to_owned()]);
    }
}

fn of_role(role: vertical::Role) -> Audience {
    match role {
        vertical::Role::LabelHolder => Audience::LabelHolder,
        vertical::Role::FeatureHolder => Audience::FeatureHolders,
        vertical::Role::Relay => Audience::Coordinator,
        vertical::Role::Nobody => Audience::Nobody,
    }
}

fn of_hybrid_role(role: hybrid::Role) -> Audience {
    match role {
        hybrid::Role::LabelHolder => Audience::LabelHolder,
        hybrid::Role::Hospital => Audience::Hospitals,
        hybrid::Role::FeatureHolder => Audience::FeatureHolders,
        hybrid::Role::Coordinator | hybrid::Role::Relay => Audience::Coordinator,
        hybrid::Role::Nobody => Audience::Nobody,
    }
}
