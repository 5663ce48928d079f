//! Four hospitals as they were found: different patients, nothing done to them, and cards with all four dimensions.

use std::{fs, path::Path};

use consilium_plan::Lang;
use consilium_scorecard::Purpose;

use super::{
    DATA,
    files::{make, plan, write},
    measured::{self, RULES, SCHEMA},
    scored::{Asked, Scored},
};
use crate::{
    demo::hospitals::{self, Demo},
    local::{self, federation::Federation, inputs::PartyData},
};

const QUALITY: &str = include_str!("../../../../examples/trust/heart.rules.toml");
const SCARCITY: &str = include_str!("../../../../examples/heart-disease/scarcity.toml");
const VALUE: &str = include_str!("../../../../examples/heart-disease/value.toml");

/// What the cards are for: a purpose that the program brings along.
pub(super) const PURPOSE: &str = "training";

/// The folder of this part in the demo's folder.
pub(super) const FOLDER: &str = "heart";

/// What is asked of the four.
pub(super) fn asked(lang: Lang) -> anyhow::Result<Asked> {
    let files = [
        ("scarcity.toml", SCARCITY),
        ("value.toml", VALUE),
        ("schema.toml", hospitals::SCHEMA),
    ];
    Ok(Asked {
        quasi: "age,sex,cp",
        sensitive: "num",
        scarcity: plan(&files, "scarcity.toml", lang)?,
        value: plan(&files, "value.toml", lang)?,
        purpose: Purpose::built_in_text(PURPOSE).unwrap_or_default(),
    })
}

/// Has them measure their rows, run their studies over daemons that are started for it, and make their cards.
pub(super) fn run(asked: &Asked, folder: &Path, lang: Lang) -> anyhow::Result<Scored> {
    let folder = folder.join(FOLDER);
    make(&folder)?;
    let hospitals = write_all(&folder.join(DATA))?;
    let measured = measured::measure(&hospitals, asked, lang)?;
    let work = async |federation: &mut Federation| {
        let made = (&hospitals[..], measured);
        let scored = Scored::by_studies(federation, asked, made, &folder, lang);
        Ok(scored.await?.0)
    };
    let coordinator = asked.value.coordinator();
    local::over_daemons((coordinator, &hospitals), (&folder, ""), work, lang)
}

/// Writes each hospital's files into a folder of its own, in a new folder.
fn write_all(folder: &Path) -> anyhow::Result<Vec<PartyData>> {
    make(folder)?;
    let folder = fs::canonicalize(folder)?;
    let data = Demo::load()?.hospitals.into_iter().map(|hospital| {
        let own = folder.join(hospital.party.as_str());
        make(&own)?;
        write(own.join(SCHEMA), hospitals::SCHEMA.as_bytes())?;
        write(own.join(RULES), QUALITY.as_bytes())?;
        let split = write(own.join("split.csv"), hospital.split.as_bytes())?;
        Ok(PartyData {
            party: hospital.party,
            name: "heart".into(),
            file: write(own.join("heart.data"), hospital.file)?,
            schema: hospitals::SCHEMA.into(),
            splits: vec![("flamby".into(), split)],
            codes: Vec::new(),
        })
    });
    data.collect()
}
