//! What came of local statistics.

use std::io::{self, Write};

use consilium_plan::Lang;
use consilium_statistics::Findings;
use serde_json::{Value, json};

use super::kept::{Kept, PartyKept};
use crate::findings;

/// Gives what programs read of the statistics.
pub(super) fn to_json(kept: &Kept) -> Value {
    json!({
        "contributors": kept.names(),
        "findings": shared(kept).ok(),
        "own": kept.by_party(|report| report["own"].clone()),
    })
}

/// Prints the statistics of all, and what each institution knows of itself.
pub(super) fn print(kept: &Kept, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
    writeln!(out, "{}", findings::page(&shared(kept)?, lang))?;
    let own = kept.parties.iter();
    let own = own.map(|own| findings::Own::of(own.party.as_str(), &own.report));
    findings::print_comparison(&own.collect::<Result<Vec<_>, _>>()?, out, lang)?;
    writeln!(out)
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
