//! The studies over the features: statistics, then a model.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, bail};
use consilium_fitting::Fitted;
use consilium_glm::Fit;
use consilium_plan::{Failure, Glm, Lang, Learner, Plan, Task, Train};
use consilium_statistics::{Comparison, Findings};

use super::{contracts::Contracts, files, mapped::Mapped, prepared, study::Study};
use crate::{
    findings::Own,
    local::{self, federation::Federation, inputs::PartyData, kept::Kept, outcome::Outcome},
    model, plan,
    terminal::tell,
};

/// What the demo makes in its folder besides the daemons' folders and `result.json`.
pub(super) const MADE: [&str; 5] = [
    files::FOLDER,
    Study::Statistics.folder(),
    Study::Mistaken.folder(),
    Study::Training.folder(),
    "report.html",
];

/// The plans.
#[derive(Debug)]
pub(super) struct Studies {
    statistics: Plan,
    mistaken: Plan,
    cents: Plan,
}

/// What came of them.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) statistics: Kept,
    pub(super) findings: Findings,
    /// What columns become before a model takes them, by these findings.
    pub(super) fitted: Fitted,
    /// Of each institution, how its rows compare with those of the others; known to itself alone.
    pub(super) own: Vec<(String, Comparison)>,
    /// How the public insurer's would, had it left its amounts in cents.
    pub(super) mistaken: Comparison,
    /// Why a study does not begin where its schema says that they are in cents.
    pub(super) refused: Vec<Failure>,
    /// By what institutions have shown each other that they mean the same, study by study; that one is the
    /// last.
    pub(super) contracts: Vec<Contracts>,
    train: Plan,
    pub(super) trained: Outcome,
    pub(super) fit: Fit,
    /// From the submission of each study to its end, in seconds.
    pub(super) wall_s: f64,
    /// Of all parties' frames, each counted once at its sender.
    pub(super) frame_bytes: u64,
    /// Over all connections, TLS and forwarding included.
    pub(super) wire_bytes: u64,
}

impl Studies {
    /// Reads the plans.
    pub(super) fn load(lang: Lang) -> anyhow::Result<Studies> {
        let read = |name| anyhow::Ok(plan::load_from(&text, Path::new(name), lang)?.plan);
        Ok(Studies {
            statistics: read("statistics.toml")?,
            mistaken: read("mistaken.toml")?,
            cents: read("cents.toml")?,
        })
    }

    pub(super) fn plans(&self) -> [&Plan; 3] {
        [&self.statistics, &self.mistaken, &self.cents]
    }

    /// Runs them over daemons that are started for it.
    pub(super) fn run(
        &self,
        (mapped, in_cents): (&[Mapped], [PartyData; 2]),
        folder: &Path,
        lang: Lang,
    ) -> anyhow::Result<Ended> {
        let mut data: Vec<PartyData> = mapped.iter().map(Mapped::data).collect();
        // Data stand party by party.
        let [PartyData { party, .. }, _] = &in_cents;
        let place = data.iter().take_while(|set| set.party != *party).count();
        data.splice(place..place, in_cents);
        let work = async |federation: &mut Federation| {
            tell(lang.pick(
                "statistics over all three, small cells held back",
                "三方共同统计，抑制小单元格",
            ));
            let kept = async |federation: &mut Federation, plan, study: Study| {
                local::kept(federation, plan, &folder.join(study.folder()), lang).await
            };
            let statistics = kept(federation, &self.statistics, Study::Statistics).await?;
            let (findings, fitted) = found(&statistics, mapped)?;
            prepared::write(&fitted, &folder.join(files::FOLDER))?;
            tell(lang.pick(
                "the same, had the public insurer left its amounts in cents",
                "同样的统计，假设公共医保未将美分换算",
            ));
            let mistaken = kept(federation, &self.mistaken, Study::Mistaken).await?;
            tell(lang.pick("a model over all three", "三方共同训练模型"));
            let result = folder.join(Study::Training.folder());
            let train = training(&fitted, lang)?;
            let trained = local::trained(federation, &train, &result, lang).await?;
            tell(lang.pick(
                "the public insurer's schema says cents: a study does not begin",
                "公共医保的数据结构声明为美分：研究不会开始",
            ));
            let refused = local::study(federation, &self.cents).await?.err();
            let refused = refused.context("a study began over amounts in another unit")?;
            let all = [
                (Study::Statistics, &self.statistics),
                (Study::Mistaken, &self.mistaken),
                (Study::Training, &train),
                (Study::Cents, &self.cents),
            ];
            let contracts = Contracts::read(federation, all).await?;
            Ok((
                statistics,
                (findings, fitted),
                mistaken,
                (train, trained),
                (refused, contracts),
            ))
        };
        let coordinator = self.statistics.coordinator();
        let ended = local::over_daemons((coordinator, &data), (folder, ""), work, lang);
        let (statistics, (findings, fitted), mistaken, (train, trained), told) = ended?;
        let (refused, contracts) = told;
        let model::Fit::Glm(fit) = &trained.fit else {
            bail!("the demo's plan fits no regression");
        };
        let measured = [&statistics, &mistaken];
        let sum = |of: fn(&Kept) -> u64| measured.map(of).iter().sum::<u64>();
        let wall = measured.iter().map(|kept| kept.wall).sum::<Duration>() + trained.wall;
        let mut of_mistaken = comparisons(&mistaken)?.into_iter();
        let public = of_mistaken.find(|(party, _)| party == "public");
        Ok(Ended {
            findings,
            fitted,
            own: comparisons(&statistics)?,
            mistaken: public.context("the public insurer took part")?.1,
            fit: (***fit).clone(),
            wall_s: wall.as_secs_f64(),
            frame_bytes: sum(Kept::frame_bytes) + trained.frame_bytes(),
            wire_bytes: sum(Kept::wire_bytes) + trained.wire_bytes(),
            statistics,
            train,
            trained,
            refused,
            contracts,
        })
    }
}

impl Ended {
    /// Gives what the model is trained on, and how.
    pub(super) fn glm(&self) -> anyhow::Result<(&Train, &Glm)> {
        let Task::Train(task) = self.train.task() else {
            bail!("the demo's plan trains no model");
        };
        match &task.learner {
            Learner::Glm(glm) => Ok((task, glm)),
            Learner::Gbdt(_) => bail!("the demo's plan fits no regression"),
        }
    }
}

/// Reads the plan that trains a model of columns so prepared.
fn training(fitted: &Fitted, lang: Lang) -> anyhow::Result<Plan> {
    let prepared = fitted.to_string();
    let text = |path: &Path| {
        if path == Path::new(prepared::FILE) {
            return Ok(prepared.clone());
        }
        text(path)
    };
    Ok(plan::load_from(&text, Path::new("train.toml"), lang)?.plan)
}

/// Gives a file of the example.
fn text(path: &Path) -> anyhow::Result<String> {
    Ok(files::text(path.to_str().unwrap_or_default())?.to_owned())
}

/// Reads what all have found alike, and what columns become by it.
fn found(kept: &Kept, mapped: &[Mapped]) -> anyhow::Result<(Findings, Fitted)> {
    let first = kept.parties.first().zip(mapped.first());
    let (own, mapped) = first.context("institutions took part")?;
    let findings = serde_json::from_str(&own.findings)?;
    let fitted = prepared::fit(&findings, &mapped.schema)?;
    Ok((findings, fitted))
}

/// Reads what each institution has found of itself.
fn comparisons(kept: &Kept) -> anyhow::Result<Vec<(String, Comparison)>> {
    let own = kept.parties.iter().map(|own| {
        let of = Own::of(own.party.as_str(), &own.report)?;
        Ok((own.party.to_string(), of.comparison))
    });
    own.collect()
}
