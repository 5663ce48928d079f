//! The plan whose knobs are turned, with what lies beside it.

use std::{collections::BTreeMap, path::Path};

use consilium_entities::Key;
use consilium_mailbox::PartyId;
use consilium_plan::{Align, Plan, PlanError, PlanHash, RawPlan, Task, VerticalWork};
use consilium_preparation::RawPreparation;
use consilium_schema::{Column, Schema};
use toml::{Table, Value};

use super::{
    places::{Places, keys_at},
    raw::is_experiment,
};
use crate::{LabError, LabFault, error::of_parser, load};

/// A plan as it was read, and what it takes to check it again with a key set otherwise.
#[derive(Debug)]
pub(super) struct BasePlan {
    places: Places,
    table: Table,
    raw: RawPlan,
    beside: Beside,
    /// The alignments that found the common rows: of hospitals that have each its own people, one
    /// for each.
    alignments: Vec<Alignment>,
    pub(super) plan: Plan,
}

/// What lies beside a plan, by the names that the plan has for it.
#[derive(Debug)]
struct Beside {
    schemas: BTreeMap<String, Schema>,
    preparation: Option<RawPreparation>,
    studies: BTreeMap<String, PlanHash>,
}

/// What a plan's parser refuses in a plan with some keys set otherwise.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) error: Box<PlanError>,
    /// The keys that lead to what is refused, as far as the parser tells.
    pub(super) keys: Vec<String>,
}

#[derive(Debug)]
struct Alignment {
    file: String,
    plan: Plan,
    task: Align,
}

impl BasePlan {
    /// Reads a plan with its schemas and, of a vertical one, the alignment that it names.
    pub(super) fn load(file: &Path) -> Result<BasePlan, LabError> {
        let refuse = |error: PlanError| LabError::of_file(file, error);
        let text = load::text(file)?;
        let raw = RawPlan::parse(&text).map_err(|error| {
            if is_experiment(&text) {
                return LabError::of_file(file, LabFault::NotPlan);
            }
            refuse(error)
        })?;
        let table = text.parse().map_err(|error: toml::de::Error| {
            LabError::of_file(file, LabFault::Toml(of_parser(error.message())))
        })?;
        let places = Places::new(file, text);
        let beside = |name: &str| {
            let path = load::beside(file, name);
            match load::missing(&path) {
                None => Ok(path),
                Some(kind) => Err(places.at_value(name, LabFault::NoFile { path, kind })),
            }
        };
        let mut preparation = None;
        if let Some(name) = raw.preparation_file() {
            let path = beside(name)?;
            let parsed = RawPreparation::parse(&load::text(&path)?);
            let parsed = parsed.map_err(|error| LabError::of_file(&path, error))?;
            preparation = Some(parsed);
        }
        let mut schemas = BTreeMap::new();
        for name in raw.schema_files() {
            let path = beside(name)?;
            let schema = Schema::from_toml(&load::text(&path)?);
            let schema = schema.map_err(|error| LabError::of_file(&path, error))?;
            schemas.insert(name.to_owned(), schema);
        }
        let (mut studies, mut alignments) = (BTreeMap::new(), Vec::new());
        for name in raw.study_files() {
            let path = beside(name)?;
            let named = Plan::from_toml(&load::text(&path)?);
            let named = named.map_err(|error| LabError::of_file(&path, error))?;
            studies.insert(name.to_owned(), named.hash());
            if let Task::Align(task) = named.task() {
                alignments.push(Alignment {
                    file: name.to_owned(),
                    task: (**task).clone(),
                    plan: named,
                });
            }
        }
        let beside = Beside {
            schemas,
            preparation,
            studies,
        };
        let plan = check(&raw, &beside).map_err(refuse)?;
        let base = BasePlan {
            places,
            table,
            raw,
            beside,
            alignments,
            plan,
        };
        base.check_kind()?;
        Ok(base)
    }

    /// Refuses kinds that the lab has no learner in one place for.
    fn check_kind(&self) -> Result<(), LabError> {
        let refuse = |fault| Err(LabError::of_file(self.file(), fault));
        let task = match self.plan.task() {
            Task::Train(_) => return Ok(()),
            Task::Vertical(task) if matches!(task.work, VerticalWork::Grow(_)) => task,
            other => {
                let kind = other.kind();
                return refuse(LabFault::Kind { kind });
            }
        };
        for (hospital, hash) in task.alignments_of(&task.label_holder) {
            let Some(alignment) = self.alignments.iter().find(|it| it.plan.hash() == hash) else {
                let hash = hash.to_string();
                return Err(self.places.at_value(&hash, LabFault::AlignmentUnknown));
            };
            let is_aligned = |party: &PartyId| {
                alignment.task.gives_rows() && alignment.plan.party(party).is_some()
            };
            let file = alignment.file.clone();
            if let Some(party) = task.aligned(hospital).find(|party| !is_aligned(party)) {
                let party = party.clone();
                return refuse(LabFault::Alignment { file, party });
            }
            if self.key() != Some(&alignment.task.key) {
                return refuse(LabFault::OtherKey { file });
            }
        }
        Ok(())
    }

    /// Gives the file that it was read from.
    pub(super) fn file(&self) -> &Path {
        self.places.file()
    }

    /// Checks the plan with some keys set otherwise, each by its path.
    pub(super) fn with<'a>(
        &self,
        keys: impl IntoIterator<Item = (&'a str, &'a Value)>,
    ) -> Result<Plan, Refused> {
        let mut table = self.table.clone();
        for (path, value) in keys {
            set(&mut table, path, value.clone());
        }
        self.check_text(&table).map_err(|error| {
            let keys = match &error {
                PlanError::Key { key, .. } => key.split('.').map(str::to_owned).collect(),
                PlanError::Toml { place, .. } => keys_at(&table.to_string(), *place),
                _ => Vec::new(),
            };
            let error = Box::new(error);
            Refused { error, keys }
        })
    }

    /// Gives the plan's value of a key, and that of the plan without the key: the shipped default.
    ///
    /// Nothing for what neither writes out.
    pub(super) fn value_and_default(&self, path: &str) -> (Option<Value>, Option<Value>) {
        let mut without = self.table.clone();
        remove(&mut without, path);
        let of = |plan: &Plan| get(&plan.to_string().parse().ok()?, path);
        let default = self.check_text(&without).ok();
        (of(&self.plan), default.as_ref().and_then(of))
    }

    /// Puts a contributor like its first one in the place of each, for each of these names.
    pub(super) fn over(self, names: &[PartyId]) -> Result<BasePlan, PlanError> {
        let first = self
            .plan
            .contributors()
            .next()
            .map(|(party, _)| party.clone());
        let contributes = |value: &Value| {
            let named =
                |party: &PartyId| value.get("name").and_then(Value::as_str) == Some(party.as_str());
            self.plan.contributors().any(|(party, _)| named(party))
        };
        let is_first = |value: &&Value| {
            value.get("name").and_then(Value::as_str) == first.as_ref().map(PartyId::as_str)
        };
        let mut table = self.table.clone();
        if let Some(Value::Array(parties)) = table.get_mut("party") {
            let model = parties.iter().find(is_first).cloned();
            parties.retain(|value| !contributes(value));
            let named = names.iter().filter_map(|name| {
                let mut party = model.clone()?;
                let name = Value::from(name.as_str());
                party.as_table_mut()?.insert("name".to_owned(), name);
                Some(party)
            });
            parties.extend(named.collect::<Vec<Value>>());
        }
        let raw = RawPlan::parse(&table.to_string())?;
        let plan = check(&raw, &self.beside)?;
        Ok(BasePlan {
            table,
            raw,
            plan,
            ..self
        })
    }

    fn check_text(&self, table: &Table) -> Result<Plan, PlanError> {
        check(&RawPlan::parse(&table.to_string())?, &self.beside)
    }

    /// Gives what a party's table is read by: the file that the plan names for it, else the columns
    /// that the plan declares, with those of keys.
    pub(super) fn schema_of(&self, party: &PartyId) -> Schema {
        let named = self.raw.schema_file_of(party);
        if let Some(schema) = named.and_then(|name| self.beside.schemas.get(name)) {
            return schema.clone();
        }
        let columns: &[Column] = match self.plan.task() {
            Task::Train(task) => &task.columns,
            Task::Vertical(task) => task.member(party).map_or(&[][..], |own| &own.columns),
            Task::Statistics(task) => &task.columns,
            Task::Scarcity(task) => &task.columns,
            Task::Align(_) | Task::Dictionary(_) => &[],
        };
        let mut text: String = columns.iter().map(ToString::to_string).collect();
        let is_declared = |name: &str| columns.iter().any(|column| column.name() == name);
        let parts = self.key().map_or(&[][..], Key::parts);
        for part in parts.iter().filter(|part| !is_declared(&part.column)) {
            let name = Value::from(part.column.as_str());
            text.extend([
                "[[column]]\ntype = \"code\"\nname = ",
                &name.to_string(),
                "\n",
            ]);
        }
        Schema::from_toml(&text).expect("a checked plan's columns make a schema, as do keys' names")
    }

    /// Gives the plans that find common rows, each with the name of its file: one of a vertical plan,
    /// one for each hospital where several have their own people.
    pub(super) fn alignments(&self) -> impl Iterator<Item = (&str, &Plan)> {
        self.alignments.iter().map(|it| (&*it.file, &it.plan))
    }

    /// Gives the key by which rows of a vertical plan are matched.
    pub(super) fn key(&self) -> Option<&Key> {
        Some(&self.alignments.first()?.task.key)
    }
}

fn check(raw: &RawPlan, beside: &Beside) -> Result<Plan, PlanError> {
    let named = beside.schemas.iter();
    let named = named.map(|(name, schema)| (name.as_str(), schema.clone()));
    let mut raw = raw.clone().with_studies(&beside.studies);
    if let Some(preparation) = &beside.preparation {
        raw = raw.with_preparation(preparation.clone());
    }
    Plan::check(&raw, &named.collect())
}

/// Sets what stands at a path; tables on the way are made.
fn set(table: &mut Table, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            table.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let within = table.entry(first).or_insert_with(|| Table::new().into());
            if !within.is_table() {
                *within = Table::new().into();
            }
            if let Some(within) = within.as_table_mut() {
                set(within, rest, value);
            }
        }
    }
}

fn get(table: &Table, path: &str) -> Option<Value> {
    match path.split_once('.') {
        None => table.get(path).cloned(),
        Some((first, rest)) => get(table.get(first)?.as_table()?, rest),
    }
}

fn remove(table: &mut Table, path: &str) {
    match path.split_once('.') {
        None => {
            table.remove(path);
        }
        Some((first, rest)) => {
            if let Some(within) = table.get_mut(first).and_then(Value::as_table_mut) {
                remove(within, rest);
            }
        }
    }
}
