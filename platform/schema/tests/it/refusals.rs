use consilium_schema::{ColumnFault, Label, LabelRule, RawLabel, Schema, SchemaError};

/// The fault of the one column whose keys are `keys`.
fn fault(keys: &str) -> ColumnFault {
    match Schema::from_toml(&format!("[[column]]\nname = \"x\"\n{keys}")) {
        Err(SchemaError::Column { column, fault, .. }) => {
            assert_eq!(column, "x");
            fault
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let text = "[[column]]\nname = \"age\"\ntype = \"number\"\nunits = \"a\"\n";
    let error = Schema::from_toml(text).unwrap_err();
    let SchemaError::Toml { place, message } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(place.line, 4);
    assert!(message.contains("units"), "{message}");
}

#[test]
fn broken_toml_is_named_with_its_line() {
    let error = Schema::from_toml("[file]\nheader = maybe\n").unwrap_err();
    assert!(error.to_string().starts_with("line 2"), "{error}");
}

#[test]
fn a_faulty_column_is_named_with_the_line_of_its_name() {
    let text = "[[column]]\nname = \"a\"\ntype = \"text\"\n\n[[column]]\nname = \"年龄\"\n\
                type = \"number\"\nmin = 9\nmax = 1\n";
    let error = Schema::from_toml(text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 6, column 8: column \"年龄\": the range is empty: min 9 is above max 1"
    );
}

#[test]
fn two_columns_of_one_name_are_refused() {
    let text = "[[column]]\nname = \"x\"\ntype = \"text\"\n".repeat(2);
    let error = Schema::from_toml(&text).unwrap_err();
    assert!(
        matches!(
            error,
            SchemaError::Column {
                fault: ColumnFault::Twice,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_table_without_columns_is_refused() {
    assert_eq!(
        Schema::from_toml("[file]\n").unwrap_err(),
        SchemaError::NoColumns
    );
}

#[test]
fn units_and_ranges_are_checked() {
    assert_eq!(fault("type = \"number\"\nunit = \"\""), ColumnFault::Unit);
    assert_eq!(
        fault("type = \"number\"\nmax = inf"),
        ColumnFault::BoundNotFinite
    );
    assert_eq!(
        fault("type = \"number\"\noutside = \"winsorise\""),
        ColumnFault::OutsideWithoutRange { rule: "winsorise" }
    );
    assert_eq!(
        fault("type = \"text\"\nmax = 1"),
        ColumnFault::MisplacedKey {
            key: "max",
            kind: "text"
        }
    );
}

#[test]
fn levels_are_checked() {
    let category = |keys: &str| fault(&format!("type = \"category\"\n{keys}"));
    assert_eq!(category("levels = []"), ColumnFault::NoLevels);
    assert_eq!(category("levels = [1, \"b\"]"), ColumnFault::MixedLevels);
    assert_eq!(
        category("levels = [1, 1]"),
        ColumnFault::LevelTwice { level: "1".into() }
    );
    // Cells are trimmed before they are compared, and so are levels.
    assert_eq!(
        category("levels = [\"a\", \"a \"]"),
        ColumnFault::LevelTwice { level: "a ".into() }
    );
    assert_eq!(
        category("levels = [1, 2]\nreference = 3"),
        ColumnFault::UnknownReference { level: "3".into() }
    );
    assert_eq!(
        category("levels = [\"NA\", \"b\"]"),
        ColumnFault::LevelIsMissing {
            marker: "NA".into()
        }
    );
    assert_eq!(
        category("levels = [\"a\"]\noutside = \"winsorise\""),
        ColumnFault::WinsorisedCategory
    );
}

#[test]
fn a_code_marks_missing_values_by_text_alone() {
    assert_eq!(
        fault("type = \"code\"\nmissing = [-9]"),
        ColumnFault::NumberMarker {
            marker: "-9".into()
        }
    );
}

#[test]
fn names_are_for_files_without_header_and_hold_every_column() {
    let column = "[[column]]\nname = \"x\"\ntype = \"text\"\n";
    let beside = Schema::from_toml(&format!("[file]\nnames = [\"x\"]\n{column}"));
    assert!(matches!(beside, Err(SchemaError::NamesBesideHeader { .. })));
    let absent = Schema::from_toml(&format!(
        "[file]\nheader = false\nnames = [\"y\"]\n{column}"
    ));
    assert!(matches!(absent, Err(SchemaError::NotAmongNames { .. })));
    let twice = Schema::from_toml(&format!(
        "[file]\nheader = false\nnames = [\"x\", \"x\"]\n{column}"
    ));
    assert!(matches!(twice, Err(SchemaError::NamedTwice { .. })));
}

#[test]
fn features_are_named_or_refused() {
    let schema = Schema::from_toml(
        "[[column]]\nname = \"age\"\ntype = \"integer\"\n\
         [[column]]\nname = \"sex\"\ntype = \"category\"\nlevels = [\"f\", \"m\", \"x\"]\n\
         reference = \"m\"\n\
         [[column]]\nname = \"ward\"\ntype = \"category\"\n\
         [[column]]\nname = \"id\"\ntype = \"code\"\n",
    )
    .unwrap();
    assert_eq!(
        schema.design_names(&["age", "sex"]).unwrap(),
        ["age", "sex=f", "sex=x"]
    );
    for refused in [
        ["age", "ward"],
        ["age", "id"],
        ["age", "age"],
        ["age", "none"],
    ] {
        schema.design_names(&refused).unwrap_err();
    }
}

#[test]
fn a_label_has_one_rule() {
    let raw = RawLabel {
        column: "num".into(),
        positive_above: Some(0.0),
        equals: None,
    };
    assert_eq!(
        Label::try_from(raw.clone()).unwrap().rule,
        LabelRule::Above(0.0)
    );
    Label::try_from(RawLabel {
        equals: Some("1".into()),
        ..raw.clone()
    })
    .unwrap_err();
    Label::try_from(RawLabel {
        positive_above: Some(f64::NAN),
        ..raw
    })
    .unwrap_err();
}

#[test]
fn what_a_reader_would_not_see_is_in_no_name_level_or_description() {
    let hidden = ["a\\u202Eb", "a\\u200Bb", "a\\u001B[2Jb", &"a".repeat(501)];
    for text in hidden {
        let named = format!("[[column]]\nname = \"{text}\"\ntype = \"boolean\"\n");
        assert!(matches!(
            Schema::from_toml(&named),
            Err(SchemaError::Column {
                fault: ColumnFault::Name,
                ..
            })
        ));
        let level = fault(&format!("type = \"category\"\nlevels = [\"{text}\"]\n"));
        assert!(matches!(level, ColumnFault::Level { .. }), "{level}");
        for lang in ["en", "zh"] {
            let said = format!("type = \"boolean\"\ndescription = {{ {lang} = \"{text}\" }}\n");
            assert_eq!(fault(&said), ColumnFault::Description);
        }
    }
}

#[test]
fn a_code_system_belongs_to_codes_and_has_an_id() {
    let codes = "codes = { system = \"icd-10-cm\", version = \"2026\" }";
    let key = fault(&format!("type = \"text\"\n{codes}"));
    assert_eq!(
        key,
        ColumnFault::MisplacedKey {
            key: "codes",
            kind: "text"
        }
    );
    let found = "ICD-10".to_owned();
    let unknown = fault("type = \"code\"\ncodes = { system = \"ICD-10\" }");
    assert_eq!(unknown, ColumnFault::System { found });
    let version = fault("type = \"code\"\ncodes = { system = \"icd-10\", version = \"\" }");
    assert_eq!(version, ColumnFault::Version);
}
