//! Numbers of a preparation out of statistics.

use std::{fs, io::Write, path::PathBuf};

use anyhow::Context as _;
use clap::Args;
use consilium_fitting::{
    Entry, Fitted, Intent, LeftOut, Prepared, Reason, Remark, Unjudged, Value,
};
use consilium_plan::Lang;
use consilium_preparation::Preparation;
use consilium_schema::Level;
use consilium_statistics::Findings;
use serde_json::{Map, Value as Json, json};

use super::{explained, say, schema};
use crate::{hint::OrHint as _, new_file, terminal::tell};

#[derive(Debug, Args)]
pub(super) struct Fit {
    /// How columns are to be prepared, and which stay
    intent: PathBuf,
    /// What a statistics study found, as `consilium study result` leaves it
    #[arg(long, value_name = "FILE")]
    statistics: PathBuf,
    /// The schema of the statistics' plan
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,
    /// Where the preparation goes instead of the terminal; an existing file is left alone
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one line of JSON for each feature, each column that is left out, and each that could not be judged
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Fit, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let schema = schema(&args.schema, lang)?;
    let findings = findings(args, lang)?;
    let reading = lang.pick("reading the intent", "读取意图文件");
    let reading = || format!("{reading} {}", args.intent.display());
    let text = fs::read_to_string(&args.intent).with_context(reading)?;
    let intent = Intent::from_toml(&text).with_context(reading);
    let fitted = explained(intent, lang)?.fit(&findings, &schema);
    let fitted = fitted.with_context(|| args.intent.display().to_string())?;
    let text = fitted.annotated(|remark| say::remark(remark, lang));
    let checked = Preparation::from_toml(&text, &schema).with_context(|| {
        lang.pick(
            "what was fitted is no preparation",
            "拟合结果不是有效的预处理",
        )
    });
    let preparation = checked.or_hint(lang.pick(
        "places are those of the output; change the intent, or leave the column out",
        "所述位置属于输出；请修改意图文件，或去掉该列",
    ))?;
    if let Some(path) = &args.out {
        let writing = || path.display().to_string();
        let mut file = new_file::create(path, lang)?;
        file.write_all(text.as_bytes()).with_context(writing)?;
    }
    let warnings = fitted
        .prepared
        .iter()
        .filter_map(|it| say::warning(it, lang));
    warnings.for_each(|warning| tell(&warning));
    if args.json {
        return lines(&fitted, out);
    }
    if args.out.is_none() {
        return Ok(write!(out, "{text}")?);
    }
    let (features, columns) = (fitted.prepared.len(), preparation.terms().len());
    let gone = fitted.left_out.len();
    tell(&lang.pick(
        format!("{features} features with {columns} columns; {gone} left out"),
        format!("{features} 个特征，共 {columns} 列；去掉 {gone} 个"),
    ));
    for left_out in &fitted.left_out {
        tell(&say::remark(&Remark::LeftOut(left_out), lang));
    }
    for unjudged in &fitted.unjudged {
        tell(&say::remark(&Remark::Unjudged(unjudged), lang));
    }
    Ok(())
}

fn findings(args: &Fit, lang: Lang) -> anyhow::Result<Findings> {
    let reading = lang.pick("reading the statistics", "读取统计结果");
    let reading = || format!("{reading} {}", args.statistics.display());
    let text = fs::read(&args.statistics).with_context(reading)?;
    let findings = serde_json::from_slice(&text).with_context(reading);
    findings.or_hint(lang.pick(
        "statistics are the file findings.json that `consilium study result STUDY --out FOLDER` writes",
        "统计结果是 `consilium study result 研究 --out 文件夹` 写出的 findings.json",
    ))
}

fn lines(fitted: &Fitted, out: &mut dyn Write) -> anyhow::Result<()> {
    for feature in &fitted.prepared {
        writeln!(out, "{}", of_feature(feature))?;
    }
    for left_out in &fitted.left_out {
        writeln!(out, "{}", of_left_out(left_out))?;
    }
    for Unjudged { column, by, with } in &fitted.unjudged {
        writeln!(
            out,
            "{}",
            json!({ "unjudged": column, "by": by, "with": with })
        )?;
    }
    Ok(())
}

fn of_feature(feature: &Prepared) -> Json {
    let entry = |Entry { key, value, origin }: &Entry| {
        let told = json!({ "value": of_value(value), "from": origin.to_string() });
        ((*key).to_owned(), told)
    };
    let entries: Map<String, Json> = feature.entries.iter().map(entry).collect();
    json!({ "feature": feature.called(), "column": feature.column, "keys": entries })
}

fn of_value(value: &Value) -> Json {
    match value {
        Value::Flag(flag) => json!(flag),
        Value::Number(number) => json!(number),
        Value::Numbers(numbers) => json!(numbers),
        Value::Word(word) => json!(word),
        Value::Level(level) => json!(level.name()),
        Value::Fill(level) => json!({ "level": level.name() }),
        Value::Levels(levels) => json!(levels.iter().map(Level::name).collect::<Vec<_>>()),
        Value::Names(names) => json!(names),
    }
}

fn of_left_out(LeftOut { name, reason }: &LeftOut) -> Json {
    match reason {
        Reason::NoDefault { kind } => json!({ "left_out": name, "by": "default", "type": kind }),
        Reason::Missing { share, limit } => {
            json!({ "left_out": name, "by": "missing", "value": share, "limit": limit })
        }
        Reason::InformationValue { value, limit } => {
            json!({ "left_out": name, "by": "information_value", "value": value, "limit": limit })
        }
        Reason::Stability { index, limit } => {
            json!({ "left_out": name, "by": "stability", "value": index, "limit": limit })
        }
        Reason::Correlation { with, r, limit } => {
            json!({ "left_out": name, "by": "correlation", "with": with, "value": r, "limit": limit })
        }
        Reason::Inflation { factor, limit } => {
            json!({ "left_out": name, "by": "vif", "value": factor, "limit": limit })
        }
        Reason::Factor { factor } => json!({ "left_out": name, "by": "product", "with": factor }),
        _ => json!({ "left_out": name, "by": reason.to_string() }),
    }
}
