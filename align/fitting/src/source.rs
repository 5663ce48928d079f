//! A column, and what the statistics say of it.

use consilium_schema::{Column, Kind, Levels};
use consilium_statistics::{ColumnFindings, Place};

use crate::{FitFault, Number, Rows, WayOut};

/// A column with all that is known of it.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) column: &'a Column,
    pub(crate) found: &'a ColumnFindings,
    /// All rows.
    pub(crate) rows: u64,
    pub(crate) institutions: usize,
}

impl Source<'_> {
    pub(crate) fn name(&self) -> String {
        self.column.name().to_owned()
    }

    /// Says that the statistics hold a number back which is needed, and what to do about it.
    pub(crate) fn held_back(&self, number: Number, way_out: WayOut) -> FitFault {
        FitFault::HeldBack {
            number,
            column: self.name(),
            way_out,
        }
    }

    /// The rows behind its numbers.
    pub(crate) fn rows(&self) -> Rows {
        let without = self.found.missing.zip(self.found.outside);
        let with_value = without
            .map(|(missing, outside)| self.rows.saturating_sub(missing.saturating_add(outside)));
        Rows {
            with_value,
            all: self.rows,
            institutions: self.institutions,
        }
    }

    /// Counts the rows of which the statistics don't tell where they are: of a value that is held back
    /// there are no more.
    pub(crate) fn untold(&self) -> u64 {
        let found = self.found;
        let cells = found.cells.iter().filter_map(|cell| cell.rows);
        let behind = [found.others, found.outside, found.missing];
        let told = cells.chain(behind.into_iter().flatten());
        told.fold(self.rows, u64::saturating_sub)
    }

    /// Says whether statistics and schema can be of one table.
    pub(crate) fn is_alike(&self) -> bool {
        let bounds = self.column.bounds();
        let cell = |place: &Place| match (place, self.column.kind()) {
            (Place::Interval(it), Kind::Number(_) | Kind::Integer(_)) => {
                bounds.is_none_or(|bounds| bounds.contains(it.from) && bounds.contains(it.to))
            }
            (Place::Boolean(_), Kind::Boolean)
            | (Place::Level(_), Kind::Code { .. } | Kind::Category(Levels::Open)) => true,
            (Place::Level(name), Kind::Category(Levels::Closed { levels, .. })) => {
                levels.iter().any(|level| level.name() == *name)
            }
            _ => false,
        };
        self.found.cells.iter().all(|it| cell(&it.of))
    }
}
