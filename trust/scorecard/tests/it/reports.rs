use consilium_base::FederationId;
use consilium_scorecard::{
    Dimension, EvidenceHash, EvidenceKind, Found, ReportError, Salt, Statement, Subject,
    VersionHash,
};

use crate::key;

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
fn a_value_is_of_a_study_with_what_others_say_of_it() {
    let json = r#"{"format":1,"party":"va","data":"heart","version":"VERSION","study":"ID","method":"shapley",
        "scores":[{"id":"leave-one-out","score":97.5,"low":97.5,"high":97.5},
            {"id":"shapley","score":60.0,"low":50.0,"high":66.67}],"step":"helps","countersigned":[]}"#;
    let json = json
        .replace("ID", &"07".repeat(32))
        .replace("VERSION", &"02".repeat(32));
    let va = "va".parse().unwrap();
    let found = Found::of_value(&json, &va, Some(VersionHash([2; 32]))).unwrap();
    assert_eq!(found.evidence.hash, EvidenceHash([7; 32]));
    assert!(!found.proxy && found.evidence.countersigned.is_empty());
    let parts = found.subscores.iter();
    let parts: Vec<_> = parts
        .map(|it| (it.id.as_str(), it.score.low, it.score.score, it.score.high))
        .collect();
    let sure = ("leave-one-out", 97.5, 97.5, 97.5);
    assert_eq!(parts, [sure, ("shapley", 50.0, 60.0, 66.67)]);
    let other = Found::of_value(&json, &"hungary".parse().unwrap(), None);
    assert!(matches!(other, Err(ReportError::Elsewhere { .. })));
    let outdated = Found::of_value(&json, &va, Some(VersionHash([3; 32])));
    assert!(matches!(outdated, Err(ReportError::Outdated { .. })));
    let without = json.replace("\"version\"", "\"versions\"");
    assert!(matches!(
        Found::of_value(&without, &va, None),
        Err(ReportError::Json { .. })
    ));
}

#[test]
fn a_proxy_is_marked_and_anothers_word_is_a_finding_with_its_signature() {
    let proxy = r#"{"format":1,"tool":"consilium 0.1.0","time":1800000000,"proxy":true,"rows":300,
        "scores":[{"id":"explained","score":21.5,"low":15.0,"high":28.0}]}"#;
    let va = "va".parse().unwrap();
    let found = Found::of_value(proxy, &va, None).unwrap();
    assert!(found.proxy);
    assert_eq!(found.evidence.kind, EvidenceKind::Report);
    let nothing = proxy.replace("\"explained\"", "\"inspired\"");
    assert!(Found::of_value(&nothing, &va, None).is_err());

    let statement = Statement {
        subject: Subject {
            federation: FederationId([1; 32]),
            study: EvidenceHash([7; 32]),
            about: "va".parse().unwrap(),
            version: None,
        },
        salt: Salt([6; 32]),
        scores: [("marginal".to_owned(), 98.5)].into(),
    };
    let by = statement.sign("insurer", &key(2)).unwrap();
    let told = serde_json::to_string(&by).unwrap();
    let found = Found::of_value(&told, &va, None).unwrap();
    assert!((found.subscores[0].score.score - 98.5).abs() < 1e-9);
    assert_eq!(found.evidence.kind, EvidenceKind::Study);
    assert_eq!(found.evidence.countersigned, [by]);
    let other = Found::of_value(&told, &"hungary".parse().unwrap(), None);
    assert!(matches!(other, Err(ReportError::Elsewhere { .. })));
}

/// As a label holder has it whose party brings no columns.
const PREDICTED: &str = r#"{"plan":"0909090909090909090909090909090909090909090909090909090909090909","party":"cleveland",
    "data":"heart","version":"0202020202020202020202020202020202020202020202020202020202020202","role":"label-holder",
    "peers":["hungary"],"fitted_rows":300,"scored_rows":100,"trees":9,"importance":{"columns":{},"others":{"hungary":{}}},
    "own":{"rows":100,"positives":50,"auc":0.75,"auc_error":0.0,"log_loss":0.5}}"#;

#[test]
fn what_others_columns_foretell_is_a_part_of_scarcity() {
    let cleveland = "cleveland".parse().unwrap();
    let read = |json: &str| Found::of_predicted(json, &cleveland, Some(VersionHash([2; 32])));
    let found = read(PREDICTED).unwrap();
    let [part] = &found.subscores[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (part.id.as_str(), part.score.score),
        ("unpredictability", 50.0)
    );
    assert!(part.score.low < 40.0 && part.score.high > 60.0, "{part:?}");
    assert_eq!(found.evidence.kind, EvidenceKind::Study);
    assert_eq!(found.evidence.hash, EvidenceHash([9; 32]));
    let number = r#""own":{"rows":100,"deviance":7.0,"d2":0.36}}"#;
    let (before, _) = PREDICTED.split_once("\"own\":{").unwrap();
    let of_number = read(&format!("{before}{number}")).unwrap();
    let score = of_number.subscores[0].score.score;
    assert!((score - 64.0).abs() < 1e-9, "{score}");
    let changed = |from: &str, to: &str| {
        assert!(PREDICTED.contains(from), "{from}");
        read(&PREDICTED.replace(from, to)).unwrap_err()
    };
    let own = changed(r#""columns":{}"#, r#""columns":{"age":{"gain":1.0}}"#);
    assert_eq!(own, ReportError::OwnColumns);
    for (from, to) in [
        ("label-holder", "feature-holder"),
        ("\"own\"", "\"was\""),
        ("\"auc\":0.75", "\"auc\":null"),
        ("\"party\":\"cleveland\",", ""),
    ] {
        assert_eq!(changed(from, to), ReportError::NotPredicted, "{to}");
    }
    let other = changed("\"party\":\"cleveland\"", "\"party\":\"hungary\"");
    assert!(matches!(other, ReportError::Elsewhere { .. }));
    let outdated = changed("\"0202", "\"0302");
    assert!(matches!(outdated, ReportError::Outdated { .. }));
}
