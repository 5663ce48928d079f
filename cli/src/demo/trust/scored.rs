//! What institutions find of their own rows: by reports, by studies, and on the cards that are made of these.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, Plan};
use consilium_scorecard::{Card, Dimension, Score};
use consilium_value::{Coalesced, Record, Value};
use tokio::task;

use super::{cards::Desk, measured::Measured};
use crate::{
    local::{self, federation::Federation, inputs::PartyData, outcome::Outcome},
    scarcity,
    terminal::tell,
};

/// Folders of results.
pub(super) const SCARCITY: &str = "scarcity";
pub(super) const VALUE: &str = "value";

/// What institutions are to find out of their rows.
#[derive(Debug)]
pub(super) struct Asked {
    /// Columns by which a neighbour may know a patient, and one that nobody should learn.
    pub(super) quasi: &'static str,
    pub(super) sensitive: &'static str,
    /// The studies: how much rows surprise the others, and what they are worth to a model.
    pub(super) scarcity: Plan,
    pub(super) value: Plan,
    /// What cards are for, as its file says.
    pub(super) purpose: &'static str,
}

/// What they have found.
#[derive(Debug)]
pub(super) struct Scored {
    pub(super) measured: Vec<Measured>,
    pub(super) cards: BTreeMap<PartyId, Card>,
    /// What each keeps of what its rows are worth.
    pub(super) values: BTreeMap<PartyId, Record>,
}

impl Scored {
    /// Has the studies run of which cards are made, and the cards made; gives what made them too, and what came of
    /// the study that values rows.
    pub(super) async fn by_studies(
        federation: &mut Federation,
        asked: &Asked,
        (hospitals, measured): (&[PartyData], Vec<Measured>),
        folder: &Path,
        lang: Lang,
    ) -> anyhow::Result<(Scored, Desk, Outcome)> {
        tell(lang.pick(
            "how much each hospital's rows surprise whoever knows noised tables of the others'",
            "在已知其他医院加噪列联表的前提下，各医院数据的意外程度",
        ));
        let scarce = folder.join(SCARCITY);
        let scarce = local::kept(federation, &asked.scarcity, &scarce, lang).await?;
        tell(lang.pick(
            "a model of all, and what each hospital's rows are worth to it",
            "联合训练模型，并计算各医院数据对模型的价值",
        ));
        let valued = folder.join(VALUE);
        let valued = local::trained(federation, &asked.value, &valued, lang).await?;
        let (mut studies, mut values) = (BTreeMap::new(), BTreeMap::new());
        for (scarce, valued) in scarce.parties.iter().zip(&valued.parties) {
            let party = valued.party.clone();
            values.insert(party.clone(), serde_json::from_str(&valued.value)?);
            let scarcity = scarcity::file(&scarce.report.to_string())?;
            studies.insert(party, [scarcity, valued.value.clone()]);
        }
        let desk = Desk {
            folder: folder.to_owned(),
            hospitals: hospitals.to_vec(),
            purpose: asked.purpose,
            studies,
            sockets: federation.sockets(),
            lang,
        };
        let (desk, cards) = apart(move || {
            let cards = desk.make()?;
            Ok((desk, cards))
        })
        .await?;
        let scored = Scored {
            measured,
            cards,
            values,
        };
        Ok((scored, desk, valued))
    }

    /// The institutions by the composites of their cards, the best first.
    pub(super) fn ranked(&self) -> Vec<&Measured> {
        let composite = |it: &Measured| {
            let composite = self.composite(&it.party);
            composite.map_or(f64::NEG_INFINITY, |it| it.score)
        };
        let mut ranked: Vec<&Measured> = self.measured.iter().collect();
        ranked.sort_by(|a, b| composite(b).total_cmp(&composite(a)));
        ranked
    }

    /// A card's composite, if it has one.
    pub(super) fn composite(&self, party: &PartyId) -> Option<Score> {
        self.cards.get(party)?.composite
    }

    /// A card's score of a dimension, if it was measured.
    pub(super) fn dimension(&self, party: &PartyId, dimension: Dimension) -> Option<Score> {
        Some(self.cards.get(party)?.dimensions.get(&dimension)?.score)
    }

    /// What an institution's rows are worth, in units of deviance: by all coalitions where the study asked for them,
    /// else by what is lost without it.
    pub(super) fn worth(&self, party: &PartyId) -> Option<Value> {
        let record = self.values.get(party)?;
        match &record.coalesced {
            Some(Coalesced::Told { parties, .. }) => parties.get(party).map(|it| it.shapley),
            _ => record.leave_one_out,
        }
    }
}

/// Does what speaks to daemons by a runtime of its own, on a thread of its own.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    task::spawn_blocking(work)
        .await
        .context("a thread has ended")?
}
