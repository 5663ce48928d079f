//! What is told of a study, and when.

use std::time::Duration;

use super::*;

const NOON: i64 = 1_795_003_200;

fn plan() -> Plan {
    let text = include_str!("../../../../platform/plan/tests/it/expected/heart.toml");
    text.parse().unwrap()
}

/// What happens to a study, one event a second from noon on.
#[derive(Default)]
struct Events(Vec<v1::StudyEvent>);

impl Events {
    /// The events up to the first step.
    fn running(plan: &Plan) -> Events {
        let mut events = Events::default();
        events.add(&Event::Submitted).add(&Event::Shown);
        for (party, _) in plan.contributors() {
            events.add(&Event::Approved(party.clone()));
        }
        events.add(&Event::Ready);
        events
    }

    fn add(&mut self, event: &Event) -> &mut Events {
        self.push(serde_json::to_string(event).unwrap(), "", "")
    }

    /// The step goes on to this iteration, or is kept waiting at it.
    fn iterate(&mut self, iteration: u32, waiting: &str) -> &mut Events {
        let doing = Doing::Improving { iteration, most: 9 };
        let doing = serde_json::to_string(&doing).unwrap();
        self.push(String::new(), &doing, waiting)
    }

    /// Averaging comes to this round of 100.
    fn average(&mut self, round: u32) -> &mut Events {
        let doing = Doing::Averaging { round, rounds: 100 };
        self.push(String::new(), &serde_json::to_string(&doing).unwrap(), "")
    }

    /// The tree in hand is this one of 9.
    fn grow(&mut self, tree: u32) -> &mut Events {
        let doing = Doing::Growing {
            tree,
            trees: 9,
            loss: None,
            held_out: None,
        };
        self.push(String::new(), &serde_json::to_string(&doing).unwrap(), "")
    }

    fn push(&mut self, event: String, doing: &str, waiting: &str) -> &mut Events {
        let number = self.0.len() as u64;
        let time = UnixTime(NOON).after(Duration::from_secs(number));
        self.0.push(v1::StudyEvent {
            number,
            time_ms: time.0 * 1_000,
            event,
            doing: doing.to_owned(),
            waiting: waiting.to_owned(),
            newest: 0,
        });
        self
    }
}

fn told<'a>(
    story: &mut Story<'_>,
    events: impl IntoIterator<Item = &'a v1::StudyEvent>,
) -> Vec<String> {
    let hear = |event| story.hear(event).then(|| story.line()).flatten();
    events.into_iter().filter_map(hear).collect()
}

#[test]
fn who_comes_late_is_told_where_the_study_stands_and_since_when() {
    let plan = plan();
    let mut events = Events::running(&plan);
    events.iterate(1, "").iterate(2, "").iterate(2, "");
    let mut story = Story::new(&plan, Lang::En);
    for event in &events.0 {
        assert!(story.hear(event));
    }
    let since = UnixTime(events.0[events.0.len() - 2].time_ms / 1_000);
    let running = "running step 1 of 3, fitting the model: iteration 2 of at most 9";
    assert_eq!(story.line(), Some(format!("{since}  {running}")));
    assert_eq!(story.line(), None);
    let now = story.now("5f3a").unwrap();
    assert_eq!(now["now"]["state"], "running");
    assert_eq!(
        (&now["doing"]["iteration"], &now["since"]),
        (&json!(2), &json!(since.0))
    );
}

#[test]
fn what_a_daemon_tells_again_when_it_is_back_is_no_news() {
    let plan = plan();
    let mut events = Events::running(&plan);
    let mut story = Story::new(&plan, Lang::En);
    told(&mut story, &events.0);
    events.iterate(1, "");
    let news = told(&mut story, &events.0);
    assert_eq!(news.len(), 1, "{news:?}");
    assert!(news[0].ends_with("iteration 1 of at most 9"), "{news:?}");
}

#[test]
fn a_party_that_keeps_the_step_waiting_is_told_of_until_it_goes_on() {
    let plan = plan();
    let mut events = Events::running(&plan);
    let mut story = Story::new(&plan, Lang::En);
    told(&mut story, &events.0);
    let before = events.0.len();
    let waiting = format!(r#"{{"on":["va"],"since":{NOON}}}"#);
    events.iterate(1, "").iterate(1, &waiting).iterate(1, "");
    let noon = UnixTime(NOON);
    let ends = [
        "iteration 1 of at most 9".to_owned(),
        format!("iteration 1 of at most 9; waiting for va since {noon}"),
        "iteration 1 of at most 9".to_owned(),
    ];
    let lines = told(&mut story, &events.0[before..]);
    assert_eq!(lines.len(), ends.len(), "{lines:?}");
    for (line, end) in lines.iter().zip(&ends) {
        assert!(line.ends_with(end), "{line}");
    }
}

#[test]
fn the_end_and_what_this_program_does_not_know_are_not_told() {
    let plan = plan();
    let mut events = Events::running(&plan);
    let mut story = Story::new(&plan, Lang::En);
    told(&mut story, &events.0);
    let before = events.0.len();
    events.push(r#"{"event":"of-a-later-version"}"#.to_owned(), "", "");
    events.add(&Event::Cancelled {
        by: "li".to_owned(),
        reason: "wrong label".to_owned(),
    });
    assert_eq!(told(&mut story, &events.0[before..]), Vec::<String>::new());
    assert_eq!(story.now("5f3a"), None);
}

#[test]
fn of_many_rounds_of_averaging_the_first_and_each_twentieth_are_told() {
    let plan = plan();
    let mut events = Events::running(&plan);
    let before = events.0.len();
    for round in 1..=100 {
        events.average(round);
    }
    let mut story = Story::new(&plan, Lang::En);
    told(&mut story, &events.0[..before]);
    let lines = told(&mut story, &events.0[before..]);
    assert_eq!(lines.len(), 21, "{lines:?}");
    for (line, round) in lines.iter().zip([1, 5, 10]) {
        assert!(line.contains(&format!("round {round} of")), "{line}");
    }
    assert!(lines[20].contains("round 100 of"), "{lines:?}");

    let mut story = Story::new(&plan, Lang::En).telling_rounds(true);
    told(&mut story, &events.0[..before]);
    assert_eq!(told(&mut story, &events.0[before..]).len(), 100);
}

#[test]
fn rounds_that_begin_anew_are_told() {
    let plan = plan();
    for (lang, anew) in [
        (Lang::En, "a new run begins: "),
        (Lang::Zh, "新的运行开始："),
    ] {
        let mut events = Events::running(&plan);
        events.average(1).average(37);
        let mut story = Story::new(&plan, lang);
        assert!(!told(&mut story, &events.0).concat().contains(anew));
        let before = events.0.len();
        events.average(1).average(2).average(5);
        let lines = told(&mut story, &events.0[before..]);
        let are_anew: Vec<bool> = lines.iter().map(|line| line.contains(anew)).collect();
        assert_eq!(are_anew, [true, false], "{lines:?}");
    }
}

#[test]
fn the_end_of_trees_is_told_by_the_pace_of_those_before() {
    let plan = plan();
    let mut events = Events::running(&plan);
    let mut story = Story::new(&plan, Lang::En);
    told(&mut story, &events.0);
    let before = events.0.len();
    // Three sums a tree, one a second.
    for tree in [1, 1, 1, 2, 2, 2, 3] {
        events.grow(tree);
    }
    let lines = told(&mut story, &events.0[before..]);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(!lines[0].contains("done by"), "{lines:?}");
    for (line, grown) in lines[1..].iter().zip([3, 6]) {
        let now = UnixTime(events.0[before + grown].time_ms / 1_000);
        let end = now.after(Duration::from_secs(27 - grown as u64));
        assert!(
            line.ends_with(&format!(", at this pace done by {end}")),
            "{line}"
        );
    }
    let end = UnixTime(events.0[before].time_ms / 1_000 + 27);
    assert_eq!(story.now("5f3a").unwrap()["expected_end"], json!(end.0));
}
