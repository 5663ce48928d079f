//! What people read of the demo of trust, in a terminal.

use std::{
    io::{self, Write},
    path::Path,
};

use consilium_evaluation::Placements;
use consilium_plan::Lang;
use consilium_scorecard::{Dimension, Score};

use super::{Found, deal::Mistake, measured::Measured, report};
use crate::table::{align_numbers, table};

pub(super) fn print(
    out: &mut dyn Write,
    found: &Found,
    folder: &Path,
    lang: Lang,
) -> io::Result<()> {
    let four = lang.pick(
        "Four hospitals with patients of their own: scores of their cards, with intervals of 95 %",
        "四家医院，患者各不相同：评分卡得分及 95% 区间",
    );
    writeln!(out, "{four}\n\n{}\n", four_hospitals(found, lang))?;
    let six = lang.pick(
        "Six hospitals, with two of which something went wrong: cards, and what is made of them",
        "六家医院，其中两家有差错：评分卡及其使用",
    );
    writeln!(out, "{six}\n\n{}\n", hospitals(found, lang))?;
    let gained = lang.pick(
        "AUC gained: by how much the area under the ROC curve of a model of the five others is above that of all six.",
        "AUC 增益：去掉该院后，其余五家模型的 ROC 曲线下面积比六家模型高出多少。",
    );
    writeln!(out, "{gained}\n{}", scarce(lang))?;
    writeln!(out, "{}", refusals(found, lang))?;
    writeln!(out, "{}\n", models(found, lang))?;
    let said = lang.pick("the report with pictures is", "图文报告见");
    writeln!(out, "{said} {}", folder.join(report::FILE).display())
}

/// What is to be known of scarcity where something went wrong.
pub(super) fn scarce(lang: Lang) -> &'static str {
    lang.pick(
        "What is wrong is rare: shifted codes surprise whoever knows the others' tables. So scarcity doesn't count for \
         this purpose.",
        "出错的数据也很“稀缺”：错位的编码会使了解其他医院数据者感到意外。因此稀缺性不计入此用途的综合得分。",
    )
}

/// What became of the models.
pub(super) fn models(found: &Found, lang: Lang) -> String {
    let trained = &found.trained;
    let tested = trained.tested;
    let areas = [&trained.unweighted, &trained.weighted, &trained.sound];
    let [unweighted, weighted, sound] = areas.map(Placements::auc);
    let gained = trained.gained_by_weights();
    let gained = gained.map_or_else(
        || "–".to_owned(),
        |it| format!("{:+.4} ({:.4} … {:.4})", it.value, it.low, it.high),
    );
    lang.pick(
        format!(
            "Who comes back within 30 days? Over {tested} stays as they would be without mistakes, the model of all six \
             reaches an AUC of {unweighted:.4} where all rows count alike, and {weighted:.4} where they count by their \
             cards: {gained}. A model of the four sound hospitals, of which nobody could know, reaches {sound:.4}."
        ),
        format!(
            "谁会在 30 天内再入院？在 {tested} 次无差错的住院上，六家联合模型在各行权重相同时 AUC 为 {unweighted:.4}，\
             按评分卡加权时为 {weighted:.4}：{gained}。仅四家无差错医院的模型（事先无人知晓）为 {sound:.4}。"
        ),
    )
}

/// Where the plan that asks for a score is refused.
pub(super) fn refusals(found: &Found, lang: Lang) -> String {
    let ranked = found.six.ranked();
    let refused = ranked.iter().filter(|it| found.is_refused(&it.party));
    let refused: Vec<&str> = refused.map(|it| it.party.as_str()).collect();
    let least = found.least();
    lang.pick(
        format!(
            "A plan that asks for cards of {least} points is refused at: {}.",
            refused.join(", ")
        ),
        format!(
            "要求评分卡达到 {least} 分的方案在以下医院被拒绝：{}。",
            refused.join("、")
        ),
    )
}

/// A score with its interval, in whole points; none where both of its ends are the same.
pub(super) fn with_interval(score: Option<Score>) -> String {
    match score {
        None => "–".to_owned(),
        Some(it) if it.low.round() < it.high.round() => {
            format!("{:.0} ({:.0}–{:.0})", it.score, it.low, it.high)
        }
        Some(it) => format!("{:.0}", it.score),
    }
}

fn four_hospitals(found: &Found, lang: Lang) -> comfy_table::Table {
    let mut rows = table();
    rows.set_header([
        lang.pick("hospital", "医院"),
        lang.pick("patients", "患者"),
        lang.pick("quality", "质量"),
        lang.pick("scarcity", "稀缺"),
        lang.pick("privacy", "隐私"),
        lang.pick("value", "价值"),
        lang.pick("composite", "综合"),
    ]);
    for measured in found.four.ranked() {
        let party = &measured.party;
        let of = |dimension| with_interval(found.four.dimension(party, dimension));
        rows.add_row([
            party.to_string(),
            measured.rows().to_string(),
            of(Dimension::Quality),
            of(Dimension::Scarcity),
            of(Dimension::Privacy),
            of(Dimension::Value),
            with_interval(found.four.composite(party)),
        ]);
    }
    align_numbers(&mut rows, 1..7);
    rows
}

fn hospitals(found: &Found, lang: Lang) -> comfy_table::Table {
    let mut rows = table();
    rows.set_header([
        lang.pick("hospital", "医院"),
        lang.pick("what went wrong", "差错"),
        lang.pick("stays", "住院"),
        lang.pick("quality", "质量"),
        lang.pick("scarcity", "稀缺"),
        lang.pick("privacy", "隐私"),
        lang.pick("value", "价值"),
        lang.pick("composite", "综合"),
        lang.pick("weight", "权重"),
        lang.pick("AUC gained", "AUC 增益"),
    ]);
    for measured in found.six.ranked() {
        rows.add_row(row(measured, found, lang));
    }
    align_numbers(&mut rows, 2..10);
    rows
}

fn row(measured: &Measured, found: &Found, lang: Lang) -> [String; 10] {
    let party = &measured.party;
    let said = |score: Option<f64>| score.map_or_else(|| "–".to_owned(), |it| format!("{it:.1}"));
    let of = |dimension| said(found.six.dimension(party, dimension).map(|it| it.score));
    let composite = found.six.composite(party);
    let weight = found.ended.weights.get(party);
    let gained = found.trained.gained_without(party.as_str());
    [
        party.to_string(),
        Mistake::at(party.as_str())
            .map_or("–", |it| it.said(lang))
            .to_owned(),
        measured.rows().to_string(),
        of(Dimension::Quality),
        of(Dimension::Scarcity),
        of(Dimension::Privacy),
        of(Dimension::Value),
        said(composite.map(|it| it.score)),
        said(weight.map(|it| it.get())),
        gained.map_or_else(String::new, |it| format!("{:+.4}", it.value)),
    ]
}
