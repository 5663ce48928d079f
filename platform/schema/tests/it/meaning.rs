use consilium_schema::{Codes, Column, Differing, RawKind, Schema};

fn column(keys: &str) -> Column {
    let text = format!("[[column]]\nname = \"x\"\n{keys}");
    Schema::from_toml(&text).unwrap().columns()[0].clone()
}

fn differing(keys: &str, others: &str) -> Vec<Differing> {
    let (one, other) = (column(keys), column(others));
    assert_eq!(one.is_alike(&other), one.differs_from(&other).is_empty());
    assert_eq!(one.is_alike(&other), one.meaning() == other.meaning());
    one.differs_from(&other)
}

#[test]
fn columns_differ_in_what_is_said_of_their_values() {
    let number = "type = \"number\"\nunit = \"mmol/L\"\nmin = 0\nmax = 9";
    let unit = differing(number, "type = \"number\"\nmin = 0\nmax = 9");
    assert_eq!(unit, [Differing::Unit(Some("mmol/L".parse().unwrap()))]);
    let range = differing(number, "type = \"number\"\nunit = \"mmol/L\"\nmax = 9");
    assert_eq!(range, [Differing::Range]);
    let text = differing(number, "type = \"text\"");
    assert_eq!(text[0], Differing::Type(RawKind::Number));
    let levels = [
        "type = \"category\"\nlevels = [1, 2]",
        "type = \"category\"\nlevels = [2, 1]",
    ];
    assert_eq!(differing(levels[0], levels[1]), [Differing::Levels]);
    let width = differing("type = \"code\"", "type = \"code\"\nwidth = 4");
    assert_eq!(width, [Differing::Width]);
    let order = differing("type = \"date\"", "type = \"date\"\norder = \"dmy\"");
    assert_eq!(order, [Differing::Order]);
}

#[test]
fn columns_differ_in_the_version_of_their_codes() {
    let of = |version: &str| {
        format!("type = \"code\"\ncodes = {{ system = \"icd-10-cm\", version = \"{version}\" }}")
    };
    let codes = Codes::new("icd-10-cm", Some("2025")).unwrap();
    let told = differing(&of("2025"), &of("2026"));
    assert_eq!(told, [Differing::Codes(Some(codes))]);
    assert_eq!(
        differing("type = \"code\"", &of("2026")),
        [Differing::Codes(None)]
    );
}

#[test]
fn how_a_file_writes_a_value_and_what_people_call_it_is_no_difference() {
    let bare = "type = \"code\"";
    let described = "type = \"code\"\nmissing = [\"-\"]\ndescription = { en = \"code\" }";
    assert_eq!(differing(bare, described), []);
}

#[test]
fn what_others_say_differs_is_read_within_bounds() {
    let read = |text: &str| serde_json::from_str::<Differing>(text);
    let unit = Differing::Unit(Some("mg/dL".parse().unwrap()));
    assert_eq!(read("{\"unit\":\"mg/dL\"}").unwrap(), unit);
    for bad in [
        format!("{{\"unit\":\"{}\"}}", "m".repeat(65)),
        "{\"unit\":\"mg dL\"}".to_owned(),
        "{\"type\":\"secret\"}".to_owned(),
        "{\"codes\":{\"system\":\"my list\"}}".to_owned(),
        format!(
            "{{\"codes\":{{\"system\":\"atc\",\"version\":\"{}\"}}}}",
            "2".repeat(65)
        ),
    ] {
        assert!(read(&bad).is_err(), "{bad}");
    }
}
