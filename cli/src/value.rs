//! What institutions' rows and columns are worth, as people at one of them read it.

use std::fmt::Write as _;

use anyhow::Context as _;
use consilium_mailbox::PartyId;
use consilium_plan::Lang;
use consilium_value::{Coalesced, MarginalRecord, Record, Value};
use serde::de::DeserializeOwned;

use crate::table::{align_numbers, table as new_table};

/// Gives what people read of a report: nothing where the study has valued nothing.
///
/// # Errors
///
/// If the report is none.
pub(crate) fn page(report: &str, lang: Lang) -> anyhow::Result<String> {
    let mut page = String::new();
    if let Some(record) = part::<Record>(report, "value")? {
        page += &rows(&record, lang);
    }
    if let Some(record) = part::<MarginalRecord>(report, "marginal")? {
        page += &columns(&record, lang);
    }
    Ok(page)
}

/// Gives what people read of a file `value.json`: nothing of an empty one.
///
/// # Errors
///
/// If it is none.
pub(crate) fn page_of_file(file: &str, lang: Lang) -> anyhow::Result<String> {
    if file.is_empty() {
        return Ok(String::new());
    }
    Ok(rows(&serde_json::from_str(file)?, lang))
}

fn part<T: DeserializeOwned>(report: &str, name: &str) -> anyhow::Result<Option<T>> {
    if report.is_empty() {
        return Ok(None);
    }
    let mut report: serde_json::Value = serde_json::from_str(report).context("the own report")?;
    let part = report.get_mut(name).map(serde_json::Value::take);
    let part = part.filter(|part| !part.is_null());
    Ok(part.map(serde_json::from_value).transpose()?)
}

fn rows(record: &Record, lang: Lang) -> String {
    let judged = record.judged_rows;
    let mut page = match &record.leave_one_out {
        Some(own) => lang.pick(
            format!(
                "Without the own rows the deviance of {judged} judging rows would rise by {}, of {:.1} that the model explains.\n",
                with_interval(own),
                record.explained
            ),
            format!(
                "若无本机构数据，{judged} 行评判样本的偏差将增加 {}；模型共解释 {:.1}。\n",
                with_interval(own),
                record.explained
            ),
        ),
        None => lang.pick(
            "The own rows alone don't determine what they are worth.\n",
            "仅凭本机构的行无法确定其价值。\n",
        )
        .to_owned(),
    };
    match &record.coalesced {
        Some(told @ Coalesced::Told { parties, .. }) => {
            let mut table = new_table();
            table.set_header([
                lang.pick("institution", "机构"),
                lang.pick("Shapley value", "沙普利值"),
                lang.pick("loss without it", "缺少它的损失"),
                lang.pick("scores", "得分"),
            ]);
            let scores = told.scores();
            for (party, worth) in parties {
                let of = scores.get(party).into_iter().flatten();
                let of: Vec<String> = of.map(|it| format!("{} {:.2}", it.id, it.score)).collect();
                let values = [&worth.shapley, &worth.leave_one_out].map(with_interval);
                let [shapley, without] = values;
                table.add_row([party.to_string(), shapley, without, of.join(", ")]);
            }
            align_numbers(&mut table, 1..3);
            writeln!(page, "{table}").expect("a string takes all");
        }
        Some(Coalesced::Withheld) => {
            page += lang.pick(
                "An institution withheld its sums, for it has few rows of some level, cell or label: no coalition was valued.\n",
                "有机构因某一取值、单元格或标签的行数过少而未提供合计：未计算任何机构组合的价值。\n",
            );
        }
        None => {}
    }
    for party in &record.heard.contradicted {
        let line = lang.pick(
            format!("{party} has signed other scores of this institution than these.\n"),
            format!("{party} 对本机构所签的得分与此不同。\n"),
        );
        page += &line;
    }
    for party in &record.heard.silent {
        let line = lang.pick(
            format!("{party} has signed nothing of these scores in time.\n"),
            format!("{party} 未按时对这些得分签名。\n"),
        );
        page += &line;
    }
    page
}

fn columns(record: &MarginalRecord, lang: Lang) -> String {
    let of: Vec<&str> = record.of.iter().map(PartyId::as_str).collect();
    let of = of.join(lang.pick(", ", "、"));
    let gain = with_interval(&record.found.gain);
    let mut page = lang.pick(
        format!("With the columns of {of} the deviance of the test rows falls by {gain}"),
        format!("加入 {of} 的特征列后，测试样本的偏差下降 {gain}"),
    );
    if let Some(area) = &record.found.area {
        let Value {
            value, interval, ..
        } = area;
        let (low, high) = interval;
        page += &lang.pick(
            format!(", the area under the ROC curve rises by {value:.4} ({low:.4} to {high:.4})"),
            format!("，ROC 曲线下面积增加 {value:.4}（{low:.4} 至 {high:.4}）"),
        );
    }
    page + lang.pick(".\n", "。\n")
}

fn with_interval(value: &Value) -> String {
    let (low, high) = value.interval;
    format!("{:.1} ({low:.1} … {high:.1})", value.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = r#"{"value":12.5,"standard_error":2.0,"interval":[8.5,16.5]}"#;

    fn record(coalesced: &str) -> String {
        let hash = "07".repeat(32);
        format!(
            r#"{{"own":null,"value":{{"format":1,"party":"va","data":"heart","study":"{hash}","version":"{hash}",
            "method":"shapley","rows":900,"judged_rows":90,"explained":80.0,"influence":{VALUE},"leave_one_out":{VALUE},
            "step":"helps","scores":[],"coalesced":{coalesced},"contradicted":["hungary"],"silent":["zurich"]}}}}"#
        )
    }

    #[test]
    fn values_of_all_are_a_table_in_both_languages() {
        let worth = format!(r#"{{"shapley":{VALUE},"leave_one_out":{VALUE}}}"#);
        let told = format!(
            r#"{{"told":{{"all":70.0,"coalitions":4,"parties":{{"va":{worth},"hungary":{worth}}}}}}}"#
        );
        for lang in [Lang::En, Lang::Zh] {
            let page = page(&record(&told), lang).unwrap();
            for shown in [
                "12.5",
                "8.5",
                "shapley 100.00",
                "leave-one-out 100.00",
                "hungary",
                "zurich",
            ] {
                assert!(page.contains(shown), "{shown}: {page}");
            }
        }
    }

    #[test]
    fn what_is_withheld_is_said_and_what_was_not_asked_is_not() {
        let withheld = page(&record("\"withheld\""), Lang::En).unwrap();
        assert!(withheld.contains("withheld its sums"), "{withheld}");
        for report in ["", r#"{"own": null}"#] {
            assert_eq!(page(report, Lang::En).unwrap(), "");
        }
        let marginal = format!(
            r#"{{"marginal":{{"format":1,"party":"b","data":"d","study":"{0}","version":"{0}","of":["a"],
            "gain":{VALUE},"area":null,"score":{{"id":"marginal","score":99.0,"low":90.0,"high":100.0}}}}}}"#,
            "07".repeat(32)
        );
        let page = page(&marginal, Lang::En).unwrap();
        assert!(
            page.contains("columns of a") && page.contains("12.5"),
            "{page}"
        );
    }
}
