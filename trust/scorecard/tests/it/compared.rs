use consilium_scorecard::{Comparison, Difference, Dimension};

use crate::{card, found, score, training};

#[test]
fn what_moved_a_dimension_most_comes_first_and_all_moves_are_its_change() {
    let quality = |parts: &[(&str, f64, f64)]| {
        let parts = parts
            .iter()
            .map(|(id, at, weight)| (*id, score(*at, at - 1.0, at + 1.0), *weight));
        training(vec![(
            Dimension::Quality,
            found(&parts.collect::<Vec<_>>()),
        )])
    };
    let before = quality(&[
        ("completeness", 90.0, 1.0),
        ("accuracy", 80.0, 3.0),
        ("timeliness", 70.0, 2.0),
    ]);
    let after = quality(&[
        ("completeness", 60.0, 1.0),
        ("accuracy", 60.0, 3.0),
        ("uniqueness", 100.0, 1.0),
    ]);
    let compared = Comparison::of(&before, &after);
    assert!(compared.differs.is_empty());
    let quality = &compared.dimensions[0];
    // 78.33 before, 68 after.
    assert_eq!(quality.change.by, Some(-10.33));
    assert!(quality.change.clear);
    let moved: f64 = quality.because.iter().map(|it| it.moved).sum();
    assert!((moved + 10.33).abs() < 0.03, "{moved}");
    let first = &quality.because[0];
    assert_eq!((first.id.as_str(), first.moved), ("accuracy", -11.32));
    assert_eq!(quality.because.len(), 4);
}

#[test]
fn a_dimension_that_came_has_no_change_and_a_card_has_none_against_itself() {
    let before = card();
    let value = found(&[("leave-one-out", score(60.0, 50.0, 70.0), 1.0)]);
    let after = training(vec![
        (
            Dimension::Quality,
            found(&[("completeness", score(80.0, 78.0, 82.0), 1.0)]),
        ),
        (Dimension::Value, value),
    ]);
    let compared = Comparison::of(&before, &after);
    let of = |dimension| {
        let mut all = compared.dimensions.iter();
        all.find(|it| it.dimension == dimension).unwrap()
    };
    assert_eq!(compared.differs, [Difference::Dimensions].into());
    assert_eq!(of(Dimension::Value).change.by, None);
    assert_eq!(of(Dimension::Privacy).change.after, None);
    assert_eq!(of(Dimension::Quality).change.by, Some(0.0));
    assert!(of(Dimension::Quality).because.is_empty());
    let same = Comparison::of(&before, &before);
    assert_eq!(
        (same.composite.by, same.composite.clear),
        (Some(0.0), false)
    );
}

#[test]
fn a_sentence_says_what_is_weakest_and_what_nobody_has_measured() {
    let said = card().sentence();
    assert_eq!(
        said.en,
        "For training models together, heart of cleveland scores 64.0 of 100 (62.8 to 65.2): quality 80.0, \
         privacy 40.0. Weakest in privacy is risk of being found again (40.0). Not measured: value."
    );
    assert_eq!(
        said.zh,
        "用于联合建模训练时，cleveland 的 heart 得 64.0 分（满分 100，区间 62.8 至 65.2）：质量 80.0，隐私 40.0。\
         最弱的是隐私中的重标识风险（40.0）。未度量：价值。"
    );
    let privacy = found(&[("prosecutor", score(100.0, 100.0, 100.0), 1.0)]);
    let said = training(vec![(Dimension::Privacy, privacy)]).sentence();
    assert!(
        said.en
            .contains("no composite score, for lack of quality: privacy 100. Not"),
        "{}",
        said.en
    );
}
