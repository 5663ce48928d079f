use consilium_codes::{Chapter, DrgParts, Form, Level, Repair, Severity, Treatment, Unclear};
use proptest::prelude::*;

fn normal(system: &str, text: &str) -> Result<String, Unclear> {
    Form::of_system(system)
        .unwrap()
        .normalise(text)
        .map(|normal| normal.code)
}

#[test]
fn codes_of_each_system_have_one_normal_form() {
    let cases = [
        ("icd-9-cm", "25000", "250.00"),
        ("icd-9-cm", " 250.00 ", "250.00"),
        ("icd-9-cm", "v451", "V45.1"),
        ("icd-9-cm", "E8801", "E880.1"),
        ("icd-9-cm", "0010", "001.0"),
        ("icd-9-cm", "２５０．００", "250.00"),
        ("icd-9-cm-procedures", "0001", "00.01"),
        ("icd-9-cm3-yb", "00.0100X002", "00.0100x002"),
        ("icd-10", "a00.0", "A00.0"),
        ("icd-10", "G01*", "G01"),
        ("icd-10-cm", "S72001A", "S72.001A"),
        ("icd-10-cm", "C7A.00", "C7A.00"),
        ("icd-10-cm", "qa00101", "QA0.0101"),
        ("icd-10-yb", "a00.000X001", "A00.000x001"),
        ("icd-10-yb", "I64.X00", "I64.x00"),
        ("icd-10-yb", "x19.x00", "X19.x00"),
        ("icd-9-cm3-yb", "03.4X05", "03.4x05"),
        ("icd-10-yb", "A01.002+G01*", "A01.002+G01*"),
        ("icd-10-yb", "A02.201+J17.0*", "A02.201+J17.0*"),
        ("icd-10-pcs", "6a750z4", "6A750Z4"),
        ("atc", "a10ba02", "A10BA02"),
        ("chs-drg", "bb11", "BB11"),
        ("local-items", " ａ-1 ", "a-1"),
    ];
    for (system, text, code) in cases {
        assert_eq!(normal(system, text).as_deref(), Ok(code), "{system} {text}");
    }
}

#[test]
fn what_a_spreadsheet_has_done_is_said_and_not_guessed() {
    for text in ["1.0", "10", "1"] {
        assert_eq!(
            normal("icd-9-cm", text),
            Err(Unclear::LeadingZeros),
            "{text}"
        );
    }
    assert_eq!(
        normal("icd-9-cm-procedures", "0.01"),
        Err(Unclear::LeadingZeros)
    );
    assert_eq!(normal("icd-9-cm", "4.01E+02"), Err(Unclear::Exponent));
    assert_eq!(normal("icd-9-cm", "E88.1"), Err(Unclear::Shape));
    assert_eq!(normal("icd-10", "A0.00"), Err(Unclear::Shape));
    assert_eq!(normal("icd-10", "QO0.0"), Err(Unclear::Shape));
    assert_eq!(normal("icd-10-yb", "A00.000x1"), Err(Unclear::Shape));
    assert_eq!(normal("icd-10-pcs", "6A750O4"), Err(Unclear::Shape));
    assert_eq!(normal("icd-10", " "), Err(Unclear::Empty));
}

#[test]
fn a_mistyped_system_is_no_system_of_a_house() {
    for id in ["icd10", "ICD-10", "icd9cm", "items", "locals", ""] {
        assert_eq!(Form::of_system(id), None, "{id}");
    }
    for (id, form) in Form::SYSTEMS {
        assert_eq!(Form::of_system(id), Some(form), "{id}");
    }
}

#[test]
fn what_was_set_right_is_told() {
    let repaired = Form::Icd10.normalise("ａ000†").unwrap();
    assert_eq!(repaired.code, "A00.0");
    assert_eq!(
        repaired.repairs,
        [Repair::Width, Repair::Case, Repair::Mark, Repair::Dot]
    );
}

#[test]
fn a_code_stands_under_shorter_ones() {
    let line = |form: Form, code: &str| -> Vec<String> {
        let above = |below: &String| form.parent(below);
        std::iter::successors(form.parent(code), above).collect()
    };
    assert_eq!(line(Form::Icd9Cm, "250.01"), ["250.0", "250"]);
    assert_eq!(line(Form::Icd10, "S72.001A").last().unwrap(), "S72");
    assert_eq!(
        line(Form::Icd10Yb, "A00.000x001"),
        ["A00.000", "A00.00", "A00.0", "A00"]
    );
    assert_eq!(line(Form::Icd10Yb, "I64.x01"), ["I64.x00", "I64"]);
    assert_eq!(line(Form::Icd10Yb, "A01.002+G01*")[0], "A01.002");
    assert_eq!(line(Form::Atc, "A10BA02"), ["A10BA", "A10B", "A10", "A"]);
}

#[test]
fn codes_are_summed_up_to_their_levels() {
    let cases = [
        (Level::Chapter, Form::Icd10, "C7A.00", Some("C00-D49")),
        (Level::Chapter, Form::Icd10, "D50.0", Some("D50-D89")),
        (Level::Chapter, Form::Icd9Cm, "E880.1", Some("E000-E999")),
        (Level::Chapter, Form::Icd9Cm, "250.00", Some("240-279")),
        (Level::Chapter, Form::Atc, "A10", None),
        (Level::Category, Form::Icd10Yb, "A00.000x001", Some("A00")),
        (Level::Category, Form::Icd9Cm, "E880.1", Some("E880")),
        (Level::Atc(3), Form::Atc, "A10BA02", Some("A10B")),
        (Level::Atc(5), Form::Atc, "A10", None),
        (Level::Mdc, Form::ChsDrg, "FM11", Some("F")),
        (Level::Adrg, Form::ChsDrg, "FM11", Some("FM1")),
    ];
    for (level, form, code, expected) in cases {
        assert_eq!(level.of(form, code).as_deref(), expected, "{code}");
    }
}

#[test]
fn chapters_hold_the_categories_of_icd_10_cm_too() {
    // Of each chapter of the tabular list of April 2026 the first and the last category, and those with
    // letters in the second or third place.
    let chapters: [&[&str]; 22] = [
        &["A00", "B99"],
        &["C00", "C4A", "C7A", "C7B", "D3A", "D49"],
        &["D50", "D89"],
        &["E00", "E89"],
        &["F01", "F99"],
        &["G00", "G99"],
        &["H00", "H59"],
        &["H60", "H95"],
        &["I00", "I1A", "I5A", "I99"],
        &["J00", "J4A", "J99"],
        &["K00", "K94", "K95"],
        &["L00", "L99"],
        &["M00", "M1A", "M99"],
        &["N00", "N99"],
        &["O00", "O9A"],
        &["P00", "P96"],
        &["Q00", "QA0"],
        &["R00", "R99"],
        &["S00", "T88"],
        &["U07", "U09"],
        &["V00", "Y99"],
        &["Z00", "Z3A", "Z99"],
    ];
    for (categories, chapter) in chapters.iter().zip(Chapter::all(Form::Icd10)) {
        for category in *categories {
            let code = Form::Icd10.normalise(category).unwrap().code;
            assert_eq!(Chapter::of(Form::Icd10, &code), Some(chapter), "{code}");
        }
    }
}

#[test]
fn the_code_of_a_group_tells_treatment_and_severity() {
    let parts = |code| {
        let parts = DrgParts::of(code).unwrap();
        (parts.mdc, parts.treatment, parts.severity)
    };
    assert_eq!(parts("BB11"), ('B', Treatment::Surgical, Severity::Major));
    assert_eq!(parts("FM13"), ('F', Treatment::Procedural, Severity::Minor));
    assert_eq!(parts("ES39"), ('E', Treatment::Medical, Severity::Whole));
    assert_eq!(parts("AH1B").2, Severity::Regional);
}

const SYSTEMS: [&str; 9] = [
    "icd-9-cm",
    "icd-9-cm-procedures",
    "icd-10",
    "icd-10-cm",
    "icd-10-yb",
    "icd-10-pcs",
    "atc",
    "chs-drg",
    "local",
];

proptest! {
    #[test]
    fn a_normal_form_is_its_own_normal_form(text in "[ -~ａ-ｚ０-９†]{0,14}", system in 0..SYSTEMS.len()) {
        let form = Form::of_system(SYSTEMS[system]).unwrap();
        if let Ok(normal) = form.normalise(&text) {
            prop_assert_eq!(form.normalise(&normal.code).unwrap().code, normal.code);
        }
    }

    #[test]
    fn nothing_that_is_read_makes_a_parent_longer(text in "[A-Zx0-9.+*]{0,14}", system in 0..SYSTEMS.len()) {
        let form = Form::of_system(SYSTEMS[system]).unwrap();
        if let Ok(normal) = form.normalise(&text) && let Some(parent) = form.parent(&normal.code) {
            let is_shorter = parent.len() < normal.code.len();
            let is_own = parent.contains(".x00") && parent.len() == normal.code.len();
            prop_assert!(is_shorter || is_own && parent != normal.code, "{} under {}", normal.code, parent);
        }
    }
}

#[test]
fn a_schema_knows_every_system_that_has_a_form() {
    for (system, _) in Form::SYSTEMS {
        assert!(
            consilium_schema::Codes::new(system, Some("1")).is_ok(),
            "{system}"
        );
    }
    assert!(consilium_schema::Codes::new("icd10", None).is_err());
}
