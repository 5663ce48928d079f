//! The part of the canonical text that is that of statistics.

use std::fmt::{self, Formatter};

use consilium_statistics::{Kind, Mode};

use super::{label, number, quoted, write_protection};
use crate::{Plan, Statistics};

impl Plan {
    pub(super) fn write_statistics(&self, task: &Statistics, f: &mut Formatter<'_>) -> fmt::Result {
        let features: Vec<String> = task.features.iter().map(|name| quoted(name)).collect();
        writeln!(f, "features = [{}]", features.join(", "))?;
        if let Some(given) = &task.label {
            writeln!(f, "label = {{ {} }}", label(given))?;
        }
        write(f, task)?;
        write_protection(f, &task.protection)?;
        self.write_limits(f)?;
        self.write_minima(f)?;
        self.write_patience(f)?;
        self.write_parties(f)?;
        let mut columns = task.columns.iter();
        columns.try_for_each(|column| write!(f, "\n{column}"))
    }
}

fn write(f: &mut Formatter<'_>, task: &Statistics) -> fmt::Result {
    let asked = &task.specification;
    let quantiles: Vec<String> = asked.quantiles.iter().copied().map(number).collect();
    let mode = match asked.mode {
        Mode::Exact => quoted("exact"),
        Mode::Threshold { epsilon, delta, .. } => {
            let [epsilon, delta] = [epsilon, delta].map(number);
            format!("{{ threshold = {{ epsilon = {epsilon}, delta = {delta} }} }}")
        }
    };
    writeln!(f, "\n[statistics]")?;
    writeln!(f, "quantiles = [{}]", quantiles.join(", "))?;
    writeln!(f, "quantile_error = {}", number(asked.quantile_error))?;
    writeln!(f, "correlations = {}", asked.correlations)?;
    let mut codes = asked.columns.iter().filter_map(|column| match column.kind {
        Kind::Code { longest, most } => Some((longest, most)),
        _ => None,
    });
    // All codes have the same.
    if let Some((longest, most)) = codes.next() {
        writeln!(f, "codes = {most}\nlongest_code = {longest}")?;
    }
    writeln!(f, "mode = {mode}")?;
    if let Some(periods) = &task.periods {
        let (column, length) = (quoted(&periods.column), quoted(periods.length.name()));
        let [from, until] = [periods.from, periods.until].map(|it| quoted(&it.to_string()));
        writeln!(
            f,
            "period = {{ column = {column}, length = {length}, from = {from}, until = {until} }}"
        )?;
    }
    Ok(())
}
