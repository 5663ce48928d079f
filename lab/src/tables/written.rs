//! Rows written out again, as files that daemons read.

use std::fmt::Write as _;

use consilium_data::Values;
use consilium_schema::{Column, DateOrder, Delimiter, Encoding, FileFormat, Kind, Schema};

use super::{Share, Tables, column};
use crate::Part;

/// The columns of a table that the plan uses, and their cells as texts; a missing one is none.
#[derive(Debug)]
pub(super) struct Whole {
    columns: Vec<(Column, Vec<Option<String>>)>,
}

/// Rows as a file: CSV, and the schema by which it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenRows {
    /// The table, with a header.
    pub csv: Vec<u8>,
    /// The schema's text.
    pub schema: String,
}

impl Tables {
    /// Writes a part of a party's rows, with the columns that the plan uses and those of keys, so that
    /// whoever reads them finds the values that were read here; none where the experiment's parties are
    /// simulated.
    pub fn written(&self, share: &Share, part: Part) -> Option<WrittenRows> {
        let whole = self.sheets[share.sheet].whole.as_ref()?;
        Some(whole.written(&self.numbers(share, part)))
    }
}

impl Whole {
    /// Keeps what is used of a table as it was read; a column that it has not is left out.
    pub(super) fn new(table: &consilium_data::Table, schema: &Schema, used: &[&str]) -> Whole {
        let columns = schema.columns().iter();
        let columns = columns.filter(|column| used.contains(&column.name()));
        let columns = columns.filter_map(|column| {
            let values = &table.column(column.name())?.values;
            Some((column.clone(), texts(column, values)))
        });
        Whole {
            columns: columns.collect(),
        }
    }

    /// Writes rows by their numbers in the file, counted from 1.
    fn written(&self, numbers: &[usize]) -> WrittenRows {
        let format = FileFormat {
            encoding: Encoding::Utf8,
            delimiter: Delimiter::Comma,
            // Nothing else stands for a missing value: texts are kept as they are.
            missing: vec![String::new()],
            ..FileFormat::default()
        };
        let mut schema = format.to_string();
        let mut csv = csv::Writer::from_writer(Vec::new());
        let in_memory = "memory takes whatever is written";
        for (column, _) in &self.columns {
            write!(schema, "\n{column}").expect(in_memory);
            csv.write_field(column.name()).expect(in_memory);
        }
        csv.write_record(None::<&[u8]>).expect(in_memory);
        for number in numbers {
            for (_, cells) in &self.columns {
                let cell = cells[number - 1].as_deref();
                csv.write_field(cell.unwrap_or_default()).expect(in_memory);
            }
            csv.write_record(None::<&[u8]>).expect(in_memory);
        }
        WrittenRows {
            csv: csv.into_inner().expect(in_memory),
            schema,
        }
    }
}

/// Gives the cells of a column as the column's kind is read.
fn texts(column: &Column, values: &Values) -> Vec<Option<String>> {
    let (Values::Dates(dates), Kind::Date(order)) = (values, column.kind()) else {
        return column::texts(values);
    };
    let text = |date: consilium_data::Date| {
        let text = date.to_string();
        let mut parts = text.split('-');
        let [year, month, day] = [(); 3].map(|()| parts.next().unwrap_or_default());
        match order {
            DateOrder::Ymd => text,
            DateOrder::Dmy => format!("{day}-{month}-{year}"),
            DateOrder::Mdy => format!("{month}-{day}-{year}"),
        }
    };
    dates.iter().map(|date| date.map(text)).collect()
}

#[cfg(test)]
mod tests {
    use consilium_data::Reading;

    use super::*;

    const SCHEMA: &str = r#"
        [file]
        delimiter = ";"
        missing = ["-", "none"]

        [[column]]
        name = "code"
        type = "code"

        [[column]]
        name = "when"
        type = "date"
        order = "dmy"

        [[column]]
        name = "words"
        type = "text"

        [[column]]
        name = "dose"
        type = "number"
        min = 0
        max = 1
        outside = "winsorise"
        missing = [-9]

        [[column]]
        name = "kind"
        type = "category"
        levels = [1, 2]
        outside = "missing"

        [[column]]
        name = "ill"
        type = "boolean"

        [[column]]
        name = "unused"
        type = "integer"
    "#;

    const ROWS: &str = "unused;ill;dose;kind;words;when;code\n\
                        1;yes;0.1;2.0;\"NA, \"\"so\"\"\";1.2.2026;007\n\
                        2;n;-9;1;?;none;-\n\
                        3;0;7;3; two  ;31/12/1999;12\n\
                        4;-;1e-7;-;-;3-4-2001;0\n";

    #[test]
    fn rows_that_were_written_are_read_as_they_were() {
        let schema = Schema::from_toml(SCHEMA).expect("it is a schema");
        let read = |schema: &Schema, text: &[u8]| {
            let read = Reading::new(schema).stream(text);
            read.expect("it is whole").table
        };
        let used = ["code", "when", "words", "dose", "kind", "ill"];
        let all = read(&schema, ROWS.as_bytes());
        let whole = Whole::new(&all, &schema, &used);
        let WrittenRows { csv, schema } = whole.written(&[1, 2, 3, 4]);
        let schema = Schema::from_toml(&schema).expect("it is a schema");
        let again = read(&schema, &csv);
        assert_eq!(again.columns().len(), used.len());
        for column in again.columns() {
            assert_eq!(Some(column), all.column(&column.name), "{}", column.name);
        }
        let WrittenRows { csv, .. } = whole.written(&[4, 1]);
        let picked = read(&schema, &csv);
        let doses = picked.column("dose").map(|it| column::texts(&it.values));
        assert_eq!(doses.expect("it is there")[1].as_deref(), Some("0.1"));
        assert_eq!(picked.rows(), 2);
    }
}
