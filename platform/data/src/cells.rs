mod levels;
mod markers;
mod numeric;

use consilium_schema::{Bounds, Column, DateOrder, Kind, Levels, Outside};

use crate::column::{Categories, Dates, Flags, Numbers, Texts, Values};
use crate::{CellFault, Date};
use levels::{Code, Known};
pub(crate) use markers::Markers;
pub(crate) use numeric::{exact, parse_number, parse_whole};

/// Turns the cells of one column into values.
pub(crate) struct Cells {
    markers: Markers,
    growing: Growing,
    adjusted: u64,
}

enum Growing {
    Number {
        bounds: Bounds,
        whole: bool,
        values: Numbers,
    },
    Levels {
        known: Known,
        values: Categories,
    },
    Text(Texts),
    Code {
        width: Option<u32>,
        values: Texts,
    },
    Flag(Flags),
    Date {
        order: DateOrder,
        values: Dates,
    },
}

impl Cells {
    pub(crate) fn new(column: &Column, table_missing: &[String]) -> Self {
        let growing = match column.kind() {
            Kind::Number(bounds) => Growing::number(*bounds, false),
            Kind::Integer(bounds) => Growing::number(*bounds, true),
            Kind::Category(levels) => Growing::levels(levels),
            Kind::Text => Growing::Text(Texts::default()),
            Kind::Code { width } => Growing::Code {
                width: *width,
                values: Texts::default(),
            },
            Kind::Boolean => Growing::Flag(Flags::default()),
            Kind::Date(order) => Growing::Date {
                order: *order,
                values: Dates::default(),
            },
        };
        let numeric = matches!(
            growing,
            Growing::Number { .. }
                | Growing::Levels {
                    known: Known::Numbers(..),
                    ..
                }
        );
        let markers = Markers::new(table_missing.iter().chain(column.missing()), numeric);
        Self {
            markers,
            growing,
            adjusted: 0,
        }
    }

    /// Adds a cell. A faulty one is added as missing, so that columns stay of one length.
    pub(crate) fn push(&mut self, cell: &str) -> Result<(), CellFault> {
        let trimmed = cell.trim();
        if self.markers.mark(trimmed) {
            self.growing.push_missing();
            return Ok(());
        }
        let pushed = self.growing.push(cell, trimmed, &self.markers);
        match pushed {
            Ok(adjusted) => {
                self.adjusted += u64::from(adjusted);
                Ok(())
            }
            Err(fault) => {
                self.growing.push_missing();
                Err(fault)
            }
        }
    }

    /// Adds a cell that is missing.
    pub(crate) fn push_missing(&mut self) {
        self.growing.push_missing();
    }

    /// The values, and how many of them a rule of the schema has changed.
    pub(crate) fn finish(self) -> (Values, u64) {
        let values = match self.growing {
            Growing::Number { values, .. } => Values::Numbers(values),
            Growing::Levels { known, mut values } => {
                if matches!(known, Known::Open(_)) {
                    values.sort_levels();
                }
                Values::Categories(values)
            }
            Growing::Text(values) | Growing::Code { values, .. } => Values::Texts(values),
            Growing::Flag(values) => Values::Flags(values),
            Growing::Date { values, .. } => Values::Dates(values),
        };
        (values, self.adjusted)
    }
}

impl Growing {
    fn number(bounds: Bounds, whole: bool) -> Self {
        Self::Number {
            bounds,
            whole,
            values: Numbers::default(),
        }
    }

    fn levels(levels: &Levels) -> Self {
        let (known, values) = Known::new(levels);
        Self::Levels { known, values }
    }

    fn push_missing(&mut self) {
        match self {
            Self::Number { values, .. } => values.push(None),
            Self::Levels { values, .. } => values.push(None),
            Self::Text(values) | Self::Code { values, .. } => values.push(None),
            Self::Flag(values) => values.push(None),
            Self::Date { values, .. } => values.push(None),
        }
    }

    /// Adds a cell that is no text marker; says whether a rule of the schema changed it.
    fn push(&mut self, cell: &str, trimmed: &str, markers: &Markers) -> Result<bool, CellFault> {
        match self {
            Self::Number {
                bounds,
                whole,
                values,
            } => {
                let number = if *whole {
                    parse_whole(trimmed)
                } else {
                    parse_number(trimmed)
                }?;
                if markers.mark_number(number) {
                    values.push(None);
                    return Ok(false);
                }
                let within = fit(number, bounds)?;
                values.push(within);
                Ok(within != Some(number))
            }
            Self::Levels { known, values } => {
                let code = known.code(trimmed, markers, values)?;
                values.push(code.level());
                Ok(code == Code::Outside)
            }
            Self::Text(values) => {
                values.push(Some(cell));
                Ok(false)
            }
            Self::Code { width, values } => {
                check_width(trimmed, *width)?;
                values.push(Some(trimmed));
                Ok(false)
            }
            Self::Flag(values) => {
                values.push(Some(parse_flag(trimmed).ok_or(CellFault::NotABoolean)?));
                Ok(false)
            }
            Self::Date { order, values } => {
                let not_a_date = CellFault::NotADate {
                    order: order.name(),
                };
                values.push(Some(Date::parse(trimmed, *order).ok_or(not_a_date)?));
                Ok(false)
            }
        }
    }
}

fn fit(number: f64, bounds: &Bounds) -> Result<Option<f64>, CellFault> {
    if bounds.contains(number) {
        return Ok(Some(number));
    }
    match bounds.outside {
        Outside::Refuse => Err(CellFault::OutOfRange {
            min: bounds.min,
            max: bounds.max,
        }),
        Outside::Winsorise => Ok(Some(bounds.clamp(number))),
        Outside::Missing => Ok(None),
    }
}

fn check_width(code: &str, width: Option<u32>) -> Result<(), CellFault> {
    let Some(width) = width else { return Ok(()) };
    let found = code.chars().count() as u64;
    if found == u64::from(width) {
        Ok(())
    } else {
        Err(CellFault::Width { found, width })
    }
}

/// The finite number that a trimmed cell is, as readers of schemas have it.
pub fn number_of(text: &str) -> Option<f64> {
    parse_number(text).ok()
}

/// Yes or no, as readers of schemas have it.
pub fn flag_of(text: &str) -> Option<bool> {
    parse_flag(text)
}

/// Reads the words for yes and no.
pub(crate) fn parse_flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "1" | "1.0" | "true" | "t" | "yes" | "y" | "是" => Some(true),
        "0" | "0.0" | "false" | "f" | "no" | "n" | "否" => Some(false),
        _ => None,
    }
}
