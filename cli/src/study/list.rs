//! The studies that a daemon knows.

use std::io::Write;

use consilium_base::hex;
use consilium_plan::{Doing, Failure, Lang, Plan, Study, UnixTime, Waiting};
use consilium_proto::v1;
use serde_json::{Value, json};

use super::obstacles::sentence;
use crate::{
    client::{Answer as _, Daemon, Door},
    listing::{self, Listed},
    terminal::printable,
};

/// Digits of a hash by which people tell studies apart.
const SHORT: usize = 12;

/// A study as one daemon knows it.
pub(super) struct Known {
    /// The plan's hash, hexadecimal.
    pub(super) study: String,
    title: String,
    /// The state's name.
    state: String,
    /// The whole state; a participant knows it once the study has ended.
    detail: Option<Study>,
    /// What the step in hand is at, where that is known.
    doing: Option<Doing>,
    /// Whom that step is kept waiting for, if anybody.
    waiting: Option<Waiting>,
    /// Since when; a participant knows it of a run that goes on, and of the end.
    changed: Option<UnixTime>,
}

impl From<v1::StudyStatus> for Known {
    fn from(status: v1::StudyStatus) -> Known {
        Known {
            study: status.study,
            title: status.title,
            state: status.state,
            detail: serde_json::from_str(&status.detail).ok(),
            doing: serde_json::from_str(&status.doing).ok(),
            waiting: serde_json::from_str(&status.waiting).ok(),
            changed: Some(UnixTime(status.changed)),
        }
    }
}

impl From<v1::OwnStudy> for Known {
    fn from(own: v1::OwnStudy) -> Known {
        let plan: Option<Plan> = own.plan.parse().ok();
        let detail: Option<Study> = serde_json::from_str(&own.end).ok();
        let running = (own.running_since != 0).then_some(UnixTime(own.running_since));
        Known {
            study: hex::encode(&own.study),
            title: plan.map(|plan| plan.title().to_owned()).unwrap_or_default(),
            changed: running.or(detail.as_ref().and_then(Study::ended)),
            state: match running {
                Some(_) if own.state != "queued" => "running".to_owned(),
                _ => own.state,
            },
            detail,
            doing: None,
            waiting: None,
        }
    }
}

impl Known {
    /// Says where the study stands.
    pub(super) fn standing(&self, plan: &Plan, lang: Lang) -> String {
        match &self.detail {
            Some(study) => in_words(study, self.at(), plan, lang),
            None => self.name_and_since(lang),
        }
    }

    fn name_and_since(&self, lang: Lang) -> String {
        let name = state_name(&self.state, lang);
        match self.changed {
            Some(since) => lang.pick(
                format!("{name} since {since}"),
                format!("自 {since} 起{name}"),
            ),
            None => name.to_owned(),
        }
    }

    /// Gives why it ended badly, if it did so by itself.
    pub(super) fn failure(&self) -> Option<Failure> {
        self.detail.as_ref().and_then(Study::failure)
    }

    /// Says in short where the study stands, and why it ended without a result.
    fn in_short(&self, lang: Lang) -> String {
        let name = state_name(&self.state, lang);
        let why = match &self.detail {
            Some(Study::Cancelled { reason, .. }) => Some(reason.clone()),
            _ => self.failure().map(|why| sentence(&why, lang)),
        };
        let said = match why {
            Some(why) => format!("{name}{}{why}", lang.pick(": ", "：")),
            None => name.to_owned(),
        };
        printable(&with_step(said, self.at(), lang))
    }

    fn at(&self) -> At<'_> {
        (self.doing, self.waiting.as_ref())
    }
}

impl Listed for Known {
    const NONE: [&'static str; 2] = ["no studies yet", "尚无研究"];
    const HEADER: &'static [[&'static str; 2]] = &[
        ["study", "研究"],
        ["title", "标题"],
        ["state", "状态"],
        ["since", "自"],
    ];
    const WRAPPED: &'static [(usize, u16)] = &[(1, 44), (2, 44)];

    fn row(&self, lang: Lang) -> Vec<String> {
        let short = self.study.get(..SHORT).unwrap_or(&self.study);
        let since = self.changed.map(|time| time.to_string());
        vec![
            short.to_owned(),
            self.title.clone(),
            self.in_short(lang),
            since.unwrap_or_default(),
        ]
    }

    /// A failure is given with its texts in the reader's language.
    fn line(&self, lang: Lang) -> Value {
        let failure = self.failure().map(
            |why| json!({ "code": why.code, "what": why.what(lang), "remedy": why.remedy(lang) }),
        );
        json!({
            "study": self.study,
            "title": self.title,
            "state": self.state,
            "detail": self.detail,
            "failure": failure,
            "doing": self.doing,
            "waiting": self.waiting,
            "changed": self.changed,
        })
    }
}

/// What the step in hand is at, and whom it is kept waiting for.
pub(super) type At<'a> = (Option<Doing>, Option<&'a Waiting>);

/// Says where a study stands, and what the step in hand is at.
pub(super) fn in_words(study: &Study, at: At<'_>, plan: &Plan, lang: Lang) -> String {
    printable(&with_step(study.describe(plan, lang), at, lang))
}

fn with_step(mut said: String, (doing, waiting): At<'_>, lang: Lang) -> String {
    if let Some(doing) = doing.and_then(|doing| doing.describe(lang)) {
        said = said + lang.pick(": ", "，") + &doing;
    }
    if let Some(waiting) = waiting {
        said = said + lang.pick("; ", "；") + &waiting.describe(lang);
    }
    said
}

/// Gives a state's name in the reader's language; one that is not known stays as it is.
pub(super) fn state_name(name: &str, lang: Lang) -> &str {
    let (en, zh) = match name {
        "awaiting" => ("awaits a steward's decision", "等待数据管理员决定"),
        "receiving" => (
            "brings no rows, receives the result",
            "不提供数据，接收结果",
        ),
        "approved" => ("approved", "已批准"),
        "refused" => ("refused", "已拒绝"),
        "revoked" => ("approval revoked", "批准已撤销"),
        "submitted" => ("submitted", "已提交"),
        "waiting-for-approval" => ("waiting for approval", "等待批准"),
        "preflight" => ("checking before the run", "运行前检查"),
        "running" => ("running", "运行中"),
        "queued" => ("waiting for its turn at the holder", "等待持有方轮到本研究"),
        "paused" => ("paused", "已暂停"),
        "finished" => ("finished", "已完成"),
        "failed" => ("failed", "失败"),
        "cancelled" => ("cancelled", "已取消"),
        "expired" => ("expired", "已过期"),
        "unreadable" => (
            "can't be read, the daemon's log says why",
            "无法读取，原因见守护进程的日志",
        ),
        other => (other, other),
    };
    lang.pick(en, zh)
}

pub(super) async fn run(
    door: &Door,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let known: Vec<Known> = match door.either(lang).await? {
        Daemon::Coordinator(mut coordinator) => {
            let list = coordinator.list(v1::ListRequest {}).await.answer(lang)?;
            list.studies.into_iter().map(Known::from).collect()
        }
        Daemon::Participant(mut participant) => {
            let own = participant
                .studies(v1::OwnStudiesRequest {})
                .await
                .answer(lang)?;
            own.studies.into_iter().map(Known::from).collect()
        }
    };
    listing::print(&known, json, out, lang)
}

#[cfg(test)]
mod tests;
