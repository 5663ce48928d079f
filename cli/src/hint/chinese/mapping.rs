//! What is wrong with a mapping.

use consilium_mapping::{MappingError, SourceFault};

use super::{at, parser};

pub(super) fn error(error: &MappingError) -> Option<String> {
    Some(match error {
        MappingError::TooLong => "映射文件最多 1 MiB".to_owned(),
        MappingError::Toml { place, message } => format!("{}：{}", at(place), parser(message)),
        MappingError::NoQuery { place } => {
            format!("{}：sql 为空：应为一条 SELECT", at(place))
        }
        MappingError::NoSchema { place } => format!(
            "{}：应以 schema 指明查询结果的数据结构文件，或以 features 列出目录中的特征",
            at(place)
        ),
        MappingError::SchemaTwice { place } => {
            format!(
                "{}：schema 已说明查询结果：schema 和 features 只能写一个",
                at(place)
            )
        }
        MappingError::NoFeatures { place } => {
            format!(
                "{}：catalogue 指明特征所属的目录，但没有列出 features",
                at(place)
            )
        }
        MappingError::Feature { place, feature } => {
            format!(
                "{}：目录中没有特征 {feature:?}，或该特征列出了两次",
                at(place)
            )
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

pub(super) fn source(fault: &SourceFault) -> String {
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
