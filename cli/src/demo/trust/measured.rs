//! What each hospital measures of its own rows, by the commands that it would type.

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use consilium_mailbox::PartyId;
use consilium_plan::Lang;
use consilium_quality::{Heading, Report};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    scored::Asked,
    typed::{text, typed},
};
use crate::{local::inputs::PartyData, terminal::tell};

/// The rule file in a hospital's folder, and its schema.
pub(super) const RULES: &str = "quality.rules.toml";
pub(super) const SCHEMA: &str = "schema.toml";

/// The reports of one hospital.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) party: PartyId,
    pub(super) quality: Report,
    pub(super) privacy: Privacy,
}

/// What is shown of a report on privacy.
#[derive(Debug, Deserialize)]
pub(super) struct Privacy {
    pub(super) curve: Curve,
    risks: Risks,
}

#[derive(Debug, Deserialize)]
pub(super) struct Curve {
    /// How many rows there are.
    pub(super) rows: usize,
    /// The share of rows that are like no other.
    pub(super) uniqueness: f64,
}

#[derive(Debug, Deserialize)]
struct Risks {
    prosecutor: Risk,
}

#[derive(Debug, Deserialize)]
struct Risk {
    average: f64,
}

impl Privacy {
    /// With what chance a row is found by who knows that it is there, on average.
    pub(super) fn prosecutor(&self) -> f64 {
        self.risks.prosecutor.average
    }
}

impl Measured {
    /// The score of a heading, where a rule of it was applied.
    pub(super) fn score(&self, heading: Heading) -> Option<f64> {
        let mut headings = self.quality.headings.iter();
        Some(headings.find(|it| it.heading == heading)?.score.score)
    }

    /// The score of all headings.
    pub(super) fn total(&self) -> f64 {
        self.quality.total.map_or(0.0, |total| total.score)
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        self.privacy.curve.rows
    }
}

/// Has each hospital measure its rows; pages and reports are left beside them.
pub(super) fn measure(
    hospitals: &[PartyData],
    asked: &Asked,
    lang: Lang,
) -> anyhow::Result<Vec<Measured>> {
    let measured = hospitals.iter().map(|hospital| {
        let party = hospital.party.clone();
        tell(&lang.pick(
            format!("{party} measures quality and privacy of its rows"),
            format!("{party} 度量其数据的质量与隐私"),
        ));
        let own = hospital.file.parent().context("a file has a folder")?;
        let at = |name: &str| own.join(name);
        let (quality, privacy) = (at("quality"), at("privacy"));
        let quality_by = ["data", "quality", &text(&at(RULES))?, "--rows", "0"];
        let left = ["--out", &text(&quality)?];
        typed(&[&quality_by[..], &left].concat(), lang)?;
        let (rows, schema) = (text(&hospital.file)?, text(&at(SCHEMA))?);
        let privacy_of = ["data", "privacy", &rows, "--schema", &schema];
        let by = ["--quasi", asked.quasi, "--sensitive", asked.sensitive];
        let left = ["--out", &text(&privacy)?];
        typed(&[&privacy_of[..], &by, &left].concat(), lang)?;
        Ok(Measured {
            party,
            quality: read(&quality.join("quality.json"))?,
            privacy: read(&privacy.join("privacy.json"))?,
        })
    });
    measured.collect()
}

fn read<T: DeserializeOwned>(path: &PathBuf) -> anyhow::Result<T> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}
