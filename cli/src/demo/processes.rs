//! The demo in real processes: a plan, and the hospitals' files written out for it.

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use consilium_evaluation::Measures;
use consilium_plan::Lang;

use super::{
    hospitals::{Demo, SCHEMA},
    measured::Measured,
};
use crate::{
    local::{self, folder::RunFolder, inputs::PartyData},
    model::Fit,
};

pub(super) fn run(demo: &Demo, folder: &Path, lang: Lang) -> anyhow::Result<Measured> {
    let left = RunFolder::make(folder, [&demo.plan], &["data"], lang)?;
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
            codes: Vec::new(),
            splits: vec![(
                "flamby".into(),
                write(format!("{name}-split.csv"), hospital.split.as_bytes())?,
            )],
        });
    }
    let outcome = local::in_processes(&demo.plan, &sets, folder, "", lang);
    let outcome = left.close(outcome, lang)?;
    let Fit::Glm(fit) = &outcome.fit else {
        bail!("the demo's plan fits no regression");
    };
    let fit = (***fit).clone();
    Ok(Measured {
        mode: "processes",
        overall: outcome
            .overall()
            .and_then(Measures::classes)
            .context("the study measured nothing")?,
        averaged: outcome.averaged(),
        wall: outcome.wall,
        rounds: outcome.coordinator.total().rounds,
        sums: outcome.sums(),
        bytes: outcome.frame_bytes(),
        wire_bytes: Some(outcome.wire_bytes()),
        fit,
        parties: outcome.costs,
    })
}
