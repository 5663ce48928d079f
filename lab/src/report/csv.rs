//! Every cell as a line of CSV.

use super::{
    Line, Report,
    line::{COLUMNS, Column},
};

impl Report {
    /// Writes every cell as a line of CSV, below a line of names; what a cell has not is empty.
    ///
    /// Numbers are written so that they are read back bit for bit.
    pub fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let names = COLUMNS.iter().map(|(name, _)| *name);
        write(&mut writer, names);
        for line in &self.cells {
            write(
                &mut writer,
                COLUMNS.iter().map(|(_, column)| field(*column, line)),
            );
        }
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

fn write<T: AsRef<[u8]>>(writer: &mut csv::Writer<Vec<u8>>, fields: impl Iterator<Item = T>) {
    let written = writer.write_record(fields);
    written.expect("lines are equally long, and memory takes them all");
}

fn field(column: Column, line: &Line) -> String {
    match column {
        Column::Text(of) => of(line).unwrap_or_default(),
        Column::Count(of) => of(line).map_or_else(String::new, |count| count.to_string()),
        Column::Number(of) => of(line).map_or_else(String::new, |number| number.to_string()),
    }
}
