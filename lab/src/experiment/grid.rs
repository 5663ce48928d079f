//! The settings that are held against the exact plan.

use std::fmt::{self, Display, Formatter};

use consilium_plan::{Phase, Plan};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::{
    places::{Places, Step},
    plan::{BasePlan, Refused},
    processes,
    raw::Mode,
};
use crate::{Knob, LabError, LabFault, error::plan_message};

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
        self.places.at_steps(&self.steps(keys), fault)
    }

    fn steps<'a>(&self, keys: &[&'a str]) -> Vec<Step<'a>> {
        let mut steps = vec![Step::Key("approximate"), Step::Item(self.item)];
        steps.extend(keys.iter().copied().map(Step::Key));
        steps
    }

    /// Blames one of a knob's values, or what keys lead to in it.
    fn refuse_value(&self, value: &Chosen<'_>, keys: &[String], fault: LabFault) -> LabError {
        let mut steps = self.steps(&value.of.keys);
        steps.push(Step::Item(value.item));
        steps.extend(keys.iter().map(|key| Step::Key(key)));
        self.places.at_steps(&steps, fault)
    }

    /// Gives the line of one of a knob's values.
    fn line_of(&self, value: &Chosen<'_>) -> usize {
        let mut steps = self.steps(&value.of.keys);
        steps.push(Step::Item(value.item));
        self.places.line_of(&steps)
    }

    /// Finds the knobs of a table; they may stand under a quoted path, or in tables within it.
    fn knobs<'a>(
        &self,
        table: &'a Table,
        above: &[&'a str],
        base: &BasePlan,
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
                (None, Value::Table(within)) => self.knobs(within, &keys, base, found)?,
                (None, _) => {
                    let known: Vec<&Knob> = base.knobs().into_iter().map(|it| it.knob).collect();
                    let near = Knob::near(&path, &known);
                    let known = known.into_iter().map(|knob| knob.path).collect();
                    let fault = LabFault::UnknownKnob { path, near, known };
                    return Err(self.refuse(&keys, fault));
                }
            }
        }
        found.sort_by_key(|turned| turned.knob.path);
        Ok(())
    }

    /// Blames the knob that the plan's parser means: the one it names, or one that alone is refused
    /// for the same reason; else the first.
    fn blame(&self, base: &BasePlan, chosen: &[Chosen<'_>], refused: Refused) -> LabError {
        let Refused { error, keys } = refused;
        let is_named = |it: &Chosen<'_>| {
            let mut path = it.of.knob.path.split('.');
            path.all({
                let mut keys = keys.iter();
                move |step| keys.next().is_some_and(|key| key == step)
            })
        };
        let alone = |it: &Chosen<'_>| {
            let refused = base.with([(it.of.knob.path, it.value())]).err();
            refused.is_some_and(|own| plan_message(&own.error) == plan_message(&error))
        };
        let at = chosen.iter().position(is_named);
        let within = at.map(|at| chosen[at].of.knob.path.split('.').count());
        let at = at.or_else(|| chosen.iter().position(alone)).unwrap_or(0);
        let within = within.map_or(&[][..], |depth| &keys[depth..]);
        let (setting, error) = (text(&turned(chosen)), *error);
        self.refuse_value(&chosen[at], within, LabFault::Setting { setting, error })
    }
}

/// A value of a knob of a block, by its place in the list.
#[derive(Clone, Copy)]
struct Chosen<'a> {
    of: &'a Turned<'a>,
    item: usize,
}

impl Chosen<'_> {
    fn value(&self) -> &Value {
        &self.of.values[self.item]
    }
}

fn turned(chosen: &[Chosen<'_>]) -> Vec<(&'static Knob, Value)> {
    let turned = chosen.iter().map(|it| (it.of.knob, it.value().clone()));
    turned.collect()
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
    let mut lines = Vec::new();
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
        block.knobs(&table, &[], base, &mut knobs)?;
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
            let chosen = combination(&knobs, place);
            let turned = turned(&chosen);
            let plan = base.with(turned.iter().map(|(knob, value)| (knob.path, value)));
            let plan = plan.map_err(|refused| block.blame(base, &chosen, refused))?;
            let varied = varied(&chosen);
            if !processes::may_run(&plan, mode) {
                let at = chosen.iter().find(|it| it.of.knob.is_simulated_only());
                let setting = text(&turned);
                let fault = LabFault::OnlySimulated { setting };
                return Err(block.refuse_value(at.unwrap_or(varied), &[], fault));
            }
            let fit = (phase(&turned), plan.to_string());
            let refuse = |fault| block.refuse_value(varied, &[], fault);
            if let Some(same) = seen.iter().position(|before| *before == fit) {
                let before = same.checked_sub(1);
                let other = before.map(|before| (settings[before].to_string(), lines[before]));
                let setting = text(&turned);
                return Err(refuse(LabFault::SameSetting { setting, other }));
            }
            lines.push(block.line_of(varied));
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
fn combination<'a>(knobs: &'a [Turned<'a>], mut place: usize) -> Vec<Chosen<'a>> {
    let mut chosen = Vec::new();
    for of in knobs.iter().rev() {
        let item = place % of.values.len();
        chosen.push(Chosen { of, item });
        place /= of.values.len();
    }
    chosen.reverse();
    chosen
}

/// Gives the value by which a combination differs from the one before it: the last that is not its
/// list's first, or else the first of all.
fn varied<'a>(chosen: &'a [Chosen<'a>]) -> &'a Chosen<'a> {
    let later = chosen.iter().rev().find(|it| it.item > 0);
    later.unwrap_or(&chosen[0])
}
