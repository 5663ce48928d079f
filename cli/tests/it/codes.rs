//! Codes and names, from a publisher's file to a decision.

use std::{fs, path::Path};

use crate::{consilium, printed};

const GEM: &str = "icd9cm,icd10cm,flags,approximate,no_map,combination,scenario,choice_list\n\
                   0010,A000,00000,0,0,0,0,0\n\
                   25050,E11311,10000,1,0,0,0,0\n\
                   25050,E11319,10000,1,0,0,0,0\n\
                   1.0,A000,00000,0,0,0,0,0\n";

fn map_in(folder: &Path) {
    fs::write(folder.join("published.csv"), GEM).unwrap();
    let editions = [
        "--from",
        "icd-9-cm@2018",
        "--to",
        "icd-10-cm@2018",
        "-o",
        "gem.csv",
        "--json",
    ];
    let line = printed(
        folder,
        &[&["codes", "import", "gem", "published.csv"], &editions[..]].concat(),
    );
    assert!(line.contains("\"entries\":2"), "{line}");
    assert!(line.contains("\"line\":5"), "{line}");
}

#[test]
fn a_published_map_is_imported_checked_and_applied() {
    let folder = tempfile::tempdir().unwrap();
    map_in(folder.path());
    let checked = printed(folder.path(), &["codes", "check", "gem.csv", "--json"]);
    assert!(checked.contains("\"ambiguous\":1"), "{checked}");
    let undecided = [
        "codes",
        "map",
        "gem.csv",
        "--rule",
        "only-unambiguous",
        "25050",
        "001.0",
        "--json",
    ];
    let lines = printed(folder.path(), &undecided);
    assert!(
        lines.contains("undecided") && lines.contains("A00.0"),
        "{lines}"
    );
    let chinese = ["--lang", "zh", "codes", "check", "published.csv"];
    let refused = consilium(folder.path(), &chinese);
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("分隔行") && told.contains("提示："), "{told}");
}

#[test]
fn a_report_tells_codes_rows_and_money_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    map_in(folder.path());
    let claims = "dx,paid\n001.0,10\n25050,\"1,000\"\n1.0,5\n,7\n99999,many\n";
    fs::write(folder.path().join("claims.csv"), claims).unwrap();
    let asked = [
        "codes",
        "report",
        "--codes",
        "claims.csv",
        "--column",
        "dx",
        "--system",
        "icd-9-cm",
        "--map",
        "gem.csv",
        "--money",
        "paid",
    ];
    let line = printed(folder.path(), &[&asked[..], &["--json"]].concat());
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["total"]["rows"], 4);
    assert_eq!(line["mapping"]["ambiguous"]["money"], 1000.0);
    assert_eq!(line["unclear"]["leading-zeros"]["codes"], 1);
    assert_eq!(line["unread"]["money"], 1);
    assert_eq!(line["offenders"][0]["code"], "250.50");
    for (lang, words) in [
        ("en", ["ambiguous", "not in the map"]),
        ("zh", ["多种可能", "映射表中没有"]),
    ] {
        let page = printed(folder.path(), &[&["--lang", lang], &asked[..]].concat());
        assert!(words.iter().all(|word| page.contains(word)), "{page}");
    }
}

#[test]
fn names_are_matched_decided_on_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "published.csv",
        "variant,canonical\nglucophage,metformin\n阿莫西林,amoxicillin\n",
    );
    write(
        "fees.csv",
        "item\n阿莫西林胶囊 0.25g*24粒\nmetformin hcl 500 mg tab\nMetformin\n",
    );
    let import = [
        "codes",
        "import",
        "drug-variants",
        "published.csv",
        "-o",
        "library.csv",
    ];
    printed(folder.path(), &import);
    let matching = [
        "codes",
        "match",
        "--names",
        "fees.csv",
        "--column",
        "item",
        "--library",
        "library.csv",
        "-o",
        "review.csv",
        "--json",
    ];
    let line = printed(folder.path(), &matching);
    assert!(
        line.contains("\"names\":3") && line.contains("\"proposed\":2"),
        "{line}"
    );
    let review = [
        "codes",
        "review",
        "review.csv",
        "--library",
        "library.csv",
        "-o",
        "decided.csv",
        "--json",
    ];
    let line = printed(folder.path(), &review);
    assert!(
        line.contains("\"decided\":2") && line.contains("\"open\":1"),
        "{line}"
    );
    let decided = fs::read_to_string(folder.path().join("decided.csv")).unwrap();
    assert!(
        decided.contains("阿莫西林胶囊 0.25g*24粒,amoxicillin,"),
        "{decided}"
    );
    let again = [
        &matching[..8],
        &["--decided", "decided.csv", "-o", "next.csv"],
    ]
    .concat();
    printed(folder.path(), &again);
    let next = fs::read_to_string(folder.path().join("next.csv")).unwrap();
    assert!(
        next.contains("阿莫西林胶囊 0.25g*24粒,,1,amoxicillin,1.0000,decided,"),
        "{next}"
    );
}

#[test]
fn groups_of_a_person_are_shown_with_their_scores() {
    let folder = tempfile::tempdir().unwrap();
    let asked = [
        "codes", "groups", "--system", "icd-10", "K70.3", "K72.1", "--json",
    ];
    let line = printed(folder.path(), &asked);
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        line["charlson"]["groups"],
        serde_json::json!(["severe-liver-disease"])
    );
    assert_eq!(line["charlson"]["scores"]["charlson"], 3);
    assert_eq!(line["codes"]["K70.3"]["chapter"], "K00-K95");
    // Where the lists know no code there is no score of 0.
    let line = printed(
        folder.path(),
        &["codes", "groups", "--system", "atc", "A10BA02"],
    );
    assert!(
        line.contains("A10B") && !line.contains("charlson"),
        "{line}"
    );
    for command in ["normal", "groups"] {
        let mistyped = ["codes", command, "--system", "icd10", "K70.3"];
        let refused = consilium(folder.path(), &mistyped);
        assert_eq!(refused.status.code(), Some(2));
        let told = String::from_utf8(refused.stderr).unwrap();
        assert!(told.contains("icd-10-yb"), "{told}");
    }
}
