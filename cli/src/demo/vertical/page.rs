//! What people read of the demo of trees over columns of several institutions.

use std::io::{self, Write};

use comfy_table::Table;
use consilium_plan::Lang;

use super::{Done, common::Common, compared::Compared, losses::Losses, studies::Example};
use crate::{
    local::{cost, outcome::print_learnt},
    table::{align_numbers, table},
};

pub(super) fn print(
    out: &mut dyn Write,
    (example, done): (&Example, &[Done]),
    (common, compared): (&Common, &Compared),
    lang: Lang,
) -> io::Result<()> {
    let (en, zh) = example.title;
    let title = lang.pick(
        format!("{en} (a daemon for each party, mutual TLS)"),
        format!("{zh}（每个参与方一个守护进程，双向 TLS）"),
    );
    let (rows, tested) = (common.labels.len(), common.tested.len());
    let of = lang.pick(
        format!(
            "{rows} people of a hospital are known to both insurers; {tested} of them are kept for testing"
        ),
        format!("医院的患者中，两家保险机构均知道的有 {rows} 人，其中 {tested} 人留作测试"),
    );
    writeln!(out, "{title}\n{of}\n\n{}", areas(common, compared, lang))?;
    let (difference, bound) = (compared.difference(), compared.bound);
    let by_chance = lang.pick(
        format!(
            "AUC on the rows kept for testing; joint and pooled differ by {difference:+.4}, and by chance may \
             by {bound:.4} (four standard errors)"
        ),
        format!(
            "测试行上的 AUC；联合与集中相差 {difference:+.4}，随机误差允许 {bound:.4}（四倍标准误）"
        ),
    );
    writeln!(out, "{by_chance}\n{}\n", learnt(compared.losses, lang))?;
    for Done { study, kept } in done {
        let (seconds, bytes) = (kept.wall.as_secs_f64(), kept.frame_bytes());
        let megabytes = bytes as f64 / 1e6;
        let took = lang.pick(
            format!(
                "{}: {seconds:.1} s, {megabytes:.1} MB of frames",
                study.title(lang)
            ),
            format!(
                "{}：{seconds:.1} 秒，帧 {megabytes:.1} MB",
                study.title(lang)
            ),
        );
        writeln!(out, "{took}\n{}\n", cost::lines(&kept.costs, lang))?;
    }
    let joint = done.iter().filter(|done| done.kept.kind != "align");
    for Done { study, kept } in joint {
        let told = lang.pick(
            "as its plan told those who signed it:",
            "其方案对签署者的说明：",
        );
        let colon = lang.pick(", ", "，");
        writeln!(out, "{}{colon}{told}\n", study.title(lang))?;
        print_learnt(&kept.learnt, out, lang)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Says how well trees fit the rows that they were grown on.
fn learnt(losses: Losses, lang: Lang) -> String {
    let Losses {
        none,
        joint,
        pooled,
        ..
    } = losses;
    let [missed, bound] = [losses.missed(), Losses::bound()].map(|share| 100.0 * share);
    lang.pick(
        format!(
            "mean loss on the training rows: {none:.5} before the first tree, joint {joint:.5}, pooled \
             {pooled:.5}: of what pooled trees gain the joint ones miss {missed:.1} % (at most {bound:.0} % \
             are allowed for a first tree over one institution's columns, and for what is kept back)"
        ),
        format!(
            "训练行的平均损失：第一棵树之前 {none:.5}，联合 {joint:.5}，集中 {pooled:.5}：集中所得的收益中，\
             联合少得 {missed:.1}%（因第一棵树仅用一家机构的列以及有所保留，至多允许 {bound:.0}%）"
        ),
    )
}

fn areas(common: &Common, compared: &Compared, lang: Lang) -> Table {
    let say = |en: &'static str, zh: &'static str| lang.pick(en, zh);
    let mut table = table();
    table.set_header([say("trees over", "所用的列"), say("columns", "列数"), "AUC"]);
    let all: usize = common
        .columns
        .iter()
        .map(|(_, columns)| columns.len())
        .sum();
    let mut row = |name: &str, columns: usize, auc: f64| {
        table.add_row([name.to_owned(), columns.to_string(), format!("{auc:.4}")]);
    };
    row(
        say("the columns of all, each at home", "各家的列，各留本地"),
        all,
        compared.joint,
    );
    row(
        say("the same columns in one place", "同样的列，集中一处"),
        all,
        compared.pooled,
    );
    for ((party, auc), (_, columns)) in compared.alone.iter().zip(&common.columns) {
        let name = lang.pick(
            format!("those of {party} alone, with the labels"),
            format!("仅 {party} 的列，加上标签"),
        );
        row(&name, columns.len(), *auc);
    }
    align_numbers(&mut table, 1..3);
    table
}
