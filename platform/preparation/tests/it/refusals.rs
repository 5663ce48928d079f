//! Every refusal, and where it points.

use std::fmt::Write as _;

use consilium_preparation::Preparation;

use crate::schema;

/// The lines below `[[prepared]]`, and what is said of them.
const CASES: &[(&str, &str)] = &[
    (
        "",
        "line 1, column 1: feature \"\": it is made of nothing: name a column, or a product of two",
    ),
    ("colum = \"age\"", "line 2, column 1: unknown field `colum`"),
    (
        "column = \"height\"",
        "line 2, column 10: feature \"height\": no column is called \"height\"",
    ),
    (
        "name = \" x\"\ncolumn = \"age\"",
        "line 2, column 8: feature \" x\": the name is empty, too long, or has blanks",
    ),
    (
        "name = \"cost\"\ncolumn = \"age\"",
        "line 2, column 8: feature \"cost\": \"cost\" is the name of another column: give another name",
    ),
    (
        "column = \"note\"",
        "line 2, column 10: feature \"note\": column \"note\" is of type text, which can't be prepared",
    ),
    (
        "column = \"admitted\"",
        "column \"admitted\" is of type date",
    ),
    (
        "column = \"bmi\"",
        "line 2, column 10: feature \"bmi\": it has no finite range: declare clip here, or min and max of column \"bmi\"",
    ),
    (
        "column = \"age\"\nmissing = 300",
        "line 3, column 11: feature \"age\": missing = 300 lies outside the column's declared range",
    ),
    (
        "column = \"age\"\nmissing = \"zero\"",
        "line 3, column 11: feature \"age\": missing must be a number",
    ),
    (
        "column = \"age\"\nmissing = nan",
        "line 3, column 11: feature \"age\": missing must be finite",
    ),
    (
        "column = \"age\"\nmissing = true",
        "line 3, column 11: expected a number, \"zero\", \"other\" or { level = … }",
    ),
    (
        "column = \"age\"\nclip = [9, 8]",
        "line 3, column 8: feature \"age\": clip must rise: [low, high]",
    ),
    (
        "column = \"age\"\nclip = [0, inf]",
        "line 3, column 8: feature \"age\": clip must be finite",
    ),
    (
        "column = \"age\"\nclip = [200, 300]",
        "line 3, column 8: feature \"age\": it would have one value in all rows",
    ),
    (
        "column = \"bmi\"\nclip = [-1e308, 1e308]",
        "line 3, column 8: feature \"bmi\": its values would be too large, or too far from each other",
    ),
    (
        "column = \"age\"\nspread = 1e-308",
        "line 3, column 10: feature \"age\": its values would be too large",
    ),
    (
        "column = \"age\"\nspread = 0",
        "line 3, column 10: feature \"age\": spread must be above 0",
    ),
    (
        "column = \"age\"\ncentre = inf",
        "line 3, column 10: feature \"age\": centre must be finite",
    ),
    (
        "column = \"change\"\nlog = true",
        "line 3, column 7: feature \"change\": log needs values that are not below 0: declare min = 0 or more, or clip from 0",
    ),
    (
        "column = \"age\"\nlevels = [\"a\"]",
        "line 3, column 10: feature \"age\": levels has no meaning for a number",
    ),
    (
        "column = \"sex\"\nclip = [0, 1]",
        "line 3, column 8: feature \"sex\": clip has no meaning for a category or code",
    ),
    (
        "column = \"age\"\nunseen_weight = 1\ncuts = [1]\nweights = [1, 2]",
        "line 3, column 17: feature \"age\": unseen_weight has no meaning for weights of intervals",
    ),
    (
        "column = \"sex\"\ncuts = [1]\nweights = [1, 2]",
        "line 3, column 8: feature \"sex\": cuts has no meaning for weights of levels",
    ),
    (
        "product = [\"age\", \"age\"]\ncolumn = \"age\"",
        "line 3, column 10: feature \"age\": column has no meaning for a product",
    ),
    (
        "column = \"diagnosis\"",
        "line 2, column 10: feature \"diagnosis\": the levels of column \"diagnosis\" are not declared",
    ),
    (
        "column = \"diagnosis\"\nlevels = []",
        "line 3, column 10: feature \"diagnosis\": 1 to 1000 levels are needed",
    ),
    (
        "column = \"diagnosis\"\nlevels = [250]",
        "line 3, column 10: feature \"diagnosis\": level 250 must be written as a text: \"250\"",
    ),
    (
        "column = \"diagnosis\"\nlevels = [\"I20 \"]",
        "line 3, column 10: feature \"diagnosis\": the level \"I20 \" is empty, too long, or has blanks",
    ),
    (
        "column = \"diagnosis\"\nlevels = [\"I20\", \"I20\"]",
        "line 3, column 10: feature \"diagnosis\": level \"I20\" is named twice",
    ),
    (
        "column = \"cp\"\nlevels = [\"1\"]",
        "line 3, column 10: feature \"cp\": \"1\" is no declared level of column \"cp\"",
    ),
    (
        "column = \"ward\"\nlevels = [\"A\"]\nreference = \"B\"",
        "line 4, column 13: feature \"ward\": reference is \"B\", which is not one of levels",
    ),
    (
        "column = \"ward\"\nlevels = [\"A\"]\nmissing = { level = \"B\" }",
        "line 4, column 11: feature \"ward\": missing is \"B\", which is not one of levels",
    ),
    (
        "column = \"ward\"\nlevels = [\"A\"]\nmissing = 1",
        "line 4, column 11: feature \"ward\": missing must be \"zero\", \"other\" or { level = … }",
    ),
    (
        "column = \"ward\"\nlevels = [\"A\"]\nunseen = \"zero\"\nmissing = \"other\"",
        "line 5, column 11: feature \"ward\": missing = \"other\" needs unseen = \"other\"",
    ),
    (
        "column = \"ward\"\nlevels = [\"A\"]\nunseen = \"zero\"\nreference = \"A\"",
        "line 5, column 13: feature \"ward\": it would have one value in all rows",
    ),
    (
        "column = \"sex\"\nunseen = \"zero\"",
        "line 3, column 10: feature \"sex\": the column can have no other level than those: leave unseen out",
    ),
    (
        "column = \"ward\"\nlevels = [\"A\", \"other\"]",
        "line 2, column 10: feature \"ward\": \"ward=other\" would come out twice: give another name",
    ),
    (
        "column = \"ward\"\nlevels = [\"A\"]\nweights = [1]",
        "line 4, column 11: feature \"ward\": a level that is not named needs a weight: say unseen_weight",
    ),
    (
        "column = \"sex\"\nweights = [1, 2]\nunseen_weight = 0",
        "line 4, column 17: feature \"sex\": the column can have no other level than those: leave unseen_weight out",
    ),
    (
        "column = \"sex\"\nweights = [1]",
        "line 3, column 11: feature \"sex\": 1 weights are given, 2 are needed: one for each level",
    ),
    (
        "column = \"sex\"\nweights = [1, 1]",
        "line 3, column 11: feature \"sex\": it would have one value in all rows",
    ),
    (
        "column = \"age\"\ncuts = [1]",
        "line 3, column 8: feature \"age\": cuts needs weights",
    ),
    (
        "column = \"age\"\nweights = [1, 2]",
        "line 3, column 11: feature \"age\": weights needs cuts",
    ),
    (
        "column = \"age\"\ncuts = [2, 2]\nweights = [1, 2, 3]",
        "line 3, column 8: feature \"age\": cuts must rise",
    ),
    (
        "column = \"age\"\ncuts = [2]\nweights = [1, 2, 3]",
        "line 4, column 11: feature \"age\": 3 weights are given, 2 are needed",
    ),
    (
        "column = \"age\"\ncuts = [2]\nweights = [1, nan]",
        "line 4, column 11: feature \"age\": weights must be finite",
    ),
    (
        "product = [\"age\"]",
        "line 2, column 11: feature \"age\": product names two terms",
    ),
    (
        "product = [\"age\", \"sex=F\"]",
        "line 2, column 12: feature \"age×sex=F\": nothing that comes out is called \"age\", which product names",
    ),
    (
        "column = \"age\"\n[[prepared]]\nproduct = [\"age\", \"age\"]\n[[prepared]]\nproduct = [\"age\", \"age×age\"]",
        "line 6, column 19: feature \"age×age×age\": \"age×age\", which product names, is itself a product",
    ),
    (
        "column = \"age\"\n[[prepared]]\ncolumn = \"age\"",
        "line 4, column 10: feature \"age\": \"age\" would come out twice: give another name",
    ),
];

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (lines, said) in CASES {
        let text = format!("[[prepared]]\n{lines}");
        let error = Preparation::from_toml(&text, &schema()).expect_err(lines);
        let found = error.to_string();
        assert!(
            found.contains(said),
            "{lines}\nfound:  {found}\nwanted: {said}"
        );
    }
}

#[test]
fn nothing_and_too_much_are_refused() {
    let of = |text: &str| Preparation::from_toml(text, &schema()).unwrap_err();
    assert_eq!(of("").to_string(), "no [[prepared]] is declared");
    let mut text = String::new();
    for feature in 0..11 {
        let levels: Vec<String> = (0..1_000).map(|level| format!("{level}")).collect();
        writeln!(
            text,
            "[[prepared]]\nname = \"d{feature}\"\ncolumn = \"diagnosis\"\nlevels = {levels:?}"
        )
        .expect("a string takes any text");
    }
    let said = "at most 10000 columns come out of a preparation";
    assert_eq!(of(&text).to_string(), said);
}
