//! Two institutions find out which of their rows have the same key.

use consilium_entities::Key;
use consilium_mailbox::PartyId;
use consilium_psi::{
    BadEpsilon, Epsilon,
    ecdh::{Shown, Terms},
    vole::Sizes,
};
use consilium_schema::{Column, Kind, Schema};
use toml::Spanned;

use super::Task;
use crate::{
    Limits, Obstacle, Party, Plan, PlanError, PlanFault, RawPlan,
    plan::{Places, terms},
    raw::{RawAlign, RawProtocol},
};

/// Two contributors' rows are held against each other by their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Align {
    /// What the key of a row is made of.
    pub key: Key,
    /// What is learnt, and how.
    pub matching: Matching,
    /// The fewest common keys of which the rows become known, and the fewest keys of a set.
    pub minimum: u32,
}

/// What is learnt of two sets of keys, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matching {
    /// Both learn which of their rows are common, by `psi-ecdh/1`.
    Ecdh,
    /// The same by `psi-vole/1`, which is for large sets and rests on more assumptions.
    Vole,
    /// Both learn how many keys are common, by `psi-ecdh/1`; with noise, one of them does.
    Cardinality(Option<NoisyCount>),
}

/// Who counts, and how noisy the other's answer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoisyCount {
    /// Who learns the number exactly.
    pub counter: PartyId,
    /// The privacy loss of the number that the other learns.
    pub epsilon: Epsilon,
}

impl Align {
    /// The fewest common keys that a plan may ask for. Statistics on health keep back counts below
    /// ten; and a set that small, held against a chosen one, tells of single people.
    pub const LEAST_MINIMUM: u32 = 10;

    /// What is asked for where the plan says nothing.
    pub const USUAL_MINIMUM: u32 = 100;

    /// Gives the protocol's name, as a plan writes it.
    pub fn protocol(&self) -> &'static str {
        match self.matching {
            Matching::Ecdh => "ecdh",
            Matching::Vole => "vole",
            Matching::Cardinality(_) => "cardinality",
        }
    }

    /// Says whether both learn which of their rows are common, and not only how many.
    pub fn gives_rows(&self) -> bool {
        match self.matching {
            Matching::Ecdh | Matching::Vole => true,
            Matching::Cardinality(_) => false,
        }
    }

    /// Gives the names of the columns that make up the key, in order.
    pub fn key_columns(&self) -> impl Iterator<Item = &str> {
        self.key.parts().iter().map(|part| part.column.as_str())
    }

    /// Compares a data set's schema with the key: its columns must be there and hold text.
    pub fn obstacles(&self, schema: &Schema) -> Vec<Obstacle> {
        let compare = |name: &str| match schema.column(name).map(Column::kind) {
            None => Some(Obstacle::Missing(name.to_owned())),
            Some(Kind::Text | Kind::Code { .. }) => None,
            Some(_) => Some(Obstacle::Differs(name.to_owned())),
        };
        self.key_columns().filter_map(compare).collect()
    }

    /// Gives the terms under which the sets are compared.
    pub fn terms(&self, plan: &Plan) -> Terms {
        Terms {
            study: *plan.hash().as_bytes(),
            largest: u32::try_from(plan.limits().most_rows.0).unwrap_or(u32::MAX),
            minimum: self.minimum,
            chunk: Terms::USUAL_CHUNK,
        }
    }
}

impl NoisyCount {
    /// Gives it as the protocol has it.
    pub fn shown(&self) -> Shown {
        Shown::Noised {
            counter: self.counter.clone(),
            epsilon: self.epsilon,
        }
    }
}

pub(crate) fn check(
    raw: &RawPlan,
    parties: &[Party],
    at: &Places,
) -> Result<(Task, Limits), PlanError> {
    let both = parties.len() == 2;
    if !both || !parties.iter().all(|it| it.contributes() && it.receives()) {
        return Err(at.fault(Some(&raw.party), "party", PlanFault::NotTwo));
    }
    let Some(key) = &raw.key else {
        return Err(at.missing("key"));
    };
    let minimum = at.number(
        raw.align.minimum.as_ref(),
        "align.minimum",
        Align::USUAL_MINIMUM,
        Align::LEAST_MINIMUM.into()..=u32::MAX.into(),
    )?;
    let matching = matching(&raw.align, parties, at)?;
    let largest = (matching == Matching::Vole).then_some(Sizes::LARGEST_SET);
    let limits = terms::limits_of_sets(&raw.limits, minimum, largest, at)?;
    let task = Align {
        key: key.get_ref().clone(),
        matching,
        minimum,
    };
    Ok((Task::Align(Box::new(task)), limits))
}

fn matching(raw: &RawAlign, parties: &[Party], at: &Places) -> Result<Matching, PlanError> {
    let protocol = raw.protocol.as_ref().map(|given| *given.get_ref());
    match (protocol.unwrap_or_default(), &raw.counter, &raw.epsilon) {
        (RawProtocol::Ecdh, None, None) => Ok(Matching::Ecdh),
        (RawProtocol::Vole, None, None) => Ok(Matching::Vole),
        (RawProtocol::Cardinality, None, None) => Ok(Matching::Cardinality(None)),
        (RawProtocol::Cardinality, Some(counter), Some(epsilon)) => {
            let name = counter.get_ref();
            if !parties.iter().any(|party| party.name == *name) {
                return Err(at.fault(Some(counter), "align.counter", PlanFault::Counter));
            }
            Ok(Matching::Cardinality(Some(NoisyCount {
                counter: name.clone(),
                epsilon: thousandths(epsilon)
                    .map_err(|fault| at.fault(Some(epsilon), "align.epsilon", fault))?,
            })))
        }
        (_, Some(counter), _) => Err(at.fault(Some(counter), "align.counter", PlanFault::Counter)),
        (_, None, Some(epsilon)) => {
            Err(at.fault(Some(epsilon), "align.epsilon", PlanFault::Counter))
        }
    }
}

/// Takes a privacy loss that is a whole number of thousandths.
fn thousandths(written: &Spanned<f64>) -> Result<Epsilon, BadEpsilon> {
    let thousandths = written.get_ref() * 1000.0;
    let whole = thousandths.round();
    if !(1.0..=100_000.0).contains(&whole) || (thousandths - whole).abs() > 1e-6 {
        return Err(BadEpsilon);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number from 1 to 100,000"
    )]
    Epsilon::thousandths(whole as u32)
}
