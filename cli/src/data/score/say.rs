//! What people read of a card in a terminal, and what its page says too.

use std::io::{self, Write};

use consilium_plan::Lang;
use consilium_scorecard::{Card, Dimension, EvidenceKind, Public, Score, Signed, Version};

pub(super) use crate::table::{Shown, named};
use crate::{
    table::{self, points},
    terminal::on_one_line,
};

pub(super) fn print(signed: &Signed, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
    let card = &signed.card;
    writeln!(out, "{}", warning(lang))?;
    writeln!(out, "{}", sentence(card, lang))?;
    writeln!(out, "{}\n", about(signed, lang))?;
    let tables = [
        (dimensions(card, lang), 1..4),
        (subscores(card, lang), 2..5),
        (evidence(card, lang), 0..0),
        (bands(&card.public(), lang), 0..0),
    ];
    for (shown, numbers) in tables {
        table::print(shown, numbers, out)?;
    }
    Ok(())
}

pub(super) fn warning(lang: Lang) -> &'static str {
    lang.pick(
        "For the owner's eyes: scores in hundredths follow single rows. Others see bands only.",
        "仅供数据所有者查看：精确到百分位的得分会反映个别行。其他机构只能看到分档。",
    )
}

pub(super) fn sentence(card: &Card, lang: Lang) -> String {
    let said = card.sentence();
    on_one_line(&lang.pick(said.en, said.zh))
}

/// Of which rows, by whom and when.
pub(super) fn about(signed: &Signed, lang: Lang) -> String {
    let Signed { card, signer, .. } = signed;
    let version = match card.version {
        Version::Registered(hash) => lang.pick(
            format!("version {}", short(&hash)),
            format!("版本 {}", short(&hash)),
        ),
        Version::Reports(hash) => lang.pick(
            format!("no registered version, reports {}", short(&hash)),
            format!("未登记版本，报告 {}", short(&hash)),
        ),
    };
    let (made, purpose) = (card.made, &card.purpose);
    lang.pick(
        format!(
            "Purpose {purpose}; {version}; says that {signer} signed it, {made} (`consilium data score verify` checks \
             that)."
        ),
        format!(
            "用途 {purpose}；{version}；注明由 {signer} 签署，{made}（由 `consilium data score verify` 核对）。"
        ),
    )
}

/// As much of a hash as people need to tell things apart.
pub(super) fn short(hash: &impl ToString) -> String {
    hash.to_string().chars().take(12).collect()
}

pub(super) fn name(dimension: Dimension, lang: Lang) -> String {
    let name = dimension.name();
    lang.pick(name.en, name.zh)
}

pub(super) fn part(dimension: Dimension, id: &str, lang: Lang) -> String {
    let name = dimension.subscore(id);
    on_one_line(&lang.pick(name.en, name.zh))
}

/// A score and its interval.
pub(super) fn scored(score: Option<Score>, lang: Lang) -> [String; 2] {
    let Some(Score { score, low, high }) = score else {
        return ["–".to_owned(), "–".to_owned()];
    };
    let to = lang.pick("to", "至");
    let interval = format!("{} {to} {}", points(low), points(high));
    [points(score), interval]
}

pub(super) fn composite(lang: Lang) -> &'static str {
    lang.pick("composite", "综合")
}

pub(super) fn dimensions(card: &Card, lang: Lang) -> Shown {
    let names = [
        ("dimension", "维度"),
        ("score", "得分"),
        ("interval", "区间"),
        ("weight", "权重"),
        ("", ""),
    ];
    let row = |dimension: Dimension| {
        let measured = card.dimensions.get(&dimension);
        let weight = card.weights.get(&dimension).copied().unwrap_or_default();
        let remark = match measured {
            None if weight == 0.0 => return None,
            None => lang.pick("not measured", "未度量"),
            Some(it) if it.proxy => lang.pick("by proxy", "代理任务"),
            Some(_) if weight == 0.0 => lang.pick("does not count", "不计入"),
            Some(_) => "",
        };
        let [score, interval] = scored(measured.map(|it| it.score), lang);
        Some(vec![
            name(dimension, lang),
            score,
            interval,
            format!("{:.1} %", 100.0 * weight),
            remark.to_owned(),
        ])
    };
    let mut rows: Vec<Vec<String>> = Dimension::ALL.into_iter().filter_map(row).collect();
    let [score, interval] = scored(card.composite, lang);
    let lacks = card.lacks().into_iter().map(|it| name(it, lang));
    let lacks: Vec<String> = lacks.collect();
    let remark = match &lacks[..] {
        [] => String::new(),
        _ => lang.pick(
            format!("for lack of {}", lacks.join(", ")),
            format!("缺少{}", lacks.join("、")),
        ),
    };
    rows.push(vec![
        composite(lang).to_owned(),
        score,
        interval,
        String::new(),
        remark,
    ]);
    (named(&names, lang), rows)
}

pub(super) fn subscores(card: &Card, lang: Lang) -> Shown {
    let names = [
        ("dimension", "维度"),
        ("part", "分项"),
        ("score", "得分"),
        ("interval", "区间"),
        ("share", "占比"),
    ];
    let mut rows = Vec::new();
    for (dimension, measured) in &card.dimensions {
        let weights: f64 = measured.subscores.iter().map(|it| it.weight).sum();
        for it in &measured.subscores {
            let [score, interval] = scored(Some(it.score), lang);
            rows.push(vec![
                name(*dimension, lang),
                part(*dimension, &it.id, lang),
                score,
                interval,
                format!("{:.0} %", 100.0 * it.weight / weights),
            ]);
        }
    }
    (named(&names, lang), rows)
}

pub(super) fn kind(kind: EvidenceKind, lang: Lang) -> &'static str {
    match kind {
        EvidenceKind::Report => lang.pick("own report", "自有报告"),
        EvidenceKind::Study => lang.pick("study", "联合研究"),
    }
}

pub(super) fn evidence(card: &Card, lang: Lang) -> Shown {
    let names = [
        ("dimension", "维度"),
        ("evidence", "依据"),
        ("hash", "哈希"),
        ("made by", "工具"),
        ("when", "时间"),
        ("countersigned by", "会签"),
    ];
    let mut rows = Vec::new();
    for (dimension, measured) in &card.dimensions {
        for it in &measured.evidence {
            let by: Vec<String> = it
                .countersigned
                .iter()
                .map(|it| on_one_line(&it.signer))
                .collect();
            rows.push(vec![
                name(*dimension, lang),
                kind(it.kind, lang).to_owned(),
                short(&it.hash),
                on_one_line(&it.tool),
                it.at.map_or_else(|| "–".to_owned(), |at| at.to_string()),
                by.join(lang.pick(", ", "、")),
            ]);
        }
    }
    (named(&names, lang), rows)
}

/// What others see.
pub(super) fn bands(public: &Public, lang: Lang) -> Shown {
    let names = [
        ("others see", "其他机构所见"),
        ("band", "分档"),
        ("evidence", "依据"),
    ];
    let mut rows = Vec::new();
    for dimension in Dimension::ALL {
        if let Some(it) = public.dimensions.get(&dimension) {
            let kinds: Vec<&str> = it.evidence.iter().map(|it| kind(*it, lang)).collect();
            rows.push(vec![
                name(dimension, lang),
                it.band.to_string(),
                kinds.join(lang.pick(", ", "、")),
            ]);
        }
    }
    let band = public.composite.map(|it| it.to_string());
    rows.push(vec![
        composite(lang).to_owned(),
        band.unwrap_or_else(|| "–".to_owned()),
        String::new(),
    ]);
    (named(&names, lang), rows)
}
