//! Plans that have institutions' rows count less than others'.

use consilium_evaluation::Weight;
use consilium_plan::{Audience, Lang, Plan, PlanError};

use crate::{full, full_text, heart, party, trees_text, try_heart};

/// The plan of the four hospitals with weights of some.
fn weighted(weights: &[(&str, &str)]) -> Result<Plan, PlanError> {
    let weights = weights.to_vec();
    try_heart(move |mut text| {
        for (party, weight) in weights {
            let name = format!("name = \"{party}\"\n");
            assert!(text.contains(&name), "{party}");
            text = text.replacen(&name, &format!("{name}weight = {weight}\n"), 1);
        }
        text
    })
}

fn refusal(weight: &str) -> String {
    weighted(&[("hungarian", weight)]).unwrap_err().to_string()
}

fn lines(plan: &Plan, to: Audience) -> Vec<String> {
    let lines = plan.disclosures().into_iter().filter(|line| line.to == to);
    lines.map(|line| line.what(Lang::En).to_owned()).collect()
}

#[test]
fn a_plan_whose_rows_all_count_in_full_is_as_it_always_was() {
    let plan = weighted(&[("hungarian", "1"), ("cleveland", "1.0")]).unwrap();
    assert_eq!(plan, heart());
    assert_eq!(plan.hash(), heart().hash());
    assert!(!plan.is_weighted());
    assert!(!plan.to_string().contains("weight"));
}

#[test]
fn weights_are_signed_and_read_again() {
    let plan = weighted(&[("hungarian", "0.8"), ("switzerland", "0.30")]).unwrap();
    let text = plan.to_string();
    assert!(text.contains("receives = true\nweight = 0.8\n"), "{text}");
    assert_eq!(text.parse::<Plan>().unwrap(), plan);
    assert_ne!(plan.hash(), heart().hash());
    let [full, eight, three] =
        ["cleveland", "hungarian", "switzerland"].map(|name| plan.weight(&party(name)).get());
    assert_eq!(
        (full, eight, three).partial_cmp(&(1.0, 0.8, 0.3)),
        Some(std::cmp::Ordering::Equal)
    );
    let other = weighted(&[("hungarian", "0.8"), ("switzerland", "0.4")]).unwrap();
    assert_ne!(plan.hash(), other.hash());
}

#[test]
fn a_steward_reads_what_each_row_counts() {
    let plan = weighted(&[("hungarian", "0.8"), ("switzerland", "0.3")]).unwrap();
    let [page, zh] = Lang::ALL.map(|lang| plan.summary(None, lang));
    assert!(
        page.contains(
            "- hungarian brings data set heart, each row of which counts 0.8 in the fit and"
        ),
        "{page}"
    );
    assert!(page.contains("Standard errors take a weight for a number of rows"));
    assert!(zh.contains("拟合中其每行按 0.3 计"), "{zh}");
    assert!(!page.contains("counts 1 "));
    let page = heart().summary(None, Lang::En);
    assert!(!page.contains("weight for"), "{page}");
}

#[test]
fn what_weights_tell_of_whom_is_disclosed() {
    let alone = weighted(&[("hungarian", "0.8"), ("switzerland", "0.3")]).unwrap();
    let told = lines(&alone, Audience::Coordinator);
    assert!(
        told.iter()
            .any(|line| line.starts_with("of the contributors of each weight together"))
    );
    let named = told
        .iter()
        .find(|line| line.starts_with("hence nearly the same of"));
    // Two have full weight, where one may collude: that is too few, too.
    let named = named.unwrap();
    assert!(
        named.contains("cleveland, va, hungarian, switzerland, each of a weight that fewer than 3"),
        "{named}"
    );
    let hidden = lines(&alone, Audience::Nobody);
    assert!(
        hidden
            .iter()
            .any(|line| line.ends_with("contributors by their weights"))
    );

    // All sums are then the same but for a factor: there is nothing to subtract.
    let all = ["cleveland", "hungarian", "switzerland", "va"].map(|name| (name, "0.5"));
    let alike = weighted(&all).unwrap();
    assert!(alike.is_weighted());
    assert_eq!(alike.disclosures(), heart().disclosures());
}

#[test]
fn weights_that_are_none_are_refused_where_they_stand() {
    for weight in ["0.0", "-0.5", "1.01", "0.009", "nan", "inf"] {
        let error = refusal(weight);
        assert!(
            error.contains("party.weight: a weight is at least 0.01 and at most 1"),
            "{error}"
        );
        assert!(error.starts_with("line "), "{error}");
    }
}

#[test]
fn rows_are_weighed_only_where_sums_are_exact_and_of_all() {
    let with = |from: &str, to: &str| {
        let text =
            full_text().replacen("name = \"north\"\n", "name = \"north\"\nweight = 0.5\n", 1);
        assert!(text.contains(from), "{from}");
        Plan::from_toml(&text.replacen(from, to, 1))
            .unwrap_err()
            .to_string()
    };
    let error = with("runs = 100", "runs = 100");
    assert!(
        error.contains("party.weight: where rows are weighed no two sets"),
        "{error}"
    );
    let error = with(
        "[model]\n",
        "[model]\nmethod = \"surrogate\"\nlead = \"north\"\n",
    );
    assert!(
        error.contains("weight is for regressions by Newton's steps without noise"),
        "{error}"
    );
    let error = with("kind = \"train-glm\"", "kind = \"statistics\"");
    assert!(
        error.contains("has no meaning in a plan of kind"),
        "{error}"
    );
}

#[test]
fn a_plan_is_weighed_as_if_its_weights_had_been_written() {
    let weights = [("hungarian", 0.8), ("va", 0.3)];
    let weights = weights.map(|(name, weight)| (party(name), Weight::try_from(weight).unwrap()));
    let weighed = heart().weighed(&weights.into()).unwrap();
    assert_eq!(
        weighed,
        weighted(&[("hungarian", "0.8"), ("va", "0.3")]).unwrap()
    );
    let error = full().weighed(&[(party("north"), Weight::LEAST)].into());
    assert!(error.unwrap_err().to_string().contains("party.weight"));
}

#[test]
fn trees_are_weighed_too() {
    let text = trees_text();
    let (head, tail) = text.split_once("[[party]]\n").unwrap();
    let plan: Plan = format!("{head}[[party]]\nweight = 0.25\n{tail}")
        .parse()
        .unwrap();
    assert!(plan.is_weighted());
    let page = plan.summary(None, Lang::En);
    assert!(page.contains("counts 0.25 in the fit"), "{page}");
    assert!(!page.contains("Standard errors"), "{page}");
}
