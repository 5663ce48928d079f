//! What a study's watcher sees.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use anyhow::Context as _;
use serde_json::Value;

use super::{federation::Federation, scenario::COORDINATOR};

/// A command that follows the study, whoever is killed meanwhile.
#[derive(Debug)]
pub(super) struct Watch {
    child: Child,
    seen: Arc<Mutex<Seen>>,
    reader: Option<JoinHandle<()>>,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The study's events, from the first on.
    pub(super) events: Vec<Value>,
    /// Where it ended.
    pub(super) end: Option<Value>,
}

impl Watch {
    pub(super) fn start(federation: &Federation) -> anyhow::Result<Self> {
        let mut child = federation
            .command(
                COORDINATOR,
                &["study", "watch", &federation.study, "--all", "--json"],
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting to watch")?;
        let lines = BufReader::new(child.stdout.take().context("a watch's output is piped")?);
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        let reader = thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                lock(&shared).take(&line);
            }
        });
        Ok(Self {
            child,
            seen,
            reader: Some(reader),
        })
    }

    /// How many events were seen so far.
    pub(super) fn events(&self) -> u64 {
        lock(&self.seen).events.len() as u64
    }

    /// What happened last, as far as was seen.
    pub(super) fn last(&self) -> String {
        lock(&self.seen).last()
    }

    /// Whether something of this name has happened.
    pub(super) fn has_seen(&self, name: &str) -> bool {
        let events = &lock(&self.seen).events;
        events.iter().any(|event| event["event"]["event"] == name)
    }

    /// Whether there is nothing more to see.
    pub(super) fn is_over(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Gives what was seen, all of it where the watch is over.
    pub(super) fn finish(mut self) -> Seen {
        self.child.kill().ok();
        self.child.wait().ok();
        if let Some(reader) = self.reader.take() {
            // Without a reader less was seen, and that is judged by what was.
            reader.join().ok();
        }
        lock(&self.seen).clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Seen {
    fn take(&mut self, line: &str) {
        match serde_json::from_str::<Value>(line) {
            Ok(mut value) if value.get("end").is_some() => self.end = Some(value["end"].take()),
            Ok(value) => self.events.push(value),
            // A line that was cut off when the watch was ended.
            Err(_) => {}
        }
    }

    fn last(&self) -> String {
        let name = |event: &Value| event["event"]["event"].as_str().map(str::to_owned);
        self.events
            .last()
            .and_then(name)
            .unwrap_or_else(|| "nothing".to_owned())
    }

    /// Whether what was seen is how `later` begins.
    pub(super) fn is_kept_in(&self, later: &Self) -> bool {
        later.events.starts_with(&self.events)
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    // Lines are taken one by one: none is half seen.
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(lines: &[&str]) -> Seen {
        let mut seen = Seen::default();
        for line in lines {
            seen.take(line);
        }
        seen
    }

    const SHOWN: &str = r#"{"number":1,"time_ms":5,"event":{"event":"shown"}}"#;

    #[test]
    fn events_are_told_from_the_end() {
        let seen = seen(&[
            SHOWN,
            r#"{"study":"5f","end":{"state":"finished"}}"#,
            r#"{"nu"#,
        ]);
        assert_eq!(seen.last(), "shown");
        assert_eq!(seen.end.unwrap()["state"], "finished");
    }

    #[test]
    fn a_lost_event_is_noticed() {
        let (before, after) = (seen(&[SHOWN]), seen(&[SHOWN, r#"{"number":2}"#]));
        assert!(before.is_kept_in(&after));
        assert!(!after.is_kept_in(&before));
    }
}
