//! What is wrong with a file of codes, in Chinese.

use crate::{CodesError, Form, RowFault, Unclear};

impl CodesError {
    /// Says it in Chinese; what the parser of a head says stays in English.
    pub fn in_chinese(&self) -> String {
        match self {
            CodesError::Gzip => "文件不是完整的 gzip 文件".to_owned(),
            CodesError::TooLong { most } => format!("文件解压后超过 {most} 字节"),
            CodesError::Encoding => "文件不是 UTF-8 编码，请先转换".to_owned(),
            CodesError::NoBody => "TOML 表头与 CSV 内容之间缺少三个连字符的分隔行".to_owned(),
            CodesError::Head { line, message } => format!("第 {line} 行：{message}"),
            CodesError::Kind { wanted, found } => format!("文件类别为 {found:?}，需要 {wanted:?}"),
            CodesError::System { found } => format!(
                "没有编码体系 {found:?}：可用 {}，机构自有体系为 local-名称",
                Form::SYSTEMS.map(|(id, _)| id).join("、")
            ),
            CodesError::Declared(what) => format!("文件头自相矛盾：{what}"),
            CodesError::Csv { line } => format!("第 {line} 行：不是 CSV"),
            CodesError::Column { line, place } => format!("第 {line} 行：第 {place} 列未知或重复"),
            CodesError::NoColumn { line, name } => format!("第 {line} 行：缺少列 {name:?}"),
            CodesError::Row { line, fault } => format!("第 {line} 行：{}", fault.in_chinese()),
            CodesError::TooManyWays { most } => format!("某个编码的可能组合超过 {most} 种"),
            CodesError::TooManyTogether { most } => format!("某个编码需要超过 {most} 个编码组合"),
            CodesError::Apart { to, from } => format!("第一个映射到 {to}，第二个从 {from} 开始"),
        }
    }
}

impl RowFault {
    /// Says it in Chinese.
    pub fn in_chinese(&self) -> String {
        match self {
            RowFault::Cells { found, expected } => format!("{expected} 列下有 {found} 个单元格"),
            RowFault::Unclear { column, unclear } => format!("{column}：{}", unclear.in_chinese()),
            RowFault::NotNormal { column } => format!("{column}：编码不是规范形式"),
            RowFault::Twice { first } => format!("与第 {first} 行重复"),
            RowFault::Beside { line } => format!("同一来源编码的第 {line} 行无法导入"),
            RowFault::Decision { most } => {
                format!("decision：既不是空，也不是 1 至 {most}、none 或词库中的规范名称")
            }
            RowFault::Nowhere { column } => format!("{column}：表中没有该项"),
            RowFault::Circle => "上级编码循环".to_owned(),
            RowFault::Day { column, .. } => format!("{column}：日期应写作 2026-01-31"),
            RowFault::Backwards => "失效日期早于生效日期".to_owned(),
            RowFault::Status => "status 应为 active、stopped 或 replaced-by:编码".to_owned(),
            RowFault::Value { column } => format!("{column}：值不允许"),
            RowFault::NoTarget => "无对应的行应单独出现，且没有 scenario 与 choice".to_owned(),
            RowFault::Empty { column } => format!("{column} 为空"),
        }
    }
}

impl Unclear {
    /// Says it in Chinese.
    pub fn in_chinese(self) -> String {
        match self {
            Unclear::Empty => "没有编码",
            Unclear::LeadingZeros => "前导零可能已丢失：电子表格把编码当成了数字",
            Unclear::Exponent => "电子表格把编码写成了科学计数法",
            Unclear::Shape => "不符合该编码体系的形式",
        }
        .to_owned()
    }
}
