use std::io::ErrorKind;

use consilium_data::{CellFault, Foreign, Issue, ReadError, Refusal, RowFault};

use crate::terminal::on_one_line;
use consilium_plan::Lang;

/// What stopped a reading.
pub(in super::super) fn read_error(error: &ReadError, lang: Lang) -> String {
    on_one_line(&match (lang, error) {
        (Lang::Zh, error) => error.in_chinese(),
        (Lang::En, ReadError::Open { path, kind }) => {
            format!("can't open {}: {}", path.display(), unopened(*kind))
        }
        (Lang::En, error) => error.to_string(),
    })
}

fn unopened(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "this user may not read it".to_owned(),
        ErrorKind::IsADirectory => "it is a directory".to_owned(),
        ErrorKind::Unsupported => "it is not a file".to_owned(),
        other => other.to_string(),
    }
}

/// What to do about it, where we know.
pub(in super::super) fn way_out(error: &ReadError, lang: Lang) -> Option<&'static str> {
    let (en, zh) = match error {
        ReadError::Foreign(Foreign::Office) => (
            "open it in the spreadsheet program and save the sheet as CSV UTF-8",
            "请用表格软件打开，并将工作表另存为 CSV UTF-8",
        ),
        ReadError::Foreign(Foreign::Zip) => (
            "save the sheet as CSV UTF-8, or read an .xlsx by a mapping: `consilium data map --help`",
            "请将工作表另存为 CSV UTF-8，或通过映射读取 .xlsx：`consilium data map --help`",
        ),
        ReadError::Foreign(Foreign::Parquet) => (
            "read it by a mapping: `consilium data map --help`",
            "请通过映射读取：`consilium data map --help`",
        ),
        ReadError::Foreign(_) => ("export the table as CSV", "请将表格导出为 CSV"),
        ReadError::CutGzip { .. }
        | ReadError::BrokenGzip { .. }
        | ReadError::UnterminatedQuote { .. } => (
            "copy or export the file again and compare the sizes",
            "请重新复制或导出文件，并比较文件大小",
        ),
        ReadError::SwollenGzip { .. } => (
            "if the table is really that large, unpack it first: `gunzip -k FILE`",
            "如果表格确实这么大，请先解压：`gunzip -k 文件`",
        ),
        ReadError::RowTooLong { .. } => (
            "a line end or a closing quote may be missing there: export the file again",
            "该处可能缺少换行或右引号：请重新导出文件",
        ),
        ReadError::Undecodable { .. } => (
            "declare it in the schema: [file] encoding = \"gbk\" (or utf-8, utf-16le, utf-16be), or \
             export the whole file in one encoding",
            "请在数据结构中声明：[file] encoding = \"gbk\"（或 utf-8、utf-16le、utf-16be），或以同一种\
             编码重新导出整个文件",
        ),
        ReadError::MissingColumns { .. } => (
            "`consilium data schema FILE` shows the columns that the file has",
            "可用 `consilium data schema 文件` 查看文件中的列",
        ),
        ReadError::DuplicateHeader { .. } => (
            "rename one of them, or declare [file] duplicate_headers = \"number\"",
            "请重命名其中一列，或声明 [file] duplicate_headers = \"number\"",
        ),
        ReadError::ColumnCount { .. } => (
            "name all columns of the file: [file] names = [...], or check the delimiter",
            "请列出文件的所有列：[file] names = [...]，或检查分隔符",
        ),
        ReadError::HeaderOnly => (
            "if the first line is data, declare [file] header = false",
            "如果第一行是数据，请声明 [file] header = false",
        ),
        ReadError::Refused(_) => (
            "correct the rows, which `consilium data check` names, or declare what they mean in the \
             schema (missing, outside, levels)",
            "请修正 `consilium data check` 列出的各行，或在数据结构中声明其含义（missing、outside、levels）",
        ),
        _ => return None,
    };
    Some(lang.pick(en, zh))
}

/// What to do about rows that were refused and have been named.
pub(in super::super) fn way_out_of(refusal: &Refusal, lang: Lang) -> &'static str {
    let not_finite = |issue: &Issue| {
        let fault = CellFault::NotFinite;
        matches!(&issue.fault, RowFault::Cell { fault: found, .. } if *found == fault)
    };
    if !refusal.issues.is_empty() && refusal.issues.iter().all(not_finite) {
        return lang.pick(
            "if NaN or inf stands there for a missing value, declare it in the schema, as in missing = [\"NaN\"]; \
             else correct the rows",
            "如果其中的 NaN 或 inf 表示缺失，请在数据结构中声明，例如 missing = [\"NaN\"]；否则请修正这些行",
        );
    }
    lang.pick(
        "correct these rows, or declare what they mean in the schema (missing, outside, levels)",
        "请修正这些行，或在数据结构中声明其含义（missing、outside、levels）",
    )
}

/// One thing that is wrong in a row, with its place.
pub(in super::super) fn issue(issue: &Issue, lang: Lang) -> String {
    on_one_line(&match lang {
        Lang::En => issue.to_string(),
        Lang::Zh => issue.in_chinese(),
    })
}
