//! What a study's runs cost this institution. It stays here: times tell of the rows.

use std::{collections::BTreeMap, fs, io, path::Path, sync::Arc};

use consilium_mailbox::{Account, Mailbox, PartyId, RunId};
use consilium_node::files::{self, FileError};
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
        let phases = self.mail.parts();
        let phases = (!phases.is_empty()).then(|| (path.with_extension(PHASES), json!(phases)));
        let all = (path, json!(self.mail.account()));
        for (path, costs) in phases.into_iter().chain([all]) {
            if let Err(error) = files::write(&path, costs.to_string().as_bytes()) {
                warn!(run = %self.run, %error, "what the run cost can't be kept");
            }
        }
    }
}

/// What a file of a run's costs by its phases ends in.
const PHASES: &str = "phases";

/// What runs have cost.
#[derive(Default)]
struct Costs {
    total: Account,
    /// Of each phase of a training, as far as it belongs to one.
    phases: BTreeMap<String, Account>,
}

/// Adds up what the runs of a study have cost; files of each lie in `folder`.
fn costs(folder: &Path) -> io::Result<Costs> {
    let mut costs = Costs::default();
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(costs),
        Err(error) => return Err(error),
    };
    for file in files {
        let file = file?.path();
        match file.extension() {
            None => {
                let account: Account = serde_json::from_slice(&fs::read(file)?)?;
                costs.total += &account;
            }
            Some(kind) if kind == PHASES => {
                let phases: BTreeMap<String, Account> = serde_json::from_slice(&fs::read(file)?)?;
                for (phase, account) in phases {
                    *costs.phases.entry(phase).or_default() += &account;
                }
            }
            // A draft that a crash has left.
            Some(_) => {}
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
            let Costs { total, phases } = costs(&folder)?;
            fields.insert("costs".to_owned(), json!({ me.as_str(): total }));
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
        assert_eq!(none.total, Account::default());
        let one = r#"{"sum.1.masked": {"sent_bytes": 7, "rounds": 2, "cpu_us": 30}}"#;
        let fit = format!("{{\"fit\": {one}}}");
        for (name, text) in [
            ("0a", one),
            ("0a.phases", &fit),
            ("0b", one),
            ("0b.phases", &fit),
            ("0c.new", "{"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let Costs { total, phases } = costs(folder.path()).unwrap();
        assert_eq!(phases.keys().collect::<Vec<_>>(), ["fit"]);
        assert_eq!(phases["fit"], total);
        let total = total.total();
        assert_eq!((total.sent_bytes, total.rounds), (14, 4));
        assert_eq!(total.cpu.as_micros(), 60);
    }
}
