//! How columns lie against their references, in words and pictures.

use consilium_lab::{
    Html,
    figure::{Anchor, At, Caption, Svg},
};
use consilium_plan::Lang;
use consilium_quality::{Reading, Repair, Repaired, Report, RuleResult, ShapeResult};

use super::say::percent;
use crate::terminal::on_one_line;

/// The most shapes of which there are pictures.
const MOST: usize = 12;

/// The size of a picture, and where its bars stand.
const SIZE: (f64, f64) = (390.0, 190.0);
const LEFT: f64 = 40.0;
const BOTTOM: f64 = 150.0;
const TOP: f64 = 26.0;

/// Names of the pictures within the page.
const IDS: [&str; MOST] = [
    "shape-1", "shape-2", "shape-3", "shape-4", "shape-5", "shape-6", "shape-7", "shape-8",
    "shape-9", "shape-10", "shape-11", "shape-12",
];

/// What is said of a column that does not lie as its reference.
pub(super) fn said(rule: &RuleResult, lang: Lang) -> Option<String> {
    let shape = rule.shape.as_ref()?;
    if shape.reading == Reading::Stable {
        return None;
    }
    let (id, column, index) = (&rule.id, &shape.column, shape.index);
    let reading = reading(shape.reading, lang);
    let repair = shape.repair.as_ref().map(|it| self::repair(it, rule, lang));
    let repair = repair.unwrap_or_default();
    Some(on_one_line(&lang.pick(
        format!("{id}: {column} {reading}, stability index {index:.2}{repair}"),
        format!("{id}：{column} {reading}，稳定性指数 {index:.2}{repair}"),
    )))
}

fn reading(reading: Reading, lang: Lang) -> &'static str {
    match reading {
        Reading::Stable => lang.pick("lies as its reference", "与参照一致"),
        Reading::Moderate => lang.pick("lies somewhat beside its reference", "略偏离参照"),
        Reading::Major => lang.pick("lies elsewhere than its reference", "明显偏离参照"),
    }
}

/// Which factor would bring it back.
fn repair(repair: &Repair, rule: &RuleResult, lang: Lang) -> String {
    let Repair {
        factor,
        rows,
        index,
        which,
    } = repair;
    let of = rule.checked;
    match which {
        Repaired::All => lang.pick(
            format!(
                "; multiplied by {factor} all values would lie as it does ({index:.2}): another unit?"
            ),
            format!("；全部取值乘以 {factor} 后即与参照一致（{index:.2}）：单位是否不同？"),
        ),
        Repaired::Outlying => lang.pick(
            format!(
                "; with {rows} outlying values of {of} multiplied by {factor} it would lie as it does ({index:.2}): \
                 are some of another unit?"
            ),
            format!(
                "；{of} 个取值中 {rows} 个偏远值乘以 {factor} 后即与参照一致（{index:.2}）：是否有部分取值单位不同？"
            ),
        ),
    }
}

/// Adds the shapes to a page, those first that lie farthest from where they should.
pub(super) fn add(page: &mut Html, report: &Report, lang: Lang) {
    let rules = report.rules.iter();
    let mut shapes: Vec<(&RuleResult, &ShapeResult)> = rules
        .filter_map(|it| Some((it, it.shape.as_ref()?)))
        .collect();
    if shapes.is_empty() {
        return;
    }
    shapes.sort_by(|(_, a), (_, b)| b.index.total_cmp(&a.index));
    page.heading(lang.pick("How columns lie", "各列的分布"));
    let lines = shapes.iter().filter_map(|(rule, _)| said(rule, lang));
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        page.list(lines);
    }
    let mut pictures = "<div class=\"pair\">".to_owned();
    for ((rule, shape), id) in shapes.iter().zip(IDS) {
        pictures += &picture(rule, shape, id, lang);
    }
    pictures += "</div>";
    page.figure(
        &pictures,
        lang.pick(
            "Shares of a column's values in the cells of its reference: bars are found, lines expected. Above \
             them the population stability index: below 0.1 a column is commonly held to be stable, from 0.25 on \
             to have shifted (Siddiqi 2006); of few rows the limits are higher.",
            "列取值在参照各区间中的占比：柱为实际，横线为预期。图上方为群体稳定性指数（PSI）：通常低于 0.1 视为稳定，\
             达到 0.25 视为已偏移（Siddiqi 2006）；行数少时界限更高。",
        ),
    );
}

/// The bars of one column.
fn picture(rule: &RuleResult, shape: &ShapeResult, id: &'static str, lang: Lang) -> String {
    let mut svg = Svg::new(SIZE.0, SIZE.1);
    let right = SIZE.0 - 6.0;
    // Other levels than those of the reference, where there are none.
    let cells = shape
        .cells
        .iter()
        .filter(|it| it.expected > 0.0 || it.found > 0.0);
    let cells: Vec<_> = cells.collect();
    let shares = cells.iter().flat_map(|it| [it.expected, it.found]);
    let most = shares.fold(0.01, f64::max);
    let high = |share: f64| BOTTOM - (BOTTOM - TOP) * share / most;
    for part in [0.5, 1.0] {
        let level = high(part * most);
        svg.line(At(LEFT, level), At(right, level), "grid");
        let label = format!("{:.0} %", 100.0 * part * most);
        svg.text(At(LEFT - 5.0, level + 4.0), Anchor::End, "tick", &label);
    }
    let title = format!("{}: {:.2}", shape.column, shape.index);
    svg.text(At(LEFT, 12.0), Anchor::Start, "label", &title);
    let apart = (right - LEFT) / cells.len().max(1) as f64;
    // Names of so many cells as have room.
    let every = cells.len().div_ceil(5).max(1);
    let bar = if rule.failed > 0 { "bar fail" } else { "bar" };
    for (place, cell) in cells.iter().enumerate() {
        let left = LEFT + apart * place as f64;
        svg.begin(&format!(
            "{}: {} / {}",
            cell.name,
            percent(cell.found),
            percent(cell.expected)
        ));
        let (from, to) = (left + apart * 0.12, left + apart * 0.88);
        svg.rectangle(At(from, high(cell.found)), At(to, BOTTOM), bar);
        let expected = high(cell.expected);
        svg.line(At(left, expected), At(left + apart, expected), "reference");
        svg.end();
        if place % every == 0 {
            let at = At(left + apart / 2.0, BOTTOM + 16.0);
            svg.text(at, Anchor::Middle, "tick", &cell.name);
        }
    }
    svg.line(At(LEFT, BOTTOM), At(right, BOTTOM), "axis");
    svg.finish(&Caption {
        id,
        title,
        alt: lang
            .pick(
                "bars of found shares with lines of expected ones",
                "实际占比柱形与预期占比横线",
            )
            .to_owned(),
    })
}
