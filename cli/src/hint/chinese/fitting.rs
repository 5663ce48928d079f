//! What keeps a preparation from being fitted.

use consilium_fitting::{FitError, FitFault, Number, WayOut};

use super::{at, parser};

pub(super) fn error(error: &FitError) -> Option<String> {
    Some(match error {
        FitError::Toml { place, message } => format!("{}：{}", at(place), parser(message)),
        FitError::Intent { place, fault } => format!("{}：{}", at(place), self::fault(fault)?),
        FitError::NothingTold => "统计结果什么都没有给出：行数少于其下限".to_owned(),
        FitError::OtherSchema { column } => format!(
            "统计结果中的列 {column:?} 不在数据结构文件中，或类型不同：请给出统计方案所用的数据结构文件"
        ),
        FitError::NothingLeft => "所有列都被去掉，没有剩下特征".to_owned(),
        _ => return None,
    })
}

fn fault(fault: &FitFault) -> Option<String> {
    Some(match fault {
        FitFault::NoColumn { column } => format!("数据结构文件中没有列 {column:?}"),
        FitFault::NotMeasured { column } => format!(
            "统计结果没有列 {column:?}：请在统计方案的 `features` 中写明，或在此去掉"
        ),
        FitFault::Label { column } => format!("列 {column:?} 是标签"),
        FitFault::LabelUnnamed => {
            "统计结果按某个标签给出证据，但看不出是哪一列：请写明 label = \"列名\"，以免标签成为特征".to_owned()
        }
        FitFault::NoFeature { column, kind } => format!("列 {column:?} 的类型 {kind} 不能作为特征"),
        FitFault::Twice { name } => format!("{name:?} 出现两次：请给其中一个另取名称"),
        FitFault::ColumnOrProduct => {
            "[[feature]] 要么有 column，要么有 product；product 只另需 name".to_owned()
        }
        FitFault::NotOfDefault { key } => format!("{key} 只用于 [[feature]]，不用于默认处理"),
        FitFault::NoFactor { name } => format!("没有名为 {name:?} 的特征"),
        FitFault::Misplaced { key, column, kind } => format!("{key} 对类型为 {kind} 的列 {column:?} 没有意义"),
        FitFault::BesideWoe { key } => format!("woe 取代 {key}：两者只写其一"),
        FitFault::NeitherWay { column, kind } => {
            format!("类型为 {kind} 的列 {column:?} 需要 one_hot = {{}} 或 woe = true")
        }
        FitFault::Shares => "winsorise 为两个大于 0 且小于 1 的比例，小者在前".to_owned(),
        FitFault::Limit { key, range } => {
            let range = match *range {
                "a share, 0 to 1" => "0 至 1 的比例",
                "0 or more" => "不小于 0 的数",
                _ => "不小于 1 的数",
            };
            format!("{key} 应为{range}")
        }
        FitFault::Value { value, column } => format!("{value} 不是列 {column:?} 可取的值"),
        FitFault::HeldBack { number, column, way_out } => format!(
            "列 {column:?} 的{}因行数太少而被隐去：{}",
            self::number(*number),
            self::way_out(*way_out)
        ),
        FitFault::NoQuantile { share, column } => format!(
            "统计结果没有列 {column:?} 的 {share} 分位数：请在统计方案的 `statistics.quantiles` 中写明"
        ),
        FitFault::Flat { number, column, way_out } => format!(
            "列 {column:?} 的{}为零：{}",
            self::number(*number),
            self::way_out(*way_out)
        ),
        FitFault::LogBelowZero { column, low } => format!(
            "列 {column:?} 的下端为 {low}，而 log 是对不小于 0 的值取 ln(1 + x)：请去掉 log，或截去 0 以下的尾部"
        ),
        FitFault::StandardOfLog => {
            "统计结果不给出对数的均值和方差：与 log 同用时请写 scale = \"robust\" 或 \"range\"".to_owned()
        }
        FitFault::NoRange { column } => {
            format!("列 {column:?} 没有声明范围：请在数据结构文件中给出 min 和 max，或写明 winsorise")
        }
        FitFault::NoLevel { column, minimum } => format!(
            "列 {column:?} 没有一个取值在给出的计数中达到 {minimum} 行：请降低 one_hot.minimum，或去掉该列"
        ),
        FitFault::NoReference { level, column, minimum } => {
            format!("取值 {level:?} 不在列 {column:?} 达到 {minimum} 行的取值之中")
        }
        FitFault::NoEvidence { column } => format!(
            "统计结果没有列 {column:?} 的证据权重，或只有一个分箱：其方案需要标签，且每个分箱中标签的两种取值都达到最少行数"
        ),
        FitFault::NothingToJudge { key, .. } => {
            let needs = match *key {
                "select.information_value" => "标签，且其两种取值的行数足够",
                "select.stability" => "statistics.period，且两个时期的行数足够",
                _ => "statistics.correlations，且有两列数值或是否列",
            };
            format!("统计结果无法按 {key} 选择：其方案需要{needs}")
        }
        _ => return None,
    })
}

fn number(number: Number) -> &'static str {
    match number {
        Number::Mean => "均值",
        Number::Variance => "方差",
        Number::Quantile => "分位数",
        Number::Quartiles => "四分位距",
        Number::Clip => "截尾区间宽度",
        Number::Range => "范围宽度",
        Number::MostFrequent => "最常见取值",
        _ => "数值",
    }
}

fn way_out(way_out: WayOut) -> &'static str {
    match way_out {
        WayOut::GiveValue => "请直接给出值，或去掉该列",
        WayOut::LeaveUnscaled => "请写 scale = \"none\"，或去掉该列",
        WayOut::OtherShares => "请换用其他比例、写 winsorise = false，或去掉该列",
        _ => "请去掉该列",
    }
}
