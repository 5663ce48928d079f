//! What is wrong with a file, in Chinese. Places are named, values are not.

use std::io::ErrorKind;

use crate::{CellFault, Foreign, Issue, ReadError, RowFault};

/// Says in Chinese what the system says of a file or a connection; what it hardly ever says stays in
/// English.
pub fn system_in_chinese(kind: ErrorKind) -> String {
    system_known_in_chinese(kind).map_or_else(|| kind.to_string(), str::to_owned)
}

/// Says in Chinese what the system says of a file or a connection; none of what it hardly ever says.
pub fn system_known_in_chinese(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => "没有该文件或文件夹",
        ErrorKind::PermissionDenied => "权限不足",
        ErrorKind::AlreadyExists => "已存在",
        ErrorKind::IsADirectory => "这是文件夹",
        ErrorKind::NotADirectory => "路径中有一段不是文件夹",
        ErrorKind::DirectoryNotEmpty => "文件夹不为空",
        ErrorKind::FileTooLarge => "文件过大",
        ErrorKind::StorageFull => "磁盘空间已满",
        ErrorKind::ReadOnlyFilesystem => "文件系统只读",
        ErrorKind::InvalidData => "内容不是 UTF-8 文本",
        ErrorKind::UnexpectedEof => "内容不完整",
        ErrorKind::ConnectionRefused => "连接被拒绝",
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => "连接中断",
        ErrorKind::TimedOut => "超时",
        ErrorKind::AddrInUse => "地址已被占用",
        _ => return None,
    })
}

impl ReadError {
    /// Says it in Chinese.
    pub fn in_chinese(&self) -> String {
        match self {
            ReadError::Open { path, kind } => {
                format!("无法打开 {}：{}", path.display(), unopened(*kind))
            }
            ReadError::Io { line, kind } => {
                format!("第 {line} 行之后读取失败：{}", system_in_chinese(*kind))
            }
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
            } => format!("第 {line} 行不是 {encoding} 编码"),
            ReadError::Undecodable {
                line,
                encoding,
                declared: false,
            } => format!("第 {line} 行不是 {encoding} 编码，与前文不一致"),
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
            ReadError::TooManyColumns { found } => format!(
                "第一行有 {found} 个单元格，最多读取 {} 个",
                ReadError::MOST_COLUMNS
            ),
            ReadError::MissingColumns { columns } => format!("表头缺少：{}", columns.join("、")),
            ReadError::DuplicateHeader {
                name,
                first,
                second,
            } => format!("第 {first} 列和第 {second} 列同名：{name:?}"),
            ReadError::ColumnCount { found, expected } => {
                format!("第一行有 {found} 个单元格，数据结构声明了 {expected} 列")
            }
            ReadError::CountMismatch {
                counted,
                parsed,
                line,
            } => format!("至第 {line} 行，文件中计得 {counted} 行，解析得 {parsed} 行"),
            ReadError::Refused(refusal) => {
                let counts = refusal.report.counts;
                let first = refusal.issues.first();
                let first = first.map(|first| format!("，首处：{}", first.in_chinese()));
                format!(
                    "{} 行中有 {} 行被拒绝{}",
                    counts.rows_in_file,
                    counts.rows_refused,
                    first.unwrap_or_default()
                )
            }
        }
    }
}

impl Issue {
    /// Says it in Chinese.
    pub fn in_chinese(&self) -> String {
        let place = format!("第 {} 行（数据第 {} 行）", self.place.line, self.place.row);
        let said = match &self.fault {
            RowFault::Cell { column, fault } => {
                let (number, name) = (column.number, &column.name);
                format!("，第 {number} 列（{name}）：{}", fault.in_chinese())
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
        };
        place + &said
    }
}

impl CellFault {
    /// Says it in Chinese.
    pub fn in_chinese(&self) -> String {
        let said = match self {
            CellFault::NotANumber => "不是数值",
            CellFault::NotFinite => "不是有限数值",
            CellFault::NotWhole => "不是整数",
            CellFault::TooLarge => "大于 2^53：请将该列声明为编码（code）",
            CellFault::OutOfRange { min, max } => {
                let bound =
                    |bound: Option<f64>| bound.map_or("不限".to_owned(), |b| b.to_string());
                return format!("超出声明的范围 {} 至 {}", bound(*min), bound(*max));
            }
            CellFault::UnknownLevel => "不是声明的类别取值",
            CellFault::TooManyLevels => "类别取值过多：请将该列声明为编码（code）",
            CellFault::NotABoolean => "不是“是”或“否”",
            CellFault::NotADate { order } => return format!("不是按 {order} 顺序书写的日期"),
            CellFault::Width { found, width } => {
                return format!("有 {found} 个字符，应有 {width} 个");
            }
        };
        said.to_owned()
    }
}

fn unopened(kind: ErrorKind) -> String {
    match kind {
        // As `open` says it.
        ErrorKind::Unsupported => "这不是普通文件".to_owned(),
        other => system_in_chinese(other),
    }
}

fn foreign(kind: Foreign) -> &'static str {
    match kind {
        Foreign::Zip => " zip 压缩包（.xlsx 即属此类）",
        Foreign::Office => "旧版 Office 文件（如 .xls）",
        Foreign::Parquet => " Parquet 文件",
        Foreign::Pdf => " PDF 文件",
        Foreign::Compressed => "不支持的压缩文件（仅支持 gzip）",
    }
}
