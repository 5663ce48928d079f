//! Attacks on a model that a file's rows have taught.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use consilium_base::Seed;
use consilium_plan::Lang;
use consilium_privacy::{Advantage, Membership, ShadowAttack, Shadows, confidence, shadow_scores};
use serde::Serialize;

use super::losses;
use crate::{
    data::tell_counts,
    hint::{Misuse, OrHint as _},
    model::{Model, Rows},
};

#[derive(Debug, Args)]
pub(super) struct Attack {
    /// A model as `consilium study result` leaves it, to be attacked
    #[arg(long, value_name = "FILE", requires = "others")]
    model: Option<PathBuf>,
    /// The rows that taught the model; default: those of the file that is measured
    #[arg(long, value_name = "FILE", requires = "model")]
    members: Option<PathBuf>,
    /// Rows alike that did not teach it
    #[arg(long, value_name = "FILE", requires = "model")]
    others: Option<PathBuf>,
    /// How many models are taught for the shadow attack, 4 or more; 0: none, and only losses are looked at
    #[arg(long, value_name = "N", default_value_t = 16, requires = "model")]
    shadows: usize,
    /// A CSV file with columns member (0 or 1) and loss, a row for each row that another model was tried on
    #[arg(long, value_name = "FILE", conflicts_with = "model")]
    losses: Option<PathBuf>,
}

/// What attacks find, and of which model.
#[derive(Debug, Serialize)]
pub(super) struct Attacked {
    #[serde(flatten)]
    pub(super) found: Membership,
    /// The model, where it was at hand.
    pub(super) model: Option<Of>,
}

/// A model that was attacked.
#[derive(Debug, Serialize)]
pub(super) struct Of {
    pub(super) study: String,
    pub(super) title: String,
    /// Rows that can't be tried: without a label, or with a gap where the plan allows none.
    pub(super) left_out: usize,
}

impl Attack {
    /// Attacks the model, if there is one, or looks at the losses of another; of the same rows always the same.
    pub(super) fn run(
        &self,
        (file, schema): (&Path, Option<&Path>),
        lang: Lang,
    ) -> anyhow::Result<Option<Attacked>> {
        if let Some(path) = &self.losses {
            let (members, others) = losses::read(path, lang)?;
            let loss = advantage(&members, &others);
            let loss = loss.with_context(|| path.display().to_string())?;
            let found = Membership { loss, shadow: None };
            return Ok(Some(Attacked { found, model: None }));
        }
        let (Some(model), Some(others)) = (&self.model, &self.others) else {
            return Ok(None);
        };
        if (1..4).contains(&self.shadows) {
            let misuse = lang.pick(
                "--shadows: a shadow attack takes 4 models at least; 0 leaves it out",
                "--shadows：影子攻击至少需要 4 个模型；0 表示不做",
            );
            return Err(Misuse(misuse.to_owned()).into());
        }
        let model = Model::read(model, lang)?;
        let read = |path: &Path| {
            let rows = model.rows(path, schema, lang)?;
            tell_counts(&rows.counts, lang);
            anyhow::Ok(rows)
        };
        let rows = [
            read(self.members.as_deref().unwrap_or(file))?,
            read(others)?,
        ];
        Ok(Some(Attacked {
            found: self.on(&model, &rows, lang)?,
            model: Some(Of {
                study: model.study().to_string(),
                title: model.title().to_owned(),
                left_out: rows.iter().map(Rows::left_out).sum(),
            }),
        }))
    }

    /// Tries both attacks on a model.
    fn on(&self, model: &Model, rows: &[Rows; 2], lang: Lang) -> anyhow::Result<Membership> {
        let [members, others] = rows.each_ref().map(|rows| model.losses(rows));
        let minus = |losses: &[f64]| losses.iter().map(|loss| -loss).collect::<Vec<_>>();
        let loss = advantage(&minus(&members), &minus(&others))?;
        if self.shadows == 0 {
            return Ok(Membership { loss, shadow: None });
        }
        let sure = |losses: &[f64]| -> Vec<f64> {
            let is_of_classes = model.is_of_classes();
            let of_number = |loss: &f64| -loss.max(0.0).sqrt();
            let losses = losses.iter();
            if is_of_classes {
                losses.map(|loss| confidence(*loss)).collect()
            } else {
                losses.map(of_number).collect()
            }
        };
        let observed = sure(&[members.as_slice(), &others].concat());
        let mut failed = None;
        let taught_by = |taught: &[usize]| {
            let losses = model.losses_of_one_taught(&rows.each_ref(), taught);
            let losses = losses.map_err(|error| failed = Some(error));
            sure(&losses.unwrap_or_default())
        };
        let seed = Seed::from_bytes([0; 32]).derive("privacy.1.shadows", &[]);
        let shadows = Shadows(self.shadows);
        let scored = shadow_scores(&observed, shadows, &mut seed.generator(), taught_by);
        if let Some(error) = failed {
            let taught = lang.pick(
                "a shadow model, taught by half of the rows",
                "用一半行训练影子模型",
            );
            return Err(error).context(taught).or_hint(lang.pick(
                "with --shadows 0 that attack is left out",
                "加 --shadows 0 可不做该攻击",
            ));
        }
        let scores = scored?;
        let (of_members, of_others) = scores.split_at(members.len());
        Ok(Membership {
            loss,
            shadow: Some(ShadowAttack {
                shadows: self.shadows,
                advantage: advantage(of_members, of_others)?,
            }),
        })
    }
}

/// How well scores, greater for members, tell who they are.
fn advantage(members: &[f64], others: &[f64]) -> anyhow::Result<Advantage> {
    let seed = Seed::from_bytes([0; 32]).derive("privacy.1.bootstrap", &[]);
    Ok(Advantage::of(members, others, &mut seed.generator())?)
}
