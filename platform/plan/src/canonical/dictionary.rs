//! The part of the canonical text that is a check of codes' own.

use std::fmt::{self, Formatter};

use super::quoted;
use crate::{Dictionary, Plan};

impl Plan {
    pub(super) fn write_dictionary(&self, task: &Dictionary, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n[dictionary]")?;
        writeln!(f, "holder = {}", quoted(task.holder.as_str()))?;
        writeln!(f, "system = {}", quoted(&task.system))?;
        writeln!(f, "column = {}", quoted(&task.column))?;
        writeln!(f, "list = {}", quoted(&task.list))?;
        writeln!(f, "most_codes = {}", task.most_codes)?;
        self.write_limits(f)?;
        writeln!(f, "minimum_cell = {}", self.limits.minimum_cell)?;
        self.write_patience(f)?;
        self.write_parties(f)
    }
}
