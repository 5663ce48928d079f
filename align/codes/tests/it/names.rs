use consilium_codes::{
    CodesError, Decision, Library, LibraryHead, Matcher, Named, Product, Query, Reason, Review,
    Subject, plain,
};
use proptest::prelude::*;

fn library(subject: Subject, names: &[[&str; 3]]) -> Library {
    let named = |[name, canonical, code]: &[&str; 3]| Named {
        name: (*name).to_owned(),
        canonical: (*canonical).to_owned(),
        code: (*code).to_owned(),
    };
    Library::new(
        &LibraryHead::new(subject, "made up"),
        names.iter().map(named),
    )
    .unwrap()
}

fn drugs() -> Library {
    library(
        Subject::Drug,
        &[
            ["metformin", "metformin", "A10BA02"],
            ["glucophage", "metformin", "A10BA02"],
            ["amoxicillin", "amoxicillin", "J01CA04"],
            ["阿莫西林", "amoxicillin", "J01CA04"],
            ["folic acid", "folic acid", "B03BB01"],
            ["acide folique", "folic acid", "B03BB01"],
            ["二甲双胍", "metformin", "A10BA02"],
        ],
    )
}

fn find(library: &Library, name: &str) -> (String, f64, Vec<Reason>) {
    let found = Matcher::new(library).find(Query { name, code: None }, 5);
    (
        found[0].canonical.to_owned(),
        found[0].score,
        found[0].reasons.clone(),
    )
}

#[test]
fn packages_are_taken_apart() {
    let cases = [
        (
            "阿莫西林胶囊 0.25g*24粒",
            "阿莫西林",
            Some("capsule"),
            Some((0.25, "g")),
            Some(24),
        ),
        (
            "Metformin HCl 500 mg tab",
            "metformin hydrochloride",
            Some("tablet"),
            Some((500.0, "mg")),
            None,
        ),
        (
            "盐酸二甲双胍缓释片(0.5g×30片/盒)",
            "盐酸二甲双胍",
            Some("prolonged-release tablet"),
            Some((0.5, "g")),
            Some(30),
        ),
        (
            "注射用头孢曲松钠1.0g",
            "头孢曲松钠",
            Some("injection"),
            Some((1.0, "g")),
            None,
        ),
        ("维生素B12", "维生素b12", None, None, None),
        ("5-fluorouracil", "5-fluorouracil", None, None, None),
        ("片", "片", None, None, None),
    ];
    for (text, name, form, strength, pack) in cases {
        let product = Product::parse(text);
        let strength_found = product
            .strength
            .as_ref()
            .map(|it| (it.number, it.unit.as_str()));
        assert_eq!(
            (product.name.as_str(), product.form),
            (name, form),
            "{text}"
        );
        assert_eq!((strength_found, product.pack), (strength, pack), "{text}");
    }
}

#[test]
fn marks_widths_and_scripts_are_overlooked() {
    let drugs = drugs();
    for (name, canonical) in [
        ("ＭＥＴＦＯＲＭＩＮ", "metformin"),
        ("métformine", "metformin"),
        ("阿莫西林胶囊 0.25g*24粒", "amoxicillin"),
        ("盐酸二甲双胍片", "metformin"),
        ("acidum folicum", "folic acid"),
    ] {
        assert_eq!(find(&drugs, name).0, canonical, "{name}");
    }
    let (_, score, reasons) = find(&drugs, "Métformin");
    assert!(score > 0.999, "{score}");
    assert_eq!(reasons, [Reason::SameName]);
    assert!(
        Matcher::new(&drugs)
            .find(
                Query {
                    name: "ξξξ",
                    code: None
                },
                5
            )
            .is_empty()
    );
}

#[test]
fn a_code_beside_the_name_prefers_its_category() {
    let names = [
        ["慢性胃炎", "慢性胃炎", "K29.500"],
        ["慢性肠炎", "慢性肠炎", "K52.900"],
    ];
    let library = library(Subject::Diagnosis, &names);
    let matcher = Matcher::new(&library);
    let with = |code| {
        matcher.find(
            Query {
                name: "慢性炎",
                code: Some(code),
            },
            1,
        )[0]
        .canonical
    };
    assert_eq!(with("K29.501"), "慢性胃炎");
    assert_eq!(with("K52.901"), "慢性肠炎");
}

/// Codes and their first extensions, in whose names the same words stand for the same others.
fn reworded(pairs: u32) -> Library {
    let site = |number: u32| char::from_u32(0x5000 + number).unwrap();
    let mut names = Vec::new();
    for number in 0..pairs {
        let (site, code) = (site(number), format!("A{number:02}.000"));
        names.push([format!("病毒感染造成的{site}炎"), code.clone()]);
        names.push([format!("疫伴{site}炎"), format!("{code}x001")]);
    }
    names.push(["疫伴鼠炎".to_owned(), "B00.000x001".to_owned()]);
    names.push(["病毒造成的虎炎".to_owned(), "B01.000x001".to_owned()]);
    let names: Vec<[&str; 3]> = names
        .iter()
        .map(|[name, code]| [name.as_str(), name, code])
        .collect();
    library(Subject::Diagnosis, &names)
}

#[test]
fn a_library_teaches_which_words_stand_for_which() {
    let asked = "病毒感染造成的鼠虎炎";
    assert_eq!(find(&reworded(20), asked).0, "病毒造成的虎炎");
    let taught = reworded(60);
    let (canonical, score, reasons) = find(&taught, "病毒感染造成的鼠炎");
    assert_eq!(canonical, "疫伴鼠炎");
    assert!(score < 0.95, "{score}");
    assert_eq!(reasons, [Reason::LearnedWords]);
    let (canonical, score, _) = find(&taught, "疫伴鼠炎");
    assert_eq!((canonical.as_str(), score), ("疫伴鼠炎", 1.0));
}

#[test]
fn a_diagnosis_with_and_one_without_are_not_the_same() {
    let name = "双侧股疝伴有坏疽";
    let few = library(Subject::Diagnosis, &[[name, name, "K41.100"]]);
    for library in [few, reworded(60)] {
        let mut names: Vec<Named> = library.names().to_vec();
        names.push(Named {
            name: name.to_owned(),
            canonical: name.to_owned(),
            code: "K41.100".to_owned(),
        });
        names.dedup();
        let library = Library::new(library.head(), names).unwrap();
        let matcher = Matcher::new(&library);
        let asked = [("双侧股疝不伴有坏疽", "K41.200", 1)];
        let review = Review::of(&matcher, asked, 0.95);
        assert_eq!(review.rows[0].best[0].0, name);
        assert_eq!(review.rows[0].decision, "");
    }
}

#[test]
fn what_was_decided_is_found_again() {
    let drugs = drugs();
    let decided = Named {
        name: "Water pill".to_owned(),
        canonical: "folic acid".to_owned(),
        code: String::new(),
    };
    let unknown = Named {
        name: "green tea".to_owned(),
        canonical: "tea".to_owned(),
        code: String::new(),
    };
    let matcher = Matcher::with_decided(&drugs, &[decided, unknown]);
    let find = |name| matcher.find(Query { name, code: None }, 5);
    let again = &find("water  PILL")[0];
    assert_eq!((again.canonical, again.code), ("folic acid", "B03BB01"));
    assert_eq!(
        (again.score, again.reasons.as_slice()),
        (1.0, &[Reason::Decided][..])
    );
    assert!(find("green tea").iter().all(|it| it.score < 0.95));
}

#[test]
fn decisions_come_back_as_a_library() {
    let drugs = drugs();
    let matcher = Matcher::new(&drugs);
    let names = [
        ("Metformin 500mg", "", 7),
        ("amoxicilin", "", 2),
        ("=tea, \"green\"", "", 1),
        ("acid", "", 1),
    ];
    let mut review = Review::of(&matcher, names, 0.95);
    assert_eq!(review.rows[0].decision, "1");
    assert_eq!(review.rows[1].decision, "");
    review.rows[1].decision = "1".to_owned();
    review.rows[2].decision = "none".to_owned();
    let reviewed = Review::read(review.to_csv().as_bytes(), &drugs).unwrap();
    assert_eq!(reviewed.decisions["=tea, \"green\""], Decision::Nothing);
    assert_eq!(reviewed.decisions["acid"], Decision::Open);
    let decided = reviewed.to_library(&drugs, "a person").unwrap();
    assert_eq!(decided.names().len(), 2);
    assert_eq!(find(&decided, "amoxicilin").0, "amoxicillin");
    assert_eq!(decided.names()[0].code, "A10BA02");

    review.rows[3].decision = "aspirin".to_owned();
    let refused = Review::read(review.to_csv().as_bytes(), &drugs);
    assert!(
        matches!(refused, Err(CodesError::Row { line: 5, .. })),
        "{refused:?}"
    );
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("1 to 5, none, or a canonical name"), "{said}");
}

#[test]
fn no_name_stands_for_two_things() {
    let head = LibraryHead::new(Subject::Drug, "made up");
    let named = |canonical: &str| Named {
        name: "x1".to_owned(),
        canonical: canonical.to_owned(),
        code: String::new(),
    };
    let refused = Library::new(&head, [named("a"), named("b")]);
    assert!(matches!(refused, Err(CodesError::Row { .. })));
}

proptest! {
    #[test]
    fn any_name_is_matched_and_taken_apart(name in "\\PC{0,24}") {
        let drugs = drugs();
        for candidate in Matcher::new(&drugs).find(Query { name: &name, code: Some(&name) }, 5) {
            prop_assert!((0.0..=1.0).contains(&candidate.score));
        }
        for candidate in Matcher::new(&reworded(60)).find(Query { name: &name, code: None }, 5) {
            prop_assert!((0.0..=1.0).contains(&candidate.score));
        }
        Product::parse(&name);
        prop_assert_eq!(plain(&plain(&name)), plain(&name));
    }

    #[test]
    fn no_package_stops_the_reader(name in "[0-9.x×*片粒gmlug/ 盒胶囊]{0,16}") {
        Product::parse(&name);
    }
}
