//! What has become of a study, as its events tell it.

#[cfg(test)]
mod tests;

use consilium_plan::{Doing, Event, Lang, Plan, Study, UnixTime, Waiting};
use consilium_proto::v1;
use serde_json::{Value, json};

use super::list;

/// A study that is followed by its events, each of which counts once.
pub(crate) struct Story<'a> {
    plan: &'a Plan,
    lang: Lang,
    study: Study,
    doing: Option<Doing>,
    waiting: Option<Waiting>,
    /// The number of the event to come.
    next: u64,
    /// Where the study stands, in words, and since when.
    standing: String,
    since: UnixTime,
    /// Whether that was told.
    is_told: bool,
}

impl<'a> Story<'a> {
    pub(crate) fn new(plan: &'a Plan, lang: Lang) -> Story<'a> {
        Story {
            plan,
            lang,
            study: Study::Drafted,
            doing: None,
            waiting: None,
            next: 0,
            standing: String::new(),
            since: UnixTime(0),
            is_told: false,
        }
    }

    /// Goes on by an event; says whether it is news. It is none where it was told before the
    /// daemon was lost.
    pub(crate) fn hear(&mut self, event: &v1::StudyEvent) -> bool {
        if event.number < self.next {
            return false;
        }
        self.next = event.number.saturating_add(1);
        let time = UnixTime(event.time_ms.div_euclid(1_000));
        // One that this program doesn't know changes nothing that it could tell.
        if let Ok(what) = serde_json::from_str::<Event>(&event.event)
            && let Ok(next) = self.study.on(what, self.plan, time)
        {
            self.study = next;
        }
        self.doing = serde_json::from_str(&event.doing).ok();
        self.waiting = serde_json::from_str(&event.waiting).ok();
        let at = (self.doing, self.waiting.as_ref());
        let standing = list::in_words(&self.study, at, self.plan, self.lang);
        if standing != self.standing {
            (self.standing, self.since, self.is_told) = (standing, time, false);
        }
        true
    }

    /// Gives a line on where the study stands, unless that was told. How it ended is the
    /// command's outcome, and told as that.
    pub(crate) fn line(&mut self) -> Option<String> {
        let is_told = std::mem::replace(&mut self.is_told, true);
        let line = || format!("{}  {}", self.since, self.standing);
        (!is_told && !self.study.has_ended()).then(line)
    }

    /// Gives where the study stands, for programs; nothing where it has ended.
    pub(super) fn now(&self, study: &str) -> Option<Value> {
        let now = json!({
            "study": study,
            "now": self.study,
            "doing": self.doing,
            "waiting": self.waiting,
            "since": self.since,
        });
        (!self.study.has_ended()).then_some(now)
    }
}
