//! One table as it is read.

use std::{
    collections::HashMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use consilium_data::{
    Reading, Table,
    design::{Design, Features, MissingFeatures},
};
use consilium_entities::Key;
use consilium_gbdt::Column;
use consilium_mailbox::PartyId;
use consilium_plan::Task;
use consilium_preparation::Preparation;
use consilium_schema::{Label, Schema};

use super::{column, placed, written::Whole};
use crate::{
    Experiment, LabError, LabFault, Mode, Rows, Source, SplitBy, TestRows, experiment::Places,
};

/// The usable rows of a table.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Where it lies.
    pub(super) file: PathBuf,
    pub(super) rows: Rows,
    /// Where in the file each row stands, counted from 1.
    pub(super) numbers: Vec<usize>,
    /// What keeps each row with others, on one side; none where nothing does.
    pub(super) groups: Vec<Option<String>>,
    /// The value of each row by which the table is split; none where it isn't.
    pub(super) owners: Vec<Option<String>>,
    /// Whether each row is for testing; none where no file says it.
    pub(super) placed: Vec<bool>,
    /// The parts of each row's key; none where keys don't matter.
    pub(super) keys: Vec<Vec<Option<String>>>,
    /// The whole table, where daemons will read parts of it.
    pub(super) whole: Option<Whole>,
}

/// What is wanted of a table.
pub(super) struct Request<'a> {
    party: &'a PartyId,
    file: &'a Path,
    split: Option<&'a Path>,
    pub(super) schema: Schema,
    features: Vec<&'a str>,
    preparation: Option<&'a Preparation>,
    label: Option<&'a Label>,
    missing: MissingFeatures,
    group: Option<&'a str>,
    owner: Option<&'a str>,
    keys: Vec<&'a str>,
    /// The file of the plan that declares the key.
    alignment: &'a str,
    is_read_again: bool,
}

impl<'a> Request<'a> {
    /// Asks for what the plan uses at a party.
    pub(super) fn new(
        experiment: &'a Experiment,
        party: &'a PartyId,
        is_labelled: bool,
    ) -> Request<'a> {
        let (features, label, missing) = match experiment.task() {
            Task::Train(task) => {
                let missing = if task.learner.drops_missing() {
                    MissingFeatures::Drop
                } else {
                    MissingFeatures::Keep
                };
                (&task.features[..], Some(&task.label), missing)
            }
            Task::Vertical(task) => {
                let features = task.member(party).map_or(&[][..], |own| &own.features);
                (features, task.label(), MissingFeatures::Keep)
            }
            Task::Align(_) | Task::Statistics(_) | Task::Dictionary(_) | Task::Scarcity(_) => {
                (&[][..], None, MissingFeatures::Keep)
            }
        };
        let features: Vec<&str> = features.iter().map(String::as_str).collect();
        let preparation = match experiment.task() {
            Task::Train(task) => task.preparation.as_ref(),
            Task::Vertical(_)
            | Task::Align(_)
            | Task::Dictionary(_)
            | Task::Statistics(_)
            | Task::Scarcity(_) => None,
        };
        let taken = Features {
            names: &features,
            preparation,
        };
        let (file, split, owner, is_own) = match experiment.source() {
            Source::Files(files) => {
                let own = &files[party];
                (own.file.as_path(), own.split.as_deref(), None, true)
            }
            Source::Table { file, by } => {
                let owner = match by {
                    SplitBy::Column { column, .. } => Some(column.as_str()),
                    _ => None,
                };
                (file.as_path(), None, owner, false)
            }
        };
        let group = match experiment.test() {
            TestRows::Drawn { group, .. } if is_labelled => group.as_deref(),
            _ => None,
        };
        let parts = experiment.key().filter(|_| is_own).into_iter();
        let parts = parts.flat_map(Key::parts);
        let mut schema = experiment.schema_of(party);
        let label = label.filter(|_| is_labelled);
        if matches!(
            experiment.source(),
            Source::Table {
                by: SplitBy::Columns,
                ..
            }
        ) {
            let used = taken.columns().into_iter().chain(group);
            let used: Vec<&str> = used
                .chain(label.map(|label| label.column.as_str()))
                .collect();
            schema = narrowed(&schema, &used);
        }
        Request {
            party,
            file,
            split,
            schema,
            features,
            preparation,
            label,
            missing,
            group,
            owner,
            keys: parts.map(|part| part.column.as_str()).collect(),
            alignment: experiment.alignment_file().unwrap_or_default(),
            is_read_again: experiment.mode() == Mode::Processes,
        }
    }
}

/// Leaves out columns that are not used: of one table, a party's schema may declare more than is there.
pub(super) fn narrowed(schema: &Schema, used: &[&str]) -> Schema {
    let mut text = schema.file().to_string();
    let columns = schema.columns().iter();
    for column in columns.filter(|column| used.contains(&column.name())) {
        write!(text, "\n{column}").expect("a string takes any text");
    }
    // Of whoever brings nothing but what is not declared, reading names that.
    Schema::from_toml(&text).unwrap_or_else(|_| schema.clone())
}

impl Sheet {
    /// Reads a table; gives the hashes of its files besides.
    pub(super) fn read(
        request: &Request<'_>,
        places: &Places,
    ) -> Result<(Sheet, Vec<[u8; 32]>), LabError> {
        let blame = |fault: LabFault| LabError::of_file(request.file, fault);
        let mut hash = blake3::Hasher::new();
        let mut tap = |bytes: &[u8]| {
            hash.update(bytes);
        };
        let read = Reading::new(&request.schema)
            .tap(&mut tap)
            .file(request.file);
        let table = read.map_err(|error| blame(error.into()))?.table;
        let features = Features {
            names: &request.features,
            preparation: request.preparation,
        };
        let design = Design::new(&table, features, request.label, request.missing);
        let design = design.map_err(|error| blame(error.into()))?;
        let mut hashes = vec![*hash.finalize().as_bytes()];
        let mut is_test = Vec::new();
        if let Some(split) = request.split {
            let mut hash = blake3::Hasher::new();
            let placed = placed::read(split, &mut |bytes| {
                hash.update(bytes);
            })?;
            hashes.push(*hash.finalize().as_bytes());
            is_test = of_usable(&design, &placed, request, split)?;
        }
        let taken = |name: Option<&str>, key: &str| match name {
            None => Ok(Vec::new()),
            Some(name) => texts(&table, &design, name).ok_or_else(|| {
                let column = name.to_owned();
                places.at(key, LabFault::NoColumn { column })
            }),
        };
        let groups = taken(request.group, "test.group")?;
        let owners = taken(request.owner, "table.split.column")?;
        let mut parts = Vec::new();
        for name in &request.keys {
            let is_text = matches!(
                table.column(name).map(|column| &column.values),
                Some(consilium_data::Values::Texts(_))
            );
            let cells = texts(&table, &design, name).filter(|_| is_text);
            parts.push(cells.ok_or_else(|| {
                let (alignment, column) = (request.alignment.to_owned(), (*name).to_owned());
                blame(LabFault::KeyColumn { alignment, column })
            })?);
        }
        let label = request.label.map(|label| label.column.as_str());
        let used = features.columns().into_iter().chain(label);
        let used: Vec<&str> = used.chain(request.keys.iter().copied()).collect();
        let key = |row: usize| parts.iter().map(|part| part[row].clone()).collect();
        let keys = if parts.is_empty() { 0 } else { design.rows };
        let sheet = Sheet {
            file: request.file.to_owned(),
            groups,
            owners,
            placed: is_test,
            keys: (0..keys).map(key).collect(),
            rows: rows(&design),
            whole: (request.is_read_again).then(|| Whole::new(&table, &request.schema, &used)),
            numbers: design.row_numbers,
        };
        Ok((sheet, hashes))
    }

    /// Counts its rows.
    pub(super) fn count(&self) -> usize {
        self.numbers.len()
    }

    /// Keeps these rows, in this order.
    pub(super) fn pick(&mut self, rows: &[usize]) {
        let texts = |all: &[Option<String>]| -> Vec<Option<String>> {
            rows.iter()
                .filter_map(|row| all.get(*row).cloned())
                .collect()
        };
        self.groups = texts(&self.groups);
        self.owners = texts(&self.owners);
        self.placed = rows
            .iter()
            .filter_map(|row| self.placed.get(*row).copied())
            .collect();
        self.rows = self.rows.pick(rows);
        self.numbers = rows.iter().map(|row| self.numbers[*row]).collect();
        // Rows that were matched need no keys any more.
        self.keys.clear();
    }

    /// Keeps the rows with these numbers, in this order, as far as they are there.
    pub(super) fn pick_numbers(&mut self, numbers: &[usize]) {
        let place: HashMap<usize, usize> = self.numbers.iter().copied().zip(0..).collect();
        let rows = numbers
            .iter()
            .filter_map(|number| place.get(number).copied());
        self.pick(&rows.collect::<Vec<usize>>());
    }
}

fn rows(design: &Design) -> Rows {
    let column = |(place, name): (usize, &String)| Column {
        name: name.clone(),
        values: (0..design.rows).map(|row| design.row(row)[place]).collect(),
    };
    Rows {
        columns: design.names.iter().enumerate().map(column).collect(),
        labels: design.y.clone(),
    }
}

/// Gives the cells of a column in the usable rows; none where it is not declared.
fn texts(table: &Table, design: &Design, name: &str) -> Option<Vec<Option<String>>> {
    let all = column::texts(&table.column(name)?.values);
    let usable = design.row_numbers.iter();
    Some(usable.map(|number| all[number - 1].clone()).collect())
}

/// Says of each usable row whether it is for testing.
fn of_usable(
    design: &Design,
    placed: &HashMap<usize, bool>,
    request: &Request<'_>,
    split: &Path,
) -> Result<Vec<bool>, LabError> {
    let is_test = |row: &usize| {
        let party = request.party.clone();
        let unplaced = LabFault::Unplaced { party, row: *row };
        placed
            .get(row)
            .copied()
            .ok_or_else(|| LabError::of_file(split, unplaced))
    };
    design.row_numbers.iter().map(is_test).collect()
}
