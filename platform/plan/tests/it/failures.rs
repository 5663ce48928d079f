//! Codes of failures: stable, explained, filled in.

use std::{collections::BTreeMap, time::Duration};

use consilium_evaluation::EvaluationError;
use consilium_gbdt::{
    Failure as NoFit,
    hybrid::HybridError,
    vertical::{Breach, VerticalError},
};
use consilium_glm::GlmError;
use consilium_mailbox::MailboxError;
use consilium_plan::{Advice, Code, Failure, Lang, explain, texts::failure::ALL};
use consilium_secagg::{Refusal, SumError};

use crate::party;

#[test]
fn every_code_is_written_in_capitals_and_found_by_its_name() {
    for entry in ALL {
        let plain = |c: char| c.is_ascii_uppercase() || c == '-';
        assert!(entry.id.chars().all(plain), "{}", entry.id);
        assert_eq!(entry.id.to_lowercase().parse(), Ok(entry.code));
        assert_eq!(entry.code.entry(), entry);
        assert_eq!(
            serde_json::to_string(&entry.code).unwrap(),
            format!("\"{}\"", entry.id)
        );
    }
    assert!("C-1".parse::<Code>().is_err());
}

#[test]
fn what_follows_from_rows_is_told_from_what_machines_and_parties_do() {
    for code in [
        Code::CohortTooSmall,
        Code::DataOneClass,
        Code::EvaluationTooFew,
        Code::ModelSeparation,
        Code::VerticalPatientsRepeated,
    ] {
        assert!(code.follows_from_rows(), "{code}");
    }
    for code in [
        Code::DataUnreadable,
        Code::DiskFull,
        Code::VerticalStateLost,
        Code::AlignPeerDeviates,
        Code::SumImplausible,
    ] {
        assert!(!code.follows_from_rows(), "{code}");
    }
    // Whatever waits, or is the program's own doing, is no matter of rows.
    let waits = |advice| {
        matches!(
            advice,
            Advice::Waits | Advice::Report | Advice::AtCoordinator
        )
    };
    for entry in ALL.iter().filter(|entry| waits(entry.advice)) {
        assert!(!entry.code.follows_from_rows(), "{}", entry.id);
    }
}

#[test]
fn an_explanation_needs_no_instance() {
    let text = explain(Code::ClockSkew, Lang::En);
    assert_eq!(
        text,
        "CLOCK-SKEW\nthe clock of ‹party› is ‹seconds› s off, ‹most› s are allowed\n\
         next: synchronise its clock (NTP), for approvals and certificates depend on it; if the study has \
         ended, then submit the plan again\n\
         who: to be corrected at the party\n"
    );
    assert!(explain(Code::ClockSkew, Lang::Zh).contains("时钟偏差"));
}

#[test]
fn a_failure_fills_its_places_and_outlives_storage() {
    let failure = Failure::new(Code::DataColumnMissing)
        .of(&party("va"))
        .at("preflight")
        .with("data", "heart")
        .with("column", "{party}");
    assert_eq!(
        failure.to_string(),
        "DATA-COLUMN-MISSING: data set heart of va has no column {party}"
    );
    assert_eq!(failure.what(Lang::Zh), "va 的数据集 heart 没有列 {party}");
    let stored = serde_json::to_string(&failure).unwrap();
    assert_eq!(serde_json::from_str::<Failure>(&stored).unwrap(), failure);
}

#[test]
fn failures_over_split_columns_name_who_tells_them_and_whom_it_means() {
    let me = party("insurer");
    for (error, code) in [
        (
            VerticalError::Behind { tree: 3, kept: 1 },
            Code::VerticalGroupDeviates,
        ),
        (VerticalError::OtherFit, Code::VerticalStateLost),
        (
            VerticalError::NoRoom { tree: 3 },
            Code::VerticalNoiseTooLarge,
        ),
        (
            VerticalError::Failed(NoFit::Diverged { tree: 3 }),
            Code::ModelTreesDiverged,
        ),
        (
            VerticalError::Breach {
                peer: party("hospital"),
                breach: Breach::NotOffered,
            },
            Code::VerticalPeerDeviates,
        ),
        (
            VerticalError::Gone {
                peer: party("hospital"),
                tree: 1,
                begun: 3,
            },
            Code::VerticalPeerDeviates,
        ),
    ] {
        let failure = Failure::of_vertical(&error, &me);
        assert_eq!((failure.code, failure.party.as_ref()), (code, Some(&me)));
        let blamed = failure.details.get("peer").map(String::as_str);
        let is_anothers = code == Code::VerticalPeerDeviates;
        assert_eq!(blamed, is_anothers.then_some("hospital"));
        for lang in Lang::ALL {
            let said = failure.what(lang) + &failure.remedy(lang);
            assert!(!said.contains('?'), "{said}");
        }
    }
}

#[test]
fn failures_with_several_hospitals_blame_whom_they_can() {
    let (me, west) = (party("insurer"), party("west"));
    let missing = HybridError::NotWhole {
        missing: west.clone(),
    };
    for (error, code, of, peer) in [
        (
            HybridError::Repeated { patients: 3 },
            Code::VerticalPatientsRepeated,
            &me,
            None,
        ),
        (
            VerticalError::OtherRows { peer: west.clone() }.into(),
            Code::VerticalRowsDiffer,
            &me,
            Some("west"),
        ),
        (missing, Code::RosterShrinkRefused, &west, None),
        (HybridError::Implausible, Code::SumImplausible, &me, None),
        (HybridError::OtherSides, Code::SumImplausible, &me, None),
        (
            HybridError::Otherwise,
            Code::VerticalHospitalsDiffer,
            &me,
            None,
        ),
        (
            HybridError::Unlike,
            Code::VerticalHospitalsDiffer,
            &me,
            None,
        ),
        (
            HybridError::OtherCounts,
            Code::VerticalGroupDeviates,
            &me,
            None,
        ),
        (
            HybridError::OtherCuts,
            Code::VerticalGroupDeviates,
            &me,
            None,
        ),
        (HybridError::Few, Code::VerticalGroupDeviates, &me, None),
        (
            HybridError::OtherSums,
            Code::VerticalGroupDeviates,
            &me,
            None,
        ),
        (
            HybridError::NoRoom { stride: 9 },
            Code::VerticalNoRoom,
            &me,
            None,
        ),
        (HybridError::NoNumbers, Code::VerticalNoNumbers, &me, None),
        (
            VerticalError::OtherFit.into(),
            Code::VerticalStateLost,
            &me,
            None,
        ),
    ] {
        let failure = Failure::of_hybrid(&error, &me);
        assert_eq!((failure.code, failure.party.as_ref()), (code, Some(of)));
        assert_eq!(failure.details.get("peer").map(String::as_str), peer);
        for lang in Lang::ALL {
            let said = failure.what(lang) + &failure.remedy(lang);
            assert!(!said.contains('?'), "{said}");
            // How many patients it are is nobody else's business.
            assert!(
                code != Code::VerticalPatientsRepeated || !said.contains('3'),
                "{said}"
            );
        }
    }
}

#[test]
fn what_others_say_of_a_failure_is_short_and_plain() {
    let read = |text: serde_json::Value| serde_json::from_value::<Failure>(text).is_ok();
    let detail = |value: &str| serde_json::json!({ "code": "DATA-CUT", "details": { "x": value } });
    assert!(read(detail("line 61 of 病人.csv")));
    assert!(!read(detail("\u{1b}]0;owned\u{7}")));
    assert!(!read(detail("two\nlines")));
    assert!(!read(detail("\u{202e}turned")));
    assert!(!read(detail(&"x".repeat(201))));
    assert!(!read(
        serde_json::json!({ "code": "DATA-CUT", "step": "x".repeat(201) })
    ));
    let many: BTreeMap<String, &str> = (0..9).map(|n| (n.to_string(), "x")).collect();
    assert!(!read(
        serde_json::json!({ "code": "DATA-CUT", "details": many })
    ));
}

#[test]
fn a_failure_of_our_own_is_always_fit_for_others() {
    let failure = Failure::new(Code::SumTooFew)
        .at("a\nb")
        .with("missing", "名".repeat(300))
        .with("needed", "\u{202e}3");
    assert_eq!(failure.details["missing"].chars().count(), 200);
    let stored = serde_json::to_string(&failure).unwrap();
    assert_eq!(serde_json::from_str::<Failure>(&stored).unwrap(), failure);
}

#[test]
fn failures_of_a_fit_have_no_place_left_open() {
    use consilium_glm::Failure as Glm;
    let column = || "age".to_owned();
    let all = [
        Glm::TooFewRows { rows: 7, needed: 9 },
        Glm::ConstantLabel,
        Glm::NarrowLabel,
        Glm::ConstantColumn { column: column() },
        Glm::NarrowColumn { column: column() },
        Glm::RareLevel {
            column: column(),
            minimum: 10,
        },
        Glm::Collinear { column: column() },
        Glm::Separation { column: column() },
        Glm::BeyondCaps,
        Glm::NotConverged {
            sums: 100,
            change: 1.0,
        },
        Glm::Diverged,
        Glm::TooFewToEvaluate { minimum: 10 },
        Glm::Implausible,
        Glm::Unrepresentative,
    ];
    for failure in &all {
        let failure = Failure::from(failure);
        assert_ne!(failure.code, Code::Internal);
        assert_closed(&failure);
    }
}

#[test]
fn failures_of_a_mailbox_name_the_party_and_the_step() {
    let peer = party("va");
    let errors = [
        MailboxError::Silent {
            peer: peer.clone(),
            step: "s.1",
            waited: Duration::from_mins(1),
            held: 0,
        },
        MailboxError::LinkDown {
            peer: peer.clone(),
            step: "s.1",
            down: Duration::from_mins(1),
        },
        MailboxError::Malformed {
            peer: peer.clone(),
            step: "s.1",
        },
        MailboxError::Quorum {
            step: "s.1",
            arrived: 2,
            asked: 4,
            at_least: 3,
            missing: vec![peer],
        },
    ];
    for error in &errors {
        let failure = Failure::from(error);
        assert_eq!(failure.step.as_deref(), Some("s.1"));
        assert!(failure.what(Lang::En).contains("s.1") || failure.code == Code::LinkDown);
        assert!(format!("{} {}", failure.what(Lang::Zh), failure.remedy(Lang::Zh)).contains("va"));
        assert_closed(&failure);
    }
}

#[test]
fn failures_of_a_sum_name_who_is_to_act() {
    let (va, zurich) = (party("va"), party("switzerland"));
    let number = consilium_secagg::SumNumber(3);
    let refusal = || Refusal::QuestionChanged { number };
    let errors = [
        (
            SumError::Equivocation {
                aggregator: va.clone(),
                witness: zurich.clone(),
            },
            Code::AggregatorLied,
        ),
        (
            SumError::Missing {
                missing: vec![va.clone()],
                refusal: refusal(),
            },
            Code::PartyAborted,
        ),
        (
            SumError::Missing {
                missing: vec![va.clone()],
                refusal: Refusal::Derivable {
                    number,
                    exposed: [zurich.clone()].into(),
                },
            },
            Code::RosterShrinkRefused,
        ),
        (
            SumError::TooFew {
                present: 2,
                needed: 3,
                missing: vec![va.clone()],
            },
            Code::SumTooFew,
        ),
        (
            SumError::WrongLength {
                party: va.clone(),
                expected: 1,
                got: 2,
            },
            Code::MessageMalformed,
        ),
        (SumError::Refused(refusal()), Code::SumRefused),
        (
            SumError::SharesDisagree {
                party: zurich,
                holders: vec![va.clone()],
            },
            Code::SharesDisagree,
        ),
    ];
    for (error, code) in errors {
        let failure = Failure::of_fit(&GlmError::from(error), &va);
        assert_eq!(failure.code, code);
        assert_closed(&failure);
        assert!(format!("{} {}", failure.what(Lang::En), failure.remedy(Lang::En)).contains("va"));
    }
}

#[test]
fn an_evaluation_fails_as_its_fit_would_and_names_who_sent_nonsense() {
    use consilium_evaluation::Failure as Unmeasured;
    let va = party("va");
    let errors = [
        (
            Unmeasured::TooFewToEvaluate { minimum: 10 }.into(),
            Code::EvaluationTooFew,
        ),
        (Unmeasured::Implausible.into(), Code::SumImplausible),
        (
            EvaluationError::BadMeasures { party: va.clone() },
            Code::MessageMalformed,
        ),
    ];
    for (error, code) in errors {
        let failure = Failure::of_evaluation(&error, &va);
        assert_eq!(failure.code, code);
        assert_closed(&failure);
    }
}

/// Fails if a place of a text was not filled.
pub(crate) fn assert_closed(failure: &Failure) {
    for lang in Lang::ALL {
        let said = format!("{}{}", failure.what(lang), failure.remedy(lang));
        assert!(
            !said.contains('?') && !said.contains('{'),
            "{}: {said}",
            failure.code
        );
    }
}

#[test]
fn a_place_without_value_is_shown_as_unknown() {
    let failure = Failure::new(Code::ClockSkew);
    assert_eq!(
        failure.what(Lang::En),
        "the clock of ? is ? s off, ? s are allowed"
    );
    assert_eq!(failure.details, BTreeMap::new());
}

#[test]
fn a_study_that_goes_on_is_not_to_be_submitted_again() {
    let failure = Failure::new(Code::ClockSkew).of(&party("va"));
    for (lang, again) in [
        (Lang::En, "submit the plan again"),
        (Lang::Zh, "重新提交方案"),
    ] {
        let (now, whole) = (failure.remedy_before_end(lang), failure.remedy(lang));
        assert!(!now.contains(again), "{now}");
        assert!(whole.starts_with(&now) && whole.ends_with(again), "{whole}");
    }
}

#[test]
fn a_place_has_words_for_each_language() {
    let failure = Failure::new(Code::DataUnreadable)
        .of(&party("va"))
        .with("data", "heart")
        .with_words("place", ["line 7".to_owned(), "第 7 行".to_owned()]);
    assert!(failure.what(Lang::En).ends_with("can't be read: line 7"));
    assert!(failure.what(Lang::Zh).ends_with("无法读取：第 7 行"));
    assert_closed(&failure);
    let read: Failure = serde_json::from_str(&serde_json::to_string(&failure).unwrap()).unwrap();
    assert_eq!(read, failure);
}
