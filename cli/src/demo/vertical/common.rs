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
    /// Of each institution its columns; of hospitals with one schema those of all, by the name that
    /// the model calls them.
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

/// What one institution brings, or hospitals with one schema together.
struct Part {
    /// How many people each of its alignments found.
    people: Vec<u64>,
    columns: Vec<Column>,
    labels: Vec<f64>,
    numbers: Vec<u32>,
    /// Of each common row the key.
    keys: Vec<String>,
    /// All keys of the file.
    all: Vec<String>,
}

impl Common {
    /// Joins the institutions' files by the orders that alignments found; `aligned` has them in the
    /// order in which the task names them. What hospitals with one schema have is put one below the
    /// other.
    pub(super) fn join(
        task: &Vertical,
        aligned: &[&Kept],
        data: &[PartyData],
    ) -> anyhow::Result<Common> {
        let label = &growth(task)?.label;
        let group = task.group().and_then(|group| group.terms.as_ref());
        let mut parts: Vec<(PartyId, Part)> = Vec::new();
        for member in &task.members {
            let of = |party: &PartyId| *party == member.party;
            let set = data.iter().find(|set| of(&set.party));
            let own = aligned.iter().flat_map(|kept| &kept.parties);
            let orders = own.filter(|own| of(&own.party)).map(|own| {
                let path = own.rows.as_deref();
                order::read(path.context("the alignment gives rows")?)
            });
            let orders: Vec<_> = orders.collect::<anyhow::Result<_>>()?;
            let label = Some(label).filter(|_| of(&task.label_holder));
            let set = set.context("every institution has a table")?;
            let part = Part::read((member, label), set, &orders);
            let part = part.with_context(|| member.party.to_string())?;
            let name = match group {
                Some(group) if task.is_hospital(&member.party) => &group.name,
                _ => &member.party,
            };
            match parts.iter_mut().find(|(other, _)| other == name) {
                Some((_, above)) => above.append(part),
                None => parts.push((name.clone(), part)),
            }
        }
        let fits = is_of_all(parts.iter().map(|(_, part)| part));
        let holder = parts.iter().find(|(party, _)| *party == task.label_holder);
        let (_, holder) = holder.context("somebody has the labels")?;
        let (labels, numbers) = (holder.labels.clone(), holder.numbers.clone());
        let alignments = task.alignments_of(&task.label_holder).into_iter();
        let places = alignments
            .zip(&holder.people)
            .flat_map(|((hospital, _), people)| (0..*people).map(move |place| (hospital, place)));
        let is_tested: Vec<bool> = places
            .map(|(hospital, place)| task.held_out(hospital, place))
            .collect();
        let (tested, trained) = (0..labels.len()).partition(|&row| is_tested[row]);
        let columns = parts.into_iter();
        Ok(Common {
            columns: columns.map(|(party, part)| (party, part.columns)).collect(),
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
        orders: &[BTreeMap<u32, Rows>],
    ) -> anyhow::Result<Part> {
        let table = Reading::new(&Schema::from_toml(&set.schema)?)
            .file(&set.file)?
            .table;
        let features: Vec<&str> = member.features.iter().map(String::as_str).collect();
        let design = Design::new(&table, &features, label, MissingFeatures::Keep)?;
        let at: HashMap<usize, usize> = design.row_numbers.iter().copied().zip(0..).collect();
        let (mut rows, mut numbers) = (Vec::new(), Vec::new());
        for (place, own) in orders.iter().flat_map(|order| (1..).zip(order)) {
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
            people: orders.iter().map(|order| order.len() as u64).collect(),
            columns: design.names.iter().enumerate().map(column).collect(),
            labels: labels.unwrap_or_default(),
            keys: numbers.iter().filter_map(key).collect(),
            all: keys.iter().flatten().map(str::to_owned).collect(),
            numbers,
        })
    }

    /// Puts the rows of another institution with the same columns below.
    fn append(&mut self, other: Part) {
        for (above, below) in self.columns.iter_mut().zip(other.columns) {
            above.values.extend(below.values);
        }
        self.keys.extend(other.keys);
        self.all.extend(other.all);
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
