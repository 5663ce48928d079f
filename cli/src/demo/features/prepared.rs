//! What columns become before a model takes them, by numbers out of the joint statistics.

use std::{fs, path::Path};

use anyhow::Context as _;
use consilium_fitting::{Fitted, Intent};
use consilium_preparation::Preparation;
use consilium_schema::Schema;
use consilium_statistics::Findings;

use super::files;

/// The name of the file that a plan names.
pub(super) const FILE: &str = "prepared.toml";

/// Fits the preparation that the example intends.
pub(super) fn fit(findings: &Findings, schema: &Schema) -> anyhow::Result<Fitted> {
    let intent = Intent::from_toml(files::text("intent.toml")?)?;
    let fitted = intent.fit(findings, schema)?;
    Preparation::from_toml(&fitted.to_string(), schema)?;
    Ok(fitted)
}

/// Leaves it beside the plans.
pub(super) fn write(fitted: &Fitted, folder: &Path) -> anyhow::Result<()> {
    let path = folder.join(FILE);
    fs::write(&path, fitted.to_string()).with_context(|| path.display().to_string())
}
