//! Who learns what from statistics.

use std::fmt::Display;

use consilium_contract::{DISCLOSURE, OF_FAILURE};
use consilium_statistics::{Mode, disclosures};

use super::{Audience, Lines};
use crate::{Plan, Statistics, texts::disclosure as texts};

impl Plan {
    pub(super) fn add_statistics(&self, task: &Statistics, lines: &mut Lines<'_>) {
        let minimum = &self.limits.minimum_cell;
        lines.add(Audience::Coordinator, &texts::PREFLIGHT, &[]);
        let cohorts: [(&str, &dyn Display); 1] = [("minimum", minimum)];
        lines.add(Audience::Coordinator, &texts::PREFLIGHT_COHORTS, &cohorts);
        lines.add(Audience::Coordinator, &texts::TRAFFIC, &[]);
        lines.protocols([OF_FAILURE, DISCLOSURE]);
        lines.protocols(disclosures(&task.specification));
        lines.add(Audience::Receivers, &texts::RESULT_STATISTICS, &cohorts);
        self.hidden(&task.protection, lines);
        lines.add(Audience::Nobody, &texts::POISONED, &[]);
        if let Mode::Threshold { epsilon, delta, .. } = task.specification.mode {
            let places: [(&str, &dyn Display); 3] = [
                ("epsilon", &epsilon),
                ("delta", &delta),
                ("colluding", &task.protection.colluding),
            ];
            lines.add(Audience::Nobody, &texts::STATISTICS_NOISE, &places);
        } else {
            lines.add(Audience::Nobody, &texts::SEVERAL_STUDIES, &[]);
            lines.add(Audience::Nobody, &texts::NO_FORMAL_BOUND, &[]);
        }
    }
}
