//! `consilium data score`, from reports to a card that is signed, shown, compared and verified.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::{consilium, mapping::is_built, printed};

mod others;

const GUIDE: &str = include_str!("../../../docs/guide/scorecards.md");

const PRIVACY: &str = r#"{"format":1,"for":"owner","tool":"consilium 0.1.0","time":1800000000,"scores":[
    {"id":"prosecutor","score":40.0,"low":40.0,"high":40.0},{"id":"uniqueness","score":60.0,"low":60.0,"high":60.0}]}"#;

/// A report on quality with two headings.
fn quality(completeness: f64) -> String {
    let (low, high) = (completeness - 1.0, completeness + 1.0);
    format!(
        r#"{{"format":1,"for":"owner","tool":"consilium 0.1.0","time":1800000000,"rules":[],"headings":[
        {{"heading":"completeness","weight":1.0,"score":{{"score":{completeness},"low":{low},"high":{high}}}}},
        {{"heading":"accuracy","weight":1.0,"score":{{"score":90.0,"low":89.0,"high":91.0}}}}]}}"#
    )
}

/// A folder with a steward's key, another person's, and two reports.
fn house() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("pass", "correct horse\n");
    write("quality.json", &quality(70.0));
    write("privacy.json", PRIVACY);
    for name in ["li", "nagy"] {
        let args = ["person", "new-key", name, "--passphrase-file", "pass"];
        printed(folder.path(), &args);
    }
    folder
}

/// Arguments that make a card of both reports.
fn made<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let args = [
        "data",
        "score",
        "make",
        "--data-set",
        "heart",
        "--institution",
        "va",
        "--quality",
        "quality.json",
        "--privacy",
        "privacy.json",
        "--key",
        "li.key.pem",
        "--passphrase-file",
        "pass",
    ];
    [&args, more].concat()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn real_reports_become_a_signed_card() {
    if !is_built() {
        return;
    }
    let folder = house();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let example = |name: &str| examples.join(name).to_str().unwrap().to_owned();
    let rules = example("quality/heart-va.rules.toml");
    let checked = ["data", "quality", &rules, "--out", "quality", "--json"];
    let checked = json(&printed(folder.path(), &checked));
    let (file, schema) = (
        example("heart-disease/processed.va.data"),
        example("heart-disease/schema.toml"),
    );
    let measured = [
        "data",
        "privacy",
        &file,
        "--schema",
        &schema,
        "--quasi",
        "age,sex,cp",
        "--sensitive",
        "num",
        "--out",
        "privacy",
        "--json",
    ];
    let measured = json(&printed(folder.path(), &measured));

    let make = [
        "data",
        "score",
        "make",
        "--purpose",
        "training",
        "--data-set",
        "heart",
        "--institution",
        "va",
        "--quality",
        "quality",
        "--privacy",
        "privacy",
        "--key",
        "li.key.pem",
        "--passphrase-file",
        "pass",
        "--out",
        "card",
        "--json",
    ];
    let line = json(&printed(folder.path(), &make));
    let card = &line["signed"]["card"];
    let score = |at: &Value| at["score"]["score"].as_f64().unwrap();
    let parts = |dimension: &str| {
        let parts = card["dimensions"][dimension]["subscores"].as_array();
        parts
            .unwrap()
            .iter()
            .map(|it| (it["id"].as_str().unwrap(), score(it)))
    };
    let mut headings = checked["headings"].as_array().unwrap().clone();
    headings.retain(|heading| heading["weight"].as_f64() > Some(0.0));
    assert_eq!(parts("quality").count(), headings.len());
    for (heading, (id, of)) in headings.iter().zip(parts("quality")) {
        assert_eq!(heading["heading"], id);
        assert!((score(heading) - of).abs() <= 0.005, "{id}");
    }
    let prosecutor = measured["risks"]["prosecutor"]["average"].as_f64().unwrap();
    let (id, of) = parts("privacy").next().unwrap();
    assert_eq!(id, "prosecutor");
    assert!((of - 100.0 * (1.0 - prosecutor)).abs() <= 0.005);
    // 3 of 5 parts quality and 2 of 5 privacy; value was not measured.
    let [quality, privacy] = ["quality", "privacy"].map(|it| score(&card["dimensions"][it]));
    let composite = card["composite"]["score"].as_f64().unwrap();
    assert!((composite - (0.6 * quality + 0.4 * privacy)).abs() < 0.011);
    let sentence = line["sentence"]["en"].as_str().unwrap();
    assert!(sentence.ends_with("Not measured: value."), "{sentence}");

    for name in ["card.json", "card.html", "public.json"] {
        let mode = fs::metadata(folder.path().join("card").join(name));
        assert_eq!(mode.unwrap().permissions().mode() & 0o077, 0, "{name}");
    }
    for card in ["card", "card/public.json"] {
        let verify = [
            "data",
            "score",
            "verify",
            card,
            "--public-key",
            "li.key.pem.pub",
        ];
        let said = printed(folder.path(), &verify);
        assert!(
            said.starts_with("va/li stands by the card of heart for training"),
            "{said}"
        );
    }
}

#[test]
fn what_others_see_has_bands_and_no_score() {
    let folder = house();
    let make = made(&["--purpose", "training", "--out", "card", "--json"]);
    let line = json(&printed(folder.path(), &make));
    assert_eq!(line["signed"]["card"]["composite"]["score"], 68.0);
    let public = json(&read(folder.path(), "card/public.json"));
    assert_eq!(public["public"], line["bands"]);
    let bands = &public["public"];
    assert_eq!(bands["composite"], 3);
    assert_eq!(bands["dimensions"]["quality"]["band"], 4);
    assert_eq!(bands["dimensions"]["privacy"]["band"], 2);
    assert_eq!(bands["missing"], serde_json::json!(["value"]));
    let text = public.to_string();
    for hidden in ["score", "salt", "completeness", "68.0", "low", "tool"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
}

#[test]
fn a_card_that_was_changed_or_is_somebody_elses_is_not_verified() {
    let folder = house();
    printed(
        folder.path(),
        &made(&["--purpose", "training", "--out", "card"]),
    );
    let verify = |card: &str, key: &str| {
        let output = consilium(
            folder.path(),
            &["data", "score", "verify", card, "--public-key", key],
        );
        (output.status.code(), told(&output))
    };
    assert_eq!(verify("card", "li.key.pem.pub").0, Some(0));
    let (code, said) = verify("card", "nagy.key.pem.pub");
    assert_eq!(code, Some(1));
    assert!(
        said.contains("va/li") && said.contains("--public-key"),
        "{said}"
    );
    let (code, said) = verify("card", "va/li=nagy.key.pem.pub");
    assert_eq!(code, Some(1));
    assert!(said.contains("does not verify"), "{said}");

    let text = read(folder.path(), "card/card.json");
    let write = |name: &str, from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        fs::write(folder.path().join(name), changed).unwrap();
    };
    write("renamed.json", "\"heart\"", "\"lungs\"");
    let (code, said) = verify("renamed.json", "li.key.pem.pub");
    assert!(
        code == Some(1) && said.contains("does not verify"),
        "{said}"
    );
    write("lifted.json", "\"score\": 68.0", "\"score\": 98.0");
    let (code, said) = verify("lifted.json", "li.key.pem.pub");
    assert!(
        code == Some(1) && said.contains("the composite is not the mean"),
        "{said}"
    );
}

#[test]
fn a_card_is_kept_where_an_earlier_one_was_taken_away() {
    let folder = house();
    let make = made(&["--purpose", "training", "--out", "card"]);
    let cards = folder.path().join("card/cards");
    printed(folder.path(), &make);
    printed(folder.path(), &make);
    fs::remove_file(cards.join("000001.json")).unwrap();
    printed(folder.path(), &make);
    let mut kept: Vec<_> = fs::read_dir(&cards)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    kept.sort();
    assert_eq!(kept, ["000002.json", "000003.json"]);
    let compare = ["data", "score", "compare", "card"];
    printed(folder.path(), &compare);

    // What can't be looked into is not an empty folder.
    fs::remove_dir_all(&cards).unwrap();
    fs::write(&cards, "").unwrap();
    let refused = consilium(folder.path(), &compare);
    assert_eq!(refused.status.code(), Some(1));
    let said = told(&refused);
    assert!(
        said.contains("card/cards") && !said.contains("no two cards"),
        "{said}"
    );
}

#[test]
fn cards_over_time_say_which_part_moved() {
    let folder = house();
    let make = made(&["--purpose", "training", "--out", "card"]);
    printed(folder.path(), &make);
    let alone = consilium(folder.path(), &["data", "score", "compare", "card"]);
    assert!(told(&alone).contains("keeps no two cards"));
    fs::write(folder.path().join("quality.json"), quality(50.0)).unwrap();
    printed(folder.path(), &make);

    let compare = ["data", "score", "compare", "card", "--json"];
    let line = json(&printed(folder.path(), &compare));
    assert_eq!(line["cards"].as_array().unwrap().len(), 2);
    let compared = &line["comparison"];
    assert_eq!(compared["composite"]["by"], -6.0);
    let quality = &compared["dimensions"][0];
    assert_eq!(
        (&quality["by"], &quality["clear"]),
        (&Value::from(-10.0), &Value::from(true))
    );
    let because = &quality["because"][0];
    assert_eq!(
        (&because["id"], &because["moved"]),
        (&"completeness".into(), &Value::from(-10.0))
    );
    let page = printed(folder.path(), &compare[..4]);
    assert!(
        page.contains("quality: completeness") && page.contains("-10.0"),
        "{page}"
    );

    for (lang, words) in [
        (
            "en",
            [
                "Since the card before",
                "Weakest in privacy",
                "not measured",
            ],
        ),
        ("zh", ["与上一张相比", "最弱的是隐私", "未度量"]),
    ] {
        let file = format!("{lang}.html");
        let show = [
            "data", "score", "show", "card", "--html", &file, "--lang", lang,
        ];
        let told = printed(folder.path(), &show);
        let page = read(folder.path(), &file);
        assert!(page.contains("<svg") && page.ends_with("</html>\n"));
        assert!(words.iter().all(|word| page.contains(word)), "{page}");
        assert!(told.contains(words[1]) && told.contains("62.0"), "{told}");
        assert!(!told.contains("NaN") && !page.contains("NaN"));
    }

    let other = made(&["--purpose", "release", "--out", "card"]);
    let refused = consilium(folder.path(), &other);
    assert_eq!(refused.status.code(), Some(1));
    assert!(told(&refused).contains("keeps cards of heart for training"));
}

#[test]
fn a_purpose_of_ones_own_weighs_otherwise() {
    let folder = house();
    let out = printed(
        folder.path(),
        &["data", "score", "purpose", "release", "--toml"],
    );
    let own = out
        .replace("\"release\"", "\"audit\"")
        .replace("quality = 2", "quality = 9");
    fs::write(folder.path().join("audit.toml"), own).unwrap();
    let shown = ["data", "score", "purpose", "audit.toml", "--json"];
    let shown = json(&printed(folder.path(), &shown));
    assert_eq!(shown["weights"]["quality"], 0.75);
    assert!(shown["purpose"].as_str().unwrap().starts_with("audit@"));
    let make = made(&["--purpose", "audit.toml", "--out", "card", "--json"]);
    let line = json(&printed(folder.path(), &make));
    assert_eq!(line["signed"]["card"]["purpose"], shown["purpose"]);

    for (text, lang, said) in [
        (
            "quality = 2",
            "en",
            "line 10, column 11: a weight is a number from 0",
        ),
        (
            "quality = 2",
            "zh",
            "第 10 行第 11 列：权重应为不小于 0 的数",
        ),
    ] {
        let wrong = out.replace(text, "quality = -2");
        fs::write(folder.path().join("wrong.toml"), wrong).unwrap();
        let args = ["data", "score", "purpose", "wrong.toml", "--lang", lang];
        let output = consilium(folder.path(), &args);
        assert_eq!(output.status.code(), Some(1));
        assert!(told(&output).contains(said), "{}", told(&output));
    }
    let unknown = consilium(folder.path(), &["data", "score", "purpose", "fame"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(told(&unknown).contains("training, release"));
}

#[test]
fn reports_that_say_nothing_make_no_card() {
    let folder = house();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let refused = |more: &[&str]| {
        let output = consilium(folder.path(), &made(more));
        assert_ne!(output.status.code(), Some(0));
        told(&output)
    };
    let not_run = quality(70.0).replace(
        r#""rules":[]"#,
        r#""rules":[{"id":"r","outcome":"not-run"}]"#,
    );
    write("quality.json", &not_run);
    let said = refused(&["--purpose", "training", "--out", "card"]);
    assert!(said.contains("rules could not be run: r"), "{said}");
    write("quality.json", PRIVACY);
    let said = refused(&["--purpose", "training", "--out", "card"]);
    assert!(
        said.contains("no report on quality") && said.contains("consilium data quality"),
        "{said}"
    );
    let nothing = [
        "data",
        "score",
        "make",
        "--purpose",
        "training",
        "--data-set",
        "heart",
        "--institution",
        "va",
        "--key",
        "li.key.pem",
        "--out",
        "card",
    ];
    assert_eq!(consilium(folder.path(), &nothing).status.code(), Some(2));
    assert!(!folder.path().join("card").exists());
}

#[test]
fn the_guides_commands_are_those_of_the_program() {
    let blocks = GUIDE.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap().split("\n\n"));
    let folder = tempfile::tempdir().unwrap();
    let mut checked = 0;
    for command in lines.filter(|it| it.contains("data score")) {
        for line in command.replace("\\\n", "").lines() {
            let words: Vec<&str> = line.split_whitespace().skip(1).collect();
            let [group, noun, verb, ..] = words.as_slice() else {
                continue;
            };
            if [*group, *noun] != ["data", "score"] {
                continue;
            }
            let help = printed(folder.path(), &[*group, *noun, *verb, "--help"]);
            for option in words.iter().filter(|it| it.starts_with("--")) {
                assert!(help.contains(option), "{line}: {option}");
                checked += 1;
            }
        }
    }
    assert!(checked > 10, "{checked}");
}
