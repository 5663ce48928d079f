//! What is missing where.

use consilium_data::{Table, Values};
use consilium_lab::{
    Interval,
    figure::{Caption, Dot, Dots, Row},
};

use super::{CLASSES, Page, WIDTH};

impl Page<'_> {
    pub(super) fn missing(&mut self) {
        self.heading("What is missing", "缺失情况");
        let lang = self.lang;
        let (mut rows, mut whole) = (Vec::new(), 0_usize);
        for column in &self.found.ended.findings.columns {
            let counts = self
                .found
                .mapped
                .iter()
                .map(|it| missing(&it.table, &column.name));
            let counts: Vec<(usize, usize)> = counts.collect();
            if counts.iter().all(|(missing, _)| *missing == 0) {
                whole += 1;
                continue;
            }
            let mut dots = Vec::new();
            for (place, (missing, all)) in counts.into_iter().enumerate() {
                // A count that is held back is shown as none.
                let told = missing == 0 || missing as u64 >= self.minimum();
                let share = 100.0 * missing as f64 / all as f64;
                let name = self.names()[place];
                dots.extend(told.then(|| Dot {
                    value: point(share),
                    class: CLASSES[place],
                    hint: format!("{name}: {missing} / {all}"),
                }));
            }
            rows.push(Row {
                label: self.feature(&column.name),
                dots,
                instead: None,
            });
        }
        let picture = Dots {
            caption: Caption {
                id: "fig-missing",
                title: lang.pick("Missing values", "缺失值").to_owned(),
                alt: lang
                    .pick(
                        "Shares of rows without a value, by feature and institution",
                        "各特征、各机构缺失行占比",
                    )
                    .to_owned(),
            },
            width: WIDTH,
            name: lang.pick("rows without a value, %", "缺失行，%"),
            rows,
            within: (0.0, 100.0),
            reference: None,
            legend: self.legend(),
        };
        let picture = picture.draw();
        self.figure(
            &picture,
            &format!(
                "Rows without a value, by feature and institution. The other {whole} columns are complete \
                 everywhere: what a person never had (a stay, a drug) is 0, not missing."
            ),
            &format!(
                "各特征、各机构的缺失行占比。其余 {whole} 列在各处均完整：从未发生的（住院、用药）记为 0，而非缺失。"
            ),
        );
    }
}

/// Counts a column's missing cells, and all.
fn missing(table: &Table, name: &str) -> (usize, usize) {
    let none = |missing: &mut dyn Iterator<Item = bool>| missing.filter(|it| *it).count();
    let Some(column) = table.column(name) else {
        return (0, table.rows());
    };
    let missing = match &column.values {
        Values::Numbers(cells) => none(&mut cells.iter().map(|it| it.is_none())),
        Values::Categories(cells) => none(&mut cells.iter().map(|it| it.is_none())),
        Values::Flags(cells) => none(&mut cells.iter().map(|it| it.is_none())),
        Values::Texts(_) | Values::Dates(_) => 0,
    };
    (missing, table.rows())
}

/// An interval of no width.
pub(super) fn point(value: f64) -> Interval {
    Interval {
        low: value,
        estimate: value,
        high: value,
    }
}
