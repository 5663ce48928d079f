//! Values that were reckoned by hand.

use consilium_preparation::{Cells, TermValues, Unfit};

use crate::{Cell, names, over, preparation, row};

/// Compares bits, so that NaN is NaN and zero has one sign.
fn assert_row(found: &[f64], wanted: &[f64]) {
    let bits = |row: &[f64]| -> Vec<Option<u64>> {
        let some = |value: &f64| (!value.is_nan()).then(|| value.to_bits());
        row.iter().map(some).collect()
    };
    assert_eq!(bits(found), bits(wanted), "{found:?} for {wanted:?}");
}

#[test]
fn numbers_are_filled_clipped_taken_the_logarithm_of_centred_and_spread_in_that_order() {
    let preparation = preparation(
        r#"
        [[prepared]]
        column = "cost"
        missing = 0
        mark_missing = true
        clip = [0, 99]
        log = true
        centre = 1.0
        spread = 2.0
        "#,
    );
    let cells = [Some(99.0), Some(500.0), Some(0.0), None];
    let table = [("cost", cells.map(Cell::Number).to_vec())];
    let bound = over(&preparation, &table);
    // ln 100 and ln 1, by hand; the logarithm to the last bit but one.
    let (most, least) = ((4.605_170_185_988_092 - 1.0) / 2.0, -0.5);
    let at = |place: usize| row(&preparation, &bound, place);
    assert!((at(0)[0] - most).abs() <= f64::EPSILON * 2.0);
    assert_row(&at(1), &at(0));
    assert_row(&at(2), &[least, 0.0]);
    assert_row(&at(3), &[least, 1.0]);
    let (low, high) = preparation.terms()[0].values.range();
    assert_row(&[low, high], &[least, at(0)[0]]);
}

#[test]
fn a_number_without_steps_stays_as_it_is_and_missing() {
    let preparation = preparation("[[prepared]]\ncolumn = \"change\"\nmark_missing = true");
    let cells = [Some(-7.25), Some(-0.0), None];
    let table = [("change", cells.map(Cell::Number).to_vec())];
    let bound = over(&preparation, &table);
    assert_row(&row(&preparation, &bound, 0), &[-7.25, 0.0]);
    assert_row(&row(&preparation, &bound, 1), &[0.0, 0.0]);
    assert_row(&row(&preparation, &bound, 2), &[f64::NAN, 1.0]);
}

#[test]
fn levels_have_a_column_each_and_others_one_together() {
    let preparation = preparation(
        r#"
        [[prepared]]
        column = "diagnosis"
        levels = ["I20", "I21", "I25"]
        reference = "I25"
        mark_missing = true
        "#,
    );
    let wanted = [
        "diagnosis=I20",
        "diagnosis=I21",
        "diagnosis=other",
        "diagnosis?missing",
    ];
    assert_eq!(names(&preparation), wanted);
    let cells = [Some("I20"), Some("I25"), Some("C50"), None];
    let table = [("diagnosis", cells.map(Cell::Text).to_vec())];
    let bound = over(&preparation, &table);
    let nan = f64::NAN;
    assert_row(&row(&preparation, &bound, 0), &[1.0, 0.0, 0.0, 0.0]);
    assert_row(&row(&preparation, &bound, 1), &[0.0, 0.0, 0.0, 0.0]);
    assert_row(&row(&preparation, &bound, 2), &[0.0, 0.0, 1.0, 0.0]);
    assert_row(&row(&preparation, &bound, 3), &[nan, nan, nan, 1.0]);
}

#[test]
fn what_becomes_of_unseen_and_missing_levels_is_declared() {
    let nan = f64::NAN;
    // What is said, the row of an unseen level, the row of a missing one.
    let cases: [(&str, &[f64], &[f64]); 7] = [
        (r#"unseen = "zero""#, &[0.0, 0.0], &[nan, nan]),
        (r#"unseen = "missing""#, &[nan, nan], &[nan, nan]),
        (
            "unseen = \"missing\"\nmissing = { level = \"A\" }",
            &[1.0, 0.0],
            &[1.0, 0.0],
        ),
        (
            "unseen = \"zero\"\nmissing = \"zero\"",
            &[0.0, 0.0],
            &[0.0, 0.0],
        ),
        (r#"missing = "other""#, &[0.0, 0.0, 1.0], &[0.0, 0.0, 1.0]),
        (
            r#"missing = { level = "B" }"#,
            &[0.0, 0.0, 1.0],
            &[0.0, 1.0, 0.0],
        ),
        (
            "reference = \"B\"\nmissing = { level = \"B\" }",
            &[0.0, 1.0],
            &[0.0, 0.0],
        ),
    ];
    for (said, unseen, missing) in cases {
        let text = format!("[[prepared]]\ncolumn = \"ward\"\nlevels = [\"A\", \"B\"]\n{said}");
        let preparation = preparation(&text);
        let table = [("ward", vec![Cell::Text(Some("C")), Cell::Text(None)])];
        let bound = over(&preparation, &table);
        assert_row(&row(&preparation, &bound, 0), unseen);
        assert_row(&row(&preparation, &bound, 1), missing);
    }
}

#[test]
fn a_closed_category_needs_no_levels() {
    let preparation = preparation("[[prepared]]\ncolumn = \"cp\"");
    assert_eq!(names(&preparation), ["cp=1", "cp=3", "cp=4"]);
    let levels = ["1", "2", "3", "4"].map(str::to_owned);
    let bound = preparation.over(|_| {
        Some(Cells::Levels {
            levels: &levels,
            of: Box::new(|row| [Some(3), Some(1), None][row]),
        })
    });
    let bound = bound.unwrap();
    assert_row(&row(&preparation, &bound, 0), &[0.0, 0.0, 1.0]);
    assert_row(&row(&preparation, &bound, 1), &[0.0, 0.0, 0.0]);
    assert_row(&row(&preparation, &bound, 2), &[f64::NAN; 3]);
}

#[test]
fn a_cut_belongs_to_the_upper_interval() {
    let preparation = preparation(
        r#"
        [[prepared]]
        name = "bmi_woe"
        column = "bmi"
        cuts = [18.5, 25, 30]
        weights = [-0.3, 0.0, 0.2, 0.5]
        missing_weight = 0.1
        "#,
    );
    let values = preparation.terms()[0].values;
    let (low, high) = (-0.3, 0.5);
    assert_eq!(values, TermValues::Number { low, high });
    let cells = [Some(18.4), Some(18.5), Some(29.9), Some(30.0), None];
    let table = [("bmi", cells.map(Cell::Number).to_vec())];
    let bound = over(&preparation, &table);
    for (place, weight) in [-0.3, 0.0, 0.2, 0.5, 0.1].into_iter().enumerate() {
        assert_row(&row(&preparation, &bound, place), &[weight]);
    }
}

#[test]
fn levels_have_weights_and_so_have_unseen_ones() {
    let preparation = preparation(
        r#"
        [[prepared]]
        column = "diagnosis"
        levels = ["I20", "I21"]
        weights = [0.4, -0.7]
        unseen_weight = 0.0
        mark_missing = true
        "#,
    );
    assert_eq!(names(&preparation), ["diagnosis", "diagnosis?missing"]);
    let cells = [Some("I21"), Some("X"), None];
    let table = [("diagnosis", cells.map(Cell::Text).to_vec())];
    let bound = over(&preparation, &table);
    assert_row(&row(&preparation, &bound, 0), &[-0.7, 0.0]);
    assert_row(&row(&preparation, &bound, 1), &[0.0, 0.0]);
    assert_row(&row(&preparation, &bound, 2), &[f64::NAN, 1.0]);
}

#[test]
fn products_are_of_terms_that_may_stand_below() {
    let preparation = preparation(
        r#"
        [[prepared]]
        product = ["change", "sex=F"]
        [[prepared]]
        column = "sex"
        reference = "M"
        [[prepared]]
        column = "change"
        spread = 2
        [[prepared]]
        name = "change²"
        product = ["change", "change"]
        "#,
    );
    let wanted = ["change×sex=F", "sex=F", "change", "change²"];
    assert_eq!(names(&preparation), wanted);
    let range = |place: usize| preparation.terms()[place].values.range();
    assert_eq!([range(0), range(3)], [(-5.0, 5.0), (-25.0, 25.0)]);
    let table = [
        (
            "change",
            [Some(-3.0), Some(-3.0), None].map(Cell::Number).to_vec(),
        ),
        (
            "sex",
            [Some("F"), Some("M"), Some("F")].map(Cell::Text).to_vec(),
        ),
    ];
    let bound = over(&preparation, &table);
    assert_row(&row(&preparation, &bound, 0), &[-1.5, 1.0, -1.5, 2.25]);
    assert_row(&row(&preparation, &bound, 1), &[0.0, 0.0, -1.5, 2.25]);
    let nan = f64::NAN;
    assert_row(&row(&preparation, &bound, 2), &[nan, 1.0, nan, nan]);
}

#[test]
fn whole_numbers_and_flags_stay_what_they_are_until_a_step_makes_fractions() {
    let of = |said: &str| preparation(&format!("[[prepared]]\n{said}")).terms()[0].values;
    let whole = |low, high| TermValues::Whole { low, high };
    let number = |low, high| TermValues::Number { low, high };
    assert_eq!(of("column = \"age\""), whole(0.0, 120.0));
    assert_eq!(
        of("column = \"age\"\nclip = [18, 95]\ncentre = 60\nmissing = 50"),
        whole(-42.0, 35.0)
    );
    assert_eq!(of("column = \"age\"\nmissing = 50.5"), number(0.0, 120.0));
    assert_eq!(of("column = \"age\"\nspread = 2"), number(0.0, 60.0));
    assert_eq!(of("column = \"bmi\"\nclip = [10, 60]"), number(10.0, 60.0));
    assert_eq!(of("column = \"smokes\"\nmissing = 0"), TermValues::Binary);
    assert_eq!(of("column = \"smokes\"\nmissing = 0.5"), number(0.0, 1.0));
}

#[test]
fn a_term_of_two_values_is_told_from_numbers() {
    let of = |said: &str| {
        let preparation = preparation(&format!("[[prepared]]\n{said}"));
        preparation.terms().last().unwrap().values
    };
    let two = |low, high| TermValues::Two { low, high };
    let number = |low, high| TermValues::Number { low, high };
    let age = |rest: &str| of(&format!("column = \"age\"\n{rest}"));
    let smokes = |rest: &str| of(&format!("column = \"smokes\"\n{rest}"));
    assert_eq!(
        age("cuts = [93, 94]\nweights = [0, 1, 0]"),
        TermValues::Binary
    );
    let cuts = "cuts = [93, 94]\nweights = [0.5, 2, 0.5]";
    assert_eq!(age(cuts), two(0.5, 2.0));
    assert_eq!(age(&format!("{cuts}\nmissing_weight = 2")), two(0.5, 2.0));
    assert_eq!(
        age(&format!("{cuts}\nmissing_weight = 1")),
        number(0.5, 2.0)
    );
    assert_eq!(age("clip = [93, 94]"), two(93.0, 94.0));
    assert_eq!(age("clip = [93.25, 93.5]\ncentre = 93.25"), two(0.0, 0.25));
    assert_eq!(
        age("clip = [93, 94]\nmissing = 95\ncentre = 93"),
        TermValues::Binary
    );
    assert_eq!(age("clip = [93.25, 94.5]"), number(93.25, 94.5));
    let whole = TermValues::Whole {
        low: 93.0,
        high: 95.0,
    };
    assert_eq!(age("clip = [93, 95]"), whole);
    assert_eq!(smokes("spread = 0.5"), two(0.0, 2.0));
    assert_eq!(smokes("centre = 0.25\nmissing = 1"), two(-0.25, 0.75));
    assert_eq!(smokes("log = true"), two(0.0, 2.0_f64.ln()));
    assert_eq!(of("column = \"bmi\"\nclip = [10, 11]"), number(10.0, 11.0));
    let product = |spread| {
        of(&format!(
            "column = \"smokes\"\nspread = {spread}\n[[prepared]]\nname = \"other\"\ncolumn = \"smokes\"\n\
             [[prepared]]\nproduct = [\"smokes\", \"other\"]"
        ))
    };
    assert_eq!(product("0.5"), two(0.0, 2.0));
    assert_eq!(product("1"), TermValues::Binary);
}

#[test]
fn a_table_that_does_not_fit_is_named() {
    let preparation = preparation("[[prepared]]\ncolumn = \"age\"\n[[prepared]]\ncolumn = \"sex\"");
    let column = || "age".to_owned();
    let unfit = preparation.over(|_| None).unwrap_err();
    assert_eq!(unfit, Unfit::NoSuchColumn { column: column() });
    let texts = |_: &str| Some(Cells::Texts(Box::new(|_| None)));
    let unfit = preparation.over(texts).unwrap_err();
    assert_eq!(unfit, Unfit::OtherType { column: column() });
}

#[test]
fn a_part_has_the_factors_of_its_products() {
    let whole = preparation(
        r#"
        [[prepared]]
        column = "bmi"
        clip = [10, 60]
        [[prepared]]
        column = "change"
        [[prepared]]
        product = ["sex=M", "change"]
        [[prepared]]
        column = "sex"
        "#,
    );
    let part = whole.select(&["sex=M×change"]).unwrap();
    assert_eq!(names(&part), ["change", "sex=M×change", "sex=M"]);
    assert_eq!(part.columns(), ["change", "sex"]);
    assert_eq!(
        part.columns_of(part.feature("sex=M×change").unwrap()),
        ["sex", "change"]
    );
    assert_eq!(preparation(&part.to_string()), part);
    assert_ne!(part.hash(), whole.hash());
    assert!(whole.select(&["height"]).is_err());
    assert!(whole.select(&[]).is_err());
}
