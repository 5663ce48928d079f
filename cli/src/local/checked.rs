//! What came of a local check of codes.

use std::io::{self, Write};

use consilium_plan::Lang;
use serde_json::{Value, json};

use super::{cost, kept::Kept, outcome};
use crate::missing_codes;

/// Gives the line that programs read.
pub(super) fn to_json(kept: &Kept) -> Value {
    let reports: serde_json::Map<String, Value> = kept
        .parties
        .iter()
        .map(|own| (own.party.to_string(), own.report.clone()))
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
        "codes": reports,
        "parties": kept.costs,
    })
}

/// Gives what people read: what each institution learnt, costs, who learnt what.
pub(super) fn page(kept: &Kept, lang: Lang) -> io::Result<String> {
    let mut page = Vec::new();
    for own in &kept.parties {
        let learnt = missing_codes::page(&own.report.to_string(), lang);
        let learnt = learnt.map_err(io::Error::other)?;
        writeln!(page, "{}\n{learnt}", own.party)?;
    }
    let costs = cost::lines(&kept.costs, lang);
    let seconds = kept.wall.as_secs_f64();
    let took = lang.pick(
        "seconds from submission to the end:",
        "从提交到结束的秒数：",
    );
    writeln!(page, "{costs}\n\n{took} {seconds:.1}\n")?;
    outcome::print_learnt(&kept.learnt, &mut page, lang)?;
    String::from_utf8(page).map_err(io::Error::other)
}
