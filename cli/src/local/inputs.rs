//! Whose data lie in which files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::Context as _;
use consilium_mailbox::PartyId;
use consilium_plan::{Align, Lang, Plan, Task, TestRows};
use consilium_schema::{Column, Schema};

use crate::{
    data::{keys, map::Opened},
    hint::{Misuse, OrHint as _},
    plan::Loaded,
};

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

/// A data set that one party brings.
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
    /// Tables of codes that values are held against.
    pub(crate) codes: Vec<PathBuf>,
}

impl PartyData {
    /// Tells whether the file is a mapping, whose query makes the rows.
    pub(crate) fn is_mapping(&self) -> bool {
        is_mapping(&self.file)
    }
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
    pub(crate) plans: &'a [Loaded],
    pub(crate) schema: Option<&'a Path>,
    pub(crate) data: &'a [DataFile],
    pub(crate) splits: &'a [SplitFile],
    pub(crate) codes: &'a [DataFile],
}

impl Given<'_> {
    /// Gives the data sets that the plans name, party by party.
    ///
    /// # Errors
    ///
    /// If one has no file or two, a file is nobody's, or one is not there.
    pub(crate) fn sets(&self, lang: Lang) -> anyhow::Result<Vec<PartyData>> {
        let named = self.plans.iter().flat_map(|it| it.plan.contributors());
        let wanted: BTreeSet<(&PartyId, &str)> = named
            .map(|(party, set)| (party, set.name.as_str()))
            .collect();
        let splits = self.splits.iter().map(|split| &split.of);
        let files = self.data.iter().chain(splits).chain(self.codes);
        for DataFile { party, name, .. } in files {
            if !wanted.contains(&(party, name.as_str())) {
                return Err(Misuse(lang.pick(
                    format!("the plan knows no data set {party}/{name}"),
                    format!("方案中没有数据集 {party}/{name}"),
                ))
                .into());
            }
        }
        let sets = wanted.into_iter();
        sets.map(|(party, name)| self.set(party, name, lang))
            .collect()
    }

    fn set(&self, party: &PartyId, name: &str, lang: Lang) -> anyhow::Result<PartyData> {
        let here = |of: &DataFile| of.party == *party && of.name == name;
        let files: Vec<&DataFile> = self.data.iter().filter(|file| here(file)).collect();
        let [file] = files[..] else {
            return Err(needed(&format!("--data {party}/{name}=FILE"), lang).into());
        };
        let own = self.splits.iter().filter(|split| here(&split.of));
        let splits: Vec<(String, PathBuf)> = own
            .map(|split| Ok((split.split.clone(), absolute(&split.of.file, lang)?)))
            .collect::<anyhow::Result<_>>()?;
        let tables = self.codes.iter().filter(|table| here(table));
        let codes = tables.map(|table| absolute(&table.file, lang));
        let of_plan = |planned: &str| splits.iter().filter(|(name, _)| name == planned).count();
        let plans = self.plans_over(party, name);
        let mut planned = plans.filter_map(|it| planned_split(&it.plan));
        if let Some(planned) = planned.find(|planned| of_plan(planned) != 1) {
            let flag = format!("--split {party}/{name}:{planned}=FILE");
            return Err(needed(&flag, lang)).or_hint(lang.pick(
                "its lines are row,split first, then such as 17,train and 18,test; rows are counted from 1",
                "文件首行为 row,split，其后各行形如 17,train 和 18,test；行号从 1 起计",
            ));
        }
        let schema = if is_mapping(&file.file) {
            Opened::read(&file.file, lang)?.schema.to_string()
        } else {
            self.schema_of(party, name, lang)?
        };
        self.check_keys((party, name), &schema, lang)
            .with_context(|| format!("{party}/{name}"))?;
        Ok(PartyData {
            party: party.clone(),
            name: name.to_owned(),
            file: absolute(&file.file, lang)?,
            schema,
            codes: codes.collect::<anyhow::Result<_>>()?,
            splits,
        })
    }

    /// Checks that a schema has the columns of keys as what keeps every digit: reading the file would
    /// refuse its rows for other reasons.
    fn check_keys(
        &self,
        (party, name): (&PartyId, &str),
        schema: &str,
        lang: Lang,
    ) -> anyhow::Result<()> {
        let schema = Schema::from_toml(schema)?;
        for loaded in self.plans_over(party, name) {
            if let Task::Align(task) = loaded.plan.task() {
                keys::check_columns(&schema, task, lang)?;
            }
        }
        Ok(())
    }

    /// Gives the plans that name a data set.
    fn plans_over(&self, party: &PartyId, name: &str) -> impl Iterator<Item = &Loaded> {
        let names = move |it: &&Loaded| {
            let mut sets = it.plan.contributors();
            sets.any(|(of, set)| of == party && set.name.as_str() == name)
        };
        self.plans.iter().filter(names)
    }

    /// Gives the text of a data set's schema: the file that is given or that a plan names, else what
    /// the plans declare themselves, and the columns of keys.
    fn schema_of(&self, party: &PartyId, name: &str, lang: Lang) -> anyhow::Result<String> {
        if let Some(file) = self.schema {
            return read(file, lang);
        }
        let (mut declared, mut codes, mut keys) =
            (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        for loaded in self.plans_over(party, name) {
            let file = loaded.schema_file_of(party);
            match (loaded.plan.task(), file) {
                (Task::Align(task), _) => keys.extend(task.key_columns()),
                (Task::Dictionary(task), _) => {
                    codes.entry(task.column_of(party)).or_insert(&task.system);
                }
                (_, Some(file)) => return read(&file, lang),
                (Task::Train(_), None) => {
                    let none = lang.pick(
                        "the plan names no schema file: give it with --schema FILE",
                        "方案没有指定数据结构文件：请用 --schema 文件 给出",
                    );
                    return Err(Misuse(none.to_owned()).into());
                }
                (task @ (Task::Vertical(_) | Task::Statistics(_) | Task::Scarcity(_)), None) => {
                    if let Task::Scarcity(task) = task {
                        keys.extend(task.key_columns());
                    }
                    for column in own_columns(task, party) {
                        let text = || format!("{column}\n");
                        declared.entry(column.name()).or_insert_with(text);
                    }
                }
            }
        }
        // What a plan declares in full says more than a column's place in a dictionary or a key.
        for (column, system) in codes {
            let text = || format!("{}codes = {{ system = {system:?} }}\n", of_key(column));
            declared.entry(column).or_insert_with(text);
        }
        for key in keys {
            declared.entry(key).or_insert_with(|| of_key(key));
        }
        Ok(declared.into_values().collect())
    }
}

fn is_mapping(file: &Path) -> bool {
    file.extension()
        .is_some_and(|extension| extension == "toml")
}

/// Gives the columns that a plan declares for a party itself.
fn own_columns<'a>(task: &'a Task, party: &PartyId) -> &'a [Column] {
    match task {
        Task::Vertical(task) => task.member(party).map_or(&[], |own| &own.columns),
        Task::Train(task) => &task.columns,
        Task::Statistics(task) => &task.columns,
        Task::Scarcity(task) => &task.columns,
        Task::Align(_) | Task::Dictionary(_) => &[],
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
    use super::*;
    use crate::plan;

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
            plan::load(&file, Lang::En).expect("it is a plan")
        });
        let given = Given {
            plans: &plans,
            schema: None,
            data: &[],
            splits: &[],
            codes: &[],
        };
        let hospital = "hospital".parse().expect("it is a name");
        let text = given.schema_of(&hospital, "admissions", Lang::En);
        let text = text.expect("it is known");
        let schema = Schema::from_toml(&text).expect("it is a schema");
        let [align, train] = plans.each_ref().map(|it| it.plan.task());
        let (Task::Align(align), Task::Vertical(train)) = (align, train) else {
            panic!("one aligns, one grows trees");
        };
        let own = train.member(&hospital).expect("it brings columns");
        assert!(!own.columns.is_empty());
        for column in &own.columns {
            assert_eq!(schema.column(column.name()), Some(column));
        }
        for key in align.key_columns() {
            assert!(schema.column(key).is_some(), "{key}");
        }
    }

    #[test]
    fn a_column_of_a_dictionary_is_what_another_plan_declares_it_to_be_in_any_order() {
        let folder = tempfile::tempdir().expect("a folder is made");
        let head = "title = \"t\"\npurpose = \"p\"\n";
        let parties = |names: [&str; 3]| {
            names.map(|name| format!("[[party]]\nname = \"{name}\"\ndata = \"stays\"\n"))
        };
        let parties = parties(["insurer", "north", "south"]).concat();
        let dictionary = format!(
            "{head}kind = \"dictionary\"\n\
             dictionary = {{ holder = \"insurer\", system = \"icd-10-cm\", column = \"diagnosis\" }}\n{parties}"
        );
        let statistics = format!(
            "{head}kind = \"statistics\"\n{parties}\
             [[column]]\nname = \"diagnosis\"\ntype = \"code\"\nwidth = 7\n\
             codes = {{ system = \"icd-10-cm\", version = \"2026\" }}\n\
             [[column]]\nname = \"age\"\ntype = \"number\"\nmin = 0\nmax = 120\n"
        );
        let load = |text: &String| {
            let file = folder.path().join("plan.toml");
            fs::write(&file, text).expect("it is written");
            plan::load(&file, Lang::En).expect("it is a plan")
        };
        let north = "north".parse().expect("it is a name");
        for texts in [[&dictionary, &statistics], [&statistics, &dictionary]] {
            let plans = texts.map(load);
            let given = Given {
                plans: &plans,
                schema: None,
                data: &[],
                splits: &[],
                codes: &[],
            };
            let text = given.schema_of(&north, "stays", Lang::En);
            let schema = Schema::from_toml(&text.expect("it is known")).expect("it is a schema");
            let statistics = plans.iter().find_map(|it| match it.plan.task() {
                Task::Statistics(task) => Some(task),
                _ => None,
            });
            let declared = &statistics.expect("one is of statistics").columns;
            assert_eq!(schema.columns().len(), declared.len());
            for column in declared {
                assert_eq!(schema.column(column.name()), Some(column));
            }
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
