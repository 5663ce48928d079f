//! How much others lack what each of four hospitals has: by the plan of the example, and with patients' numbers.

use std::{fmt::Write as _, fs, path::Path};

use serde_json::{Value, json};

use crate::printed;

const HOSPITALS: [&str; 4] = ["cleveland", "hungarian", "switzerland", "va"];

fn example(file: &str) -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/heart-disease/");
    format!("{root}{file}")
}

#[test]
fn hospitals_of_unlike_patients_have_scarce_rows() {
    let folder = tempfile::tempdir().unwrap();
    let plan = example("scarcity.toml");
    let mut args = vec![
        "local".to_owned(),
        plan,
        "--out".to_owned(),
        "left".to_owned(),
    ];
    for hospital in HOSPITALS {
        let file = example(&format!("processed.{hospital}.data"));
        args.extend(["--data".to_owned(), format!("{hospital}/heart={file}")]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let page = printed(folder.path(), &args);
    for said in [
        "switzerland",
        "Excess",
        "expected by",
        "in which of five steps",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let result = folder.path().join("left/result");
    let read = |hospital: &str| -> Value {
        let file = result.join(format!("{hospital}-scarcity.json"));
        serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
    };
    let excess = |hospital| read(hospital)["surprisal"]["excess"].as_f64().unwrap();
    // Veterans' complaints are of other kinds, about 2.5 ± 0.7 bits by the noise; the Swiss are nearly all ill,
    // as many elsewhere are, −0.5 ± 0.4.
    assert!(excess("va") > 0.0, "{}", excess("va"));
    assert!(excess("switzerland") < 1.0, "{}", excess("switzerland"));
    let own = read("va");
    assert_eq!((&own["format"], &own["party"]), (&json!(1), &json!("va")));
    assert_eq!(own["surprisal"]["rows"], 200);
    assert_eq!(own["exclusive"], Value::Null);
    let to_all = fs::read_to_string(result.join("report.json")).unwrap();
    assert!(!to_all.contains("surprisal") && !to_all.contains("zeros"));
}

/// Writes a plan, and a file of each hospital: of 400 patients 100 are everybody's, and of `own` of them nobody
/// else has any.
fn write_study(folder: &Path) {
    let mut plan = "title = \"Whose patients\"\npurpose = \"testing\"\nkind = \"scarcity\"\n\
        features = [\"ward\"]\n[scarcity]\nepsilon = 2.0\nentities = 1300\nbuckets = 2048\n\
        [key]\nduplicates = \"first\"\n[[key.part]]\ncolumn = \"id\"\nkind = \"text\"\n\
        [[column]]\nname = \"ward\"\ntype = \"category\"\nlevels = [\"inner\", \"outer\"]\n"
        .to_owned();
    for (place, hospital) in HOSPITALS.iter().enumerate() {
        writeln!(plan, "[[party]]\nname = \"{hospital}\"\ndata = \"stays\"").unwrap();
        let own = 100 * place;
        let mut rows = "id,ward\n".to_owned();
        for patient in 0..400 {
            let id = match patient {
                0..100 => format!("all-{patient}"),
                _ if patient < 100 + own => format!("{hospital}-{patient}"),
                _ => format!("some-{patient}"),
            };
            let ward = if patient % 4 == 0 { "outer" } else { "inner" };
            // Each patient has two stays.
            writeln!(rows, "{id},{ward}\n{id},inner").unwrap();
        }
        fs::write(folder.join(format!("{hospital}.csv")), rows).unwrap();
    }
    fs::write(folder.join("plan.toml"), plan).unwrap();
}

#[test]
fn patients_whom_nobody_else_has_are_a_share_of_own_ones() {
    let folder = tempfile::tempdir().unwrap();
    write_study(folder.path());
    let data = HOSPITALS.map(|it| format!("{it}/stays={it}.csv"));
    let mut args = vec!["local", "plan.toml", "--out", "left", "--json"];
    args.extend(data.iter().flat_map(|data| ["--data", data]));
    let line: Value = serde_json::from_str(&printed(folder.path(), &args)).unwrap();
    assert_eq!(
        (&line["kind"], &line["ok"]),
        (&json!("scarcity"), &json!(true))
    );
    for (place, hospital) in HOSPITALS.iter().enumerate() {
        let own = &line["scarcity"][hospital]["exclusive"];
        assert_eq!(own["entities"], 400, "{own}");
        let of = |key: &str| own["interval"][key].as_f64().unwrap();
        // Wider than 95 %, as secrets are drawn anew each time.
        let wide = 1.5 * (of("high") - of("low"));
        // Of the first one's hundred that is `some` nobody else has any left.
        let truth = 0.25 * place.max(1) as f64;
        assert!(
            (own["share"].as_f64().unwrap() - truth).abs() < wide,
            "{own}"
        );
        assert!(wide < 0.5, "{own}");
        assert_eq!(line["scarcity"][hospital]["surprisal"]["rows"], 800);
    }
    for args in [
        &["plan", "check", "plan.toml"][..],
        &["study", "estimate", "plan.toml"],
    ] {
        assert!(printed(folder.path(), args).contains("Whose patients"));
    }
}
