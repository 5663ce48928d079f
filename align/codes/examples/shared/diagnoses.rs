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

    let place = |matcher: &Matcher<'_>, it: &Changed, code: Option<&str>| {
        let best = matcher.find(
            Query {
                name: &it.here,
                code,
            },
            5,
        );
        best.iter().position(|found| found.canonical == it.there)
    };
    let by_name = Matcher::new(&alone);
    let places: Vec<_> = changed.iter().map(|it| place(&by_name, it, None)).collect();
    tell("diagnoses", &alone, &changed, &places, &targets, FLOOR);

    let mut order: Vec<usize> = (0..changed.len()).collect();
    order.shuffle(&mut ChaCha20Rng::seed_from_u64(SEED));
    for (folds, what) in [
        (2, "diagnoses-half-decided"),
        (5, "diagnoses-four-fifths-decided"),
    ] {
        let mut places = vec![None; changed.len()];
        for fold in 0..folds {
            let (tested, known): (Vec<_>, Vec<_>) =
                (0..order.len()).partition(|at| at % folds == fold);
            let decided: Vec<Named> = known.iter().map(|at| changed[order[*at]].named()).collect();
            let matcher = Matcher::with_decided(&alone, &decided);
            for at in tested {
                places[order[at]] = place(&matcher, &changed[order[at]], None);
            }
        }
        tell(what, &alone, &changed, &places, &targets, 0.40);
    }

    let with_code = Matcher::new(&full);
    let places: Vec<_> = changed
        .iter()
        .map(|it| place(&with_code, it, Some(&it.code)))
        .collect();
    tell(
        "diagnoses-with-code",
        &full,
        &changed,
        &places,
        &targets,
        0.40,
    );

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

/// Prints a line for all, and one for those that don't stand in the library under their own name: where
/// they do, the map sends them to another all the same.
fn tell(
    what: &str,
    library: &Library,
    changed: &[Changed],
    places: &[Option<usize>],
    targets: &BTreeMap<String, String>,
    goal: f64,
) {
    let (mut all, mut renamed) = (Found::default(), Found::default());
    for (it, place) in changed.iter().zip(places) {
        all.push(*place);
        if !targets.contains_key(&it.here) {
            renamed.push(*place);
        }
    }
    line("code-names", what, SEED, library, &all, (goal, 0.0));
    let what = format!("{what}-own-name-not-in-library");
    line("code-names", &what, SEED, library, &renamed, (goal, 0.0));
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
