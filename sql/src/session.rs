//! The engine, with the mapping's files as its only tables.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use consilium_data::ReadError;
use consilium_mapping::{Fault, Format, Mapping, Source};
use datafusion::catalog::TableProvider;
use datafusion::common::TableReference;
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};

use crate::quality::{Known, Tables};
use crate::text::TextTable;
use crate::{codes, comorbidity, faults, limits, quality};

/// Functions whose results change from one run to the next.
const UNSTEADY: [&str; 8] = [
    "random",
    "uuid",
    "now",
    "current_timestamp",
    "current_date",
    "current_time",
    "today",
    "version",
];

/// Opens the files of the mapping as tables.
pub(crate) async fn open(
    mapping: &Mapping,
    files: &[PathBuf],
    spill: &Path,
) -> Result<SessionContext, Fault> {
    let disk = DiskManagerBuilder::default()
        .with_mode(DiskManagerMode::Directories(vec![spill.to_owned()]))
        .with_max_temp_directory_size(limits::to_put_aside(mapping.limits()));
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(limits::for_rows(
            mapping.limits(),
        ))))
        .with_disk_manager_builder(disk)
        .build_arc()
        .map_err(|error| faults::planning(&error, mapping))?;
    // One partition: rows, and sums over them, come in the order of the files.
    let mut config = SessionConfig::new()
        .with_target_partitions(1)
        .with_information_schema(false);
    let parser = &mut config.options_mut().sql_parser;
    // Columns are called as their files call them.
    parser.enable_ident_normalization = false;
    parser.collect_spans = true;
    let session = SessionContext::new_with_config_rt(config, runtime);
    for function in UNSTEADY {
        session.deregister_udf(function);
    }
    comorbidity::register(&session, mapping);
    if files.len() != mapping.sources().len() {
        return Err(Fault::Request);
    }
    let mut tables = Tables::new();
    for (source, path) in mapping.sources().iter().zip(files) {
        let unread = |said: Said| unread(source, said);
        consilium_data::open(path).map_err(|error| match error {
            ReadError::Open {
                kind: ErrorKind::NotFound,
                ..
            } => Fault::NoFile {
                name: source.name.clone(),
                path: source.path.clone(),
            },
            other => unread(said(&other)),
        })?;
        let table = TableReference::bare(source.name.as_str());
        match &source.format {
            Format::Parquet => {
                let options = ParquetReadOptions {
                    file_extension: "",
                    ..ParquetReadOptions::default()
                };
                let registered = session.register_parquet(table, url(path), options).await;
                registered
                    .map_err(|_| unread(both("this is no Parquet file", "这不是 Parquet 文件")))?;
            }
            Format::Csv(_) | Format::Xlsx { .. } => {
                let text = TextTable::open(mapping, source, path.clone())?;
                register(&session, table, Arc::new(text), mapping)?;
            }
            Format::Codes { rule, together } => {
                let (rows, codes) = codes::read(path, (*rule, *together)).map_err(unread)?;
                register(&session, table, Arc::new(rows), mapping)?;
                tables.extend(codes.map(|it| (source.name.clone(), Arc::new(Known::new(it)))));
            }
        }
    }
    quality::register(&session, mapping, tables);
    Ok(session)
}

fn register(
    session: &SessionContext,
    name: TableReference,
    table: Arc<dyn TableProvider>,
    mapping: &Mapping,
) -> Result<(), Fault> {
    let registered = session.register_table(name, table);
    registered.map_err(|error: DataFusionError| faults::planning(&error, mapping))?;
    Ok(())
}

/// What is wrong with a source, in English and in Chinese.
pub(crate) type Said = [String; 2];

/// The same text in both languages.
pub(crate) fn both(en: &str, zh: &str) -> Said {
    [en, zh].map(str::to_owned)
}

/// What is wrong with a table.
pub(crate) fn said(error: &ReadError) -> Said {
    [error.to_string(), error.in_chinese()]
}

/// What is wrong with a source.
pub(crate) fn unread(source: &Source, [message, in_chinese]: Said) -> Fault {
    Fault::Source {
        name: source.name.clone(),
        path: source.path.clone(),
        message,
        in_chinese,
    }
}

/// A path as an address in which no letter has a meaning of its own: `*` names no other file.
fn url(path: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt as _;
    let mut url = "file://".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                url.push(char::from(*byte));
            }
            other => write!(url, "%{other:02X}").expect("a string takes any text"),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_one_file() {
        let path = Path::new("/data/费用 *.parquet");
        assert_eq!(url(path), "file:///data/%E8%B4%B9%E7%94%A8%20%2A.parquet");
    }
}
