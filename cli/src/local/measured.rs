//! What came of local statistics.

use std::io::{self, Write};

use consilium_plan::Lang;
use consilium_statistics::Findings;
use serde_json::{Value, json};

use super::{
    cost,
    kept::{Kept, PartyKept},
    outcome,
};
use crate::findings;

/// Gives the line that programs read.
pub(super) fn to_json(kept: &Kept) -> Value {
    let contributors: Vec<&str> = kept.parties.iter().map(|own| own.party.as_str()).collect();
    let own: serde_json::Map<String, Value> = kept
        .parties
        .iter()
        .map(|own| (own.party.to_string(), own.report["own"].clone()))
        .collect();
    json!({
        "local": kept.title,
        "kind": kept.kind,
        "study": kept.study,
        "mode": "processes",
        "ok": true,
        "wall_s": kept.wall.as_secs_f64(),
        "bytes": kept.frame_bytes(),
        "wire_bytes": kept.wire_bytes(),
        "contributors": contributors,
        "findings": shared(kept).ok(),
        "own": own,
        "parties": kept.costs,
    })
}

/// Gives what people read: the statistics of all, what each institution knows of itself, costs, who
/// learnt what.
pub(super) fn page(kept: &Kept, lang: Lang) -> io::Result<String> {
    let mut page = Vec::new();
    writeln!(page, "{}", findings::page(&shared(kept)?, lang))?;
    let own = kept.parties.iter();
    let own = own.map(|own| findings::Own::of(own.party.as_str(), &own.report));
    findings::print_comparison(&own.collect::<Result<Vec<_>, _>>()?, &mut page, lang)?;
    let costs = cost::lines(&kept.costs, lang);
    let seconds = kept.wall.as_secs_f64();
    let took = lang.pick(
        "seconds from submission to the end:",
        "从提交到结束的秒数：",
    );
    writeln!(page, "\n{costs}\n\n{took} {seconds:.1}\n")?;
    outcome::print_learnt(&kept.learnt, &mut page, lang)?;
    String::from_utf8(page).map_err(io::Error::other)
}

/// Gives what all institutions have found alike.
fn shared(kept: &Kept) -> io::Result<Findings> {
    let mut texts = kept.parties.iter().map(|own: &PartyKept| &own.findings);
    let first = texts.next().map_or("", String::as_str);
    if texts.any(|other| other != first) {
        return Err(io::Error::other("institutions found different statistics"));
    }
    serde_json::from_str(first).map_err(io::Error::other)
}
