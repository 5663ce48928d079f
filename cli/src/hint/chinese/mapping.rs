//! What is wrong with a mapping, or with what its query gives.

use consilium_mapping::{Fault, MappingError, Mismatch, QueryError, SourceFault};

use super::{at, parser, state};

pub(super) fn error(error: &MappingError) -> Option<String> {
    Some(match error {
        MappingError::TooLong => "映射文件最多 1 MiB".to_owned(),
        MappingError::Toml { place, message } => format!("{}：{}", at(place), parser(message)),
        MappingError::NoQuery { place } => {
            format!("{}：sql 为空：应为一条 SELECT", at(place))
        }
        MappingError::NoSchema { place } => {
            format!("{}：schema 为空：应指明查询结果的数据结构文件", at(place))
        }
        MappingError::SchemaFile { place, key } => format!(
            "{}：数据结构的 [file] 声明了 {key}：输出文件为 UTF-8、逗号分隔、有表头、缺失值为空，请删去 {key}",
            at(place)
        ),
        MappingError::NoSource => "没有声明任何 [[source]]".to_owned(),
        MappingError::Limit {
            place,
            key,
            least,
            most,
        } => format!("{}：{key} 的范围是 {least} 至 {most}", at(place)),
        MappingError::Source {
            place,
            source_name,
            fault,
        } => format!("{}：数据源 {source_name:?}：{}", at(place), source(fault)),
        _ => return None,
    })
}

fn source(fault: &SourceFault) -> String {
    match fault {
        SourceFault::Name => "名称为空、过长、首尾有空白，或含不可见字符".to_owned(),
        SourceFault::Twice => "声明了两次".to_owned(),
        SourceFault::Path => "路径为空".to_owned(),
        SourceFault::Misplaced { key } => format!("{key} 对该格式没有意义"),
        SourceFault::Category => "数据源的列不能是类别：请声明为编码（code）".to_owned(),
        SourceFault::NamesBesideHeader => "给出了 names，但 header 不是 false".to_owned(),
        SourceFault::NoNames => "header 为 false：请在 names 中为文件的所有列命名".to_owned(),
        SourceFault::NamedTwice { column } => format!("names 中 {column:?} 出现两次"),
        other => other.to_string(),
    }
}

pub(super) fn query(error: &QueryError) -> Option<String> {
    Some(match error {
        QueryError::NoProgram { .. } => "找不到程序 consilium-sql".to_owned(),
        QueryError::Start { path, kind } => {
            let kind = state::system(*kind).map_or_else(|| kind.to_string(), str::to_owned);
            format!("无法启动 {}：{kind}", path.display())
        }
        QueryError::Spill { kind } => {
            let kind = state::system(*kind).map_or_else(|| kind.to_string(), str::to_owned);
            format!("无法为查询建立临时文件夹：{kind}")
        }
        QueryError::Fault(fault) => self::fault(fault),
        QueryError::Died { how, said } => format!("consilium-sql 意外结束（{how}）{said}"),
        QueryError::Stream => "consilium-sql 的输出中断，或无法读取".to_owned(),
        QueryError::Columns(differ) => {
            let said: Vec<_> = differ.iter().map(mismatch).collect();
            said.join("；")
        }
        QueryError::NoRows => "查询没有给出任何行".to_owned(),
        _ => return None,
    })
}

fn mismatch(mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::Missing { place, column } => {
            format!("{}：查询没有给出数据结构声明的列 {column:?}", at(place))
        }
        Mismatch::Type {
            place,
            column,
            found,
            declared,
        } => format!(
            "{}：列 {column:?} 的类型是 {}，数据结构声明为 {declared}：请声明数据源中的类型，或用 CAST 转换",
            at(place),
            found.name()
        ),
        other => other.to_string(),
    }
}

pub(super) fn fault(fault: &Fault) -> String {
    let join = "是否缺少连接条件？否则请在 [limits] 中提高";
    match fault {
        Fault::Request => "consilium-sql 不理解请求：两个程序的版本不同".to_owned(),
        Fault::Source {
            name,
            path,
            message,
        } => format!("数据源 {name:?}（{path}）：{message}"),
        Fault::NoColumn {
            place,
            name,
            column,
            there,
        } => format!(
            "{}：数据源 {name:?} 没有列 {column:?}；现有：{}",
            at(place),
            there.join("、")
        ),
        Fault::Statement { place } => {
            format!("{}：查询不是一条 SELECT：其他语句一律不执行", at(place))
        }
        Fault::Query { place, message } => format!("{}：{message}", at(place)),
        Fault::Type {
            place,
            column,
            found,
        } => format!(
            "{}：列 {column:?} 的类型是 {found}：请用 CAST 转换为数、文本或日期",
            at(place)
        ),
        Fault::Value { what } => {
            format!("查询遇到无法处理的值（{what}）；TRY_CAST 和 NULLIF 可将这类值变为缺失")
        }
        Fault::Memory { memory_mb } => {
            format!("查询需要的内存超过 {memory_mb} MiB：{join} memory_mb")
        }
        Fault::Time { seconds } => format!("查询用时超过 {seconds} 秒：{join} seconds"),
        Fault::Rows { rows } => format!("查询给出的行超过 {rows} 行：{join} rows"),
        Fault::Disk => "查询暂存的数据超过磁盘可用空间".to_owned(),
        other => other.to_string(),
    }
}
