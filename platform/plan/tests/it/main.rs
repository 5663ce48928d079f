//! Plans and what becomes of them.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, helpers of tests too"
)]

mod aligns;
mod approvals;
mod cells;
mod contracts;
mod dictionaries;
mod disclosures;
mod documents;
mod failures;
mod formats;
mod hybrids;
mod laws;
mod matchings;
mod plans;
mod preflights;
mod preparations;
mod regressions;
mod scarcities;
mod statistics;
mod studies;
mod summaries;
mod texts;
mod trees;
mod trust;
mod values;
mod verticals;
mod weights;

use consilium_mailbox::PartyId;
use consilium_plan::{Plan, PlanError, RawPlan, UnixTime};
use consilium_schema::Schema;

/// The guide's plan that says everything.
pub(crate) fn full_text() -> &'static str {
    let guide = include_str!("../../../../docs/guide/plans.md");
    let blocks: Vec<&str> = guide.split("```toml\n").skip(1).collect();
    blocks[1].split("```").next().unwrap()
}

/// The plan of [`full_text`].
pub(crate) fn full() -> Plan {
    Plan::from_toml(full_text()).unwrap()
}

/// A plan that aligns two institutions' rows.
pub(crate) fn aligned_text() -> &'static str {
    alignments()[0]
}

/// The guide's plans of two institutions, of three, of a small set against a large one, and of a
/// number alone.
pub(crate) fn alignments() -> [&'static str; 4] {
    let guide = include_str!("../../../../docs/guide/align.md");
    let blocks = guide.split("```toml\n").skip(1);
    let blocks: Vec<&str> = blocks
        .map(|block| block.split("```").next().unwrap())
        .collect();
    blocks.try_into().unwrap()
}

/// The guide's plan that grows trees.
pub(crate) fn trees_text() -> &'static str {
    let guide = include_str!("../../../../docs/guide/trees.md");
    let block = guide.split("```toml\n").nth(1).unwrap();
    block.split("```").next().unwrap()
}

/// The plan of [`trees_text`].
pub(crate) fn trees() -> Plan {
    Plan::from_toml(trees_text()).unwrap()
}

/// The plan of the four hospitals.
pub(crate) fn heart() -> Plan {
    try_heart(|text| text).unwrap()
}

/// The plan of the four hospitals with its text changed.
pub(crate) fn try_heart(change: impl FnOnce(String) -> String) -> Result<Plan, PlanError> {
    let text = include_str!("../../../../examples/heart-disease/plan.toml").to_owned();
    let schema = include_str!("../../../../examples/heart-disease/schema.toml");
    let schema = Schema::from_toml(schema).unwrap();
    Plan::check(
        &RawPlan::parse(&change(text))?,
        &[("schema.toml", schema)].into(),
    )
}

pub(crate) fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

/// Noon of a day in autumn 2026.
pub(crate) const NOW: UnixTime = UnixTime(1_795_000_000);
