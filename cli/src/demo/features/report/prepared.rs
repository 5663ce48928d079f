//! What columns become before a model takes them.

use consilium_fitting::{Entry, Remark};

use super::Page;
use crate::features::remark;

impl Page<'_> {
    pub(super) fn prepared(&mut self) {
        self.heading("What columns become", "各列的预处理");
        let (lang, found) = (self.lang, self.found);
        let fitted = &found.ended.fitted;
        let (features, gone) = (fitted.prepared.len(), fitted.left_out.len());
        self.paragraph(
            "",
            format!(
                "How columns are prepared stands in intent.toml; by what numbers, the joint statistics tell. So \
                 all institutions prepare alike, and nobody's rows are seen for it. {features} columns become \
                 features, {gone} are left out."
            ),
            format!(
                "各列如何预处理写在 intent.toml 中；所用数字来自共同统计。因此各机构的预处理完全相同，且无须查看任何人的行。\
                 {features} 列成为特征，{gone} 列去掉。"
            ),
        );
        let header = [
            lang.pick("column", "列"),
            lang.pick("key", "键"),
            lang.pick("value", "值"),
            lang.pick("where it comes from", "来源"),
        ];
        let row = |column: &str, Entry { key, value, origin }: &Entry| {
            let origin = remark(&Remark::Origin(origin), lang);
            vec![
                self.feature(column),
                (*key).to_owned(),
                value.to_string(),
                origin,
            ]
        };
        let rows = fitted.prepared.iter().flat_map(|feature| {
            let column = feature.column.as_deref().unwrap_or_default();
            feature.entries.iter().map(move |entry| row(column, entry))
        });
        let rows: Vec<Vec<String>> = rows.collect();
        self.html.table(&header, &rows, usize::MAX);
        let left_out = fitted.left_out.iter();
        let left_out = left_out.map(|it| remark(&Remark::LeftOut(it), lang));
        self.html.list(left_out);
    }
}
