//! What a plan will cost, as people and programs read it.

use consilium_plan::{Cost, Costs, Estimate, Lang, Plan, RowsBy, Speed, Task, VerticalWork};
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
        Task::Train(_) | Task::Statistics(_) | Task::Scarcity(_) => lang.pick(
            format!(
                "{sums} sums, {rounds} rounds, {sent_by_each} bytes sent by each institution, {network}"
            ),
            format!(
                "{sums} 次求和，{rounds} 轮通信，每家机构发送 {sent_by_each} 字节，{network}"
            ),
        ),
        Task::Align(_) | Task::Dictionary(_) => lang.pick(
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
                    "for as many common rows as the plan allows, of which none misses a value (columns of few \
                     values cost less, one with missing values up to twice as much): ",
                    "按方案允许的最多共同行、且无缺失值估计（取值少的列代价更低；有缺失值的列，\
                     代价至多加倍）：",
                ),
                VerticalWork::Weigh(_) => lang.pick(
                    "for as many common rows as the plan allows: ",
                    "按方案允许的最多共同行估计：",
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
            let costs = most(plan);
            // The coordinator only passes on.
            let others = costs.parties.iter().skip(1);
            let lines = others.map(|cost| of_party(cost, lang));
            [said].into_iter().chain(lines).collect()
        }
    }
}

/// Reckons with as many rows as the plan allows.
pub(crate) fn most(plan: &Plan) -> Costs {
    plan.costs(&RowsBy::each(plan.limits().most_rows.0))
}

/// Gives each party's costs, the coordinator's first.
pub(crate) fn parties(costs: &Costs) -> Vec<Value> {
    let line = |cost: &Cost| {
        json!({
            "party": cost.party,
            "cpu_s": cost.cpu_s(),
            "cpu_s_by_work": cost.cpu,
            "sent_bytes": cost.sent,
            "wire_bytes": cost.on_wire,
            "memory_bytes": cost.memory,
        })
    };
    costs.parties.iter().map(line).collect()
}

/// Rounds up.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "seconds and bytes are not negative, and beyond all counting at the most"
)]
pub(crate) fn whole(number: f64) -> u64 {
    number.ceil() as u64
}

fn of_party(cost: &Cost, lang: Lang) -> String {
    let party = &cost.party;
    let core_seconds = whole(cost.cpu_s());
    let [sent, memory] = [cost.sent, cost.memory].map(|bytes| bytes.div_ceil(1_000_000));
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
