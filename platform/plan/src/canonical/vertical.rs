//! The part of the canonical text of trees over columns of several institutions.

use std::fmt::{self, Formatter};

use consilium_gbdt::vertical::FirstTree;
use consilium_lwe::Set;

use super::{label, number, quoted, test_rows, trees};
use crate::{Grow, Plan, Vertical, VerticalWork};

impl Plan {
    pub(super) fn write_vertical(&self, task: &Vertical, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "alignment = \"{}\"", task.alignment)?;
        match &task.work {
            VerticalWork::Grow(grow) => write_growth(f, grow)?,
            VerticalWork::Predict { model } => writeln!(f, "model = \"{model}\"")?,
        }
        self.write_limits(f)?;
        writeln!(f, "minimum_rows = {}", self.limits.minimum_rows)?;
        self.write_patience(f)?;
        for party in &self.parties {
            write!(f, "\n{party}")?;
            let Some(member) = task.member(&party.name) else {
                continue;
            };
            if !member.features.is_empty() {
                let features: Vec<String> = member.features.iter().map(|it| quoted(it)).collect();
                writeln!(f, "features = [{}]", features.join(", "))?;
            }
            if member.party == task.label_holder {
                match &task.work {
                    VerticalWork::Grow(grow) => {
                        writeln!(f, "label = {{ {} }}", label(&grow.label))?;
                    }
                    VerticalWork::Predict { .. } => writeln!(f, "label_holder = true")?,
                }
            }
            for column in &member.columns {
                let column = column.to_string();
                let of_party = column.strip_prefix("[[column]]").unwrap_or(&column);
                write!(f, "\n[[party.column]]{of_party}")?;
            }
        }
        Ok(())
    }
}

fn write_growth(f: &mut Formatter<'_>, grow: &Grow) -> fmt::Result {
    if let Some(rows) = test_rows(&grow.test) {
        writeln!(f, "test = {{ {rows} }}")?;
    }
    trees::write(f, grow.specification())?;
    let protections = &grow.protections;
    let first_tree = match protections.first_tree {
        FirstTree::Own => "own",
        FirstTree::Joint => "joint",
    };
    let parameters = match grow.set {
        Set::A => "a",
        Set::B => "b",
    };
    writeln!(f, "\n[vertical]")?;
    writeln!(f, "first_tree = {}", quoted(first_tree))?;
    writeln!(f, "min_side = {}", protections.min_side)?;
    writeln!(f, "min_gap = {}", protections.min_gap)?;
    writeln!(f, "min_node = {}", protections.min_node)?;
    writeln!(f, "sum_noise = {}", number(protections.sum_noise))?;
    writeln!(f, "parameters = {}", quoted(parameters))?;
    if let Some(stride) = grow.stride {
        writeln!(f, "stride = {stride}")?;
    }
    writeln!(f, "bytes_a_second = {}", number(grow.price.bytes_a_second))
}
