//! What a file's rows are worth where no study says it: how well they predict a label, at home.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args as ClapArgs;
use consilium_base::Seed;
use consilium_data::design::{Design, MissingFeatures};
use consilium_evaluation::Range;
use consilium_glm::{Column, ConstantColumns, Family, Kind, Regression, Specification, Table};
use consilium_plan::{Lang, UnixTime};
use consilium_schema::{self as schema, Label, LabelRule, Levels, Schema};
use consilium_scorecard::Measure;
use consilium_secagg::Bits;
use consilium_value::{Proxy, proxy};
use serde::Serialize;

use super::{
    Source, TOOL, failed, folder,
    privacy::{Named, is_new, made},
    say as said, tell_counts,
};
use crate::{clock, hint::OrHint as _, new_file, terminal::on_one_line};

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(flatten)]
    source: Source,
    /// The column that is predicted
    #[arg(long, value_name = "COLUMN")]
    label: String,
    /// Predict whether the label's number is greater
    #[arg(
        long,
        value_name = "NUMBER",
        conflicts_with = "equals",
        allow_negative_numbers = true
    )]
    above: Option<f64>,
    /// Predict whether the label is this level
    #[arg(long, value_name = "LEVEL")]
    equals: Option<String>,
    /// The columns it is predicted from; default: all numbers, booleans and categories of the schema
    #[arg(long, value_name = "COLUMNS")]
    features: Option<Named>,
    /// A new folder for value.json, which only its owner may read
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Everything that is told.
#[derive(Debug, Serialize)]
struct Found {
    /// The form of it, as scorecards read it.
    format: u32,
    /// For whom this is.
    #[serde(rename = "for")]
    whom: &'static str,
    /// The file that was read.
    file: PathBuf,
    /// What has measured.
    tool: &'static str,
    time: UnixTime,
    label: String,
    features: Vec<String>,
    family: Family,
    #[serde(flatten)]
    proxy: Proxy,
    /// What scorecards take.
    scores: [Measure; 1],
}

/// The penalty of the regression on standardised columns: what scikit-learn's logistic regression takes by default.
const PENALTY: f64 = 1.0;

/// Measures a file's rows.
pub(super) fn run(args: &Args, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let schema = args
        .source
        .schema(lang)?
        .map_err(|error| failed(&error, lang))?;
    if let Some(folder) = &args.out {
        is_new(folder, lang)?;
    }
    let features = match &args.features {
        Some(Named(named)) => named.clone(),
        None => usable(&schema, &args.label),
    };
    let loaded = args
        .source
        .load(&schema, 20)
        .map_err(|error| failed(&error, lang))?;
    let label = Label {
        column: args.label.clone(),
        rule: match (args.above, &args.equals) {
            (Some(above), _) => LabelRule::Above(above),
            (None, Some(level)) => LabelRule::Equals(level.clone()),
            (None, None) => LabelRule::Value,
        },
    };
    let names: Vec<&str> = features.iter().map(String::as_str).collect();
    let design = Design::new(&loaded.table, &names, Some(&label), MissingFeatures::Keep)?;
    if is_constant(&design.y) {
        let said = lang.pick(
            "the label has one value alone, and nothing can be predicted",
            "标签只有一个取值，无从预测",
        );
        return Err(anyhow::anyhow!(said)).or_hint(lang.pick(
            "name another --label, or another --above or --equals, so that both answers occur",
            "请另选 --label，或另选 --above 或 --equals，使两种结果都出现",
        ));
    }
    let regression =
        regression(&design).with_context(|| lang.pick("there are no features", "没有特征"))?;
    let family = regression.specification().family;
    let table = Table::new(&regression, design.x, design.y)?;
    // Of the same rows always the same.
    let seed = Seed::from_bytes([0; 32]).derive("value.1.proxy", &[]);
    let proxy = proxy(&regression, &table, &mut seed.generator()).or_hint(lang.pick(
        "name fewer columns by --features, or take a file of more rows",
        "请用 --features 减少列，或换用行数更多的文件",
    ))?;
    let found = Found {
        format: 1,
        whom: "owner",
        file: args.source.file.clone(),
        tool: TOOL,
        time: clock::now(),
        label: args.label.clone(),
        features,
        family,
        scores: [proxy.score()],
        proxy,
    };
    if let Some(folder) = &args.out {
        write(&found, folder, lang)?;
    }
    if args.source.json {
        return Ok(writeln!(out, "{}", serde_json::to_string(&found)?)?);
    }
    writeln!(out, "{}", said::schema(args.source.schema.as_deref(), lang))?;
    tell_counts(&loaded.report.counts, lang);
    Ok(writeln!(out, "{}", found.sentence(lang))?)
}

/// The columns of a schema that can be features as they are.
fn usable(schema: &Schema, label: &str) -> Vec<String> {
    let columns = schema.columns().iter().filter(|column| {
        let can_be = match column.kind() {
            schema::Kind::Number(_) | schema::Kind::Integer(_) | schema::Kind::Boolean => true,
            schema::Kind::Category(levels) => matches!(levels, Levels::Closed { .. }),
            _ => false,
        };
        can_be && column.name() != label
    });
    columns.map(|column| column.name().to_owned()).collect()
}

/// Declares a regression that suits these rows: of classes where labels are 0 and 1, else of numbers.
fn regression(design: &Design) -> Option<Regression> {
    let is_binary = |mut of: &mut dyn Iterator<Item = f64>| {
        Iterator::all(&mut of, |value| {
            value.is_nan() || [0.0_f64, 1.0].iter().any(|it| it.total_cmp(&value).is_eq())
        })
    };
    let of_classes = is_binary(&mut design.y.iter().copied());
    let columns = design.names.iter().enumerate().map(|(place, name)| {
        let values = || design.x.iter().skip(place).step_by(design.columns).copied();
        let kind = if is_binary(&mut values()) {
            Kind::Binary
        } else {
            Kind::Number(range(values())?)
        };
        Some(Column {
            name: name.clone(),
            kind,
            mark_missing: false,
        })
    });
    let specification = Specification {
        family: if of_classes {
            Family::Logistic
        } else {
            Family::Gaussian
        },
        columns: columns.collect::<Option<_>>()?,
        labels: if of_classes {
            Range::new(0.0, 1.0)?
        } else {
            range(design.y.iter().copied())?
        },
        penalty: PENALTY,
        minimum_count: 1,
        partitions: Vec::new(),
        constant_columns: ConstantColumns::Drop,
        most_rows: design.rows as u64,
        most_contributors: 1,
        bits: Bits::WIDEST,
        steps: None,
        noise: None,
    };
    Regression::try_from(specification).ok()
}

/// Says whether labels are all alike, or all missing.
fn is_constant(labels: &[f64]) -> bool {
    let mut labels = labels.iter().filter(|label| !label.is_nan());
    let first = labels.next();
    labels.all(|label| first.is_some_and(|first| first.total_cmp(label).is_eq()))
}

/// The range of what is there; one that is constant is dropped from a fit, whatever its range.
fn range(values: impl Iterator<Item = f64>) -> Option<Range> {
    let values = values.filter(|value| !value.is_nan());
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| {
        (low.min(it), high.max(it))
    });
    Range::new(low, if high > low { high } else { low + 1.0 })
}

impl Found {
    fn sentence(&self, lang: Lang) -> String {
        let [
            Measure {
                score, low, high, ..
            },
        ] = &self.scores;
        let (rows, label) = (self.proxy.rows, on_one_line(&self.label));
        lang.pick(
            format!(
                "By proxy: over {rows} rows with a label, {score:.1} % of what {label} varies by is explained by the other \
                 columns ({low:.1} to {high:.1} %), each row by a model fitted without it."
            ),
            format!(
                "代理度量：在 {rows} 行有标签的数据上，由其他列可解释 {label} 变异的 {score:.1} %（{low:.1} 至 {high:.1} %）；\
                 各行均由未用其拟合的模型预测。"
            ),
        )
    }
}

/// Leaves the report in a new folder.
fn write(found: &Found, path: &Path, lang: Lang) -> anyhow::Result<()> {
    made(folder::make(path), path, lang)?;
    let path = path.join("value.json");
    let mut file = new_file::create_private(&path, lang)?;
    let text = serde_json::to_string_pretty(found)? + "\n";
    file.write_all(text.as_bytes())
        .with_context(|| path.display().to_string())
}
