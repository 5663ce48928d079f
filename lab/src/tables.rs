//! The rows of an experiment, and their parts for each seed and fold.

mod column;
mod matching;
mod placed;
mod shares;
mod sheet;
mod values;
mod written;

use std::{collections::BTreeMap, ops::Range};

use consilium_base::{Digest, Tagged};
use consilium_entities::Key;
use consilium_mailbox::PartyId;
use consilium_plan::{Task, Vertical};

use self::{
    matching::Group,
    sheet::{Request, Sheet},
};
use crate::{
    Experiment, LabError, LabFault, Part, Rest, Rows, Source, SplitBy, TestRows,
    experiment::{Places, predicts_classes},
};

use shares::Owned;

pub use shares::Share;
pub use written::WrittenRows;

pub(crate) use values::values_of;

/// All rows of an experiment.
#[derive(Debug)]
pub struct Tables {
    /// The contributors, in order of their names.
    parties: Vec<PartyId>,
    /// One of each party, or one of all together.
    sheets: Vec<Sheet>,
    layout: Layout,
    test: TestRows,
    /// Whether parts have each class in the same proportion.
    stratify: bool,
    digest: Digest,
}

/// How sheets belong to parties.
#[derive(Debug)]
enum Layout {
    /// Each party has its own rows.
    Own,
    /// All have the same rows; the labels are on one sheet. Those of hospitals that have each its own
    /// people have a part of them.
    Common {
        labelled: usize,
        hospitals: BTreeMap<usize, Range<usize>>,
    },
    /// One sheet is split for each seed.
    Split(SplitBy),
}

impl Tables {
    /// Reads all tables, and tries every split of every seed.
    ///
    /// # Errors
    ///
    /// A [`LabError`] that names the file or, where a split leaves somebody without rows, the key of
    /// the experiment that asks for it.
    pub fn read(experiment: &Experiment) -> Result<Tables, LabError> {
        let exact = experiment.exact();
        let parties = exact
            .contributors()
            .map(|(party, _)| party.clone())
            .collect();
        let stratify = predicts_classes(exact)
            && matches!(experiment.test(), TestRows::Drawn { stratify: true, .. });
        let mut tables = Tables {
            parties,
            sheets: Vec::new(),
            layout: Layout::Own,
            test: experiment.test().clone(),
            stratify,
            digest: [0; 32],
        };
        match experiment.task() {
            Task::Vertical(task) => {
                let holder = &task.label_holder;
                let labelled = tables.parties.iter().position(|party| party == holder);
                let labelled = labelled.unwrap_or_default();
                let hospitals = BTreeMap::new();
                tables.layout = Layout::Common {
                    labelled,
                    hospitals,
                };
            }
            Task::Train(_)
            | Task::Align(_)
            | Task::Statistics(_)
            | Task::Dictionary(_)
            | Task::Scarcity(_) => {
                if let Source::Table { by, .. } = experiment.source() {
                    tables.layout = Layout::Split(by.clone());
                }
            }
        }
        tables.read_sheets(experiment)?;
        if let (Task::Vertical(task), Source::Files(_), Some(key)) =
            (experiment.task(), experiment.source(), experiment.key())
        {
            tables.match_rows(task, key)?;
        } else if let Layout::Common { labelled, .. } = tables.layout {
            let numbers = tables.sheets[labelled].numbers.clone();
            for sheet in &mut tables.sheets {
                sheet.pick_numbers(&numbers);
            }
        }
        tables.check_values(experiment.places())?;
        tables.check_labels(experiment)?;
        tables.check_splits(experiment)?;
        Ok(tables)
    }

    /// Keeps the rows that all have, or each hospital and all others.
    fn match_rows(&mut self, task: &Vertical, key: &Key) -> Result<(), LabError> {
        let Layout::Common {
            labelled,
            hospitals,
        } = &mut self.layout
        else {
            return Ok(());
        };
        let of_group = self.parties.iter().enumerate();
        let of_group = of_group.filter(|(_, party)| task.is_hospital(party));
        let group = Group {
            sheets: of_group.map(|(sheet, _)| sheet).collect(),
            refuses_repeats: task.refuses_repeats(),
        };
        let found = matching::common(&self.sheets, *labelled, &group, key)?;
        for (sheet, rows) in self.sheets.iter_mut().zip(found.rows) {
            sheet.pick(&rows);
        }
        *hospitals = found.parts;
        Ok(())
    }

    /// Gives the hash of all files and of what they are read by.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Counts the usable rows of a table that are no institution's, by the values of the column that
    /// splits it.
    pub fn left_out(&self) -> usize {
        match &self.layout {
            Layout::Split(SplitBy::Column { parties, .. }) => {
                let whose = |row: &&Option<String>| {
                    let value = row.as_ref();
                    value.is_some_and(|value| parties.values().flatten().any(|own| own == value))
                };
                let rows = &self.sheets[0].owners;
                rows.len() - rows.iter().filter(whose).count()
            }
            _ => 0,
        }
    }

    /// Gives the mean label of a party's rows, those for testing included: of two classes the share of
    /// positive ones. Nothing where it has no labels.
    pub fn mean_label(&self, share: &Share) -> Option<f64> {
        let labels = &self.sheets[share.sheet].rows.labels;
        let parts = [Part::Training, Part::Test].into_iter();
        let own = parts.flat_map(|part| share.places(part));
        let own: Vec<f64> = own.filter_map(|row| labels.get(*row).copied()).collect();
        (!own.is_empty()).then(|| own.iter().sum::<f64>() / own.len() as f64)
    }

    /// Gives a part of a party's rows as learners take them.
    pub fn rows(&self, share: &Share, part: Part) -> Rows {
        self.sheets[share.sheet].rows.pick(share.places(part))
    }

    /// Gives the place of each of these rows in its file, counted from 1.
    pub fn numbers(&self, share: &Share, part: Part) -> Vec<usize> {
        let numbers = &self.sheets[share.sheet].numbers;
        share.places(part).iter().map(|row| numbers[*row]).collect()
    }

    fn read_sheets(&mut self, experiment: &Experiment) -> Result<(), LabError> {
        let mut hash = Tagged::new("lab.1.data");
        let is_split = matches!(self.layout, Layout::Split(_));
        let readers = if is_split {
            &self.parties[..1]
        } else {
            &self.parties[..]
        };
        for (place, party) in readers.iter().enumerate() {
            let request = Request::new(experiment, party, self.is_labelled(place));
            let (sheet, files) = Sheet::read(&request, experiment.places())?;
            hash = hash.field(party.as_str().as_bytes());
            hash = hash.field(request.schema.to_string().as_bytes());
            hash = files.iter().fold(hash, |hash, file| hash.field(file));
            self.sheets.push(sheet);
        }
        self.digest = hash.digest();
        Ok(())
    }

    /// Says whether a sheet has the labels of its rows.
    fn is_labelled(&self, sheet: usize) -> bool {
        match self.layout {
            Layout::Common { labelled, .. } => labelled == sheet,
            Layout::Own | Layout::Split(_) => true,
        }
    }

    /// Checks that each value that splits a table is a row's, and that each row is somebody's or may be
    /// left out.
    fn check_values(&self, places: &Places) -> Result<(), LabError> {
        let Layout::Split(SplitBy::Column {
            column,
            parties,
            rest,
        }) = &self.layout
        else {
            return Ok(());
        };
        let mut found: BTreeMap<Option<&String>, usize> = BTreeMap::new();
        for value in &self.sheets[0].owners {
            *found.entry(value.as_ref()).or_default() += 1;
        }
        for (party, values) in parties {
            if let Some(value) = values.iter().find(|it| !found.contains_key(&Some(*it))) {
                let fault = LabFault::NoValue {
                    column: column.clone(),
                    value: value.clone(),
                };
                return Err(places.at(&format!("table.split.parties.{party}"), fault));
            }
        }
        for value in parties.values().flatten() {
            found.remove(&Some(value));
        }
        if found.is_empty() || *rest == Rest::Drop {
            return Ok(());
        }
        let mut values: Vec<(Option<String>, usize)> = found
            .into_iter()
            .map(|(value, rows)| (value.cloned(), rows))
            .collect();
        values.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        let column = column.clone();
        let fault = LabFault::NobodysRows { column, values };
        Err(places.at("table.split.parties", fault))
    }

    /// Checks that labels vary: of one value nothing is learnt, and no model can be measured.
    fn check_labels(&self, experiment: &Experiment) -> Result<(), LabError> {
        let owned = self.owned(experiment.seeds()[0]);
        let label = |own: &Owned| self.sheets[own.sheet].rows.labels.get(own.row).copied();
        let mut labels = owned.iter().filter_map(label);
        let Some(first) = labels.next() else {
            return Ok(());
        };
        if labels.any(|label| label.total_cmp(&first).is_ne()) {
            return Ok(());
        }
        let (key, sheet) = match self.layout {
            Layout::Own => ("data", None),
            Layout::Common { labelled, .. } => ("data", Some(labelled)),
            Layout::Split(_) => ("table", Some(0)),
        };
        let fault = LabFault::OneLabel {
            file: sheet.map(|sheet| self.sheets[sheet].file.clone()),
        };
        Err(experiment.places().at(key, fault))
    }

    /// Checks that in each split everybody has rows of both parts.
    fn check_splits(&self, experiment: &Experiment) -> Result<(), LabError> {
        let folds = self.test.folds();
        for &seed in experiment.seeds() {
            for fold in 0..folds {
                for share in self.shares(seed, fold) {
                    let is_empty = |part: &Part| share.count(*part) == 0;
                    let Some(part) = [Part::Training, Part::Test].into_iter().find(is_empty) else {
                        continue;
                    };
                    let has_none = share.count(Part::Training) + share.count(Part::Test) == 0;
                    let key = match (&self.layout, &self.test) {
                        (Layout::Split(_), _) if has_none => "table.split".to_owned(),
                        (_, TestRows::Files) => format!("data.{}.split", share.party),
                        (Layout::Own, _) if has_none => format!("data.{}", share.party),
                        _ => "test".to_owned(),
                    };
                    let fault = LabFault::NoRows {
                        party: share.party,
                        part,
                        seed,
                        fold: (folds > 1).then_some(fold),
                    };
                    return Err(experiment.places().at(&key, fault));
                }
            }
        }
        Ok(())
    }
}
