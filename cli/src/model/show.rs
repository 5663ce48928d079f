use std::io::Write;

use comfy_table::Table;
use consilium_glm::Published;
use consilium_mailbox::PartyId;
use consilium_plan::Lang;
use serde_json::json;

use super::Model;
use crate::{
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
    if json {
        for estimate in &model.fit.estimates {
            writeln!(out, "{}", json!(estimate))?;
        }
        return Ok(());
    }
    let (plan, fit) = (&model.plan, &model.fit);
    writeln!(out, "{}", plan.title())?;
    let said = [
        (lang.pick("purpose", "用途"), plan.purpose().to_owned()),
        (lang.pick("study", "研究"), model.study().to_string()),
        (lang.pick("family", "分布族"), fit.family.name().to_owned()),
        (
            lang.pick("label", "标签"),
            model.task().label.column.clone(),
        ),
        (lang.pick("rows", "行数"), fit.rows.to_string()),
        (lang.pick("contributors", "贡献方"), contributors(model)),
        (lang.pick("updates", "更新次数"), fit.updates.to_string()),
    ];
    let colon = lang.pick(": ", "：");
    for (name, value) in said {
        writeln!(out, "{name}{colon}{value}")?;
    }
    writeln!(out, "\n{}", coefficients(fit, lang))?;
    Ok(())
}

fn contributors(model: &Model) -> String {
    let names = model.fit.contributors.iter().map(PartyId::as_str);
    names.collect::<Vec<_>>().join(", ")
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
