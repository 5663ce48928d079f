use std::io::ErrorKind;

use consilium_data::{CellFault, Foreign, Issue, ReadError, Refusal, RowFault};

use crate::terminal::on_one_line;
use consilium_plan::Lang;

/// What stopped a reading.
pub(in super::super) fn read_error(error: &ReadError, lang: Lang) -> String {
    if lang == Lang::En {
        return match error {
            ReadError::Open { path, kind } => {
                format!("can't open {}: {}", path.display(), open_fault(*kind, lang))
            }
            other => on_one_line(&other.to_string()),
        };
    }
    match error {
        ReadError::Open { path, kind } => {
            format!("无法打开 {}：{}", path.display(), open_fault(*kind, lang))
        }
        ReadError::Io { line, kind } => format!("第 {line} 行之后读取失败：{kind}"),
        ReadError::Empty => "文件为空".to_owned(),
        ReadError::HeaderOnly => "文件只有表头，没有数据行".to_owned(),
        ReadError::Foreign(kind) => format!("这是{}，不是文本表格", foreign(*kind)),
        ReadError::CutGzip { line } => format!("gzip 文件不完整：在第 {line} 行中断"),
        ReadError::BrokenGzip { line } => {
            format!("gzip 文件在第 {line} 行之后损坏，或其后有多余内容")
        }
        ReadError::Undecodable {
            line,
            encoding,
            declared: true,
        } => {
            format!("第 {line} 行不是 {encoding} 编码")
        }
        ReadError::Undecodable {
            line,
            encoding,
            declared: false,
        } => {
            format!("第 {line} 行不是 {encoding} 编码，与前文不一致")
        }
        ReadError::UnterminatedQuote { line } => {
            format!("第 {line} 行的引号没有闭合：文件可能不完整")
        }
        ReadError::SwollenGzip { line } => format!(
            "gzip 文件至第 {line} 行，解压后已超过 {} MiB 且超过自身大小的 {} 倍",
            ReadError::FREELY_UNPACKED >> 20,
            ReadError::MOST_SWELLING
        ),
        ReadError::RowTooLong { line } => format!(
            "从第 {line} 行开始的一行超过 {} MiB",
            ReadError::LONGEST_ROW >> 20
        ),
        ReadError::MissingColumns { columns } => format!("表头缺少：{}", columns.join("、")),
        ReadError::DuplicateHeader {
            name,
            first,
            second,
        } => {
            format!("第 {first} 列和第 {second} 列同名：{name:?}")
        }
        ReadError::ColumnCount { found, expected } => {
            format!("第一行有 {found} 个单元格，数据结构声明了 {expected} 列")
        }
        ReadError::CountMismatch {
            counted,
            parsed,
            line,
        } => {
            format!("至第 {line} 行，文件中计得 {counted} 行，解析得 {parsed} 行")
        }
        ReadError::Refused(refusal) => {
            let counts = refusal.report.counts;
            let first = refusal.issues.first();
            let first = first.map(|first| format!("，首处：{}", issue(first, lang)));
            format!(
                "{} 行中有 {} 行被拒绝{}",
                counts.rows_in_file,
                counts.rows_refused,
                first.unwrap_or_default()
            )
        }
        other => on_one_line(&other.to_string()),
    }
}

fn open_fault(kind: ErrorKind, lang: Lang) -> String {
    match kind {
        ErrorKind::NotFound => lang.pick("there is no such file", "文件不存在").to_owned(),
        ErrorKind::PermissionDenied => lang
            .pick("this user may not read it", "没有读取权限")
            .to_owned(),
        ErrorKind::IsADirectory => lang.pick("it is a directory", "这是目录").to_owned(),
        ErrorKind::Unsupported => lang.pick("it is not a file", "这不是普通文件").to_owned(),
        other => other.to_string(),
    }
}

fn foreign(kind: Foreign) -> &'static str {
    match kind {
        Foreign::Zip => " zip 压缩包（.xlsx 即属此类）",
        Foreign::Office => "旧版 Office 文件（如 .xls）",
        Foreign::Parquet => " Parquet 文件",
        Foreign::Pdf => " PDF 文件",
        _ => "不支持的压缩文件（仅支持 gzip）",
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
    if lang == Lang::En {
        return on_one_line(&issue.to_string());
    }
    let place = format!(
        "第 {} 行（数据第 {} 行）",
        issue.place.line, issue.place.row
    );
    let said = match &issue.fault {
        RowFault::Cell { column, fault } => {
            let name = on_one_line(&column.name);
            format!("，第 {} 列（{name}）：{}", column.number, cell_fault(fault))
        }
        RowFault::Ragged { found, expected } => {
            format!("：有 {found} 个单元格，应有 {expected} 个")
        }
        RowFault::CutShort { found, expected } => {
            format!("：文件在此行中间结束，只有 {expected} 个单元格中的 {found} 个")
        }
        RowFault::ZeroByte => "：含有零字节".to_owned(),
        RowFault::TextAfterQuote => {
            "：单元格的右引号之后还有文字，可能缺少引号或引号未成对书写".to_owned()
        }
        other => format!("：{other}"),
    };
    place + &said
}

fn cell_fault(fault: &CellFault) -> String {
    let said = match fault {
        CellFault::NotANumber => "不是数值",
        CellFault::NotFinite => "不是有限数值",
        CellFault::NotWhole => "不是整数",
        CellFault::TooLarge => "大于 2^53：请将该列声明为编码（code）",
        CellFault::OutOfRange { min, max } => {
            let bound = |bound: Option<f64>| bound.map_or("不限".to_owned(), |b| b.to_string());
            return format!("超出声明的范围 {} 至 {}", bound(*min), bound(*max));
        }
        CellFault::UnknownLevel => "不是声明的类别取值",
        CellFault::TooManyLevels => "类别取值过多：请将该列声明为编码（code）",
        CellFault::NotABoolean => "不是“是”或“否”",
        CellFault::NotADate { order } => return format!("不是按 {order} 顺序书写的日期"),
        CellFault::Width { found, width } => return format!("有 {found} 个字符，应有 {width} 个"),
        other => return other.to_string(),
    };
    said.to_owned()
}
