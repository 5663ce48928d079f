//! Studies that valued rows: two whose judges differ in a few tell together what these few judges' rows say, and own
//! sums over rows that differ by a few are together those rows. A steward names those beside which one more may run.

use std::collections::{BTreeMap, BTreeSet};

use consilium_base::Seed;
use consilium_data::Table;
use consilium_journal::{Entry, Kind};
use consilium_plan::{DataVersion, Name, Obstacle, Plan, PlanHash, Task, Train, Valuing};
use consilium_schema::{Label, LabelRule};
use consilium_store::{StoreError, columns::damaged, studies};

use crate::{
    cohorts::{Imprint, Standing},
    home::{Home, study_name},
    store::cohorts::{self, Asked, Cohort},
    study::Own,
};

/// A study that valued rows here.
#[derive(Clone, Debug)]
pub(crate) struct Earlier {
    study: PlanHash,
    /// How it valued them.
    by: Valuing,
    /// The column that it learnt.
    label: String,
    /// Whether its data set had this one's name, or was this version under another.
    is_same_data: bool,
    /// The fewest rows, zero aside, in which it lets cohorts differ.
    minimum: u64,
    /// Of the rows that it was fitted to.
    imprint: Imprint,
}

/// What a study values now, and how.
pub(crate) struct Asking<'a> {
    pub(crate) task: &'a Train,
    pub(crate) by: &'a Valuing,
    /// The fewest rows, zero aside, in which it lets cohorts differ.
    pub(crate) minimum: u64,
    /// Studies of which a steward has said that it may run beside them.
    pub(crate) beside: &'a BTreeSet<PlanHash>,
}

/// Gives all other studies that valued rows here, the latest first; nothing for a plan that values none. Further runs
/// of one study over one version tell nothing more.
///
/// # Errors
///
/// If they can't be read, or one is damaged: nobody could tell what it would have refused.
pub(crate) async fn earlier(
    home: &Home,
    plan: &Plan,
    (data, version): (&Name, &DataVersion),
) -> Result<Vec<Earlier>, StoreError> {
    let mut earlier = Vec::new();
    for cohort in others(home, plan, version).await? {
        let kept = studies::find(&home.store, &cohort.study).await?;
        let (before, _) = Own::read(&kept.ok_or_else(|| damaged("study"))?)?;
        let imprint = cohort.imprint.as_deref().and_then(Imprint::from_bytes);
        let (Some(by), Task::Train(task)) = (before.valuing(), before.task()) else {
            return Err(damaged("asked"));
        };
        earlier.push(Earlier {
            study: before.hash(),
            by: by.clone(),
            label: task.label.column.clone(),
            is_same_data: cohort.data_set == data.as_str() || cohort.version == *version,
            minimum: cohort.minimum,
            imprint: imprint.ok_or_else(|| damaged("imprint"))?,
        });
    }
    Ok(earlier)
}

/// Gives the cohorts of these studies.
///
/// # Errors
///
/// If they can't be read.
pub(crate) async fn others(
    home: &Home,
    plan: &Plan,
    version: &DataVersion,
) -> Result<Vec<Cohort>, StoreError> {
    if plan.valuing().is_none() {
        return Ok(Vec::new());
    }
    let study = study_name(&plan.hash());
    let mut all = cohorts::all(&home.store, Asked::Value).await?;
    all.retain(|it| it.study != study || it.version != *version);
    Ok(all)
}

/// Takes what is kept of the rows that a model is fitted to, by their places in the table.
pub(crate) fn imprint(task: &Train, (table, rows): (&Table, &[usize]), key: &Seed) -> Imprint {
    let columns = task.columns.iter();
    let columns = columns.map(|column| (column.name().to_owned(), String::new()));
    let mut rules: BTreeMap<String, String> = columns.collect();
    rules.insert(task.label.column.clone(), rule(&task.label));
    Imprint::of_rows((table, rows), &rules, key)
}

/// Writes by which rule a label is made of its column.
fn rule(label: &Label) -> String {
    match &label.rule {
        LabelRule::Value => "value".to_owned(),
        LabelRule::Above(above) => format!("above {above}"),
        LabelRule::Equals(level) => format!("equals {level}"),
    }
}

/// Gives what keeps rows from being valued once more: earlier studies that the steward has not named.
///
/// # Security
///
/// Studies are held against this one by twos. Judges of several that differ by more, each from each, may tell of one
/// together.
pub(crate) fn obstacles(asking: &Asking<'_>, now: &Imprint, earlier: &[Earlier]) -> Vec<Obstacle> {
    let unnamed = |is_in_the_way: &dyn Fn(&Earlier) -> bool| -> BTreeSet<PlanHash> {
        let found = earlier.iter().filter(|before| is_in_the_way(before));
        let found = found.map(|before| before.study);
        let unnamed = found.filter(|study| !asking.beside.contains(study));
        unnamed.take(Obstacle::MOST_STUDIES).collect()
    };
    let judged = unnamed(&|before| before.is_judged_by_few_others(asking, now));
    let shown = unnamed(&|before| before.has_shown_nearly(asking, now));
    let mut obstacles = Vec::new();
    if !judged.is_empty() {
        obstacles.push(Obstacle::JudgesDiffer(judged));
    }
    if !shown.is_empty() {
        obstacles.push(Obstacle::RowsShown(shown));
    }
    obstacles
}

impl Earlier {
    /// Whether its judges and those that are asked for differ in so few that, less those that may collude, one is left.
    fn is_judged_by_few_others(&self, asking: &Asking<'_>, now: &Imprint) -> bool {
        let [before, asked] = [&self.by, asking.by].map(|by| by.judges.iter().collect());
        let (before, asked): (BTreeSet<_>, BTreeSet<_>) = (before, asked);
        let apart = before.symmetric_difference(&asked).count();
        let least = self.minimum.max(asking.minimum);
        let is_same_data = self.is_same_data || now.has_nearly_the_rows_of(&self.imprint, least);
        is_same_data
            && self.label == asking.task.label.column
            && (1..=1 + self.by.colluding.max(asking.by.colluding)).contains(&apart)
    }

    /// Whether own sums were shown, and are to be shown, of rows that differ by few.
    fn has_shown_nearly(&self, asking: &Asking<'_>, now: &Imprint) -> bool {
        let least = self.minimum.max(asking.minimum);
        self.by.shows_own_sums()
            && asking.by.shows_own_sums()
            && now.standing_to(&self.imprint, least) != Standing::Apart
    }
}

/// Takes down what is about to be valued, before anything of it leaves.
///
/// # Errors
///
/// If it can't be written.
pub(crate) async fn note(
    home: &Home,
    plan: &Plan,
    (data, version): (&Name, DataVersion),
    imprint: &Imprint,
) -> Result<(), StoreError> {
    let now = home.ambient.now();
    let cohort = Cohort {
        asked: Asked::Value,
        study: study_name(&plan.hash()),
        data_set: data.to_string(),
        version,
        answered: now,
        minimum: plan.limits().minimum_cell.0,
        imprint: Some(imprint.to_bytes()),
    };
    let mut change = home.store.begin().await?;
    if cohorts::keep(&mut change, &cohort).await? {
        let entry = Entry::new(now, Kind::RUN).about(&cohort.study);
        let entry = entry.with("valued", data).with("version", version);
        change.log(&entry).await?;
    }
    change.commit().await
}

#[cfg(test)]
mod tests;
