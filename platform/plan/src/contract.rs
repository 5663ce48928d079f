//! What institutions with the same columns must mean by them, each by its own schema.

use consilium_contract::{Contract, ContractError, Difference, Part};
use consilium_mailbox::PartyId;
use consilium_schema::{Column, Schema};

use crate::{
    Failure, Lang, Plan, Task,
    differing::{differences, said},
    texts::failure::Code,
};

/// The most characters of all differences that a failure names, so that none is cut off in its middle.
const MOST_SAID: usize = 190;

impl Plan {
    /// Gives what a party means by the columns that others bring too, by its own schema; nothing where nobody
    /// else has them.
    ///
    /// # Errors
    ///
    /// [`Code::DataColumnMissing`] or [`Code::DataColumnDiffers`] if the schema is not the plan's.
    pub fn contract(&self, party: &PartyId, schema: &Schema) -> Result<Option<Contract>, Failure> {
        let Some(planned) = self.shared_columns(party) else {
            return Ok(None);
        };
        if let Some(obstacle) = differences(planned, schema).first() {
            return Err(self.told_of(party, obstacle));
        }
        let own = planned.iter().filter_map(|it| schema.column(it.name()));
        Ok(Some(Contract::of(own)))
    }

    /// Gives the same as the plan itself has it.
    pub fn planned_contract(&self, party: &PartyId) -> Option<Contract> {
        self.shared_columns(party).map(Contract::of)
    }

    /// Gives those of `contributors` who bring the same columns as a party, itself among them.
    pub fn sharing(&self, party: &PartyId, contributors: &[PartyId]) -> Vec<PartyId> {
        let shares = |other: &&PartyId| match self.task() {
            Task::Train(_) | Task::Statistics(_) | Task::Scarcity(_) => true,
            Task::Vertical(task) => task.is_hospital(party) && task.is_hospital(other),
            Task::Align(_) | Task::Dictionary(_) => false,
        };
        contributors.iter().filter(shares).cloned().collect()
    }

    fn shared_columns(&self, party: &PartyId) -> Option<&[Column]> {
        match self.task() {
            Task::Train(task) => Some(&task.columns),
            Task::Statistics(task) => Some(&task.columns),
            Task::Scarcity(task) => Some(&task.columns),
            Task::Vertical(task) if task.is_hospital(party) => Some(&task.member(party)?.columns),
            Task::Vertical(_) | Task::Align(_) | Task::Dictionary(_) => None,
        }
    }
}

impl Failure {
    /// Gives an error of the comparison of contracts as the failure that `me` tells.
    pub fn of_contract(error: &ContractError, me: &PartyId) -> Failure {
        let of = |code, party| Failure::new(code).of(party).at("contract");
        match error {
            ContractError::Mailbox(error) => error.into(),
            ContractError::BadKey { peer } | ContractError::BadItems { peer } => {
                of(Code::MessageMalformed, peer)
            }
            ContractError::Differs(differences) => {
                let words = [Lang::En, Lang::Zh].map(|lang| listed(differences, lang));
                of(Code::ContractDiffers, me).with_words("differing", words)
            }
            _ => of(Code::Internal, me),
        }
    }
}

/// Names as many differences as there is room for, and says how many more there are.
fn listed(differences: &[Difference], lang: Lang) -> String {
    let mut listed = String::new();
    for (place, difference) in differences.iter().enumerate() {
        let said = describe(difference, lang);
        let rest = differences.len() - place;
        let more = lang.pick(format!("; {rest} more"), format!("；另有 {rest} 处"));
        let room = MOST_SAID.saturating_sub(more.chars().count());
        if place > 0 && listed.chars().count() + said.chars().count() > room {
            return listed + &more;
        }
        if place > 0 {
            listed += lang.pick("; ", "；");
        }
        listed += &said;
    }
    listed
}

fn describe(difference: &Difference, lang: Lang) -> String {
    let Difference {
        column,
        of,
        from,
        part,
    } = difference;
    match part {
        Part::Column { differing, other } => {
            let said = said(differing, (Some(other), from.as_str()), lang);
            lang.pick(
                format!("{column} at {of}: {said}"),
                format!("{of} 的 {column}：{said}"),
            )
        }
        Part::Table { codes, other } => lang.pick(
            format!("{column} at {of}: contents of the table of codes {codes} ({from}: {other})"),
            format!("{of} 的 {column}：编码表 {codes} 的内容（{from}：{other}）"),
        ),
    }
}
