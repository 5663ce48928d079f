//! What a study's runs cost this institution. It stays here: times tell of the rows.

use std::{collections::BTreeMap, fs, io, path::Path, sync::Arc};

use consilium_mailbox::{Account, Mailbox, PartyId, RunId};
use consilium_node::files::{self, FileError};
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::warn;

use super::Results;

/// Keeps what a run costs, however the run ends.
pub(super) struct Meter {
    pub(super) mail: Mailbox,
    pub(super) run: RunId,
    pub(super) results: Results,
}

impl Drop for Meter {
    fn drop(&mut self) {
        let path = self.results.costs_path().join(self.run.to_string());
        let costs = json!({ "all": self.mail.account(), "phases": self.mail.parts() });
        if let Err(error) = files::write(&path, costs.to_string().as_bytes()) {
            warn!(run = %self.run, %error, "what the run cost can't be kept");
        }
    }
}

/// What runs have cost, or one.
#[derive(Default, Deserialize)]
struct Costs {
    all: Account,
    /// Of each part, as far as it belongs to one: of the phases of a training, and of the set-ups before
    /// sums.
    phases: BTreeMap<String, Account>,
}

/// Adds up what the runs of a study have cost; a file of each lies in `folder`.
fn costs(folder: &Path) -> io::Result<Costs> {
    let mut costs = Costs::default();
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(costs),
        Err(error) => return Err(error),
    };
    for file in files {
        let file = file?.path();
        if file.extension().is_some() {
            // A draft that a crash has left.
            continue;
        }
        let run: Costs = serde_json::from_slice(&fs::read(file)?)?;
        costs.all += &run.all;
        for (phase, account) in &run.phases {
            *costs.phases.entry(phase.clone()).or_default() += account;
        }
    }
    Ok(costs)
}

/// Adds to the institution's own report what its runs have cost, step by step: in all, and in each phase
/// of a training.
///
/// # Errors
///
/// If the report or a run's file can't be read.
pub(crate) fn added_to(report: &str, me: &PartyId, results: &Results) -> Result<String, FileError> {
    let folder = results.costs_path();
    let added = || {
        let mut report: Value = serde_json::from_str(report)?;
        if let Value::Object(fields) = &mut report {
            let Costs { all, phases } = costs(&folder)?;
            fields.insert("costs".to_owned(), json!({ me.as_str(): all }));
            if !phases.is_empty() {
                fields.insert("phases".to_owned(), json!({ me.as_str(): phases }));
            }
        }
        Ok(serde_json::to_string_pretty(&report)?)
    };
    added().map_err(|source: io::Error| FileError {
        path: folder.clone(),
        source: Arc::new(source),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runs_of_a_study_are_added_up_and_drafts_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let none = costs(&folder.path().join("none")).unwrap();
        assert_eq!(none.all, Account::default());
        let one = r#"{"sum.1.masked": {"sent_bytes": 7, "rounds": 2, "cpu_us": 30}}"#;
        let trained = format!("{{\"all\": {one}, \"phases\": {{\"fit\": {one}}}}}");
        let aligned = format!("{{\"all\": {one}, \"phases\": {{}}}}");
        for (name, text) in [("0a", &trained[..]), ("0b", &aligned), ("0c.new", "{")] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let Costs { all, phases } = costs(folder.path()).unwrap();
        assert_eq!(phases.keys().collect::<Vec<_>>(), ["fit"]);
        assert_eq!(phases["fit"].total().sent_bytes, 7);
        let total = all.total();
        assert_eq!((total.sent_bytes, total.rounds), (14, 4));
        assert_eq!(total.cpu.as_micros(), 60);
    }
}
