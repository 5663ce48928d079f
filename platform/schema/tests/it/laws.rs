use consilium_schema::Schema;
use proptest::collection::vec;
use proptest::prelude::*;

fn quoted(text: &str) -> String {
    format!("{text:?}").replace("\\'", "'")
}

fn numeric() -> impl Strategy<Value = String> {
    (any::<bool>(), -1e9..0.0f64, 0.0..1e9f64, 0usize..3).prop_map(|(whole, min, max, rule)| {
        let kind = if whole { "integer" } else { "number" };
        let rule = ["refuse", "winsorise", "missing"][rule];
        format!(
            "type = \"{kind}\"\nmin = {min:?}\nmax = {max:?}\noutside = \"{rule}\"\n\
             missing = [-9, \"unknown\"]\n"
        )
    })
}

fn category() -> impl Strategy<Value = String> {
    vec("[a-z\"\\\\ 是]{1,6}", 1..5).prop_filter_map("levels differ and are trimmed", |levels| {
        let trimmed = levels.iter().all(|level| level.trim() == level);
        let mut unique = levels.clone();
        unique.sort();
        unique.dedup();
        let listed: Vec<String> = levels.iter().map(|level| quoted(level)).collect();
        (trimmed && unique.len() == levels.len())
            .then(|| format!("type = \"category\"\nlevels = [{}]\n", listed.join(", ")))
    })
}

fn other() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("type = \"text\"\n".to_owned()),
        (1u32..40).prop_map(|width| format!("type = \"code\"\nwidth = {width}\n")),
        "[a-z0-9.版]{1,6}".prop_map(|version| format!(
            "type = \"code\"\ncodes = {{ system = \"icd-10-yb\", version = \"{version}\" }}\n"
        )),
        Just("type = \"boolean\"\ndescription = { zh = \"吸烟\" }\n".to_owned()),
        Just("type = \"date\"\norder = \"dmy\"\n".to_owned()),
    ]
}

fn schema() -> impl Strategy<Value = String> {
    vec(prop_oneof![numeric(), category(), other()], 1..6).prop_map(|columns| {
        let named = columns
            .iter()
            .enumerate()
            .map(|(position, keys)| format!("[[column]]\nname = \"c{position}\"\n{keys}"));
        format!(
            "[file]\nencoding = \"gbk\"\ndelimiter = \"\\t\"\n{}",
            named.collect::<String>()
        )
    })
}

proptest! {
    #[test]
    fn the_canonical_text_reads_back_as_the_same_schema(text in schema()) {
        let schema = Schema::from_toml(&text).unwrap();
        let canonical = schema.to_string();
        let again = Schema::from_toml(&canonical).unwrap();
        prop_assert_eq!(&again, &schema);
        prop_assert_eq!(again.to_string(), canonical);
    }

    #[test]
    fn parsing_any_text_never_panics(text in any::<String>()) {
        let _ = Schema::from_toml(&text);
    }

    #[test]
    fn parsing_a_damaged_schema_never_panics(text in schema(), cut in 0usize..400, with in any::<char>()) {
        let damaged: String =
            text.chars().enumerate().map(|(at, c)| if at == cut { with } else { c }).collect();
        let _ = Schema::from_toml(&damaged);
    }
}
