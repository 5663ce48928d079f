//! The table of what others have published.

use super::{Page, score};
use crate::report::{
    figure::escaped,
    words::{decimals, is_zero},
};

impl Page<'_> {
    /// Shows published figures beside those of their arms, where there are any.
    pub(super) fn published(&mut self) {
        let (report, lang) = (self.report, self.lang);
        if report.published.is_empty() {
            return;
        }
        self.heading("What others have published", "已发表的结果");
        let names = lang.pick(
            [
                "published",
                "measure",
                "value",
                "here",
                "value here",
                "apart",
            ],
            ["已发表", "指标", "值", "此处", "此处的值", "相差"],
        );
        let are_numbers = [false, false, true, false, true, true];
        let columns = names.map(str::to_owned).into_iter().zip(are_numbers);
        let columns: Vec<(String, bool)> = columns.collect();
        self.begin_table(
            (
                "Means ± standard deviations; how far ours lie apart is in published standard deviations.",
                "均值 ± 标准差；相差以已发表的标准差为单位。",
            ),
            &columns,
        );
        for line in &report.published {
            let published = &line.published;
            for beside in &line.here {
                self.add("<tr>");
                self.add(format!(
                    "<td>{}<br/><small>{}</small></td>",
                    escaped(&published.name),
                    escaped(&published.source)
                ));
                self.element("td", "", published.measure.name(lang));
                self.with_deviation(Some((published.value, published.deviation)));
                let arm = self.arm_name(&beside.arm);
                self.element("td", "arm", arm);
                self.with_deviation(beside.found.map(|it| (it.mean, it.deviation)));
                let apart = beside.deviations.map(|it| decimals(it, 1));
                self.number(apart.as_deref().unwrap_or("–"));
                self.add("</tr>");
            }
        }
        self.end_table();
    }

    fn with_deviation(&mut self, value: Option<(f64, Option<f64>)>) {
        let Some((mean, deviation)) = value else {
            return self.number("–");
        };
        self.add(format!("<td class=\"number\">{}", score(mean)));
        let deviation = deviation.map(score).filter(|written| !is_zero(written));
        if let Some(deviation) = deviation {
            self.add(format!("<small>± {deviation}</small>"));
        }
        self.add("</td>");
    }
}
