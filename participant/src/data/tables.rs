//! Tables of codes that a data set's values are held against when it is registered.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use consilium_base::Digest;
use consilium_codes::{CodeTable, CodesError};
use consilium_data::{Table, Values};
use consilium_schema::{Codes, Schema};
use serde::{Deserialize, Serialize};

/// The table that a column's values were held against; it is read again when the data set is registered
/// anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HeldAgainst {
    pub(crate) codes: Codes,
    /// The hash of what the table says.
    pub(crate) contents: Digest,
}

/// Why a table of codes is no help to a data set, or the data set doesn't hold what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TableError {
    #[error("the table of codes {} can't be read: {kind}", path.display())]
    Unread {
        path: PathBuf,
        kind: std::io::ErrorKind,
    },
    #[error("the table of codes {} can't be read: {error}", path.display())]
    Broken { path: PathBuf, error: CodesError },
    #[error("no column has codes of {table}, which {} is a table of: say so in the schema, as codes = {{ system, version }}", path.display())]
    NoColumn { path: PathBuf, table: String },
    /// No value is told.
    #[error("column {column} has {rows} values that are not in the table of codes {}, the first in row {first} of the data", path.display())]
    Unknown {
        path: PathBuf,
        column: String,
        rows: usize,
        first: usize,
    },
}

impl TableError {
    /// Says it in Chinese.
    pub(crate) fn in_chinese(&self) -> String {
        match self {
            TableError::Unread { path, kind } => {
                format!("无法读取编码表 {}：{kind}", path.display())
            }
            TableError::Broken { path, error } => {
                format!("无法读取编码表 {}：{error}", path.display())
            }
            TableError::NoColumn { path, table } => format!(
                "没有列使用 {table} 的编码，而 {} 是它的编码表：请在数据结构中以 codes = {{ system, version }} 写明",
                path.display()
            ),
            TableError::Unknown {
                path,
                column,
                rows,
                first,
            } => format!(
                "列 {column} 有 {rows} 个值不在编码表 {} 中，第一个在数据第 {first} 行",
                path.display()
            ),
        }
    }
}

/// Tables of codes with the columns that their codes stand in.
pub(super) struct Tables(Vec<(PathBuf, CodeTable, Vec<String>)>);

impl Tables {
    /// Reads tables; each is of the system and version of one column at least. Blocks.
    pub(super) fn read(paths: &[PathBuf], schema: &Schema) -> Result<Tables, TableError> {
        let read = |path: &PathBuf| {
            let table = table(path)?;
            let columns: Vec<String> = schema
                .columns()
                .iter()
                .filter(|column| column.codes() == edition(&table).as_ref())
                .map(|column| column.name().to_owned())
                .collect();
            if columns.is_empty() {
                let head = table.head();
                return Err(TableError::NoColumn {
                    path: path.clone(),
                    table: format!("{} {}", head.system, head.version),
                });
            }
            Ok((path.clone(), table, columns))
        };
        paths.iter().map(read).collect::<Result<_, _>>().map(Tables)
    }

    /// Gives what is kept of them, by column.
    pub(super) fn held_against(&self) -> BTreeMap<String, HeldAgainst> {
        let mut by_column = BTreeMap::new();
        for (_, table, columns) in &self.0 {
            let Some(codes) = edition(table) else {
                continue;
            };
            for column in columns {
                let held = HeldAgainst {
                    codes: codes.clone(),
                    contents: table.hash(),
                };
                by_column.insert(column.clone(), held);
            }
        }
        by_column
    }

    /// Sees that every value is in its column's table, as the table writes it.
    pub(super) fn check(&self, rows: &Table) -> Result<(), TableError> {
        for (path, table, columns) in &self.0 {
            for column in columns {
                let Some(values) = rows.column(column).map(|it| &it.values) else {
                    continue;
                };
                let unknown = |row: &usize| {
                    let value = match values {
                        Values::Texts(texts) => texts.get(*row),
                        Values::Categories(found) => {
                            let level = found.get(*row);
                            level.and_then(|level| found.levels().get(level).map(String::as_str))
                        }
                        _ => None,
                    };
                    value.is_some_and(|value| table.get(value).is_none())
                };
                let mut unknown = (0..rows.rows()).filter(unknown);
                if let Some(first) = unknown.next() {
                    return Err(TableError::Unknown {
                        path: path.clone(),
                        column: column.clone(),
                        rows: 1 + unknown.count(),
                        first: first + 1,
                    });
                }
            }
        }
        Ok(())
    }
}

fn table(path: &Path) -> Result<CodeTable, TableError> {
    let bytes = fs::read(path).map_err(|error| TableError::Unread {
        path: path.to_owned(),
        kind: error.kind(),
    })?;
    CodeTable::read(&bytes).map_err(|error| TableError::Broken {
        path: path.to_owned(),
        error,
    })
}

fn edition(table: &CodeTable) -> Option<Codes> {
    let head = table.head();
    Codes::new(&head.system, Some(&head.version)).ok()
}
