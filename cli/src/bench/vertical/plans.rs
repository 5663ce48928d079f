//! The plans over made-up columns: alignments, and trees over the rows that they find.

use std::ops::Range;

use anyhow::bail;
use consilium_plan::{Plan, PlanHash, Task, VerticalWork};

use super::{
    VerticalArgs,
    columns::{Holder, People, Role},
};

/// What is studied.
pub(super) struct Studies {
    /// One alignment of all, or one of each hospital with all that are none.
    pub(super) aligns: Vec<Plan>,
    /// The trees.
    pub(super) grow: Plan,
}

/// What the key's column holds, in the words of a plan.
const KEY: &str = "[[key.part]]\ncolumn = \"id\"\nkind = \"insurance-number\"\nlengths = [9]\n\
                   characters = \"digits\"\n";

impl Studies {
    pub(super) fn new(args: &VerticalArgs, people: &People<'_>) -> anyhow::Result<Studies> {
        let holders = people.holders();
        let (hospitals, others): (Vec<&Holder>, Vec<&Holder>) =
            holders.iter().partition(|it| it.role == Role::Hospital);
        let with_others = |hospital| others.iter().copied().chain([hospital]).collect();
        let mut aligned: Vec<Vec<&Holder>> = hospitals.into_iter().map(with_others).collect();
        if aligned.is_empty() {
            aligned.push(others);
        }
        let aligns = aligned.iter().map(|these| alignment(people.rows, these));
        let aligns = aligns.map(|text| Plan::from_toml(&text));
        let aligns: Vec<Plan> = aligns.collect::<Result<_, _>>()?;
        let grow = Plan::from_toml(&growth((args, people.rows), &holders, &aligns))?;
        Ok(Studies { aligns, grow })
    }

    /// Gives the r that the label holder chooses.
    pub(super) fn stride(&self, rows: u32) -> anyhow::Result<u32> {
        let Task::Vertical(task) = self.grow.task() else {
            bail!("the plan has no columns of several");
        };
        let VerticalWork::Grow(grow) = &task.work else {
            bail!("the plan grows no trees");
        };
        if task.group().is_none() {
            return Ok(task.agreement(grow, rows.into())?.stride());
        }
        let coordinator = self.grow.coordinator();
        let agreement = task.hybrid_agreement(grow, coordinator, rows.into())?;
        Ok(agreement.stride(agreement.usual_candidates()))
    }
}

/// Writes the plan of an alignment.
fn alignment(rows: u32, holders: &[&Holder]) -> String {
    let protocol = if holders.len() == 2 { "vole" } else { "star" };
    let parties = holders.iter().map(|it| party(&it.name));
    let parties: String = parties.collect();
    format!(
        "title = \"bench\"\npurpose = \"measuring\"\nkind = \"align\"\n{KEY}\
         [align]\nprotocol = \"{protocol}\"\nminimum = 10\n[limits]\nmost_rows = {rows}\n\
         [patience]\nanswer = \"30m\"\n{parties}"
    )
}

/// Writes the plan of the trees.
fn growth((args, rows): (&VerticalArgs, u32), holders: &[Holder], aligns: &[Plan]) -> String {
    let VerticalArgs {
        trees, depth, bins, ..
    } = args;
    let set = args.set.name();
    let mut hashes = aligns.iter().map(Plan::hash);
    let hospital = holders.iter().find(|it| it.role == Role::Hospital);
    let (kind, whose, together) = match hospital {
        None => (
            "train-vertical-gbdt",
            alignment_by(hashes.next()),
            String::new(),
        ),
        Some(Holder { columns, .. }) => {
            let declared = declared(columns.clone(), false, "column");
            let together = format!("[hybrid]\nmin_hospitals = 1\n{declared}");
            ("train-hybrid-gbdt", features(columns), together)
        }
    };
    let mut text = format!(
        "title = \"bench\"\npurpose = \"measuring\"\nkind = \"{kind}\"\n{whose}\
         [trees]\nobjective = \"logistic\"\ntrees = {trees}\nlearning_rate = 0.3\nbins = {bins}\n\
         min_node = 2\ngrowth = {{ depth-wise = {{ depth = {depth} }} }}\n\
         [vertical]\nfirst_tree = \"joint\"\nmin_side = 1\nmin_gap = 0\nmin_node = 2\nparameters = \"{set}\"\n\
         [limits]\nmost_rows = {rows}\n[patience]\nanswer = \"30m\"\n{together}"
    );
    for holder in holders {
        text.push_str(&party(&holder.name));
        if holder.role == Role::Hospital {
            text.push_str(&alignment_by(hashes.next()));
            continue;
        }
        let has_label = holder.role == Role::LabelHolder;
        text.push_str(&features(&holder.columns));
        if has_label {
            text.push_str("label = { column = \"label\" }\n");
        }
        let columns = holder.columns.clone();
        text.push_str(&declared(columns, has_label, "party.column"));
    }
    text
}

/// Names the study that found rows, in the words of a plan.
fn alignment_by(study: Option<PlanHash>) -> String {
    let study = study.map(|hash| hash.to_string()).unwrap_or_default();
    format!("alignment = \"{study}\"\n")
}

/// Begins what a plan says of a party.
fn party(name: &str) -> String {
    format!("[[party]]\nname = \"{name}\"\ndata = \"bench\"\n")
}

/// Names columns that trees go by, in the words of a plan.
fn features(columns: &Range<usize>) -> String {
    let names: Vec<String> = columns.clone().map(|at| format!("\"x{at}\"")).collect();
    format!("features = [{}]\n", names.join(", "))
}

/// Declares columns under a key, in the words of a plan or a schema.
pub(super) fn declared(columns: Range<usize>, has_label: bool, key: &str) -> String {
    let number = |column| {
        format!("[[{key}]]\nname = \"x{column}\"\ntype = \"number\"\nmin = -10\nmax = 10\n")
    };
    let label = format!("[[{key}]]\nname = \"label\"\ntype = \"boolean\"\n");
    let columns: String = columns.map(number).collect();
    if has_label { columns + &label } else { columns }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _};

    use super::*;

    fn studies(hospitals: Option<&str>) -> Studies {
        let given = hospitals.map_or(vec![], |number| vec!["--hospitals", number]);
        let command = VerticalArgs::augment_args(Command::new("bench"));
        let asked = [
            &["bench", "--rows", "1000", "--features", "2x3x1"],
            &given[..],
        ]
        .concat();
        let matches = command.try_get_matches_from(asked).unwrap();
        let args = VerticalArgs::from_arg_matches(&matches).unwrap();
        let people = People {
            rows: args.rows[0],
            features: &args.features,
            hospitals: args.hospitals,
        };
        Studies::new(&args, &people).unwrap()
    }

    #[test]
    fn each_hospital_has_an_alignment_of_its_own_that_the_trees_name() {
        for (hospitals, aligns) in [(None, 1), (Some("3"), 3), (Some("100"), 100)] {
            let studies = studies(hospitals);
            let Task::Vertical(task) = studies.grow.task() else {
                panic!("it grows trees");
            };
            let named = task.alignments_of(&task.label_holder).into_iter();
            let mut named: Vec<PlanHash> = named.map(|(_, align)| align).collect();
            let mut found: Vec<PlanHash> = studies.aligns.iter().map(Plan::hash).collect();
            named.sort();
            found.sort();
            assert_eq!(found.len(), aligns);
            assert_eq!(named, found);
            assert!(studies.stride(1_000).unwrap() > 0);
        }
    }
}
