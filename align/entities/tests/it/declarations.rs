use consilium_entities::{Characters, Duplicates, Key, Kind, Part};

fn parse(text: &str) -> Result<Key, String> {
    toml::from_str(text).map_err(|error| error.message().to_owned())
}

#[test]
fn a_declaration_says_everything_once() {
    let key = parse(
        "duplicates = \"all\"\n\
         [[part]]\ncolumn = \"卡号\"\nkind = \"insurance-number\"\nlengths = [9, 18]\n\
         characters = \"letters-and-digits\"\n\
         [[part]]\ncolumn = \"born\"\nkind = \"date\"\n",
    )
    .unwrap();
    assert_eq!(key.duplicates(), Duplicates::All);
    let number = Kind::InsuranceNumber {
        lengths: vec![9, 18],
        characters: Characters::LettersAndDigits,
    };
    let part = |column: &str, kind| Part {
        column: column.to_owned(),
        kind,
    };
    let date = Kind::Date { serials: false };
    assert_eq!(key.parts(), [part("卡号", number), part("born", date)]);
    let written = toml::to_string(&key).unwrap();
    assert_eq!(parse(&written), Ok(key), "{written}");
}

#[test]
fn every_kind_is_written_as_it_is_read() {
    for kind in crate::kinds() {
        let column = "x".to_owned();
        let name = kind.name();
        let key = Key::new(vec![Part { column, kind }], Duplicates::First).unwrap();
        let written = toml::to_string(&key).unwrap();
        assert!(written.contains(&format!("kind = {name:?}")), "{written}");
        assert_eq!(parse(&written), Ok(key));
    }
}

#[test]
fn what_a_declaration_can_not_mean_is_refused() {
    let part = |keys: &str| format!("[[part]]\ncolumn = \"x\"\n{keys}\n");
    let cases = [
        ("part = []".to_owned(), "a key has 1 to 8 parts, not 0"),
        (String::new(), "missing field `part`"),
        (part("kind = \"passport\""), "unknown variant `passport`"),
        (
            part("kind = \"text\"\nlength = 3"),
            "unknown field `length`",
        ),
        (
            part("kind = \"text\"\nserials = true"),
            "part 1 (column \"x\"): serials has no meaning for this kind",
        ),
        (
            part("kind = \"date\"\nlengths = [3]"),
            "lengths has no meaning",
        ),
        (
            part("kind = \"phone\"\ncharacters = \"digits\""),
            "characters has no meaning",
        ),
        (
            part("kind = \"insurance-number\""),
            "an insurance-number needs lengths",
        ),
        (
            part("kind = \"insurance-number\"\nlengths = [9, 9]"),
            "ascending, 1 to 64 each",
        ),
        (
            part("kind = \"insurance-number\"\nlengths = [0]"),
            "ascending, 1 to 64 each",
        ),
        (
            part("kind = \"insurance-number\"\nlengths = [65]"),
            "ascending, 1 to 64 each",
        ),
        (
            part("kind = \"text\"").repeat(2),
            "part 2 (column \"x\"): the column is in the key already",
        ),
        (
            "[[part]]\ncolumn = \" \"\nkind = \"text\"".to_owned(),
            "the name of the column is empty",
        ),
        (
            "duplicates = \"last\"\npart = []".to_owned(),
            "unknown variant `last`",
        ),
    ];
    for (text, expected) in cases {
        let error = parse(&text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}
