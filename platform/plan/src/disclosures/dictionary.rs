//! Who learns what from codes that are looked up in a list.

use consilium_codes::Form;
use consilium_dictionary::{DISCLOSURES, Role};

use super::{Audience, Lines};
use crate::{Dictionary, texts::disclosure as texts};

impl Dictionary {
    pub(super) fn add_lines(&self, lines: &mut Lines<'_>) {
        lines.add(Audience::Coordinator, &texts::PREFLIGHT_CODES, &[]);
        lines.add(Audience::Coordinator, &texts::TRAFFIC, &[]);
        for line in DISCLOSURES {
            let to = match line.to {
                Role::Relay => Audience::Coordinator,
                Role::Holder => Audience::ListHolder,
                Role::Respondent => Audience::Respondents,
                Role::Nobody => Audience::Nobody,
            };
            lines.push(to, [line.learns.to_owned(), line.zh.to_owned()]);
        }
        let others = match self.form() {
            Form::Local => &texts::LOCAL_CODES,
            _ => &texts::LIKE_CODES,
        };
        lines.add(Audience::Nobody, others, &[]);
    }
}
