//! What rows are worth to a model, as an institution's own people read it.

use consilium_plan::Lang;
use consilium_value::{Coalesced, Record, Step, Value};

use crate::{
    table::{align_numbers, table as new_table},
    terminal::on_one_line,
};

/// Gives what people read of a file `value.json`; empty where it is, or says what others' columns add.
///
/// # Errors
///
/// If it is no such file.
pub(crate) fn page(file: &str, lang: Lang) -> anyhow::Result<String> {
    if file.is_empty() {
        return Ok(String::new());
    }
    let value: serde_json::Value = serde_json::from_str(file)?;
    if value.get("leave_one_out").is_none() {
        return Ok(String::new());
    }
    let record: Record = serde_json::from_value(value)?;
    let mut page = at_home(&record, lang);
    match &record.coalesced {
        None => {}
        Some(Coalesced::Withheld) => {
            page += lang.pick(
                "Coalitions tell nothing: some institution has too few rows of a kind to show its sums.\n",
                "联盟估值未得出结果：有机构某类行数过少，未展示其合计。\n",
            );
        }
        Some(Coalesced::Told { parties, .. }) => {
            let mut table = new_table();
            table.set_header([
                lang.pick("institution", "机构"),
                lang.pick("Shapley value", "Shapley 值"),
                lang.pick("95 %", "95 %"),
                lang.pick("lost without it", "缺少它的损失"),
                lang.pick("95 %", "95 %"),
            ]);
            for (party, worth) in parties {
                table.add_row([
                    on_one_line(party.as_str()),
                    number(worth.shapley.value),
                    interval(&worth.shapley, lang),
                    number(worth.leave_one_out.value),
                    interval(&worth.leave_one_out, lang),
                ]);
            }
            align_numbers(&mut table, 1..5);
            page += &table.to_string();
            page.push('\n');
        }
    }
    Ok(page)
}

/// What was computed of the own rows alone.
fn at_home(record: &Record, lang: Lang) -> String {
    let (rows, judged) = (record.rows, record.judged_rows);
    let [explained, lost] = [record.explained, record.leave_one_out.value].map(number);
    let interval = interval(&record.leave_one_out, lang);
    let step = match record.step {
        Step::HarmsMuch => lang.pick("they harm much", "损害很大"),
        Step::Harms => lang.pick("they harm", "有损害"),
        Step::Unclear => lang.pick("whether they help is unclear", "是否有益尚不明确"),
        Step::Helps => lang.pick("they help", "有益"),
        Step::HelpsMuch => lang.pick("they help much", "益处很大"),
    };
    lang.pick(
        format!(
            "The model of {rows} rows explains {explained} of the deviance of {judged} judging rows; without the own \
             rows {lost} ({interval}) would be lost: {step}.\n"
        ),
        format!(
            "由 {rows} 行拟合的模型解释了 {judged} 个评判行偏差中的 {explained}；若缺少本机构的行，将损失 \
             {lost}（{interval}）：{step}。\n"
        ),
    )
}

fn interval(value: &Value, lang: Lang) -> String {
    let [low, high] = [value.interval.0, value.interval.1].map(number);
    lang.pick(format!("{low} to {high}"), format!("{low} 至 {high}"))
}

fn number(number: f64) -> String {
    if number.abs() < 100.0 {
        format!("{number:.2}")
    } else {
        format!("{number:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(coalesced: &str) -> String {
        format!(
            r#"{{"format": 1, "study": "{}", "party": "va", "data": "heart", "version": "{}",
            "method": "shapley", "rows": 700, "judged_rows": 240, "explained": 81.25,
            "influence": {{"value": 1.5, "standard_error": 1.0, "interval": [-0.46, 3.46]}},
            "leave_one_out": {{"value": 28.625, "standard_error": 5.5, "interval": [17.8, 39.4]}},
            "step": "helps-much", "scores": [], "coalesced": {coalesced}}}"#,
            "ab".repeat(32),
            "cd".repeat(32),
        )
    }

    #[test]
    fn what_rows_are_worth_is_read_in_both_languages() {
        let worth = r#"{"value": 612.5, "standard_error": 10.0, "interval": [592.9, 632.1]}"#;
        let parties = format!(r#"{{"va": {{"shapley": {worth}, "leave_one_out": {worth}}}}}"#);
        let file = told(&format!(
            r#"{{"told": {{"parties": {parties}, "all": 900.0, "coalitions": 15}}}}"#
        ));
        for lang in [Lang::En, Lang::Zh] {
            let page = page(&file, lang).unwrap();
            for shown in ["81.25", "28.6", "17.80", "700", "240", "612", "632", "va"] {
                assert!(page.contains(shown), "{shown}: {page}");
            }
        }
    }

    #[test]
    fn that_coalitions_were_withheld_is_told() {
        let file = told(r#""withheld""#);
        assert!(page(&file, Lang::En).unwrap().contains("too few rows"));
        assert!(page(&file, Lang::Zh).unwrap().contains("行数过少"));
    }

    #[test]
    fn where_nothing_was_valued_nothing_is_said() {
        assert_eq!(page("", Lang::En).unwrap(), "");
        let of_columns = r#"{"of": ["bank"], "gain": 1.0}"#;
        assert_eq!(page(of_columns, Lang::En).unwrap(), "");
    }
}
