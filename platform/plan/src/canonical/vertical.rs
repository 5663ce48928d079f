//! The part of the canonical text of trees over columns of several institutions.

use std::fmt::{self, Formatter};

use consilium_schema::Label;

use super::{label, number, quoted, test_rows, trees};
use crate::{Common, GroupTerms, Grow, Plan, Vertical, VerticalWork};

impl Plan {
    pub(super) fn write_vertical(&self, task: &Vertical, f: &mut Formatter<'_>) -> fmt::Result {
        match &task.common {
            Common::All(alignment) => writeln!(f, "alignment = \"{alignment}\"")?,
            Common::Hospitals(group) => write_features(f, &group.features)?,
        }
        match &task.work {
            VerticalWork::Grow(grow) => write_growth(f, grow)?,
            VerticalWork::Predict { model } => writeln!(f, "model = \"{model}\"")?,
            VerticalWork::Weigh(weigh) => writeln!(f, "\n[statistics]\nbins = {}", weigh.bins)?,
        }
        if let Some(terms) = task.group().and_then(|group| group.terms.as_ref()) {
            write_terms(f, terms)?;
        }
        self.write_limits(f)?;
        writeln!(f, "minimum_rows = {}", self.limits.minimum_rows)?;
        if let VerticalWork::Weigh(_) = task.work {
            writeln!(f, "minimum_cell = {}", self.limits.minimum_cell)?;
        }
        self.write_patience(f)?;
        for party in &self.parties {
            write!(f, "\n{party}")?;
            if task.is_hospital(&party.name) {
                for (_, alignment) in task.alignments_of(&party.name) {
                    writeln!(f, "alignment = \"{alignment}\"")?;
                }
                continue;
            }
            let Some(member) = task.member(&party.name) else {
                continue;
            };
            if !member.features.is_empty() {
                write_features(f, &member.features)?;
            }
            if member.party == task.label_holder {
                match &task.work {
                    VerticalWork::Grow(grow) => write_label(f, &grow.label)?,
                    VerticalWork::Weigh(weigh) => write_label(f, &weigh.label)?,
                    VerticalWork::Predict { .. } => writeln!(f, "label_holder = true")?,
                }
            }
            for column in &member.columns {
                let column = column.to_string();
                let of_party = column.strip_prefix("[[column]]").unwrap_or(&column);
                write!(f, "\n[[party.column]]{of_party}")?;
            }
        }
        let shared = task.group().map_or(&[][..], |group| &group.columns);
        shared.iter().try_for_each(|it| write!(f, "\n{it}"))
    }
}

fn write_features(f: &mut Formatter<'_>, features: &[String]) -> fmt::Result {
    let features: Vec<String> = features.iter().map(|it| quoted(it)).collect();
    writeln!(f, "features = [{}]", features.join(", "))
}

fn write_label(f: &mut Formatter<'_>, of: &Label) -> fmt::Result {
    writeln!(f, "label = {{ {} }}", label(of))
}

fn write_terms(f: &mut Formatter<'_>, terms: &GroupTerms) -> fmt::Result {
    writeln!(f, "\n[hybrid]")?;
    writeln!(f, "group = {}", quoted(terms.name.as_str()))?;
    writeln!(f, "colluding = {}", terms.colluding)?;
    writeln!(f, "min_hospitals = {}", terms.min_hospitals)?;
    writeln!(f, "repeated_patients = {}", terms.repeated_patients)
}

fn write_growth(f: &mut Formatter<'_>, grow: &Grow) -> fmt::Result {
    if let Some(rows) = test_rows(&grow.test) {
        writeln!(f, "test = {{ {rows} }}")?;
    }
    trees::write(f, grow.specification())?;
    let protections = &grow.protections;
    writeln!(f, "\n[vertical]")?;
    match protections.own_trees {
        0 => writeln!(f, "first_tree = \"joint\"")?,
        1 => writeln!(f, "first_tree = \"own\"")?,
        trees => writeln!(f, "own_trees = {trees}")?,
    }
    writeln!(f, "min_side = {}", protections.min_side)?;
    writeln!(f, "min_gap = {}", protections.min_gap)?;
    writeln!(f, "min_node = {}", protections.min_node)?;
    writeln!(f, "sum_noise = {}", number(protections.sum_noise))?;
    writeln!(f, "parameters = {}", quoted(grow.set.name()))?;
    if let Some(stride) = grow.stride {
        writeln!(f, "stride = {stride}")?;
    }
    writeln!(f, "bytes_a_second = {}", number(grow.price.bytes_a_second))
}
