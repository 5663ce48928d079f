//! Finished cells, each in a file under its key.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use consilium_lab::{Cell, CellKey, Experiment, LabError, Outcome, Tables};
use consilium_plan::Lang;
use tempfile::NamedTempFile;

/// An experiment with its rows and the folder of its cells.
#[derive(Debug)]
pub(super) struct Bench {
    pub(super) experiment: Experiment,
    pub(super) tables: Tables,
    folder: PathBuf,
}

impl Bench {
    /// Reads an experiment with all its tables; `out` is where its results are left.
    pub(super) fn open(file: &Path, out: &Path) -> Result<Bench, LabError> {
        let experiment = Experiment::load(file)?;
        let tables = Tables::read(&experiment)?;
        Ok(Bench {
            experiment,
            tables,
            folder: out.join("cells"),
        })
    }

    /// Gives all cells in the order in which they are run, each with its key.
    pub(super) fn cells(&self) -> Vec<(CellKey, Cell)> {
        let keyed = self.experiment.cells().into_iter().filter_map(|cell| {
            let engine = env!("CARGO_PKG_VERSION");
            let key = self.experiment.key_of(&cell, self.tables.digest(), engine);
            Some((key?, cell))
        });
        keyed.collect()
    }

    /// Gives a cell's outcome if it is finished. A file that can't be read is none: the cell is run
    /// again.
    pub(super) fn finished(&self, key: &CellKey, cell: &Cell) -> Option<Outcome> {
        let path = self.file_of(key);
        // A pipe or a device would have no end.
        let text = fs::metadata(&path)
            .ok()?
            .is_file()
            .then(|| fs::read(path))?;
        let outcome: Outcome = serde_json::from_slice(&text.ok()?).ok()?;
        // Settings may have been numbered otherwise when it was run.
        Some(Outcome {
            cell: cell.clone(),
            ..outcome
        })
    }

    /// Keeps an outcome, whole or not at all.
    pub(super) fn keep(&self, key: &CellKey, outcome: &Outcome, lang: Lang) -> anyhow::Result<()> {
        let path = self.file_of(key);
        let writing = || format!("{} {}", lang.pick("writing", "写入"), path.display());
        let mut file = NamedTempFile::new_in(&self.folder).with_context(writing)?;
        serde_json::to_writer(&mut file, outcome).with_context(writing)?;
        file.write_all(b"\n").with_context(writing)?;
        file.persist(&path).with_context(writing)?;
        Ok(())
    }

    fn file_of(&self, key: &CellKey) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }
}
