//! Statistics in plain words.

use std::fmt::Display;

use consilium_schema::{Column, Label, LabelRule};
use consilium_statistics::{Kind, Mode};

use super::{Page, shown};
use crate::{Plan, Statistics, texts::summary as texts};

impl Plan {
    pub(super) fn describe_statistics(&self, task: &Statistics, page: &mut Page) {
        let asked = &task.specification;
        let contributors = self.contributors().count();
        page.line("", &texts::STATISTICS, &[("contributors", &contributors)]);
        page.line("", &texts::MEASURED, &[("count", &task.features.len())]);
        for feature in &task.features {
            page.raw("- ", &shown(&task.columns, feature, page.lang));
        }
        page.line("", &texts::MEASURES, &[]);
        let has = |is: fn(&Kind) -> bool| asked.columns.iter().any(|column| is(&column.kind));
        let is_number = |kind: &Kind| matches!(kind, Kind::Number { .. } | Kind::Integer { .. });
        if has(is_number) {
            let shares = asked
                .quantiles
                .iter()
                .map(|share| format!("{} %", percent(*share)));
            let shares: Vec<String> = shares.collect();
            let shares = shares.join(page.lang.pick(", ", "、"));
            let error = percent(asked.quantile_error);
            if shares.is_empty() {
                page.line("", &texts::MEASURES_OF_NUMBERS, &[]);
            } else {
                let places: [(&str, &dyn Display); 2] = [("shares", &shares), ("error", &error)];
                page.line("", &texts::QUANTILES, &places);
            }
        }
        if has(|kind| matches!(kind, Kind::Code { .. })) {
            let minimum = self.limits.minimum_cell;
            page.line("", &texts::CODES, &[("minimum", &minimum)]);
        }
        if asked.correlations {
            page.line("", &texts::CORRELATIONS, &[]);
        }
        describe_comparisons(task, page);
        page.line("", &texts::AT_HOME, &[]);
        page.line("", &texts::SUMS_ARE_RUNS, &[]);
        if let Mode::Threshold { epsilon, delta, .. } = asked.mode {
            let places: [(&str, &dyn Display); 2] = [("epsilon", &epsilon), ("delta", &delta)];
            page.line("", &texts::COUNTS_NOISED, &places);
        }
    }
}

/// Says against which label columns are held.
pub(super) fn describe_evidence(label: &Label, columns: &[Column], page: &mut Page) {
    let column = shown(columns, &label.column, page.lang);
    let (text, value): (_, &dyn Display) = match &label.rule {
        LabelRule::Value => (texts::EVIDENCE, &""),
        LabelRule::Above(value) => (texts::EVIDENCE_ABOVE, value),
        LabelRule::Equals(value) => (texts::EVIDENCE_EQUALS, value),
    };
    page.line("", &text, &[("column", &column), ("value", value)]);
}

/// Says what columns are held against.
fn describe_comparisons(task: &Statistics, page: &mut Page) {
    if let Some(label) = &task.label {
        describe_evidence(label, &task.columns, page);
    }
    if let Some(periods) = &task.periods {
        let names = periods.names();
        let (Some(first), Some(last)) = (names.first(), names.last()) else {
            return;
        };
        let column = shown(&task.columns, &periods.column, page.lang);
        let places: [(&str, &dyn Display); 4] = [
            ("column", &column),
            ("count", &names.len()),
            ("first", first),
            ("last", last),
        ];
        page.line("", &texts::STABILITY, &places);
    }
}

/// Gives a share in hundredths, without the traces of binary fractions.
fn percent(share: f64) -> f64 {
    (share * 1e8).round() / 1e6
}
