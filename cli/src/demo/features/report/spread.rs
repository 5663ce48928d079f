//! How values are distributed at each institution.

use consilium_data::{Table, Values};
use consilium_lab::figure::{Anchor, At, Caption, Dot, Dots, Row, Svg};
use consilium_plan::Lang;
use consilium_statistics::{ColumnFindings, Place, hold_back};

use super::{CLASSES, Page, WIDTH, missing::point};

/// The size of a small picture, and where its axis lies.
const SIZE: (f64, f64) = (390.0, 190.0);
/// Names of the small pictures within the page.
const IDS: [&str; 7] = [
    "fig-1", "fig-2", "fig-3", "fig-4", "fig-5", "fig-6", "fig-7",
];
const LEFT: f64 = 34.0;
const BOTTOM: f64 = 150.0;
const TOP: f64 = 14.0;

impl Page<'_> {
    pub(super) fn spread(&mut self) {
        self.heading("How values are distributed", "取值分布");
        let columns = &self.found.ended.findings.columns;
        let numbers = columns.iter().filter(|column| column.numbers.is_some());
        let names = self.names();
        let mut pictures = String::from("<p class=\"legend\">");
        for (class, name) in CLASSES.into_iter().zip(names) {
            pictures.push_str("<span><b style=\"color:var(--");
            pictures.push_str(class);
            pictures.push_str(")\">■</b> ");
            pictures.push_str(name);
            pictures.push_str("</span>");
        }
        pictures += "</p><div class=\"pair\">";
        for (column, id) in numbers.zip(IDS) {
            pictures += &self.histogram(column, id);
        }
        pictures += "</div>";
        let minimum = self.minimum();
        let legend = self.lang.pick(
            format!(
                "Bars from left to right: {}, {}, {}.",
                names[0], names[1], names[2]
            ),
            format!("柱自左至右：{}、{}、{}。", names[0], names[1], names[2]),
        );
        self.figure(
            &pictures,
            &format!(
                "{legend} Shares of each institution's rows in the intervals that the joint statistics tell; \
                 below bars where an interval begins. Intervals differ in width, so bars are no densities: a wide one may \
                 be high for its width alone. A hollow square stands for rows that are held back: fewer than {minimum}, or the \
                 fewest others with them, so that none follow from the sum."
            ),
            &format!(
                "{legend}各机构的行在共同统计所给区间中的占比；柱下为区间起点。区间宽度不等，柱高不是密度：宽的区间可能仅因其宽而高。\
                 空心方块表示被抑制的行：不足 {minimum} 行，或为避免由合计推出而一并抑制的最少者。"
            ),
        );
        self.yes_and_no();
    }

    /// One number's bars.
    fn histogram(&self, column: &ColumnFindings, id: &'static str) -> String {
        let begins = column.cells.iter().filter_map(|cell| match &cell.of {
            Place::Interval(interval) => Some(interval.from),
            _ => None,
        });
        let begins: Vec<f64> = begins.collect();
        let tables = self
            .found
            .mapped
            .iter()
            .map(|it| counts(&it.table, &column.name, &begins));
        let counts: Vec<Vec<u64>> = tables.collect();
        let alls: Vec<f64> = counts
            .iter()
            .map(|of| of.iter().sum::<u64>() as f64)
            .collect();
        let minimum = self.minimum();
        let told: Vec<Vec<Option<u64>>> = counts.iter().map(|of| hold_back(of, minimum)).collect();
        let shares = told
            .iter()
            .zip(&alls)
            .flat_map(|(of, all)| of.iter().flatten().map(move |it| *it as f64 / all));
        let most = shares.fold(0.0, f64::max).max(0.01);
        let mut svg = Svg::new(SIZE.0, SIZE.1);
        let right = SIZE.0 - 6.0;
        let step = (right - LEFT) / begins.len().max(1) as f64;
        let high = |share: f64| BOTTOM - (BOTTOM - TOP - 12.0) * share / most;
        for part in [0.5, 1.0] {
            svg.line(
                At(LEFT, high(part * most)),
                At(right, high(part * most)),
                "grid",
            );
            let label = format!("{:.0} %", 100.0 * part * most);
            svg.text(
                At(LEFT - 4.0, high(part * most) + 4.0),
                Anchor::End,
                "tick",
                &label,
            );
        }
        svg.text(
            At(LEFT, TOP),
            Anchor::Start,
            "label",
            &self.feature(&column.name),
        );
        let every = begins.len().div_ceil(6).max(1);
        for (cell, begin) in begins.iter().enumerate() {
            let left = LEFT + step * cell as f64;
            if cell % every == 0 {
                svg.text(
                    At(left + step / 2.0, BOTTOM + 16.0),
                    Anchor::Middle,
                    "tick",
                    &rounded(*begin),
                );
            }
            for (party, (of, all)) in told.iter().zip(&alls).enumerate() {
                let width = (step * 0.84 / 3.0).min(26.0);
                let at = left + step / 2.0 + width * (party as f64 - 1.5);
                let name = self.names()[party];
                if let Some(count) = of[cell] {
                    svg.begin(&format!("{name}: {count} / {all:.0}"));
                    let class = format!("bar {}", CLASSES[party]);
                    svg.rectangle(
                        At(at, high(count as f64 / all)),
                        At(at + width * 0.9, BOTTOM),
                        &class,
                    );
                } else {
                    let (size, middle) = (width.min(5.0), at + width / 2.0);
                    let held = self.lang.pick("held back", "已抑制");
                    svg.begin(&format!("{name}: {held}"));
                    svg.rectangle(
                        At(middle - size / 2.0, BOTTOM - 2.0 - size),
                        At(middle + size / 2.0, BOTTOM - 2.0),
                        "held",
                    );
                }
                svg.end();
            }
        }
        svg.line(At(LEFT, BOTTOM), At(right, BOTTOM), "axis");
        if let Some(unit) = self.unit(&column.name) {
            svg.text(At(right, BOTTOM + 34.0), Anchor::End, "soft", &unit);
        }
        svg.finish(&Caption {
            id,
            title: self.feature(&column.name),
            alt: self
                .lang
                .pick("bars by interval and institution", "各区间、各机构的柱状图")
                .to_owned(),
        })
    }

    fn unit(&self, feature: &str) -> Option<String> {
        let column = self.found.mapped.first()?.schema.column(feature)?;
        Some(unit(&column.unit()?.to_string(), self.lang).to_owned())
    }

    /// How many people have what they have or have not.
    fn yes_and_no(&mut self) {
        let lang = self.lang;
        let flags = self.found.ended.findings.columns.iter();
        let flags = flags.filter(|column| {
            matches!(
                column.cells.first().map(|it| &it.of),
                Some(Place::Boolean(_))
            )
        });
        let mut rows = Vec::new();
        for column in flags {
            let mut dots = Vec::new();
            for (place, mapped) in self.found.mapped.iter().enumerate() {
                let yes = mapped.people_with(&column.name).unwrap_or_default();
                let all = mapped.table.rows();
                let told = yes as u64 >= self.minimum();
                dots.extend(told.then(|| Dot {
                    value: point(100.0 * yes as f64 / all as f64),
                    class: CLASSES[place],
                    hint: format!("{}: {yes} / {all}", self.names()[place]),
                }));
            }
            rows.push(Row {
                label: self.feature(&column.name),
                instead: dots
                    .is_empty()
                    .then(|| lang.pick("held back", "已抑制").to_owned()),
                dots,
            });
        }
        let picture = Dots {
            caption: Caption {
                id: "fig-yes",
                title: lang.pick("Shares of yes", "“是”的占比").to_owned(),
                alt: lang
                    .pick(
                        "Shares of people with a condition or a drug, by institution",
                        "各机构有某疾病或用药者的占比",
                    )
                    .to_owned(),
            },
            width: WIDTH,
            name: lang.pick("people, %", "人，%"),
            rows,
            within: (0.0, 100.0),
            reference: None,
            legend: self.legend(),
        };
        let minimum = self.minimum();
        self.figure(
            &picture.draw(),
            &format!(
                "Shares of people of whom a yes/no feature says yes. No mark stands where fewer than {minimum} \
                 people of an institution have it."
            ),
            &format!("各是/否特征中“是”者占比。机构内不足 {minimum} 人者不标出。"),
        );
    }
}

/// Counts a column's values by the interval that they lie in; intervals are told by where they begin.
fn counts(table: &Table, name: &str, begins: &[f64]) -> Vec<u64> {
    let mut counts = vec![0; begins.len()];
    if let Some(Values::Numbers(values)) = table.column(name).map(|column| &column.values) {
        for value in values.iter().flatten() {
            let place = begins
                .partition_point(|begin| *begin <= value)
                .saturating_sub(1);
            if let Some(count) = counts.get_mut(place) {
                *count += 1;
            }
        }
    }
    counts
}

/// A unit of UCUM in words.
pub(super) fn unit(ucum: &str, lang: Lang) -> &str {
    match ucum {
        "a" => lang.pick("years", "年"),
        "mo" => lang.pick("months", "月"),
        "d" => lang.pick("days", "天"),
        "{USD}" => lang.pick("US dollars", "美元"),
        other => other,
    }
}

fn rounded(value: f64) -> String {
    if value.abs() >= 10_000.0 {
        format!("{:.0}k", value / 1000.0)
    } else if value.abs() >= 1000.0 {
        format!("{:.1}k", value / 1000.0)
    } else {
        format!("{value:.0}")
    }
}
