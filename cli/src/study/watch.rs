//! A study as it goes on.

use std::{
    error::Error,
    io::{self, IsTerminal as _, Write},
    time::Duration,
};

use anyhow::{Context as _, anyhow};
use consilium_node::{dial, grpc::operator_client::OperatorClient};
use consilium_plan::{Lang, Plan, Study};
use consilium_proto::v1;
use indicatif::{ProgressBar, ProgressDrawTarget};
use serde_json::{Value, json};
use tokio::time::sleep;
use tonic::{Code, Status, transport::Channel};

use super::Story;
use crate::{
    client::{Answer as _, OperatorDoor, refused, said},
    clock,
    hint::OrHint as _,
    terminal::{self, printable},
};

/// How long the first and the longest pause are before a lost daemon is tried again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// How a study is watched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// What happened before is told too.
    pub(super) all: bool,
    pub(super) json: bool,
}

pub(super) async fn run(
    study: &str,
    door: &OperatorDoor,
    manner: Manner,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut coordinator = door.coordinator(lang).await?;
    let request = v1::StudyRequest {
        study: study.to_owned(),
    };
    let detail = coordinator.show(request).await.answer(lang)?;
    let plan: Plan = detail.plan.parse().context("the study's plan")?;
    let status = detail.status.context("the coordinator gave no state")?;
    let mut watcher = Watcher {
        study: status.study,
        story: Story::new(&plan, lang).telling_rounds(manner.all),
        tells_past: manner.all,
        json: manner.json,
        trials: 0,
        cause: String::new(),
        out,
        people: People::new(),
    };
    let end = loop {
        let mut cause = String::new();
        match watcher.follow(&mut coordinator, lang).await {
            Ok(Some(end)) => break end,
            // It stopped in good order.
            Ok(None) => {
                lang.pick("it stopped", "它已停止").clone_into(&mut cause);
            }
            Err(error) => match error.downcast::<Status>() {
                Ok(status) => cause = lost(&status, lang)?,
                Err(ours) => return Err(ours),
            },
        }
        watcher.rest(&cause, lang).await;
    };
    watcher.people.leave();
    let Watcher { study, out, .. } = watcher;
    if manner.json {
        writeln!(out, "{}", json!({ "study": study, "end": end }))?;
    } else if matches!(end, Study::Finished { .. }) {
        writeln!(out, "{}", end.describe(&plan, lang))?;
    }
    ended(&end, &plan, lang)
}

/// Gives how a daemon was lost.
///
/// # Errors
///
/// If it wasn't: what it says, or what stands between us, does not pass by trying again.
fn lost(status: &Status, lang: Lang) -> anyhow::Result<String> {
    let address = lang.pick("its address", "其地址");
    if let Some(distrust) = dial::distrust(status, address) {
        return Err(distrust.into());
    }
    // What a daemon says itself has no cause here; a broken connection has, whatever its code.
    let is_broken = status.source().is_some();
    if !is_broken && !matches!(status.code(), Code::Unavailable | Code::Cancelled) {
        return Err(refused(status, lang));
    }
    Ok(if is_broken {
        printable(&dial::breakage(status))
    } else {
        said(status, lang)
    })
}

/// Somebody who watches a study, from one daemon's life to the next.
struct Watcher<'a> {
    study: String,
    story: Story<'a>,
    /// Whether events are told of that had happened before they were asked for.
    tells_past: bool,
    json: bool,
    /// Trials in vain since the daemon was heard last.
    trials: u32,
    /// How it was lost, as last told.
    cause: String,
    out: &'a mut dyn Write,
    people: People,
}

impl Watcher<'_> {
    /// Follows the study while the daemon lives; gives how it ended, or nothing where the daemon
    /// ended first.
    async fn follow(
        &mut self,
        coordinator: &mut OperatorClient<Channel>,
        lang: Lang,
    ) -> anyhow::Result<Option<Study>> {
        let request = v1::StudyRequest {
            study: self.study.clone(),
        };
        let events = coordinator.watch(request.clone()).await?;
        let mut events = events.into_inner();
        while let Some(event) = events.message().await? {
            if std::mem::take(&mut self.trials) > 0 {
                let back = lang.pick("the daemon is back", "守护进程已恢复");
                self.people.tell(&format!("{}  {back}", clock::now()));
            }
            if self.story.hear(&event) {
                self.tell(&event)?;
            }
        }
        // What was watched is a story; where the study stands, the coordinator says.
        let status = coordinator.show(request).await?.into_inner().status;
        let status = status.context("the coordinator gave no state")?;
        let study: Study = serde_json::from_str(&status.detail).context("the study's state")?;
        Ok(study.has_ended().then_some(study))
    }

    fn tell(&mut self, event: &v1::StudyEvent) -> anyhow::Result<()> {
        if !self.tells_past && event.number < event.newest {
            return Ok(());
        }
        if let Some(line) = self.story.line() {
            self.people.tell(&line);
        }
        // The first that is told without its past stands for it.
        let line = if std::mem::replace(&mut self.tells_past, true) {
            Some(line(event))
        } else {
            self.story.now(&self.study)
        };
        if let Some(line) = line.filter(|_| self.json) {
            writeln!(self.out, "{line}")?;
            self.out.flush()?;
        }
        Ok(())
    }

    /// Waits until a lost daemon is to be tried again, the longer the more often it was.
    async fn rest(&mut self, cause: &str, lang: Lang) {
        // Another cause than before is worth a line.
        if self.trials == 0 || self.cause != cause {
            let lost = lang.pick(
                format!("lost the daemon ({cause}), trying again"),
                format!("与守护进程的连接已断开（{cause}），正在重试"),
            );
            self.people.tell(&format!("{}  {lost}", clock::now()));
            cause.clone_into(&mut self.cause);
        }
        let (first, longest) = PAUSES;
        let pause = first.saturating_mul(1 << self.trials.min(10)).min(longest);
        self.trials = self.trials.saturating_add(1);
        sleep(pause).await;
    }
}

/// Says how a study ended; only a result is a success.
fn ended(end: &Study, plan: &Plan, lang: Lang) -> anyhow::Result<()> {
    if matches!(end, Study::Finished { .. }) {
        return Ok(());
    }
    let Some(failure) = end.failure() else {
        return Err(anyhow!(end.describe(plan, lang)));
    };
    let colon = lang.pick(": ", "：");
    let place = [
        (
            lang.pick("party", "参与方"),
            failure.party.as_ref().map(ToString::to_string),
        ),
        (lang.pick("step", "步骤"), failure.step.clone()),
    ];
    let place = place
        .into_iter()
        .filter_map(|(name, value)| Some(format!("\n  {name}{colon}{}", value?)));
    let (place, what): (String, _) = (place.collect(), failure.what(lang));
    Err(anyhow!("{}{colon}{what}{place}", failure.code)).or_hint(failure.remedy(lang))
}

fn line(event: &v1::StudyEvent) -> Value {
    let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    json!({
        "number": event.number,
        "time_ms": event.time_ms,
        "event": read(&event.event),
        "doing": read(&event.doing),
        "waiting": read(&event.waiting),
    })
}

/// Those who watch the progress on stderr.
struct People(Option<ProgressBar>);

impl People {
    fn new() -> People {
        let spins = io::stderr().is_terminal();
        let bar = || ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        People(spins.then(bar))
    }

    fn tell(&self, line: &str) {
        let Some(bar) = &self.0 else {
            terminal::tell(line);
            return;
        };
        bar.println(line);
        bar.set_message(line.to_owned());
        bar.tick();
    }

    fn leave(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_daemon_that_may_come_back_is_tried_again() {
        for status in [
            Status::unavailable("the daemon stops"),
            Status::cancelled("the call was cut off"),
            Status::from_error(io::Error::from(io::ErrorKind::ConnectionReset).into()),
        ] {
            let cause = lost(&status, Lang::En).unwrap();
            assert!(!cause.is_empty(), "{status}");
        }
        for status in [
            Status::internal("the study's state is damaged"),
            Status::resource_exhausted("the disk is full"),
            Status::permission_denied("it is for operators"),
        ] {
            let told = lost(&status, Lang::En).unwrap_err();
            assert_eq!(told.to_string(), status.message());
        }
    }
}
