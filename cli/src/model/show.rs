use std::io::Write;

use comfy_table::Table;
use consilium_glm::Published;
use consilium_mailbox::PartyId;
use consilium_plan::Lang;
use serde_json::json;

use super::Model;
use crate::table::{align_numbers, table};

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
        table.add_row([
            estimate.name.clone(),
            format!("{:.5}", estimate.coefficient),
            estimate.standard_error.to_string(),
            format!("{:.2}", estimate.statistic),
            format!("{:.3}", estimate.p_value),
            format!("{lower:.4} … {upper:.4}"),
        ]);
    }
    align_numbers(&mut table, 1..6);
    table
}
