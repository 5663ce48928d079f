//! The demo in which hospitals measure their own rows.

use std::fs;

use serde_json::Value;

use crate::{mapping::is_built, printed};

#[test]
fn mistakes_are_on_the_cards_and_cards_make_the_model_better() {
    if !is_built() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let printed = printed(folder.path(), &["demo", "trust", "--json", "--out", "left"]);
    let result: Value = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
    let name = (&result["demo"], &result["ok"]);
    assert_eq!(name, (&"trust".into(), &true.into()));
    let metric = |name: &str| result["metrics"][name].as_f64().unwrap();
    assert!((metric("rows") - 99_343.0).abs() < 0.5, "{result}");
    assert!(metric("auc_sound") > metric("auc_unweighted"), "{result}");
    // More than what other test rows would make of it.
    let gained = &result["metrics"]["auc_gained"];
    let apart = metric("auc_weighted") - metric("auc_unweighted");
    assert!((gained["value"].as_f64().unwrap() - apart).abs() < 1e-12);
    assert!(gained["low"].as_f64().unwrap() > 0.0, "{result}");
    for name in [
        "poisoned_ranked_last",
        "poisoned_refused",
        "shifted_codes_ranked_last",
        "poisoned_worst_by_retraining",
    ] {
        assert_eq!(result["metrics"][name], true, "{name}: {result}");
    }
    let hospitals = result["hospitals"].as_array().unwrap();
    let of = |name: &str| hospitals.iter().find(|it| it["party"] == name).unwrap();
    let number = |name: &str, key: &str| of(name)[key].as_f64().unwrap();
    for hospital in hospitals {
        let is_mistaken = hospital["mistake"].is_string();
        let score = hospital["composite"].as_f64().unwrap();
        assert_eq!(
            (hospital["refused"] == true, score < 60.0),
            (is_mistaken, is_mistaken)
        );
        // The middle of the band that others see.
        let weight = hospital["weight"].as_f64().unwrap();
        assert!((100.0 * weight - score).abs() <= 10.0, "{hospital}");
    }
    // Labels that are wrong look like labels: what sees them isn't quality.
    assert!((number("south", "quality") - number("north", "quality")).abs() < 2.0);
    assert!(number("west", "conformity") < number("north", "conformity") - 10.0);
    // Codes that nobody else has at these places are rare.
    assert!(number("west", "scarcity") > number("north", "scarcity") + 50.0);
    assert!(number("south", "scarcity") < 10.0);

    let four = result["heart"].as_array().unwrap();
    assert_eq!(four.len(), 4);
    for hospital in four {
        for name in ["quality", "privacy", "scarcity", "value", "composite"] {
            let score = hospital[name].as_f64().unwrap();
            let [low, high] = [0, 1].map(|end| hospital["intervals"][name][end].as_f64().unwrap());
            assert!(low <= score && score <= high, "{name}: {hospital}");
        }
        let worth = &hospital["worth"];
        assert!(
            worth["standard_error"].as_f64().unwrap() > 0.0,
            "{hospital}"
        );
    }
    let page = fs::read_to_string(folder.path().join("left/report.html")).unwrap();
    assert!(page.ends_with("</body></html>\n") && !page.contains("<script"));
    // Each hospital's own pages lie where it says.
    let links: Vec<&str> = page.split("href=\"").skip(1).collect();
    assert_eq!(links.len(), 3 * (four.len() + hospitals.len()));
    for link in links {
        let (link, _) = link.split_once('"').unwrap();
        let page = fs::read_to_string(folder.path().join("left").join(link)).unwrap();
        assert!(page.ends_with("</body></html>\n") && !page.contains("<script"));
    }
}
