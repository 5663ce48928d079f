//! What is wrong with weights of institutions, and with what is asked of scorecards.

use consilium_plan::{PlanFault, TrustFault};

/// Says it in Chinese, if it is of these.
pub(super) fn fault(fault: &PlanFault) -> Option<String> {
    let PlanFault::Trust(fault) = fault else {
        return None;
    };
    Some(match fault {
        TrustFault::Weight(_) => "权重至少为 0.01、至多为 1：若应更低，请不要纳入该机构".to_owned(),
        TrustFault::Unweighted => "weight 仅用于不加噪声的牛顿法回归以及树".to_owned(),
        TrustFault::WeightsOfAll => {
            "各行有权重时不比较两组贡献方：研究等待缺席者，或失败".to_owned()
        }
        TrustFault::Purpose(_) => {
            "用途须为 training 或 release，或由 `consilium data score purpose 文件` 给出的 ID@哈希"
                .to_owned()
        }
        TrustFault::NoFloor => {
            "需要 min_score，或在 [trust.least] 中给出 quality、scarcity、privacy、value 的最低分"
                .to_owned()
        }
        TrustFault::Floor => "最低分须大于 0 且不超过 100".to_owned(),
        TrustFault::NotScarcity => {
            "需要至少四家贡献方，各有相同的列，且都接收结果，没有其他参与方".to_owned()
        }
        TrustFault::NoBins { column, kind } => format!(
            "列 {column} 的类型为 {kind}：数值需在 [scarcity.cuts] 中给出分割点，布尔值和已声明的水平不需要，其他类型不能使用"
        ),
        TrustFault::NoCuts { column } => {
            format!("列 {column} 不是数值，自有分组，不需要分割点")
        }
        TrustFault::NoKey => "方案有 [key] 时才统计个体".to_owned(),
        TrustFault::TooFewToValue { least } => {
            format!("至少 {least} 家贡献方才能计算价值：否则合计减去自己的部分会过多泄露其他方")
        }
        TrustFault::TooManyToValue { most } => {
            format!("机构组合至多由 {most} 家贡献方构成：请去掉 method，只在各机构内部计算价值")
        }
        TrustFault::TooFewJudges { least } => {
            format!("至少 {least} 家贡献方参与评判：否则合计减去自己的部分会过多泄露其他方")
        }
        TrustFault::TooFewToShow { least } => {
            format!("机构组合由各机构出示的自有合计构成：最小单元格行数不得低于 {least}")
        }
        TrustFault::NothingToValue => {
            "价值由不加噪声的牛顿法拟合得出，并在测试行上评判：请设置 test，去掉 method 和 noise"
                .to_owned()
        }
        TrustFault::WeighedValues => {
            "各行权重相同时才计算价值：请去掉 weight 或 [value]".to_owned()
        }
        TrustFault::AllToValue => {
            "价值需要全部贡献方：有 [value] 时研究等待缺席者，或失败".to_owned()
        }
        _ => return None,
    })
}
