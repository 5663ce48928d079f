//! What came of a local alignment.

use std::io::{self, Write};

use consilium_plan::Lang;
use serde_json::{Value, json};

use super::kept::Kept;
use crate::table::{align_numbers, table};
pub(super) use failed::explain;
use found::Found;

mod failed;
pub(crate) mod found;

/// Gives what programs read of each institution's set.
pub(super) fn to_json(kept: &Kept) -> Value {
    json!({ "sets": kept.by_party(Value::clone) })
}

/// Prints sizes.
pub(super) fn print(kept: &Kept, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
    let say = |en: &'static str, zh: &'static str| lang.pick(en, zh);
    print_keys(&found::of(&kept.parties), out, lang)?;
    let mut common_rows = table();
    common_rows.set_header([
        say("party", "参与方"),
        say("common keys", "共同键"),
        say("common rows", "共同行"),
    ]);
    for party in &kept.parties {
        common_rows.add_row([
            party.party.to_string(),
            common(&party.report),
            number(party.report.get("rows")),
        ]);
    }
    align_numbers(&mut common_rows, 1..3);
    writeln!(out, "\n{common_rows}\n")
}

/// Prints what was found in the rows, and how to see which they are.
fn print_keys(found: &[Found<'_>], out: &mut dyn Write, lang: Lang) -> io::Result<()> {
    found::print(found, out, lang)?;
    if found::has_odd_rows(found) {
        let way_out = lang.pick(
            "`consilium data keys FILE --plan PLAN` names these rows",
            "`consilium data keys 文件 --plan 方案` 可列出这些行",
        );
        writeln!(out, "  {way_out}")?;
    }
    Ok(())
}

/// Gives how many keys are common, as far as the report says.
fn common(report: &Value) -> String {
    let common = |kind| report["common"].get(kind);
    match (common("exact"), common("noised"), common("fewer-than")) {
        (Some(exact), _, _) => exact.to_string(),
        (_, Some(noised), _) => format!("≈ {noised}"),
        (_, _, minimum) => format!("< {}", number(minimum)),
    }
}

fn number(value: Option<&Value>) -> String {
    value.map(Value::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_below_the_minimum_and_one_with_noise_are_none_that_is_known() {
        for (said, shown) in [
            (json!({"exact": 150}), "150"),
            (json!({"noised": -3}), "≈ -3"),
            (json!({"fewer-than": 100}), "< 100"),
        ] {
            assert_eq!(common(&json!({ "common": said })), shown);
        }
    }
}
