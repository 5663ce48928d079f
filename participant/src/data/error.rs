//! Why a data set gives no rows.

use std::{io, path::PathBuf};

use consilium_data::{CellFault, Issue, ReadError, Refusal, RowFault};
use consilium_mailbox::PartyId;
use consilium_plan::{Code, Failure, Name};

use super::splits::BadSplit;

/// Why a data set gives no rows. Places are named, values are not.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataError {
    /// A file is not there, or not for us to read.
    #[error("{} can't be read: {kind}", path.display())]
    Gone { path: PathBuf, kind: io::ErrorKind },
    /// The rows can't be read.
    #[error(transparent)]
    Rows(ReadError),
    /// A split can't be read.
    #[error("split {split}: {fault}; a split has the header row,split and lines such as 17,train")]
    Split { split: Name, fault: BadSplit },
    /// The daemon stops, or the reader failed.
    #[error("reading was interrupted")]
    Interrupted,
}

impl DataError {
    /// Says it in Chinese, unless it is about rows: these are read by the caller too, who has texts.
    pub(crate) fn in_chinese(&self) -> Option<String> {
        Some(match self {
            DataError::Gone { path, .. } | DataError::Rows(ReadError::Open { path, .. }) => {
                format!("守护进程无法读取 {}", path.display())
            }
            DataError::Rows(_) => return None,
            DataError::Split { split, fault } => format!(
                "划分 {split}：{}；划分文件的表头为 row,split，其后各行形如 17,train",
                fault.in_chinese()
            ),
            DataError::Interrupted => "读取被中断".to_owned(),
        })
    }

    /// Gives it as a failure of the data set of that name.
    pub(crate) fn failure(&self, party: &PartyId, data: &Name) -> Failure {
        let failure = |code| Failure::new(code).of(party).with("data", data);
        match self {
            DataError::Gone { kind, .. } => failure(Code::DataUnreadable).with("place", kind),
            DataError::Rows(error) => of_reading(error, failure),
            DataError::Interrupted => Failure::new(Code::Internal).of(party).at("reading"),
            DataError::Split { split, .. } => {
                failure(Code::DataUnreadable).with("place", format_args!("split {split}"))
            }
        }
    }
}

fn of_reading(error: &ReadError, failure: impl Fn(Code) -> Failure) -> Failure {
    let at_line = |code, line| failure(code).with("place", format_args!("line {line}"));
    match error {
        ReadError::CutGzip { line } | ReadError::UnterminatedQuote { line } => {
            at_line(Code::DataCut, line)
        }
        ReadError::Io { line, .. }
        | ReadError::BrokenGzip { line }
        | ReadError::SwollenGzip { line }
        | ReadError::Undecodable { line, .. }
        | ReadError::RowTooLong { line }
        | ReadError::CountMismatch { line, .. } => at_line(Code::DataUnreadable, line),
        ReadError::MissingColumns { columns } => {
            failure(Code::DataColumnMissing).with("column", columns.join(", "))
        }
        ReadError::Refused(refusal) => of_refusal(refusal, failure),
        _ => failure(Code::DataUnreadable).with("place", "its beginning"),
    }
}

fn of_refusal(refusal: &Refusal, failure: impl Fn(Code) -> Failure) -> Failure {
    let Some(Issue { place, fault }) = refusal.issues.first() else {
        return failure(Code::DataUnreadable).with("place", "its rows");
    };
    let (code, place) = match fault {
        RowFault::Cell { column, fault } => {
            let code = match fault {
                CellFault::NotFinite => Code::DataNotFinite,
                CellFault::OutOfRange { .. } | CellFault::UnknownLevel => Code::DataOutOfRange,
                _ => Code::DataUnreadable,
            };
            (code, format!("{place}, {column}"))
        }
        RowFault::CutShort { .. } => (Code::DataCut, place.to_string()),
        _ => (Code::DataUnreadable, place.to_string()),
    };
    failure(code).with("place", place)
}
