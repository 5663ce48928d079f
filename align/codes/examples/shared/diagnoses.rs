//! Names of diagnoses whose codes change with the version of a list.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use consilium_codes::{
    CodeMap, Edition, Library, LibraryHead, MapHead, Matcher, Named, Query, Subject, TableHead,
    import,
};
use rand::{SeedableRng as _, seq::SliceRandom as _};
use rand_chacha::ChaCha20Rng;

use crate::{Found, SEED, files::text, line, time};

/// What the plainest comparison finds first: one to three characters, TF-IDF, cosine, 32,192 names.
const FLOOR: f64 = 0.233;

/// How often the changes are divided into those that were decided on and those that are found; what was
/// found is counted over all divisions.
const DRAWS: u64 = 10;

/// A changed code: its name, the new code, and its name.
struct Changed {
    code: String,
    here: String,
    new: String,
    there: String,
}

pub(crate) fn measure(data: &Path) {
    let (changed, targets) = read(data);
    let touched: BTreeSet<&str> = changed
        .iter()
        .flat_map(|it| [it.code.as_str(), it.new.as_str()])
        .collect();
    let full = library(&targets, &BTreeSet::new());
    let alone = library(&targets, &touched);

    let mut by_name = Measured::of("diagnoses", &targets, FLOOR);
    let matcher = Matcher::new(&alone);
    for it in &changed {
        by_name.push(it, &matcher, None);
    }
    by_name.print(&alone);

    for (folds, what, goal) in [
        (2, "diagnoses-half-decided", FLOOR),
        (5, "diagnoses-four-fifths-decided", 0.40),
    ] {
        let mut decided_on = Measured::of(what, &targets, goal);
        for draw in 0..DRAWS {
            let mut order: Vec<&Changed> = changed.iter().collect();
            order.shuffle(&mut ChaCha20Rng::seed_from_u64(SEED + draw));
            for fold in 0..folds {
                let is_tested = |at: usize| at % folds == fold;
                let known = (0..order.len()).filter(|at| !is_tested(*at));
                let decided: Vec<Named> = known.map(|at| order[at].named()).collect();
                let matcher = Matcher::with_decided(&alone, &decided);
                for at in (0..order.len()).filter(|at| is_tested(*at)) {
                    decided_on.push(order[at], &matcher, None);
                }
            }
        }
        decided_on.print(&alone);
    }

    let mut with_code = Measured::of("diagnoses-with-code", &targets, 0.40);
    let matcher = Matcher::new(&full);
    for it in &changed {
        with_code.push(it, &matcher, Some(&it.code));
    }
    with_code.print(&full);

    let names = full.names().iter().cycle().take(100_000);
    let names: Vec<&str> = names.map(|it| it.name.as_str()).collect();
    time("time-of-diagnoses", &full, &names);
}

impl Changed {
    /// As a person would decide.
    fn named(&self) -> Named {
        Named {
            name: self.here.clone(),
            canonical: self.there.clone(),
            code: self.new.clone(),
        }
    }
}

/// What was found of all, and of those that don't stand in the library under their own name: where they
/// do, the map sends them to another all the same.
struct Measured<'a> {
    what: &'static str,
    targets: &'a BTreeMap<String, String>,
    goal: f64,
    all: Found,
    renamed: Found,
}

impl<'a> Measured<'a> {
    fn of(what: &'static str, targets: &'a BTreeMap<String, String>, goal: f64) -> Measured<'a> {
        let (all, renamed) = (Found::default(), Found::default());
        Measured {
            what,
            targets,
            goal,
            all,
            renamed,
        }
    }

    fn push(&mut self, it: &Changed, matcher: &Matcher<'_>, code: Option<&str>) {
        let best = matcher.find(
            Query {
                name: &it.here,
                code,
            },
            5,
        );
        let place = best.iter().position(|found| found.canonical == it.there);
        self.all.push(place);
        if !self.targets.contains_key(&it.here) {
            self.renamed.push(place);
        }
    }

    fn print(&self, library: &Library) {
        let goals = (self.goal, 0.0);
        line("code-names", self.what, SEED, library, &self.all, goals);
        let what = format!("{}-own-name-not-in-library", self.what);
        line("code-names", &what, SEED, library, &self.renamed, goals);
    }
}

/// The changed codes whose names are known, and the code of each name that the map leads to.
fn read(data: &Path) -> (Vec<Changed>, BTreeMap<String, String>) {
    let file = |name: &str| text(&data.join("chs-drg-opendrg").join(name));
    let table = TableHead::new("icd-10-yb", "OpenDRG", "OpenDRG ZD_INFO");
    let table = import::opendrg_codes(&file("ZD_INFO.dat.gz"), &table)
        .unwrap()
        .value;
    let edition = |version: &str| Edition {
        system: "icd-10-yb".to_owned(),
        version: version.to_owned(),
    };
    let head = MapHead::new(edition("from"), edition("to"), "OpenDRG ZD_MAP");
    let map: CodeMap = import::opendrg_map(&file("ZD_MAP.dat.gz"), &head)
        .unwrap()
        .value;

    let name = |code: &str| table.get(code).map(|row| row.zh.clone());
    let (mut changed, mut targets) = (Vec::new(), BTreeMap::new());
    for (source, entry) in map.iter() {
        for target in entry.targets() {
            let Some(there) = name(target) else { continue };
            if source != target
                && let Some(here) = name(source)
            {
                changed.push(Changed {
                    code: source.to_owned(),
                    here,
                    new: target.to_owned(),
                    there: there.clone(),
                });
            }
            targets.entry(there).or_insert_with(|| target.to_owned());
        }
    }
    (changed, targets)
}

/// The library of all names that the map leads to, without some of their codes.
fn library(targets: &BTreeMap<String, String>, without: &BTreeSet<&str>) -> Library {
    let head = LibraryHead::new(Subject::Diagnosis, "OpenDRG");
    let names = targets.iter().map(|(name, code)| Named {
        name: name.clone(),
        canonical: name.clone(),
        code: if without.contains(code.as_str()) {
            String::new()
        } else {
            code.clone()
        },
    });
    Library::new(&head, names).unwrap()
}
