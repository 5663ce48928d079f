//! Where a study stands.

super::texts! { "study":
DRAFTED: "drafted", "草案";
SUBMITTED: "submitted", "已提交";
WAITING: "waiting for the approval of {parties}", "等待 {parties} 批准";
PREFLIGHT: "checking before the run", "运行前检查";
RUNNING: "running step {step} of {steps}, {phase}", "正在运行第 {step} 步（共 {steps} 步）：{phase}";
PAUSED: "paused at step {step} of {steps}, {phase}; waiting for {parties} until {until}", "暂停于第 {step} 步（共 {steps} 步）：{phase}；等待 {parties} 至 {until}";
FIT: "fitting the model", "拟合模型";
EVALUATION: "measuring it on the test rows", "在测试行上评估";
EVALUATION_ON_FITTED: "measuring it on the rows it was fitted to", "在训练行上评估";
FEDAVG: "training by FedAvg for comparison", "以 FedAvg 训练作对照";
FEDPROX: "training by FedProx for comparison", "以 FedProx 训练作对照";
PREDICT: "scoring rows by the model", "用模型为各行评分";
ALIGN: "finding common keys", "查找共同的键";
DICTIONARY: "looking codes up", "查对编码";
SCARCITY: "finding out how much others lack", "测算各方数据的稀缺程度";
VALUE: "valuing the institutions' rows", "计算各机构样本行的价值";
STATISTICS: "measuring columns over all rows", "在全部行上统计各列";
COUNTING: "sum {sum} of {sums} is opened", "已开启第 {sum} 个合计（共 {sums} 个）";
STANDARDISING: "standardising the columns", "标准化各列";
STARTING: "looking at the model without features", "考察无特征的模型";
IMPROVING: "iteration {iteration} of at most {most}", "第 {iteration} 次迭代（至多 {most} 次）";
CUTTING: "finding where columns are cut into bins", "确定各列的分箱切点";
GROWING: "growing tree {tree} of at most {trees}", "正在生长第 {tree} 棵树（至多 {trees} 棵）";
GROWING_LOSS: "growing tree {tree} of at most {trees}; loss {loss}", "正在生长第 {tree} 棵树（至多 {trees} 棵）；损失 {loss}";
GROWING_HELD_OUT: "growing tree {tree} of at most {trees}; loss {loss}, of the rows held out {out}", "正在生长第 {tree} 棵树（至多 {trees} 棵）；损失 {loss}，留出行 {out}";
MEASURING: "adding up the measures", "汇总评估指标";
AVERAGING: "round {round} of {rounds}", "第 {round} 轮（共 {rounds} 轮）";
COMPARING: "parts of the sets done: {chunks}", "集合已完成的部分数：{chunks}";
PREDICTING: "scoring the common rows", "正在为共同行评分";
FINISHING: "waiting for the contributors to say that their part is done", "等待各贡献方确认完成";
WAITING_SINCE: "waiting for {parties} since {since}", "自 {since} 起等待 {parties}";
FINISHED: "finished at {time}", "已于 {time} 完成";
FAILED: "failed: {what}", "失败：{what}";
CANCELLED: "cancelled by {by} at {time}: {reason}", "由 {by} 于 {time} 取消：{reason}";
EXPIRED: "expired at {time}", "已于 {time} 过期";
}
