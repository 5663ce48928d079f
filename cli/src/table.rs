//! How tables look on a terminal.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

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
pub(crate) fn align_numbers(table: &mut Table, columns: std::ops::Range<usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}
