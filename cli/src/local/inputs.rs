//! Whose data lie in which files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::Context as _;
use consilium_mailbox::PartyId;
use consilium_plan::{Align, Lang, Plan, RawPlan, Task, TestRows};

use crate::hint::{Misuse, OrHint as _};

/// `PARTY/NAME=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataFile {
    party: PartyId,
    name: String,
    file: PathBuf,
}

/// `PARTY/NAME:SPLIT=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SplitFile {
    of: DataFile,
    split: String,
}

/// What one party brings.
#[derive(Clone, Debug)]
pub(crate) struct PartyData {
    pub(crate) party: PartyId,
    /// The data set's name in the plan.
    pub(crate) name: String,
    pub(crate) file: PathBuf,
    /// The schema's text.
    pub(crate) schema: String,
    /// Splits by their names.
    pub(crate) splits: Vec<(String, PathBuf)>,
}

impl FromStr for DataFile {
    type Err = String;

    fn from_str(text: &str) -> Result<DataFile, String> {
        let parts = text.split_once('=').and_then(|(set, file)| {
            let (party, name) = set.split_once('/')?;
            Some((party, name, file)).filter(|_| !name.is_empty() && !file.is_empty())
        });
        let (party, name, file) = parts.ok_or("it is written PARTY/NAME=FILE")?;
        Ok(DataFile {
            party: party.parse().map_err(|error| format!("{party}: {error}"))?,
            name: name.to_owned(),
            file: file.into(),
        })
    }
}

impl FromStr for SplitFile {
    type Err = String;

    fn from_str(text: &str) -> Result<SplitFile, String> {
        let malformed = || "it is written PARTY/NAME:SPLIT=FILE".to_owned();
        let mut of: DataFile = text.parse().map_err(|_| malformed())?;
        let (name, split) = of.name.split_once(':').ok_or_else(malformed)?;
        let (name, split) = (name.to_owned(), split.to_owned());
        of.name = name;
        Ok(SplitFile { of, split })
    }
}

/// The files that were named on the command line.
pub(crate) struct Given<'a> {
    /// The plans, each with the file it lies in.
    pub(crate) plans: &'a [(PathBuf, Plan)],
    pub(crate) schema: Option<&'a Path>,
    pub(crate) data: &'a [DataFile],
    pub(crate) splits: &'a [SplitFile],
}

impl Given<'_> {
    /// Gives each party of the plans its files.
    ///
    /// # Errors
    ///
    /// If a party lacks one or has two data sets, a file is nobody's, or one is not there.
    pub(crate) fn sets(&self, lang: Lang) -> anyhow::Result<Vec<PartyData>> {
        let mut wanted: BTreeMap<&PartyId, &str> = BTreeMap::new();
        for (_, plan) in self.plans {
            for (party, set) in plan.contributors() {
                let name = set.name.as_str();
                let other = wanted.insert(party, name).filter(|other| *other != name);
                if let Some(other) = other {
                    return Err(Misuse(lang.pick(
                        format!("the plans name two data sets of {party}: {other} and {name}"),
                        format!("各方案中 {party} 的数据集不一致：{other} 与 {name}"),
                    ))
                    .into());
                }
            }
        }
        let splits = self.splits.iter().map(|split| &split.of);
        for DataFile { party, name, .. } in self.data.iter().chain(splits) {
            if wanted.get(party) != Some(&name.as_str()) {
                return Err(Misuse(lang.pick(
                    format!("the plan knows no data set {party}/{name}"),
                    format!("方案中没有数据集 {party}/{name}"),
                ))
                .into());
            }
        }
        let sets = wanted.into_iter();
        sets.map(|(party, name)| self.of_party(party, name, lang))
            .collect()
    }

    fn of_party(&self, party: &PartyId, name: &str, lang: Lang) -> anyhow::Result<PartyData> {
        let here = |of: &DataFile| of.party == *party && of.name == name;
        let files: Vec<&DataFile> = self.data.iter().filter(|file| here(file)).collect();
        let [file] = files[..] else {
            return Err(needed(&format!("--data {party}/{name}=FILE"), lang).into());
        };
        let own = self.splits.iter().filter(|split| here(&split.of));
        let splits: Vec<(String, PathBuf)> = own
            .map(|split| Ok((split.split.clone(), absolute(&split.of.file, lang)?)))
            .collect::<anyhow::Result<_>>()?;
        let of_plan = |planned: &str| splits.iter().filter(|(name, _)| name == planned).count();
        let mut planned = self
            .plans
            .iter()
            .filter_map(|(_, plan)| planned_split(plan));
        if let Some(planned) = planned.find(|planned| of_plan(planned) != 1) {
            let flag = format!("--split {party}/{name}:{planned}=FILE");
            return Err(needed(&flag, lang)).or_hint(lang.pick(
                "its lines are row,split first, then such as 17,train and 18,test; rows are counted from 1",
                "文件首行为 row,split，其后各行形如 17,train 和 18,test；行号从 1 起计",
            ));
        }
        Ok(PartyData {
            party: party.clone(),
            name: name.to_owned(),
            file: absolute(&file.file, lang)?,
            schema: self.schema_of(party, lang)?,
            splits,
        })
    }

    /// Gives the text of a party's schema: the file that is given or that a plan names, else what the
    /// plans declare themselves, and the columns of keys.
    fn schema_of(&self, party: &PartyId, lang: Lang) -> anyhow::Result<String> {
        if let Some(file) = self.schema {
            return read(file, lang);
        }
        let (mut declared, mut keys) = (BTreeMap::new(), BTreeSet::new());
        let takes_part = |plan: &Plan| plan.contributors().any(|(name, _)| name == party);
        for (file, plan) in self.plans.iter().filter(|(_, plan)| takes_part(plan)) {
            match plan.task() {
                Task::Align(task) => keys.extend(task.key_columns()),
                Task::Train(_) => return read(&schema_file(file, party, lang)?, lang),
                Task::Vertical(task) => {
                    let raw = RawPlan::parse(&read(file, lang)?)?;
                    if let Some(name) = raw.schema_file_of(party) {
                        return read(&beside(file, name), lang);
                    }
                    let columns = task.member(party).map_or(&[][..], |own| &own.columns);
                    for column in columns {
                        let text = || format!("{column}\n");
                        declared.entry(column.name()).or_insert_with(text);
                    }
                }
            }
        }
        keys.retain(|key| !declared.contains_key(key));
        let keys = keys.into_iter().map(of_key);
        Ok(declared.into_values().chain(keys).collect())
    }
}

fn needed(flag: &str, lang: Lang) -> Misuse {
    Misuse(lang.pick(
        format!("{flag} is needed exactly once"),
        format!("需要且只需要一个 {flag}"),
    ))
}

/// Gives the split that says which rows a plan tests on.
fn planned_split(plan: &Plan) -> Option<&str> {
    let Task::Train(task) = plan.task() else {
        return None;
    };
    match &task.test {
        TestRows::Split(name) => Some(name.as_str()),
        _ => None,
    }
}

/// Declares the columns of a key as what identifies; whatever else a file has is passed over.
pub(crate) fn of_keys(task: &Align) -> String {
    task.key_columns().map(of_key).collect()
}

fn of_key(name: &str) -> String {
    format!("[[column]]\nname = {name:?}\ntype = \"code\"\n")
}

fn schema_file(plan_file: &Path, party: &PartyId, lang: Lang) -> anyhow::Result<PathBuf> {
    let raw = RawPlan::parse(&read(plan_file, lang)?)?;
    let name = raw.schema_file_of(party).ok_or_else(|| {
        let none = lang.pick(
            "the plan names no schema file: give it with --schema FILE",
            "方案没有指定数据结构文件：请用 --schema 文件 给出",
        );
        Misuse(none.to_owned())
    })?;
    Ok(beside(plan_file, name))
}

fn beside(plan_file: &Path, name: &str) -> PathBuf {
    plan_file.parent().unwrap_or(Path::new(".")).join(name)
}

fn read(file: &Path, lang: Lang) -> anyhow::Result<String> {
    let reading = lang.pick("reading", "读取");
    fs::read_to_string(file).with_context(|| format!("{reading} {}", file.display()))
}

fn absolute(file: &Path, lang: Lang) -> anyhow::Result<PathBuf> {
    let looking = lang.pick("looking for", "查找");
    fs::canonicalize(file).with_context(|| format!("{looking} {}", file.display()))
}

#[cfg(test)]
mod tests {
    use consilium_schema::Schema;

    use super::*;

    #[test]
    fn files_are_named_by_party_and_data_set() {
        let data: DataFile = "north/visits=a=b.csv".parse().expect("it is well formed");
        assert_eq!(
            (data.party.as_str(), data.name.as_str()),
            ("north", "visits")
        );
        assert_eq!(data.file, Path::new("a=b.csv"));
        let split: SplitFile = "north/visits:holdout=s.csv"
            .parse()
            .expect("it is well formed");
        assert_eq!(
            (split.split.as_str(), split.of.name.as_str()),
            ("holdout", "visits")
        );
    }

    #[test]
    fn columns_that_plans_declare_themselves_are_read_beside_the_columns_of_keys() {
        let folder = tempfile::tempdir().expect("a folder is made");
        let guides = [
            (include_str!("../../../docs/guide/align.md"), "align.toml"),
            (
                include_str!("../../../docs/guide/vertical.md"),
                "train.toml",
            ),
        ];
        let plans = guides.map(|(guide, name)| {
            let block = guide.split("```toml\n").nth(1).expect("there is a plan");
            let text = block.split("```").next().expect("it ends");
            let file = folder.path().join(name);
            fs::write(&file, text).expect("it is written");
            (file, Plan::from_toml(text).expect("it is a plan"))
        });
        let given = Given {
            plans: &plans,
            schema: None,
            data: &[],
            splits: &[],
        };
        let hospital = "hospital".parse().expect("it is a name");
        let text = given.schema_of(&hospital, Lang::En).expect("it is known");
        let schema = Schema::from_toml(&text).expect("it is a schema");
        let [(_, align), (_, train)] = &plans;
        let (Task::Align(align), Task::Vertical(train)) = (align.task(), train.task()) else {
            panic!("one aligns, one grows trees");
        };
        let own = train.member(&hospital).expect("it brings columns");
        assert!(!own.columns.is_empty());
        for column in &own.columns {
            assert_eq!(schema.column(column.name()), Some(column));
        }
        let takes_part = plans[0].1.contributors().any(|(name, _)| *name == hospital);
        for key in align.key_columns() {
            assert_eq!(schema.column(key).is_some(), takes_part, "{key}");
        }
    }

    #[test]
    fn a_malformed_file_says_how_it_is_written() {
        for text in ["north", "north=a.csv", "north/=a.csv", "north/x="] {
            assert_eq!(
                text.parse::<DataFile>(),
                Err("it is written PARTY/NAME=FILE".to_owned())
            );
        }
        assert!(
            "No/x=a.csv"
                .parse::<DataFile>()
                .is_err_and(|error| error.starts_with("No: "))
        );
        assert!("north/visits=s.csv".parse::<SplitFile>().is_err());
    }
}
