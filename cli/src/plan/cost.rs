//! What a plan will cost, as people and programs read it.

use consilium_plan::{Estimate, Expense, Lang, Plan, Speed, Task};
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
        Task::Vertical(_) => {
            let said = lang.pick(
                format!(
                    "for as many common rows as the plan allows, where no value is missing (a column \
                     with missing values costs up to twice as much): about {rounds} rounds, {network}"
                ),
                format!(
                    "按方案允许的最多共同行、且无缺失值估计（有缺失值的列，代价至多加倍）：\
                     约 {rounds} 轮通信，{network}"
                ),
            );
            let parties = costs(plan);
            let lines = parties.iter().map(|cost| of_party(cost, lang));
            [said].into_iter().chain(lines).collect()
        }
    }
}

/// Says it of each party, where they differ.
pub(super) fn parties(plan: &Plan) -> Vec<Value> {
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
    match plan.task() {
        Task::Vertical(task) => task.costs(plan.limits().most_rows.0),
        Task::Train(_) | Task::Align(_) => Vec::new(),
    }
}

fn of_party(cost: &Expense, lang: Lang) -> String {
    let Expense {
        party,
        sent,
        core_seconds,
        memory,
    } = cost;
    let megabytes = memory.div_ceil(1_000_000);
    lang.pick(
        format!(
            "\n- {party} sends about {sent} bytes, computes for {core_seconds} s of one core and \
             needs {megabytes} MB of memory"
        ),
        format!(
            "\n- {party} 约发送 {sent} 字节，计算约需单核 {core_seconds} 秒，内存 {megabytes} MB"
        ),
    )
}
