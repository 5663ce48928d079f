//! What is wrong with a catalogue of features.

use consilium_catalogue::{Catalogue, CatalogueError, FeatureFault};

use super::{at, parser, schema};

pub(super) fn error(error: &CatalogueError) -> Option<String> {
    Some(match error {
        CatalogueError::Toml { place, message } => format!("{}：{}", at(place), parser(message)),
        CatalogueError::Hidden { place, what } => {
            let what = match *what {
                "name" => "name",
                "version" => "version",
                "title" => "title",
                "the name of a table" => "表的名称或别名",
                "the text of a source" => "来源的说明",
                "source" => "来源的 id",
                _ => "表的 id",
            };
            format!(
                "{}：{what} 为空、过长、首尾有空白，或含不可见字符",
                at(place)
            )
        }
        CatalogueError::Count { found } => {
            format!(
                "目录应有 1 至 {} 个特征，而不是 {found} 个",
                Catalogue::MOST
            )
        }
        CatalogueError::Twice { place, what, id } => {
            let what = if *what == "source" { "来源" } else { "表" };
            format!("{}：{what} {id:?} 声明了两次", at(place))
        }
        CatalogueError::Feature { place, id, fault } => {
            format!("{}：特征 {id:?}：{}", at(place), self::fault(fault))
        }
        CatalogueError::Clash { id } => format!("两个目录对 {id:?} 的声明不同"),
        CatalogueError::Unknown { id } => format!("目录中没有特征 {id:?}"),
        CatalogueError::Choice => "数据结构至少含一个特征，且每个特征只出现一次".to_owned(),
        _ => return None,
    })
}

fn fault(fault: &FeatureFault) -> String {
    match fault {
        FeatureFault::Id => "id 应为 表.字段，限小写字母、数字和下划线".to_owned(),
        FeatureFault::NoTable { table } => format!("没有声明 [[table]] {table:?}"),
        FeatureFault::Twice => "声明了两次".to_owned(),
        FeatureFault::Name => "名称或别名为空、过长、首尾有空白，或含不可见字符".to_owned(),
        FeatureFault::Column(fault) => schema::fault(fault),
        FeatureFault::Level => "每个类别是一组文本：先是类别本身，再是其他写法".to_owned(),
        FeatureFault::Spelling { spelling } => format!("两个类别都写作 {spelling:?}"),
        FeatureFault::VersionOfNone => {
            "code_system 有版本而无体系：请加上标识，如 system = \"icd-10-cm\"".to_owned()
        }
        FeatureFault::MisplacedCodeSystem { kind } => {
            format!("code_system 对类型 {kind:?} 没有意义")
        }
        FeatureFault::Window => "window 不是 ISO 8601 时长，如 P1Y、P30D 或 PT24H".to_owned(),
        FeatureFault::Zone => "zone 不是时区数据库中的名称，如 Asia/Shanghai 或 UTC".to_owned(),
        FeatureFault::MisplacedZone { kind } => format!("zone 对类型 {kind:?} 没有意义"),
        FeatureFault::Sensitivity => "sensitivity 应为 1 至 5".to_owned(),
        FeatureFault::NoSource { source_id } => format!("没有声明 [[source]] {source_id:?}"),
        FeatureFault::Sources {
            certainty,
            needed,
            found,
        } => format!("certainty {certainty:?} 至少需要 {needed} 个来源，而不是 {found} 个"),
        other => other.to_string(),
    }
}
