use std::collections::HashMap;

use consilium_schema::{Level, Levels, OutsideLevel};

use super::{Markers, exact, parse_number};
use crate::CellFault;
use crate::column::Categories;

/// How a cell finds its level.
pub(super) enum Known {
    Open(HashMap<String, u32>),
    Texts(HashMap<String, u32>, OutsideLevel),
    Numbers(HashMap<i64, u32>, OutsideLevel),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    Level(u32),
    Missing,
    Outside,
}

impl Code {
    pub(super) fn level(self) -> Option<u32> {
        match self {
            Self::Level(code) => Some(code),
            Self::Missing | Self::Outside => None,
        }
    }
}

impl Known {
    /// The way to a declaration's levels, and a column of them without rows.
    pub(super) fn new(levels: &Levels) -> (Self, Categories) {
        let Levels::Closed {
            levels,
            reference,
            outside,
        } = levels
        else {
            return (Self::Open(HashMap::new()), Categories::new(Vec::new(), 0));
        };
        let mut numbers = HashMap::new();
        let mut texts = HashMap::new();
        for (code, level) in (0u32..).zip(levels) {
            match level {
                Level::Number(level) => drop(numbers.insert(*level, code)),
                Level::Text(level) => drop(texts.insert(level.clone(), code)),
            }
        }
        let known = if numbers.is_empty() {
            Self::Texts(texts, *outside)
        } else {
            Self::Numbers(numbers, *outside)
        };
        (
            known,
            Categories::new(levels.iter().map(Level::name).collect(), *reference),
        )
    }

    pub(super) fn code(
        &mut self,
        cell: &str,
        markers: &Markers,
        values: &mut Categories,
    ) -> Result<Code, CellFault> {
        let (found, outside) = match self {
            Self::Open(known) => {
                if let Some(code) = known.get(cell) {
                    return Ok(Code::Level(*code));
                }
                if known.len() == CellFault::MOST_LEVELS {
                    return Err(CellFault::TooManyLevels);
                }
                let code = values.add_level(cell.to_owned());
                known.insert(cell.to_owned(), code);
                return Ok(Code::Level(code));
            }
            Self::Texts(known, outside) => (known.get(cell), *outside),
            Self::Numbers(known, outside) => {
                let number = parse_number(cell).ok();
                if number.is_some_and(|number| markers.mark_number(number)) {
                    return Ok(Code::Missing);
                }
                (
                    number.and_then(exact).and_then(|level| known.get(&level)),
                    *outside,
                )
            }
        };
        match (found, outside) {
            (Some(code), _) => Ok(Code::Level(*code)),
            (None, OutsideLevel::Missing) => Ok(Code::Outside),
            (None, OutsideLevel::Refuse) => Err(CellFault::UnknownLevel),
        }
    }
}
