use std::collections::{BTreeMap, BTreeSet};

use consilium_lab::{Part, Share, Tables};
use proptest::prelude::*;

use crate::folder::{FILES, Folder, TABLE};

const PARTS: [Part; 2] = [Part::Training, Part::Test];

fn numbers(tables: &Tables, share: &Share) -> Vec<usize> {
    let parts = PARTS.into_iter();
    parts.flat_map(|part| tables.numbers(share, part)).collect()
}

fn by(split: &str) -> String {
    let (before, _) = TABLE.split_once("by =").expect("there is a split");
    let (_, after) = TABLE.split_once("[test]").expect("there are test rows");
    format!("{before}{split}\n\n[test]{after}")
}

#[test]
fn each_row_of_a_table_is_one_institutions_once() {
    for split in [
        "by = \"label-skew\"\nalpha = 0.5",
        "by = \"quantity\"\nalpha = 5.0",
        "by = \"quantity\"\nshares = { north = 0.6, south = 0.3, west = 0.1 }",
    ] {
        let (_, tables) = Folder::new().read(&by(split)).expect(split);
        for (seed, fold) in [(1, 0), (1, 2), (2, 1)] {
            let shares = tables.shares(seed, fold);
            let mut rows: Vec<usize> = shares
                .iter()
                .flat_map(|share| numbers(&tables, share))
                .collect();
            rows.sort_unstable();
            assert_eq!(rows, (1..=200).collect::<Vec<_>>(), "{split}");
            assert_eq!(shares, tables.shares(seed, fold), "{split}");
        }
        let whose = |seed| {
            let shares = tables.shares(seed, 0);
            let whose = shares.iter().map(|share| numbers(&tables, share));
            whose.map(BTreeSet::from_iter).collect::<Vec<BTreeSet<_>>>()
        };
        assert_ne!(whose(1), whose(2), "{split}");
    }
}

#[test]
fn shares_of_a_table_are_those_that_are_asked_for() {
    let split = "by = \"quantity\"\nshares = { north = 0.6, south = 0.3, west = 0.1 }";
    let (_, tables) = Folder::new().read(&by(split)).expect("it is one");
    let shares = tables.shares(1, 0);
    let counts: Vec<usize> = shares
        .iter()
        .map(|share| numbers(&tables, share).len())
        .collect();
    assert_eq!(counts, [120, 60, 20]);
}

#[test]
fn a_column_says_whose_rows_are_and_the_others_are_counted() {
    let (_, tables) = Folder::new().read(TABLE).expect("it is one");
    let shares = tables.shares(1, 0);
    let counts: Vec<usize> = shares
        .iter()
        .map(|share| numbers(&tables, share).len())
        .collect();
    // Of 200 rows, sites 1 and 2 have 34 each; 5 and 6 are nobody's.
    assert_eq!((counts, tables.left_out()), (vec![68, 33, 33], 66));
    assert!(
        numbers(&tables, &shares[1])
            .iter()
            .all(|number| (number - 1) % 6 == 2)
    );
}

#[test]
fn each_value_of_a_column_may_be_a_party_of_its_own() {
    let folder = Folder::new();
    let given =
        "parties = { north = [\"1\", \"2\"], south = [\"3\"], west = [\"4\"] }\nrest = \"drop\"";
    let every = TABLE.replace(given, "parties = \"every-value\"");
    let (experiment, tables) = folder.read(&every).expect("six sites have rows");
    let names = |shares: &[Share]| -> Vec<String> {
        shares.iter().map(|share| share.party.to_string()).collect()
    };
    let shares = tables.shares(1, 0);
    assert_eq!(names(&shares), ["1", "2", "3", "4", "5", "6"]);
    let counts = shares.iter().map(|share| numbers(&tables, share).len());
    assert_eq!(counts.sum::<usize>(), 200);
    let plan = experiment.exact();
    assert_eq!(plan.contributors().count(), 6);
    assert_eq!(tables.left_out(), 0);
    // Pooled, six alone, exact, one setting: of two seeds in three folds each.
    assert_eq!(experiment.cells().len(), 9 * 6);

    // A plan that lets somebody have the result keeps them, and their name is nobody else's.
    let plan = std::fs::read_to_string(folder.path("plan.toml")).expect("it is there");
    let receiver = "{ name = \"2\", role = \"receiver\" },\n]\n";
    folder.write(
        "plan.toml",
        &plan.replacen("]\n\n[trees]", &format!("{receiver}\n[trees]"), 1),
    );
    let (_, tables) = folder.read(&every).expect("six sites have rows");
    let shares = tables.shares(1, 0);
    assert_eq!(names(&shares), ["1", "3", "4", "5", "6", "site-2"]);
    assert!(
        numbers(&tables, &shares[5])
            .iter()
            .all(|number| (number - 1) % 6 == 1)
    );
}

#[test]
fn too_few_values_for_a_plan_are_refused_at_their_key() {
    let folder = Folder::new();
    folder.write("all.csv", "x,ill,site,person\n0.5,1,1,a\n0.6,0,1,b\n");
    let given =
        "parties = { north = [\"1\", \"2\"], south = [\"3\"], west = [\"4\"] }\nrest = \"drop\"";
    let said = folder.refusal(&TABLE.replace(given, "parties = \"every-value\""));
    assert!(
        said.starts_with("lab.toml: line 11, column 1: \"every-value\": 1 parties: party: "),
        "{said}"
    );
}

#[test]
fn a_patient_is_on_one_side_in_every_fold_and_tested_once() {
    let (_, tables) = Folder::new().read(TABLE).expect("it is one");
    let mut tested: BTreeMap<usize, u32> = BTreeMap::new();
    for fold in 0..3 {
        let shares = tables.shares(7, fold);
        let people = |part| -> BTreeSet<usize> {
            let rows = shares.iter().flat_map(|share| tables.numbers(share, part));
            rows.map(|number| (number - 1) / 2).collect()
        };
        assert!(people(Part::Training).is_disjoint(&people(Part::Test)));
        for share in &shares {
            for number in tables.numbers(share, Part::Test) {
                *tested.entry(number).or_default() += 1;
            }
        }
    }
    assert_eq!(tested.len(), 134);
    assert!(tested.values().all(|times| *times == 1));
}

#[test]
fn test_rows_have_the_labels_in_the_same_proportion_unless_the_file_says_otherwise() {
    let (_, tables) = Folder::new().read(FILES).expect("it is one");
    for seed in [1, 2, 3] {
        for share in tables.shares(seed, 0) {
            let rows = tables.rows(&share, Part::Test);
            // Of 40 rows 14 are positive: a quarter of 14 and of 26.
            let positives = rows.labels.iter().sum::<f64>();
            assert!((3.0..=4.0).contains(&positives), "{seed}: {positives}");
            assert!(
                (9..=11).contains(&rows.labels.len()),
                "{seed}: {}",
                rows.labels.len()
            );
        }
    }
    let folder = Folder::new();
    let free = FILES.replace("share = 0.25", "share = 0.25\nstratify = false");
    let (_, tables) = folder.read(&free).expect("it is one");
    let positives = |seed| {
        let share = &tables.shares(seed, 0)[0];
        tables.rows(share, Part::Test).labels.iter().sum::<f64>()
    };
    let found: BTreeSet<u64> = (0..20).map(|seed| positives(seed).to_bits()).collect();
    assert!(found.len() > 2, "chance alone makes more differences");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn folds_test_every_row_once(folds in 2..8u32, seed in 0..1_000u64) {
        let text = FILES.replace("share = 0.25", &format!("folds = {folds}"));
        let (_, tables) = Folder::new().read(&text).expect("it is one");
        let mut tested: BTreeMap<(usize, usize), u32> = BTreeMap::new();
        for fold in 0..folds {
            for (place, share) in tables.shares(seed, fold).iter().enumerate() {
                prop_assert_eq!(numbers(&tables, share).len(), 40);
                for number in tables.numbers(share, Part::Test) {
                    *tested.entry((place, number)).or_default() += 1;
                }
            }
        }
        prop_assert_eq!(tested.len(), 120);
        prop_assert!(tested.values().all(|times| *times == 1));
    }
}
