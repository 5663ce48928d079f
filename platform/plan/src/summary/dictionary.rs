//! A check of codes in plain words.

use std::fmt::Display;

use consilium_mailbox::PartyId;

use super::{Page, in_words};
use crate::{Dictionary, Plan, texts::summary as texts};

impl Plan {
    pub(super) fn describe_dictionary(&self, task: &Dictionary, page: &mut Page) {
        let others: Vec<&str> = self.respondents(task).map(PartyId::as_str).collect();
        let others = others.join(page.lang.pick(", ", "、"));
        let places: [(&str, &dyn Display); 5] = [
            ("holder", &task.holder),
            ("others", &others),
            ("system", &task.system),
            ("column", &task.column),
            ("list", &task.list),
        ];
        page.line("", &texts::DICTIONARY, &places);
        page.line("", &texts::DICTIONARY_TOLD, &places);
    }

    pub(super) fn describe_codes(&self, task: &Dictionary, page: &mut Page) {
        let minimum = self.limits.minimum_cell;
        page.line("- ", &texts::DICTIONARY_MINIMUM, &[("minimum", &minimum)]);
        let most: [(&str, &dyn Display); 2] = [
            ("codes", &task.most_codes),
            ("most", &self.limits.most_rows),
        ];
        page.line("- ", &texts::DICTIONARY_MOST, &most);
        page.line("- ", &texts::ALL_VERIFIED, &[]);
        let outage = in_words(self.patience.outage, page.lang);
        page.line("- ", &texts::DROPOUT_PAUSE, &[("outage", &outage)]);
    }
}
