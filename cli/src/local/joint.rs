//! What came of a local study over columns of several institutions.

use std::io::{self, Write};

use comfy_table::Table;
use consilium_evaluation::Measures;
use consilium_mailbox::PartyId;
use consilium_plan::Lang;
use serde_json::{Value, json};

use super::kept::{Kept, PartyKept};
use crate::{
    measures,
    table::{align_numbers, table},
};

/// Gives what programs read of the model; a study that predicts has neither trees nor losses.
pub(super) fn to_json(kept: &Kept) -> Value {
    let own = label_holder(kept);
    let mut metrics = own.and_then(measured).as_ref().map(measures::named);
    // Who has all labels finds the exact area; only a sum of histograms is off by some.
    metrics
        .as_mut()
        .map(|named| named.remove("auc_error_bound"));
    let mut line = json!({
        "contributors": kept.names(),
        "metrics": metrics.unwrap_or_default(),
    });
    let told = |name: &str| own?.report.get(name).cloned();
    for (name, value) in [
        ("iterations", told("trees")),
        ("fitted_rows", told("fitted_rows")),
        ("scored_rows", told("scored_rows")),
        ("loss", own.and_then(last_loss)),
    ] {
        if let Some(value) = value {
            line[name] = value;
        }
    }
    line
}

/// Gives the mean loss over the fitted rows after the last tree.
pub(crate) fn last_loss(own: &PartyKept) -> Option<Value> {
    let losses = own.report.get("losses")?.as_array()?;
    losses.last()?.get("trained").cloned()
}

/// Prints whose columns serve, and measures.
pub(super) fn print(kept: &Kept, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
    writeln!(out, "{}\n", columns(kept, lang))?;
    for party in without_splits(kept) {
        let said = lang.pick(
            format!(
                "no split by a column of {party}: none gained anything, or vertical.min_side, min_gap \
                 and min_node kept all back\n"
            ),
            format!(
                "没有按 {party} 的列的分裂：均无增益，或均因 vertical.min_side、min_gap 与 min_node 而未告知\n"
            ),
        );
        writeln!(out, "{said}")?;
    }
    if let Some((own, measured)) = label_holder(kept).and_then(|own| Some((own, measured(own)?))) {
        let measured = [(own.party.as_str(), Some(measured))];
        writeln!(out, "{}\n", measures::lines(&measured, lang))?;
    }
    Ok(())
}

/// Gives what the party with the labels keeps.
pub(crate) fn label_holder(kept: &Kept) -> Option<&PartyKept> {
    let mut parties = kept.parties.iter();
    parties.find(|own| own.report["role"] == "label-holder")
}

/// Gives the measures that a party keeps for itself.
pub(crate) fn measured(own: &PartyKept) -> Option<Measures> {
    let measures = own.report.get("own").filter(|it| !it.is_null())?;
    serde_json::from_value(measures.clone()).ok()
}

/// Says for each party what rows it scored and, where trees were grown, how often they go by its
/// columns.
fn columns(kept: &Kept, lang: Lang) -> Table {
    let say = |en: &'static str, zh: &'static str| lang.pick(en, zh);
    let fitted = |own: &PartyKept| own.report.get("fitted_rows").map(Value::to_string);
    let grows = kept.parties.iter().any(|own| fitted(own).is_some());
    let mut header = vec![
        say("party", "参与方"),
        say("role", "角色"),
        say("scored", "评分行"),
    ];
    if grows {
        header.push(say("common rows fitted", "拟合的共同行"));
        header.push(say("splits by its columns", "按其列的分裂"));
    }
    let width = header.len();
    let mut table = table();
    table.set_header(header);
    for own in &kept.parties {
        let role = match own.report["role"].as_str() {
            Some("label-holder") => say("label holder", "标签方"),
            Some("hospital") => say("hospital", "医院"),
            _ => say("feature holder", "特征方"),
        };
        let scored = own.report.get("scored_rows").map(Value::to_string);
        let mut row = vec![
            own.party.to_string(),
            role.to_owned(),
            scored.unwrap_or_default(),
        ];
        if grows {
            row.push(fitted(own).unwrap_or_default());
            row.push(splits(own).map(|it| it.to_string()).unwrap_or_default());
        }
        table.add_row(row);
    }
    align_numbers(&mut table, 2..width);
    table
}

/// Names those that brought columns by which no tree goes.
fn without_splits(kept: &Kept) -> impl Iterator<Item = &PartyId> {
    let brought = kept.parties.iter();
    let brought = brought.filter(|own| own.report["role"] != "label-holder");
    let unused = brought.filter(|own| splits(own) == Some(0));
    unused.map(|own| &own.party)
}

/// Counts the splits by a party's own columns.
fn splits(own: &PartyKept) -> Option<u64> {
    let columns = own.report.pointer("/importance/columns")?.as_object()?;
    let splits = columns.values().filter_map(|of| of["splits"].as_u64());
    Some(splits.sum())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use consilium_evaluation::{Evaluation, Scored};

    use super::*;

    fn kept(reports: &[(&str, Value)]) -> Kept {
        let own = |(party, report): &(&str, Value)| PartyKept {
            party: party.parse().unwrap(),
            report: report.clone(),
            model: String::new(),
            findings: String::new(),
            rows: None,
            scores: None,
            account: consilium_mailbox::Account::default(),
        };
        Kept {
            study: String::new(),
            title: String::new(),
            kind: "train-vertical-gbdt",
            coordinator: consilium_mailbox::Account::default(),
            parties: reports.iter().map(own).collect(),
            wall: Duration::ZERO,
            learnt: Vec::new(),
            costs: Vec::new(),
        }
    }

    fn page(kept: &Kept, lang: Lang) -> String {
        let mut page = Vec::new();
        print(kept, &mut page, lang).unwrap();
        String::from_utf8(page).unwrap()
    }

    fn grown(role: &str, splits: u64) -> Value {
        let columns = json!({ "x": { "splits": splits } });
        json!({ "role": role, "fitted_rows": 300, "importance": { "columns": columns } })
    }

    #[test]
    fn whoever_brought_columns_by_which_no_tree_goes_is_told_of() {
        let kept = kept(&[
            ("clinic", grown("label-holder", 0)),
            ("fund", grown("feature-holder", 0)),
            ("register", grown("feature-holder", 2)),
        ]);
        for lang in Lang::ALL {
            let page = page(&kept, lang);
            assert_eq!(page.matches("vertical.min_side").count(), 1, "{page}");
            let line = page.lines().find(|it| it.contains("min_side"));
            assert!(line.is_some_and(|line| line.contains("fund")), "{page}");
        }
    }

    #[test]
    fn everybodys_role_is_named_in_both_languages() {
        let roles = ["label-holder", "hospital", "feature-holder"];
        let kept = kept(&roles.map(|role| ("party", grown(role, 1))));
        for (lang, names) in [
            (Lang::En, ["label holder", "hospital", "feature holder"]),
            (Lang::Zh, ["标签方", "医院", "特征方"]),
        ] {
            let page = page(&kept, lang);
            assert!(names.iter().all(|name| page.contains(name)), "{page}");
        }
    }

    #[test]
    fn a_study_that_predicts_has_no_empty_columns() {
        let kept = kept(&[
            (
                "clinic",
                json!({ "role": "label-holder", "scored_rows": 7 }),
            ),
            (
                "fund",
                json!({ "role": "feature-holder", "scored_rows": 7 }),
            ),
        ]);
        let page = page(&kept, Lang::En);
        assert!(
            page.contains("scored") && !page.contains("splits"),
            "{page}"
        );
        assert!(!page.contains("fitted"), "{page}");
    }

    #[test]
    fn an_exact_area_has_no_bound_beside_it() {
        let mut report = grown("label-holder", 1);
        let scored = |score, label| Scored { score, label };
        let own = Evaluation::own(&[scored(0.2, 0.0), scored(0.9, 1.0)]);
        report["own"] = serde_json::to_value(own).unwrap();
        let line = to_json(&kept(&[("clinic", report)]));
        assert_eq!(line["metrics"]["auc"], 1.0, "{line}");
        assert!(line["metrics"].get("auc_error_bound").is_none(), "{line}");
    }
}
