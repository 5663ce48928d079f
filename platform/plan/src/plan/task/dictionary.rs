//! One institution finds out which codes of others are not in its list.

use std::collections::BTreeSet;

use consilium_codes::Form;
use consilium_dictionary::Terms;
use consilium_mailbox::PartyId;
use consilium_schema::{Codes, Differing, RawKind, Schema, Told};

use crate::{
    Limits, Obstacle, Party, Plan, PlanError, PlanFault, RawPlan, Task,
    plan::{Places, terms},
};

/// The codes of the other contributors' rows are looked up in one contributor's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dictionary {
    /// Who has the list, and learns what it lacks.
    pub holder: PartyId,
    /// The system that all codes are of.
    pub system: String,
    /// The column of codes in the data sets of those who use them.
    pub column: String,
    /// The column of codes in the holder's data set: the list.
    pub list: String,
    /// How many codes each of the others has compared in a run.
    pub most_codes: u32,
}

impl Dictionary {
    /// How many codes are compared where the plan says nothing.
    pub const USUAL_CODES: u32 = 4_096;

    /// The most contributors that use codes: they are served one after the other.
    pub const MOST_RESPONDENTS: usize = 7;

    /// Gives how codes of the system are written.
    pub fn form(&self) -> Form {
        // A plan that is checked names no other system.
        Form::of_system(&self.system).unwrap_or_default()
    }

    /// Gives the column of codes in a contributor's data set.
    pub fn column_of(&self, party: &PartyId) -> &str {
        if *party == self.holder {
            &self.list
        } else {
            &self.column
        }
    }

    /// Gives what the plan says of a contributor's column, without a version: which one a list is of is
    /// its holder's to say.
    pub(crate) fn planned(&self, party: &PartyId, column: &str) -> Option<Told> {
        (column == self.column_of(party)).then(|| Told {
            kind: RawKind::Code,
            unit: None,
            codes: Codes::new(&self.system, None).ok(),
        })
    }

    /// Compares a contributor's schema with the plan: its column must be there and hold codes, and the
    /// schema must say that they are of the system. Numbers of records have the form of some systems'
    /// codes, so that texts which merely look like codes are not taken for some.
    pub fn obstacle(&self, party: &PartyId, schema: &Schema) -> Option<Obstacle> {
        let name = self.column_of(party);
        let Some(column) = schema.column(name) else {
            return Some(Obstacle::Missing(name.to_owned()));
        };
        let mut parts = Vec::new();
        let kind = column.kind().raw();
        if kind != RawKind::Code {
            parts.push(Differing::Type(kind));
        }
        let codes = column.codes();
        if codes.is_none_or(|codes| codes.system() != self.system) {
            parts.push(Differing::Codes(codes.cloned()));
        }
        (!parts.is_empty()).then(|| Obstacle::DiffersIn(name.to_owned(), parts))
    }

    /// Gives the terms under which codes are looked up.
    pub fn terms(&self, plan: &Plan) -> Terms {
        Terms {
            study: *plan.hash().as_bytes(),
            system: self.system.clone(),
            minimum: plan.limits().minimum_cell.0,
            most_codes: self.most_codes,
        }
    }
}

impl Plan {
    /// Gives the contributors that use codes, in order of their names.
    pub fn respondents<'a>(
        &'a self,
        task: &'a Dictionary,
    ) -> impl Iterator<Item = &'a PartyId> + 'a {
        let contributors = self.contributors().map(|(party, _)| party);
        contributors.filter(|party| **party != task.holder)
    }
}

pub(crate) fn check(
    raw: &RawPlan,
    parties: &[Party],
    at: &Places,
) -> Result<(Task, Limits), PlanError> {
    let all_do = parties.iter().all(|it| it.contributes() && it.receives());
    if !all_do || !(2..=1 + Dictionary::MOST_RESPONDENTS).contains(&parties.len()) {
        return Err(at.fault(Some(&raw.party), "party", PlanFault::NotDictionary));
    }
    let Some(given) = &raw.dictionary else {
        return Err(at.missing("dictionary"));
    };
    let names: BTreeSet<&PartyId> = parties.iter().map(|party| &party.name).collect();
    let holder = given.holder.get_ref().clone();
    if !names.contains(&holder) {
        let fault = PlanFault::NotContributor { party: holder };
        return Err(at.fault(Some(&given.holder), "dictionary.holder", fault));
    }
    let system = given.system.get_ref().clone();
    // A schema must be able to name it, too.
    if Form::of_system(&system).is_none() || Codes::new(&system, None).is_err() {
        return Err(at.fault(Some(&given.system), "dictionary.system", PlanFault::System));
    }
    let column = at.text(&given.column, "dictionary.column", LONGEST_NAME)?;
    let list = match &given.list {
        Some(list) => at.text(list, "dictionary.list", LONGEST_NAME)?,
        None => column.clone(),
    };
    let task = Dictionary {
        holder,
        system,
        column,
        list,
        most_codes: at.number(
            given.most_codes.as_ref(),
            "dictionary.most_codes",
            Dictionary::USUAL_CODES,
            1..=Terms::MOST_CODES.into(),
        )?,
    };
    let limits = terms::limits_of_codes(&raw.limits, parties.len(), at)?;
    Ok((Task::Dictionary(Box::new(task)), limits))
}

/// The longest name of a column, in characters.
const LONGEST_NAME: usize = 200;
