//! What came of a local alignment.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use consilium_mailbox::{Account, PartyId};
use consilium_plan::{Lang, Plan};
use serde_json::{Value, json};

use super::{
    achieved,
    cost::{self, PartyCost},
    federation::Federation,
    inputs::PartyData,
    outcome, over_daemons, study,
};
use crate::table::{align_numbers, table};
use found::Found;

mod failed;
pub(crate) mod found;

/// What each of both has, and what it cost.
#[derive(Debug)]
pub(crate) struct Aligned {
    pub(crate) study: String,
    pub(crate) title: String,
    pub(crate) parties: Vec<PartyAligned>,
    /// From submission to the end.
    pub(crate) wall: Duration,
    /// What each party learnt, in the language of the people: reader, lines.
    pub(crate) learnt: Vec<(String, Vec<String>)>,
    /// What the study cost each daemon, the coordinator's first.
    pub(crate) costs: Vec<PartyCost>,
}

/// What one party keeps for itself.
#[derive(Debug)]
pub(crate) struct PartyAligned {
    pub(crate) party: PartyId,
    pub(crate) report: Value,
    /// Where its common rows lie, if it learnt which they are.
    pub(crate) rows: Option<PathBuf>,
    /// What the protocols cost it.
    pub(crate) account: Account,
}

/// Runs an alignment over daemons that are started for it, and ends them.
pub(crate) fn in_processes(
    plan: &Plan,
    data: &[PartyData],
    folder: &Path,
    lang: Lang,
) -> anyhow::Result<Aligned> {
    let work = async |federation: &mut Federation| {
        let ended = study(federation, plan).await?;
        if ended.as_ref().is_err_and(failed::is_of_keys) {
            failed::tell_keys(plan, data, lang);
        }
        let (study, took) = achieved(ended, lang)?;
        let result = folder.join("result");
        federation.aligned(&study, plan, &result, took).await
    };
    over_daemons((plan.coordinator(), data), (folder, ""), work, lang)
}

impl Aligned {
    /// Gives the bytes of both parties' frames; sealing and TLS come on top.
    pub(crate) fn frame_bytes(&self) -> u64 {
        let accounts = self.parties.iter().map(|party| party.account.total());
        accounts.map(|account| account.sent_bytes).sum()
    }

    /// Gives the line that programs read.
    pub(crate) fn to_json(&self) -> Value {
        let wire: u64 = self.costs.iter().map(|cost| cost.sent_bytes).sum();
        let sets: serde_json::Map<String, Value> = self
            .parties
            .iter()
            .map(|party| (party.party.to_string(), party.report.clone()))
            .collect();
        json!({
            "local": self.title,
            "study": self.study,
            "mode": "processes",
            "ok": true,
            "wall_s": self.wall.as_secs_f64(),
            "bytes": self.frame_bytes(),
            "wire_bytes": wire,
            "sets": sets,
            "parties": self.costs,
        })
    }

    /// Gives what people read: sizes, costs, who learnt what.
    pub(crate) fn page(&self, lang: Lang) -> io::Result<String> {
        let say = |en: &'static str, zh: &'static str| lang.pick(en, zh);
        let mut page = Vec::new();
        print_keys(&found::of(&self.parties), &mut page, lang)?;
        let mut common_rows = table();
        common_rows.set_header([
            say("party", "参与方"),
            say("common keys", "共同键"),
            say("common rows", "共同行"),
        ]);
        for party in &self.parties {
            common_rows.add_row([
                party.party.to_string(),
                common(&party.report),
                number(party.report.get("rows")),
            ]);
        }
        align_numbers(&mut common_rows, 1..3);
        let costs = cost::lines(&self.costs, lang);
        writeln!(page, "\n{common_rows}\n\n{costs}\n")?;
        let seconds = self.wall.as_secs_f64();
        let took = say(
            "seconds from submission to the end:",
            "从提交到结束的秒数：",
        );
        writeln!(page, "{took} {seconds:.1}\n")?;
        outcome::print_learnt(&self.learnt, &mut page, lang)?;
        String::from_utf8(page).map_err(io::Error::other)
    }
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
