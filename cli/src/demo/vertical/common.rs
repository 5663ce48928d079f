//! The common rows in one place, as no institution has them.
//!
//! Read from files and orders here, by no code of the participants: what a demo says of their rows is
//! an independent check.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context as _, ensure};
use consilium_data::{
    Reading, Values,
    design::{Design, MissingFeatures},
};
use consilium_gbdt::Column;
use consilium_mailbox::PartyId;
use consilium_plan::{Member, Vertical};
use consilium_schema::{Label, Schema};

use super::studies::{KEY, growth};
use crate::{
    demo::order::{self, Rows},
    local::{inputs::PartyData, kept::Kept},
};

/// Everybody's columns of the common rows, in the order of their places.
#[derive(Debug)]
pub(super) struct Common {
    /// Of each institution its columns.
    pub(super) columns: Vec<(PartyId, Vec<Column>)>,
    pub(super) labels: Vec<f64>,
    /// The places of the rows that serve for training, and of those kept for testing.
    pub(super) trained: Vec<usize>,
    pub(super) tested: Vec<usize>,
    /// The number of each row in the label holder's file.
    pub(super) numbers: Vec<u32>,
    /// Whether the rows at each place are of one person, and nobody's are missing.
    pub(super) fits: bool,
}

/// What one institution brings.
struct Part {
    columns: Vec<Column>,
    labels: Vec<f64>,
    numbers: Vec<u32>,
    /// Of each common row the key.
    keys: Vec<String>,
    /// All keys of the file.
    all: Vec<String>,
}

impl Common {
    /// Joins the institutions' files by the order that an alignment found.
    pub(super) fn join(
        task: &Vertical,
        aligned: &Kept,
        data: &[PartyData],
    ) -> anyhow::Result<Common> {
        let label = &growth(task)?.label;
        let mut parts = Vec::new();
        for member in &task.members {
            let of = |party: &PartyId| *party == member.party;
            let set = data.iter().find(|set| of(&set.party));
            let own = aligned.parties.iter().find(|own| of(&own.party));
            let path = own.and_then(|own| own.rows.as_deref());
            let order = order::read(path.context("the alignment gives rows")?)?;
            let label = Some(label).filter(|_| of(&task.label_holder));
            let set = set.context("every institution has a table")?;
            let part = Part::read((member, label), set, &order);
            parts.push((
                &member.party,
                part.with_context(|| member.party.to_string())?,
            ));
        }
        let fits = is_of_all(parts.iter().map(|(_, part)| part));
        let holder = parts.iter().find(|(party, _)| **party == task.label_holder);
        let (_, holder) = holder.context("somebody has the labels")?;
        let (labels, numbers) = (holder.labels.clone(), holder.numbers.clone());
        let (tested, trained) =
            (0..labels.len()).partition(|&place| task.held_out(None, place as u64));
        let columns = parts.into_iter();
        Ok(Common {
            columns: columns
                .map(|(party, part)| (party.clone(), part.columns))
                .collect(),
            labels,
            trained,
            tested,
            numbers,
            fits,
        })
    }
}

impl Part {
    fn read(
        (member, label): (&Member, Option<&Label>),
        set: &PartyData,
        order: &BTreeMap<u32, Rows>,
    ) -> anyhow::Result<Part> {
        let table = Reading::new(&Schema::from_toml(&set.schema)?)
            .file(&set.file)?
            .table;
        let features: Vec<&str> = member.features.iter().map(String::as_str).collect();
        let design = Design::new(&table, &features, label, MissingFeatures::Keep)?;
        let at: HashMap<usize, usize> = design.row_numbers.iter().copied().zip(0..).collect();
        let (mut rows, mut numbers) = (Vec::new(), Vec::new());
        for (place, own) in (1..).zip(order) {
            let [number] = own.1[..] else {
                anyhow::bail!("a person has several rows");
            };
            ensure!(*own.0 == place, "a place is left out");
            let row = at.get(&(number as usize)).context("a row has no label")?;
            rows.push(*row);
            numbers.push(number);
        }
        let column = |(place, name): (usize, &String)| Column {
            name: name.clone(),
            values: rows.iter().map(|&row| design.row(row)[place]).collect(),
        };
        let key = table.column(KEY).map(|column| &column.values);
        let Some(Values::Texts(keys)) = key else {
            anyhow::bail!("there is no column {KEY}");
        };
        let key = |number: &u32| keys.get(*number as usize - 1).map(str::to_owned);
        let labels = label.map(|_| rows.iter().map(|&row| design.y[row]).collect());
        Ok(Part {
            columns: design.names.iter().enumerate().map(column).collect(),
            labels: labels.unwrap_or_default(),
            keys: numbers.iter().filter_map(key).collect(),
            all: keys.iter().flatten().map(str::to_owned).collect(),
            numbers,
        })
    }
}

/// Tells whether places have one key each, the same at all, and no key that all have is left out.
fn is_of_all<'a>(parts: impl Iterator<Item = &'a Part>) -> bool {
    let parts: Vec<&Part> = parts.collect();
    let Some((first, others)) = parts.split_first() else {
        return false;
    };
    let mut holders: HashMap<&str, usize> = HashMap::new();
    for key in parts.iter().flat_map(|part| &part.all) {
        *holders.entry(key).or_default() += 1;
    }
    let of_all = holders
        .values()
        .filter(|held| **held == parts.len())
        .count();
    first.keys.len() == of_all && others.iter().all(|other| other.keys == first.keys)
}
