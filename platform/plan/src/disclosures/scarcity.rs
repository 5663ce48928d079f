//! Who learns what where institutions find out how much others lack what they have.

use std::fmt::Display;

use consilium_contract::{DISCLOSURE, OF_FAILURE};
use consilium_scarcity::disclosures;

use super::{Audience, Lines};
use crate::{Plan, Scarcity, texts::disclosure as texts};

impl Plan {
    pub(super) fn add_scarcity(&self, task: &Scarcity, lines: &mut Lines<'_>) {
        lines.add(Audience::Coordinator, &texts::PREFLIGHT, &[]);
        if task.key.is_some() {
            lines.add(Audience::Coordinator, &texts::PREFLIGHT_ENTITIES, &[]);
        }
        lines.add(Audience::Coordinator, &texts::TRAFFIC, &[]);
        lines.protocols([OF_FAILURE, DISCLOSURE]);
        lines.protocols(disclosures(&task.specification));
        lines.add(Audience::Receivers, &texts::RESULT_SCARCITY, &[]);
        self.hidden(&task.protection, lines);
        lines.add(Audience::Nobody, &texts::POISONED, &[]);
        let noise = task.specification.noise;
        let places: [(&str, &dyn Display); 3] = [
            ("epsilon", &noise.epsilon),
            ("delta", &noise.delta),
            ("colluding", &task.protection.colluding),
        ];
        lines.add(Audience::Nobody, &texts::STATISTICS_NOISE, &places);
    }
}
