//! `consilium licences`: under what terms the program and the crates in it may be used.

use std::io::Write;

use clap::Args;
use consilium_plan::Lang;
use serde::Serialize;
use serde_json::json;

/// A line for each crate of others, `name version: licence`; `cargo xtask licences` writes it.
const CRATES: &str = include_str!("licences/crates.txt");

/// The licence that grants no patents.
const WITHOUT_PATENTS: &str = "BSD-3-Clause-Clear";

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium licences
  consilium licences --json")]
pub(crate) struct LicencesArgs {
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// A crate of others in the program.
#[derive(Debug, Serialize)]
struct Crate {
    name: &'static str,
    version: &'static str,
    licence: &'static str,
}

/// Prints our licence, what is unusual about others', and theirs.
///
/// # Errors
///
/// If nothing can be printed.
pub(crate) fn run(args: &LicencesArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let (version, licence) = (env!("CARGO_PKG_VERSION"), env!("CARGO_PKG_LICENSE"));
    let note = note(lang);
    if args.json {
        let crates: Vec<Crate> = crates().collect();
        let line =
            json!({ "version": version, "licence": licence, "note": note, "crates": crates });
        return Ok(writeln!(out, "{line}")?);
    }
    writeln!(out, "Consilium {version}: {licence}\n\n{note}\n")?;
    let said = lang.pick(
        "Crates of others in this program:",
        "本程序所含的第三方 crate：",
    );
    write!(out, "{said}\n{CRATES}")?;
    Ok(())
}

/// Says what the crates mean for a user that grant no patents.
fn note(lang: Lang) -> String {
    let names: Vec<&str> = crates()
        .filter(|it| it.licence == WITHOUT_PATENTS)
        .map(|it| it.name)
        .collect();
    match lang {
        Lang::En => format!(
            "No patents are granted with {} ({WITHOUT_PATENTS}): their makers ask companies for a \
             patent licence for commercial use. Consilium uses their transforms, for the encrypted \
             sums of vertical boosted trees, and nothing else: docs/adr/0009-ring-lwe-on-parts-of-tfhe.md",
            names.join(", ")
        ),
        Lang::Zh => format!(
            "{}（{WITHOUT_PATENTS}）不授予任何专利许可：其作者要求企业在商业使用前取得专利许可。\
             会诊只用到其中的变换，用于纵向提升树的加密求和，此外一概不用：\
             docs/adr/0009-ring-lwe-on-parts-of-tfhe.md",
            names.join("、")
        ),
    }
}

fn crates() -> impl Iterator<Item = Crate> {
    CRATES.lines().filter_map(|line| {
        let (package, licence) = line.split_once(": ")?;
        let (name, version) = package.split_once(' ')?;
        Some(Crate {
            name,
            version,
            licence,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grants_no_patents_is_said_first_in_both_languages() {
        for lang in [Lang::En, Lang::Zh] {
            let mut out = Vec::new();
            run(&LicencesArgs { json: false }, &mut out, lang).unwrap();
            let text = String::from_utf8(out).unwrap();
            let mut lines = text.lines().skip(2);
            let note = lines.next().unwrap();
            for name in ["tfhe-fft", "tfhe-ntt"] {
                assert!(note.contains(name), "{note}");
            }
            assert!(lines.any(|line| line.starts_with("rustls ")), "{text}");
        }
    }

    #[test]
    fn every_line_of_the_list_is_read() {
        assert_eq!(crates().count(), CRATES.lines().count());
        assert!(crates().all(|it| !it.licence.is_empty()));
    }
}
