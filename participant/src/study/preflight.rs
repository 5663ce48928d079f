//! What the coordinator is told before a run: made at home, so that no count of rows leaves it.

use std::path::Path;

use consilium_base::Seed;
use consilium_mailbox::PartyId;
use consilium_plan::{
    Code, DataReport, DataVersion, Failure, Grant, Limits, Name, Obstacle, Room, Task, TrainGlm,
    UnixTime,
};

use super::rows::{Selection, Unusable};
use crate::data::{Contents, Source};

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
}

impl Inspection<'_> {
    /// Reads the data set and holds it against the plan. Blocks.
    ///
    /// # Errors
    ///
    /// If it is another version than the approved one: then nothing else is told of it.
    pub(super) fn inspect(&self, source: Option<&Source>) -> Result<DataReport, Failure> {
        let Some(source) = source else {
            return Ok(DataReport::Absent { only_split: false });
        };
        let task = match self.task {
            Task::TrainGlm(task) => task,
            Task::Align(task) => return self.inspect_keys(source, task),
        };
        let contents = match source.read(self.key) {
            Ok(contents) => contents,
            Err(error) => return Ok(self.unreadable(error.failure(self.party, self.data))),
        };
        self.covers(&contents.version)?;
        Ok(self.approved(task, source, &contents))
    }

    /// Sees that the version is the one that was approved.
    pub(super) fn covers(&self, version: &DataVersion) -> Result<(), Failure> {
        let covered = self.grant.covers(self.party, version);
        covered.map_err(|changed| changed.with("data", self.data))
    }

    fn approved(&self, task: &TrainGlm, source: &Source, contents: &Contents) -> DataReport {
        let mut obstacles = task.obstacles(&source.schema);
        if obstacles.is_empty() {
            return self.against(task, contents);
        }
        obstacles.sort_by_key(|obstacle| matches!(obstacle, Obstacle::Differs(_)));
        read(contents.version, obstacles, false)
    }

    fn against(&self, task: &TrainGlm, contents: &Contents) -> DataReport {
        let selection = match Selection::new(task, contents, self.secret) {
            Ok(selection) => selection,
            Err(Unusable::NoSplit) => return DataReport::Absent { only_split: true },
            Err(other) => return self.unreadable(unusable(&other, self.party, self.data)),
        };
        let obstacles = selection.obstacles(self.limits);
        if obstacles.is_empty()
            && let Err(bad) = selection.rows(&task.regression)
        {
            return self.unreadable(bad_table(&bad, self.party, self.data));
        }
        let family = task.regression.specification().family;
        read(
            contents.version,
            obstacles,
            selection.is_of_one_class(family),
        )
    }

    pub(super) fn unreadable(&self, why: Failure) -> DataReport {
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
            let place = format!("row {row}, which split {split} does not name");
            failure(Code::DataUnreadable).with("place", place)
        }
        Unusable::Column(column) => failure(Code::DataColumnDiffers).with("column", column),
    }
}

/// Gives as a failure why rows don't suit the regression.
pub(super) fn bad_table(why: &consilium_glm::BadTable, party: &PartyId, data: &Name) -> Failure {
    let failure = |code| Failure::new(code).of(party).with("data", data);
    match why {
        consilium_glm::BadTable::Values { column, .. } => {
            let place = format!("column {column}");
            failure(Code::DataOutOfRange).with("place", place)
        }
        consilium_glm::BadTable::Labels { .. } => {
            failure(Code::DataOutOfRange).with("place", "the label")
        }
        consilium_glm::BadTable::TooManyRows { most, .. } => {
            failure(Code::DataRowsTooMany).with("most", most)
        }
        _ => Failure::new(Code::Internal).of(party).at("table"),
    }
}

/// What a run may write: the state, the results, and room to grow.
const DISK: u64 = 64 << 20;
/// What a key of both may take on the disk: a tag to be taken up again, a line of the result.
const DISK_OF_A_KEY: u64 = 40;
/// What an own key and one of the other institution may take in memory.
const MEMORY_OF_A_KEY: [u64; 2] = [120, 40];
/// What a run may need in memory beside its rows.
const MEMORY: u64 = 64 << 20;
/// How often the rows lie in memory at once: as columns, as a matrix, as a table.
const COPIES: u64 = 3;

/// Judges the free space on the disk of the state folder, where the system tells it.
pub(super) fn disk(state: &Path, limits: &Limits, task: &Task) -> Room {
    let Ok(free) = rustix::fs::statvfs(state) else {
        return Room::Ample;
    };
    let keys = match task {
        Task::TrainGlm(_) => 0,
        Task::Align(_) => limits.most_rows.0.saturating_mul(DISK_OF_A_KEY),
    };
    room(
        free.f_bavail.saturating_mul(free.f_frsize),
        keys.saturating_add(DISK),
    )
}

/// Judges the free memory, where the system tells it.
pub(super) fn memory(limits: &Limits, task: &Task, file: Option<u64>) -> Room {
    // A cell of text takes two bytes at least.
    let (cells, rows) = (file.unwrap_or(0) / 2, limits.most_rows.0);
    let needed = match task {
        Task::TrainGlm(task) => {
            let of_plan = rows.saturating_mul(task.columns.len() as u64);
            cells.min(of_plan).saturating_mul(8 * COPIES)
        }
        Task::Align(_) => {
            let [own, others] = MEMORY_OF_A_KEY;
            let own = cells.min(rows).saturating_mul(own);
            own.saturating_add(rows.saturating_mul(others))
        }
    };
    let needed = needed.saturating_add(MEMORY);
    let told = std::fs::read_to_string("/proc/meminfo").ok();
    told.and_then(|told| available(&told))
        .map_or(Room::Ample, |free| room(free, needed))
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

fn room(free: u64, needed: u64) -> Room {
    if free < needed {
        Room::Short
    } else if free / 2 < needed {
        Room::Tight
    } else {
        Room::Ample
    }
}

#[cfg(test)]
mod tests;
