//! A study as it goes on.

use std::io::{self, IsTerminal as _, Write};

use anyhow::{Context as _, anyhow};
use consilium_plan::{Event, Lang, Plan, Study, UnixTime};
use consilium_proto::v1;
use indicatif::{ProgressBar, ProgressDrawTarget};
use serde_json::{Value, json};

use super::list;
use crate::{
    client::{Answer as _, Door, refused},
    hint::OrHint as _,
};

pub(super) async fn run(
    study: &str,
    door: &Door,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut coordinator = door.coordinator(lang).await?;
    let request = v1::StudyRequest {
        study: study.to_owned(),
    };
    let detail = coordinator.show(request.clone()).await.answer(lang)?;
    let plan: Plan = detail.plan.parse().context("the study's plan")?;
    let mut events = coordinator.watch(request.clone()).await.answer(lang)?;
    let mut progress = Progress::new(&plan, lang);
    while let Some(event) = events
        .message()
        .await
        .map_err(|status| refused(&status, lang))?
    {
        if json {
            writeln!(out, "{}", line(&event))?;
            out.flush()?;
        }
        progress.show(&event);
    }
    progress.end();
    // What was watched is a story; where the study stands, the coordinator says.
    let status = coordinator.show(request).await.answer(lang)?.status;
    let status = status.context("the coordinator gave no state")?;
    let end: Study = serde_json::from_str(&status.detail).context("the study's state")?;
    if json {
        writeln!(out, "{}", json!({ "study": status.study, "end": end }))?;
    } else if matches!(end, Study::Finished { .. }) {
        writeln!(out, "{}", end.describe(&plan, lang))?;
    }
    ended(&end, &plan, lang)
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
    })
}

/// Says on stderr how the study goes.
struct Progress<'a> {
    plan: &'a Plan,
    lang: Lang,
    /// Follows from the events so far.
    study: Study,
    /// What was said last.
    said: String,
    bar: Option<ProgressBar>,
}

impl Progress<'_> {
    fn new(plan: &Plan, lang: Lang) -> Progress<'_> {
        let spins = io::stderr().is_terminal();
        Progress {
            plan,
            lang,
            study: Study::Drafted,
            said: String::new(),
            bar: spins.then(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())),
        }
    }

    fn show(&mut self, event: &v1::StudyEvent) {
        let time = UnixTime(event.time_ms.div_euclid(1_000));
        if let Ok(what) = serde_json::from_str::<Event>(&event.event)
            && let Ok(next) = self.study.on(what, self.plan, time)
        {
            self.study = next;
        }
        let doing = serde_json::from_str(&event.doing).ok();
        let said = list::in_words(&self.study, doing, self.plan, self.lang);
        // How it ended is said once, as the command's own outcome.
        if self.study.has_ended() || said == self.said {
            return;
        }
        self.tell(&format!("{time}  {said}"));
        if let Some(bar) = &self.bar {
            bar.set_message(said.clone());
            bar.tick();
        }
        self.said = said;
    }

    #[expect(clippy::print_stderr, reason = "people watch the progress there")]
    fn tell(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => eprintln!("{line}"),
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
