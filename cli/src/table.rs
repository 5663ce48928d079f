//! How tables look on a terminal.

use std::{
    io::{self, Write},
    ops::Range,
};

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use consilium_plan::Lang;

/// Lines above, below and under the header, none between rows.
const STYLE: TableStyle = TableStyle::new()
    .top_border(LineStyle::none().fill('─').junction('─'))
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// Makes an empty table.
pub(crate) fn table() -> Table {
    let mut table = Table::new();
    table.load_style(STYLE);
    table
}

/// Puts the columns of numbers flush right.
pub(crate) fn align_numbers(table: &mut Table, columns: Range<usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// A header and rows.
pub(crate) type Shown = (Vec<String>, Vec<Vec<String>>);

/// Gives the names of columns, which are English and Chinese.
pub(crate) fn named(names: &[(&str, &str)], lang: Lang) -> Vec<String> {
    let name = |(en, zh): &(&str, &str)| lang.pick(*en, *zh).to_owned();
    names.iter().map(name).collect()
}

/// Prints a header and rows, with an empty line behind them; the columns of numbers are flush right.
pub(crate) fn print(
    (header, rows): Shown,
    numbers: Range<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut shown = table();
    shown.set_header(header);
    shown.add_rows(rows);
    align_numbers(&mut shown, numbers);
    writeln!(out, "{shown}\n")
}

/// Writes a score from 0 to 100; less than 100 is not rounded up to it.
pub(crate) fn points(score: f64) -> String {
    if score >= 100.0 {
        return "100".to_owned();
    }
    format!("{:.1}", score.min(99.9))
}

/// Writes a share in per cent; neither few nor most are rounded to none or all.
pub(crate) fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    // Sums of shares miss the whole by rounding.
    if percent <= 0.0 || percent >= 100.0 - 1e-12 {
        return format!("{percent:.0} %");
    }
    if percent < 0.1 {
        return "< 0.1 %".to_owned();
    }
    format!("{:.1} %", percent.min(99.9))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_all_or_nothing_is_not_rounded_to_it() {
        let told = [0.0, 61.25, 99.96, 100.0].map(points);
        assert_eq!(told, ["0.0", "61.2", "99.9", "100"]);
        let told = [0.0, 0.000_1, 0.5, 0.999_9, 1.0].map(percent);
        assert_eq!(told, ["0 %", "< 0.1 %", "50.0 %", "99.9 %", "100 %"]);
    }
}
