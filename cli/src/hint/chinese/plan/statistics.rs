//! What is wrong with statistics that a plan asks for.

use consilium_plan::PlanFault;
use consilium_statistics::{
    BadSpecification, FEWEST_CONTRIBUTORS, FINEST_QUANTILE, LEAST_EPSILON, MOST_COLUMNS,
    MOST_ELEMENTS, MOST_PERIODS, MOST_QUANTILES,
};

use super::vertical;

/// Says it in Chinese, if it is of these, or of columns of several institutions.
pub(super) fn fault(fault: &PlanFault) -> Option<String> {
    Some(match fault {
        PlanFault::NotStatistics => {
            "统计由三家或更多贡献方提供相同列的行，各方均接收结果，不含其他方".to_owned()
        }
        PlanFault::StatisticsOfAll => {
            "统计涵盖所有贡献方：研究等候缺席方，否则失败；缺一家时两次结果之差会暴露该家"
                .to_owned()
        }
        PlanFault::Statistics(error) => specification(error),
        PlanFault::Period => {
            "时期需要一个日期列、长度（\"month\"、\"quarter\"、\"half-year\"、\"year\"），\
             以及首月与末月，例如 from = \"2025-01\", until = \"2026-12\""
                .to_owned()
        }
        _ => return vertical::fault(fault),
    })
}

fn specification(error: &BadSpecification) -> String {
    match error {
        BadSpecification::Columns { got } => format!("有 {got} 列；可为 1 至 {MOST_COLUMNS} 列"),
        BadSpecification::TwoColumns { name } => format!("有两列同名 {name}"),
        BadSpecification::Kind { name } => format!("列 {name} 的范围、取值或长度不成立"),
        BadSpecification::Label => "标签不是 0/1 列".to_owned(),
        BadSpecification::Periods => format!("时期须为 2 至 {MOST_PERIODS} 个，名称各不相同"),
        BadSpecification::Quantiles => {
            format!("分位数至多 {MOST_QUANTILES} 个，递增，大于 0 且小于 1")
        }
        BadSpecification::QuantileError => {
            format!("分位数的精度为范围的 {FINEST_QUANTILE} 至 0.5")
        }
        BadSpecification::MinimumCell => "最小单元格行数至少为 2".to_owned(),
        BadSpecification::Size => {
            format!("至少 {FEWEST_CONTRIBUTORS} 家贡献方，每家至少一行，合计少于 2^32 行")
        }
        BadSpecification::Noise => format!(
            "噪声要求 epsilon 不小于 {LEAST_EPSILON}，delta 大于 0 且不超过 0.5，\
             且合计须留有余地：一次少问一些"
        ),
        BadSpecification::NoisyCode { name } => {
            format!("列 {name} 为编码：加噪时无法列出其取值")
        }
        BadSpecification::TooLong { elements } => {
            format!("一个合计有 {elements} 个元素；一次至多 {MOST_ELEMENTS} 个")
        }
        other => other.to_string(),
    }
}
