//! In plain words: how much others lack what institutions have.

use std::fmt::Display;

use super::{Page, shown};
use crate::{Plan, Scarcity, texts::summary as texts};

impl Plan {
    pub(super) fn describe_scarcity(&self, task: &Scarcity, page: &mut Page) {
        let asked = &task.specification;
        let contributors = self.contributors().count();
        page.line("", &texts::SCARCITY, &[("contributors", &contributors)]);
        page.line(
            "",
            &texts::SCARCITY_COLUMNS,
            &[("count", &task.columns.len())],
        );
        for (column, binned) in task.columns.iter().zip(&asked.columns) {
            let shown = shown(&task.columns, column.name(), page.lang);
            let bins = binned.bins.count();
            let places: [(&str, &dyn Display); 2] = [("column", &shown), ("bins", &bins)];
            page.line("- ", &texts::SCARCITY_BINS, &places);
        }
        let places: [(&str, &dyn Display); 2] = [
            ("epsilon", &asked.noise.epsilon),
            ("delta", &asked.noise.delta),
        ];
        page.line("", &texts::SCARCITY_NOISED, &places);
        page.line("", &texts::SCARCITY_AT_HOME, &[]);
        if let (Some(sketch), Some(key)) = (&asked.sketch, &task.key) {
            let columns: Vec<&str> = key
                .parts()
                .iter()
                .map(|part| part.column.as_str())
                .collect();
            let columns = columns.join(page.lang.pick(", ", "、"));
            let percent = 100.0 * sketch.falsely;
            let places: [(&str, &dyn Display); 4] = [
                ("columns", &columns),
                ("entities", &sketch.entities),
                ("buckets", &sketch.buckets),
                ("percent", &percent),
            ];
            page.line("", &texts::SCARCITY_ENTITIES, &places);
        }
        page.line("", &texts::SUMS_ARE_RUNS, &[]);
    }
}
