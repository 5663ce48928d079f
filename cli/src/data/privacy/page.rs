//! The report as one page that needs nothing else: no script, no font, no file beside it.

use consilium_lab::{
    Html,
    figure::{Anchor, At, Caption, Svg},
};
use consilium_plan::Lang;

use super::{
    Found,
    say::{self, Shown, percent},
};

/// The size of a picture, and where its bars stand.
const SIZE: (f64, f64) = (800.0, 240.0);
const LEFT: f64 = 52.0;
const BOTTOM: f64 = 190.0;
const TOP: f64 = 12.0;

/// Writes the page.
pub(super) fn html(found: &Found, lang: Lang) -> String {
    let title = lang.pick("How easily people are found again", "重标识风险报告");
    let file = found.file.file_name().unwrap_or_default().to_string_lossy();
    let mut page = Html::new(title, lang);
    page.head(format!("Consilium · {file}"), title);
    page.paragraph("lead", say::lead(found, lang));
    page.paragraph("remark", say::warning(lang));
    page.paragraph("", say::grade(found, lang));
    let sensitivity = say::sensitivity(found, lang);
    for line in sensitivity.into_iter().chain(say::notes(found, lang)) {
        page.paragraph("", line);
    }
    page.heading(lang.pick("Rows that hide among others", "隐藏在他人之中的行"));
    page.figure(&bars(found, lang), curve_caption(lang));
    page.heading(lang.pick("Three attackers", "三类攻击者"));
    shown(&mut page, &say::risks(found, lang));
    page.paragraph("soft", risk_note(found, lang));
    if let Some(line) = say::population(found, lang) {
        page.paragraph("", line);
    }
    if !found.report.sensitive.is_empty() {
        page.heading(lang.pick("What a class tells", "等价类透露的信息"));
        shown(&mut page, &say::sensitive(found, lang));
        page.paragraph("soft", attribute_note(lang));
    }
    let membership = say::membership(found, lang);
    if !membership.is_empty() {
        page.heading(lang.pick("Whether a model tells", "模型是否泄露"));
        for line in membership {
            page.paragraph("", line);
        }
        page.paragraph("soft", membership_note(lang));
    }
    page.finish()
}

/// A table; all cells but the first of a row are numbers.
fn shown(page: &mut Html, (header, rows): &Shown) {
    page.table(header, rows, 1);
}

/// A bar for each step of the curve: the share of rows in classes of at least that size.
fn bars(found: &Found, lang: Lang) -> String {
    let steps = &found.report.curve.steps;
    let mut svg = Svg::new(SIZE.0, SIZE.1);
    let right = SIZE.0 - 8.0;
    let high = |share: f64| BOTTOM - (BOTTOM - TOP) * share;
    for share in [0.25, 0.5, 0.75, 1.0] {
        svg.line(At(LEFT, high(share)), At(right, high(share)), "grid");
        let label = format!("{:.0} %", 100.0 * share);
        svg.text(
            At(LEFT - 6.0, high(share) + 4.0),
            Anchor::End,
            "tick",
            &label,
        );
    }
    let apart = (right - LEFT) / steps.len() as f64;
    let threshold = found.report.risks.threshold.probability();
    for (place, step) in steps.iter().enumerate() {
        let middle = LEFT + apart * (place as f64 + 0.5);
        let at_risk = 1.0 / step.k as f64 > threshold;
        svg.begin(&format!(
            "≥ {}: {} ({})",
            step.k,
            step.rows,
            percent(step.share)
        ));
        svg.rectangle(
            At(middle - apart * 0.34, high(step.share)),
            At(middle + apart * 0.34, BOTTOM),
            if at_risk { "bar fail" } else { "bar" },
        );
        svg.end();
        svg.text(
            At(middle, BOTTOM + 17.0),
            Anchor::Middle,
            "tick",
            &step.k.to_string(),
        );
    }
    svg.line(At(LEFT, BOTTOM), At(right, BOTTOM), "axis");
    let name = lang.pick("rows of a class, at least", "等价类的最少行数");
    svg.text(
        At(f64::midpoint(LEFT, right), BOTTOM + 38.0),
        Anchor::Middle,
        "name",
        name,
    );
    svg.finish(&Caption {
        id: "fig-curve",
        title: lang
            .pick("Rows by the size of their class", "按等价类大小统计的行")
            .to_owned(),
        alt: lang
            .pick(
                "falling bars, one for each size of classes",
                "随等价类大小递减的柱状图",
            )
            .to_owned(),
    })
}

fn curve_caption(lang: Lang) -> &'static str {
    lang.pick(
        "The share of rows that are in classes of at least so many. Where a class of that size is still at risk \
         from a prosecutor, bars have another colour.",
        "处于不小于该大小的等价类中的行占比。若该大小的等价类仍高于风险阈值，柱形以另一种颜色表示。",
    )
}

fn risk_note(found: &Found, lang: Lang) -> &'static str {
    if found.report.risks.journalist.is_some() {
        lang.pick(
            "Journalist and marketer are held against the table of the population.",
            "记者与营销者风险以总体表为参照。",
        )
    } else {
        lang.pick(
            "Without a table of the population, a journalist's risk is not known; it is no higher than a \
             prosecutor's. The marketer's is that of one who knows who has a row here.",
            "没有总体表，无法得知记者风险，但不会高于检察官风险。营销者风险按已知谁在表中计算。",
        )
    }
}

fn attribute_note(lang: Lang) -> &'static str {
    lang.pick(
        "Each number is that of the worst class. l: different values of a class, missing ones aside, and how many \
         equally frequent ones its entropy is worth. t: how far a class's values are from all (0 alike, 1 as far as can be). α: the \
         share of a class that its most frequent value has. β, δ: by how much a value's share grows in a class; δ is ∞ where a class lacks a value.",
        "各数字均取最差等价类。l：等价类中的不同取值数（不含缺失），以及按熵折算的等频取值数。t：等价类取值分布与总体分布的\
         距离（0 相同，1 最远）。α：最常见取值在等价类中的占比。β、δ：取值占比在等价类中的增幅；某等价类缺少某取值时 δ 为 ∞。",
    )
}

fn membership_note(lang: Lang) -> &'static str {
    lang.pick(
        "An attack guesses of a row whether it taught the model. Advantage: by how much more often it takes a member \
         for one than somebody else, at the best threshold; with where it lies for all such rows in 95 of 100 cases.",
        "攻击者猜测某行是否参与了训练。优势：在最佳阈值下，认对成员的比率高出误认非成员的比率；括号内为 95 % 置信区间。",
    )
}
