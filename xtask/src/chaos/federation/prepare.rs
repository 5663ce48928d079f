//! From an empty folder to a study that is about to begin, by commands as people give them.

use std::{
    collections::BTreeMap,
    fs, mem,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use serde_json::Value;
use toml::{Table, toml};

use super::{
    super::{daemon::Daemon, link::Link, scenario::COORDINATOR, watch::Watch},
    Federation, copy_folder, text, until,
};

/// The study that is disturbed, and its data.
const EXAMPLE: &str = "examples/heart-disease";
const DATA_SET: &str = "heart";
/// Protects the stewards' keys of the one afternoon that they live.
const PASSPHRASE: &str = "chaos and nothing else";
/// Latency at which nothing happens between what is seen and what is done about it.
const SLOW: Duration = Duration::from_millis(250);

impl Federation {
    /// Founds the federation and brings the study to its beginning.
    pub(in super::super) fn prepare(program: PathBuf, folder: PathBuf) -> anyhow::Result<Self> {
        let plan = plan()?;
        let mut federation = Self {
            program,
            folder,
            link: Link::open()?,
            participants: contributors(&plan)?,
            study: String::new(),
            heads: BTreeMap::new(),
        };
        if federation.folder.exists() {
            fs::remove_dir_all(&federation.folder).context("clearing the folder")?;
        }
        fs::create_dir_all(federation.live()).context("making the folder")?;
        // Whoever compiles meanwhile replaces the program that was built.
        let built = mem::replace(&mut federation.program, federation.folder.join("consilium"));
        fs::copy(built, &federation.program).context("copying the program")?;
        fs::write(federation.folder.join("plan.toml"), plan.to_string())?;
        fs::write(federation.passphrase(), PASSPHRASE)?;
        let schema = Path::new(EXAMPLE).join("schema.toml");
        fs::copy(schema, federation.folder.join("schema.toml")).context("copying the schema")?;
        federation.begin()?;
        fs::rename(federation.live(), federation.folder.join("prepared"))?;
        Ok(federation)
    }

    fn begin(&mut self) -> anyhow::Result<()> {
        let coordinator = self.found()?;
        let mut daemons = Vec::new();
        for party in &self.participants {
            daemons.push(
                self.enrol(party)
                    .with_context(|| format!("enrolling {party}"))?,
            );
        }
        self.compare_words()?;
        let plan = self.folder.join("plan.toml");
        let submitted = self.ask(COORDINATOR, &["study", "submit", text(&plan)?, "--json"])?;
        let submitted: Value = serde_json::from_str(&submitted).context("the submitted study")?;
        submitted["study"]
            .as_str()
            .context("the study's hash")?
            .clone_into(&mut self.study);
        for party in &self.participants {
            until(|| {
                let studies = self.ask(party, &["study", "list", "--json"])?;
                anyhow::ensure!(studies.contains(&self.study), "{party} has no offer");
                Ok(())
            })?;
        }
        let mut heads = BTreeMap::from([(COORDINATOR.to_owned(), self.journal(COORDINATOR)?.head)]);
        coordinator.stop()?;
        self.link.lead_to(None);
        for party in &self.participants {
            let (key, passphrase) = (self.key(party), self.passphrase());
            let (key, passphrase) = (text(&key)?, text(&passphrase)?);
            let signing = ["--key", key, "--passphrase-file", passphrase, "--yes"];
            let approving = [&["study", "approve", &self.study], &signing[..]].concat();
            self.ask(party, &approving)
                .with_context(|| format!("approving at {party}"))?;
            heads.insert(party.clone(), self.journal(party)?.head);
        }
        self.heads = heads;
        daemons.into_iter().try_for_each(Daemon::stop)?;
        self.draw_secrets()
    }

    /// Lets every participant compare the words of the others' keys.
    fn compare_words(&self) -> anyhow::Result<()> {
        for party in &self.participants {
            let peers: Vec<Value> = until(|| {
                let lines = self.ask(party, &["participant", "peers", "--json"])?;
                let peers = lines.lines().map(serde_json::from_str);
                let peers = peers.collect::<Result<Vec<_>, _>>().context("the peers")?;
                let others = self.participants.len() - 1;
                anyhow::ensure!(peers.len() >= others, "{party} does not know all others");
                Ok(peers)
            })?;
            for peer in peers {
                let name = peer["name"].as_str().context("a peer's name")?;
                let words = peer["words"]["en"].as_str().context("a peer's words")?;
                self.ask(party, &["participant", "verify", name, words])
                    .with_context(|| format!("comparing words at {party}"))?;
            }
        }
        Ok(())
    }

    /// Lets the participants draw what is random in the study, once for all its repetitions.
    ///
    /// They do so before the first run. All are killed there, and the coordinator forgets what it
    /// did meanwhile, as one does that was restored from a copy.
    fn draw_secrets(&self) -> anyhow::Result<()> {
        let (home, copy) = (self.home(COORDINATOR), self.folder.join("copy"));
        copy_folder(&home, &copy)?;
        self.link.reset(SLOW);
        let mut daemons = vec![self.start(COORDINATOR)?];
        let watch = Watch::start(self)?;
        for party in &self.participants {
            daemons.push(self.start(party)?);
        }
        until(|| {
            anyhow::ensure!(watch.has_seen("ready"), "the study does not get ready");
            Ok(())
        })?;
        drop(daemons);
        fs::remove_dir_all(&home).context("removing the coordinator's folder")?;
        fs::rename(copy, home).context("restoring the coordinator's folder")
    }

    fn found(&self) -> anyhow::Result<Daemon> {
        let (address, state) = (self.link.address().to_string(), self.home(COORDINATOR));
        let state = text(&state)?;
        self.configure(
            COORDINATOR,
            &toml! {
                federation = "chaos"
                state = state
                address = address
                listen = "127.0.0.1:0"
                admin = "127.0.0.1:0"
            },
        )?;
        let config = self.config(COORDINATOR);
        self.run(&["coordinator", "init", "--config", text(&config)?], "")?;
        self.start(COORDINATOR)
    }

    fn enrol(&self, party: &str) -> anyhow::Result<Daemon> {
        let state = self.home(party);
        let state = text(&state)?;
        self.configure(
            party,
            &toml! {
                party = party
                state = state
                admin = "127.0.0.1:0"
            },
        )?;
        let invitation = self.ask(COORDINATOR, &["coordinator", "invite", party])?;
        let config = self.config(party);
        self.run(
            &["participant", "join", "--config", text(&config)?],
            &invitation,
        )?;
        let daemon = self.start(party)?;
        let (key, passphrase) = (self.key(party), self.passphrase());
        let (key, passphrase) = (text(&key)?, text(&passphrase)?);
        let protected = ["--out", key, "--passphrase-file", passphrase];
        self.run(
            &[&["person", "new-key", "steward"], &protected[..]].concat(),
            "",
        )?;
        self.ask(
            party,
            &["participant", "steward", "add", &format!("{key}.pub")],
        )?;
        let file = Path::new(EXAMPLE).join(format!("processed.{party}.data"));
        let file = file
            .canonicalize()
            .with_context(|| format!("looking for {}", file.display()))?;
        let schema = self.folder.join("schema.toml");
        self.ask(
            party,
            &[
                "data",
                "add",
                DATA_SET,
                text(&file)?,
                "--schema",
                text(&schema)?,
            ],
        )?;
        Ok(daemon)
    }

    fn configure(&self, party: &str, config: &Table) -> anyhow::Result<()> {
        fs::create_dir_all(self.home(party)).context("making a party's folder")?;
        fs::write(self.config(party), config.to_string()).context("writing a configuration")
    }
}

/// Makes the plan: the example's, without what only takes time.
fn plan() -> anyhow::Result<Table> {
    let file = Path::new(EXAMPLE).join("plan.toml");
    let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let mut plan: Table = text.parse().context("parsing the plan")?;
    plan.remove("comparison");
    let changes = toml! {
        [test]
        share = 0.3
        seed = 1
        [limits]
        most_rows = 10_000
        [patience]
        answer = "20s"
        outage = "2m"
        study = "1h"
    };
    plan.extend(changes);
    Ok(plan)
}

fn contributors(plan: &Table) -> anyhow::Result<Vec<String>> {
    let parties = plan.get("party").and_then(|parties| parties.as_array());
    let name = |party: &toml::Value| party.get("name")?.as_str().map(str::to_owned);
    let names: Option<_> = parties.and_then(|parties| parties.iter().map(name).collect());
    names.context("the plan's parties")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_tells_who_takes_part() {
        let plan = toml! {
            [[party]]
            name = "north"
            [[party]]
            name = "south"
        };
        assert_eq!(contributors(&plan).unwrap(), ["north", "south"]);
        assert!(contributors(&Table::new()).is_err());
    }
}
