//! What people read of a comparison in a terminal, and what a card's page says too.

use consilium_plan::Lang;
use consilium_scorecard::{Card, Change, Comparison, Difference, Dimension, Score, Version};

use super::say::{Shown, composite, name, named, part, scored, short};

/// What keeps two cards from being compared like for like.
pub(super) fn remarks(compared: &Comparison, lang: Lang) -> Vec<&'static str> {
    let same_version = lang.pick(
        "Both cards are of the same version of the data.",
        "两张评分卡属于同一数据版本。",
    );
    let other_purpose = lang.pick(
        "The cards are for different purposes, or for one that said other things: composites can't be held against each other.",
        "两张评分卡的用途不同，或同一用途的规定不同：综合得分不可直接比较。",
    );
    let other_dimensions = lang.pick(
        "The composites are means of different dimensions: what comes or goes moves them.",
        "两个综合得分由不同的维度平均而成：维度的增减会改变得分。",
    );
    let differs = |what| compared.differs.contains(&what);
    let mut remarks = Vec::new();
    remarks.extend(differs(Difference::Dimensions).then_some(other_dimensions));
    remarks.extend((!differs(Difference::Version)).then_some(same_version));
    remarks.extend(differs(Difference::Purpose).then_some(other_purpose));
    remarks
}

/// A change in points, and whether it is clear.
fn change(change: &Change, lang: Lang) -> [String; 4] {
    let of = |score: Option<Score>| scored(score, lang)[0].clone();
    let by = change.by.map_or_else(|| "–".to_owned(), signed);
    let verdict = match (change.by, change.clear) {
        (None, _) => "",
        (Some(_), true) => lang.pick("clear", "明显"),
        (Some(0.0), false) => lang.pick("none", "无变化"),
        (Some(_), false) => lang.pick("within intervals", "在区间内"),
    };
    [of(change.before), of(change.after), by, verdict.to_owned()]
}

fn signed(points: f64) -> String {
    format!("{points:+.1}")
}

pub(super) fn changes(compared: &Comparison, lang: Lang) -> Shown {
    let names = [
        ("dimension", "维度"),
        ("before", "之前"),
        ("after", "之后"),
        ("change", "变化"),
        ("", ""),
    ];
    let row = |label: String, it: &Change| {
        let cells = change(it, lang).into_iter();
        std::iter::once(label).chain(cells).collect()
    };
    let dimensions = compared.dimensions.iter();
    let mut rows: Vec<Vec<String>> = dimensions
        .map(|it| row(name(it.dimension, lang), &it.change))
        .collect();
    rows.push(row(composite(lang).to_owned(), &compared.composite));
    (named(&names, lang), rows)
}

/// The parts that moved dimensions.
pub(super) fn because(compared: &Comparison, lang: Lang) -> Shown {
    let names = [
        ("because of", "原因"),
        ("before", "之前"),
        ("after", "之后"),
        ("moved its dimension by", "对维度的影响"),
    ];
    let mut rows = Vec::new();
    for of in &compared.dimensions {
        for it in &of.because {
            let [before, after, ..] = change(&it.change, lang);
            let (dimension, part) = (name(of.dimension, lang), part(of.dimension, &it.id, lang));
            let label = lang.pick(
                format!("{dimension}: {part}"),
                format!("{dimension}：{part}"),
            );
            rows.push(vec![label, before, after, signed(it.moved)]);
        }
    }
    (named(&names, lang), rows)
}

/// All cards, the earliest first.
pub(super) fn history(cards: &[Card], lang: Lang) -> Shown {
    let mut header = named(&[("made", "时间"), ("version", "版本")], lang);
    header.extend(Dimension::ALL.map(|it| name(it, lang)));
    header.push(composite(lang).to_owned());
    let row = |card: &Card| {
        let (Version::Registered(hash) | Version::Reports(hash)) = card.version;
        let mut row = vec![card.made.to_string(), short(&hash)];
        for dimension in Dimension::ALL {
            let score = card.dimensions.get(&dimension).map(|it| it.score);
            row.push(scored(score, lang)[0].clone());
        }
        row.push(scored(card.composite, lang)[0].clone());
        row
    };
    (header, cards.iter().map(row).collect())
}
