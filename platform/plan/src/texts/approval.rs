//! What a steward's statement says.

super::texts! { "approval":
APPROVE: "{signer} approves plan {plan} with data set version {version}: at most {runs} runs, until {until}.", "{signer} 批准方案 {plan}，数据集版本 {version}：至多 {runs} 次运行，有效至 {until}。";
WAIVER: "{party}'s own aggregate may become derivable.", "允许 {party} 自身的合计可能被推导出来。";
NO_WAIVER: "{party} gives no waiver: where sums are opened, its own must not become derivable.", "{party} 不给予豁免：若有合计被打开，其自身的合计不得被推导出来。";
BESIDE: "It may run beside study {study}, which was answered over nearly the same rows, by other rules or with noise: both results together can tell more of single rows than either.", "它可与研究 {study} 并行：后者就几乎相同的行按其他规则或带噪声作过回答，两次结果结合可能比任一次更多地透露单独的行。";
REFUSE: "{signer} refuses plan {plan}.", "{signer} 拒绝方案 {plan}。";
REVOKE: "{signer} revokes the approval {decision} of plan {plan}; the study stops at its next step.", "{signer} 撤销对方案 {plan} 的批准 {decision}；研究将在下一步停止。";
GIVEN: "Dated {time}, decision {decision}.", "日期 {time}，决定编号 {decision}。";
}
