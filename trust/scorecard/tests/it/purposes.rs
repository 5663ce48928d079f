use consilium_scorecard::{BadPurposeName, Dimension, Purpose, PurposeName};

const TEXT: &str = r#"id = "audit"
name = { en = "audits", zh = "审计" }
needs = ["quality"]

[weights]
quality = 3
privacy = 1

[subscores.quality]
timeliness = 2.5
"#;

#[test]
fn weights_are_brought_to_a_sum_of_one() {
    let purpose = Purpose::from_toml(TEXT).unwrap();
    let weights = [(Dimension::Quality, 0.75), (Dimension::Privacy, 0.25)];
    assert_eq!(purpose.weights(), &weights.into());
    assert_eq!(
        purpose.subscore(Dimension::Quality, "timeliness"),
        Some(2.5)
    );
    assert_eq!(purpose.subscore(Dimension::Quality, "accuracy"), None);
}

#[test]
fn built_in_purposes_can_be_written_out_and_read_again() {
    for id in Purpose::BUILT_IN {
        let purpose = Purpose::from_toml(Purpose::built_in_text(id).unwrap()).unwrap();
        assert_eq!(purpose.id(), id);
        assert_eq!(purpose.named(), id.parse().unwrap());
        assert_eq!(purpose.named().to_string(), id);
    }
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let wrong = |from: &str, to: &str| {
        let error = Purpose::from_toml(&TEXT.replace(from, to)).unwrap_err();
        error.to_string()
    };
    for (from, to, said) in [
        ("\"audit\"", "\"Audit\"", "line 1, column 6: an id has"),
        ("audits", " audits", "line 2, column 8: a name is empty"),
        (
            "[\"quality\"]",
            "[\"value\"]",
            "line 3, column 10: value is needed and has no weight",
        ),
        (
            "quality = 3",
            "quality = -3",
            "line 6, column 11: a weight is a number from 0",
        ),
        (
            "quality = 3",
            "quality = inf",
            "line 6, column 11: a weight is a number from 0",
        ),
        (
            "quality = 3",
            "quality = \"3\"",
            "line 6, column 11: invalid type",
        ),
        (
            "privacy = 1",
            "privacie = 1",
            "line 7, column 1: unknown variant",
        ),
        (
            "timeliness",
            "lateness",
            "line 10, column 1: quality has no sub-score \"lateness\"; it has comp",
        ),
        ("needs", "wants", "line 3, column 1: unknown field"),
    ] {
        let error = wrong(from, to);
        assert!(error.starts_with(said), "{error}");
    }
    let none = Purpose::from_toml(&TEXT.replace("= 3", "= 0").replace("= 1\n", "= 0\n"));
    assert!(
        none.unwrap_err()
            .to_string()
            .contains("no dimension has a weight above 0")
    );
    assert!(Purpose::from_toml(&" ".repeat(70_000)).is_err());
}

#[test]
fn purposes_of_one_id_that_say_other_things_have_other_names() {
    let purpose = Purpose::from_toml(TEXT).unwrap();
    let name = purpose.named();
    assert!(name.to_string().starts_with("audit@"));
    assert_eq!(name.to_string().parse::<PurposeName>().unwrap(), name);
    let same = Purpose::from_toml(&format!("# A remark.\n{TEXT}")).unwrap();
    assert_eq!(same.named(), name);
    let other = Purpose::from_toml(&TEXT.replace("2.5", "2")).unwrap();
    assert_ne!(other.named(), name);
    for text in ["audit", "audit@", "audit@12", "Audit@00", ""] {
        assert_eq!(text.parse::<PurposeName>(), Err(BadPurposeName));
    }
}
