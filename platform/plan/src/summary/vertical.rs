//! Trees over columns of several institutions, in plain words.

use std::fmt::Display;

use consilium_lwe::{Set, noise::Leak};

use super::{
    Page, describe_label, in_words, shown,
    statistics::describe_evidence,
    trees::{describe_growth, objective},
};
use crate::{
    Common, Grow, Member, Plan, PlanHash, TestRows, Vertical, VerticalWork, texts::summary as texts,
};

impl Vertical {
    pub(super) fn describe(&self, page: &mut Page) {
        let holder = &self.label_holder;
        match &self.common {
            Common::All(alignment) => self.describe_people(alignment, page),
            Common::Hospitals(group) => self.describe_hospitals(group, page),
        }
        if let (Some(label), Some(own)) = (self.label(), self.member(holder)) {
            match self.work {
                VerticalWork::Weigh(_) => describe_evidence(label, &own.columns, page),
                _ => describe_label(label, &own.columns, page),
            }
        }
        if let Some(group) = self.group() {
            group.describe_columns(page);
        }
        let own = |member: &&Member| !self.is_hospital(&member.party);
        for member in self.members.iter().filter(own) {
            let text = if member.features.is_empty() {
                texts::VERTICAL_LABELS_ALONE
            } else {
                texts::VERTICAL_COLUMNS
            };
            page.line("", &text, &[("party", &member.party)]);
            for feature in &member.features {
                page.raw("- ", &shown(&member.columns, feature, page.lang));
            }
        }
        if let VerticalWork::Grow(grow) = &self.work {
            describe_growth(grow.specification(), self.drawn(), page);
            let percent = (grow.test_share() * 1000.0).round() / 10.0;
            let text = match (&grow.test, &self.common) {
                (TestRows::None, _) => texts::VERTICAL_TEST_NONE,
                (_, Common::All(_)) => texts::VERTICAL_TEST,
                (_, Common::Hospitals(_)) => texts::HYBRID_TEST,
            };
            page.line("", &text, &[("percent", &percent)]);
        }
    }

    /// Says of whom all parties know something, and what is done.
    fn describe_people(&self, alignment: &PlanHash, page: &mut Page) {
        let contributors = self.members.len();
        let who: [(&str, &dyn Display); 2] = [
            ("contributors", &contributors),
            ("holder", &self.label_holder),
        ];
        match &self.work {
            VerticalWork::Grow(grow) => {
                let objective = objective(grow.specification()).open(page.lang);
                let objective: [(&str, &dyn Display); 1] = [("objective", &objective)];
                page.line("", &texts::VERTICAL_GROW, &[&who[..], &objective].concat());
            }
            VerticalWork::Predict { model } => {
                let model: [(&str, &dyn Display); 1] = [("model", model)];
                page.line("", &texts::VERTICAL_ASK, &[&who[..], &model].concat());
            }
            VerticalWork::Weigh(weigh) => {
                let bins: [(&str, &dyn Display); 1] = [("bins", &weigh.bins)];
                page.line("", &texts::VERTICAL_WEIGH, &[&who[..], &bins].concat());
            }
        }
        let alignment: [(&str, &dyn Display); 1] = [("alignment", alignment)];
        page.line("", &texts::VERTICAL_ROWS, &alignment);
    }
}

impl Plan {
    pub(super) fn describe_common_rows(&self, task: &Vertical, page: &mut Page) {
        if let Some(group) = task.group() {
            return self.describe_rows_of_hospitals((task, group), page);
        }
        let sizes: [(&str, &dyn Display); 2] = [
            ("minimum", &self.limits.minimum_rows),
            ("most", &self.limits.most_rows),
        ];
        page.line("- ", &texts::VERTICAL_SIZES, &sizes);
        if let VerticalWork::Grow(grow) = &task.work {
            describe_protections(task, grow, page);
            if grow.set == Set::A {
                let expected = |rows| Some(task.agreement(grow, rows).ok()?.expected_leak());
                self.describe_shared(grow, expected, page);
            }
        }
        if let VerticalWork::Weigh(_) = &task.work {
            let minimum: [(&str, &dyn Display); 1] = [("minimum", &self.limits.minimum_cell)];
            page.line("- ", &texts::VERTICAL_CELLS, &minimum);
        }
        let verified = match task.members.len() {
            2 => texts::BOTH_VERIFIED,
            _ => texts::ALL_VERIFIED,
        };
        page.line("- ", &verified, &[]);
        let outage = in_words(self.patience.outage, page.lang);
        page.line("- ", &texts::DROPOUT_PAUSE, &[("outage", &outage)]);
    }
}

impl Plan {
    /// Says what the noise of sums is expected to tell, unless the plan says how many splits share a
    /// ciphertext: `expected` reckons that number, and the leak, for a number of rows.
    ///
    /// No steward signs it, since it hangs on times that were measured for this version.
    pub(super) fn describe_shared(
        &self,
        grow: &Grow,
        expected: impl Fn(u64) -> Option<(u32, Leak)>,
        page: &mut Page,
    ) {
        let (minimum, most) = (self.limits.minimum_rows, self.limits.most_rows);
        let reckoned = expected(minimum.0).zip(expected(most.0));
        let Some(((of_few, few), (of_most, many))) = reckoned.filter(|_| grow.stride.is_none())
        else {
            return;
        };
        let percent = |leak: Leak| format!("{:.1}", 100.0 * leak.right_guesses());
        let (right_few, right_most) = (percent(few), percent(many));
        let numbers: [(&str, &dyn Display); 6] = [
            ("minimum", &minimum),
            ("most", &most),
            ("of_few", &of_few),
            ("of_most", &of_most),
            ("right_few", &right_few),
            ("right_most", &right_most),
        ];
        page.line("- ", &texts::SHARED, &numbers);
    }
}

/// Says how many trees grow on the label holder's columns alone.
pub(super) fn describe_own_trees(task: &Vertical, trees: u32, page: &mut Page) {
    let own: [(&str, &dyn Display); 2] = [("party", &task.label_holder), ("trees", &trees)];
    match trees {
        0 => page.line("! ", &texts::FIRST_JOINT, &[]),
        1 => page.line("- ", &texts::FIRST_OWN, &own[..1]),
        _ => page.line("- ", &texts::OWN_TREES, &own),
    }
}

/// Says what is kept back, and at which price.
fn describe_protections(task: &Vertical, grow: &Grow, page: &mut Page) {
    let kept = &grow.protections;
    describe_own_trees(task, kept.own_trees, page);
    let least = kept.min_node.max(grow.specification().min_node);
    let rows: [(&str, &dyn Display); 2] = [("side", &kept.min_side), ("node", &least)];
    page.line("- ", &texts::MIN_SIDE, &rows);
    if kept.min_gap > 1 {
        page.line("- ", &texts::MIN_GAP, &[("gap", &kept.min_gap)]);
    } else {
        page.line("! ", &texts::MIN_GAP_NONE, &[]);
    }
    if kept.sum_noise > 0.0 {
        page.line("- ", &texts::NOISE, &[("noise", &kept.sum_noise)]);
    } else {
        page.line("- ", &texts::NOISE_NONE, &[]);
    }
    page.line("- ", &texts::ENCRYPTION, &[("set", &grow.set.name())]);
}
