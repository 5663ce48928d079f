//! The example's files, inside the program.

use std::{fs, path::Path};

use anyhow::Context as _;

/// Where they lie in the demo's folder.
pub(super) const FOLDER: &str = "data";

/// The institutions, as folders and plans name them.
pub(super) const PARTIES: [&str; 3] = ["hospital", "public", "commercial"];

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../../../../examples/features/", $name)) as &[u8])),*]
    };
}

const FILES: [(&str, &[u8]); 25] = files![
    "features.toml",
    "statistics.toml",
    "mistaken.toml",
    "cents.toml",
    "intent.toml",
    "train.toml",
    "charlson-icd9.csv",
    "charlson-icd10.csv",
    "drugs.csv",
    "gem.csv.gz",
    "hospital/mapping.toml",
    "hospital/patients.csv.gz",
    "hospital/stays.csv.gz",
    "hospital/items.csv.gz",
    "hospital/decided.csv",
    "public/mapping.toml",
    "public/persons.csv.gz",
    "public/settlements.csv.gz",
    "public/diagnoses.csv.gz",
    "public/drugs.csv.gz",
    "public/original.csv.gz",
    "commercial/mapping.toml",
    "commercial/members.xlsx",
    "commercial/claims.csv.gz",
    "commercial/drugs.csv.gz",
];

/// Gives a file.
pub(super) fn bytes(name: &str) -> anyhow::Result<&'static [u8]> {
    let found = FILES.iter().find(|(other, _)| *other == name);
    let (_, bytes) = found.with_context(|| format!("the demo has no file {name}"))?;
    Ok(bytes)
}

/// Gives a file of UTF-8.
pub(super) fn text(name: &str) -> anyhow::Result<&'static str> {
    Ok(str::from_utf8(bytes(name)?)?)
}

/// Writes all of them into a new folder, as they lie in the example.
pub(super) fn write(folder: &Path) -> anyhow::Result<()> {
    let writing = |path: &Path| path.display().to_string();
    fs::create_dir(folder).with_context(|| writing(folder))?;
    for party in PARTIES {
        let own = folder.join(party);
        fs::create_dir(&own).with_context(|| writing(&own))?;
    }
    for (name, bytes) in FILES {
        let path = folder.join(name);
        fs::write(&path, bytes).with_context(|| writing(&path))?;
    }
    Ok(())
}
