//! `consilium codes`: tables of codes, maps between them, and names matched to codes.

use std::{io::Write, path::Path};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use consilium_codes::{CodeMap, CodeTable, CodesError, Form, Library, MOST_BYTES};
use consilium_plan::Lang;

use crate::{
    hint::{Misuse, OrHint as _},
    whole,
};

mod apply;
mod check;
mod columns;
mod import;
pub(crate) mod matching;
mod report;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium codes import gem icd9toicd10cmgem.csv.gz --from icd-9-cm@2018 \\
      --to icd-10-cm@2018 -o gem.csv
  consilium codes report --codes claims.csv --column diagnosis --system icd-9-cm --map gem.csv
  consilium codes match --names drugs.csv --column name --library library.csv -o review.csv")]
pub(crate) struct CodesArgs {
    #[command(subcommand)]
    command: CodesCommand,
}

#[derive(Debug, Subcommand)]
enum CodesCommand {
    /// Make a table, a map or a library of names from a file as its publisher writes it
    #[command(after_help = "\
Editions are written SYSTEM@VERSION, such as icd-10-yb@2.0. Rows that can't be taken for certain \
are left out and named by line. Mind the publisher's licence before you pass the result on.

Examples:
  consilium codes import gem icd9toicd10cmgem.csv.gz --from icd-9-cm@2018 \\
      --to icd-10-cm@2018 -o gem.csv
  consilium codes import icd10cm icd10cm_tabular.csv.gz --edition icd-10-cm@2026 -o icd10cm.csv
  consilium codes import icd10-cn disease.csv disease_catalog.csv --edition icd-10@2016 \\
      -o icd10.csv
  consilium codes import opendrg-codes ZD_INFO.dat.gz --edition icd-10-yb@2.0 -o diagnoses.csv
  consilium codes import opendrg-map ZD_MAP.dat.gz --from icd-10-yb@1.0 --to icd-10-yb@2.0 \\
      -o map.csv
  consilium codes import opendrg-codes chs_drg_11.dat --edition chs-drg@1.1 -o groups.csv
  consilium codes import drug-variants drug_variants.csv.gz -o drugs.csv")]
    Import(import::ImportArgs),
    /// Read a table, a map or a library strictly, and say what is in it
    #[command(after_help = "\
Examples:
  consilium codes check gem.csv
  consilium codes check diagnoses.csv --json")]
    Check(check::CheckArgs),
    /// Bring codes into the normal form of their system, or say why that can't be done for certain
    #[command(after_help = "\
Examples:
  consilium codes normal --system icd-9-cm 25000 V451 1.0
  consilium codes normal --system icd-10-yb a00.000X001 --json")]
    Normal(apply::NormalArgs),
    /// Show what a map makes of codes under a rule
    #[command(after_help = "\
Examples:
  consilium codes map gem.csv --rule only-unambiguous 250.50 001.0
  consilium codes map gem.csv --rule weight --weights frequencies.csv 250.50 --json
  consilium codes map gem.csv --reversed --rule all E11.311")]
    Map(apply::MapArgs),
    /// Show chapter, category, and groups of Charlson and Elixhauser that codes belong to
    #[command(after_help = "\
The codes are those of one person: of two grades of a disease the graver hides the milder.

Examples:
  consilium codes groups --system icd-10 K70.3 K72.1 E11.9
  consilium codes groups --system chs-drg FM11
  consilium codes groups --system icd-9-cm 250.00 428.0 --json")]
    Groups(apply::GroupsArgs),
    /// Say how well a map and a table cover the codes of a file, by codes, rows and money
    #[command(after_help = "\
Counts are of this institution's own rows and stay here.

Examples:
  consilium codes report --codes claims.csv --column diagnosis --system icd-9-cm --map gem.csv
  consilium codes report --codes fees.csv --column code --system icd-10-yb \\
      --table diagnoses.csv --date day --money amount
  consilium codes report --codes claims.csv --column diagnosis --system icd-9-cm \\
      --map gem.csv --json")]
    Report(report::ReportArgs),
    /// Match names to those of a library, and write a file on which a person decides
    #[command(after_help = "\
A score is no probability. What reaches the threshold is proposed in the column decision; put \
there 1 to 5 for a candidate, none where the library has nothing, or a canonical name, and read it \
with codes review. What was decided is found again with --decided, and of diagnoses, 50 pairs and \
more teach the words.

Examples:
  consilium codes match --names drugs.csv --column name --library library.csv -o review.csv
  consilium codes match --names dx.csv --column name --code code --library names.csv \\
      --threshold 0.9 -o review.csv
  consilium codes match --names more.csv --column name --library names.csv \\
      --decided decided.csv -o next.csv")]
    Match(matching::MatchArgs),
    /// Read the decisions of a review file back, as a library of these names
    #[command(after_help = "\
Examples:
  consilium codes review review.csv --library library.csv -o decided.csv")]
    Review(matching::ReviewArgs),
}

/// Runs one of the commands; data go to `out`.
pub(crate) fn run(args: &CodesArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match &args.command {
        CodesCommand::Import(args) => import::run(args, out, lang),
        CodesCommand::Check(args) => check::run(args, out, lang),
        CodesCommand::Normal(args) => apply::normal(args, out, lang),
        CodesCommand::Map(args) => apply::map(args, out, lang),
        CodesCommand::Groups(args) => apply::groups(args, out, lang),
        CodesCommand::Report(args) => report::run(args, out, lang),
        CodesCommand::Match(args) => matching::run(args, out, lang),
        CodesCommand::Review(args) => matching::review(args, out, lang),
    }
}

/// Reads a file of one kind.
fn read<T>(
    path: &Path,
    read: impl Fn(&[u8]) -> Result<T, CodesError>,
    lang: Lang,
) -> anyhow::Result<T> {
    let reading = || format!("{} {}", lang.pick("reading", "读取"), path.display());
    let bytes = whole::bytes(path, MOST_BYTES).with_context(reading)?;
    read(&bytes).with_context(reading).or_hint(lang.pick(
        "`consilium codes import --help` shows how such files are made",
        "可用 `consilium codes import --help` 查看此类文件的生成方法",
    ))
}

fn read_map(path: &Path, lang: Lang) -> anyhow::Result<CodeMap> {
    read(path, CodeMap::read, lang)
}

fn read_table(path: &Path, lang: Lang) -> anyhow::Result<CodeTable> {
    read(path, CodeTable::read, lang)
}

fn read_library(path: &Path, lang: Lang) -> anyhow::Result<Library> {
    read(path, Library::read, lang)
}

/// How codes of a system are written; a system is named by its id.
fn form(system: &str, lang: Lang) -> anyhow::Result<Form> {
    let misuse = || {
        let known = Form::SYSTEMS.map(|(id, _)| id).join(lang.pick(", ", "、"));
        Misuse(lang.pick(
            format!("no code system {system:?}: give {known}, or local-NAME for a house's own"),
            format!("没有编码体系 {system:?}：请给出 {known}，机构自有体系为 local-名称"),
        ))
    };
    Ok(Form::of_system(system).ok_or_else(misuse)?)
}

/// Writes a new file; one that exists is left alone.
fn write(path: &Path, text: &str, lang: Lang) -> anyhow::Result<()> {
    let mut file = crate::new_file::create(path, lang)?;
    let writing = || format!("{} {}", lang.pick("writing", "写入"), path.display());
    file.write_all(text.as_bytes()).with_context(writing)
}
