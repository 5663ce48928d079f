//! A study's way through life.

use std::{collections::BTreeSet, time::Duration};

use consilium_plan::{
    Code, Doing, Event, Failure, Forbidden, Lang, Plan, StepNumber, Study, UnixTime, Waiting,
};
use proptest::prelude::*;

use crate::{NOW, full, full_text, heart, party};

const HOSPITALS: [&str; 4] = ["cleveland", "hungarian", "switzerland", "va"];

pub(crate) fn go(study: &Study, events: impl IntoIterator<Item = Event>, plan: &Plan) -> Study {
    let step = |study: Study, event| study.on(event, plan, NOW).unwrap();
    events.into_iter().fold(study.clone(), step)
}

fn waiting() -> Study {
    go(&Study::Drafted, [Event::Submitted, Event::Shown], &heart())
}

pub(crate) fn running(plan: &Plan) -> Study {
    let approved = plan
        .contributors()
        .map(|(party, _)| Event::Approved(party.clone()));
    let events = [Event::Submitted, Event::Shown].into_iter().chain(approved);
    go(&Study::Drafted, events.chain([Event::Ready]), plan)
}

fn lost(parties: &[&str]) -> Event {
    Event::Lost(parties.iter().map(|name| party(name)).collect())
}

fn later(seconds: u64) -> UnixTime {
    NOW.after(Duration::from_secs(seconds))
}

#[test]
fn a_study_goes_from_draft_to_result() {
    let study = running(&heart());
    let steps = [
        Event::Committed(StepNumber(1)),
        Event::Finished(StepNumber(2)),
    ];
    let study = go(&study, steps, &heart());
    assert_eq!(study, Study::Finished { at: NOW });
    assert!(study.has_ended());
}

#[test]
fn it_waits_for_every_contributor_and_says_for_whom() {
    let study = go(
        &waiting(),
        HOSPITALS[..3]
            .iter()
            .map(|name| Event::Approved(party(name))),
        &heart(),
    );
    assert_eq!(
        study.describe(&heart(), Lang::En),
        "waiting for the approval of va"
    );
    assert_eq!(study.describe(&heart(), Lang::Zh), "等待 va 批准");
    let revoked = go(&study, [Event::Revoked(party("cleveland"))], &heart());
    assert_eq!(
        revoked.describe(&heart(), Lang::En),
        "waiting for the approval of cleveland, va"
    );
}

#[test]
fn a_refusal_or_revocation_ends_it_with_the_party_named() {
    let refused = go(&waiting(), [Event::Refused(party("va"))], &heart());
    let failure = refused.failure().unwrap();
    assert_eq!(
        (failure.code, failure.party),
        (Code::ApprovalRefused, Some(party("va")))
    );
    let revoked = go(&running(&heart()), [Event::Revoked(party("va"))], &heart());
    assert_eq!(revoked.failure().unwrap().code, Code::ApprovalRevoked);
}

#[test]
fn a_running_step_is_named_in_both_languages() {
    let study = running(&heart());
    let said = |study: &Study, lang| study.describe(&heart(), lang);
    assert_eq!(
        said(&study, Lang::En),
        "running step 1 of 3, fitting the model"
    );
    let study = go(&study, [Event::Committed(StepNumber(1))], &heart());
    assert_eq!(
        said(&study, Lang::Zh),
        "正在运行第 2 步（共 3 步）：在测试行上评估"
    );
    let doing = Doing::Improving {
        iteration: 3,
        most: 98,
    };
    let said = |doing: Doing, lang| doing.describe(lang).unwrap();
    assert_eq!(said(doing, Lang::En), "iteration 3 of at most 98");
    assert_eq!(said(doing, Lang::Zh), "第 3 次迭代（至多 98 次）");
}

#[test]
fn parts_of_sets_are_told_from_the_first_on_that_is_done() {
    let said = |chunks, lang| Doing::Comparing { chunks }.describe(lang);
    for (lang, one) in [
        (Lang::En, "parts of the sets done: 1"),
        (Lang::Zh, "集合已完成的部分数：1"),
    ] {
        assert_eq!(said(0, lang), None);
        assert_eq!(said(1, lang).as_deref(), Some(one));
    }
}

#[test]
fn whom_a_step_waits_for_is_said_in_both_languages() {
    let waiting = Waiting {
        on: ["va", "hungarian"].map(party).into(),
        since: NOW,
    };
    assert_eq!(
        waiting.describe(Lang::En),
        format!("waiting for hungarian, va since {NOW}")
    );
    assert_eq!(
        waiting.describe(Lang::Zh),
        format!("自 {NOW} 起等待 hungarian, va")
    );
}

#[test]
fn a_lost_party_pauses_the_step_until_it_is_back() {
    let paused = go(
        &running(&heart()),
        [lost(&["va"]), lost(&["hungarian"])],
        &heart(),
    );
    let until = later(3600);
    assert_eq!(
        paused.describe(&heart(), Lang::En),
        format!(
            "paused at step 1 of 3, fitting the model; waiting for hungarian, va until {until}"
        )
    );
    let back = [
        Event::Returned(party("va")),
        Event::Returned(party("hungarian")),
    ];
    assert_eq!(go(&paused, back, &heart()), running(&heart()));
}

#[test]
fn patience_ends_in_a_failure_that_names_the_party() {
    let paused = go(&running(&heart()), [lost(&["va"])], &heart());
    assert_eq!(
        paused.on(Event::Tick, &heart(), later(3599)),
        Ok(paused.clone())
    );
    let failed = paused.on(Event::Tick, &heart(), later(3600)).unwrap();
    assert_eq!(
        failed.failure().unwrap().to_string(),
        "PARTY-LOST: va was away for longer than 1h"
    );
}

#[test]
fn a_plan_may_go_on_without_as_many_as_it_says() {
    let plan = full();
    let paused = go(&running(&plan), [lost(&["west"])], &plan);
    let on = paused.on(Event::Tick, &plan, later(7200)).unwrap();
    let Study::Running { without, .. } = &on else {
        panic!("{on:?}")
    };
    assert_eq!(*without, BTreeSet::from([party("west")]));
    // Whoever is left out is neither waited for nor taken back.
    assert_eq!(
        go(
            &on,
            [lost(&["west"]), Event::Returned(party("west"))],
            &plan
        ),
        on
    );
    let second = go(&on, [lost(&["east"])], &plan);
    let failed = second.on(Event::Tick, &plan, later(14_400)).unwrap();
    assert_eq!(failed.failure().unwrap().party, Some(party("east")));
    let both = go(&paused, [lost(&["east"])], &plan);
    let failed = both.on(Event::Tick, &plan, later(7200)).unwrap();
    assert_eq!(failed.failure().unwrap().code, Code::PartyLost);
}

#[test]
fn a_plan_may_fail_at_the_first_loss() {
    let text = full_text().replace(
        "dropouts = 1\non_dropout = \"continue\"\nask_waiver = true\n",
        "on_dropout = \"fail\"\n",
    );
    let plan = Plan::from_toml(&text).unwrap();
    let failed = go(&running(&plan), [lost(&["west"])], &plan);
    assert_eq!(failed.failure().unwrap().party, Some(party("west")));
}

#[test]
fn it_expires_in_whatever_state() {
    let end = later(14 * 86_400);
    for study in [
        waiting(),
        running(&heart()),
        go(&running(&heart()), [lost(&["va"])], &heart()),
    ] {
        assert_eq!(study.deadline(), Some(end));
        let expired = study
            .on(Event::Committed(StepNumber(1)), &heart(), end)
            .unwrap();
        assert_eq!(
            expired,
            Study::Expired {
                at: end,
                during: study.name().to_owned()
            }
        );
        assert_eq!(expired.failure().unwrap().code, Code::PlanExpired);
    }
    let late = UnixTime(2_000_000_000);
    let refused = Study::Drafted
        .on(Event::Submitted, &full(), late)
        .unwrap_err();
    assert_eq!(
        refused,
        Forbidden::Expired {
            at: full().limits().expires.unwrap()
        }
    );
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    let study = running(&heart());
    let refuse = |event| study.on(event, &heart(), NOW).unwrap_err();
    assert_eq!(
        refuse(Event::Submitted).to_string(),
        "'submitted' can't happen to a study that is running"
    );
    assert_eq!(
        refuse(Event::Committed(StepNumber(2))).to_string(),
        "step 2 was committed while step 1 is being run"
    );
    assert_eq!(refuse(lost(&[])), Forbidden::NobodyLost);
    let stranger = party("stranger");
    assert_eq!(
        refuse(Event::Revoked(stranger.clone())),
        Forbidden::NoContributor { party: stranger }
    );
    let (by, reason) = ("op".to_owned(), " ".to_owned());
    assert_eq!(refuse(Event::Cancelled { by, reason }), Forbidden::NoReason);
}

#[test]
fn it_is_cancelled_with_a_reason() {
    let event = Event::Cancelled {
        by: "op".to_owned(),
        reason: "wrong label".to_owned(),
    };
    let study = go(&running(&heart()), [event], &heart());
    let said = study.describe(&heart(), Lang::En);
    assert!(
        said.starts_with("cancelled by op at 2026-") && said.ends_with(": wrong label"),
        "{said}"
    );
}

fn any_event() -> impl Strategy<Value = Event> {
    let name = prop_oneof![
        Just("va"),
        Just("cleveland"),
        Just("hungarian"),
        Just("switzerland"),
        Just("nobody")
    ];
    (0u8..13, name, 0u32..3).prop_map(|(kind, name, step)| {
        let who = party(name);
        let step = StepNumber(step);
        match kind {
            0 => Event::Submitted,
            1 => Event::Shown,
            2..=4 => Event::Approved(who),
            5 => Event::Ready,
            6 => Event::Committed(step),
            7 => Event::Lost(BTreeSet::from([who])),
            8 => Event::Returned(who),
            9 => Event::Finished(step),
            10 => Event::Failed(Failure::new(Code::DiskFull).of(&who)),
            11 => Event::Revoked(who),
            _ => Event::Tick,
        }
    })
}

proptest! {
    #[test]
    fn whatever_happens_an_ended_study_stays_and_has_its_reason(
        events in prop::collection::vec((any_event(), 0u64..5_000), 0..60),
    ) {
        let plan = heart();
        let (mut study, mut now) = (waiting(), NOW);
        for (event, seconds) in events {
            now = now.after(Duration::from_secs(seconds));
            let before = study.clone();
            if let Ok(next) = study.on(event, &plan, now) {
                study = next;
            }
            prop_assert!(!before.has_ended() || study == before);
            prop_assert!(study.deadline().is_none_or(|deadline| now < deadline));
            if let Study::Paused { on, .. } = &study {
                prop_assert!(!on.is_empty());
            }
            let good = matches!(study, Study::Finished { .. });
            prop_assert!(!study.has_ended() || good || study.failure().is_some());
            let stored = serde_json::to_string(&study).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Study>(&stored).unwrap(), &study);
        }
    }
}
