//! Trees with several hospitals, in plain words.

use std::fmt::Display;

use consilium_mailbox::PartyId;

use super::{
    Page, in_words, shown,
    trees::{Drawn, objective},
    vertical::describe_own_trees,
};
use crate::{Group, GroupTerms, Grow, Plan, Vertical, VerticalWork, texts::summary as texts};

impl Vertical {
    /// Says whose rows they are and who found them.
    pub(super) fn describe_hospitals(&self, group: &Group, page: &mut Page) {
        let count = group.hospitals.len();
        let hospitals: Vec<&str> = self.hospitals().map(PartyId::as_str).collect();
        let hospitals = hospitals.join(page.lang.pick(", ", "、"));
        let who: [(&str, &dyn Display); 3] = [
            ("count", &count),
            ("hospitals", &hospitals),
            ("holder", &self.label_holder),
        ];
        match &self.work {
            VerticalWork::Grow(grow) => {
                let objective = objective(grow.specification()).open(page.lang);
                let objective: [(&str, &dyn Display); 1] = [("objective", &objective)];
                page.line("", &texts::HYBRID_GROW, &[&who[..], &objective].concat());
            }
            VerticalWork::Weigh(_) => {}
            VerticalWork::Predict { model } => {
                let model: [(&str, &dyn Display); 1] = [("model", model)];
                page.line("", &texts::HYBRID_ASK, &[&who[..], &model].concat());
            }
        }
        page.line("", &texts::HYBRID_ROWS, &[]);
        for hospital in &group.hospitals {
            let found: [(&str, &dyn Display); 2] = [
                ("party", &hospital.party),
                ("alignment", &hospital.alignment),
            ];
            page.line("- ", &texts::HYBRID_ALIGNMENT, &found);
        }
    }

    /// Says who draws rows and cuts columns.
    pub(super) fn drawn(&self) -> Drawn<'_> {
        let holder = self.label_holder.as_str();
        match self.group() {
            None => Drawn::ByLabelHolder(holder),
            Some(_) => Drawn::OfHospitals(holder),
        }
    }
}

impl Group {
    /// Names the columns that every hospital has.
    pub(super) fn describe_columns(&self, page: &mut Page) {
        page.line("", &texts::HYBRID_COLUMNS, &[]);
        for feature in &self.features {
            page.raw("- ", &shown(&self.columns, feature, page.lang));
        }
    }
}

impl Plan {
    /// Says how many rows all hospitals have, and who waits for whom.
    pub(super) fn describe_rows_of_hospitals(
        &self,
        (task, group): (&Vertical, &Group),
        page: &mut Page,
    ) {
        let sizes: [(&str, &dyn Display); 2] = [
            ("minimum", &self.limits.minimum_rows),
            ("most", &self.limits.most_rows),
        ];
        page.line("- ", &texts::HYBRID_SIZES, &sizes);
        if let (VerticalWork::Grow(grow), Some(terms)) = (&task.work, &group.terms) {
            page.line(
                "- ",
                &texts::HYBRID_TOTAL,
                &[("holder", &task.label_holder)],
            );
            describe_hiding((task, terms), grow, page);
            let expected = |rows| {
                let agreement = task.hybrid_agreement(grow, &self.coordinator, rows);
                Some(agreement.ok()?.expected_leak())
            };
            self.describe_shared(grow, expected, page);
        }
        page.line("- ", &texts::ALL_VERIFIED, &[]);
        let outage = in_words(self.patience.outage, page.lang);
        page.line("- ", &texts::DROPOUT_PAUSE, &[("outage", &outage)]);
    }
}

/// Says how hospitals hide each other, and what is kept back besides.
fn describe_hiding((task, terms): (&Vertical, &GroupTerms), grow: &Grow, page: &mut Page) {
    let kept = &grow.protections;
    describe_own_trees(task, kept.own_trees, page);
    let hospitals = task.hospitals().count();
    let together: [(&str, &dyn Display); 3] = [
        ("contributors", &hospitals),
        ("colluding", &terms.colluding),
        ("holder", &task.label_holder),
    ];
    page.line("- ", &texts::THRESHOLD_ALL, &together);
    page.line("- ", &texts::HYBRID_COLLUDING, &together);
    let least = kept.min_node.max(grow.specification().min_node);
    let each = kept.min_side.div_ceil(hospitals as u64).max(1);
    let told: [(&str, &dyn Display); 4] = [
        ("side", &kept.min_side),
        ("node", &least),
        ("least", &terms.min_hospitals),
        ("each", &each),
    ];
    page.line("- ", &texts::HYBRID_TOLD, &told);
    if terms.min_hospitals < terms.colluding + 2 {
        page.line("! ", &texts::HYBRID_SINGLE, &told);
    }
    page.line("! ", &texts::HYBRID_GAP, &[]);
    let others: Vec<&str> = task.feature_holders().map(|it| it.party.as_str()).collect();
    if !others.is_empty() {
        let others = others.join(page.lang.pick(", ", "、"));
        page.line("- ", &texts::HYBRID_OTHERS, &[("parties", &others)]);
        if kept.min_gap > 1 {
            page.line("- ", &texts::MIN_GAP, &[("gap", &kept.min_gap)]);
        } else {
            page.line("! ", &texts::MIN_GAP_NONE, &[]);
        }
    }
    if terms.repeated_patients {
        page.line("! ", &texts::HYBRID_REPEATED, &[]);
    } else {
        page.line("- ", &texts::HYBRID_UNREPEATED, &together);
    }
    page.line("- ", &texts::ENCRYPTION, &[("set", &grow.set.name())]);
}
