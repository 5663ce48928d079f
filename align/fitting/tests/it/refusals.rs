//! What can't be fitted is named by place, with the way out.

use consilium_fitting::{FitError, Intent};
use consilium_preparation::Preparation;
use consilium_schema::Schema;
use consilium_statistics::Findings;

use crate::world::{findings, fit, schema};

const HEAD: &str = "label = \"readmitted\"\n";

#[track_caller]
fn refused(got: Result<impl std::fmt::Debug, FitError>, wanted: &str) {
    let said = got.unwrap_err().to_string();
    assert!(said.contains(wanted), "{said}\nnot\n{wanted}");
}

#[track_caller]
fn intent_is_refused(text: &str, wanted: &str) {
    refused(fit(&format!("{HEAD}{text}")), wanted);
}

/// Fits to statistics that were changed.
fn fit_to(
    text: &str,
    change: impl FnOnce(&mut Findings),
) -> Result<consilium_fitting::Fitted, FitError> {
    let mut findings = findings();
    change(&mut findings);
    Intent::from_toml(&format!("{HEAD}{text}"))
        .unwrap()
        .fit(&findings, &schema())
}

#[test]
fn keys_and_values_that_there_are_not_are_named_by_line() {
    intent_is_refused("defaults = 1", "line 2, column 1: unknown field `defaults`");
    intent_is_refused(
        "default.number.scale = \"log\"",
        "line 2, column 24: unknown variant `log`",
    );
    intent_is_refused(
        "default.number.column = \"age\"",
        "column belongs to a [[feature]]",
    );
    for shares in ["[0.0, 0.5]", "[0.9, 0.1]", "[0.1, 1.0]", "true"] {
        let text = format!("default.number.winsorise = {shares}");
        intent_is_refused(&text, "line 2, column 28: winsorise takes two shares");
    }
    for (limit, wanted) in [
        ("missing = 1.5", "select.missing is a share, 0 to 1"),
        (
            "correlation = -0.1",
            "select.correlation is a share, 0 to 1",
        ),
        (
            "information_value = -1.0",
            "select.information_value is 0 or more",
        ),
        ("stability = inf", "select.stability is 0 or more"),
        ("vif = 0.5", "select.vif is 1 or more"),
    ] {
        intent_is_refused(&format!("[select]\n{limit}"), wanted);
    }
}

#[test]
fn features_that_contradict_themselves_are_named() {
    let column = "[[feature]]\ncolumn = \"age\"\n";
    intent_is_refused(
        &format!("{column}{column}"),
        "line 5, column 10: \"age\" is named twice",
    );
    intent_is_refused(
        &format!("{column}woe = true\nlog = true"),
        "woe takes the place of log",
    );
    intent_is_refused(
        &format!("{column}product = [\"age\", \"cost\"]"),
        "either column or product",
    );
    intent_is_refused(
        "[[feature]]\nproduct = [\"age\", \"cost\"]",
        "either column or product",
    );
    intent_is_refused("[[feature]]\nname = \"age\"", "either column or product");
    let product = "[[feature]]\nname = \"x\"\nproduct = [\"age\", \"cost\"]\n";
    intent_is_refused(&format!("{product}log = true"), "either column or product");
    intent_is_refused(
        &format!("{column}{product}"),
        "line 6, column 11: no feature \"cost\" is prepared",
    );
    intent_is_refused("columns = [\"age\", \"age\"]", "\"age\" is named twice");
    let named = "[[feature]]\nname = \"cost\"\ncolumn = \"age\"\n[[feature]]\nname = \"x\"\ncolumn = \"cost\"\n";
    assert!(fit(&format!("{HEAD}{named}")).is_ok());
    intent_is_refused(
        "default.integer = {}\n[[feature]]\nname = \"age\"\ncolumn = \"cost\"",
        "line 4, column 8: \"age\" is named twice",
    );
    intent_is_refused(
        "default.number = {}\n[[feature]]\nname = \"cost\"\ncolumn = \"age\"",
        "line 4, column 8: \"cost\" is named twice",
    );
    intent_is_refused(
        "[[feature]]\nlog = true",
        "line 3, column 7: a [[feature]] has either column or product",
    );
}

#[test]
fn columns_that_can_t_be_features_are_named() {
    intent_is_refused(
        "columns = [\"weight\"]",
        "line 2, column 12: the schema has no column \"weight\"",
    );
    intent_is_refused(
        "columns = [\"note\"]",
        "of type text, which can't be prepared",
    );
    intent_is_refused(
        "columns = [\"readmitted\"]",
        "column \"readmitted\" is the label",
    );
    intent_is_refused(
        "[select]\nkeep = [\"weight\"]",
        "the schema has no column \"weight\"",
    );
    refused(
        fit("label = \"fell\""),
        "line 1, column 9: the schema has no column \"fell\"",
    );
    refused(
        fit("default.integer = {}"),
        "name its column, label = \"NAME\"",
    );
    intent_is_refused("", "no feature is left");
    let unmeasured = fit_to("[[feature]]\ncolumn = \"cost\"", |findings| {
        findings.columns.retain(|it| it.name != "cost");
    });
    refused(
        unmeasured,
        "line 3, column 10: the statistics tell nothing of column \"cost\"",
    );
}

#[test]
fn statistics_of_another_table_are_refused() {
    let intent = Intent::from_toml(&format!("{HEAD}default.integer = {{}}")).unwrap();
    for (from, to) in [
        ("max = 120", "max = 99"),
        ("\"burns\"", "\"ashes\""),
        (
            "name = \"cost\"\n    type = \"number\"",
            "name = \"price\"\n    type = \"number\"",
        ),
    ] {
        let schema = crate::world::SCHEMA.replace(from, to);
        assert_ne!(schema, crate::world::SCHEMA);
        let got = intent.fit(&findings(), &Schema::from_toml(&schema).unwrap());
        refused(got, "give the schema of their plan");
    }
}

#[test]
fn a_key_without_meaning_for_a_type_is_named_with_the_column() {
    for (text, wanted) in [
        (
            "default.integer.one_hot = {}",
            "one_hot has no meaning for column \"age\" of type integer",
        ),
        (
            "default.boolean.log = true",
            "log has no meaning for column \"smoker\" of type boolean",
        ),
        (
            "default.boolean.scale = \"range\"",
            "scale has no meaning for column \"smoker\"",
        ),
        (
            "default.boolean.winsorise = [0.1, 0.9]",
            "winsorise has no meaning for column \"smoker\"",
        ),
        (
            "default.boolean.impute = \"median\"",
            "impute = \"median\" has no meaning",
        ),
        (
            "default.integer.impute = \"most-frequent\"",
            "impute = \"most-frequent\" has no meaning",
        ),
        (
            "default.category = { one_hot = {}, impute = \"mean\" }",
            "impute = \"mean\" has no meaning",
        ),
        (
            "default.category = { one_hot = {}, log = true }",
            "log has no meaning for column \"ward\"",
        ),
        (
            "default.category.impute = \"general\"",
            "needs one_hot = {} or woe = true",
        ),
    ] {
        intent_is_refused(text, wanted);
    }
}

#[test]
fn values_that_a_column_can_t_have_are_not_filled_in() {
    for (text, wanted) in [
        (
            "default.integer.impute = 130",
            "130 is no value that column \"age\" may have",
        ),
        (
            "default.integer.impute = true",
            "true is no value that column \"age\" may have",
        ),
        (
            "default.integer.impute = \"old\"",
            "\"old\" is no value that column \"age\" may have",
        ),
        (
            "default.boolean.impute = 2",
            "2 is no value that column \"smoker\" may have",
        ),
        (
            "default.category = { one_hot = {}, impute = \"roof\" }",
            "\"roof\" is no value",
        ),
        (
            "default.category = { one_hot = { minimum = 50 }, impute = \"burns\" }",
            "\"burns\" is no value",
        ),
    ] {
        intent_is_refused(text, wanted);
    }
    assert!(fit(&format!("{HEAD}default.boolean.impute = true")).is_ok());
}

#[test]
fn a_quantile_that_was_not_asked_for_is_named() {
    intent_is_refused(
        "default.number.winsorise = [0.01, 0.95]",
        "line 2, column 28: the statistics don't have the quantile 0.01 of column \"cost\": name it in \
         `statistics.quantiles` of their plan",
    );
}

#[test]
fn logarithms_need_what_is_not_below_zero_and_scales_that_go_through_them() {
    intent_is_refused(
        "default.number = { log = true, scale = \"standard\" }",
        "beside log say scale = \"robust\" or \"range\"",
    );
    let schema =
        crate::world::SCHEMA.replace("min = 0\n    max = 100_000", "min = -5\n    max = 100_000");
    let intent = Intent::from_toml(&format!("{HEAD}default.number.log = true")).unwrap();
    let got = intent.fit(&findings(), &Schema::from_toml(&schema).unwrap());
    refused(got, "column \"cost\" goes down to -5, and log is ln(1 + x)");
    let open = crate::world::SCHEMA.replace("min = 0\n    max = 100_000", "");
    for text in [
        "default.number.log = true",
        "default.number.scale = \"range\"",
    ] {
        let intent = Intent::from_toml(&format!("{HEAD}{text}")).unwrap();
        let got = intent.fit(&findings(), &Schema::from_toml(&open).unwrap());
        refused(got, "column \"cost\" has no declared range");
    }
}

#[test]
fn numbers_that_are_held_back_are_named_with_the_way_out() {
    let rest = "of column \"cost\" is held back, since few rows are behind it";
    for (text, number) in [
        ("default.number.impute = \"mean\"", "mean"),
        ("default.number.impute = \"median\"", "quantile"),
        ("default.number.scale = \"standard\"", "mean"),
        ("default.number.scale = \"robust\"", "quantile"),
        ("default.number.winsorise = [0.05, 0.95]", "quantile"),
    ] {
        let got = fit_to(text, |findings| findings.columns[1].numbers = None);
        refused(got, &format!("the {number} {rest}"));
    }
    for (text, number) in [("mean", "mean"), ("most-frequent", "most frequent value")] {
        let text = format!("default.boolean.impute = \"{text}\"");
        let got = fit_to(&text, |findings| findings.columns[2].cells[0].rows = None);
        refused(
            got,
            &format!("the {number} of column \"smoker\" is held back"),
        );
    }
    let text = "default.category = { one_hot = {}, impute = \"most-frequent\" }";
    let got = fit_to(text, |findings| findings.columns[3].cells[0].rows = None);
    refused(
        got,
        "the most frequent value of column \"ward\" is held back",
    );
    refused(
        fit_to("", |findings| findings.rows = None),
        "the statistics tell nothing",
    );
}

#[test]
fn a_value_is_the_most_frequent_one_where_those_held_back_can_t_have_more_rows() {
    let text = "default.category = { one_hot = {}, impute = \"most-frequent\" }";
    let fitted = fit_to(text, |findings| findings.columns[3].cells[3].rows = None).unwrap();
    let text = fitted.to_string();
    assert!(text.contains("missing = { level = \"general\" }"), "{text}");
    let text = "default.boolean.impute = \"most-frequent\"";
    let fitted = fit_to(text, |findings| findings.columns[2].cells[1].rows = None).unwrap();
    let text = fitted.to_string();
    assert!(text.contains("missing = 0.0\n"), "{text}");
}

#[test]
fn a_code_for_which_the_statistics_had_no_room_might_be_the_most_frequent_one() {
    let text = "default.code = { one_hot = {}, impute = \"most-frequent\" }";
    let without_room = |others: u64| {
        move |findings: &mut Findings| {
            findings.columns[4].incomplete = true;
            findings.columns[4].others = Some(others);
        }
    };
    refused(
        fit_to(text, without_room(1_000)),
        "most frequent value of column \"diagnosis\"",
    );
    let fitted = fit_to(text, without_room(100)).unwrap().to_string();
    assert!(fitted.contains("missing = { level = \""), "{fitted}");
    // Any level may be the reference, but it isn't said to be what it need not be.
    let fitted = fit_to("default.code.one_hot = {}", without_room(1_000)).unwrap();
    let fitted = fitted.to_string();
    assert!(
        fitted.contains("# most frequent of the levels that are told"),
        "{fitted}"
    );
}

#[test]
fn levels_that_are_held_back_are_unseen_and_without_any_there_is_nothing_to_fit() {
    let text = "default.category.one_hot = {}";
    let fitted = fit_to(text, |findings| findings.columns[3].cells[3].rows = None).unwrap();
    let text_of = fitted.to_string();
    assert!(text_of.contains("with fewer or held back: 1"), "{text_of}");
    assert!(text_of.contains("unseen = \"other\""), "{text_of}");
    let got = fit_to(text, |findings| {
        findings.columns[3]
            .cells
            .iter_mut()
            .for_each(|cell| cell.rows = None);
    });
    refused(got, "no level of column \"ward\"");
    intent_is_refused(
        "default.category.one_hot.minimum = 5_000",
        "has 5000 rows that are told: lower one_hot.minimum",
    );
    intent_is_refused(
        "default.category.one_hot = { minimum = 50, reference = \"burns\" }",
        "level \"burns\" of column \"ward\" is none of those with 50 rows",
    );
}

#[test]
fn counts_that_no_table_can_have_are_no_panic() {
    let text = "default.integer = { impute = \"mean\" }\ndefault.boolean.impute = \"mean\"\n\
                default.category = { one_hot = {}, impute = \"most-frequent\" }";
    let fitted = fit_to(text, |findings| {
        for column in &mut findings.columns {
            (column.missing, column.outside) = (Some(u64::MAX), Some(u64::MAX));
            let cells = column.cells.iter_mut();
            cells.for_each(|cell| cell.rows = Some(u64::MAX));
        }
    });
    assert!(fitted.unwrap().to_string().contains("mean of 0 values"));
}

#[test]
fn the_only_frequent_level_keeps_its_column_where_others_have_none() {
    for (unseen, terms) in [
        ("zero", ["ward=general"]),
        ("missing", ["ward=general"]),
        ("other", ["ward=other"]),
    ] {
        let text = format!("default.category.one_hot = {{ minimum = 500, unseen = \"{unseen}\" }}");
        let text = fit(&format!("{HEAD}{text}")).unwrap().to_string();
        let preparation = Preparation::from_toml(&text, &schema()).unwrap();
        let names = preparation.terms().iter().map(|term| term.name.as_str());
        assert!(names.eq(terms), "{text}");
    }
}

#[test]
fn evidence_that_is_not_told_is_no_weight() {
    let text = "default.category.woe = true";
    let got = fit_to(text, |findings| findings.columns[3].evidence = None);
    refused(
        got,
        "the statistics have no weights of evidence of column \"ward\"",
    );
    // Codes have none.
    intent_is_refused(
        "default.code.woe = true",
        "no weights of evidence of column \"diagnosis\"",
    );
}

#[test]
fn what_does_not_vary_is_not_scaled() {
    let flat = |findings: &mut Findings| {
        let numbers = findings.columns[1].numbers.as_mut().unwrap();
        numbers.variance = 0.0;
        for quantile in &mut numbers.quantiles {
            (quantile.within.from, quantile.within.to) = (7.0, 7.0);
        }
    };
    for (text, number) in [
        ("default.number.scale = \"standard\"", "variance"),
        (
            "default.number.scale = \"robust\"",
            "distance of the quartiles",
        ),
        (
            "default.number.winsorise = [0.05, 0.95]",
            "distance of the quantiles to winsorise at",
        ),
    ] {
        refused(
            fit_to(text, flat),
            &format!("the {number} of column \"cost\" is none"),
        );
    }
}
