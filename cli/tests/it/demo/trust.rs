//! The demo in which six hospitals measure their own stays.

use std::fs;

use serde_json::Value;

use crate::{mapping::is_built, printed};

#[test]
fn shifted_codes_are_found_at_home_and_cost_the_model_of_all() {
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

    assert_eq!(result["metrics"]["poisoned_worst_by_retraining"], true);
    let hospitals = result["hospitals"].as_array().unwrap();
    let of = |name: &str| hospitals.iter().find(|it| it["party"] == name).unwrap();
    let number = |name: &str, key: &str| of(name)[key].as_f64().unwrap();
    assert_eq!(hospitals.last().unwrap()["party"], "west");
    // Labels that are wrong look like labels: what sees them isn't quality.
    assert!((number("south", "total") - number("north", "total")).abs() < 2.0);
    assert!(number("west", "conformity") < number("north", "conformity") - 10.0);

    for hospital in hospitals {
        let own = folder
            .path()
            .join("left/data")
            .join(hospital["party"].as_str().unwrap());
        for page in ["quality/quality.html", "privacy/privacy.html"] {
            let page = fs::read_to_string(own.join(page)).unwrap();
            assert!(page.ends_with("</body></html>\n") && !page.contains("<script"));
        }
    }
}
