//! Mappings run by the program itself.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod adjusted;
mod answers;
mod behaviour;
mod codes;
mod guide;
mod limits;
mod packs;
mod quality;
mod refusals;
mod shapes;
mod sources;
mod verdicts;

use std::fs;
use std::path::Path;

use consilium_data::{Loaded, NamedColumn, Values};
use consilium_mapping::{Fault, Mapping, Program, Query, QueryError};
use consilium_schema::Schema;
use tempfile::TempDir;

/// A folder with files, and mappings over them.
struct House(TempDir);

impl House {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs a mapping and holds what it gives against a schema of these columns: names and types.
    fn rows(&self, mapping: &str, columns: &[(&str, &str)]) -> Result<Loaded, QueryError> {
        let mapping = Mapping::from_toml(mapping).unwrap();
        let program = program();
        let query = Query::new(&mapping, mapping.files(self.path()), &program).aside(self.path());
        let loaded = query.rows(&schema(columns), None, 20);
        self.assert_tidy();
        loaded
    }

    fn fault(&self, mapping: &str) -> Fault {
        fault(self.rows(mapping, &[("n", "number")]))
    }

    /// Nothing is left of what a query has put aside.
    fn assert_tidy(&self) {
        let left = fs::read_dir(self.path()).unwrap().flatten();
        let left: Vec<_> = left
            .map(|entry| entry.file_name())
            .filter(|name| name.to_string_lossy().starts_with("consilium-sql-"))
            .collect();
        assert!(left.is_empty(), "left behind: {left:?}");
    }
}

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_consilium-sql"))
}

fn schema(columns: &[(&str, &str)]) -> Schema {
    let column =
        |(name, kind): &(&str, &str)| format!("[[column]]\nname = {name:?}\ntype = {kind:?}\n");
    Schema::from_toml(&columns.iter().map(column).collect::<String>()).unwrap()
}

/// A mapping with that query over files of which only name, path and further keys are said.
fn mapping(sql: &str, sources: &[(&str, &str, &str)]) -> String {
    limited(sql, "", sources)
}

fn limited(sql: &str, limits: &str, sources: &[(&str, &str, &str)]) -> String {
    let sources = sources
        .iter()
        .map(|(name, path, keys)| format!("[[source]]\nname = {name:?}\npath = {path:?}\n{keys}"));
    let sources: Vec<String> = sources.collect();
    let sources = sources.join("\n");
    format!("schema = \"x.toml\"\nsql = '''\n{sql}'''\n[limits]\n{limits}\n{sources}\n")
}

fn fault(outcome: Result<Loaded, QueryError>) -> Fault {
    match outcome.unwrap_err() {
        QueryError::Fault(fault) => fault,
        other => panic!("no fault of the program: {other}"),
    }
}

/// The cells of a column as texts, `-` where one is missing.
fn cells(loaded: &Loaded, name: &str) -> Vec<String> {
    fn text<T: ToString>(cell: Option<T>) -> String {
        cell.map_or_else(|| "-".to_owned(), |cell| cell.to_string())
    }
    let NamedColumn { values, .. } = loaded.table.column(name).unwrap();
    match values {
        Values::Numbers(it) => it.iter().map(text).collect(),
        Values::Texts(it) => it.iter().map(text).collect(),
        Values::Flags(it) => it.iter().map(text).collect(),
        Values::Dates(it) => it.iter().map(text).collect(),
        Values::Categories(it) => it
            .iter()
            .map(|at| text(at.map(|at| &it.levels()[at])))
            .collect(),
    }
}
