//! What is wrong with a declared table.

use consilium_data::design::MatrixError;
use consilium_schema::{ColumnFault, DesignError, SchemaError};

use super::{at, parser};

pub(super) fn error(error: &SchemaError) -> Option<String> {
    Some(match error {
        SchemaError::Toml { place, message } => format!("{}：{}", at(place), parser(message)),
        SchemaError::NoColumns => "没有声明任何 [[column]]".to_owned(),
        SchemaError::NamesBesideHeader { place } => {
            format!("{}：给出了 names，但 header 不是 false", at(place))
        }
        SchemaError::NotAmongNames { place, column } => {
            format!("{}：names 中没有列 {column:?}", at(place))
        }
        SchemaError::NamedTwice { place, column } => {
            format!("{}：names 中 {column:?} 出现两次", at(place))
        }
        SchemaError::Column {
            place,
            column,
            fault,
        } => format!("{}：列 {column:?}：{}", at(place), self::fault(fault)),
        _ => return None,
    })
}

pub(super) fn fault(fault: &ColumnFault) -> String {
    match fault {
        ColumnFault::Name => "列名为空、过长、首尾有空白，或含不可见字符".to_owned(),
        ColumnFault::Level { level } => format!("取值 {level:?} 为空、过长，或含不可见字符"),
        ColumnFault::Description => "说明为空、过长、首尾有空白，或含不可见字符".to_owned(),
        ColumnFault::Twice => "声明了两次".to_owned(),
        ColumnFault::Unit => {
            "单位不是 UCUM 文本（1 至 64 个可打印 ASCII 字符，无空白，括号配对）".to_owned()
        }
        ColumnFault::System { found } => format!(
            "{found:?} 不是编码体系的标识：请用 icd-10-cm、atc、snomed-ct 等，本机构自有的用 local-名称"
        ),
        ColumnFault::Version => {
            "编码体系的版本为空、超过 64 个字符、首尾有空白或含不可见字符".to_owned()
        }
        ColumnFault::EmptyRange { min, max } => format!("范围为空：min {min} 大于 max {max}"),
        ColumnFault::BoundNotFinite => "min 和 max 必须是有限数".to_owned(),
        ColumnFault::OutsideWithoutRange { rule } => {
            format!("outside = {rule:?} 需要 min 或 max")
        }
        ColumnFault::WinsorisedCategory => {
            "类别列不能缩尾：请写 outside = \"refuse\" 或 \"missing\"".to_owned()
        }
        ColumnFault::MisplacedKey { key, kind } => format!("{key} 对类型 {kind:?} 没有意义"),
        ColumnFault::NoLevels => "levels 为空：请列出取值，或去掉此键".to_owned(),
        ColumnFault::LevelTwice { level } => format!("取值 {level:?} 声明了两次"),
        ColumnFault::MixedLevels => "levels 混用了数和文本".to_owned(),
        ColumnFault::UnknownReference { level } => format!("参照取值 {level:?} 不在 levels 中"),
        ColumnFault::LevelIsMissing { marker } => format!("{marker:?} 既是取值又表示缺失"),
        ColumnFault::NoWidth => "width 至少为 1".to_owned(),
        ColumnFault::NumberMarker { marker } => format!("缺失标记是数：请写成 {marker:?}，带引号"),
        other => other.to_string(),
    }
}

/// Says why a column can't enter a model.
pub(super) fn design(error: &DesignError) -> String {
    match error {
        DesignError::NoSuchColumn { column } => format!("没有名为 {column:?} 的列"),
        DesignError::NotAFeature { column, kind } => {
            format!("列 {column:?} 的类型是 {kind}，不能作为特征")
        }
        DesignError::OpenLevels { column } => format!("类别列 {column:?} 没有声明 levels"),
        DesignError::Twice { column } => format!("列 {column:?} 用了两次"),
        other => other.to_string(),
    }
}

pub(super) fn matrix(error: &MatrixError) -> Option<String> {
    Some(match error {
        MatrixError::Feature(error) => design(error),
        MatrixError::Unfit(error) => return super::preparation::unfit(error),
        MatrixError::NoLabelColumn { column } => format!("表中没有标签列 {column:?}"),
        MatrixError::LabelIsFeature { column } => format!("列 {column:?} 既是标签又是特征"),
        MatrixError::LabelRule { column, kind } => {
            format!("列 {column:?} 的类型是 {kind}，与标签规则不符")
        }
        MatrixError::NoSuchLevel { column, level } => {
            format!("列 {column:?} 没有可作标签的取值 {level:?}")
        }
        _ => return None,
    })
}
