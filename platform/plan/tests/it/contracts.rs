//! What contributors must mean alike, and how it is told that they don't.

use consilium_contract::{ContractError, Difference, Part};
use consilium_plan::{Code, Failure, Lang, Plan};
use consilium_schema::{Codes, Differing, Schema};

use crate::{heart, party};

fn difference(column: &str, part: Part) -> Difference {
    Difference {
        column: column.to_owned(),
        of: party("va"),
        from: party("cleveland"),
        part,
    }
}

/// A unit that differs from the heart plan's.
fn unit(column: &str) -> Difference {
    let plan = heart();
    let planned = plan.task().planned(&party("va"), "age").unwrap();
    let part = Part::Column {
        differing: vec![Differing::Unit(Some("mo".parse().unwrap()))],
        other: planned,
    };
    difference(column, part)
}

#[test]
fn a_schema_that_is_the_plans_gives_the_plans_contract() {
    let plan = heart();
    let text = include_str!("../../../../examples/heart-disease/schema.toml");
    let of = |text: &str| plan.contract(&party("va"), &Schema::from_toml(text).unwrap());
    let own = of(text).unwrap().unwrap();
    let planned = plan.planned_contract(&party("va")).unwrap();
    assert_eq!(own.hash(), planned.hash());
    let refused = of(&text.replace("\"a\"", "\"mo\"")).unwrap_err();
    assert_eq!(refused.code, Code::DataColumnDiffers);
    let refused = of(&text.replace("\"chol\"", "\"cholesterol\"")).unwrap_err();
    assert_eq!(refused.code, Code::DataColumnMissing);
}

#[test]
fn who_brings_other_columns_has_nothing_to_compare() {
    let all = |plan: &Plan| -> Vec<_> { plan.contributors().map(|(it, _)| it.clone()).collect() };
    let plan = heart();
    assert_eq!(plan.sharing(&party("va"), &all(&plan)).len(), 4);
    let plan = crate::hybrids::grown();
    let (hospital, insurer) = (party("north"), party("insurer"));
    assert_eq!(plan.sharing(&hospital, &all(&plan)).len(), 3);
    assert!(plan.planned_contract(&hospital).is_some());
    assert!(plan.sharing(&insurer, &all(&plan)).is_empty());
    assert!(plan.planned_contract(&insurer).is_none());
}

#[test]
fn a_difference_is_told_with_both_sides_in_both_languages() {
    let codes = |version| Codes::new("icd-10-cm", Some(version)).unwrap();
    let table = Part::Table {
        codes: codes("2026"),
        other: codes("2026"),
    };
    let differs = ContractError::Differs(vec![unit("age"), difference("heart", table)]);
    let told = Failure::of_contract(&differs, &party("switzerland"));
    assert_eq!(told.code, Code::ContractDiffers);
    let said = told.what(Lang::En);
    for part in [
        "age at va: unit mo (cleveland: a); ",
        "heart at va: contents of the table of codes icd-10-cm 2026 (cleveland: icd-10-cm 2026)",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let said = told.what(Lang::Zh);
    assert!(
        said.contains("va 的 age：单位 mo（cleveland：a）；"),
        "{said}"
    );
}

#[test]
fn many_differences_are_counted_where_there_is_no_room_to_name_them() {
    let names = (0..40).map(|at| format!("column number {at}"));
    let many: Vec<Difference> = names.map(|name| unit(&name)).collect();
    let told = Failure::of_contract(&ContractError::Differs(many), &party("va"));
    for lang in Lang::ALL {
        let said = told.what(lang);
        assert!(said.contains(lang.pick(" more", "另有")), "{said}");
        assert!(!said.contains('…'), "{said}");
    }
}
