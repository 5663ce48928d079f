//! What frames tell: missing codes and bands, sizes rounded up; nothing else.

use std::collections::BTreeSet;

use consilium_mailbox::{Frame, PartyId, sim::World};

use crate::world::{Check, Rows, body, insurer, party, rows};

const PAGE: &str = include_str!("../../../../docs/protocols/dictionary.md");

async fn frames_of(check: &mut Check) -> Vec<Frame> {
    let world = World::new(1);
    let ended = check.run(&world).await;
    check.check(ended);
    world.transcript()
}

fn outline(frames: &[Frame]) -> Vec<(PartyId, String, usize)> {
    let line = |it: &Frame| {
        // A piece's length follows from random tags, to sixteen bytes.
        let unit = if it.step.ends_with("tabled") { 64 } else { 1 };
        (
            it.sender.clone(),
            it.step.to_string(),
            body(it).len() / unit,
        )
    };
    let mut lines: Vec<_> = frames.iter().map(line).collect();
    lines.sort();
    lines
}

#[tokio::test(start_paused = true)]
async fn other_lists_and_rare_codes_with_the_same_outcome_give_the_same_lengths() {
    let one = outline(&frames_of(&mut Check::new()).await);
    let mut check = Check::new();
    let listed = (100..400).map(|number| format!("W{number}"));
    check.list = listed.chain(["A01".to_owned()]).collect();
    let hospital = rows([
        ("A01", 400),
        ("B02", 20),
        ("D04", 19),
        ("E06", 9),
        ("E07", 2),
    ]);
    check.hospitals = [(party("hospital"), hospital)].into();
    let other = outline(&frames_of(&mut check).await);
    let steps = |lines: &[(PartyId, String, usize)]| -> Vec<(PartyId, String)> {
        lines
            .iter()
            .map(|(who, step, _)| (who.clone(), step.clone()))
            .collect()
    };
    assert_eq!(steps(&one), steps(&other));
    for ((_, step, one), (_, _, other)) in one.iter().zip(&other) {
        let slack = usize::from(step.ends_with("tabled"));
        assert!(one.abs_diff(*other) <= slack, "{step}: {one} {other}");
    }
}

#[tokio::test(start_paused = true)]
async fn how_many_codes_a_respondent_has_compared_shows_nowhere() {
    let mut shapes = BTreeSet::new();
    let listed = ["A01", "C03", "Z99"];
    for frequent in 0..3 {
        let mut check = Check::new();
        let codes: Rows = rows(
            listed
                .into_iter()
                .take(frequent)
                .map(|code| (code, 250 / frequent as u64)),
        );
        let codes = if frequent == 0 { rows([]) } else { codes };
        check.hospitals = [(party("hospital"), codes)].into();
        let frames = frames_of(&mut check).await;
        let from_hospital = frames.iter().filter(|it| it.sender != insurer());
        shapes.insert(
            from_hospital
                .map(|it| (it.step.to_string(), body(it).len() / 8))
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(shapes.len(), 1);
}

/// Canaries: long, so that they are in no frame by chance.
#[tokio::test(start_paused = true)]
async fn the_list_and_rare_codes_are_in_no_frame_and_missing_ones_in_the_answer_alone() {
    let mut check = Check::new();
    let canary = |number: usize| format!("CANARY-{number}-OF-SOMEBODY");
    check.list = (0..40).map(canary).collect();
    let hospital = (20..80).map(|number| (canary(number), if number < 60 { 30 } else { 9 }));
    check.hospitals = [(party("hospital"), hospital.collect())].into();
    check.terms.most_codes = 64;
    let world = World::new(1);
    let ended = check.run(&world).await;
    // They are no codes to the holder, which says so without repeating one.
    let error = ended.holder.err().unwrap().to_string();
    assert!(!error.contains("CANARY"), "{error}");
    let (mut told, mut steps) = (BTreeSet::new(), BTreeSet::new());
    for frame in world.transcript() {
        for number in 0..80 {
            let needle = canary(number);
            let windows = body(&frame).windows(needle.len());
            if windows.into_iter().any(|it| it == needle.as_bytes()) {
                told.insert(number);
                steps.insert(frame.step.to_string());
            }
        }
    }
    assert_eq!(told, (40..60).collect());
    assert_eq!(steps, ["dictionary.1.answered".to_owned()].into());
}

#[tokio::test(start_paused = true)]
async fn the_holder_gets_blinded_points_and_answers_and_nothing_else() {
    let frames = frames_of(&mut Check::new()).await;
    let steps = |holder: bool| -> BTreeSet<String> {
        let from = frames
            .iter()
            .filter(|it| (it.sender == insurer()) == holder);
        from.map(|it| it.step.to_string()).collect()
    };
    let unbalanced = |step: &str| format!("psi-unbalanced.1.{step}");
    let his = ["charged", "declared", "described", "evaluated", "tabled"].map(unbalanced);
    assert_eq!(steps(true), his.into());
    let answered = "dictionary.1.answered".to_owned();
    let hers = [answered, unbalanced("blinded"), unbalanced("declared")];
    assert_eq!(steps(false), hers.into());
}

#[test]
fn every_step_field_and_disclosure_is_on_the_protocol_s_page() {
    let labels = [
        "dictionary.1.answered",
        "missing",
        "rows",
        "rare",
        "unclear",
    ];
    for label in labels {
        assert!(PAGE.contains(&format!("`{label}`")), "{label}");
    }
    let page = PAGE.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in consilium_dictionary::DISCLOSURES {
        assert!(page.contains(line.learns), "{}", line.learns);
        assert!(line.learns.is_ascii() && !line.zh.is_ascii());
    }
}
