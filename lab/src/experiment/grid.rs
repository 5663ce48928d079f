//! The settings that are held against the exact plan.

use std::fmt::{self, Display, Formatter};

use consilium_plan::{Phase, Plan, PlanError};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::{
    places::{Places, Step},
    plan::BasePlan,
    processes,
    raw::Mode,
};
use crate::{Knob, LabError, LabFault};

/// The most settings of an experiment.
pub const MOST_SETTINGS: usize = 1_000;

/// The number of a setting in its experiment, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SettingNumber(pub u32);

/// The exact plan with some knobs turned.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its number.
    pub number: SettingNumber,
    /// What its block is called, if it is called something.
    pub name: Option<String>,
    /// The knobs, in alphabetical order, and what they are set to.
    pub turned: Vec<(&'static Knob, Value)>,
    /// The plan as it is then.
    pub plan: Plan,
}

impl Setting {
    /// Gives the phase of the plan whose model it is held against: that of averaging, where it turns
    /// how models are averaged.
    pub fn phase(&self) -> Phase {
        phase(&self.turned)
    }
}

/// Writes the knobs as they are set, such as `trees.bins = 16, trees.trees = 50`.
impl Display for Setting {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&text(&self.turned))
    }
}

fn phase(turned: &[(&Knob, Value)]) -> Phase {
    let mut phases = turned.iter().map(|(knob, _)| knob.phase());
    phases
        .find(|phase| *phase != Phase::Fit)
        .unwrap_or(Phase::Fit)
}

fn text(turned: &[(&Knob, Value)]) -> String {
    let written = turned
        .iter()
        .map(|(knob, value)| format!("{} = {value}", knob.path));
    written.collect::<Vec<_>>().join(", ")
}

/// A knob of a block, with the keys under which it is written.
struct Turned<'a> {
    knob: &'static Knob,
    values: &'a [Value],
    keys: Vec<&'a str>,
}

/// A block that is being read, and where it stands.
struct Block<'a> {
    item: usize,
    places: &'a Places,
}

impl Block<'_> {
    /// Blames what stands under some keys of the block; the block itself, under none.
    fn refuse(&self, keys: &[&str], fault: LabFault) -> LabError {
        let mut steps = vec![Step::Key("approximate"), Step::Item(self.item)];
        steps.extend(keys.iter().copied().map(Step::Key));
        self.places.at_steps(&steps, fault)
    }

    /// Finds the knobs of a table; they may stand under a quoted path, or in tables within it.
    fn knobs<'a>(
        &self,
        table: &'a Table,
        above: &[&'a str],
        found: &mut Vec<Turned<'a>>,
    ) -> Result<(), LabError> {
        for (key, value) in table {
            let keys: Vec<&str> = above.iter().copied().chain([key.as_str()]).collect();
            let path = keys.join(".");
            match (Knob::find(&path), value) {
                (Some(_), Value::Array(values)) if values.is_empty() => {
                    return Err(self.refuse(&keys, LabFault::Empty { key: path }));
                }
                (Some(knob), Value::Array(values)) => {
                    if found.iter().any(|other| other.knob == knob) {
                        let (key, value) = ("this block".to_owned(), format!("{path:?}"));
                        return Err(self.refuse(&keys, LabFault::Twice { key, value }));
                    }
                    found.push(Turned { knob, values, keys });
                }
                (Some(_), _) => return Err(self.refuse(&keys, LabFault::NoList { path })),
                (None, Value::Table(within)) => self.knobs(within, &keys, found)?,
                (None, _) => {
                    let near = Knob::near(&path);
                    return Err(self.refuse(&keys, LabFault::UnknownKnob { path, near }));
                }
            }
        }
        found.sort_by_key(|turned| turned.knob.path);
        Ok(())
    }

    /// Blames the knob that the plan's parser means: the one it names, or one that alone is refused
    /// for the same reason; else the first.
    fn blame(
        &self,
        base: &BasePlan,
        knobs: &[Turned<'_>],
        turned: &[(&'static Knob, Value)],
        error: PlanError,
    ) -> LabError {
        let reason = |error: &PlanError| match error {
            PlanError::Toml { message, .. } => message.clone(),
            other => other.to_string(),
        };
        let is_named = |knob: &Knob| match &error {
            PlanError::Key { key, .. } => {
                key == knob.path || key.starts_with(&format!("{}.", knob.path))
            }
            _ => false,
        };
        let alone = |(knob, value): &(&Knob, Value)| {
            let refused = base.with([(knob.path, value)]).err();
            refused.is_some_and(|own| reason(&own) == reason(&error))
        };
        let at = turned.iter().position(|(knob, _)| is_named(knob));
        let at = at.or_else(|| turned.iter().position(alone)).unwrap_or(0);
        let setting = text(turned);
        self.refuse(&knobs[at].keys, LabFault::Setting { setting, error })
    }
}

/// Makes the settings of all blocks: of each the product of its lists, the last knob's values
/// varying fastest. What daemons would refuse is no setting where they run.
pub(super) fn settings(
    blocks: &[Table],
    mode: Mode,
    base: &BasePlan,
    places: &Places,
) -> Result<Vec<Setting>, LabError> {
    let mut settings: Vec<Setting> = Vec::new();
    let mut seen = vec![(Phase::Fit, base.plan.to_string())];
    for (item, table) in blocks.iter().enumerate() {
        let block = Block { item, places };
        let mut table = table.clone();
        let name = match table.remove("name") {
            None => None,
            Some(Value::String(name)) => Some(super::plain(name, "name", |fault| {
                block.refuse(&["name"], fault)
            })?),
            Some(_) => {
                let expected = "name is a text".to_owned();
                return Err(block.refuse(&["name"], LabFault::Toml(expected)));
            }
        };
        let mut knobs = Vec::new();
        block.knobs(&table, &[], &mut knobs)?;
        if knobs.is_empty() {
            return Err(block.refuse(&[], LabFault::NoKnob));
        }
        let (one, other) = ("comparison.fedavg", "comparison.fedprox");
        if [one, other]
            .iter()
            .all(|path| knobs.iter().any(|it| it.knob.path == *path))
        {
            return Err(block.refuse(&[], LabFault::Both { one, other }));
        }
        let sizes = knobs.iter().map(|knob| knob.values.len());
        let product = sizes.fold(1, usize::saturating_mul);
        if product.saturating_add(settings.len()) > MOST_SETTINGS {
            let most = MOST_SETTINGS;
            return Err(block.refuse(&[], LabFault::TooManySettings { most }));
        }
        for place in 0..product {
            let turned = combination(&knobs, place);
            let plan = base.with(turned.iter().map(|(knob, value)| (knob.path, value)));
            let plan = plan.and_then(|plan| processes::checked(plan, mode));
            let plan = plan.map_err(|error| block.blame(base, &knobs, &turned, error))?;
            let fit = (phase(&turned), plan.to_string());
            if let Some(same) = seen.iter().position(|before| *before == fit) {
                let before = same
                    .checked_sub(1)
                    .map(|before| settings[before].to_string());
                let fault = LabFault::SameSetting {
                    setting: text(&turned),
                    other: before.unwrap_or_else(|| "the exact plan".to_owned()),
                };
                return Err(block.refuse(&knobs[0].keys, fault));
            }
            seen.push(fit);
            let number = u32::try_from(seen.len() - 1).expect("there are at most a thousand");
            settings.push(Setting {
                number: SettingNumber(number),
                name: name.clone(),
                turned,
                plan,
            });
        }
    }
    Ok(settings)
}

/// Gives one of the combinations of a block's values, counted from 0.
fn combination(knobs: &[Turned<'_>], mut place: usize) -> Vec<(&'static Knob, Value)> {
    let mut turned = Vec::new();
    for Turned { knob, values, .. } in knobs.iter().rev() {
        turned.push((*knob, values[place % values.len()].clone()));
        place /= values.len();
    }
    turned.reverse();
    turned
}
