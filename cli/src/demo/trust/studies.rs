//! The hospitals' studies: what their stays are worth, a model in which they count by their cards, and one
//! that takes only those that are fit.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context as _, bail};
use consilium_evaluation::Weight;
use consilium_glm::Fit;
use consilium_mailbox::PartyId;
use consilium_plan::{Failure, Lang};
use consilium_scorecard::Card;
use tokio::task;

use super::{cards::Desk, files::Example};
use crate::{
    local::{self, federation::Federation, inputs::PartyData, outcome::Outcome},
    model,
    terminal::tell,
};

/// Folders of results in the demo's folder.
const VALUE: &str = "value";
const WEIGHED: &str = "weighed";

/// What they and the cards make in the demo's folder.
pub(super) const MADE: [&str; 5] = [VALUE, WEIGHED, "plan.toml", "cards.jsonl", "weighed.toml"];

/// What came of the studies.
#[derive(Debug)]
pub(super) struct Ended {
    /// Of all six, each row counting alike.
    pub(super) unweighted: Fit,
    /// Each hospital's rows counting as its card's band says.
    pub(super) weighted: Fit,
    pub(super) cards: BTreeMap<PartyId, Card>,
    pub(super) weights: BTreeMap<PartyId, Weight>,
    /// Why the last study does not begin.
    pub(super) refused: Vec<Failure>,
}

/// Runs them over daemons that are started for it.
pub(super) fn run(
    example: &Example,
    hospitals: &[PartyData],
    folder: &Path,
    lang: Lang,
) -> anyhow::Result<Ended> {
    let work = async |federation: &mut Federation| {
        tell(lang.pick(
            "a model of all six, and what each hospital's stays are worth to it, by all coalitions",
            "六家联合训练模型，并按所有机构组合计算各家数据的价值",
        ));
        let valued = local::trained(federation, &example.value, &folder.join(VALUE), lang).await?;
        let values = valued.parties.iter();
        let values = values.map(|own| (own.party.clone(), own.value.clone()));
        let desk = Desk {
            folder: folder.to_owned(),
            hospitals: hospitals.to_vec(),
            values: values.collect(),
            sockets: federation.sockets(),
            lang,
        };
        let (desk, cards) = apart(move || {
            let cards = desk.make()?;
            Ok((desk, cards))
        })
        .await?;
        federation.shown(cards.len()).await?;
        let plan = example.plan.clone();
        let weighed = apart(move || desk.weigh(&plan)).await?;
        tell(lang.pick(
            "the model again, each hospital's stays counting by the band of its card",
            "再次训练模型，各家数据按评分卡分档加权",
        ));
        let weighted = local::trained(federation, &weighed, &folder.join(WEIGHED), lang).await?;
        tell(lang.pick(
            "a plan that takes only stays that are fit for it",
            "只接受评分达标数据的方案",
        ));
        let refused = local::study(federation, &example.trusted).await?.err();
        let weights = weighed.contributors();
        let weights = weights.map(|(party, _)| (party.clone(), weighed.weight(party)));
        Ok(Ended {
            unweighted: fit(&valued)?,
            weighted: fit(&weighted)?,
            cards,
            weights: weights.collect(),
            refused: refused.unwrap_or_default(),
        })
    };
    let coordinator = example.plan.coordinator();
    local::over_daemons((coordinator, hospitals), (folder, ""), work, lang)
}

/// Does what speaks to daemons by a runtime of its own, on a thread of its own.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    task::spawn_blocking(work)
        .await
        .context("a thread has ended")?
}

fn fit(outcome: &Outcome) -> anyhow::Result<Fit> {
    match &outcome.fit {
        model::Fit::Glm(fit) => Ok((***fit).clone()),
        model::Fit::Gbdt(_) => bail!("the demo's plans fit no regression"),
    }
}
