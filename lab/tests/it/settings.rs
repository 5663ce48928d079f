use std::collections::BTreeSet;

use consilium_lab::{Experiment, KNOBS, SettingNumber, Suggested};
use consilium_plan::Phase;

use crate::{
    folder::{FILES, Folder},
    vertical,
};

/// Of each knob a value that is not the default.
const TURNED: &[(&str, &str)] = &[
    ("comparison.fedavg", "{ rounds = 3 }"),
    ("comparison.fedprox", "{ rounds = 3 }"),
    ("model.lead", "\"south\""),
    ("model.method", "\"surrogate\""),
    (
        "model.noise",
        "{ clip = 3.0, delta = 0.001, epsilon = 8.0 }",
    ),
    ("model.order", "1"),
    ("model.penalty", "0.5"),
    ("model.rounds", "2"),
    ("model.steps", "3"),
    ("protection.bits", "56"),
    ("trees.bins", "32"),
    ("trees.column_share", "0.5"),
    ("trees.early_stopping", "{ patience = 3, share = 0.1 }"),
    ("trees.gradient_bits", "3"),
    ("trees.growth", "{ leaf-wise = { leaves = 7 } }"),
    ("trees.learning_curve", "false"),
    ("trees.learning_rate", "0.3"),
    ("trees.min_node", "40"),
    ("trees.rows", "{ share = 0.5 }"),
    ("trees.trees", "7"),
    ("vertical.first_tree", "\"joint\""),
    ("vertical.min_gap", "20"),
    ("vertical.min_node", "400"),
    ("vertical.min_side", "60"),
    ("vertical.own_trees", "3"),
    ("vertical.parameters", "\"b\""),
    ("vertical.stride", "2"),
    ("vertical.sum_noise", "0.5"),
];

#[test]
fn a_grid_is_the_product_of_its_lists_and_blocks_are_added_up() {
    let more = "[[approximate]]\nname = \"few rows\"\n\"trees.rows\" = [{ share = 0.5 }, { goss = { top = 0.2, other = 0.1 } }]\n";
    let experiment = Folder::new()
        .load(&format!("{FILES}{more}"))
        .expect("it is one");
    let settings: Vec<String> = experiment
        .settings()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        settings,
        [
            "trees.bins = 16, trees.trees = 5",
            "trees.bins = 16, trees.trees = 10",
            "trees.bins = 16, trees.trees = 15",
            "trees.bins = 32, trees.trees = 5",
            "trees.bins = 32, trees.trees = 10",
            "trees.bins = 32, trees.trees = 15",
            "trees.rows = { share = 0.5 }",
            "trees.rows = { goss = { other = 0.1, top = 0.2 } }",
        ]
    );
    let last = experiment
        .setting(SettingNumber(8))
        .expect("there are eight");
    assert_eq!(last.name.as_deref(), Some("few rows"));
    let hashes = experiment
        .settings()
        .iter()
        .map(|setting| setting.plan.hash());
    let mut hashes: Vec<_> = hashes.chain([experiment.exact().hash()]).collect();
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), 9, "each setting is a plan of its own");
    assert!(experiment.setting(SettingNumber(0)).is_none());
}

#[test]
fn a_knob_may_be_written_without_quotes() {
    let quoted = Folder::new().load(FILES).expect("it is one");
    let bare = FILES.replace("\"trees.bins\"", "trees.bins");
    let bare = Folder::new().load(&bare).expect("it is one");
    let plans = |it: &consilium_lab::Experiment| -> Vec<_> {
        it.settings()
            .iter()
            .map(|setting| setting.plan.clone())
            .collect()
    };
    assert_eq!(plans(&quoted), plans(&bare));
}

#[test]
fn what_the_exact_plan_itself_sets_otherwise_is_told_with_the_default() {
    let experiment = Folder::new().load(FILES).expect("it is one");
    let departures = experiment.departures();
    let [departure] = &departures[..] else {
        panic!("{departures:?}");
    };
    assert_eq!(departure.knob.path, "trees.trees");
    assert_eq!(departure.value, Some(20.into()));
    assert_eq!(departure.default, Some(100.into()));
}

#[test]
fn every_knob_is_a_key_of_some_plan_and_makes_it_another() {
    let paths = TURNED.iter().map(|(path, _)| *path);
    assert!(
        paths.eq(KNOBS.iter().map(|knob| knob.path)),
        "each has a value here"
    );
    let horizontal = Folder::new();
    let trees = std::fs::read_to_string(horizontal.path("plan.toml")).expect("it is there");
    let (regression, _) = trees.split_once("[trees]").expect("it grows trees");
    horizontal.write("glm.toml", &regression.replace("train-gbdt", "train-glm"));
    let vertical = vertical::folder();
    for (path, value) in TURNED {
        let (folder, base) = match path.split_once('.') {
            Some(("model" | "comparison", _)) => {
                (&horizontal, FILES.replace("plan.toml", "glm.toml"))
            }
            Some(("vertical", _)) => (&vertical, vertical::FILES.to_owned()),
            _ => (&horizontal, FILES.to_owned()),
        };
        let (base, _) = base
            .split_once("[[approximate]]")
            .expect("there is a block");
        // Some have a meaning beside others only.
        let beside = match *path {
            "model.method" => "\"model.lead\" = [\"north\"]\n",
            "model.lead" => "\"model.method\" = [\"surrogate\"]\n",
            "model.noise" => "\"model.steps\" = [4]\n",
            "model.order" | "model.rounds" => {
                "\"model.lead\" = [\"north\"]\n\"model.method\" = [\"surrogate\"]\n"
            }
            _ => "",
        };
        let text = format!("{base}[[approximate]]\n\"{path}\" = [{value}]\n{beside}");
        let experiment = folder.load(&text).unwrap_or_else(|error| panic!("{error}"));
        let setting = &experiment.settings()[0];
        assert!(
            setting.to_string().contains(&format!("{path} = {value}")),
            "{setting}"
        );
        assert_ne!(setting.plan, *experiment.exact(), "{setting}");
    }
}

#[test]
fn averaging_as_the_plan_compares_with_is_a_setting_and_no_departure() {
    let folder = Folder::new();
    let plan = std::fs::read_to_string(folder.path("plan.toml")).expect("it is there");
    let (plan, _) = plan.split_once("[trees]").expect("it grows trees");
    let plan = plan.replace("train-gbdt", "train-glm");
    folder.write(
        "plan.toml",
        &format!("{plan}[comparison]\nfedavg = {{ rounds = 9 }}\n"),
    );
    let (before, _) = FILES.split_once("\"trees.bins\"").expect("there is a knob");
    let text = format!("{before}\"comparison.fedavg\" = [{{ rounds = 9 }}]\n");
    let experiment = folder.load(&text).expect("it is one");
    assert_eq!(experiment.settings()[0].plan, *experiment.exact());
    assert_eq!(experiment.settings()[0].phase(), Phase::Fedavg);
    assert!(experiment.departures().is_empty());
    assert_eq!(
        folder.refusal(&format!(
            "{text}\"comparison.fedprox\" = [{{ rounds = 9 }}]\n"
        )),
        "lab.toml: line 17, column 1: \"comparison.fedavg\" and \"comparison.fedprox\" are two models: \
         give each a block of its own"
    );
}

#[test]
fn what_is_suggested_for_a_plan_is_taken_by_it() {
    let horizontal = Folder::new();
    let trees = std::fs::read_to_string(horizontal.path("plan.toml")).expect("it is there");
    let (regression, _) = trees.split_once("[trees]").expect("it grows trees");
    let regression = regression.replace("train-gbdt", "train-glm");
    horizontal.write("glm.toml", &regression);
    let poisson = regression.replace("{ column = \"ill\" }", "{ column = \"visits\" }");
    horizontal.write(
        "poisson.toml",
        &format!("{poisson}[model]\nfamily = \"poisson\"\n"),
    );
    let schema = std::fs::read_to_string(horizontal.path("schema.toml")).expect("it is there");
    let visits = "[[column]]\nname = \"visits\"\ntype = \"integer\"\nmin = 0\nmax = 9\n";
    horizontal.write("schema.toml", &format!("{schema}\n{visits}"));
    let vertical = vertical::folder();
    let mut all = BTreeSet::new();
    for (folder, plan, experiment) in [
        (&horizontal, "plan.toml", FILES),
        (&horizontal, "glm.toml", FILES),
        (&horizontal, "poisson.toml", FILES),
        (&vertical, "train.toml", vertical::FILES),
    ] {
        let found = Suggested::of_plan(&folder.path(plan)).expect("it can be varied");
        assert!(found.len() > 5, "{plan}: {found:?}");
        let (before, _) = experiment
            .split_once("[[approximate]]")
            .expect("there is a block");
        let before = before.replace("plan.toml", plan);
        for Suggested { knob, lists } in &found {
            assert_eq!(lists[0].0, knob.path);
            all.insert(knob.path);
            let lists = lists.iter().map(|(path, values)| {
                format!("\"{path}\" = {}\n", toml::Value::from(values.clone()))
            });
            let text = format!("{before}[[approximate]]\n{}", lists.collect::<String>());
            let experiment: Experiment =
                folder.load(&text).unwrap_or_else(|error| panic!("{error}"));
            assert!(!experiment.settings().is_empty());
        }
        let has = |path: &str| found.iter().any(|it| it.knob.path == path);
        let averages = plan == "glm.toml";
        assert_eq!(
            [
                has("comparison.fedavg"),
                has("comparison.fedprox"),
                has("model.noise")
            ],
            [averages; 3],
            "only a logistic regression has them"
        );
    }
    let known: BTreeSet<&str> = KNOBS.iter().map(|knob| knob.path).collect();
    assert_eq!(all, known, "each is some plan's");
}

#[test]
fn the_guide_has_every_knob_with_an_example() {
    let guide = include_str!("../../../docs/guide/lab.md");
    let lines: Vec<&str> = guide
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    for knob in KNOBS {
        let named = format!("`{}`", knob.path);
        let line = lines.iter().find(|line| line.contains(&named));
        let line = line.unwrap_or_else(|| panic!("{named}"));
        assert!(line.contains("| `["), "{line}");
    }
}
