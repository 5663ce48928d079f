//! Two studies about one large set: a table that is made and fetched, and one that is there.

use anyhow::Context as _;
use consilium_plan::Lang;
use serde_json::{Value, json};

use super::{Bench, sets::NAMES};
use crate::local::{self, federation::Federation, inputs::PartyData, kept::Kept};

/// The step in which the table travels.
const TABLED: &str = "psi-unbalanced.1.tabled";

/// Measures both studies; gives each with what only it has.
pub(super) fn measure(bench: &Bench<'_>, lang: Lang) -> anyhow::Result<Vec<(Kept, Value)>> {
    let [one, other] = bench.sizes.0[..] else {
        anyhow::bail!("two parties compare");
    };
    let (asker, holder) = if one > other { (1, 0) } else { (0, 1) };
    let name = NAMES.get(holder).context("parties have names")?;
    let most = 2 * one.min(other).max(10);
    let terms = format!("holder = \"{name}\"\nqueries = {most}\n");
    let plans = ["first", "second"].map(|title| bench.plan(title, &terms));
    let [first, second] = plans;
    let (first, second) = (first?, second?);
    let [of_asker, of_holder] = [asker, holder].map(|party| &bench.people[party]);
    let asks = bench.data(asker, of_asker, "", &first)?;
    let holds = bench.data(holder, of_holder, "", &first)?;
    let asks_again = bench.data(asker, &of_asker.others(of_holder), "-again", &first)?;
    let in_order = |asks: &PartyData| -> Vec<PartyData> {
        let mut both = vec![holds.clone()];
        both.insert(asker, asks.clone());
        both
    };
    let work = async |federation: &mut Federation| {
        let mut measured = Vec::new();
        for (plan, title) in [(&first, "first"), (&second, "second")] {
            if title == "second" {
                federation.register(&in_order(&asks_again)).await?;
            }
            let result = bench.folder.join(title);
            measured.push(local::kept(federation, plan, &result, lang).await?);
        }
        Ok(measured)
    };
    let (coordinator, data) = (first.coordinator(), in_order(&asks));
    let logged = (bench.folder, "");
    let measured = local::over_daemons((coordinator, &data), logged, work, lang)?;
    let mut lines = Vec::new();
    for (number, outcome) in measured.into_iter().enumerate() {
        bench.check(&outcome)?;
        let both = [holder, asker].map(|party| outcome.parties.get(party));
        let [Some(of_holder), Some(of_asker)] = both else {
            anyhow::bail!("both have a report");
        };
        let table = of_holder.account.steps().find(|(step, _)| *step == TABLED);
        let table = table.map_or(0, |(_, step)| step.sent_bytes);
        let more = if number == 0 {
            let each = table as f64 / f64::from(one.max(other));
            json!({ "study": 1, "table_bytes": table, "table_bytes_a_key": each })
        } else {
            let online = json!({
                "wall_s": of_asker.report.pointer("/queries/seconds"),
                "bytes": outcome.frame_bytes(),
            });
            json!({ "study": 2, "table_bytes": table, "online": online })
        };
        lines.push((outcome, more));
    }
    Ok(lines)
}

/// Gives for people what only one of the studies has; nothing of other protocols.
pub(super) fn said(more: &Value, lang: Lang) -> String {
    let number = |at: &str| more.pointer(at).and_then(Value::as_f64);
    if let Some(each) = number("/table_bytes_a_key") {
        let bytes = &more["table_bytes"];
        return lang.pick(
            format!("; first study, its table {bytes} bytes, {each:.2} a key"),
            format!("；首次研究，对照表 {bytes} 字节，每键 {each:.2}"),
        );
    }
    let Some(seconds) = number("/online/wall_s") else {
        return String::new();
    };
    let bytes = &more["online"]["bytes"];
    lang.pick(
        format!("; second study, the queries alone {seconds:.2} s, {bytes} bytes"),
        format!("；再次研究，仅查询 {seconds:.2} 秒，{bytes} 字节"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_words_and_programs_their_names() {
        for (more, words) in [
            (Value::Null, ""),
            (
                json!({ "study": 1, "table_bytes": 32_706, "table_bytes_a_key": 8.1765 }),
                "; first study, its table 32706 bytes, 8.18 a key",
            ),
            (
                json!({ "study": 2, "online": { "wall_s": 0.25, "bytes": 90 } }),
                "; second study, the queries alone 0.25 s, 90 bytes",
            ),
        ] {
            assert_eq!(said(&more, Lang::En), words);
        }
    }
}
