//! What has become of a study, as its events tell it.

mod pace;
#[cfg(test)]
mod tests;

use consilium_plan::{Doing, Event, Lang, Plan, Study, UnixTime, Waiting};
use consilium_proto::v1;
use serde_json::{Value, json};

use super::list;
use pace::Pace;

/// A study that is followed by its events, each of which counts once.
pub(crate) struct Story<'a> {
    plan: &'a Plan,
    lang: Lang,
    study: Study,
    doing: Option<Doing>,
    waiting: Option<Waiting>,
    /// The number of the event to come.
    next: u64,
    /// What was done last, wherever the study is now.
    done: Option<Doing>,
    /// How fast trees grow, while they do.
    pace: Option<Pace>,
    /// Whether every round of averaging is told; else some twenty of them are.
    tells_rounds: bool,
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
            done: None,
            pace: None,
            tells_rounds: false,
            standing: String::new(),
            since: UnixTime(0),
            is_told: false,
        }
    }

    /// Makes every round of averaging worth a line.
    pub(crate) fn telling_rounds(self, tells_rounds: bool) -> Story<'a> {
        Story {
            tells_rounds,
            ..self
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
        let waited = self.waiting.take().is_some();
        self.waiting = serde_json::from_str(&event.waiting).ok();
        let at = (self.doing, self.waiting.as_ref());
        let mut standing = list::in_words(&self.study, at, self.plan, self.lang);
        self.pace = Pace::after(self.pace.take(), self.doing, time);
        if let Some(end) = self.end() {
            let (open, close) = self.lang.pick(
                (", at this pace done by ", ""),
                ("，按此速度将于 ", " 完成"),
            );
            standing = format!("{standing}{open}{end}{close}");
        }
        let is_anew = begins_anew(self.done, self.doing);
        if is_anew {
            let anew = self.lang.pick("a new run begins: ", "新的运行开始：");
            standing.insert_str(0, anew);
        }
        let is_passing = !self.tells_rounds
            && !waited
            && self.waiting.is_none()
            && !is_anew
            && is_between(self.done, self.doing);
        self.done = self.doing.or(self.done);
        if standing != self.standing {
            self.is_told &= is_passing;
            (self.standing, self.since) = (standing, time);
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

    /// Gives when the last tree would be grown.
    fn end(&self) -> Option<UnixTime> {
        self.pace.as_ref().and_then(Pace::end)
    }

    /// Gives where the study stands, for programs; nothing where it has ended.
    pub(super) fn now(&self, study: &str) -> Option<Value> {
        let now = json!({
            "study": study,
            "now": self.study,
            "doing": self.doing,
            "waiting": self.waiting,
            "expected_end": self.end(),
            "since": self.since,
        });
        (!self.study.has_ended()).then_some(now)
    }
}

/// Tells whether rounds of averaging begin anew, as they do when their run ended early.
fn begins_anew(done: Option<Doing>, doing: Option<Doing>) -> bool {
    let Some(Doing::Averaging { round, .. }) = doing else {
        return false;
    };
    match done {
        Some(Doing::Averaging { round: before, .. }) => round < before,
        Some(Doing::Measuring) => true,
        _ => false,
    }
}

/// How many rounds of averaging are told beside the first.
const MARKS: u64 = 20;

/// Tells whether averaging came from one of its rounds to another that is no twentieth of all.
fn is_between(done: Option<Doing>, doing: Option<Doing>) -> bool {
    let (Some(Doing::Averaging { .. }), Some(Doing::Averaging { round, rounds })) = (done, doing)
    else {
        return false;
    };
    let mark = |round: u32| u64::from(round) * MARKS / u64::from(rounds).max(1);
    mark(round) == mark(round.saturating_sub(1))
}
