use std::io::Write;

use comfy_table::Table;
use consilium_evaluation::Weight;
use consilium_gbdt::training as growth;
use consilium_glm::Published;
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, Learner};
use serde_json::json;

use super::{Fit, Model};
use crate::{
    features,
    table::{align_numbers, table},
    terminal::printable,
};

/// Prints the coefficients, and what they are coefficients of.
pub(super) fn run(
    model: &Model,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let (plan, fit) = (&model.plan, &model.fit);
    if json {
        return lines(fit, out);
    }
    writeln!(out, "{}", plan.title())?;
    let (kind, updates) = match fit {
        Fit::Glm(fit) => (
            (lang.pick("family", "分布族"), fit.family.name()),
            lang.pick("updates", "更新次数"),
        ),
        Fit::Gbdt(fit) => (
            (
                lang.pick("objective", "目标函数"),
                fit.model.objective().name(),
            ),
            lang.pick("trees", "树的棵数"),
        ),
    };
    let said = [
        (lang.pick("purpose", "用途"), plan.purpose().to_owned()),
        (lang.pick("study", "研究"), model.study().to_string()),
        (kind.0, kind.1.to_owned()),
        (
            lang.pick("label", "标签"),
            model.task().label.column.clone(),
        ),
        (lang.pick("rows", "行数"), fit.rows().to_string()),
        (lang.pick("contributors", "贡献方"), contributors(model)),
        (updates, iterations(model, lang)),
    ];
    let colon = lang.pick(": ", "：");
    for (name, value) in said {
        writeln!(out, "{name}{colon}{value}")?;
    }
    writeln!(out, "\n{}", learnt(fit, lang))?;
    if plan.is_weighted() && matches!(fit, Fit::Glm(_)) {
        let naive = lang.pick(
            "standard errors take the contributors' weights for numbers of rows: they do not say how far rows can be trusted",
            "标准误将贡献方的权重视同行数：并不反映各行有多可信",
        );
        writeln!(out, "{naive}")?;
    }
    let task = model.task();
    if let Some(preparation) = &task.preparation {
        let heading = lang.pick("what becomes of the columns before", "各列先经以下处理");
        writeln!(out, "\n{heading}")?;
        features::print((preparation, &task.columns), false, out, lang)?;
    }
    Ok(())
}

/// Says how often the model was improved, and whether it is an approximation.
fn iterations(model: &Model, lang: Lang) -> String {
    let count = model.fit.iterations();
    let (Fit::Glm(fit), Learner::Glm(glm)) = (&model.fit, &model.task().learner) else {
        return count.to_string();
    };
    let remark = match &glm.surrogate {
        Some(by) if lang == Lang::En => format!("approximated by the rows of {}", by.lead),
        Some(by) => format!("以 {} 的样本行近似", by.lead),
        None if fit.was_cut_short(&glm.regression) => lang
            .pick(
                "ended there as planned, converged or not",
                "按方案到此结束，不论是否收敛",
            )
            .to_owned(),
        None => return count.to_string(),
    };
    match lang {
        Lang::En => format!("{count} ({remark})"),
        Lang::Zh => format!("{count}（{remark}）"),
    }
}

/// Writes a line of JSON for each coefficient, or for each column of trees.
fn lines(fit: &Fit, out: &mut dyn Write) -> anyhow::Result<()> {
    match fit {
        Fit::Glm(fit) => {
            for estimate in &fit.estimates {
                writeln!(out, "{}", json!(estimate))?;
            }
        }
        Fit::Gbdt(fit) => {
            for of in fit.model.importance() {
                let (column, gain) = (of.column, of.gain);
                let line = json!({ "column": column, "gain": gain, "splits": of.splits });
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(())
}

/// Makes the table of what a model has learnt.
pub(crate) fn learnt(fit: &Fit, lang: Lang) -> Table {
    match fit {
        Fit::Glm(fit) => coefficients(fit, lang),
        Fit::Gbdt(fit) => importance(fit, lang),
    }
}

/// Says by which columns trees go.
fn importance(fit: &growth::Published, lang: Lang) -> Table {
    let mut table = table();
    table.set_header([
        lang.pick("column", "列"),
        lang.pick("gain", "增益"),
        lang.pick("share", "占比"),
        lang.pick("splits", "分裂次数"),
    ]);
    let importance = fit.model.importance();
    let all: f64 = importance.iter().map(|of| of.gain).sum();
    for of in &importance {
        let share = if all > 0.0 { of.gain / all } else { 0.0 };
        table.add_row([
            printable(&of.column),
            format!("{:.4}", of.gain),
            format!("{:.1} %", 100.0 * share),
            of.splits.to_string(),
        ]);
    }
    align_numbers(&mut table, 1..4);
    table
}

fn contributors(model: &Model) -> String {
    let named = |party: &PartyId| match model.plan.weight(party) {
        Weight::FULL => party.to_string(),
        weight => format!("{party} × {weight}"),
    };
    let names: Vec<String> = model.fit.contributors().iter().map(named).collect();
    names.join(", ")
}

/// Makes the table that a researcher prints.
pub(crate) fn coefficients(fit: &Published, lang: Lang) -> Table {
    let mut table = table();
    let statistic = if fit.family.has_dispersion() {
        "t"
    } else {
        "z"
    };
    table.set_header([
        lang.pick("column", "列"),
        lang.pick("coefficient", "系数"),
        lang.pick("std. error", "标准误"),
        statistic,
        "p",
        lang.pick("95 % interval", "95% 区间"),
    ]);
    for estimate in &fit.estimates {
        let (lower, upper) = estimate.interval;
        // The error has two digits: what is computed from it has no more.
        let at = decimals(estimate.standard_error);
        let of_statistic = decimals(estimate.statistic);
        table.add_row([
            printable(&estimate.name),
            format!("{:.5}", estimate.coefficient),
            format!("{:.at$}", estimate.standard_error),
            format!("{:.of_statistic$}", estimate.statistic),
            p_value(estimate.p_value),
            format!("{lower:.at$} … {upper:.at$}"),
        ]);
    }
    align_numbers(&mut table, 1..6);
    table
}

/// Gives how many decimals show two digits of a number, ten at most.
fn decimals(number: f64) -> usize {
    let scientific = format!("{number:.1e}");
    let exponent = scientific.split_once('e').map(|(_, exponent)| exponent);
    let exponent: i32 = exponent.and_then(|text| text.parse().ok()).unwrap_or(0);
    usize::try_from(1 - exponent).unwrap_or(0).min(10)
}

fn p_value(p: f64) -> String {
    if p < 0.001 {
        "<0.001".to_owned()
    } else {
        format!("{p:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_are_shown_of_what_has_two() {
        let numbers = [0.017, 0.5, 1.96, 9.96, -12.34, 1200.0, -0.000_31];
        let shown = numbers.map(|number| format!("{:.*}", decimals(number), number));
        let two = ["0.017", "0.50", "2.0", "10", "-12", "1200", "-0.00031"];
        assert_eq!(shown, two);
        assert_eq!(decimals(f64::NAN), 1);
    }

    #[test]
    fn a_tiny_probability_is_not_shown_as_none() {
        let shown = [1e-12, 0.000_9, 0.001, 0.25].map(p_value);
        assert_eq!(shown, ["<0.001", "<0.001", "0.001", "0.250"]);
    }
}
