//! What the coordinator is told before a run: made at home, so that no count of rows leaves it.

use std::ops::RangeInclusive;

use consilium_base::Seed;
use consilium_entities::{EntitiesError, Key};
use consilium_mailbox::PartyId;
use consilium_plan::{
    Align, Code, DataReport, DataVersion, Dictionary, Failure, Grant, Limits, Name, Obstacle, Task,
    Train, UnixTime,
};

use super::{
    dictionary::Codes,
    failure::internal,
    keys::{self, Keys},
    rows::{Misfit, Selection, Unusable},
    told,
};
use crate::{
    cohorts::Imprint,
    data::{Contents, DataError, Source},
    valued::{self, Asking},
};

/// Whose data set is inspected, for which plan.
pub(super) struct Inspection<'a> {
    pub(super) party: &'a PartyId,
    pub(super) data: &'a Name,
    /// What the institution's steward allows.
    pub(super) grant: &'a Grant,
    pub(super) task: &'a Task,
    pub(super) limits: &'a Limits,
    /// The institution's key of versions.
    pub(super) key: &'a Seed,
    /// The institution's secret for the study.
    pub(super) secret: &'a Seed,
    pub(super) now: UnixTime,
    /// What keeps it from being told of with noise, as far as that was done before.
    pub(super) spent: Option<Obstacle>,
    /// Studies that valued rows here before, for a plan that does.
    pub(super) valued: &'a [valued::Earlier],
}

/// What an inspection found.
#[derive(Clone)]
pub(super) struct Inspected {
    /// For the institution's own people.
    pub(super) here: DataReport,
    /// For the coordinator: no place in a file, and nothing of another version than the approved
    /// one but that it is another.
    pub(super) elsewhere: Result<DataReport, Failure>,
}

impl Inspected {
    /// What everybody may know alike.
    pub(super) fn open(report: DataReport) -> Inspected {
        Inspected {
            here: report.clone(),
            elsewhere: Ok(report),
        }
    }
}

impl From<Unread> for Inspected {
    fn from(unread: Unread) -> Inspected {
        Inspected {
            here: DataReport::Unreadable(unread.here),
            elsewhere: Err(unread.elsewhere),
        }
    }
}

/// Why the approved version was not read.
pub(super) struct Unread {
    /// For the institution's own people.
    pub(super) here: Failure,
    /// For all others.
    pub(super) elsewhere: Failure,
}

impl Inspection<'_> {
    /// Reads the data set and holds it against the plan. Blocks.
    pub(super) fn inspect(&self, source: &Source) -> Inspected {
        let inspected = match self.task {
            Task::Train(task) => self
                .rows(source)
                .map(|contents| self.approved(task, source, &contents)),
            Task::Align(task) => self.against_key(task, source),
            Task::Dictionary(task) => self.against_codes(task, source),
            // It takes more than a data set.
            Task::Vertical(_) | Task::Statistics(_) | Task::Scarcity(_) => {
                let why = internal(self.party, "preflight");
                Ok(Inspected::open(DataReport::Unreadable(why)))
            }
        };
        inspected.unwrap_or_else(|unread| (*unread).into())
    }

    /// Reads the rows of the version that is approved, and of no other. Blocks.
    ///
    /// # Errors
    ///
    /// If it is another version, or is not what its schema says.
    pub(super) fn rows(&self, source: &Source) -> Result<Contents, Box<Unread>> {
        self.read(source, || {
            let contents = source.read(self.key)?;
            Ok((contents.version, contents))
        })
    }

    /// Reads the keys of the version that is approved, and of no other; the inner error says why
    /// its rows give none. Blocks.
    ///
    /// # Errors
    ///
    /// If it is another version, or can't be read.
    pub(super) fn keys(
        &self,
        key: &Key,
        source: &Source,
    ) -> Result<Result<Keys, EntitiesError>, Box<Unread>> {
        self.read(source, || keys::read(source, self.key, (key, self.now)))
    }

    /// Holds the keys against the plan. Blocks.
    fn against_key(&self, task: &Align, source: &Source) -> Result<Inspected, Box<Unread>> {
        let mut obstacles = task.obstacles(&source.schema);
        obstacles.sort_by_key(Obstacle::is_difference);
        if obstacles.is_empty() {
            let keys = self.keys(&task.key, source)?;
            obstacles.extend(keys::obstacle(&keys, &self.allowed(task)));
        } else {
            self.read(source, || Ok((source.version(self.key)?, ())))?;
        }
        Ok(Inspected::open(read(self.grant.data, obstacles, false)))
    }

    /// Reads the codes of the version that is approved, and of no other. Blocks.
    ///
    /// # Errors
    ///
    /// If it is another version, or can't be read.
    pub(super) fn codes(&self, task: &Dictionary, source: &Source) -> Result<Codes, Box<Unread>> {
        let column = (task.column_of(self.party), task.form());
        self.read(source, || Codes::read(source, self.key, column))
    }

    /// Holds the codes against the plan. Blocks.
    fn against_codes(&self, task: &Dictionary, source: &Source) -> Result<Inspected, Box<Unread>> {
        let mut obstacle = task.obstacle(self.party, &source.schema);
        if obstacle.is_none() {
            let rows = self.codes(task, source)?.all;
            obstacle = (rows > self.limits.most_rows.0).then_some(Obstacle::RowsTooMany);
        } else {
            self.read(source, || Ok((source.version(self.key)?, ())))?;
        }
        let obstacles = obstacle.into_iter().collect();
        Ok(Inspected::open(read(self.grant.data, obstacles, false)))
    }

    /// How many keys there may be.
    pub(super) fn allowed(&self, task: &Align) -> RangeInclusive<u64> {
        self.limits.minimum_rows.0..=task.most_keys(self.party, self.limits)
    }

    /// Reads the version that is approved, and no other. Blocks.
    ///
    /// # Errors
    ///
    /// If it is another version, or can't be read.
    fn read<T>(
        &self,
        source: &Source,
        reading: impl FnOnce() -> Result<(DataVersion, T), DataError>,
    ) -> Result<T, Box<Unread>> {
        let of = (self.party, self.data);
        match reading() {
            Ok((version, read)) => match self.covers(&version) {
                Ok(()) => Ok(read),
                Err(changed) => Err(Box::new(Unread {
                    here: changed.clone(),
                    elsewhere: changed,
                })),
            },
            Err(error) => {
                tracing::warn!(data = %self.data, %error, "the data set can't be read");
                let elsewhere = match source.version(self.key) {
                    Ok(version) => self.covers(&version).err(),
                    Err(gone) => Some(told::unread(&gone, self.task, of)),
                };
                Err(Box::new(Unread {
                    here: error.failure(self.party, self.data),
                    elsewhere: elsewhere.unwrap_or_else(|| told::unread(&error, self.task, of)),
                }))
            }
        }
    }

    fn covers(&self, version: &DataVersion) -> Result<(), Failure> {
        let covered = self.grant.covers(self.party, version);
        covered.map_err(|changed| changed.with("data", self.data))
    }

    fn approved(&self, task: &Train, source: &Source, contents: &Contents) -> Inspected {
        let mut obstacles = task.obstacles(&source.schema);
        if obstacles.is_empty() {
            return self.against(task, contents);
        }
        obstacles.sort_by_key(Obstacle::is_difference);
        Inspected::open(read(contents.version, obstacles, false))
    }

    fn against(&self, task: &Train, contents: &Contents) -> Inspected {
        let selection = match Selection::new(task, contents, self.secret) {
            Ok(selection) => selection,
            Err(Unusable::NoSplit) => {
                return Inspected::open(DataReport::Absent { only_split: true });
            }
            Err(other) => {
                let elsewhere = told::unusable(&other, self.party, self.data);
                return Inspected {
                    here: self.unusable(unusable(&other, self.party, self.data)),
                    elsewhere: Ok(DataReport::Unreadable(elsewhere)),
                };
            }
        };
        let mut obstacles = selection.obstacles(self.limits);
        if let (true, Some((_, valued))) = (obstacles.is_empty(), self.valued(&selection, contents))
        {
            obstacles.extend(valued);
        }
        if obstacles.is_empty()
            && let Err(bad) = selection.rows(&task.learner)
        {
            let bad = misfit(&bad, self.party, self.data);
            return Inspected::open(self.unusable(bad));
        }
        let one_class = selection.is_of_one_class(&task.learner);
        Inspected::open(read(contents.version, obstacles, one_class))
    }

    /// Gives what is kept of rows that are to be valued, and what keeps them from that.
    pub(super) fn valued(
        &self,
        selection: &Selection,
        contents: &Contents,
    ) -> Option<(Imprint, Vec<Obstacle>)> {
        let Task::Train(task) = self.task else {
            return None;
        };
        let asking = Asking {
            by: task.value()?,
            task,
            minimum: self.limits.minimum_cell.0,
            beside: &self.grant.beside,
        };
        let rows = selection.fitted_places();
        let imprint = valued::imprint(task, (&contents.table, &rows), self.key);
        let obstacles = valued::obstacles(&asking, &imprint, self.valued);
        Some((imprint, obstacles))
    }

    fn unusable(&self, why: Failure) -> DataReport {
        tracing::warn!(data = %self.data, failure = %why, "the data set can't be used");
        DataReport::Unreadable(why)
    }
}

pub(super) fn read(version: DataVersion, obstacles: Vec<Obstacle>, one_class: bool) -> DataReport {
    DataReport::Read {
        version,
        obstacles,
        one_class,
    }
}

/// Gives as a failure why a data set gives no rows.
pub(super) fn unusable(why: &Unusable, party: &PartyId, data: &Name) -> Failure {
    let failure = |code| Failure::new(code).of(party).with("data", data);
    match why {
        Unusable::NoSplit => failure(Code::DataSplitMissing),
        Unusable::Unplaced { split, row } => {
            let place = [
                format!("row {row}, which split {split} does not name"),
                format!("数据第 {row} 行，划分 {split} 未列出"),
            ];
            failure(Code::DataUnreadable).with_words("place", place)
        }
        Unusable::Column(column) => failure(Code::DataColumnDiffers).with("column", column),
    }
}

/// Gives as a failure why rows don't suit the model.
pub(super) fn misfit(why: &Misfit, party: &PartyId, data: &Name) -> Failure {
    let failure = |code| Failure::new(code).of(party).with("data", data);
    match why {
        Misfit::Column(column) => {
            let place = self::column(column);
            failure(Code::DataOutOfRange).with_words("place", place)
        }
        Misfit::Labels => {
            let place = ["the label", "标签列"].map(str::to_owned);
            failure(Code::DataOutOfRange).with_words("place", place)
        }
        Misfit::TooMany { most } => failure(Code::DataRowsTooMany).with("most", most),
        Misfit::NoTable => Failure::new(Code::Internal).of(party).at("table"),
    }
}

/// Says that it is a column's place, by its name.
pub(super) fn column(name: &str) -> [String; 2] {
    [format!("column {name}"), format!("列 {name}")]
}

#[cfg(test)]
mod tests;
