//! What is wrong with how columns are prepared.

use consilium_preparation::{FeatureFault, Preparation, PreparationError, Unfit};

use super::{at, parser};

pub(super) fn error(error: &PreparationError) -> Option<String> {
    Some(match error {
        PreparationError::Toml { place, message } => format!("{}：{}", at(place), parser(message)),
        PreparationError::Nothing => "没有声明任何 [[prepared]]".to_owned(),
        PreparationError::TooMany => {
            format!("预处理至多得到 {} 列", Preparation::MOST_TERMS)
        }
        PreparationError::NoSuchFeature { name } => format!("没有名为 {name:?} 的特征"),
        PreparationError::Feature { place, name, fault } => {
            format!("{}：特征 {name:?}：{}", at(place), self::fault(fault))
        }
        _ => return None,
    })
}

pub(super) fn unfit(error: &Unfit) -> Option<String> {
    Some(match error {
        Unfit::NoSuchColumn { column } => format!("没有名为 {column:?} 的列"),
        Unfit::OtherType { column } => {
            format!("列 {column:?} 的类型与预处理所声明的不同")
        }
        _ => return None,
    })
}

fn fault(fault: &FeatureFault) -> String {
    match fault {
        FeatureFault::NoSource => "没有来源：请指定一列，或两项的乘积".to_owned(),
        FeatureFault::Name => "名称为空、过长、首尾有空白，或含不可见字符".to_owned(),
        FeatureFault::Twice { term } => format!("{term:?} 会出现两次：请另取名称"),
        FeatureFault::OtherColumn { term } => format!("{term:?} 是另一列的名称：请另取名称"),
        FeatureFault::NoSuchColumn { column } => format!("没有名为 {column:?} 的列"),
        FeatureFault::Unsuitable { column, kind } => {
            format!("列 {column:?} 的类型是 {kind}，不能预处理：请声明为类别或编码，或事先转成数")
        }
        FeatureFault::MisplacedKey { key, what } => {
            format!("{key} 对{}没有意义", self::what(what))
        }
        FeatureFault::NotFinite { key } => format!("{key} 必须是有限数"),
        FeatureFault::FillOutside { missing } => {
            format!("missing = {missing} 超出该列声明的范围")
        }
        FeatureFault::Fill { wanted } if wanted.starts_with("a number") => {
            "missing 必须是数，与该列的值一致".to_owned()
        }
        FeatureFault::Fill { .. } => {
            "该列的值不是数：missing 必须是 \"zero\"、\"other\" 或 { level = … }".to_owned()
        }
        FeatureFault::Clip => "clip 须递增：[下端, 上端]".to_owned(),
        FeatureFault::Spread => "spread 必须大于 0".to_owned(),
        FeatureFault::LogBelowZero => {
            "log 要求值不小于 0：请声明 min = 0 或更大，或令 clip 的下端不小于 0".to_owned()
        }
        FeatureFault::NoRange { column } => {
            format!("没有有限的范围：请在此声明 clip，或为列 {column:?} 声明 min 和 max")
        }
        FeatureFault::TooLarge => "得到的值过大，或彼此相差过大".to_owned(),
        FeatureFault::Constant => "在所有行中只会有一个值".to_owned(),
        FeatureFault::NoLevels { column } => {
            format!("列 {column:?} 没有声明取值：请在 levels 中列出要用的取值")
        }
        FeatureFault::Count { key } => {
            format!("{key} 需要 1 至 {} 个", Preparation::MOST_LEVELS)
        }
        FeatureFault::Level { level } => {
            format!("取值 {level:?} 为空、过长、首尾有空白，或含不可见字符")
        }
        FeatureFault::NumberLevel { level } => {
            format!("取值 {level} 须写成文本：{:?}", level.to_string())
        }
        FeatureFault::LevelTwice { level } => format!("取值 {level:?} 列了两次"),
        FeatureFault::UndeclaredLevel { column, level } => {
            format!("{:?} 不是列 {column:?} 声明的取值", level.name())
        }
        FeatureFault::NotAmongLevels { key, level } => {
            format!("{key} 为 {level:?}，不在 levels 中")
        }
        FeatureFault::NothingUnseen { key } => {
            format!("该列不可能有其他取值：请去掉 {key}")
        }
        FeatureFault::NoOther => "missing = \"other\" 需要 unseen = \"other\"".to_owned(),
        FeatureFault::NoUnseenWeight => {
            "未列出的取值也需要权重：请写 unseen_weight，若其不说明什么则为 0.0".to_owned()
        }
        FeatureFault::Cuts => "cuts 须递增".to_owned(),
        FeatureFault::Weights {
            found,
            wanted,
            rule,
        } => {
            let rule = if rule.contains("level") {
                "每个取值一个"
            } else {
                "每个分界点之下一个，最后一个之上再一个"
            };
            format!("给出了 {found} 个权重，需要 {wanted} 个：{rule}")
        }
        FeatureFault::Needs { key, other } => format!("{key} 需要 {other}"),
        FeatureFault::Factors => "product 须指定两项".to_owned(),
        FeatureFault::NoSuchTerm { term } => {
            format!("product 所指的 {term:?} 不在得到的列中")
        }
        FeatureFault::ProductOfProduct { term } => {
            format!("product 所指的 {term:?} 本身是乘积")
        }
        other => other.to_string(),
    }
}

/// Says what a key is given for.
fn what(what: &str) -> &str {
    match what {
        "a number" => "数",
        "a category or code" => "类别或编码",
        "weights of intervals" => "分段权重",
        "weights of levels" => "取值权重",
        "a product" => "乘积",
        other => other,
    }
}
