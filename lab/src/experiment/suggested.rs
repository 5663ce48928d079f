//! What to begin with: values of each knob that a plan takes.

use std::path::Path;

use toml::{Table, Value};

use super::plan::BasePlan;
use crate::{KNOBS, Knob, LabError};

/// A knob that a plan has, with a block of settings that an experiment over it may begin with.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggested {
    /// The knob.
    pub knob: &'static Knob,
    /// Its values, and those of knobs without which it has no meaning: each list with its path, the
    /// knob's own first. The plan's parser takes each of them, and none makes the plan that it was.
    pub lists: Vec<(&'static str, Vec<Value>)>,
}

impl Suggested {
    /// Gives the knobs of a plan that lies in a file.
    ///
    /// # Errors
    ///
    /// A [`LabError`] where the plan, or what it names, is none that can be varied.
    pub fn of_plan(file: &Path) -> Result<Vec<Suggested>, LabError> {
        Ok(BasePlan::load(file)?.knobs())
    }
}

impl BasePlan {
    /// Gives the knobs that the plan has: those that its parser takes, with values that make another
    /// plan of it.
    pub(super) fn knobs(&self) -> Vec<Suggested> {
        KNOBS
            .iter()
            .filter_map(|knob| self.suggested(knob))
            .collect()
    }

    fn suggested(&self, knob: &'static Knob) -> Option<Suggested> {
        let mut lists = Vec::new();
        for (path, text) in knob.example() {
            lists.push((path, self.values(text)?));
        }
        let beside: Vec<(&str, &Value)> = lists[1..]
            .iter()
            .filter_map(|(path, values)| Some((*path, values.first()?)))
            .collect();
        let averages = knob.phase() != consilium_plan::Phase::Fit;
        let suits = |value: &Value| {
            let keys = [(knob.path, value)]
                .into_iter()
                .chain(beside.iter().copied());
            self.with(keys)
                .is_ok_and(|plan| averages || plan != self.plan)
        };
        let own: Vec<Value> = lists[0]
            .1
            .iter()
            .filter(|value| suits(value))
            .cloned()
            .collect();
        if own.is_empty() {
            return None;
        }
        lists[0].1 = own;
        Some(Suggested { knob, lists })
    }

    /// Reads a list of values, with contributors in the places that are theirs.
    fn values(&self, text: &str) -> Option<Vec<Value>> {
        let mut parties = self.plan.contributors().map(|(party, _)| party.as_str());
        let text = text.replace("PARTY", parties.next()?);
        let text = text.replace("OTHER", parties.next()?);
        let table: Table = format!("values = {text}").parse().ok()?;
        table.get("values")?.as_array().cloned()
    }
}
