use std::collections::HashSet;

use consilium_entities::{Reason, Repair, Stop, Text};

#[test]
fn every_code_is_one_and_has_its_text_in_both_languages() {
    let lines = Reason::ALL
        .iter()
        .map(|reason| (reason.code(), reason.text()));
    let lines = lines.chain(
        Repair::ALL
            .iter()
            .map(|repair| (repair.code(), repair.text())),
    );
    let stops = Stop::ALL.iter().map(|stop| (stop.code(), stop.text()));
    let mut of_reasons = HashSet::new();
    for (code, Text { en, zh }) in lines.chain(stops) {
        let chinese = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
        assert!(!en.is_empty() && !en.contains(chinese), "{code}: {en}");
        assert!(zh.contains(chinese), "{code}: {zh}");
        assert!(
            code.chars()
                .all(|letter| letter == '-' || letter.is_ascii_lowercase()),
            "{code}"
        );
        of_reasons.insert(en);
    }
    let all = Reason::ALL.len() + Repair::ALL.len() + Stop::ALL.len();
    assert_eq!(of_reasons.len(), all);
}

#[test]
fn programs_read_the_same_code_as_people() {
    for reason in Reason::ALL {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
    }
    for repair in Repair::ALL {
        assert_eq!(serde_json::to_value(repair).unwrap(), repair.code());
    }
}
