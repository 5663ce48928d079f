//! The linear program on the sums that vertical boosted trees return: how many sides it finds.

use std::{path::Path, process::Command};

use super::{
    gbdt::{SCRIPTS, environment, example},
    target,
};
use crate::run::status;

/// The name by which it is asked for.
pub(super) const NAME: &str = "gbdt-attack";

/// The same on a few small settings.
pub(super) const QUICK: &str = "gbdt-attack-quick";

const INSTALL: [&[&str]; 1] = [&["numpy==2.4.6", "scipy==1.17.1"]];

/// Runs the protocol, attacks what the label holder has of it, and prints a line of JSON for each
/// setting and a table of all.
pub(super) fn attack(is_quick: bool) -> anyhow::Result<bool> {
    let folder = target().join(NAME);
    let python = environment(&folder.join("environment"), &INSTALL)?;
    let views = example("views")?;
    let mut command = Command::new(python);
    command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"].map(|threads| (threads, "1")))
        .arg(Path::new(SCRIPTS).join("attack.py"))
        .arg("--views")
        .arg(views)
        .arg("--scratch")
        .arg(folder.join("scratch"))
        .args(is_quick.then_some("--quick"));
    Ok(status(&mut command)?.success())
}
