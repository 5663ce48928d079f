//! The table of how rows lie between institutions.

use super::Page;
use crate::report::{
    Extent, Measure, RowsReport,
    words::{percent, significant},
};

impl Page<'_> {
    /// Shows each party's rows, from the least to the most over seeds and folds.
    pub(super) fn rows_by_party(&mut self) {
        let (report, lang) = (self.report, self.lang);
        if report.rows_by_party.is_empty() {
            return;
        }
        let of_classes = report.measures.contains(&Measure::Auc);
        let label = if of_classes {
            lang.pick("positive", "阳性比例")
        } else {
            lang.pick("mean label", "标签均值")
        };
        let names = lang.pick(
            ["party", "rows for training", "rows for testing", label],
            ["参与方", "训练行", "测试行", label],
        );
        let columns: Vec<(String, bool)> = names
            .into_iter()
            .enumerate()
            .map(|(place, name)| (name.to_owned(), place > 0))
            .collect();
        self.begin_table(
            (
                "The rows of each party: from the least to the most over seeds and folds.",
                "各参与方的行：各种子与折中的最小值至最大值。",
            ),
            &columns,
        );
        let share = |value: f64| {
            if of_classes {
                percent(value, 1, lang)
            } else {
                significant(value)
            }
        };
        for (party, rows) in &report.rows_by_party {
            let RowsReport {
                train,
                test,
                mean_label,
            } = rows;
            self.add("<tr>");
            self.element("td", "", party);
            for count in [train, test] {
                self.number(&self.extent(count, |count| count.to_string()));
            }
            let label = mean_label.map(|it| self.extent(&it, share));
            self.number(&label.unwrap_or_else(|| "–".to_owned()));
            self.add("</tr>");
        }
        self.end_table();
    }

    /// Writes the least and the most, once where they look the same.
    fn extent<T: Copy>(&self, extent: &Extent<T>, written: impl Fn(T) -> String) -> String {
        let (least, most) = (written(extent.least), written(extent.most));
        if least == most {
            return least;
        }
        let to = self.lang.pick(" to ", " 至 ");
        format!("{least}{to}{most}")
    }
}
