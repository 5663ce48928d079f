//! What people read of the demo of trust, in a terminal.

use std::io::{self, Write};

use consilium_plan::Lang;
use consilium_quality::Heading;

use super::{Found, deal::Mistake};
use crate::table::{align_numbers, table};

pub(super) fn print(out: &mut dyn Write, found: &Found, lang: Lang) -> io::Result<()> {
    let title = lang.pick(
        "Six hospitals measure their own stays before they train together",
        "六家医院在联合训练之前度量自己的住院数据",
    );
    writeln!(out, "{title}\n\n{}\n", hospitals(found, lang))?;
    for measured in found.ranked() {
        let pages = ["quality/quality.html", "privacy/privacy.html"];
        let party = &measured.party;
        let [quality, privacy] = pages.map(|page| format!("data/{party}/{page}"));
        writeln!(out, "  {quality}  {privacy}")?;
    }
    let (all, sound) = (found.trained.all.auc(), found.trained.sound.auc());
    let tested = found.trained.tested;
    let models = lang.pick(
        format!(
            "\nWho comes back within 30 days? Over {tested} stays as they would be without mistakes, a model of all six \
             reaches an AUC of {all:.4}, one of the four sound hospitals alone {sound:.4}."
        ),
        format!(
            "\n谁会在 30 天内再入院？在 {tested} 次无差错的住院上，六家联合模型的 AUC 为 {all:.4}，仅四家无差错医院的\
             模型为 {sound:.4}。"
        ),
    );
    writeln!(out, "{models}")
}

fn hospitals(found: &Found, lang: Lang) -> comfy_table::Table {
    let mut rows = table();
    rows.set_header([
        lang.pick("hospital", "医院"),
        lang.pick("stays", "住院"),
        lang.pick("what went wrong", "差错"),
        lang.pick("quality", "质量总分"),
        lang.pick("conformity", "规范性"),
        lang.pick("AUC without it", "去掉后 AUC"),
        lang.pick("prosecutor's risk", "检察官风险"),
        lang.pick("rows like no other", "独一无二的行"),
    ]);
    for measured in found.ranked() {
        let mistake = Mistake::at(&measured.party);
        let conformity = measured.score(Heading::Conformity);
        rows.add_row([
            measured.party.clone(),
            found.rows(&measured.party).to_string(),
            mistake.map_or("–", |it| it.said(lang)).to_owned(),
            format!("{:.1}", measured.total()),
            conformity.map_or_else(|| "–".to_owned(), |it| format!("{it:.1}")),
            found
                .trained
                .gained_without(&measured.party)
                .map_or_else(String::new, |it| format!("{it:+.4}")),
            format!("{:.3}", measured.privacy.prosecutor()),
            format!("{:.1} %", 100.0 * measured.privacy.curve.uniqueness),
        ]);
    }
    align_numbers(&mut rows, 1..2);
    align_numbers(&mut rows, 3..8);
    rows
}
