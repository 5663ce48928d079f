//! Studies that a demo runs one after the other over tables inside the program.

use std::{fs, path::Path};

use anyhow::Context as _;
use consilium_plan::{Lang, Plan};

use crate::{
    local::{self, federation::Federation, folder::RunFolder, inputs::PartyData, kept::Kept},
    terminal::tell,
};

/// A study of a demo.
#[derive(Clone, Debug)]
pub(super) struct Study {
    /// The name of its plan's file, and of the folder of its result.
    pub(super) name: &'static str,
    pub(super) plan: Plan,
    /// The plan's title in Chinese.
    pub(super) title: &'static str,
}

impl Study {
    /// Gives what people read as the study's title.
    pub(super) fn title(&self, lang: Lang) -> &str {
        lang.pick(self.plan.title(), self.title)
    }
}

/// A table inside the program.
#[derive(Clone, Debug)]
pub(super) struct DemoTable {
    pub(super) party: &'static str,
    /// The data set's name in the plans.
    pub(super) name: &'static str,
    /// CSV, packed by gzip.
    pub(super) rows: &'static [u8],
    /// The schema's text.
    pub(super) schema: String,
}

/// Runs studies of the same coordinator over daemons that are started for them, each party's table in
/// a file of `data` in a new folder.
pub(super) fn run(
    studies: &[&Study],
    tables: &[DemoTable],
    folder: &Path,
    lang: Lang,
) -> anyhow::Result<(Vec<Kept>, Vec<PartyData>)> {
    let first = studies.first().context("the demo has studies")?;
    let names = studies.iter().map(|study| study.name);
    let more: Vec<&str> = names.chain(["data"]).collect();
    let plans = studies.iter().map(|study| &study.plan);
    let left = RunFolder::make(folder, plans, &more, lang)?;
    let data = write(tables, &folder.join("data"))?;
    let work = async |federation: &mut Federation| {
        let mut ended = Vec::new();
        for study in studies {
            tell(study.title(lang));
            let result = folder.join(study.name);
            ended.push(local::kept(federation, &study.plan, &result, lang).await?);
        }
        Ok(ended)
    };
    let coordinator = first.plan.coordinator();
    let ended = local::over_daemons((coordinator, &data), (folder, ""), work, lang);
    Ok((left.close(ended, lang)?, data))
}

/// Writes tables into a new folder.
fn write(tables: &[DemoTable], folder: &Path) -> anyhow::Result<Vec<PartyData>> {
    fs::create_dir(folder).with_context(|| folder.display().to_string())?;
    let folder = fs::canonicalize(folder)?;
    let data = tables.iter().map(|table| {
        let file = folder.join(format!("{}.csv.gz", table.party));
        fs::write(&file, table.rows).with_context(|| file.display().to_string())?;
        Ok(PartyData {
            party: table.party.parse()?,
            name: table.name.into(),
            file,
            schema: table.schema.clone(),
            splits: Vec::new(),
            codes: Vec::new(),
        })
    });
    data.collect()
}
