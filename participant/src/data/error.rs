//! Why a data set gives no rows.

use std::{
    io,
    path::{Path, PathBuf},
};

use consilium_data::{CellFault, Issue, ReadError, Refusal, RowFault, system_in_chinese};
use consilium_mailbox::PartyId;
use consilium_mapping::{Beyond, Mismatch, QueryError};
use consilium_plan::{Code, Failure, Name};

use super::splits::BadSplit;

/// Why a data set gives no rows. Places are named, values are not.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataError {
    /// A file can't be read to its end.
    #[error("{} can't be read: {kind}", path.display())]
    Gone { path: PathBuf, kind: io::ErrorKind },
    /// The rows can't be read.
    #[error(transparent)]
    Rows(ReadError),
    /// A mapping's query gives no rows.
    #[error(transparent)]
    Query(QueryError),
    /// A mapping asks for more than it may have here.
    #[error(
        "the mapping asks for {} = {}, and this participant allows {}: lower it in [limits], or raise \
         it in [mapping] of the participant's configuration",
        .0.key, .0.asked, .0.most
    )]
    Beyond(Beyond),
    /// A file lies elsewhere than files may.
    #[error(
        "{} does not lie in {}: move it there, or name another root in [data] of the participant's \
         configuration",
        path.display(), root.display()
    )]
    Outside { path: PathBuf, root: PathBuf },
    /// A file is the daemon's own.
    #[error(
        "{} lies in the state folder of the daemon, which reads no data there: move it elsewhere",
        path.display()
    )]
    InState { path: PathBuf },
    /// The rows may be of one content and the version of another.
    #[error("a file of the mapping changes while it is read")]
    Changing,
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
            DataError::Gone { path, kind } | DataError::Rows(ReadError::Open { path, kind }) => {
                format!(
                    "守护进程无法读取 {}：{}",
                    path.display(),
                    system_in_chinese(*kind)
                )
            }
            DataError::Rows(_) => return None,
            DataError::Query(error) => error.in_chinese(),
            DataError::Beyond(Beyond { key, asked, most }) => format!(
                "映射要求 {key} = {asked}，本参与方最多允许 {most}：请在 [limits] 中降低，或在参与方配置的 \
                 [mapping] 中提高"
            ),
            DataError::Outside { path, root } => format!(
                "{} 不在 {} 之内：请移到其中，或在参与方配置的 [data] 中另设 root",
                path.display(),
                root.display()
            ),
            DataError::InState { path } => format!(
                "{} 位于守护进程的状态文件夹内，守护进程不从其中读取数据：请移到他处",
                path.display()
            ),
            DataError::Changing => "映射的某个文件在读取期间发生变化".to_owned(),
            DataError::Split { split, fault } => format!(
                "划分 {split}：{}；划分文件的表头为 row,split，其后各行形如 17,train",
                fault.in_chinese()
            ),
            DataError::Interrupted => "读取被中断".to_owned(),
        })
    }

    /// Gives it as a failure of the data set of that name, for the institution's own people: it
    /// names paths and places.
    pub(crate) fn failure(&self, party: &PartyId, data: &Name) -> Failure {
        let failure = |code| Failure::new(code).of(party).with("data", data);
        let unreadable = |place| failure(Code::DataUnreadable).with_words("place", place);
        match self {
            DataError::Gone { path, kind } => unreadable(unopened(path, *kind)),
            DataError::Rows(error) | DataError::Query(QueryError::Rows(error)) => {
                of_reading(error, failure)
            }
            DataError::Query(QueryError::Columns(differ)) => match missing(differ) {
                missing if missing.is_empty() => unreadable(self.words()),
                missing => failure(Code::DataColumnMissing).with("column", missing.join(", ")),
            },
            DataError::Query(_)
            | DataError::Beyond(_)
            | DataError::Outside { .. }
            | DataError::InState { .. }
            | DataError::Changing => unreadable(self.words()),
            DataError::Interrupted => Failure::new(Code::Internal).of(party).at("reading"),
            DataError::Split { split, fault } => unreadable(match fault {
                BadSplit::Rows(ReadError::Open { path, kind }) => unopened(path, *kind),
                _ => [format!("split {split}"), format!("划分 {split}")],
            }),
        }
    }

    /// Says it in both languages.
    fn words(&self) -> [String; 2] {
        let said = self.to_string();
        let in_chinese = self.in_chinese().unwrap_or_else(|| said.clone());
        [said, in_chinese]
    }

    /// Names the columns of the schema that it is about.
    pub(crate) fn columns(&self) -> Vec<&str> {
        match self {
            DataError::Query(QueryError::Columns(differ)) => missing(differ),
            DataError::Rows(error) | DataError::Query(QueryError::Rows(error)) => match error {
                ReadError::MissingColumns { columns } => {
                    columns.iter().map(String::as_str).collect()
                }
                ReadError::Refused(refusal) => match refusal.issues.first().map(|it| &it.fault) {
                    Some(RowFault::Cell { column, .. }) => vec![&column.name],
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

/// The columns that a query doesn't give.
fn missing(differ: &[Mismatch]) -> Vec<&str> {
    let mut missing = Vec::new();
    for mismatch in differ {
        if let Mismatch::Missing { column, .. } = mismatch {
            missing.push(column.as_str());
        }
    }
    missing
}

/// Says which file can't be opened; the path comes last, for a long one is cut off.
fn unopened(path: &Path, kind: io::ErrorKind) -> [String; 2] {
    let path = path.display();
    match kind {
        io::ErrorKind::NotFound => [
            format!("there is no such file: {path}"),
            format!("没有该文件：{path}"),
        ],
        io::ErrorKind::PermissionDenied => [
            format!("the daemon's user may not read {path}"),
            format!("守护进程的用户无权读取 {path}"),
        ],
        io::ErrorKind::Unsupported => [
            format!("this is not a file: {path}"),
            format!("这不是普通文件：{path}"),
        ],
        other => [
            format!("{other}: {path}"),
            format!("{}：{path}", system_in_chinese(other)),
        ],
    }
}

fn of_reading(error: &ReadError, failure: impl Fn(Code) -> Failure) -> Failure {
    let unreadable = |place| failure(Code::DataUnreadable).with_words("place", place);
    let line = |line| [format!("line {line}"), format!("第 {line} 行")];
    match error {
        ReadError::CutGzip { line: at } | ReadError::UnterminatedQuote { line: at } => {
            failure(Code::DataCut).with_words("place", line(at))
        }
        ReadError::Io { line: at, .. }
        | ReadError::BrokenGzip { line: at }
        | ReadError::SwollenGzip { line: at }
        | ReadError::Undecodable { line: at, .. }
        | ReadError::RowTooLong { line: at }
        | ReadError::CountMismatch { line: at, .. } => unreadable(line(at)),
        ReadError::Open { path, kind } => unreadable(unopened(path, *kind)),
        ReadError::MissingColumns { columns } => {
            failure(Code::DataColumnMissing).with("column", columns.join(", "))
        }
        ReadError::Refused(refusal) => of_refusal(refusal, failure),
        _ => unreadable(["its beginning", "文件开头"].map(str::to_owned)),
    }
}

fn of_refusal(refusal: &Refusal, failure: impl Fn(Code) -> Failure) -> Failure {
    let Some(Issue { place, fault }) = refusal.issues.first() else {
        let rows = ["its rows", "数据行"].map(str::to_owned);
        return failure(Code::DataUnreadable).with_words("place", rows);
    };
    let row = [
        place.to_string(),
        format!("第 {} 行（数据第 {} 行）", place.line, place.row),
    ];
    match fault {
        RowFault::Cell { column, fault } => {
            let code = match fault {
                CellFault::NotFinite => Code::DataNotFinite,
                CellFault::OutOfRange { .. } | CellFault::UnknownLevel => Code::DataOutOfRange,
                _ => Code::DataUnreadable,
            };
            let [en, zh] = row;
            let (number, name) = (column.number, &column.name);
            let cell = [
                format!("{en}, {column}"),
                format!("{zh}，第 {number} 列（{name}）"),
            ];
            failure(code).with_words("place", cell)
        }
        RowFault::CutShort { .. } => failure(Code::DataCut).with_words("place", row),
        _ => failure(Code::DataUnreadable).with_words("place", row),
    }
}
