//! Who is who in the demo's tables, as those who made them know.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use consilium_data::{Reading, Values};
use consilium_mailbox::PartyId;
use consilium_schema::Schema;

use super::tables::TRUTH;
use crate::{
    demo::order::{self, Rows},
    local::kept::Kept,
};

const SCHEMA: &str = "\
[[column]]
name = \"public\"
type = \"text\"
[[column]]
name = \"hospital\"
type = \"text\"
[[column]]
name = \"commercial\"
type = \"text\"
";

/// Of each person that two tables tell at least, its rows in each.
#[derive(Debug)]
pub(super) struct Truth {
    people: Vec<BTreeMap<PartyId, Rows>>,
}

impl Truth {
    /// Reads what lies in the program.
    pub(super) fn load() -> anyhow::Result<Truth> {
        let schema = Schema::from_toml(SCHEMA)?;
        let table = Reading::new(&schema).stream(TRUTH)?.table;
        let mut people = vec![BTreeMap::new(); table.rows()];
        for column in table.columns() {
            let Values::Texts(lists) = &column.values else {
                continue;
            };
            let party: PartyId = column.name.parse()?;
            for (row, person) in people.iter_mut().enumerate() {
                if let Some(list) = lists.get(row) {
                    let rows = list.split(' ').map(str::parse).collect::<Result<_, _>>()?;
                    person.insert(party.clone(), rows);
                }
            }
        }
        Ok(Truth { people })
    }

    /// Gives the rows of each person that all these parties know, party by party.
    pub(super) fn common<'a>(
        &'a self,
        parties: &[&PartyId],
    ) -> impl Iterator<Item = Vec<&'a Rows>> {
        let of_all = |person: &'a BTreeMap<PartyId, Rows>| {
            parties.iter().map(|party| person.get(*party)).collect()
        };
        self.people.iter().filter_map(of_all)
    }

    /// Tells whether an alignment has all people that its parties have in common and nobody else,
    /// each at one place of everybody's order, with all its rows.
    pub(super) fn fits(&self, aligned: &Kept) -> anyhow::Result<bool> {
        let mut orders = Vec::new();
        for own in &aligned.parties {
            let path = own.rows.as_deref().context("the study gives rows")?;
            orders.push((&own.party, order::read(path)?));
        }
        Ok(self.fits_orders(&orders))
    }

    fn fits_orders(&self, orders: &[(&PartyId, BTreeMap<u32, Rows>)]) -> bool {
        let parties: Vec<_> = orders.iter().map(|(party, _)| *party).collect();
        let expected: BTreeSet<Vec<&Rows>> = self.common(&parties).collect();
        let places: BTreeSet<&u32> = orders.iter().flat_map(|(_, order)| order.keys()).collect();
        let at = |place: &u32| orders.iter().map(|(_, order)| order.get(place)).collect();
        let found: Option<BTreeSet<Vec<&Rows>>> = places.iter().map(|place| at(place)).collect();
        found.is_some_and(|found| found == expected) && places.len() == expected.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parties() -> [PartyId; 3] {
        ["hospital", "public", "commercial"].map(|name| name.parse().unwrap())
    }

    #[test]
    fn two_share_more_people_than_all_three() {
        let truth = Truth::load().unwrap();
        let [hospital, public, commercial] = &parties();
        assert_eq!(truth.common(&[hospital, public]).count(), 3191);
        assert_eq!(truth.common(&[public, commercial]).count(), 3283);
        assert_eq!(truth.common(&[hospital, commercial]).count(), 1653);
        assert_eq!(truth.common(&[hospital, public, commercial]).count(), 1642);
    }

    #[test]
    fn an_order_fits_if_and_only_if_every_person_stands_at_one_place() {
        let truth = Truth::load().unwrap();
        let [hospital, public, _] = &parties();
        let mut orders = [(hospital, BTreeMap::new()), (public, BTreeMap::new())];
        for (place, rows) in (1..).zip(truth.common(&[hospital, public])) {
            for ((_, order), rows) in orders.iter_mut().zip(rows) {
                order.insert(place, rows.clone());
            }
        }
        assert!(truth.fits_orders(&orders));

        let whole = orders.clone();
        let [one, other] = [1, 2].map(|place| orders[0].1[&place].clone());
        orders[0].1.insert(1, other);
        orders[0].1.insert(2, one);
        assert!(!truth.fits_orders(&orders), "two people are swapped");

        orders = whole.clone();
        orders[1].1.remove(&7);
        assert!(!truth.fits_orders(&orders), "one is missing at one party");

        orders = whole.clone();
        for (_, order) in &mut orders {
            order.remove(&7);
        }
        assert!(!truth.fits_orders(&orders), "one is missing at all");

        orders = whole;
        for (_, order) in &mut orders {
            let first = order[&1].clone();
            order.insert(99_999, first);
        }
        assert!(!truth.fits_orders(&orders), "one stands at two places");
    }
}
