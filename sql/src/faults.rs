//! What the engine says is wrong, in our words where its own may hold a value.

use std::error::Error;
use std::io;

use consilium_mapping::{Fault, Mapping, TextPlace};
use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::parser::ParserError;

/// What the engine says where more is put aside than its bound.
const PUT_ASIDE: &str = "disk space during the spilling process";

/// The most of a list of columns that is shown.
const MOST_LETTERS: usize = 300;

/// What the engine names where a query has a list.
const NO_LISTS: &str = "nested_expressions";

/// What was wrong before a row was read: the engine speaks of the query and of columns.
pub(crate) fn planning(error: &DataFusionError, mapping: &Mapping) -> Fault {
    if let Some(fault) = ours(error) {
        return fault;
    }
    if let Some(fault) = exhausted(error, mapping) {
        return fault;
    }
    let (place, message) = match error.find_root() {
        DataFusionError::SQL(parser, _) => parsing(parser, mapping),
        root => {
            let diagnostic = error.diagnostic();
            let span = diagnostic.and_then(|diagnostic| diagnostic.span);
            let place = span.map(|span| place(mapping, span.start.line, span.start.column));
            (place, root.message().into_owned())
        }
    };
    if message.contains(NO_LISTS) {
        return lists(mapping);
    }
    Fault::Query {
        place: place.unwrap_or_else(|| mapping.place_in_query(1, 1)),
        message: plain(&message),
    }
}

/// Lists are not built into the engine, which speaks of how it could be built.
fn lists(mapping: &Mapping) -> Fault {
    Fault::Refused {
        place: mapping.place_of_name("unnest"),
        message:
            "there are no lists: rows are made of columns by one SELECT for each of them, with \
                  UNION ALL between"
                .to_owned(),
        in_chinese: "不支持列表：要把多列变为多行，请为每列写一条 SELECT，用 UNION ALL 相连"
            .to_owned(),
    }
}

/// What was wrong while rows were read: a message of the engine may hold a cell, so it is not passed
/// on.
pub(crate) fn running(error: &DataFusionError, mapping: &Mapping) -> Fault {
    if let Some(fault) = ours(error).or_else(|| exhausted(error, mapping)) {
        return fault;
    }
    let value = |what: &str| Fault::Value {
        what: what.to_owned(),
    };
    let internal = |what: &str| Fault::Internal {
        what: what.to_owned(),
    };
    match error.find_root() {
        DataFusionError::ArrowError(error, _) => match &**error {
            ArrowError::CastError(_) | ArrowError::ParseError(_) => {
                value("it can't be turned into the type that is asked for")
            }
            ArrowError::DivideByZero => value("it is divided by zero"),
            ArrowError::ArithmeticOverflow(_) | ArrowError::OffsetOverflowError(_) => {
                value("a number grows too large")
            }
            _ => internal("a computation on columns"),
        },
        DataFusionError::Execution(_) => value("a function can't take it"),
        DataFusionError::ParquetError(_) | DataFusionError::ObjectStore(_) => {
            internal("a Parquet file is damaged, or has gone")
        }
        DataFusionError::NotImplemented(_) => internal("the query asks for what is not there"),
        _ => internal("the query broke off"),
    }
}

/// The fault that a source of ours has raised, from within the engine.
fn ours(error: &DataFusionError) -> Option<Fault> {
    causes(error).find_map(|cause| cause.downcast_ref::<Fault>().cloned())
}

/// The limit that was met, however the engine has wrapped it.
fn exhausted(error: &DataFusionError, mapping: &Mapping) -> Option<Fault> {
    let limits = mapping.limits();
    let memory = Fault::Memory {
        memory_mb: limits.memory_mb,
    };
    let of_io = |error: &io::Error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(Fault::Disk),
        io::ErrorKind::OutOfMemory => Some(memory.clone()),
        // The engine's own bound has no kind.
        io::ErrorKind::Other if error.to_string().contains(PUT_ASIDE) => {
            let disk_mb = limits.disk_mb;
            Some(Fault::Aside { disk_mb })
        }
        _ => None,
    };
    let of_cause = |cause: &(dyn Error + 'static)| match cause.downcast_ref()? {
        DataFusionError::ResourcesExhausted(_) => Some(memory.clone()),
        DataFusionError::IoError(error) => Some(of_io(error).unwrap_or_else(|| Fault::Internal {
            what: error.kind().to_string(),
        })),
        _ => None,
    };
    causes(error).find_map(|cause| {
        let of_system = cause.downcast_ref().and_then(of_io);
        of_system.or_else(|| of_cause(cause))
    })
}

/// An error and what lies behind it.
fn causes<'a>(error: &'a DataFusionError) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let first: &'a (dyn Error + 'static) = error;
    std::iter::successors(Some(first), |error| Error::source(*error))
}

/// The parser writes the place behind what it says.
fn parsing(error: &ParserError, mapping: &Mapping) -> (Option<TextPlace>, String) {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
        ParserError::RecursionLimitExceeded => {
            return (None, "the query is nested too deeply".to_owned());
        }
    };
    let Some((said, at)) = message.rsplit_once(" at Line: ") else {
        return (None, message.clone());
    };
    let numbers = at
        .split_once(", Column: ")
        .and_then(|(line, column)| Some((line.trim().parse().ok()?, column.trim().parse().ok()?)));
    let place = numbers.map(|(line, column)| place(mapping, line, column));
    (place, said.to_owned())
}

fn place(mapping: &Mapping, line: u64, column: u64) -> TextPlace {
    let number = |number: u64| usize::try_from(number).unwrap_or(1);
    mapping.place_in_query(number(line), number(column))
}

/// The first line of a message, and the columns that there are where one is not, without the names that
/// the engine gives to what has none.
fn plain(message: &str) -> String {
    let mut lines = message.lines();
    let mut said = lines.next().unwrap_or_default().to_owned();
    if let Some(there) = lines.next().filter(|it| it.starts_with("Valid fields")) {
        said.push(' ');
        said.extend(there.chars().take(MOST_LETTERS));
        if there.chars().nth(MOST_LETTERS).is_some() {
            said.push('…');
        }
    }
    said.replace("datafusion.public.", "")
}
