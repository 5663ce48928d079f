use crate::Values;

/// Typed columns of one length.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    rows: usize,
    columns: Vec<NamedColumn>,
}

/// A column with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedColumn {
    /// As the schema declares it.
    pub name: String,
    /// The declared type, as a schema writes it.
    pub kind: &'static str,
    /// The declared unit.
    pub unit: Option<String>,
    /// The cells.
    pub values: Values,
}

impl Table {
    pub(crate) fn new(rows: usize, columns: Vec<NamedColumn>) -> Self {
        Self { rows, columns }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns in the order of the schema.
    pub fn columns(&self) -> &[NamedColumn] {
        &self.columns
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&NamedColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}
