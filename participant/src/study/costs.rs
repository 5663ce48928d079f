//! What a study's runs cost this institution. It stays here: times tell of the rows.

use std::{fs, io, path::Path, sync::Arc};

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
        let account = json!(self.mail.account()).to_string();
        if let Err(error) = files::write(&path, account.as_bytes()) {
            warn!(run = %self.run, %error, "what the run cost can't be kept");
        }
    }
}

/// Adds up what the runs of a study have cost; a file of each lies in `folder`.
fn total(folder: &Path) -> io::Result<Account> {
    let mut total = Account::default();
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(total),
        Err(error) => return Err(error),
    };
    for file in files {
        let file = file?.path();
        // A draft that a crash has left.
        if file.extension().is_none() {
            let account: Account = serde_json::from_slice(&fs::read(file)?)?;
            total += &account;
        }
    }
    Ok(total)
}

/// Adds to the institution's own report what its runs have cost, step by step.
///
/// # Errors
///
/// If the report or a run's file can't be read.
pub(crate) fn added_to(report: &str, me: &PartyId, results: &Results) -> Result<String, FileError> {
    let folder = results.costs_path();
    let added = || {
        let mut report: Value = serde_json::from_str(report)?;
        if let Value::Object(fields) = &mut report {
            let costs = json!({ me.as_str(): total(&folder)? });
            fields.insert("costs".to_owned(), costs);
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
        assert_eq!(
            total(&folder.path().join("none")).unwrap(),
            Account::default()
        );
        let one = r#"{"sum.1.masked": {"sent_bytes": 7, "rounds": 2, "cpu_us": 30}}"#;
        for (name, text) in [("0a", one), ("0b", one), ("0c.new", "{")] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let total = total(folder.path()).unwrap().total();
        assert_eq!((total.sent_bytes, total.rounds), (14, 4));
        assert_eq!(total.cpu.as_micros(), 60);
    }
}
