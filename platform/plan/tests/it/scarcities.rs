//! Plans that find out how much others lack.

use consilium_plan::{
    Audience, Code, Failure, Lang, Obstacle, Phase, Plan, PlanError, RawPlan, RowsBy, Scarcity,
    Task,
};
use consilium_scarcity::{Bins, ScarcityError};
use consilium_schema::Schema;

use crate::party;

/// The guide's plan.
fn text() -> &'static str {
    let guide = include_str!("../../../../docs/guide/scarcity.md");
    let block = guide.split("```toml\n").nth(1).unwrap();
    block.split("```").next().unwrap()
}

pub(crate) fn rare() -> Plan {
    Plan::from_toml(text()).unwrap()
}

/// The plan of the four hospitals, which counts no entities.
pub(crate) fn rare_rows() -> Plan {
    let text = include_str!("../../../../examples/heart-disease/scarcity.toml");
    let schema = include_str!("../../../../examples/heart-disease/schema.toml");
    let schema = Schema::from_toml(schema).unwrap();
    let raw = RawPlan::parse(text).unwrap();
    Plan::check(&raw, &[("schema.toml", schema)].into()).unwrap()
}

fn changed(from: &str, to: &str) -> Result<Plan, PlanError> {
    assert!(text().contains(from), "{from}");
    Plan::from_toml(&text().replacen(from, to, 1))
}

fn task(plan: &Plan) -> &Scarcity {
    match plan.task() {
        Task::Scarcity(task) => task,
        _ => panic!("it finds out what others lack"),
    }
}

#[test]
fn the_canonical_text_is_the_plan_again() {
    let plans = [
        Ok(rare_rows()),
        changed("kind", "kind"),
        changed("delta = 1e-6", ""),
        changed("buckets = 16_384", "falsely = 0.1\npseudo_count = 2"),
        changed("minimum_rows = 1_000", "minimum_verified = 4"),
    ];
    for plan in plans {
        let plan = plan.unwrap();
        let again: Plan = plan.to_string().parse().unwrap();
        assert_eq!(again, plan);
        assert_eq!(again.hash(), plan.hash());
        assert_eq!(again.to_string(), plan.to_string());
    }
}

#[test]
fn columns_have_bins_and_entities_are_counted_where_there_is_a_key() {
    let plan = rare();
    let task = task(&plan);
    let asked = &task.specification;
    let bins: Vec<usize> = asked.columns.iter().map(|it| it.bins.count()).collect();
    assert_eq!(bins, [3, 4, 6, 6]);
    assert_eq!(
        asked.columns[2].bins,
        Bins::Cuts(vec![18.0, 40.0, 65.0, 80.0])
    );
    assert_eq!((asked.noise.epsilon, asked.noise.honest), (1.0, 3));
    let sketch = asked.sketch.unwrap();
    assert_eq!((sketch.buckets, sketch.entities), (16_384, 60_000));
    assert!(task.key_columns().eq(["insurance_number"]));
    assert_eq!(task.agreement().sums(), 2);
    assert_eq!(plan.phases(), [Phase::Scarcity]);
    assert!(plan.task().column_names().contains(&"insurance_number"));
    let Task::Scarcity(rows) = rare_rows().task().clone() else {
        panic!("it finds out what others lack");
    };
    assert!(rows.key.is_none() && rows.agreement().sums() == 1);
}

#[test]
fn plans_that_make_no_sense_are_refused_where_they_do() {
    let fourth = "[[party]]\nname = \"west\"\ndata = \"stays\"\n";
    let cases = [
        (fourth, "", "four or more contributors"),
        ("epsilon = 1.0", "epsilon = 0", "scarcity.epsilon"),
        ("epsilon = 1.0", "", "epsilon"),
        ("entities = 60_000", "", "scarcity.entities"),
        ("buckets = 16_384", "buckets = 9", "scarcity.buckets"),
        (
            "buckets = 16_384",
            "pseudo_count = 0",
            "scarcity.pseudo_count",
        ),
        ("age = [18, 40, 65, 80]", "", "cut points"),
        ("age = [18, 40, 65, 80]", "age = [40, 18]", "scarcity.cuts"),
        ("days = [2", "sex = [1]\ndays = [2", "no number"),
        ("days = [2", "weight = [1]\ndays = [2", "weight"),
        ("\"age\", \"days\"]", "\"age\", \"age\"]", "features"),
        (
            "minimum_rows = 1_000",
            "minimum_cell = 5",
            "limits.minimum_cell",
        ),
        (
            "[limits]",
            "[protection]\ndropouts = 1\n[limits]",
            "protection.dropouts",
        ),
        ("[limits]", "[statistics]\n[limits]", "scarcity"),
        ("[limits]", "[align]\n[limits]", "scarcity"),
    ];
    for (from, to, said) in cases {
        let error = changed(from, to).unwrap_err().to_string();
        assert!(error.contains(said), "{to}: {error}");
    }
    let begin = text().find("\n[key]").unwrap();
    let end = text().find("\n[limits]").unwrap();
    let no_key = text().replace(&text()[begin..end], "");
    let error = Plan::from_toml(&no_key).unwrap_err().to_string();
    assert!(error.contains("scarcity.entities"), "{error}");
    let elsewhere = include_str!("expected/heart.toml")
        .replace("[limits]", "[scarcity]\nepsilon = 1\n[limits]");
    assert!(elsewhere.parse::<Plan>().is_err());
}

#[test]
fn a_data_set_needs_the_columns_and_the_key() {
    let plan = rare();
    let columns = task(&plan).columns.iter().map(ToString::to_string);
    let columns = columns.collect::<Vec<_>>().join("\n");
    let schema = |key: &str| Schema::from_toml(&format!("{columns}\n{key}")).unwrap();
    let key = |kind: &str| format!("[[column]]\nname = \"insurance_number\"\ntype = \"{kind}\"\n");
    let obstacles = |key: &str| task(&plan).obstacles(&schema(key));
    assert_eq!(obstacles(&key("text")), []);
    let name = "insurance_number".to_owned();
    assert_eq!(obstacles(""), [Obstacle::Missing(name.clone())]);
    assert_eq!(
        obstacles(&key("boolean")),
        [Obstacle::Differs(name.clone())]
    );
    let told = plan.told_of(&party("north"), &Obstacle::Differs(name));
    assert_eq!(told.code, Code::KeysColumn);
}

#[test]
fn every_line_of_the_protocol_is_in_the_plan() {
    let plan = rare();
    let lines = plan.disclosures();
    for line in consilium_scarcity::disclosures(&task(&plan).specification) {
        let is_it = |it: &&consilium_plan::Disclosure| it.what(Lang::En) == line.learns;
        assert!(lines.iter().any(|it| is_it(&it)), "{}", line.learns);
    }
    let hidden = lines.iter().filter(|line| line.to == Audience::Nobody);
    let hidden: Vec<_> = hidden.map(|line| line.what(Lang::En)).collect();
    assert!(
        hidden.iter().any(|line| line.contains("ε = 1 ")),
        "{hidden:?}"
    );
}

#[test]
fn errors_become_failures_that_name_who_is_to_blame() {
    let me = party("north");
    let aggregator = party("coordinator");
    let cases = [
        (
            ScarcityError::FalseTables {
                aggregator: aggregator.clone(),
            },
            Code::StatisticsDiffer,
            "north",
        ),
        (
            ScarcityError::FalseZeros {
                aggregator: aggregator.clone(),
            },
            Code::StatisticsDiffer,
            "north",
        ),
        (
            ScarcityError::BadAnswer { aggregator },
            Code::MessageMalformed,
            "coordinator",
        ),
        (
            ScarcityError::BadKey {
                peer: party("east"),
            },
            Code::MessageMalformed,
            "east",
        ),
        (
            ScarcityError::Dropped {
                differing: party("west"),
            },
            Code::PartyAborted,
            "west",
        ),
        (ScarcityError::BadRows, Code::Internal, "north"),
    ];
    for (error, code, named) in cases {
        let failure = Failure::of_scarcity(&error, &me);
        assert_eq!(
            (failure.code, failure.party),
            (code, Some(party(named))),
            "{error}"
        );
    }
}

#[test]
fn costs_follow_from_the_plan() {
    let plan = rare();
    let costs = plan.costs(&RowsBy::each(10_000));
    let own = costs.of_party(&party("north")).unwrap();
    // Five vectors of 16,384 buckets of four bytes, and little beside.
    assert!((327_680..400_000).contains(&own.sent), "{}", own.sent);
    let more = plan.costs(&RowsBy::each(100_000));
    assert!(more.of_party(&party("north")).unwrap().cpu_s() > own.cpu_s());
    assert_eq!(costs.sums, 2);
}
