//! What a lying coordinator can pass off as a study's result.

use serde_json::json;

use super::*;
use crate::home::sample;

const PARTIES: [&str; 4] = ["a", "b", "c", "d"];

fn judged(result: &Received, plan: &Plan, own: Option<&str>) -> Verdict {
    result.judge((plan, &"a".parse().unwrap()), own)
}

fn altered(result: &Received, alter: impl FnOnce(&mut Value)) -> Received {
    let mut model = read(&result.model).unwrap();
    alter(&mut model);
    Received {
        model: model.to_string(),
        ..result.clone()
    }
}

#[test]
fn the_model_of_which_there_is_a_copy_is_taken_and_no_other() {
    let plan = sample::plan(&PARTIES, "");
    let result = sample::result(&plan, &PARTIES);
    let own = sample::copy(&result);
    assert_eq!(judged(&result, &plan, Some(&own)), Verdict::Taken);
    let other = altered(&result, |model| {
        model["fit"]["estimates"][1]["coefficient"] = json!(-99.0);
    });
    assert_eq!(judged(&other, &plan, Some(&own)), Verdict::Differs);
    // Whoever has no copy can't tell.
    assert_eq!(judged(&other, &plan, None), Verdict::Taken);
}

#[test]
fn another_model_is_taken_by_one_that_was_left_out_where_the_plan_goes_on() {
    let goes_on = "[protection]\non_dropout = \"continue\"\ndropouts = 1";
    for (protection, left_out, others) in [
        ("", Verdict::Foreign, Verdict::Foreign),
        (goes_on, Verdict::Taken, Verdict::Differs),
    ] {
        let plan = sample::plan(&PARTIES, protection);
        let own = sample::copy(&sample::result(&plan, &PARTIES));
        let judge = |parties: &[&str]| judged(&sample::result(&plan, parties), &plan, Some(&own));
        assert_eq!(judge(&["b", "c", "d"]), left_out);
        assert_eq!(judge(&["a", "b", "c"]), others);
        for wrong in [&["b", "c"][..], &["b", "c", "c"], &["b", "c", "e"]] {
            assert_eq!(judge(wrong), Verdict::Foreign, "{wrong:?}");
        }
    }
}

#[test]
fn what_is_no_result_of_the_plan_is_foreign_to_everybody() {
    let plan = sample::plan(&PARTIES, "");
    let result = sample::result(&plan, &PARTIES);
    let other = plan.to_string().replace("title = \"t\"", "title = \"u\"");
    let alter = |at: &str, to: Value| {
        let result = altered(&result, |model| *model.pointer_mut(at).unwrap() = to);
        (at.to_owned(), result)
    };
    let of_report = |report: &str| {
        let report = report.to_owned();
        let result = result.clone();
        (report.clone(), Received { report, ..result })
    };
    let of_model = |model: &str| {
        let model = model.to_owned();
        let result = result.clone();
        (model.clone(), Received { model, ..result })
    };
    for (what, result) in [
        of_model("\u{1b}[2Jjunk"),
        of_model("{}"),
        of_report("junk"),
        of_report("{}"),
        alter("/plan", other.into()),
        alter("/about/study", "01".repeat(32).into()),
        alter("/fit/family", "poisson".into()),
        alter("/fit/estimates/1/name", "x\u{1b}[2J".into()),
        alter("/fit/design/terms/0/column", 7.into()),
        alter("/fit/raw/columns", json!([])),
        alter("/fit", Value::Null),
    ] {
        assert_eq!(judged(&result, &plan, None), Verdict::Foreign, "{what:?}");
    }
    let mixed = of_report("{}").1;
    let own = sample::copy(&result);
    assert_eq!(judged(&mixed, &plan, Some(&own)), Verdict::Foreign);
}

#[test]
fn an_alignment_leads_to_a_report_of_its_study_and_to_no_model() {
    let plan: Plan = "title = \"t\"\npurpose = \"p\"\nkind = \"align\"\n\
                      [[key.part]]\ncolumn = \"id\"\nkind = \"text\"\n\
                      [[party]]\nname = \"a\"\ndata = \"rows\"\n\
                      [[party]]\nname = \"b\"\ndata = \"rows\"\n"
        .parse()
        .unwrap();
    let of = |study: &str| json!({ "about": { "study": study } }).to_string();
    let own = of(&plan.hash().to_string());
    for (model, report, expected) in [
        ("", own.as_str(), Verdict::Taken),
        ("", of(&"01".repeat(32)).as_str(), Verdict::Foreign),
        ("", "", Verdict::Foreign),
        (own.as_str(), own.as_str(), Verdict::Foreign),
    ] {
        let (model, report) = (model.to_owned(), report.to_owned());
        let result = Received { model, report };
        assert_eq!(judged(&result, &plan, None), expected, "{result:?}");
    }
}
