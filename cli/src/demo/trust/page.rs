//! What people read of the demo of trust, in a terminal.

use std::io::{self, Write};

use consilium_evaluation::Placements;
use consilium_plan::Lang;
use consilium_scorecard::{Band, Dimension};

use super::{Found, deal::Mistake, measured::Measured};
use crate::table::{align_numbers, table};

pub(super) fn print(out: &mut dyn Write, found: &Found, lang: Lang) -> io::Result<()> {
    let title = lang.pick(
        "Six hospitals measure their own stays, and train together by what they find",
        "六家医院度量自己的住院数据，并据此联合训练",
    );
    writeln!(out, "{title}\n\n{}\n", hospitals(found, lang))?;
    for measured in found.ranked() {
        let pages = [
            "card/card.html",
            "quality/quality.html",
            "privacy/privacy.html",
        ];
        let party = &measured.party;
        writeln!(
            out,
            "  {}",
            pages.map(|page| format!("data/{party}/{page}")).join("  ")
        )?;
    }
    writeln!(out, "\n{}", refusals(found, lang))?;
    let trained = &found.trained;
    let tested = trained.tested;
    let areas = [&trained.unweighted, &trained.weighted, &trained.sound];
    let [unweighted, weighted, sound] = areas.map(Placements::auc);
    let models = lang.pick(
        format!(
            "Who comes back within 30 days? Over {tested} stays as they would be without mistakes, the model of all six \
             reaches an AUC of {unweighted:.4} where all rows count alike, and {weighted:.4} where they count by their \
             cards; one of the four sound hospitals alone, which nobody could know, {sound:.4}."
        ),
        format!(
            "谁会在 30 天内再入院？在 {tested} 次无差错的住院上，六家联合模型在各行权重相同时 AUC 为 {unweighted:.4}，\
             按评分卡加权时为 {weighted:.4}；仅四家无差错医院的模型（事先无人知晓）为 {sound:.4}。"
        ),
    );
    writeln!(out, "{models}")
}

fn refusals(found: &Found, lang: Lang) -> String {
    let ranked = found.ranked();
    let refused = ranked.iter().filter(|it| found.is_refused(&it.party));
    let refused: Vec<&str> = refused.map(|it| it.party.as_str()).collect();
    let floors = found.example.trusted.floors();
    let least = floors.and_then(|it| it.composite).unwrap_or_default();
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

fn hospitals(found: &Found, lang: Lang) -> comfy_table::Table {
    let mut rows = table();
    rows.set_header([
        lang.pick("hospital", "医院"),
        lang.pick("what went wrong", "差错"),
        lang.pick("stays", "住院"),
        lang.pick("quality", "质量"),
        lang.pick("privacy", "隐私"),
        lang.pick("value", "价值"),
        lang.pick("card", "综合"),
        lang.pick("others see", "他人可见"),
        lang.pick("weight", "权重"),
        lang.pick("AUC without it", "去掉后 AUC"),
    ]);
    for measured in found.ranked() {
        rows.add_row(row(measured, found, lang));
    }
    align_numbers(&mut rows, 2..10);
    rows
}

fn row(measured: &Measured, found: &Found, lang: Lang) -> [String; 10] {
    let party = &measured.party;
    let said = |score: Option<f64>| score.map_or_else(|| "–".to_owned(), |it| format!("{it:.1}"));
    let of = |dimension| said(found.dimension(party, dimension));
    let card = found.ended.cards.get(party);
    let composite = card.and_then(|card| card.composite);
    let weight = found.ended.weights.get(party);
    let gained = found.trained.gained_without(party.as_str());
    [
        party.to_string(),
        Mistake::at(party.as_str())
            .map_or("–", |it| it.said(lang))
            .to_owned(),
        found.rows(party).to_string(),
        of(Dimension::Quality),
        of(Dimension::Privacy),
        of(Dimension::Value),
        said(composite.map(|it| it.score)),
        composite.map_or_else(|| "–".to_owned(), |it| Band::of(it).to_string()),
        said(weight.map(|it| it.get())),
        gained.map_or_else(String::new, |it| format!("{it:+.4}")),
    ]
}
