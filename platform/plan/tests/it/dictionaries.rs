//! Plans that look codes up in a list.

use consilium_codes::Form;
use consilium_dictionary::{Breach, DictionaryError};
use consilium_plan::{
    Audience, Code, Dictionary, Failure, Lang, Obstacle, Phase, Plan, PlanError, RowsBy, Task,
};
use consilium_schema::{Codes, Differing, RawKind, Schema};

use crate::party;

/// The guide's plan.
fn text() -> &'static str {
    let guide = include_str!("../../../../docs/guide/codes.md");
    let block = guide.split("```toml\n").nth(2).unwrap();
    block.split("```").next().unwrap()
}

pub(crate) fn codes() -> Plan {
    Plan::from_toml(text()).unwrap()
}

fn changed(from: &str, to: &str) -> Result<Plan, PlanError> {
    assert!(text().contains(from), "{from}");
    Plan::from_toml(&text().replacen(from, to, 1))
}

fn task(plan: &Plan) -> &Dictionary {
    match plan.task() {
        Task::Dictionary(task) => task,
        _ => panic!("it looks codes up"),
    }
}

#[test]
fn the_canonical_text_is_the_plan_again() {
    for (from, to) in [
        ("kind", "kind"),
        ("list = \"source\"", ""),
        ("list = \"source\"", "list = \"source\"\nmost_codes = 7"),
        ("system = \"icd-10-cm\"", "system = \"local-items\""),
        ("minimum_cell = 10", "minimum_cell = 5\nruns = 3"),
    ] {
        let plan = changed(from, to).unwrap();
        let again: Plan = plan.to_string().parse().unwrap();
        assert_eq!(again, plan, "{to}");
        assert_eq!(again.hash(), plan.hash());
        assert_eq!(again.to_string(), plan.to_string());
    }
}

#[test]
fn each_party_has_its_column_and_the_terms_are_the_plan_s() {
    let plan = codes();
    let task = task(&plan);
    assert_eq!(task.column_of(&party("insurer")), "source");
    assert_eq!(task.column_of(&party("hospital")), "diagnosis");
    assert_eq!(task.form(), Form::Icd10);
    let terms = task.terms(&plan);
    assert_eq!(terms.study, *plan.hash().as_bytes());
    assert_eq!((terms.minimum, terms.most_codes), (10, 4096));
    assert_eq!(terms.system, "icd-10-cm");
    assert!(plan.respondents(task).eq([&party("hospital")]));
    assert_eq!(plan.phases(), [Phase::Align]);
    assert_eq!(plan.verified_needed(), 2);
    let named = changed("list = \"source\"", "").unwrap();
    let Task::Dictionary(task) = named.task() else {
        panic!("it looks codes up");
    };
    assert_eq!(task.column_of(&party("insurer")), "diagnosis");
}

#[test]
fn plans_that_make_no_sense_are_refused_where_they_do() {
    let third = "[[party]]\nname = \"c\"\ndata = \"d\"\nreceives = false\n";
    let party = |name| format!("[[party]]\nname = \"{name}\"\ndata = \"d\"\n");
    let eight = ["c", "d", "e", "f", "g", "h", "i"].map(party).concat();
    for (from, to, said) in [
        (
            "holder = \"insurer\"",
            "holder = \"nobody\"",
            "no contributor",
        ),
        ("icd-10-cm", "ICD10", "a system of codes is needed"),
        ("icd-10-cm", "local-Own", "a system of codes is needed"),
        ("list = \"source\"", "most_codes = 0", "1 to 65536"),
        ("minimum_cell = 10", "minimum_cell = 4", "5 to"),
        ("minimum_cell = 10", "minimum_cell = 37", "5, 10, 20"),
        ("minimum_cell = 10", "minimum_cohort = 10", "no meaning"),
        ("minimum_cell = 10", "minimum_verified = 1", "no meaning"),
        ("[limits]", "[align]\nminimum = 10\n[limits]", "no meaning"),
        (
            "[[party]]",
            &format!("{third}[[party]]"),
            "one to seven use codes",
        ),
        (
            "[[party]]",
            &format!("{eight}[[party]]"),
            "one to seven use codes",
        ),
        (
            "column = \"diagnosis\"",
            "column = \" \"",
            "characters are needed",
        ),
        (
            "[dictionary]\nholder = \"insurer\"\nsystem = \"icd-10-cm\"\ncolumn = \"diagnosis\"\nlist = \"source\"",
            "",
            "missing field `dictionary`",
        ),
    ] {
        let error = changed(from, to).unwrap_err().to_string();
        assert!(error.contains(said), "{to}: {error}");
    }
    let elsewhere = crate::aligned_text().to_owned()
        + "[dictionary]\nholder = \"insurer\"\nsystem = \"atc\"\ncolumn = \"c\"\n";
    let error = Plan::from_toml(&elsewhere).unwrap_err().to_string();
    assert!(error.contains("no meaning"), "{error}");
}

#[test]
fn a_column_that_is_not_there_or_is_of_another_system_is_an_obstacle() {
    let plan = codes();
    let obstacle = |of: &str, kind: &str| {
        let schema = Schema::from_toml(&format!("[[column]]\nname = \"diagnosis\"\n{kind}\n"));
        task(&plan).obstacle(&party(of), &schema.unwrap())
    };
    let same = "type = \"code\"\ncodes = { system = \"icd-10-cm\", version = \"2026\" }";
    assert_eq!(obstacle("hospital", same), None);
    let differs = |parts: Vec<Differing>| Obstacle::DiffersIn("diagnosis".to_owned(), parts);
    let other = obstacle(
        "hospital",
        "type = \"code\"\ncodes = { system = \"icd-9-cm\" }",
    );
    let icd9 = Codes::new("icd-9-cm", None).unwrap();
    assert_eq!(other, Some(differs(vec![Differing::Codes(Some(icd9))])));
    // Numbers of records may look like codes: a schema must say that they are some.
    let unsaid = obstacle("hospital", "type = \"code\"");
    assert_eq!(unsaid, Some(differs(vec![Differing::Codes(None)])));
    for kind in [RawKind::Text, RawKind::Date] {
        let found = obstacle("hospital", &format!("type = \"{}\"", kind.name()));
        let parts = vec![Differing::Type(kind), Differing::Codes(None)];
        assert_eq!(found, Some(differs(parts)));
    }
    let missing = Some(Obstacle::Missing("source".to_owned()));
    assert_eq!(obstacle("insurer", "type = \"code\""), missing);
}

#[test]
fn the_list_and_codes_of_a_house_are_said_to_be_codes_too() {
    let local = changed("system = \"icd-10-cm\"", "system = \"local-items\"").unwrap();
    for (plan, of, column) in [
        (codes(), "insurer", "source"),
        (local, "hospital", "diagnosis"),
    ] {
        let task = task(&plan);
        let obstacle = |codes: &str| {
            let text = format!("[[column]]\nname = \"{column}\"\ntype = \"code\"\n{codes}");
            task.obstacle(&party(of), &Schema::from_toml(&text).unwrap())
        };
        let said = format!("codes = {{ system = \"{}\" }}", task.system);
        assert_eq!(obstacle(&said), None);
        let unsaid = obstacle("").unwrap();
        let told = plan.told_of(&party(of), &unsaid);
        assert_eq!(told.code, Code::DataColumnDiffers);
        let what = told.what(Lang::En);
        let wanted = format!("code system none (plan: {})", task.system);
        assert!(what.contains(&wanted), "{what}");
    }
}

#[test]
fn every_line_of_the_protocol_is_told_to_whom_it_concerns() {
    let plan = codes();
    let lines = plan.disclosures();
    let says = |to: Audience, what: &str| {
        lines
            .iter()
            .any(|line| line.to == to && line.what(Lang::En).contains(what))
    };
    assert!(says(Audience::ListHolder, "not in the list"));
    assert!(says(
        Audience::ListHolder,
        "if its list is empty or made up"
    ));
    assert!(says(Audience::Respondents, "whether it is in the list"));
    assert!(says(Audience::Coordinator, "the size of the list"));
    assert!(says(Audience::Nobody, "rows are counted, not people"));
    assert!(says(Audience::Nobody, "merely look like codes"));
    assert!(!says(Audience::Nobody, "any text"));
    let reader = |to| {
        lines
            .iter()
            .find(|line| line.to == to)
            .unwrap()
            .reader(Lang::En)
    };
    assert!(reader(Audience::ListHolder).starts_with("insurer"));
    assert!(reader(Audience::Respondents).contains("(hospital)"));
    let local = changed("icd-10-cm", "local").unwrap();
    let warned = local.disclosures();
    assert!(
        warned
            .iter()
            .any(|line| line.what(Lang::En).contains("any text"))
    );
}

#[test]
fn the_cost_is_that_of_the_codes_that_are_compared_and_of_the_list() {
    let plan = codes();
    let rows = RowsBy::each(1000)
        .with(party("hospital"), 100_000)
        .with(party("insurer"), 70_000);
    let costs = plan.costs(&rows);
    let of = |name: &str| costs.of_party(&party(name)).unwrap();
    // 4,096 codes of 32 bytes, and the same told.
    assert!(
        (175_000..190_000).contains(&of("hospital").sent),
        "{costs:?}"
    );
    // A table of 131,072 codes of 54 bits and more, and the answers.
    assert!(
        (1_000_000..1_100_000).contains(&of("insurer").sent),
        "{costs:?}"
    );
    assert!(of("insurer").cpu_s() > 2.0 && of("hospital").cpu_s() < 1.0);
    assert!(plan.estimate().core_seconds >= 5);
}

#[test]
fn errors_are_failures_that_name_no_code() {
    let (me, peer) = (party("insurer"), party("hospital"));
    let failure = |error: &DictionaryError| Failure::of_dictionary(error, &me);
    assert_eq!(failure(&DictionaryError::Empty).code, Code::DictionaryEmpty);
    let long = failure(&DictionaryError::TooLong { size: 1 << 20 });
    assert_eq!(long.code, Code::DictionaryTooLong);
    assert!(long.what(Lang::En).contains("262144"));
    let breach = Breach::Listed { index: 3 };
    let deviates = failure(&DictionaryError::Breach { peer, breach });
    assert_eq!(deviates.code, Code::DictionaryPeerDeviates);
    assert!(deviates.what(Lang::En).contains("hospital"));
    assert!(Code::DictionaryEmpty.follows_from_rows());
    assert!(!Code::DictionaryPeerDeviates.follows_from_rows());
}
