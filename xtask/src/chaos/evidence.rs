//! What a study leaves behind, and whether it is what it should be.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::{
    federation::{Federation, Journal, until},
    scenario::COORDINATOR,
};

/// What a finished study gave everybody.
#[derive(Debug, PartialEq)]
pub(super) struct Evidence {
    /// The parties in each opened sum.
    rosters: Value,
    /// What the coordinator's journal says was opened: sums, and over how many parties. A step that
    /// is repeated may open its sum once more, over the same.
    openings: BTreeSet<(String, String)>,
    /// The published fit. JSON keeps every bit of a number.
    fit: Value,
    /// The measures over all parties.
    outcomes: Value,
    /// At each participant its own measures and its scores.
    own: BTreeMap<String, (Value, Vec<u8>)>,
}

impl Evidence {
    /// Asks every party for what it has.
    pub(super) fn collect(federation: &Federation) -> anyhow::Result<Self> {
        let (report, model, _) = results(federation, COORDINATOR, "report.json")?;
        let mut own = BTreeMap::new();
        for party in &federation.participants {
            // A participant hears of the end a little later than the coordinator.
            let (mut report, _, scores) = until(|| results(federation, party, "own-report.json"))
                .with_context(|| format!("the result at {party}"))?;
            own.insert(party.clone(), (report["own"].take(), scores));
        }
        Ok(Self {
            rosters: report["opened_sets"].clone(),
            openings: openings(&federation.journal(COORDINATOR)?),
            fit: model["fit"].clone(),
            outcomes: report["outcomes"].clone(),
            own,
        })
    }

    /// Says how this differs from what the study gave undisturbed.
    pub(super) fn compare(&self, undisturbed: &Self) -> anyhow::Result<()> {
        ensure!(
            self.rosters == undisturbed.rosters,
            "sums were opened over {} instead of {}",
            self.rosters,
            undisturbed.rosters
        );
        ensure!(
            self.openings == undisturbed.openings,
            "other sums were opened"
        );
        ensure!(
            self.fit == undisturbed.fit,
            "the same parties, and other coefficients"
        );
        ensure!(
            self.outcomes == undisturbed.outcomes,
            "the same parties, and other measures"
        );
        for (party, own) in &undisturbed.own {
            ensure!(
                self.own.get(party) == Some(own),
                "{party} has other results of its own"
            );
        }
        Ok(())
    }
}

/// Gives a report, the model and, at a participant, the scores.
fn results(
    federation: &Federation,
    party: &str,
    report: &str,
) -> anyhow::Result<(Value, Value, Vec<u8>)> {
    let folder = federation.live().join(format!("{party}.result"));
    let out = folder.to_str().context("a path is no text")?;
    let fetching = ["study", "result", &federation.study, "--json", "--out", out];
    let listed = federation.ask(party, &fetching)?;
    let read = |name: &str| -> anyhow::Result<Value> {
        let text = fs::read_to_string(folder.join(name)).with_context(|| name.to_owned())?;
        serde_json::from_str(&text).with_context(|| name.to_owned())
    };
    let mut files = listed.lines().filter_map(file);
    // Scores stay where the daemon has put them.
    let scores = files.find(|file| !file.starts_with(&folder));
    let scores = scores.map(fs::read).transpose().context("reading scores")?;
    Ok((
        read(report)?,
        read("model.json")?,
        scores.unwrap_or_default(),
    ))
}

fn openings(journal: &Journal) -> BTreeSet<(String, String)> {
    let opening = |fields: &Value| {
        (
            fields["sum"].to_string(),
            fields["contributors"].to_string(),
        )
    };
    journal.entries("opening").iter().map(opening).collect()
}

/// Reads a line that names a file.
fn file(line: &str) -> Option<PathBuf> {
    let line: Value = serde_json::from_str(line).ok()?;
    Some(PathBuf::from(line["file"].as_str()?))
}

/// Verifies every party's journal, and that no approval is lost or counted twice.
pub(super) fn audit(federation: &Federation) -> anyhow::Result<()> {
    for party in &federation.participants {
        let journal = federation.journal(party)?;
        approvals(party, &journal, 1)?;
    }
    let journal = federation.journal(COORDINATOR)?;
    approvals(COORDINATOR, &journal, federation.participants.len())
}

fn approvals(party: &str, journal: &Journal, expected: usize) -> anyhow::Result<()> {
    let found = journal.entries("approval").len();
    ensure!(
        found == expected,
        "the journal of {party} has {found} approvals, not {expected}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn evidence(coefficient: f64) -> Evidence {
        Evidence {
            rosters: json!([["north", "south"]]),
            openings: BTreeSet::new(),
            fit: json!({ "coefficient": coefficient }),
            outcomes: json!({}),
            own: BTreeMap::from([("north".to_owned(), (json!({}), b"0.5".to_vec()))]),
        }
    }

    #[test]
    fn the_last_bit_of_a_coefficient_counts() {
        let (one, other) = (evidence(0.1 + 0.2), evidence(0.3));
        assert!(one.compare(&evidence(0.1 + 0.2)).is_ok());
        assert!(one.compare(&other).is_err());
    }

    #[test]
    fn another_roster_and_other_scores_are_named() {
        let mut other = evidence(0.3);
        other.own.clear();
        let said = other.compare(&evidence(0.3)).unwrap_err().to_string();
        assert_eq!(said, "north has other results of its own");
        other.rosters = json!([["north"]]);
        let said = other.compare(&evidence(0.3)).unwrap_err().to_string();
        assert!(said.starts_with("sums were opened over"), "{said}");
    }
}
