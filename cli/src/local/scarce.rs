//! What came of a local study of scarcity.

use std::io::{self, Write};

use consilium_plan::Lang;
use serde_json::{Value, json};

use super::kept::Kept;
use crate::scarcity;

/// Gives what programs read of each institution.
pub(super) fn to_json(kept: &Kept) -> Value {
    json!({ "scarcity": kept.by_party(|report| report["scarcity"].clone()) })
}

/// Prints what each institution learnt of itself.
pub(super) fn print(kept: &Kept, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
    for own in &kept.parties {
        let learnt = scarcity::page(&own.report.to_string(), lang);
        let learnt = learnt.map_err(io::Error::other)?;
        writeln!(out, "{}\n{learnt}", own.party)?;
    }
    Ok(())
}
