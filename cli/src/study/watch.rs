//! A study as it goes on.

use std::io::{self, IsTerminal as _, Write};

use anyhow::{Context as _, anyhow};
use consilium_plan::{Event, Lang, Plan, Study, UnixTime};
use consilium_proto::v1;
use indicatif::{ProgressBar, ProgressDrawTarget};
use serde_json::{Value, json};

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
    let place = [
        (
            lang.pick("party", "参与方"),
            failure.party.as_ref().map(ToString::to_string),
        ),
        (lang.pick("step", "步骤"), failure.step.clone()),
    ];
    let place = place
        .into_iter()
        .filter_map(|(name, value)| Some(format!("\n  {name}: {}", value?)));
    let place: String = place.collect();
    Err(anyhow!("{}: {}{place}", failure.code, failure.what(lang))).or_hint(failure.remedy(lang))
}

fn line(event: &v1::StudyEvent) -> Value {
    let what = serde_json::from_str(&event.event).unwrap_or(Value::String(event.event.clone()));
    json!({ "number": event.number, "time_ms": event.time_ms, "event": what })
}

/// Says on stderr how the study goes.
struct Progress<'a> {
    plan: &'a Plan,
    lang: Lang,
    /// Follows from the events so far.
    study: Study,
    bar: Option<ProgressBar>,
}

impl Progress<'_> {
    fn new(plan: &Plan, lang: Lang) -> Progress<'_> {
        let spins = io::stderr().is_terminal();
        Progress {
            plan,
            lang,
            study: Study::Drafted,
            bar: spins.then(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())),
        }
    }

    fn show(&mut self, event: &v1::StudyEvent) {
        let time = UnixTime(event.time_ms.div_euclid(1_000));
        let Ok(what) = serde_json::from_str::<Event>(&event.event) else {
            return;
        };
        let name = what.name();
        let said = match self.study.on(what, self.plan, time) {
            Ok(next) => {
                self.study = next;
                self.study.describe(self.plan, self.lang)
            }
            Err(_) => name.to_owned(),
        };
        self.tell(&format!("{time}  {said}"));
        if let Some(bar) = &self.bar {
            bar.set_message(said);
            bar.tick();
        }
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
