//! Reading a plan with all that lies beside it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, Plan, PlanError, PlanFault, RawPlan};
use consilium_preparation::RawPreparation;
use consilium_schema::Schema;

use super::chain;
use crate::hint::OrHint as _;

/// A plan as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// Where it lies.
    pub(crate) file: PathBuf,
    pub(crate) plan: Plan,
    raw: RawPlan,
}

impl Loaded {
    /// Gives the file that declares a party's columns, if the plan names one.
    pub(crate) fn schema_file_of(&self, party: &PartyId) -> Option<PathBuf> {
        let name = self.raw.schema_file_of(party)?;
        Some(beside(&self.file, name))
    }
}

/// Reads and checks a plan with the schema files it names, and with the plans whose files it names in
/// the place of their studies.
pub(crate) fn load(file: &Path, lang: Lang) -> anyhow::Result<Loaded> {
    load_from(&|path| Ok(fs::read_to_string(path)?), file, lang)
}

/// Does the same over files that `read` gives.
pub(crate) fn load_from(
    read: &dyn Fn(&Path) -> anyhow::Result<String>,
    file: &Path,
    lang: Lang,
) -> anyhow::Result<Loaded> {
    Loader { read, lang }.load(file, 0)
}

/// A plan that predicts names one that grows trees, and that one one that aligns rows.
const DEEPEST: u8 = 2;

struct Loader<'a> {
    read: &'a dyn Fn(&Path) -> anyhow::Result<String>,
    lang: Lang,
}

impl Loader<'_> {
    fn load(&self, file: &Path, depth: u8) -> anyhow::Result<Loaded> {
        let within = |path: &Path| {
            let path = path.display().to_string();
            self.lang.pick(format!("in {path}"), path)
        };
        let mut raw = RawPlan::parse(&self.read(file)?).with_context(|| within(file))?;
        let (mut studies, mut at_hand) = (BTreeMap::new(), Vec::new());
        for name in raw.study_files() {
            let named = self.load_named(&beside(file, name), depth);
            let named = named.with_context(|| within(file))?.plan;
            studies.insert(name.to_owned(), named.hash());
            at_hand.push(named);
        }
        raw = raw.with_studies(&studies);
        if let Some(path) = raw.preparation_file().map(|name| beside(file, name)) {
            let parsed = RawPreparation::parse(&self.read(&path)?);
            raw = raw.with_preparation(parsed.with_context(|| within(&path))?);
        }
        let mut schemas = BTreeMap::new();
        for name in raw.schema_files() {
            let path = beside(file, name);
            let parsed = Schema::from_toml(&self.read(&path)?);
            schemas.insert(name, parsed.with_context(|| within(&path))?);
        }
        let checked = Plan::check(&raw, &schemas);
        let has_no_range = matches!(
            &checked,
            Err(PlanError::Key {
                fault: PlanFault::NoRange { .. },
                ..
            })
        );
        let mut checked = checked.with_context(|| within(file));
        if has_no_range {
            checked = checked.or_hint(self.lang.pick(
                "give the column min and max that no plausible value leaves, the same wherever several institutions have it; if 0 and 1 mean no and yes, it is of type \"boolean\"",
                "请为该列写明任何合理取值都不会超出的 min 和 max，多家机构都有该列时须一致；若 0 和 1 表示否和是，则类型为 \"boolean\"",
            ));
        }
        let plan = checked?;
        let at_hand: Vec<&Plan> = at_hand.iter().collect();
        chain::check(&plan, &at_hand, self.lang).with_context(|| within(file))?;
        Ok(Loaded {
            file: file.to_owned(),
            plan,
            raw,
        })
    }

    /// Reads a plan that another one names.
    fn load_named(&self, file: &Path, depth: u8) -> anyhow::Result<Loaded> {
        if depth == DEEPEST {
            bail!(self.lang.pick(
                format!("{} names plans that name each other", file.display()),
                format!("{} 所指定的方案互相引用", file.display()),
            ));
        }
        self.load(file, depth + 1)
    }

    fn read(&self, path: &Path) -> anyhow::Result<String> {
        let reading = || format!("{} {}", self.lang.pick("reading", "读取"), path.display());
        (self.read)(path).with_context(reading)
    }
}

fn beside(plan: &Path, name: &str) -> PathBuf {
    plan.parent().unwrap_or(Path::new(".")).join(name)
}
