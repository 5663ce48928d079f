//! Cells that real daemons run: what they are given, and what comes of it.

use std::time::Duration;

use consilium_mailbox::PartyId;
use consilium_plan::{Phase, Plan, Task};
use toml::{Table, Value};

use super::Bench;
use crate::{
    Arm, Cell, Experiment, Fitted, Outcome, Part, PartyCost, Predictor, SimulationError, Tables,
    WrittenRows, predictor::mean_loss,
};

/// What daemons run for a cell.
#[derive(Debug, Clone)]
pub struct Studies<'a> {
    /// What finds the common rows of a vertical plan, to be run first.
    pub alignment: Option<&'a Plan>,
    /// What learns: the plan of the cell without test rows, which the experiment keeps for itself, and
    /// without averaging that the cell is not about.
    pub fit: Plan,
    /// The phase whose model and costs are the cell's.
    pub phase: Phase,
    /// The rows of each contributor, in order of their names.
    pub rows: Vec<(PartyId, WrittenRows)>,
}

/// A model that daemons have fitted.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// The model, with the parts of all.
    pub predictor: Predictor,
    /// The mean training loss before each update and after the last, as far as daemons tell it; if they
    /// don't, that of the model is found out here.
    pub curve: Vec<f64>,
    /// Updates of the model, or trees.
    pub iterations: u32,
    /// What the phase cost each party, the coordinator first, with the agreement on keys that it rests
    /// on; without an alignment before it. CPU time is that of the whole process.
    pub costs: Vec<PartyCost>,
    /// From the submission of the plan to the end of its study; nothing where the study has fitted
    /// another model besides.
    pub wall: Option<Duration>,
}

impl Experiment {
    /// Gives what daemons run for a cell; nothing for one that is learnt in one place, of another
    /// experiment, or of one whose parties are simulated.
    pub fn studies(&self, tables: &Tables, cell: &Cell) -> Option<Studies<'_>> {
        if !matches!(cell.arm, Arm::Exact | Arm::Approximate { .. }) {
            return None;
        }
        let phase = self.phase_of(&cell.arm);
        let shares = tables.shares(cell.seed, cell.fold).into_iter();
        let rows = shares.map(|share| {
            let rows = tables.written(&share, Part::Training)?;
            Some((share.party, rows))
        });
        Some(Studies {
            alignment: self.alignment(),
            fit: of_phase(self.plan_of(&cell.arm)?, phase),
            phase,
            rows: rows.collect::<Option<_>>()?,
        })
    }

    /// Measures what daemons have fitted over the test rows of a cell, or keeps why there is no model;
    /// nothing for a cell of another experiment.
    pub fn measured(
        &self,
        tables: &Tables,
        cell: &Cell,
        gathered: Result<Gathered, String>,
    ) -> Option<Outcome> {
        let shares = tables.shares(cell.seed, cell.fold);
        let bench = self.bench(tables, cell, &shares)?;
        let learnt = gathered.and_then(|gathered| {
            let fitted = bench.gathered(gathered);
            fitted.map_err(|error| error.to_string())
        });
        Some(bench.outcome(cell, learnt))
    }
}

impl Bench<'_> {
    fn gathered(&self, gathered: Gathered) -> Result<Fitted, SimulationError> {
        let Gathered {
            predictor,
            mut curve,
            iterations,
            costs,
            wall,
        } = gathered;
        if curve.is_empty() {
            let scored = predictor.score(&self.rows(Part::Training, None));
            curve.extend(mean_loss(&self.subject()?, &scored));
        }
        Ok(Fitted {
            curve,
            iterations,
            parties: costs,
            wall_s: wall.map(|wall| wall.as_secs_f64()),
            ..self.measured(&predictor, None)?
        })
    }
}

/// Leaves out of a plan what a phase doesn't need: test rows, and other ways to train.
pub(crate) fn of_phase(plan: &Plan, phase: Phase) -> Plan {
    let text = plan.to_string();
    let mut table: Table = text.parse().expect("a plan's canonical text is TOML");
    table.remove("test");
    if let (Task::Train(_), Some(Value::Table(ways))) = (plan.task(), table.get_mut("comparison")) {
        ways.retain(|name, _| name == phase.name());
    }
    Plan::from_toml(&table.to_string()).expect("the plan asks for less than before")
}
