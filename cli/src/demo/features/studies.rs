//! The studies over the features: statistics, then a model.

use std::path::Path;

use anyhow::{Context as _, bail};
use consilium_glm::Fit;
use consilium_plan::{Glm, Lang, Learner, Plan, Task, Train};
use consilium_statistics::{Comparison, Findings};

use super::{files, mapped::Mapped};
use crate::{
    findings::Own,
    local::{self, federation::Federation, kept::Kept, outcome::Outcome},
    model, plan,
    terminal::tell,
};

const STATISTICS: &str = "statistics";
const TRAINING: &str = "training";

/// What the demo makes in its folder besides the daemons' folders and `result.json`.
pub(super) const MADE: [&str; 4] = [files::FOLDER, STATISTICS, TRAINING, "report.html"];

/// The plans.
#[derive(Debug)]
pub(super) struct Studies {
    statistics: Plan,
    train: Plan,
}

/// What came of them.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) statistics: Kept,
    pub(super) findings: Findings,
    /// Of each institution, how its rows compare with those of the others; known to itself alone.
    pub(super) own: Vec<(String, Comparison)>,
    pub(super) trained: Outcome,
    pub(super) fit: Fit,
}

impl Studies {
    /// Reads the plans.
    pub(super) fn load(lang: Lang) -> anyhow::Result<Studies> {
        let text = |path: &Path| Ok(files::text(path.to_str().unwrap_or_default())?.to_owned());
        let read = |name| anyhow::Ok(plan::load_from(&text, Path::new(name), lang)?.plan);
        let (statistics, train) = (read("statistics.toml")?, read("train.toml")?);
        let studies = Studies { statistics, train };
        // The demo's own plans are of these kinds, whoever edits them.
        studies.glm()?;
        Ok(studies)
    }

    pub(super) fn plans(&self) -> [&Plan; 2] {
        [&self.statistics, &self.train]
    }

    /// Gives what the model is trained on, and how.
    pub(super) fn glm(&self) -> anyhow::Result<(&Train, &Glm)> {
        let Task::Train(task) = self.train.task() else {
            bail!("the demo's plan trains no model");
        };
        match &task.learner {
            Learner::Glm(glm) => Ok((task, glm)),
            _ => bail!("the demo's plan fits no regression"),
        }
    }

    /// Runs them over daemons that are started for it.
    pub(super) fn run(
        &self,
        mapped: &[Mapped],
        folder: &Path,
        lang: Lang,
    ) -> anyhow::Result<Ended> {
        let data: Vec<_> = mapped.iter().map(Mapped::data).collect();
        let work = async |federation: &mut Federation| {
            tell(lang.pick(
                "statistics over all three, small cells held back",
                "三方共同统计，抑制小单元格",
            ));
            let result = folder.join(STATISTICS);
            let statistics = local::kept(federation, &self.statistics, &result, lang).await?;
            tell(lang.pick("a model over all three", "三方共同训练模型"));
            let result = folder.join(TRAINING);
            let trained = local::trained(federation, &self.train, &result, lang).await?;
            Ok((statistics, trained))
        };
        let coordinator = self.train.coordinator();
        let ended = local::over_daemons((coordinator, &data), (folder, ""), work, lang);
        let (statistics, trained) = ended?;
        let first = statistics
            .parties
            .first()
            .context("institutions took part")?;
        let findings = serde_json::from_str(&first.findings)?;
        let own = statistics.parties.iter().map(|own| {
            let of = Own::of(own.party.as_str(), &own.report)?;
            anyhow::Ok((own.party.to_string(), of.comparison))
        });
        let own = own.collect::<anyhow::Result<_>>()?;
        let model::Fit::Glm(fit) = &trained.fit else {
            bail!("the demo's plan fits no regression");
        };
        let fit = (***fit).clone();
        Ok(Ended {
            statistics,
            findings,
            own,
            trained,
            fit,
        })
    }
}

impl Ended {
    /// From the submission of each study to its end, in seconds.
    pub(super) fn wall_s(&self) -> f64 {
        (self.statistics.wall + self.trained.wall).as_secs_f64()
    }

    /// Of all parties' frames, each counted once at its sender.
    pub(super) fn frame_bytes(&self) -> u64 {
        self.statistics.frame_bytes() + self.trained.frame_bytes()
    }

    /// Over all connections, TLS and forwarding included.
    pub(super) fn wire_bytes(&self) -> u64 {
        self.statistics.wire_bytes() + self.trained.wire_bytes()
    }
}
