//! Every value of a column a party.

use std::collections::{BTreeMap, BTreeSet};

use consilium_mailbox::PartyId;

use super::{
    data::existing,
    places::Places,
    plan::BasePlan,
    raw::{EVERY_VALUE, Raw, RawBy, RawParties},
};
use crate::{LabError, LabFault, tables::values_of};

/// The values of each party.
type Values = BTreeMap<PartyId, Vec<String>>;

/// Puts a contributor for each value of a column in the place of the plan's, where an experiment asks
/// for it; gives the values then.
///
/// A party is named by its value in small letters, a blank written `-`, if that is a party's name and
/// nobody else has it, or else by the column and the place of its value in their order.
pub(super) fn parties(
    base: BasePlan,
    raw: &Raw,
    places: &Places,
) -> Result<(BasePlan, Option<Values>), LabError> {
    let table = raw.table.as_ref().filter(|it| it.split.by == RawBy::Column);
    let Some((table, column)) = table.and_then(|it| Some((it, it.split.column.as_ref()?))) else {
        return Ok((base, None));
    };
    if !matches!(table.split.parties, Some(RawParties::EveryValue)) {
        return Ok((base, None));
    }
    let file = existing(&table.file, "table.file", places)?;
    let Some(first) = base.plan.contributors().next() else {
        return Ok((base, None));
    };
    let found = values_of(&file, &base.schema_of(first.0), column)?;
    let values = found.ok_or_else(|| {
        let column = column.clone();
        places.at("table.split.column", LabFault::NoColumn { column })
    })?;
    let others = base.plan.parties().iter().map(|party| &party.name);
    let contributes = |name: &&PartyId| base.plan.contributors().any(|(party, _)| party == *name);
    let others = others.filter(|name| !contributes(name));
    let mut taken: BTreeSet<PartyId> = others.chain([base.plan.coordinator()]).cloned().collect();
    let mut parties = Values::new();
    for (place, value) in (1..).zip(values) {
        let slug = |text: &str| text.trim().to_lowercase().replace(' ', "-");
        let names = [
            slug(&value),
            format!("{}-{place}", slug(column)),
            format!("value-{place}"),
        ];
        let free = |name: &PartyId| !taken.contains(name);
        let named = names.iter().filter_map(|name| name.parse().ok());
        let Some(name) = named.into_iter().find(free) else {
            continue;
        };
        taken.insert(name.clone());
        parties.insert(name, vec![value]);
    }
    let names: Vec<PartyId> = parties.keys().cloned().collect();
    let base = base.over(&names).map_err(|error| {
        let setting = format!("{EVERY_VALUE:?}: {} parties", names.len());
        places.at("table.split.parties", LabFault::Setting { setting, error })
    })?;
    Ok((base, Some(parties)))
}
