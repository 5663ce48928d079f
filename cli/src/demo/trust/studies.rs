//! The hospitals' studies: what their stays are worth, a model in which they count by their cards, and one
//! that takes only those that are fit.

use std::{collections::BTreeMap, path::Path};

use anyhow::bail;
use consilium_evaluation::Weight;
use consilium_glm::Fit;
use consilium_mailbox::PartyId;
use consilium_plan::{Failure, Lang};

use super::{
    files::Example,
    measured::Measured,
    scored::{SCARCITY, Scored, VALUE, apart},
};
use crate::{
    local::{self, federation::Federation, inputs::PartyData, outcome::Outcome},
    model,
    terminal::tell,
};

/// The folder of the weighed training's result.
const WEIGHED: &str = "weighed";

/// What the studies and the cards make in the demo's folder.
pub(super) const MADE: [&str; 6] = [
    SCARCITY,
    VALUE,
    WEIGHED,
    "plan.toml",
    "cards.jsonl",
    "weighed.toml",
];

/// What came of the studies.
#[derive(Debug)]
pub(super) struct Ended {
    /// Of all six, each row counting alike.
    pub(super) unweighted: Fit,
    /// Each hospital's rows counting as its card's band says.
    pub(super) weighted: Fit,
    pub(super) weights: BTreeMap<PartyId, Weight>,
    /// Why the last study does not begin.
    pub(super) refused: Vec<Failure>,
}

/// Runs them over daemons that are started for it.
pub(super) fn run(
    example: &Example,
    (hospitals, measured): (&[PartyData], Vec<Measured>),
    folder: &Path,
    lang: Lang,
) -> anyhow::Result<(Scored, Ended)> {
    let work = async |federation: &mut Federation| {
        let made = (hospitals, measured);
        let scored = Scored::by_studies(federation, &example.asked, made, folder, lang);
        let (scored, desk, valued) = scored.await?;
        federation.shown(scored.cards.len()).await?;
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
        let ended = Ended {
            unweighted: fit(&valued)?,
            weighted: fit(&weighted)?,
            weights: weights.collect(),
            refused: refused.unwrap_or_default(),
        };
        Ok((scored, ended))
    };
    let coordinator = example.plan.coordinator();
    local::over_daemons((coordinator, hospitals), (folder, ""), work, lang)
}

fn fit(outcome: &Outcome) -> anyhow::Result<Fit> {
    match &outcome.fit {
        model::Fit::Glm(fit) => Ok((***fit).clone()),
        model::Fit::Gbdt(_) => bail!("the demo's plans fit no regression"),
    }
}
