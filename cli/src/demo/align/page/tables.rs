//! The tables on the demo's page.

use comfy_table::Table;
use consilium_plan::Lang;

use super::listed;
use crate::{
    demo::align::{Done, result::common},
    table::{align_numbers, table},
};

/// What each study found, beside what there was to be found.
pub(super) fn studies(done: &[Done], lang: Lang) -> Table {
    let say = |en: &'static str, zh: &'static str| lang.pick(en, zh);
    let mut table = table();
    table.set_header([
        say("study", "研究"),
        say("protocol", "协议"),
        say("common people found", "找到的共同的人"),
        say("in the tables", "各表实有"),
        say("all in one order", "全部同序"),
        say("seconds", "秒"),
        say("MB of frames", "帧 MB"),
    ]);
    for done in done {
        let found = done.aligned.parties.first().and_then(common);
        table.add_row([
            listed(&done.aligned.parties, ", "),
            done.study.name.to_owned(),
            found.map(|found| found.to_string()).unwrap_or_default(),
            done.expected.to_string(),
            fits(done, lang).to_owned(),
            format!("{:.1}", done.aligned.wall.as_secs_f64()),
            megabytes(done.aligned.frame_bytes()),
        ]);
    }
    align_numbers(&mut table, 2..7);
    table
}

fn fits(done: &Done, lang: Lang) -> &'static str {
    if done.fits {
        lang.pick("yes", "是")
    } else {
        lang.pick("no", "否")
    }
}

/// What each study cost whom.
pub(super) fn spent(done: &[Done], lang: Lang) -> Table {
    let say = |en: &'static str, zh: &'static str| lang.pick(en, zh);
    let mut table = table();
    table.set_header([
        say("protocol", "协议"),
        say("party", "参与方"),
        say("CPU s", "CPU 秒"),
        say("MB sent", "发送 MB"),
        say("MB received", "接收 MB"),
    ]);
    for done in done {
        for cost in &done.aligned.costs {
            table.add_row([
                done.study.name.to_owned(),
                cost.party.clone(),
                format!("{:.2}", cost.cpu_s),
                megabytes(cost.sent_bytes),
                megabytes(cost.received_bytes),
            ]);
        }
    }
    align_numbers(&mut table, 2..5);
    table
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{:02}", bytes / 1_000_000, bytes % 1_000_000 / 10_000)
}
