//! The demo in real processes: a plan, and the hospitals' files written out for it.

use std::{fs, path::Path};

use anyhow::Context as _;
use consilium_plan::Lang;

use super::{
    hospitals::{Demo, SCHEMA},
    measured::{Measured, PartyCost},
};
use crate::local::{self, inputs::PartyData};

pub(super) fn run(demo: &Demo, folder: &Path, lang: Lang) -> anyhow::Result<Measured> {
    local::make_folder(folder, lang)?;
    let data = folder.join("data");
    fs::create_dir(&data)?;
    let data = fs::canonicalize(data)?;
    let write = |name: String, content: &[u8]| {
        let path = data.join(name);
        fs::write(&path, content).with_context(|| format!("writing {}", path.display()))?;
        anyhow::Ok(path)
    };
    let mut sets = Vec::new();
    for hospital in &demo.hospitals {
        let name = &hospital.party;
        sets.push(PartyData {
            party: hospital.party.clone(),
            name: "heart".into(),
            file: write(format!("{name}.csv"), hospital.file)?,
            schema: SCHEMA.into(),
            splits: vec![(
                "flamby".into(),
                write(format!("{name}-split.csv"), hospital.split.as_bytes())?,
            )],
        });
    }
    let outcome = local::in_processes(&demo.plan, &sets, folder, "", lang)?;
    let parties = outcome
        .costs
        .iter()
        .map(|cost| PartyCost {
            party: cost.party.clone(),
            cpu_s: cost.cpu.as_secs_f64(),
            peak_rss_mb: Some(cost.peak_rss_mb),
            sent_bytes: None,
            received_bytes: None,
        })
        .collect();
    Ok(Measured {
        mode: "processes",
        overall: outcome.overall().context("the study measured nothing")?,
        averaged: outcome.averaged(),
        wall: outcome.wall,
        rounds: outcome.total_cost("rounds"),
        sums: outcome.sums(),
        bytes: outcome.total_cost("sent_bytes") + outcome.total_cost("received_bytes"),
        fit: (*outcome.fit).clone(),
        parties,
    })
}
