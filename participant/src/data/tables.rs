//! Tables of codes that a data set's values are held against when it is registered.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read as _,
    path::{Path, PathBuf},
};

use consilium_base::Digest;
use consilium_codes::{CodeTable, CodesError};
use consilium_data::{ReadError, Table, Values};
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
    #[error("the table of codes can't be read: {0}")]
    Unread(ReadError),
    #[error("the table of codes {} can't be read: {error}", path.display())]
    Broken { path: PathBuf, error: CodesError },
    #[error("no column has codes of {table}, which {} is a table of: say so in the schema, as codes = {{ system, version }}", path.display())]
    NoColumn { path: PathBuf, table: String },
    #[error("the values of column {column} can't be held against {}: another table of the same edition is given", path.display())]
    Twice { path: PathBuf, column: String },
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
            TableError::Unread(error) => format!("无法读取编码表：{}", error.in_chinese()),
            TableError::Broken { path, error } => {
                format!("无法读取编码表 {}：{}", path.display(), error.in_chinese())
            }
            TableError::Twice { path, column } => format!(
                "无法按 {} 核对列 {column}：已给出同一版本的另一编码表",
                path.display()
            ),
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
    /// Reads tables; each is of the system and version of one column at least, and no two are of the
    /// same. Blocks.
    pub(super) fn read(paths: &[PathBuf], schema: &Schema) -> Result<Tables, TableError> {
        let mut taken = BTreeSet::new();
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
            if let Some(column) = columns.iter().find(|it| !taken.insert((*it).clone())) {
                return Err(TableError::Twice {
                    path: path.clone(),
                    column: column.clone(),
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
    let mut bytes = Vec::new();
    let file = consilium_data::open(path).map_err(TableError::Unread)?;
    // One byte more than may be there is enough to be refused.
    let read = file
        .take(consilium_codes::MOST_BYTES + 1)
        .read_to_end(&mut bytes);
    read.map_err(|error| {
        TableError::Unread(ReadError::Open {
            path: path.to_owned(),
            kind: error.kind(),
        })
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const SCHEMA: &str = "[[column]]\nname = \"heart\"\ntype = \"code\"\n\
                          codes = { system = \"icd-10-cm\", version = \"2026\" }\n";
    const TABLE: &str = "kind = \"table\"\nsystem = \"icd-10-cm\"\nversion = \"2026\"\n\
                         source = \"a test\"\n---\ncode,en,zh,parent,from,until,status\nI20,Angina,,,,,\n";

    #[test]
    fn what_is_no_file_and_a_second_table_of_an_edition_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let schema = Schema::from_toml(SCHEMA).unwrap();
        let [one, other] = ["one.csv", "other.csv"].map(|name| folder.path().join(name));
        fs::write(&one, TABLE).unwrap();
        fs::write(&other, TABLE.replace("I20,", "I21,")).unwrap();
        let tables = Tables::read(std::slice::from_ref(&one), &schema).unwrap();
        assert_eq!(tables.held_against().len(), 1);
        let refused = |paths: &[PathBuf]| Tables::read(paths, &schema).err().unwrap();
        // Neither ends by itself: nothing is read of them.
        for path in ["/dev/zero".into(), folder.path().to_owned()] {
            let error = refused(&[path]);
            assert!(matches!(error, TableError::Unread(_)), "{error}");
        }
        let error = refused(&[one, other]);
        let TableError::Twice { column, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(column, "heart");
        fs::write(folder.path().join("broken.csv"), "no table").unwrap();
        let error = refused(&[folder.path().join("broken.csv")]);
        assert!(error.in_chinese().contains("缺少三个连字符"), "{error}");
    }
}
