//! What came of a local check of codes.

use std::io::{self, Write};

use consilium_plan::Lang;
use serde_json::{Value, json};

use super::kept::Kept;
use crate::missing_codes;

/// Gives what programs read of each institution.
pub(super) fn to_json(kept: &Kept) -> Value {
    json!({ "codes": kept.by_party(Value::clone) })
}

/// Prints what each institution learnt.
pub(super) fn print(kept: &Kept, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
    for own in &kept.parties {
        let learnt = missing_codes::page(&own.report.to_string(), lang);
        let learnt = learnt.map_err(io::Error::other)?;
        writeln!(out, "{}\n{learnt}", own.party)?;
    }
    Ok(())
}
