//! What is checked before a run.

super::texts! { "preflight":
MAY_RUN: "Everything that this study needs is there.", "研究所需的一切均已就绪。";
MAY_NOT_RUN: "The study can't run: {count} obstacles.", "研究无法运行：{count} 个障碍。";
ONE_CLASS: "{party} has labels of one class only; the joint fit goes on, its own measures can't be computed.", "{party} 的标签只有一类；联合拟合继续，但无法计算其自身指标。";
CLOCK_DRIFT: "The clock of {party} is {seconds} s off.", "{party} 的时钟偏差 {seconds} 秒。";
SMALL_MARGIN: "{party} has less than twice the {what} that the run may need.", "{party} 的{what}不足运行所需的两倍。";
DISK: "disk space", "磁盘空间";
MEMORY: "memory", "内存";
UNVERIFIED: "The fingerprint of {party} is not verified at the coordinator.", "协调方尚未核验 {party} 的指纹。";
ESTIMATE_KEYS: "Expected for sets as large as the plan allows: {rounds} rounds, at most {sent} sent by each party, {relayed} through the coordinator, {seconds} s at {trip} ms round trip, and about {core} s of one core at the party that computes most; smaller sets cost less in proportion.", "按方案允许的最大集合预计：{rounds} 轮通信，每方至多发送 {sent}，经协调方转发 {relayed}，往返 {trip} 毫秒时约 {seconds} 秒，另计算最多的一方约需单核 {core} 秒；集合较小则按比例减少。";
ESTIMATE_COMMON: "Expected for as many common rows as the plan allows: {rounds} rounds, at most {sent} sent by each party, {relayed} through the coordinator, {seconds} s at {trip} ms round trip, about {core} s of one core at the party that computes most, and {memory} of memory at the one that needs most; fewer rows cost less in proportion.", "按方案允许的最多共同行预计：{rounds} 轮通信，每方至多发送 {sent}，经协调方转发 {relayed}，往返 {trip} 毫秒时约 {seconds} 秒，另计算最多的一方约需单核 {core} 秒，内存需求最大的一方约需 {memory}；行数较少则按比例减少。";
ESTIMATE: "Expected: about {sums} sums in {rounds} rounds, {sent} sent by each contributor, {relayed} through the coordinator, {seconds} s at {trip} ms round trip.", "预计：约 {sums} 次求和、{rounds} 轮通信，每家贡献方发送 {sent}，经协调方转发 {relayed}，往返 {trip} 毫秒时约 {seconds} 秒。";
}
