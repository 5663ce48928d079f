//! What a plan will cost, as people and programs read it.

use consilium_plan::{Estimate, Expense, Lang, Plan, Speed, Task, VerticalWork};
use serde_json::{Value, json};

/// Says what a study will cost over a link, as far as its plan tells.
pub(super) fn said(plan: &Plan, link: Speed, lang: Lang) -> String {
    let Estimate {
        sums,
        rounds,
        sent_by_each,
        core_seconds,
        ..
    } = plan.estimate();
    let seconds = plan.estimate().time(link).as_secs_f64();
    let (megabits, trip) = (link.bytes_per_second / 125_000, link.round_trip.as_millis());
    let network = lang.pick(
        format!("about {seconds:.1} s on a network of {megabits} Mbit/s and {trip} ms round trip"),
        format!("在 {megabits} Mbit/s、往返 {trip} 毫秒的网络上约 {seconds:.1} 秒"),
    );
    match plan.task() {
        Task::Train(_) => lang.pick(
            format!(
                "{sums} sums, {rounds} rounds, {sent_by_each} bytes sent by each institution, {network}"
            ),
            format!(
                "{sums} 次求和，{rounds} 轮通信，每家机构发送 {sent_by_each} 字节，{network}"
            ),
        ),
        Task::Align(_) => lang.pick(
            format!(
                "for sets as large as the plan allows: {rounds} rounds, at most {sent_by_each} bytes \
                 sent by each institution, {network}, and {core_seconds} s of one core at the institution that computes most"
            ),
            format!(
                "按方案允许的最大集合：{rounds} 轮通信，每家机构至多发送 {sent_by_each} 字节，\
                 {network}，另计算最多的机构约需单核 {core_seconds} 秒"
            ),
        ),
        Task::Vertical(task) => {
            let assumed = match task.work {
                VerticalWork::Grow(_) => lang.pick(
                    "for as many common rows as the plan allows, of which nothing is kept back and none \
                     misses a value (most data cost less, a column with missing values up to twice as \
                     much): ",
                    "按方案允许的最多共同行、不作任何保留且无缺失值估计（多数数据代价更低；\
                     有缺失值的列，代价至多加倍）：",
                ),
                VerticalWork::Predict { .. } => lang.pick(
                    "for as many common rows as the plan allows, and a model of a hundred trees of depth \
                     6: ",
                    "按方案允许的最多共同行、且模型为一百棵深度 6 的树估计：",
                ),
            };
            let said = lang.pick(
                format!("{assumed}about {rounds} rounds, {network}"),
                format!("{assumed}约 {rounds} 轮通信，{network}"),
            );
            let parties = costs(plan);
            let lines = parties.iter().map(|cost| of_party(cost, lang));
            [said].into_iter().chain(lines).collect()
        }
    }
}

/// Says it of each party, where they differ.
pub(crate) fn parties(plan: &Plan) -> Vec<Value> {
    let line = |cost: &Expense| {
        json!({
            "party": cost.party,
            "sent_bytes": cost.sent,
            "cpu_s": cost.core_seconds,
            "memory_bytes": cost.memory,
        })
    };
    costs(plan).iter().map(line).collect()
}

fn costs(plan: &Plan) -> Vec<Expense> {
    plan.costs(plan.limits().most_rows.0)
}

fn of_party(cost: &Expense, lang: Lang) -> String {
    let Expense {
        party,
        sent,
        core_seconds,
        memory,
    } = cost;
    let [sent, memory] = [sent, memory].map(|bytes| bytes.div_ceil(1_000_000));
    lang.pick(
        format!(
            "\n- {party} sends about {sent} MB, computes for {core_seconds} s of one core and needs \
             {memory} MB of memory"
        ),
        format!(
            "\n- {party} 约发送 {sent} MB，计算约需单核 {core_seconds} 秒，内存 {memory} MB"
        ),
    )
}
