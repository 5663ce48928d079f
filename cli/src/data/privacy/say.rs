//! What people read of a file's risks in a terminal, and what the page says too.

use std::io::{self, Write};

use consilium_plan::Lang;
use consilium_privacy::{Advantage, Attribute, Distance, Estimator, Grade, Risk};

use super::Found;
pub(super) use crate::table::{Shown, percent};
use crate::{
    table::{self, named},
    terminal::on_one_line,
};

pub(super) fn print(found: &Found, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
    writeln!(out, "{}", warning(lang))?;
    writeln!(out, "{}", lead(found, lang))?;
    writeln!(out, "{}", grade(found, lang))?;
    if let Some(line) = sensitivity(found, lang) {
        writeln!(out, "{line}")?;
    }
    for line in notes(found, lang) {
        writeln!(out, "{line}")?;
    }
    let tables = [
        curve(found, lang),
        risks(found, lang),
        sensitive(found, lang),
    ];
    writeln!(out)?;
    for shown in tables.into_iter().filter(|(_, rows)| !rows.is_empty()) {
        let numbers = 1..shown.0.len();
        table::print(shown, numbers, out)?;
    }
    for line in population(found, lang)
        .into_iter()
        .chain(membership(found, lang))
    {
        writeln!(out, "{line}\n")?;
    }
    Ok(())
}

pub(super) fn warning(lang: Lang) -> &'static str {
    lang.pick(
        "For the owner's eyes: these numbers follow single rows. Of a scorecard made with them others see a band of twenty points.",
        "仅供数据所有者查看：这些数字会反映个别行。对据此制作的评分卡，其他机构只能看到二十分一档的分档。",
    )
}

/// One sentence on all.
pub(super) fn lead(found: &Found, lang: Lang) -> String {
    let (curve, risks) = (&found.report.curve, &found.report.risks);
    let (rows, unique, smallest) = (curve.rows, curve.unique, curve.smallest);
    let quasi = listed(&found.report.quasi, lang);
    let (uniqueness, average) = (percent(curve.uniqueness), percent(risks.prosecutor.average));
    lang.pick(
        format!(
            "By {quasi}, {unique} of {rows} rows ({uniqueness}) are like no other, and the smallest class has \
             {smallest}; who knows that somebody has a row here, finds it in {average} of all cases."
        ),
        format!(
            "按 {quasi}，{rows} 行中有 {unique} 行（{uniqueness}）独一无二，最小等价类为 {smallest} 行；\
             已知某人在表中的攻击者，平均有 {average} 的机会找到其所在行。"
        ),
    )
}

pub(super) fn grade(found: &Found, lang: Lang) -> String {
    let level = found.report.grade.level();
    let direct = listed(&found.report.direct, lang);
    let threshold = percent(found.report.risks.threshold.probability());
    let words = match found.report.grade {
        Grade::Named => lang.pick(
            format!("there are direct identifiers ({direct})"),
            format!("含直接标识符（{direct}）"),
        ),
        Grade::AtRisk => lang.pick(
            format!(
                "no direct identifier was named or recognised, but the highest risk by quasi-identifiers is above \
                 the threshold of {threshold}"
            ),
            format!("未指定也未识别出直接标识符，但准标识符的最高重标识风险高于阈值 {threshold}"),
        ),
        Grade::Acceptable => lang.pick(
            format!(
                "no direct identifier was named or recognised, and no risk by quasi-identifiers is above the \
                 threshold of {threshold}"
            ),
            format!("未指定也未识别出直接标识符，准标识符的重标识风险均不高于阈值 {threshold}"),
        ),
        Grade::Aggregate => lang.pick("no identifiers", "不含标识符").to_owned(),
    };
    lang.pick(
        format!("De-identification (after GB/T 42460-2023): grade {level} of 4, {words}."),
        format!("去标识化效果（参照 GB/T 42460-2023）：{level} 级（共 4 级），{words}。"),
    )
}

pub(super) fn sensitivity(found: &Found, lang: Lang) -> Option<String> {
    let level = found.sensitivity.level?;
    let columns = found.sensitivity.columns.iter();
    let columns = columns.filter(|it| it.level == level);
    let columns: Vec<String> = columns.map(|it| it.column.clone()).collect();
    let columns = listed(&columns, lang);
    Some(lang.pick(
        format!("Sensitivity (GB/T 39725-2020, as the catalogue reads it): level {level} of 5, by {columns}."),
        format!("数据敏感级别（GB/T 39725-2020，依目录）：{level} 级（共 5 级），依据 {columns}。"),
    ))
}

/// What the numbers leave out.
pub(super) fn notes(found: &Found, lang: Lang) -> Vec<String> {
    let mut notes = Vec::new();
    let report = &found.report;
    if let Some(person) = &report.person {
        let person = on_one_line(person);
        notes.push(lang.pick(
            format!("Classes and risks count people by {person}: where they say rows, different people are meant."),
            format!("等价类与风险按 {person} 区分的人计数：其中的“行”指不同的人。"),
        ));
    }
    if !found.sensitivity.forgotten.is_empty() {
        let forgotten = listed(&found.sensitivity.forgotten, lang);
        notes.push(lang.pick(
            format!(
                "The catalogue calls these quasi-identifiers, and they were not named: {forgotten}."
            ),
            format!("目录将以下列视为准标识符，但未在 --quasi 中指定：{forgotten}。"),
        ));
    }
    let missing = report.missing;
    if missing > 0 {
        notes.push(lang.pick(
            format!(
                "{missing} rows lack a quasi-identifier, which counts as a value here: who knows the true one finds \
                 them more easily than is told."
            ),
            format!("{missing} 行缺少准标识符，此处按一个取值计：已知真实值者更容易找到这些行。"),
        ));
    }
    let unmatched = report.risks.unmatched;
    if unmatched > 0 {
        notes.push(lang.pick(
            format!("{unmatched} of them could not be held against the population, and are left out of the risks there."),
            format!("其中 {unmatched} 行无法与总体表对照，未计入相应风险。"),
        ));
    }
    notes
}

fn listed(names: &[String], lang: Lang) -> String {
    let names: Vec<String> = names.iter().map(|it| on_one_line(it)).collect();
    names.join(lang.pick(", ", "、"))
}

pub(super) fn curve(found: &Found, lang: Lang) -> Shown {
    let names = [
        ("classes of at least", "等价类至少"),
        ("rows", "行"),
        ("share", "占比"),
    ];
    let rows = found.report.curve.steps.iter().map(|step| {
        vec![
            step.k.to_string(),
            step.rows.to_string(),
            percent(step.share),
        ]
    });
    (named(&names, lang), rows.collect())
}

pub(super) fn risks(found: &Found, lang: Lang) -> Shown {
    let risks = &found.report.risks;
    let threshold = percent(risks.threshold.probability());
    let mut names = named(
        &[
            ("attacker", "攻击者"),
            ("highest risk", "最高风险"),
            ("average risk", "平均风险"),
        ],
        lang,
    );
    names.push(lang.pick(
        format!("rows above {threshold}"),
        format!("高于 {threshold} 的行"),
    ));
    let of = |name: &str, risk: &Risk| {
        let numbers = [risk.highest, risk.average, risk.at_risk].map(percent);
        std::iter::once(name.to_owned()).chain(numbers).collect()
    };
    let prosecutor = lang.pick(
        "prosecutor: knows that the person has a row",
        "检察官：已知该人在表中",
    );
    let journalist = lang.pick("journalist: doesn't know", "记者：不知该人是否在表中");
    let marketer = lang.pick("marketer: seeks all people", "营销者：查找所有人");
    let mut rows: Vec<Vec<String>> = vec![of(prosecutor, &risks.prosecutor)];
    rows.extend(risks.journalist.map(|risk| of(journalist, &risk)));
    let none = || "–".to_owned();
    rows.push(vec![
        marketer.to_owned(),
        none(),
        percent(risks.marketer),
        none(),
    ]);
    (names, rows)
}

pub(super) fn sensitive(found: &Found, lang: Lang) -> Shown {
    let names = [
        ("sensitive column", "敏感属性"),
        ("distinct l", "不同取值 l"),
        ("entropy l", "熵 l"),
        ("t", "t"),
        ("distance", "距离"),
        ("α", "α"),
        ("β", "β"),
        ("δ", "δ"),
    ];
    let row = |of: &Attribute| {
        let distance = match of.distance {
            Distance::Equal => lang.pick("equal", "等距"),
            Distance::Ordered => lang.pick("ordered", "有序"),
        };
        vec![
            on_one_line(&of.column),
            of.distinct.to_string(),
            format!("{:.2}", of.entropy),
            format!("{:.3}", of.closeness),
            distance.to_owned(),
            format!("{:.3}", of.alpha),
            format!("{:.3}", of.beta),
            of.delta.map_or("∞".to_owned(), |it| format!("{it:.3}")),
        ]
    };
    (
        named(&names, lang),
        found.report.sensitive.iter().map(row).collect(),
    )
}

pub(super) fn population(found: &Found, lang: Lang) -> Option<String> {
    if let Some(counted) = &found.report.counted {
        let (people, alone, share) = (counted.population, counted.alone, percent(counted.share));
        return Some(lang.pick(
            format!(
                "Of {people} people of the population, {alone} ({share}) are alone in their class."
            ),
            format!("总体表的 {people} 人中，{alone} 人（{share}）独一无二。"),
        ));
    }
    let uniques = found.report.population.as_ref()?;
    let (people, share) = (uniques.population, percent(uniques.share));
    let model = match uniques.chosen {
        Estimator::Zayatz => "Zayatz",
        Estimator::Snb => "SNB",
        Estimator::Pitman => "Pitman",
    };
    let all = [
        ("Zayatz", Some(uniques.zayatz)),
        ("SNB", uniques.snb),
        ("Pitman", uniques.pitman),
    ];
    let of = |(name, found): &(&str, Option<f64>)| {
        let found = (*found)?;
        Some(format!("{name} {found:.0}"))
    };
    let all: Vec<String> = all.iter().filter_map(of).collect();
    let all = all.join(lang.pick(", ", "、"));
    Some(lang.pick(
        format!(
            "Of {people} people, models estimate how many are alone in their class: {all}. By the rule of Dankar et \
             al. {model} is believed ({share}); where models are far apart, none of them knows."
        ),
        format!(
            "在 {people} 人的总体中，各模型估计独一无二的人数：{all}。按 Dankar 等的规则取 {model}（{share}）；\
             各模型相差悬殊时，均不可信。"
        ),
    ))
}

/// A sentence on each attack, and one on the model.
pub(super) fn membership(found: &Found, lang: Lang) -> Vec<String> {
    let Some(attacked) = &found.membership else {
        return Vec::new();
    };
    let (loss, shadow) = (&attacked.found.loss, attacked.found.shadow.as_ref());
    let (members, others) = (loss.members, loss.others);
    let mut lines = vec![lang.pick(
        format!(
            "Membership by loss, {members} members against {others} others: {}.",
            advantage(loss, lang)
        ),
        format!(
            "基于损失的成员推断（成员 {members} 行，非成员 {others} 行）：{}。",
            advantage(loss, lang)
        ),
    )];
    lines.extend(shadow.map(|of| {
        let (shadows, found) = (of.shadows, advantage(&of.advantage, lang));
        lang.pick(
            format!("Membership by {shadows} shadow models of the same rows: {found}."),
            format!("基于 {shadows} 个影子模型（同样的行）的成员推断：{found}。"),
        )
    }));
    lines.extend(attacked.model.as_ref().map(|model| {
        let (title, study) = (on_one_line(&model.title), &model.study);
        let left_out = model.left_out;
        lang.pick(
            format!("The model is that of \"{title}\" (study {study}); {left_out} rows have no label or a gap, and were not tried."),
            format!("模型：“{title}”（研究 {study}）；{left_out} 行缺少标签或特征，未参与攻击。"),
        )
    }));
    lines
}

fn advantage(of: &Advantage, lang: Lang) -> String {
    let [advantage, low, high, chance] = [
        of.advantage,
        of.interval.low,
        of.interval.high,
        of.by_chance,
    ]
    .map(|it| format!("{it:.3}"));
    let verdict = match (of.is_above_chance(), lang) {
        (true, Lang::En) => "the model tells who taught it",
        (true, Lang::Zh) => "模型会泄露训练成员",
        (false, Lang::En) => "no more than chance",
        (false, Lang::Zh) => "不高于偶然",
    };
    lang.pick(
        format!("advantage {advantage} ({low} to {high}; by chance up to {chance}), {verdict}"),
        format!("优势 {advantage}（{low} 至 {high}；偶然可达 {chance}），{verdict}"),
    )
}
