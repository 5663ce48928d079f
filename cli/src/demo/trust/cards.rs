//! Each hospital's scorecard, by the commands that its people and an operator would type.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use consilium_base::hex;
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, Plan};
use consilium_scorecard::{Card, Purpose, Signed};

use super::{
    files::write,
    typed::{text, typed},
};
use crate::{local::inputs::PartyData, new_file, random, terminal::tell};

/// Where cards are made, kept and read.
#[derive(Debug)]
pub(super) struct Desk {
    /// The demo's folder.
    pub(super) folder: PathBuf,
    pub(super) hospitals: Vec<PartyData>,
    /// What cards are for, as its file says.
    pub(super) purpose: &'static str,
    /// What studies have left at each hospital: how much its rows surprise, and what they are worth.
    pub(super) studies: BTreeMap<PartyId, [String; 2]>,
    /// Of the coordinator, and of the hospitals' daemons.
    pub(super) sockets: (PathBuf, BTreeMap<PartyId, PathBuf>),
    pub(super) lang: Lang,
}

impl Desk {
    /// Has each hospital make its card, sign it and hand it to its daemon.
    pub(super) fn make(&self) -> anyhow::Result<BTreeMap<PartyId, Card>> {
        let cards = self.hospitals.iter().map(|hospital| {
            let party = &hospital.party;
            tell(&self.lang.pick(
                format!("{party} makes and signs its scorecard"),
                format!("{party} 生成并签署评分卡"),
            ));
            let card = self.card(hospital).with_context(|| party.to_string())?;
            Ok((party.clone(), card))
        });
        cards.collect()
    }

    fn card(&self, hospital: &PartyData) -> anyhow::Result<Card> {
        let own = hospital.file.parent().context("a file has a folder")?;
        let at = |name: &str| text(&own.join(name));
        let studies = self.studies.get(&hospital.party).context("its studies")?;
        let [scarcity, value] = studies;
        write(own.join("scarcity.json"), scarcity.as_bytes())?;
        write(own.join("value.json"), value.as_bytes())?;
        write(own.join("purpose.toml"), self.purpose.as_bytes())?;
        let passphrase = random::seed()?.derive("demo-trust.1.passphrase", &[]);
        let mut file = new_file::create_private(&own.join("passphrase"), self.lang)?;
        writeln!(file, "{}", hex::encode(passphrase.expose()))?;

        let socket = self.sockets.1.get(&hospital.party).context("its daemon")?;
        let (socket, key, public) = (text(socket)?, at("steward.pem")?, at("steward.pem.pub")?);
        let (passphrase, card) = (at("passphrase")?, at("card")?);
        let by = ["--passphrase-file", &passphrase];
        let door = ["--at", &socket];
        self.typed(&[&["person", "new-key", "steward", "--out", &key], &by])?;
        self.typed(&[&["participant", "steward", "add", &public], &door])?;
        let purpose = at("purpose.toml")?;
        let about = ["--purpose", &purpose, "--data-set", &hospital.name];
        let (quality, privacy) = (at("quality")?, at("privacy")?);
        let measured = ["--quality", &quality, "--privacy", &privacy];
        let (scarcity, value) = (at("scarcity.json")?, at("value.json")?);
        let found = ["--scarcity", &scarcity, "--value", &value];
        let to = ["--key", &key, "--out", &card];
        let make = ["data", "score", "make"];
        self.typed(&[&make, &about, &measured, &found, &to, &by, &door])?;
        self.typed(&[&["data", "score", "add", &card], &door])?;
        let signed = read(&own.join("card").join("card.json"))?;
        Ok(Signed::from_json(&signed)?.card)
    }

    /// Has an operator read what all show of their cards, and weigh a plan by it.
    pub(super) fn weigh(&self, plan: &Plan) -> anyhow::Result<Plan> {
        let at = |name: &str| text(&self.folder.join(name));
        let purpose = Purpose::from_toml(self.purpose)?.named().to_string();
        let socket = text(&self.sockets.0)?;
        let list = ["data", "list", "--federation", "--json"];
        let shown = self.typed(&[&list, &["--purpose", &purpose, "--at", &socket]])?;
        write(self.folder.join("cards.jsonl"), shown.as_bytes())?;
        write(self.folder.join("plan.toml"), plan.to_string().as_bytes())?;
        let (plan, cards) = (at("plan.toml")?, at("cards.jsonl")?);
        let by = ["--cards", &cards, "--purpose", &purpose];
        let weighed = self.typed(&[&["plan", "weigh", &plan], &by])?;
        write(self.folder.join("weighed.toml"), weighed.as_bytes())?;
        Ok(weighed.parse()?)
    }

    fn typed(&self, args: &[&[&str]]) -> anyhow::Result<String> {
        typed(&args.concat(), self.lang)
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}
