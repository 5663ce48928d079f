//! `consilium codes import`.

use std::{
    io::Write,
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use consilium_codes::{
    Edition, LibraryHead, MapHead, RowFault, Subject, TableHead,
    import::{self, Imported},
};
use consilium_plan::Lang;
use serde_json::json;

use super::write;
use crate::{
    hint::{Misuse, said},
    terminal::tell,
    whole,
};

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// How the file is written
    #[arg(value_enum)]
    format: Format,
    /// The file, plain or gzip; of icd10-cn the categories, then the ranges
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// System and version of a table
    #[arg(long, value_name = "SYSTEM@VERSION")]
    edition: Option<At>,
    /// Where a map starts
    #[arg(long, value_name = "SYSTEM@VERSION")]
    from: Option<At>,
    /// Where a map leads
    #[arg(long, value_name = "SYSTEM@VERSION")]
    to: Option<At>,
    /// Under which terms the result may be passed on, written into its head
    #[arg(long, default_value = "", value_name = "TEXT")]
    licence: String,
    /// Where the result goes; an existing file is left alone
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// How publishers write their files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A map: General Equivalence Mapping of CMS as CSV
    Gem,
    /// A table: tabular list of ICD-10-CM as CSV
    Icd10cm,
    /// A table: ICD-10 in Chinese, categories and ranges
    Icd10Cn,
    /// A table: OpenDRG's lists of diagnoses, procedures, complications or groups
    OpendrgCodes,
    /// A map: OpenDRG's pairs of codes
    OpendrgMap,
    /// A library: variants of drugs' names as CSV
    DrugVariants,
    /// A library: names and inclusion terms of ICD-10-CM
    Icd10cmTerms,
}

/// `SYSTEM@VERSION`.
#[derive(Clone, Debug)]
struct At(Edition);

impl FromStr for At {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<At, &'static str> {
        let (system, version) = text
            .split_once('@')
            .ok_or("an edition is written SYSTEM@VERSION")?;
        let (system, version) = (system.to_owned(), version.to_owned());
        Ok(At(Edition { system, version }))
    }
}

pub(super) fn run(args: &ImportArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let needed = if args.format == Format::Icd10Cn { 2 } else { 1 };
    if args.files.len() != needed {
        return Err(misuse(lang.pick(
            "that format is made of another number of files",
            "该格式所需的文件数量不同",
        )));
    }
    let texts: Vec<String> = args
        .files
        .iter()
        .map(|path| text(path, lang))
        .collect::<Result<_, _>>()?;
    let names: Vec<String> = args
        .files
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    let (text, source) = (&texts[0], names.join(", "));
    let (made, rows, left_out) = match args.format {
        Format::Gem | Format::OpendrgMap => {
            let [from, to] =
                [&args.from, &args.to].map(|it| edition(it.as_ref(), "--from --to", lang));
            let mut head = MapHead::new(from?, to?, &source);
            head.licence.clone_from(&args.licence);
            let map = match args.format {
                Format::Gem => import::gem(text, &head),
                _ => import::opendrg_map(text, &head),
            };
            let Imported { value, left_out } = map?;
            (value.to_text(), value.iter().count(), left_out)
        }
        Format::Icd10cm | Format::Icd10Cn | Format::OpendrgCodes => {
            let Edition { system, version } = edition(args.edition.as_ref(), "--edition", lang)?;
            let mut head = TableHead::new(&system, &version, &source);
            head.licence.clone_from(&args.licence);
            let table = match args.format {
                Format::Icd10cm => import::icd10cm(text, &head),
                Format::Icd10Cn => import::icd10_cn(text, &texts[1], &head),
                _ => import::opendrg_codes(text, &head),
            };
            let Imported { value, left_out } = table?;
            (value.to_text(), value.len(), left_out)
        }
        Format::DrugVariants | Format::Icd10cmTerms => {
            let is_drugs = args.format == Format::DrugVariants;
            let subject = if is_drugs {
                Subject::Drug
            } else {
                Subject::Diagnosis
            };
            let mut head = LibraryHead::new(subject, &source);
            head.licence.clone_from(&args.licence);
            let library = if is_drugs {
                import::drug_variants(text, &head)
            } else {
                import::icd10cm_terms(text, &head)
            };
            let Imported { value, left_out } = library?;
            (value.to_text(), value.names().len(), left_out)
        }
    };
    write(&args.out, &made, lang)?;
    if args.json {
        let left_out: Vec<_> = left_out
            .iter()
            .map(|(line, fault)| json!({ "line": line, "fault": fault.to_string() }))
            .collect();
        let line = json!({ "file": args.out, "entries": rows, "left_out": left_out });
        return Ok(writeln!(out, "{line}")?);
    }
    tell_left_out(&left_out, lang);
    let entries = lang.pick(
        format!("{rows} entries in {}", args.out.display()),
        format!("{} 中有 {rows} 条", args.out.display()),
    );
    tell(&entries);
    Ok(())
}

/// How many lines are named.
const MOST_NAMED: usize = 20;

fn tell_left_out(left_out: &[(u64, RowFault)], lang: Lang) {
    for (line, fault) in left_out.iter().take(MOST_NAMED) {
        let fault = said(*fault, lang);
        tell(&lang.pick(
            format!("line {line} left out: {fault}"),
            format!("第 {line} 行未导入：{fault}"),
        ));
    }
    let more = left_out.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        tell(&lang.pick(
            format!("{more} more left out"),
            format!("另有 {more} 行未导入"),
        ));
    }
}

fn text(path: &Path, lang: Lang) -> anyhow::Result<String> {
    let reading = || format!("{} {}", lang.pick("reading", "读取"), path.display());
    let bytes = whole::bytes(path, consilium_codes::MOST_BYTES).with_context(reading)?;
    Ok(consilium_codes::text(&bytes)
        .with_context(reading)?
        .into_owned())
}

fn edition(at: Option<&At>, option: &str, lang: Lang) -> anyhow::Result<Edition> {
    let missing = || {
        misuse(&lang.pick(
            format!("that format needs {option}"),
            format!("该格式需要 {option}"),
        ))
    };
    at.map(|At(edition)| edition.clone()).ok_or_else(missing)
}

fn misuse(text: &str) -> anyhow::Error {
    Misuse(text.to_owned()).into()
}
