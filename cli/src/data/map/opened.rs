use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use consilium_data::Loaded;
use consilium_mapping::{Fault, Mapping, Program, Query, QueryError};
use consilium_plan::Lang;
use consilium_schema::Schema;

use crate::data;
use crate::hint::Hinted;

/// A mapping with all that running it takes.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) mapping: Mapping,
    pub(crate) schema: Schema,
    folder: PathBuf,
    program: Program,
}

impl Opened {
    /// Reads a mapping and the schema that it names, and finds the program.
    pub(crate) fn read(file: &Path, lang: Lang) -> anyhow::Result<Self> {
        let reading = || format!("{} {}", lang.pick("reading", "读取"), file.display());
        let named = reading();
        let text = fs::read_to_string(file).with_context(reading)?;
        let mapping = Mapping::from_toml(&text).with_context(reading)?;
        let file = fs::canonicalize(file).with_context(reading)?;
        let folder = file.parent().unwrap_or(Path::new("/")).to_owned();
        let path = folder.join(mapping.schema());
        let reading = lang.pick("reading the schema", "读取数据结构文件");
        let reading = || format!("{reading} {}", path.display());
        let text = fs::read_to_string(&path).with_context(reading)?;
        let schema = Schema::from_toml(&text).with_context(reading)?;
        mapping.accepts(&schema).context(named)?;
        Ok(Self {
            mapping,
            schema,
            folder,
            program: find(lang)?,
        })
    }

    pub(crate) fn query(&self) -> Query<'_> {
        Query::new(&self.mapping, &self.folder, &self.program)
    }

    /// Runs the query: all its rows, or the first `most`.
    pub(crate) fn rows(&self, most: Option<u64>, lang: Lang) -> anyhow::Result<Loaded> {
        let rows = self.query().rows(&self.schema, most, 20);
        rows.map_err(|error| failed(error, lang))
    }
}

/// Finds the program that runs queries, or says how to come by it.
pub(crate) fn find(lang: Lang) -> anyhow::Result<Program> {
    program().map_err(|error| failed(error, lang))
}

/// Finds the program that runs queries: `CONSILIUM_SQL`, beside this program, in `PATH`.
fn program() -> Result<Program, QueryError> {
    let named = env::var_os("CONSILIUM_SQL").filter(|named| !named.is_empty());
    let own = env::current_exe().ok();
    let search = env::var_os("PATH").unwrap_or_default();
    Program::find(
        named.as_deref().map(Path::new),
        own.as_deref(),
        env::split_paths(&search),
    )
}

/// An error of a query with the way out where there is one.
pub(crate) fn failed(error: QueryError, lang: Lang) -> anyhow::Error {
    let (en, zh) = match &error {
        QueryError::Rows(rows) => {
            let gives = lang.pick("what the query gives", "查询结果");
            return data::failed(rows, lang).context(gives);
        }
        QueryError::NoProgram { .. } | QueryError::Start { .. } => (
            "build it with `cargo build --release -p consilium-sql` and put it beside consilium, or \
             name it in the environment as CONSILIUM_SQL",
            "请用 `cargo build --release -p consilium-sql` 构建，放在 consilium 旁边，或用环境变量 \
             CONSILIUM_SQL 指明其位置",
        ),
        QueryError::Fault(Fault::Request) => (
            "build consilium and consilium-sql from one release",
            "请用同一版本构建 consilium 和 consilium-sql",
        ),
        QueryError::Fault(Fault::Source { .. }) => (
            "say in [[source]] how the file is read: file = { encoding, delimiter, header, missing }, \
             types, sheet",
            "请在 [[source]] 中说明文件的读法：file = { encoding, delimiter, header, missing }、types、sheet",
        ),
        QueryError::NoRows => (
            "look at the conditions of the query and of its joins",
            "请检查查询条件和连接条件",
        ),
        _ => return error.into(),
    };
    Hinted {
        error: error.into(),
        hint: lang.pick(en, zh).to_owned(),
    }
    .into()
}
