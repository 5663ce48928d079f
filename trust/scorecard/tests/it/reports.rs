use consilium_scorecard::{Dimension, EvidenceHash, EvidenceKind, Found, ReportError, VersionHash};

const QUALITY: &str = r#"{"format":1,"for":"owner","tool":"consilium 0.1.0","time":1800000000,
    "headings":[{"heading":"completeness","weight":2.0,"score":{"score":91.234,"low":90.0,"high":92.0},"rules":3},
        {"heading":"accessibility","weight":0.0,"score":{"score":100.0,"low":100.0,"high":100.0},"rules":1}],
    "rules":[{"id":"r","outcome":"applied"}]}"#;
const PRIVACY: &str = r#"{"format":1,"tool":"consilium 0.1.0","time":1800000000,"curve":{},
    "scores":[{"id":"prosecutor","score":12.5,"low":12.5,"high":12.5}]}"#;
const SCARCITY: &str = r#"{"format":1,"party":"cleveland","data":"heart","contributors":["cleveland","hungary"],
    "version":"0202020202020202020202020202020202020202020202020202020202020202",
    "study":"0909090909090909090909090909090909090909090909090909090909090909",
    "surprisal":{"excess":1.0,"score":50.0,"score_interval":{"low":0.0,"high":75.0}},
    "exclusive":{"share":0.4,"score":40.0,"score_interval":{"low":30.0,"high":50.0}}}"#;

#[test]
fn headings_and_measures_become_parts() {
    let quality = Found::of_quality(QUALITY).unwrap();
    let part = &quality.subscores[0];
    assert_eq!((part.id.as_str(), part.weight), ("completeness", 2.0));
    // Being readable has no weight.
    assert_eq!(quality.subscores.len(), 1);
    assert_eq!((part.score.score, part.score.low), (91.23, 90.0));
    assert_eq!(quality.evidence.kind, EvidenceKind::Report);
    assert_eq!(quality.evidence.tool, "consilium 0.1.0");
    let other = Found::of_quality(&QUALITY.replace("91.234", "91.235")).unwrap();
    assert_ne!(other.evidence.hash, quality.evidence.hash);
    let privacy = Found::of_privacy(PRIVACY).unwrap();
    assert_eq!(privacy.subscores[0].id, "prosecutor");
}

#[test]
fn what_a_study_has_found_is_of_one_institution_and_version() {
    let cleveland = "cleveland".parse().unwrap();
    let version = Some(VersionHash([2; 32]));
    let found = Found::of_scarcity(SCARCITY, &cleveland, version).unwrap();
    let scores: Vec<_> = found
        .subscores
        .iter()
        .map(|it| (it.id.as_str(), it.score.score, it.score.low, it.score.high))
        .collect();
    assert_eq!(
        scores,
        [
            ("surprisal", 50.0, 0.0, 75.0),
            ("exclusive", 40.0, 30.0, 50.0)
        ]
    );
    assert_eq!(found.evidence.kind, EvidenceKind::Study);
    let other = Found::of_scarcity(SCARCITY, &"hungary".parse().unwrap(), version);
    assert!(matches!(other, Err(ReportError::Elsewhere { .. })));
    let outdated = Found::of_scarcity(SCARCITY, &cleveland, Some(VersionHash([3; 32])));
    assert!(matches!(outdated, Err(ReportError::Outdated { .. })));
    let hidden = SCARCITY.replace("\"surprisal\":{", "\"surprisal\":null,\"was\":{");
    let found = Found::of_scarcity(&hidden, &cleveland, None).unwrap();
    assert_eq!(found.subscores.len(), 1);
}

#[test]
fn what_is_no_report_is_refused() {
    let not_run = QUALITY.replace("applied", "not-run");
    let said = Found::of_quality(&not_run).unwrap_err().to_string();
    assert_eq!(said, "rules could not be run: r");
    for (from, to, said) in [
        (
            "\"format\":1",
            "\"format\":7",
            "the report on quality has format 7, and",
        ),
        (
            "completeness",
            "tidiness",
            "the report on quality has a score \"tidiness\" that is none",
        ),
        (
            "2.0,\"score\"",
            "-2.0,\"score\"",
            "the report on quality has a score \"completeness\"",
        ),
        (
            "\"headings\"",
            "\"heads\"",
            "this is no report on quality: missing field `headings`",
        ),
        (
            ":91.234",
            ":\"91\"",
            "this is no report on quality: invalid type",
        ),
    ] {
        let error = Found::of_quality(&QUALITY.replace(from, to)).unwrap_err();
        assert!(error.to_string().starts_with(said), "{error}");
    }
    let swapped = Found::of_quality(PRIVACY).unwrap_err();
    assert!(matches!(
        swapped,
        ReportError::Json {
            of: Dimension::Quality,
            ..
        }
    ));
    let none = PRIVACY.replace(
        r#"[{"id":"prosecutor","score":12.5,"low":12.5,"high":12.5}]"#,
        "[]",
    );
    let nothing = Found::of_privacy(&none);
    assert_eq!(
        nothing,
        Err(ReportError::Nothing {
            of: Dimension::Privacy
        })
    );
}

#[test]
fn a_value_is_how_surely_rows_help_and_their_share() {
    let json = r#"{"format":1,"party":"va","method":"shapley","study":"ID","rows":900,"explained":80.0,
        "leave_one_out":{"value":3.0,"standard_error":1.5,"interval":[0.0,6.0]},"score":97.5,"share":60.0,"step":"helps",
        "coalesced":{"told":{"all":90.0,"coalitions":4,"parties":{
        "va":{"shapley":{"value":30.0,"standard_error":5.0,"interval":[20.0,40.0]}},
        "hungary":{"shapley":{"value":20.0,"standard_error":5.0,"interval":[10.0,30.0]}}}}}}"#;
    let json = json.replace("ID", &"07".repeat(32));
    let va = "va".parse().unwrap();
    let parts = |json: &str| {
        let found = Found::of_value(json, &va, None).unwrap();
        assert_eq!(found.evidence.hash, EvidenceHash([7; 32]));
        let parts = found.subscores.into_iter();
        parts
            .map(|it| (it.id, it.score.low, it.score.score, it.score.high))
            .collect::<Vec<_>>()
    };
    let sure = ("leave-one-out".to_owned(), 97.5, 97.5, 97.5);
    let share = ("shapley".to_owned(), 50.0, 60.0, 66.67);
    assert_eq!(parts(&json), [sure.clone(), share]);
    let alone = json.replace("\"share\":60.0", "\"share\":null");
    assert_eq!(parts(&alone), [sure]);
    let other = Found::of_value(&json, &"hungary".parse().unwrap(), None);
    assert!(matches!(other, Err(ReportError::Elsewhere { .. })));
}
