//! What is wrong with weights of institutions, and with what is asked of scorecards.

use consilium_plan::PlanFault;

/// Says it in Chinese, if it is of these.
pub(super) fn fault(fault: &PlanFault) -> Option<String> {
    Some(match fault {
        PlanFault::Weight(_) => "权重至少为 0.01、至多为 1：若应更低，请不要纳入该机构".to_owned(),
        PlanFault::Unweighted => "weight 仅用于不加噪声的牛顿法回归以及树".to_owned(),
        PlanFault::WeightsOfAll => {
            "各行有权重时不比较两组贡献方：研究等待缺席者，或失败".to_owned()
        }
        PlanFault::Purpose(_) => {
            "用途须为 training 或 release，或由 `consilium data score purpose 文件` 给出的 ID@哈希"
                .to_owned()
        }
        PlanFault::NoFloor => {
            "需要 min_score，或在 [trust.least] 中给出 quality、scarcity、privacy、value 的最低分"
                .to_owned()
        }
        PlanFault::Floor => "最低分须大于 0 且不超过 100".to_owned(),
        _ => return None,
    })
}
