//! The orders of rows that are common with other institutions.

use std::{io::Write, ops::Range};

use consilium_base::hex;
use consilium_plan::{Lang, UnixTime};
use consilium_proto::v1;
use serde_json::{Value, json};

use super::short;
use crate::{
    client::{Answer as _, HouseDoor},
    listing::{self, Listed},
};

pub(super) async fn list(
    door: &HouseDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut participant = door.participant(lang).await?;
    let listed = participant.alignments(v1::AlignmentsRequest {}).await;
    listing::print(&listed.answer(lang)?.alignments, json, out, lang)
}

impl Listed for v1::OwnAlignment {
    const NONE: [&'static str; 2] = ["no alignments", "没有对齐结果"];
    const HEADER: &'static [[&'static str; 2]] = &[
        ["id", "编号"],
        ["data set", "数据集"],
        ["version", "版本"],
        ["common rows", "共同行"],
        ["with", "对方"],
        ["since", "自"],
        ["state", "状态"],
    ];
    const NUMBERS: Range<usize> = 3..4;

    fn row(&self, lang: Lang) -> Vec<String> {
        vec![
            short(&self.study),
            self.data.clone(),
            short(&self.version),
            self.rows.to_string(),
            self.peers.join(", "),
            UnixTime(self.made).to_string(),
            state(&self.state, lang).to_owned(),
        ]
    }

    fn line(&self, _: Lang) -> Value {
        json!({
            "id": hex::encode(&self.study),
            "data": self.data,
            "version": hex::encode(&self.version),
            "rows": self.rows,
            "peers": self.peers,
            "made": UnixTime(self.made).to_string(),
            "state": self.state,
        })
    }
}

fn state(state: &str, lang: Lang) -> &str {
    match state {
        "current" => lang.pick("current", "有效"),
        "changed" => lang.pick(
            "the file has changed: see data list",
            "文件已改变：见 data list",
        ),
        "ended" => lang.pick("ended with that version", "已随该版本失效"),
        "damaged" => lang.pick("damaged: run the study again", "已损坏：请重新运行研究"),
        other => other,
    }
}
