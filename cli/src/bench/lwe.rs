//! `consilium bench lwe`: what encrypted sums cost a label holder and a feature holder.

mod measure;

use std::io::Write;

use clap::{Args, ValueEnum};
use consilium_lwe::{LweError, Native, PrimePair, Ring};
use consilium_plan::Lang;
use serde_json::{Value, json};

use super::set::SetArg;
use crate::{clock, hint::Misuse, local::cost::PartyCost};
use measure::{Measured, Work, measure};

#[derive(Debug, Args)]
#[command(after_help = "\
One node of a tree, both parties on one thread: rows are encrypted, added up for every boundary \
between two bins of every column, returned and opened, and every sum is held against the plain \
one. Seconds are CPU time; bytes are those of the ciphertexts.

Examples:
  consilium bench lwe
  consilium bench lwe --rows 10000 --features 30 --stride 22 --json
  consilium bench lwe --set b --rows 65536 --json")]
pub(crate) struct LweArgs {
    /// The parameters of the encryption; default: both sets, one after the other
    #[arg(long, value_enum)]
    set: Option<SetArg>,

    /// How many rows the node has
    #[arg(long, default_value_t = 65_536, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=16_777_216))]
    rows: u32,

    /// How many columns the feature holder brings
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    features: u16,

    /// How many bins a column has
    #[arg(long, default_value_t = 32, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=256))]
    bins: u16,

    /// How many candidates share a ciphertext
    #[arg(long, default_value_t = 8, value_name = "R", value_parser = clap::value_parser!(u32).range(1..))]
    stride: u32,

    /// Print one line of JSON for each measurement
    #[arg(long)]
    json: bool,
}

fn measured(set: SetArg, work: Work) -> Result<Measured, LweError> {
    match set {
        SetArg::A => measure::<Native>(work),
        SetArg::B => measure::<PrimePair>(work),
    }
}

fn degree(set: SetArg) -> usize {
    match set {
        SetArg::A => Native::PARAMETERS.degree,
        SetArg::B => PrimePair::PARAMETERS.degree,
    }
}

/// Measures one set of parameters or both.
///
/// # Errors
///
/// If a sum that comes back is not the plain one.
pub(crate) fn run(args: &LweArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let given = args.set.as_ref().map(std::slice::from_ref);
    let work = Work {
        rows: args.rows as usize,
        features: args.features.into(),
        bins: args.bins.into(),
        stride: args.stride,
    };
    for &set in given.unwrap_or(SetArg::value_variants()) {
        let degree = degree(set);
        if args.stride as usize > degree {
            let name = set.name();
            return Err(Misuse(match lang {
                Lang::En => format!("by set {name}, --stride is at most {degree}"),
                Lang::Zh => format!("采用参数集 {name} 时，--stride 最大为 {degree}"),
            })
            .into());
        }
        let began = clock::since_1970();
        let measured = measured(set, work)?;
        let wall = clock::since_1970().saturating_sub(began);
        anyhow::ensure!(
            measured.is_exact,
            lang.pick("a sum came back wrong", "有一个和返回有误")
        );
        if args.json {
            let line = line(args, set, &measured, wall.as_secs_f64());
            writeln!(out, "{line}")?;
        } else {
            writeln!(out, "{}", said(args, set, &measured, lang))?;
        }
    }
    Ok(())
}

fn line(args: &LweArgs, set: SetArg, measured: &Measured, wall: f64) -> Value {
    let row_feature = measured.us_row_feature();
    json!({
        "bench": "lwe",
        "mode": "simulated",
        "params": {
            "set": set.name(),
            "rows": args.rows,
            "features": args.features,
            "bins": args.bins,
            "stride": args.stride,
        },
        "ok": measured.is_exact,
        "wall_s": wall,
        "parties": parties(measured),
        "us_row_feature": {
            "all": row_feature.all,
            "build": row_feature.build,
            "transform": row_feature.transform,
            "accumulate": row_feature.accumulate,
        },
        "blocks": measured.blocks,
        "us_encrypt_block": measured.encrypt.each(measured.blocks),
        "us_read_block": measured.read.each(measured.blocks),
        "ciphertexts": measured.ciphertexts,
        "us_restore": measured.restore.each(measured.ciphertexts),
        "us_return": measured.refresh.each(measured.ciphertexts),
        "us_open": measured.open.each(measured.ciphertexts),
    })
}

fn parties(measured: &Measured) -> [PartyCost; 2] {
    let party = |name: &str, cpu_s, [sent_bytes, received_bytes]: [u64; 2]| PartyCost {
        party: name.to_owned(),
        cpu_s,
        peak_rss_mb: None,
        sent_bytes,
        received_bytes,
        rounds: None,
    };
    let [there, back] = [measured.bytes_encrypted, measured.bytes_returned];
    [
        party("label-holder", measured.label_holder_s(), [there, back]),
        party("feature-holder", measured.feature_holder_s(), [back, there]),
    ]
}

fn said(args: &LweArgs, set: SetArg, measured: &Measured, lang: Lang) -> String {
    let row_feature = measured.us_row_feature();
    let [label, feature] = [measured.label_holder_s(), measured.feature_holder_s()];
    let megabytes = (measured.bytes_encrypted + measured.bytes_returned) as f64 / 1e6;
    let (name, rows, features) = (set.name(), args.rows, args.features);
    let [all, build, transform, accumulate] = [
        row_feature.all,
        row_feature.build,
        row_feature.transform,
        row_feature.accumulate,
    ];
    match lang {
        Lang::En => format!(
            "set {name}: {rows} rows x {features} columns, every sum exact; label holder {label:.3} \
             CPU s, feature holder {feature:.3}, {megabytes:.2} MB\n  a row and column {all:.3} µs: \
             indicators {build:.3}, their transforms {transform:.3}, adding up {accumulate:.3}"
        ),
        Lang::Zh => format!(
            "参数集 {name}：{rows} 行 × {features} 列，所有的和均精确；标签方 {label:.3} CPU 秒，\
             特征方 {feature:.3}，{megabytes:.2} MB\n  每行每列 {all:.3} µs：指示多项式 {build:.3}，\
             其变换 {transform:.3}，累加 {accumulate:.3}"
        ),
    }
}
