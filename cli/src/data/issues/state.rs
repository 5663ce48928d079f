//! What becomes of a rule that is broken: found, notified, repaired, checked again, closed.

use std::collections::BTreeMap;

use consilium_plan::{Lang, UnixTime};
use consilium_quality::{Outcome, Report, RuleResult};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// A check has found rows that break the rule.
    Found,
    /// Who can repair them has been told.
    Notified,
    /// They are said to be repaired; the next check will see.
    Repaired,
    /// It was closed or said to be repaired, and a check has found such rows again; or more than were accepted.
    Reopened,
    /// Somebody has said why the rows stay as they are.
    Accepted,
    /// A check has found no such row any more, or somebody has said that there is nothing to do.
    Closed,
}

/// A line of the list: what a rule's state has become, or that its counts are others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Seconds since 1970 in UTC.
    pub(crate) time: UnixTime,
    /// The rule's id.
    pub(crate) rule: String,
    /// Its state from now on.
    pub(crate) state: State,
    /// Who says so; nobody where a check does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// What was checked by the last report.
    pub(crate) checked: u64,
    /// What failed by it.
    pub(crate) failed: u64,
    /// The hash of that report.
    pub(crate) report: String,
    /// Of one that is accepted: how many may fail before a check opens it again; without it, as many as failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) most: Option<u64>,
    /// The hash of the rules of that report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rules: Option<String>,
    /// Whether a check has closed or opened it whose rules are others than those before: not the rows may have
    /// changed, but the rule.
    #[serde(default, skip_serializing_if = "is_not")]
    pub(crate) by_other_rules: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_not(flag: &bool) -> bool {
    !flag
}

/// A rule that was broken at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Issue {
    /// The last line; where a check wrote it and the state stayed, with what somebody had said before.
    #[serde(flatten)]
    pub(crate) last: Entry,
    /// Whether something is to be done.
    pub(crate) open: bool,
    /// When it was found first.
    pub(crate) found: UnixTime,
    /// Since when it is in its state.
    pub(crate) since: UnixTime,
}

impl Issue {
    /// Gives it as a line of JSON.
    pub(crate) fn line(&self) -> Value {
        let mut line = json!(self);
        let times = [
            ("time", self.last.time),
            ("found", self.found),
            ("since", self.since),
        ];
        for (key, time) in times {
            line[key] = json!(time.to_string());
        }
        line
    }
}

impl State {
    /// All of them.
    #[cfg(test)]
    const ALL: [State; 6] = [
        Self::Found,
        Self::Notified,
        Self::Repaired,
        Self::Reopened,
        Self::Accepted,
        Self::Closed,
    ];

    /// Whether somebody has something to do.
    pub(crate) fn is_open(self) -> bool {
        !matches!(self, Self::Accepted | Self::Closed)
    }

    /// Whether people may say that it is this state next.
    pub(super) fn may_become(self, next: State) -> bool {
        match next {
            // Checks alone find something.
            Self::Found | Self::Reopened => false,
            Self::Accepted => self.is_open(),
            // What is repaired is for the next check.
            Self::Notified | Self::Repaired => self.is_open() && self != Self::Repaired,
            Self::Closed => self != Self::Closed,
        }
    }

    /// What people call it.
    pub(crate) fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Found => lang.pick("found", "已发现"),
            Self::Notified => lang.pick("notified", "已通知"),
            Self::Repaired => lang.pick("repaired", "已修复待复核"),
            Self::Reopened => lang.pick("reopened", "重新打开"),
            Self::Accepted => lang.pick("accepted", "已接受"),
            Self::Closed => lang.pick("closed", "已关闭"),
        }
    }

    /// What a check makes of an issue by how many rows fail; none is no issue yet.
    fn checked(before: Option<&Entry>, failed: u64) -> Option<State> {
        let Some(before) = before else {
            return (failed > 0).then_some(Self::Found);
        };
        Some(match before.state {
            _ if failed == 0 => Self::Closed,
            Self::Repaired | Self::Closed => Self::Reopened,
            Self::Accepted if before.most.is_some_and(|most| failed > most) => Self::Reopened,
            same => same,
        })
    }
}

/// What all lines come to, by rule.
pub(crate) fn issues(entries: &[Entry]) -> BTreeMap<&str, Issue> {
    let mut issues: BTreeMap<&str, Issue> = BTreeMap::new();
    for entry in entries {
        let before = issues.get(entry.rule.as_str());
        let same = before.filter(|it| it.last.state == entry.state);
        let mut last = entry.clone();
        if let (None, Some(said)) = (&last.by, same.map(|it| &it.last)) {
            (last.by, last.note, last.most) = (said.by.clone(), said.note.clone(), said.most);
        } else if last.state == State::Accepted {
            last.most = last.most.or(Some(last.failed));
        }
        let issue = Issue {
            open: entry.state.is_open(),
            found: before.map_or(entry.time, |it| it.found),
            since: same.map_or(entry.time, |it| it.since),
            last,
        };
        issues.insert(&entry.rule, issue);
    }
    issues
}

/// What a report adds to the list: other states, and other counts in the same state. A rule that was not run, or
/// checked nothing, says nothing.
pub(crate) fn of_report(
    entries: &[Entry],
    report: &Report,
    hash: &str,
    time: UnixTime,
) -> Vec<Entry> {
    let issues = issues(entries);
    let says = |rule: &&RuleResult| rule.outcome == Outcome::Applied && rule.checked > 0;
    let next = |rule: &RuleResult| {
        let before = issues.get(rule.id.as_str()).map(|it| &it.last);
        // As many as the rule accepts are no issue.
        let failed = if rule.is_broken() { rule.failed } else { 0 };
        let state = State::checked(before, failed)?;
        let is_same = before.is_some_and(|it| {
            it.state == state
                && (state == State::Closed
                    || (it.checked, it.failed) == (rule.checked, rule.failed))
        });
        let rules = Some(&report.rules_hash);
        let others = before.is_some_and(|it| it.rules.is_some() && it.rules.as_ref() != rules);
        (!is_same).then(|| Entry {
            rules: rules.cloned(),
            by_other_rules: others && before.is_some_and(|it| it.state != state),
            time,
            rule: rule.id.clone(),
            state,
            by: None,
            note: None,
            checked: rule.checked,
            failed: rule.failed,
            report: hash.to_owned(),
            most: None,
        })
    };
    report.rules.iter().filter(says).filter_map(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(failed: u64, outcome: Outcome) -> Report {
        let json = serde_json::json!({
            "format": 1, "title": "t", "as_of": "2020-01-01", "rules_hash": "h", "seed": 1, "tables": [],
            "rules": [{
                "id": "order", "name": { "en": "order", "zh": "顺序" }, "heading": "consistency",
                "severity": "minor", "weight": 1.0, "table": "stays", "origin": "file", "outcome": "applied",
                "checked": 10, "failed": failed, "score": null,
            }],
            "headings": [], "total": null,
        });
        let mut report: Report = serde_json::from_value(json).unwrap();
        report.rules[0].outcome = outcome;
        report
    }

    /// The states that a rule goes through; a letter is a check (`0`: nothing fails) or a person's word.
    fn states(story: &str) -> Vec<State> {
        let mut entries: Vec<Entry> = Vec::new();
        for (step, letter) in (0..).zip(story.chars()) {
            let time = UnixTime(step);
            if let Some(failed) = letter.to_digit(10) {
                let report = report(failed.into(), Outcome::Applied);
                entries.extend(of_report(&entries, &report, "hash", time));
                continue;
            }
            let state = match letter {
                'n' => State::Notified,
                'r' => State::Repaired,
                'a' => State::Accepted,
                'c' => State::Closed,
                _ => panic!("{letter}"),
            };
            let last = entries.last().unwrap().clone();
            assert!(last.state.may_become(state), "{story}: {letter}");
            let by = Some("Wang".to_owned());
            entries.push(Entry {
                time,
                state,
                by,
                ..last
            });
        }
        entries.iter().map(|it| it.state).collect()
    }

    #[test]
    fn an_issue_goes_from_found_to_closed_and_back() {
        use State::{Accepted, Closed, Found, Notified, Reopened, Repaired};
        assert_eq!(states("0"), []);
        assert_eq!(states("3nr0"), [Found, Notified, Repaired, Closed]);
        assert_eq!(
            states("3nr2nr0"),
            [
                Found, Notified, Repaired, Reopened, Notified, Repaired, Closed
            ]
        );
        // The same counts say nothing new, others do; a closed one that fails no more stays so.
        assert_eq!(states("33300"), [Found, Closed]);
        assert_eq!(states("32"), [Found, Found]);
        assert_eq!(states("3c3"), [Found, Closed, Reopened]);
        assert_eq!(states("3a32"), [Found, Accepted, Accepted]);
        // More than were accepted are another matter, also after fewer.
        assert_eq!(states("3a4"), [Found, Accepted, Reopened]);
        assert_eq!(
            states("3a234"),
            [Found, Accepted, Accepted, Accepted, Reopened]
        );
        assert_eq!(states("3a30"), [Found, Accepted, Closed]);
    }

    #[test]
    fn a_rule_that_was_not_run_says_nothing() {
        let found = of_report(&[], &report(3, Outcome::Applied), "hash", UnixTime(1));
        let not_run = Outcome::NotRun {
            en: String::new(),
            zh: String::new(),
        };
        assert_eq!(found.len(), 1);
        assert_eq!(
            of_report(&found, &report(0, not_run), "hash", UnixTime(2)),
            []
        );
    }

    #[test]
    fn people_neither_find_nor_do_anything_twice() {
        for state in State::ALL {
            assert!(!state.may_become(State::Found) && !state.may_become(State::Reopened));
            assert!(!State::Closed.may_become(state));
        }
        assert!(!State::Accepted.may_become(State::Repaired));
        assert!(!State::Repaired.may_become(State::Notified));
        assert!(State::Accepted.may_become(State::Closed));
    }

    #[test]
    fn the_list_tells_since_when() {
        let mut entries = of_report(&[], &report(3, Outcome::Applied), "a", UnixTime(1));
        let later = of_report(&entries, &report(2, Outcome::Applied), "b", UnixTime(5));
        entries.extend(later);
        let issue = issues(&entries)["order"].clone();
        assert!(issue.open);
        assert_eq!((issue.found, issue.since), (UnixTime(1), UnixTime(1)));
        assert_eq!((issue.last.failed, issue.last.report.as_str()), (2, "b"));
    }

    #[test]
    fn what_other_rules_have_closed_is_told_apart() {
        let entries = of_report(&[], &report(3, Outcome::Applied), "a", UnixTime(1));
        let mut other = report(0, Outcome::Applied);
        let same = of_report(&entries, &other, "b", UnixTime(2));
        assert!(!same[0].by_other_rules);
        other.rules_hash = "i".to_owned();
        let closed = of_report(&entries, &other, "b", UnixTime(2));
        assert_eq!(closed[0].state, State::Closed);
        assert!(closed[0].by_other_rules);
    }

    #[test]
    fn who_accepted_it_and_why_is_told_after_other_counts_too() {
        let mut entries = of_report(&[], &report(3, Outcome::Applied), "a", UnixTime(1));
        entries.push(Entry {
            state: State::Accepted,
            by: Some("Wang".to_owned()),
            note: Some("transplant".to_owned()),
            most: Some(9),
            ..entries[0].clone()
        });
        let later = of_report(&entries, &report(8, Outcome::Applied), "b", UnixTime(5));
        entries.extend(later);
        let last = issues(&entries)["order"].last.clone();
        assert_eq!((last.state, last.failed), (State::Accepted, 8));
        assert_eq!(last.by.as_deref(), Some("Wang"));
        assert_eq!(last.note.as_deref(), Some("transplant"));
        let later = of_report(&entries, &report(10, Outcome::Applied), "c", UnixTime(6));
        entries.extend(later);
        let last = issues(&entries)["order"].last.clone();
        assert_eq!((last.state, last.by), (State::Reopened, None));
    }
}
