//! What people read of the demo of features, in a terminal.

use std::io::{self, Write};

use consilium_evaluation::Placements;
use consilium_plan::Lang;

use super::{Found, comorbidities::LOW, compared::areas};
use crate::table::{align_numbers, table};

pub(super) fn print(out: &mut dyn Write, found: &Found, lang: Lang) -> io::Result<()> {
    let title = lang.pick(
        "Three institutions, three layouts, one feature matrix (a daemon for each party, mutual TLS)",
        "三家机构、三种结构、一个特征矩阵（每个参与方一个守护进程，双向 TLS）",
    );
    writeln!(out, "{title}\n")?;
    writeln!(out, "{}\n", institutions(found, lang))?;
    contracts(out, found, lang)?;
    groups(out, found, lang)?;
    names(out, found, lang)?;
    writeln!(out, "{}\n", models(found, lang))?;
    let compared = &found.compared;
    let (trained, tested) = (compared.trained, compared.tested);
    let rows = lang.pick(
        format!(
            "trained on {trained} rows, tested on {tested}; missing values are filled in alike everywhere"
        ),
        format!("训练 {trained} 行，测试 {tested} 行；各处以同样方式填补缺失值"),
    );
    writeln!(out, "{rows}")?;
    let (seconds, bytes) = (found.ended.wall_s, found.ended.wire_bytes);
    let spent = lang.pick(
        format!("{seconds:.1} s for all studies, {bytes} bytes over all connections"),
        format!("各项研究共 {seconds:.1} 秒，所有连接共 {bytes} 字节"),
    );
    writeln!(out, "{spent}")
}

fn institutions(found: &Found, lang: Lang) -> comfy_table::Table {
    let mut rows = table();
    rows.set_header([
        lang.pick("institution", "机构"),
        lang.pick("files", "文件"),
        lang.pick("rows", "行"),
        lang.pick("features", "特征"),
        lang.pick("least stable feature", "最不稳定的特征"),
        lang.pick("stability index", "稳定性指数"),
    ]);
    for mapped in &found.mapped {
        let party = mapped.party.as_str();
        let least = found
            .stability(party)
            .max_by(|(_, a), (_, b)| a.total_cmp(b));
        let (feature, index) = least.map_or((String::new(), String::new()), |(feature, index)| {
            (mapped.name_of(feature, lang), format!("{index:.3}"))
        });
        rows.add_row([
            party.to_owned(),
            mapped.mapping.sources().len().to_string(),
            mapped.table.rows().to_string(),
            (mapped.table.columns().len() - 1).to_string(),
            feature,
            index,
        ]);
    }
    align_numbers(&mut rows, 1..4);
    align_numbers(&mut rows, 5..6);
    rows
}

fn contracts(out: &mut dyn Write, found: &Found, lang: Lang) -> io::Result<()> {
    let said = lang.pick(
        "Before the first round: what stands for each institution's feature contract in its own journal",
        "第一轮之前：各机构日志中代表其特征契约的哈希",
    );
    writeln!(out, "{said}")?;
    let mut rows = table();
    let parties = found.mapped.iter().map(|it| it.party.to_string());
    rows.set_header(
        [lang.pick("study", "研究").to_owned()]
            .into_iter()
            .chain(parties),
    );
    for contracts in &found.ended.contracts {
        let name = contracts.study.name(lang).to_owned();
        rows.add_row([vec![name], contracts.digits()].concat());
    }
    writeln!(out, "{rows}")?;
    let said = lang.pick(
        "With amounts declared in cents the study does not begin:",
        "金额声明为美分时，研究不会开始：",
    );
    writeln!(out, "{said}")?;
    for failure in &found.ended.refused {
        writeln!(out, "  - {}", failure.what(lang))?;
    }
    writeln!(out)
}

fn groups(out: &mut dyn Write, found: &Found, lang: Lang) -> io::Result<()> {
    let recoding = &found.recoding;
    let (stays, median) = (recoding.stays, recoding.median().unwrap_or(f64::NAN));
    let said = lang.pick(
        format!(
            "Comorbidities of {stays} stays, from ICD-10-CM against from the original ICD-9-CM: median of \
             Cohen's kappa {median:.3}"
        ),
        format!(
            "{stays} 次住院的合并症，由 ICD-10-CM 得出者与由原始 ICD-9-CM 得出者相比：Cohen κ 中位数 {median:.3}"
        ),
    );
    writeln!(out, "{said}")?;
    for (list, group, kappa) in recoding.low() {
        let name = lang.pick(&group.en, &group.zh);
        let below = lang.pick("below", "低于");
        writeln!(out, "  - {below} {LOW}: {name} ({list}) {kappa:.3}")?;
    }
    writeln!(out)
}

fn names(out: &mut dyn Write, found: &Found, lang: Lang) -> io::Result<()> {
    let names = &found.coverage.names;
    let share = 100.0 * names.first.money / names.all.money;
    let (right, all) = (names.first.codes, names.all.codes);
    let said = lang.pick(
        format!("Drugs by name: {right} of {all} items found at once, {share:.1} % of the money"),
        format!("按名称识别药品：{all} 个项目中 {right} 个一次找到，占金额 {share:.1}%"),
    );
    writeln!(out, "{said}\n")
}

fn models(found: &Found, lang: Lang) -> comfy_table::Table {
    let compared = &found.compared;
    let mut rows = table();
    rows.set_header([
        lang.pick("model of the rows of", "模型所用的行"),
        lang.pick("AUC over all test rows, 95 %", "全部测试行上的 AUC，95%"),
        lang.pick("joint model above it, 95 %", "联合模型高出，95%"),
    ]);
    let mut row = |name: &str, model: Option<&Placements>| {
        let [area, more] = areas(&compared.joint, model);
        rows.add_row([name, &area, &more]);
    };
    for (party, model) in &compared.alone {
        row(party.as_str(), model.as_ref());
    }
    let federated = lang.pick("all three, federated", "三方联邦");
    row(federated, Some(&compared.joint));
    let pooled = lang.pick("all three in one place", "三方集中");
    row(pooled, Some(&compared.pooled));
    align_numbers(&mut rows, 1..3);
    rows
}
