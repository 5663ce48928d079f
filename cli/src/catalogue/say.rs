//! Features and their differences in words.

use std::io::Write;

use consilium_catalogue::{Catalogue, Certainty, Difference, Feature, Identifies, Part};
use consilium_plan::Lang;
use consilium_schema::Unit;
use serde_json::{Value, json};

use crate::terminal::printable;

pub(super) fn as_json(feature: &Feature) -> Value {
    let bounds = feature.bounds().unwrap_or_default();
    json!({
        "id": feature.id(),
        "name": feature.name(),
        "synonyms": feature.synonyms(),
        "type": feature.kind().name(),
        "unit": feature.unit().map(Unit::as_str),
        "min": bounds.min,
        "max": bounds.max,
        "levels": feature.levels(),
        "code_system": feature.code_system(),
        "window": feature.window(),
        "zone": feature.zone(),
        "sensitivity": feature.sensitivity(),
        "identifies": feature.identifies(),
        "certainty": feature.certainty(),
        "sources": feature.sources(),
    })
}

/// Writes all that is declared of a feature.
pub(super) fn feature(
    feature: &Feature,
    catalogue: &Catalogue,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let list = |texts: &[String]| texts.join(lang.pick(", ", "、"));
    let bounds = feature.bounds().unwrap_or_default();
    let bound =
        |bound: Option<f64>| bound.map_or_else(|| "…".to_owned(), |bound| bound.to_string());
    let range = (bounds.min.is_some() || bounds.max.is_some())
        .then(|| format!("{} – {}", bound(bounds.min), bound(bounds.max)));
    let levels: Vec<String> = feature
        .levels()
        .iter()
        .map(|level| level.join(" = "))
        .collect();
    let system = feature.code_system().map(|system| match &system.codes {
        Some(codes) => format!("{} ({codes})", system.name),
        None => system.name.clone(),
    });
    let mut sources: Vec<&str> = Vec::new();
    for source in catalogue.sources() {
        if feature.sources().contains(&source.id) {
            sources.push(&source.text);
        }
    }
    let name = feature.name();
    let lines = [
        (
            lang.pick("name", "名称"),
            format!("{} · {}", name.en, name.zh),
        ),
        (lang.pick("also called", "别名"), list(feature.synonyms())),
        (lang.pick("type", "类型"), feature.kind().name().to_owned()),
        (
            lang.pick("unit", "单位"),
            feature.unit().map(ToString::to_string).unwrap_or_default(),
        ),
        (lang.pick("range", "范围"), range.unwrap_or_default()),
        (lang.pick("levels", "类别"), levels.join("; ")),
        (
            lang.pick("code system", "编码体系"),
            system.unwrap_or_default(),
        ),
        (
            lang.pick("window", "时间窗"),
            feature.window().unwrap_or_default().to_owned(),
        ),
        (
            lang.pick("time zone", "时区"),
            feature.zone().unwrap_or_default().to_owned(),
        ),
        (
            lang.pick("sensitivity", "敏感级别"),
            feature.sensitivity().level().to_string(),
        ),
        (
            lang.pick("identifies", "可识别个人"),
            identifies(feature.identifies(), lang).to_owned(),
        ),
        (
            lang.pick("certainty", "确定程度"),
            certainty(feature.certainty(), lang).to_owned(),
        ),
        (lang.pick("sources", "来源"), sources.join("; ")),
    ];
    writeln!(out, "{}", feature.id())?;
    let colon = lang.pick(": ", "：");
    for (what, said) in lines.into_iter().filter(|(_, said)| !said.is_empty()) {
        writeln!(out, "  {what}{colon}{}", printable(&said))?;
    }
    Ok(())
}

pub(super) fn identifies(identifies: Identifies, lang: Lang) -> &'static str {
    match identifies {
        Identifies::Direct => lang.pick("directly", "直接标识"),
        Identifies::Quasi => lang.pick("with others", "准标识"),
        Identifies::No => lang.pick("no", "否"),
    }
}

pub(super) fn certainty(certainty: Certainty, lang: Lang) -> &'static str {
    match certainty {
        Certainty::Certain => lang.pick("certain", "确定"),
        Certainty::SeenInCode => lang.pick("seen in code", "见于公开代码"),
        Certainty::Unverified => lang.pick("unverified", "未核实"),
    }
}

pub(super) fn difference_as_json(difference: &Difference) -> Value {
    let called = |(name, version): &(String, String)| json!({ "name": name, "version": version });
    let parts = |parts: &[Part]| -> Vec<Value> {
        let part = |part: &Part| {
            json!({
                "key": part.key,
                "before": part.before,
                "after": part.after,
                "changes_meaning": part.changes_meaning(),
            })
        };
        parts.iter().map(part).collect()
    };
    let changed: Vec<Value> = difference
        .changed
        .iter()
        .map(|change| json!({ "id": change.id, "parts": parts(&change.parts) }))
        .collect();
    json!({
        "before": called(&difference.before),
        "after": called(&difference.after),
        "added": difference.added,
        "removed": difference.removed,
        "changed": changed,
    })
}

/// Writes what differs, one line for each feature and each part of one.
pub(super) fn difference(
    difference: &Difference,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let called = |(name, version): &(String, String)| printable(&format!("{name} {version}"));
    writeln!(
        out,
        "{} → {}",
        called(&difference.before),
        called(&difference.after)
    )?;
    if difference.is_empty() {
        let none = lang.pick("the features are the same", "特征完全相同");
        return Ok(writeln!(out, "{none}")?);
    }
    for id in &difference.removed {
        writeln!(out, "- {id}")?;
    }
    for id in &difference.added {
        writeln!(out, "+ {id}")?;
    }
    let nothing = || lang.pick("nothing", "无").to_owned();
    for change in &difference.changed {
        for part in &change.parts {
            let (before, after) = (&part.before, &part.after);
            let said = |text: &Option<String>| text.as_deref().map_or_else(nothing, printable);
            let mark = if part.changes_meaning() { "!" } else { "~" };
            writeln!(
                out,
                "{mark} {} {}: {} → {}",
                change.id,
                part.key,
                said(before),
                said(after)
            )?;
        }
    }
    Ok(())
}
