//! Where a study stands.

super::texts! { "study":
DRAFTED: "drafted", "草案";
SUBMITTED: "submitted", "已提交";
WAITING: "waiting for the approval of {parties}", "等待 {parties} 批准";
PREFLIGHT: "checking before the run", "运行前检查";
RUNNING: "running step {step}", "正在运行第 {step} 步";
PAUSED: "paused at step {step}, waiting for {parties} until {until}", "暂停于第 {step} 步，等待 {parties} 至 {until}";
FINISHED: "finished at {time}", "已于 {time} 完成";
FAILED: "failed: {what}", "失败：{what}";
CANCELLED: "cancelled by {by} at {time}: {reason}", "由 {by} 于 {time} 取消：{reason}";
EXPIRED: "expired at {time}", "已于 {time} 过期";
}
