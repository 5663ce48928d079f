//! Pages under docs/ that must agree with the program.

use std::fmt::Write as _;

use consilium_plan::{Lang, Plan, RawPlan, texts::failure::ALL};
use consilium_schema::Schema;

const REFERENCE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/reference/failures.md"
);

/// Writes docs/reference/failures.md anew where `BLESS=1` is set, else compares it.
#[test]
fn the_reference_of_failures_is_the_table() {
    let mut page = String::from(
        "# Failures 失败代码\n\nGenerated from the table in `platform/plan/src/texts/failure.rs`; \
         `BLESS=1 cargo test -p consilium-plan` writes it anew.\n\n\
         A study never ends badly without a code. `‹…›` is what an instance names.\n",
    );
    for entry in ALL {
        let shown = |text: &str| text.replace('{', "‹").replace('}', "›");
        write!(page, "\n## {}\n", entry.id).unwrap();
        for (lang, next) in [(Lang::En, "Next"), (Lang::Zh, "处理")] {
            let what = shown(entry.what.open(lang));
            let remedy = shown(&entry.whole_remedy(lang));
            let advice = entry.advice.text(lang);
            write!(page, "\n{what}\n\n> {next}: {remedy} ({advice})\n").unwrap();
        }
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(REFERENCE, &page).unwrap();
    }
    let there = std::fs::read_to_string(REFERENCE).unwrap_or_default();
    assert_eq!(there, page, "run BLESS=1 cargo test -p consilium-plan");
}

#[test]
fn the_plans_of_the_guide_are_plans() {
    let blocks = |page: &'static str| -> Vec<&str> {
        let blocks = page.split("```toml\n").skip(1);
        blocks
            .map(|block| block.split("```").next().unwrap())
            .collect()
    };
    let schemas = blocks(include_str!("../../../../docs/guide/schemas.md"));
    let schema = Schema::from_toml(schemas[0]).unwrap();
    let plans = blocks(include_str!("../../../../docs/guide/plans.md"));
    let raw = |text| RawPlan::parse(text).unwrap();
    let [short, full] = plans[..] else {
        panic!("the guide has a short plan and a full one")
    };
    Plan::check(&raw(short), &[("schema.toml", schema)].into()).unwrap();
    Plan::check(&raw(full), &[].into()).unwrap();
}

#[test]
fn the_guide_names_every_default() {
    let guide = include_str!("../../../../docs/guide/plans.md");
    let canonical = crate::heart().to_string();
    for key in [
        "runs",
        "minimum_rows",
        "minimum_cohort",
        "minimum_cell",
        "minimum_verified",
        "dropouts",
        "bits",
        "on_dropout",
        "ask_waiver",
        "relax_from_twenty",
        "missing",
        "constant_columns",
        "own_metrics",
        "answer",
        "outage",
        "study",
        "format",
    ] {
        let line = canonical
            .lines()
            .find(|line| line.starts_with(&format!("{key} = ")))
            .unwrap();
        let (_, value) = line.split_once(" = ").unwrap();
        assert!(
            guide.contains(&format!("| `{key}` | `{value}` |")),
            "{key} = {value}"
        );
    }
}
