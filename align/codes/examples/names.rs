//! How well names are matched: `cargo run --release -p consilium-codes --example names -- DATA [SEED]`,
//! DATA being the folder of public tables; one line of JSON for each measurement.
//!
//! Drugs: of all variants that differ from their canonical name, 1,000 are drawn and taken out of the
//! library; all others stay, the other variants of the same drug and its canonical name among them. A
//! second line takes out as well every other name, canonical names excepted, that is the same as a drawn
//! one but for case, accents and marks.
//!
//! Diagnoses: the names of codes that a map of versions changes, to the name of the code that they are
//! mapped to, among the names of all codes that the map leads to. First by the name alone; then after a
//! part of the other changes was decided on (cross-validation, divided ten times: each name is found by a
//! matcher that knows nothing of its own pair); then with the old code beside it. The library teaches words by names of codes
//! and of their first extensions: by the name alone, codes that a tested pair touches are taken out of it.
//!
//! A seed other than 42 draws from the variants that seed 42 leaves, and takes those of seed 42 out of the
//! library too: shares of features were tuned on such draws.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(
    clippy::unwrap_used,
    reason = "a measurement stops where its data are not as expected"
)]

use std::{collections::BTreeSet, path::Path, time::Duration};

use consilium_codes::{Library, LibraryHead, Matcher, Named, Query, Subject, import, plain};
use rand::{SeedableRng as _, seq::SliceRandom as _};
use rand_chacha::ChaCha20Rng;
use serde_json::json;

#[path = "shared/diagnoses.rs"]
mod diagnoses;
#[path = "shared/files.rs"]
mod files;

use files::{cpu, text};

/// The draw that is reported; no share was tuned on it.
const SEED: u64 = 42;
const DRAWN: usize = 1000;

fn main() {
    let mut args = std::env::args().skip(1);
    let data = args.next().expect("the folder of public tables");
    let seed = args.next().map_or(SEED, |seed| seed.parse().unwrap());
    drugs(Path::new(&data), seed);
    diagnoses::measure(Path::new(&data));
}

fn drugs(data: &Path, seed: u64) {
    let head = LibraryHead::new(Subject::Drug, "drug-name-synonyms");
    let file = text(&data.join("drug-name-synonyms/drug_variants.csv.gz"));
    let all = import::drug_variants(&file, &head).unwrap().value;
    let mut variants: Vec<&Named> = all
        .names()
        .iter()
        .filter(|it| it.name != it.canonical)
        .collect();
    variants.sort();
    variants.shuffle(&mut ChaCha20Rng::seed_from_u64(SEED));
    let (drawn, left) = variants.split_at(DRAWN);
    let mut tested = drawn.to_vec();
    let mut out: BTreeSet<&str> = drawn.iter().map(|it| it.name.as_str()).collect();
    if seed != SEED {
        let mut left = left.to_vec();
        left.shuffle(&mut ChaCha20Rng::seed_from_u64(seed));
        tested = left[..DRAWN].to_vec();
        out.extend(tested.iter().map(|it| it.name.as_str()));
    }
    let without = |is_out: &dyn Fn(&Named) -> bool| {
        let names = all.names().iter().filter(|it| !is_out(it)).cloned();
        Library::new(&head, names).unwrap()
    };
    let library = without(&|it| out.contains(it.name.as_str()));
    let (found, per_name) = drugs_found(&library, &tested);
    line("code-names", "drugs", seed, &library, &found, (0.60, 0.75));

    let alike: BTreeSet<String> = out.iter().map(|name| plain(name)).collect();
    let strict = without(&|it| {
        out.contains(it.name.as_str())
            || it.name != it.canonical && alike.contains(&plain(&it.name))
    });
    let (found, _) = drugs_found(&strict, &tested);
    line(
        "code-names",
        "drugs-without-same-but-for-marks",
        seed,
        &strict,
        &found,
        (0.60, 0.75),
    );

    let many: Vec<&str> = all
        .names()
        .iter()
        .take(100_000)
        .map(|it| it.name.as_str())
        .collect();
    time("time", &library, &many);
    println!(
        "{}",
        json!({
            "bench": "code-names", "what": "time-of-a-drug", "us_per_name_tested": per_name.as_micros(),
        })
    );
}

/// Finds names as if none were asked twice, and tells the time.
fn time(what: &str, library: &Library, names: &[&str]) {
    let before = cpu();
    let matcher = Matcher::new(library);
    let built = cpu().saturating_sub(before);
    for name in names {
        matcher.find(Query { name, code: None }, 5);
    }
    let spent = cpu().saturating_sub(before);
    let said = json!({
        "bench": "code-names", "what": what, "names": names.len(), "library": library.names().len(),
        "index_cpu_s": built.as_secs_f64(), "cpu_s": spent.as_secs_f64(), "goal_cpu_s": 30.0,
        "ok": spent < Duration::from_secs(30),
    });
    println!("{said}");
}

fn drugs_found(library: &Library, tested: &[&Named]) -> (Found, Duration) {
    let matcher = Matcher::new(library);
    let before = cpu();
    let mut found = Found::default();
    for named in tested {
        let best = matcher.find(
            Query {
                name: &named.name,
                code: None,
            },
            5,
        );
        let place = best.iter().position(|it| it.canonical == named.canonical);
        found.push(place);
        if std::env::var_os("SHOW_MISSES").is_some() && place != Some(0) {
            let best: Vec<(&str, f64)> = best.iter().map(|it| (it.name, it.score)).collect();
            println!("{} = {}: {best:?}", named.name, named.canonical);
        }
    }
    let each = (cpu().saturating_sub(before)) / u32::try_from(tested.len()).unwrap();
    (found, each)
}

#[derive(Default)]
struct Found {
    all: usize,
    first: usize,
    among_five: usize,
}

impl Found {
    fn push(&mut self, place: Option<usize>) {
        self.all += 1;
        self.first += usize::from(place == Some(0));
        self.among_five += usize::from(place.is_some());
    }
}

fn line(bench: &str, what: &str, seed: u64, library: &Library, found: &Found, goals: (f64, f64)) {
    let share = |count: usize| count as f64 / found.all as f64;
    let (top1, top5) = (share(found.first), share(found.among_five));
    let said = json!({
        "bench": bench, "what": what, "seed": seed, "names": found.all,
        "library": library.names().len(), "top1": top1, "top5": top5,
        "goal_top1": goals.0, "goal_top5": goals.1, "ok": top1 >= goals.0 && top5 >= goals.1,
    });
    println!("{said}");
}
