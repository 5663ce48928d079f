//! What is wrong with a query and what it gives, in Chinese.

use consilium_data::{ReadError, RowFault, system_in_chinese};

use crate::error::NAMED;
use crate::{Fault, Mismatch, QueryError, TextPlace};

impl QueryError {
    /// Says it in Chinese.
    pub fn in_chinese(&self) -> String {
        match self {
            QueryError::NoProgram { .. } => "找不到程序 consilium-sql".to_owned(),
            QueryError::Start { path, kind } => {
                format!("无法启动 {}：{}", path.display(), system_in_chinese(*kind))
            }
            QueryError::Spill { kind } => {
                format!("无法为查询建立临时文件夹：{}", system_in_chinese(*kind))
            }
            QueryError::Fault(fault) => fault.in_chinese(),
            QueryError::Died { how, said } => format!("consilium-sql 意外结束（{how}）{said}"),
            QueryError::Stream => "consilium-sql 的输出中断，或无法读取".to_owned(),
            QueryError::Columns(differ) => {
                let said: Vec<_> = differ.iter().map(Mismatch::in_chinese).collect();
                said.join("；")
            }
            QueryError::NoRows => "查询没有给出任何行".to_owned(),
            QueryError::Over => "全部查询的总时间已用完".to_owned(),
            QueryError::Rows(error) => {
                let said = refused(error).unwrap_or_else(|| error.in_chinese());
                format!("查询结果：{said}")
            }
        }
    }
}

/// Names the first rows that were refused, by their numbers.
fn refused(error: &ReadError) -> Option<String> {
    let ReadError::Refused(refusal) = error else {
        return None;
    };
    let counts = refusal.report.counts;
    let mut said = vec![format!(
        "{} 行中有 {} 行被拒绝",
        counts.rows_in_file, counts.rows_refused
    )];
    for issue in refusal.issues.iter().take(NAMED) {
        let row = issue.place.row;
        said.push(match &issue.fault {
            RowFault::Cell { column, fault } => {
                let (number, name) = (column.number, &column.name);
                format!(
                    "第 {row} 行第 {number} 列（{name}）：{}",
                    fault.in_chinese()
                )
            }
            _ => issue.in_chinese(),
        });
    }
    let more = refusal.issues.len().saturating_sub(NAMED) as u64 + refusal.more;
    if more > 0 {
        said.push(format!("另有 {more} 处问题"));
    }
    Some(said.join("；"))
}

impl Mismatch {
    fn in_chinese(&self) -> String {
        match self {
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
        }
    }
}

impl Fault {
    /// Says it in Chinese; what the query engine says of a query stays in English.
    pub fn in_chinese(&self) -> String {
        let join = "是否缺少连接条件？否则请在 [limits] 中提高";
        match self {
            Fault::Request => "consilium-sql 不理解请求：两个程序的版本不同".to_owned(),
            Fault::Source {
                name,
                path,
                in_chinese,
                ..
            } => format!("数据源 {name:?}（{path}）：{in_chinese}"),
            Fault::NoFile { name, path } => {
                format!("数据源 {name:?}（{path}）：没有该文件；路径从映射所在的文件夹算起")
            }
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
            Fault::Refused {
                place, in_chinese, ..
            } => format!("{}：{in_chinese}", at(place)),
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
            Fault::Aside { disk_mb } => {
                format!("查询暂存到磁盘的数据超过 {disk_mb} MiB：{join} disk_mb")
            }
            Fault::Disk => "查询暂存的数据超过磁盘可用空间".to_owned(),
            Fault::Internal { what } => format!("consilium-sql 出错：{what}"),
        }
    }
}

fn at(place: &TextPlace) -> String {
    format!("第 {} 行第 {} 列", place.line, place.column)
}
