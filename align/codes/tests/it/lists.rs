use consilium_codes::{CodesError, Form, Groups};

#[test]
fn the_published_lists_have_their_groups_and_weights() {
    let sum = |groups: &Groups, name: &str| -> i32 {
        groups.all().iter().map(|it| it.weights[name]).sum()
    };
    let charlson = Groups::charlson();
    assert_eq!(charlson.all().len(), 17);
    assert_eq!(sum(&charlson, "charlson"), 33);
    assert_eq!(sum(&charlson, "quan-2011"), 28);
    let elixhauser = Groups::elixhauser();
    assert_eq!(elixhauser.all().len(), 31);
    assert_eq!(sum(&elixhauser, "van-walraven-2009"), 70);
}

#[test]
fn every_listed_code_is_written_in_its_normal_form() {
    for groups in [Groups::charlson(), Groups::elixhauser()] {
        for group in groups.all() {
            for (form, listed) in [
                (Form::Icd9Cm, &group.icd_9_cm),
                (Form::Icd10, &group.icd_10),
            ] {
                for code in listed.iter().flat_map(|listed| listed.split('-')) {
                    assert_eq!(form.normalise(code).unwrap().code, code, "{}", group.id);
                }
            }
        }
    }
}

#[test]
fn the_graver_of_two_grades_hides_the_milder() {
    let elixhauser = Groups::elixhauser();
    let found = elixhauser.of(
        Form::Icd9Cm,
        ["250.00", "250.40", "401.9", "197.0", "153.9"],
    );
    assert_eq!(
        found,
        [
            "diabetes-complicated",
            "hypertension-uncomplicated",
            "metastatic-cancer"
        ]
        .into()
    );
    assert_eq!(
        elixhauser
            .before_hierarchy(Form::Icd9Cm, ["250.00", "250.40"])
            .len(),
        2
    );
    assert_eq!(elixhauser.score("van-walraven-2009", &found), Some(12));
    assert_eq!(elixhauser.score("charlson", &found), None);
}

#[test]
fn a_range_covers_what_begins_with_its_ends() {
    let charlson = Groups::charlson();
    let one = |form, code| charlson.of(form, [code]);
    for code in ["490", "493.92", "505"] {
        assert_eq!(
            one(Form::Icd9Cm, code),
            ["chronic-pulmonary-disease"].into(),
            "{code}"
        );
    }
    // Codes of three digits, to which no dot belongs, lie in the range as well.
    for code in ["174.9", "179", "181", "185", "193", "195.8"] {
        assert_eq!(one(Form::Icd9Cm, code), ["malignancy"].into(), "{code}");
    }
    for code in ["173.0", "195.9", "506.0"] {
        assert!(one(Form::Icd9Cm, code).is_empty(), "{code}");
    }
    assert_eq!(
        one(Form::Icd10Yb, "I25.200x001"),
        ["myocardial-infarction"].into()
    );
    assert!(one(Form::Icd10, "C44.0").is_empty());
    assert!(one(Form::Atc, "C01").is_empty());
}

#[test]
fn groups_of_ones_own_are_read_strictly() {
    let text = include_str!("../../lists/charlson.toml");
    assert_eq!(Groups::read(text).unwrap().all(), Groups::charlson().all());
    let elixhauser = include_str!("../../lists/elixhauser.toml");
    assert_eq!(
        Groups::read(elixhauser).unwrap().all(),
        Groups::elixhauser().all()
    );
    let repeated = text.replace("id = \"dementia\"", "id = \"aids\"");
    assert!(matches!(
        Groups::read(&repeated),
        Err(CodesError::Declared(_))
    ));
    let strange = text.replace(
        "[\"metastatic-tumour\", \"malignancy\"]",
        "[\"cold\", \"malignancy\"]",
    );
    assert!(matches!(
        Groups::read(&strange),
        Err(CodesError::Declared(_))
    ));
    // A range of subcategories over several categories would leave out 185, a code of three digits.
    for range in [
        "174.0-195.8",
        "174-195.8",
        "174-E195",
        "195.8-195.0",
        "174-",
    ] {
        let wide = text.replace("\"174-194\"", &format!("\"{range}\""));
        assert!(
            matches!(Groups::read(&wide), Err(CodesError::Declared(_))),
            "{range}"
        );
    }
}
