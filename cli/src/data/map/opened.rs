use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use consilium_catalogue::Catalogue;
use consilium_data::{Loaded, ReadError};
use consilium_mapping::{Fault, Mapping, Program, Query, QueryError, Wanted, Whereabouts};
use consilium_plan::Lang;
use consilium_schema::Schema;

use crate::hint::{Hinted, OrHint as _};
use crate::{catalogue, data, whole};

/// The most bytes of a schema that are read.
const LONGEST_SCHEMA: u64 = 16 << 20;

/// A mapping with all that running it takes.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) mapping: Mapping,
    pub(crate) schema: Schema,
    /// The catalogue whose features it names, if it does.
    pub(crate) catalogue: Option<Catalogue>,
    /// Its file, from the root.
    pub(crate) file: PathBuf,
    /// The files of its sources, in declared order.
    files: Vec<PathBuf>,
    program: Program,
}

impl Opened {
    /// Reads a mapping and the schema or catalogue that it names, and finds the program.
    pub(crate) fn read(file: &Path, lang: Lang) -> anyhow::Result<Self> {
        let reading = || format!("{} {}", lang.pick("reading", "读取"), file.display());
        let text = whole::text(file, Mapping::LONGEST as u64).with_context(reading)?;
        let mapping = Mapping::from_toml(&text).with_context(reading)?;
        let found = fs::canonicalize(file).with_context(reading)?;
        let folder = found.parent().unwrap_or(Path::new("/")).to_owned();
        let (schema, catalogue) = match mapping.wanted() {
            Wanted::Schema { path, .. } => {
                let path = folder.join(path);
                let of_schema = lang.pick("reading the schema", "读取数据结构文件");
                let of_schema = || format!("{of_schema} {}", path.display());
                let text = whole::text(&path, LONGEST_SCHEMA).with_context(of_schema)?;
                let schema = Schema::from_toml(&text).with_context(of_schema)?;
                mapping.accepts(&schema).with_context(reading)?;
                (schema, None)
            }
            Wanted::Features(features) => {
                let path = features.catalogue().map(|path| folder.join(path));
                let catalogue = catalogue::load(path.as_deref(), lang)?;
                let schema = mapping.schema_of(features, &catalogue);
                let schema = schema.with_context(reading).or_hint(lang.pick(
                    "`consilium catalogue list` lists the features",
                    "`consilium catalogue list` 可列出所有特征",
                ))?;
                (schema, Some(catalogue))
            }
        };
        Ok(Self {
            files: mapping.files(&folder),
            mapping,
            schema,
            catalogue,
            file: found,
            program: find(lang)?,
        })
    }

    pub(crate) fn query(&self) -> Query<'_> {
        Query::new(&self.mapping, self.files.clone(), &self.program)
    }

    /// Runs the query: all its rows, or the first `most`.
    pub(crate) fn rows(&self, most: Option<u64>, lang: Lang) -> anyhow::Result<Loaded> {
        let rows = self.query().rows(&self.schema, most, 20);
        rows.map_err(|error| failed(error, lang))
    }
}

/// Finds the program that runs queries, or says how to come by it.
pub(crate) fn find(lang: Lang) -> anyhow::Result<Program> {
    whereabouts().find().map_err(|error| failed(error, lang))
}

/// Where the program that runs queries may be: `CONSILIUM_SQL`, beside this program, in `PATH`.
pub(crate) fn whereabouts() -> Whereabouts {
    let named = env::var_os("CONSILIUM_SQL").filter(|named| !named.is_empty());
    let search = env::var_os("PATH").unwrap_or_default();
    Whereabouts {
        named: named.map(PathBuf::from),
        own: env::current_exe().ok(),
        folders: env::split_paths(&search).collect(),
    }
}

/// An error of a query with the way out where there is one.
pub(crate) fn failed(error: QueryError, lang: Lang) -> anyhow::Error {
    let (en, zh) = match &error {
        QueryError::Rows(ReadError::Refused(_)) => (
            "recode such cells in the query (CASE, NULLIF), or declare what they mean in the schema (missing, \
             outside, levels)",
            "请在查询中转换这些值（CASE、NULLIF），或在数据结构中声明其含义（missing、outside、levels）",
        ),
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
