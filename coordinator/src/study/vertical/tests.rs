//! What is told of trees, and who is waited for.

use consilium_gbdt::hybrid::{Member, tell_rows};
use consilium_mailbox::{Overdue, RunId, mem};
use consilium_plan::{Code, Task};
use futures_util::future::join_all;

use super::*;
use crate::study::{
    Progress,
    blame::{Blame, blame, is_consequence},
};

fn plan(test: &str) -> Plan {
    let column = |name: &str, kind: &str| {
        format!("[[party.column]]\nname = \"{name}\"\ntype = \"{kind}\"\n")
    };
    let text = format!(
        "title = \"t\"\npurpose = \"p\"\nkind = \"train-vertical-gbdt\"\n\
         alignment = \"{}\"\n{test}\n\
         [trees]\nobjective = \"logistic\"\ntrees = 2\n\
         [[party]]\nname = \"a\"\ndata = \"d\"\nfeatures = [\"x\"]\n{}\
         [[party]]\nname = \"b\"\ndata = \"d\"\nfeatures = [\"y\"]\n\
         label = {{ column = \"ill\" }}\n{}{}",
        "ab".repeat(32),
        column("x", "number"),
        column("y", "number"),
        column("ill", "boolean")
    );
    text.parse().unwrap()
}

fn losses(trained: f64) -> Losses {
    Losses {
        trained,
        held_out: None,
    }
}

fn trees(trees: u32) -> Reached {
    let losses = losses(1.0 / (f64::from(trees) + 1.0));
    Reached::Trees { trees, losses }
}

/// Gives what is reported while the label holder says this in each phase, and the other one that it
/// is done.
async fn witnessed(
    plan: &Plan,
    outcomes: Vec<Outcome>,
    said: &[(Phase, Vec<Reached>)],
) -> (Vec<Achieved>, Result<(), AttemptError>) {
    let Task::Vertical(task) = plan.task() else {
        panic!("it is over common rows");
    };
    let parties: Vec<PartyId> = ["coordinator", "a", "b"]
        .map(|it| it.parse().unwrap())
        .into();
    let mut mails = mem::mailboxes(&parties).into_iter();
    let mail = mails.next().unwrap();
    let saying = mails.map(async |mail| {
        for (phase, said) in said {
            let here = mail.scope(phase.name());
            let all = match mail.me().as_str() {
                "b" => &said[..],
                _ => &[Reached::Done(None)],
            };
            for reached in all {
                here.send(&parties[0], reached).await.unwrap();
            }
        }
    });
    let start = Start {
        run: RunId([1; 16]),
        attempt: 1,
        contributors: parties[1..].to_vec(),
        versions: [].into(),
        waivers: [].into(),
        progress: Progress::after(plan, outcomes),
        opened: Vec::new(),
        overdue: Overdue::default(),
    };
    let (reports, mut told) = mpsc::channel::<Report>(1);
    let keeping = async {
        let mut achieved = Vec::new();
        while let Some(Report { what, kept }) = told.recv().await {
            achieved.push(what);
            kept.send(()).ok();
        }
        achieved
    };
    let witnessing = async {
        let directory = Arc::new(Directory::default());
        let ended = witness(&mail, (plan, task), directory, (&start, &reports)).await;
        drop(reports);
        ended
    };
    let (ended, achieved, _) = tokio::join!(witnessing, keeping, join_all(saying));
    (achieved, ended)
}

/// Says it shortly.
fn shown(achieved: &[Achieved]) -> Vec<String> {
    let shown = achieved.iter().map(|it| match it {
        Achieved::Trees(trees, losses) => format!("{trees} {}", losses.trained),
        Achieved::Done(phase, outcome) => format!("{} {outcome:?}", phase.name()),
        other => panic!("{other:?}"),
    });
    shown.collect()
}

#[tokio::test(start_paused = true)]
async fn each_tree_is_told_once_and_all_losses_are_kept() {
    let said = [(
        Phase::Fit,
        vec![trees(0), trees(0), trees(1), trees(2), Reached::Done(None)],
    )];
    let (achieved, ended) = witnessed(&plan(""), Vec::new(), &said).await;
    ended.unwrap();
    let all = Outcome::Grown([1.0, 0.5, 1.0 / 3.0].map(losses).into());
    let last = format!("fit {:?}", Some(all));
    assert_eq!(
        shown(&achieved),
        ["0 1", "1 0.5", "2 0.3333333333333333", &last]
    );
}

#[tokio::test(start_paused = true)]
async fn a_phase_that_was_done_is_gone_through_and_not_told_again() {
    let measures = Some(Shared {
        auc: 0.7,
        accuracy: 0.6,
    });
    let said = [
        (Phase::Fit, vec![Reached::Done(None)]),
        (Phase::Evaluation, vec![Reached::Done(measures)]),
    ];
    let plan = plan("test = { share = 0.2 }");
    let before = vec![Outcome::Grown(vec![losses(0.5)])];
    let (achieved, ended) = witnessed(&plan, before, &said).await;
    ended.unwrap();
    let all = Outcome::Shown(measures);
    assert_eq!(shown(&achieved), [format!("evaluation {:?}", Some(all))]);
}

#[tokio::test(start_paused = true)]
async fn trees_that_there_can_not_be_are_not_told() {
    let said = [(
        Phase::Fit,
        vec![
            trees(1),
            trees(u32::MAX),
            trees(0),
            trees(1),
            trees(2),
            trees(3),
            trees(4),
            Reached::Done(None),
        ],
    )];
    let (achieved, ended) = witnessed(&plan(""), Vec::new(), &said).await;
    ended.unwrap();
    assert_eq!(achieved.len(), 4);
}

/// Says whom a run's end is blamed on, if it is anybody's fault for good.
fn blamed(ended: Result<(), AttemptError>) -> Option<String> {
    let me = "coordinator".parse().unwrap();
    match blame(&ended.unwrap_err(), &me) {
        Blame::Lasting(failure) => failure.party.map(|party| party.to_string()),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn losses_that_are_no_numbers_are_the_fault_of_whoever_tells_them() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let held_out = Losses {
            held_out: Some(bad),
            ..losses(0.5)
        };
        for losses in [losses(bad), held_out] {
            let told = Reached::Trees { trees: 1, losses };
            let said = [(Phase::Fit, vec![trees(0), told, Reached::Done(None)])];
            let (achieved, ended) = witnessed(&plan(""), Vec::new(), &said).await;
            assert_eq!(shown(&achieved), ["0 1"]);
            assert_eq!(blamed(ended).as_deref(), Some("b"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn measures_that_can_not_be_are_the_fault_of_whoever_tells_them() {
    for (auc, accuracy) in [(f64::NAN, 0.5), (0.5, 1.5), (-0.1, 0.5)] {
        let measures = Some(Shared { auc, accuracy });
        let said = [
            (Phase::Fit, vec![trees(0), Reached::Done(None)]),
            (Phase::Evaluation, vec![Reached::Done(measures)]),
        ];
        let plan = plan("test = { share = 0.2 }");
        let (achieved, ended) = witnessed(&plan, Vec::new(), &said).await;
        assert_eq!(achieved.len(), 2);
        assert_eq!(blamed(ended).as_deref(), Some("b"));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_tells_of_trees_without_end() {
    let told = vec![trees(0); 3 * 66];
    let more = [told.clone(), vec![trees(0)]].concat();
    for (mut told, is_too_much) in [(told, false), (more, true)] {
        told.push(Reached::Done(None));
        let (_, ended) = witnessed(&plan(""), Vec::new(), &[(Phase::Fit, told)]).await;
        assert_eq!(ended.is_err(), is_too_much, "{ended:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_has_no_labels_is_awaited_and_not_for_ever() {
    let said = [(Phase::Fit, vec![trees(0)])];
    let (achieved, ended) = witnessed(&plan(""), Vec::new(), &said).await;
    assert_eq!(shown(&achieved), ["0 1"]);
    assert!(matches!(ended, Err(AttemptError::Mailbox(_))), "{ended:?}");
}

/// A plan of three hospitals and a label holder that has nothing but labels.
fn hybrid() -> Plan {
    let hospital = |name: &str| {
        let alignment = name.repeat(64);
        format!("[[party]]\nname = \"{name}\"\ndata = \"d\"\nalignment = \"{alignment}\"\n")
    };
    let text = format!(
        "title = \"t\"\npurpose = \"p\"\nkind = \"train-hybrid-gbdt\"\nfeatures = [\"x\"]\n\
         limits = {{ most_rows = 1000 }}\n\
         [trees]\nobjective = \"logistic\"\ntrees = 2\n\
         [vertical]\nfirst_tree = \"joint\"\n\
         [[column]]\nname = \"x\"\ntype = \"number\"\nmin = 0\nmax = 1\n\
         {}[[party]]\nname = \"l\"\ndata = \"d\"\nlabel = {{ column = \"ill\" }}\n\
         [[party.column]]\nname = \"ill\"\ntype = \"boolean\"\n",
        ["a", "b", "c"].map(hospital).concat()
    );
    text.parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn of_hospitals_no_number_of_rows_is_taken_that_there_can_not_be() {
    let plan = hybrid();
    let Task::Vertical(task) = plan.task() else {
        panic!("it is over common rows");
    };
    let names = ["coordinator", "a", "b", "c", "l"];
    let parties: Vec<PartyId> = names.map(|it| it.parse().unwrap()).into();
    let least = task.least_fitted(plan.limits().minimum_rows.0);
    assert!(least > 3);
    let mut lies: Vec<(u32, bool)> = [0, 2, least - 1, 1_001, u32::MAX]
        .map(|rows| (rows, false))
        .into();
    // The coordinator has no rows: none of any hospital's are told to it.
    lies.push((least, true));
    for (rows, are_parts_told) in lies {
        let mails = mem::mailboxes(&parties);
        let start = Start {
            run: RunId([1; 16]),
            attempt: 1,
            contributors: parties[1..].to_vec(),
            versions: [].into(),
            waivers: [].into(),
            progress: Progress::after(&plan, Vec::new()),
            opened: Vec::new(),
            overdue: Overdue::default(),
        };
        let here = mails[4].scope(Phase::Fit.name());
        let hospitals = parties[1..4].iter().cloned().zip([rows, 0, 0]);
        let hospitals = hospitals.map(|(party, rows)| Member { party, rows });
        let hospitals: Vec<Member> = hospitals.collect();
        let others: &[PartyId] = if are_parts_told { &parties[..1] } else { &[] };
        let coordinator = usize::from(are_parts_told);
        let told = tell_rows(&here, (&parties[coordinator], others), &hospitals).await;
        assert_eq!(told.unwrap(), rows);
        let (reports, _told) = mpsc::channel::<Report>(1);
        let directory = Arc::new(Directory::default());
        let ended = witness(&mails[0], (&plan, task), directory, (&start, &reports)).await;
        let Blame::Lasting(failure) = blame(&ended.unwrap_err(), &parties[0]) else {
            panic!("no run does better");
        };
        assert_eq!(failure.code, Code::VerticalPeerDeviates, "{rows}");
        assert_eq!(failure.details["peer"], "l");
    }
}

#[test]
fn a_sum_that_chance_spoils_is_taken_up_again_and_one_that_can_not_be_ends_the_study() {
    let me = "coordinator".parse().unwrap();
    assert!(is_consequence(Code::VerticalSumSpoilt));
    for error in [
        HybridError::Implausible,
        HybridError::OtherSides,
        HybridError::Few,
    ] {
        assert!(matches!(blame(&error.into(), &me), Blame::Lasting(_)));
    }
}
