use std::collections::HashMap;
use std::fmt;

use consilium_schema::Level;

use crate::{
    CutWeights, Feature, LevelWeights, MissingLevel, OneHot, Operation, Preparation, Scale, Unseen,
};

/// The cells of a column by row, counted from 0; none where a cell is missing.
///
/// # Security
///
/// `Debug` shows what they are and never a cell.
pub enum Cells<'a> {
    /// Numbers, whole or not; a boolean as 1 and 0.
    Numbers(Box<dyn Fn(usize) -> Option<f64> + 'a>),
    /// Of each row the place of its level.
    Levels {
        /// The levels' names.
        levels: &'a [String],
        /// Places among them.
        of: Box<dyn Fn(usize) -> Option<usize> + 'a>,
    },
    /// Texts.
    Texts(Box<dyn Fn(usize) -> Option<&'a str> + 'a>),
}

impl fmt::Debug for Cells<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Numbers(_) => "Numbers",
            Self::Levels { .. } => "Levels",
            Self::Texts(_) => "Texts",
        })
    }
}

/// Why a table's columns can't be prepared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// The table lacks a column.
    #[error("no column is called {column:?}")]
    NoSuchColumn {
        /// The column.
        column: String,
    },
    /// A column is not of the type that the preparation was declared for.
    #[error("column {column:?} is of another type than the preparation was declared for")]
    OtherType {
        /// The column.
        column: String,
    },
}

/// A preparation over the columns of one table.
#[derive(Debug)]
pub struct Bound<'a> {
    makers: Vec<Maker<'a>>,
    /// Places of products and of their factors.
    products: Vec<(usize, [usize; 2])>,
    width: usize,
}

impl Preparation {
    /// Holds the preparation against the columns of a table; `cells` gives them by name.
    ///
    /// # Errors
    ///
    /// Names the first column that is not there or of another type.
    pub fn over<'a>(
        &'a self,
        mut cells: impl FnMut(&str) -> Option<Cells<'a>>,
    ) -> Result<Bound<'a>, Unfit> {
        let mut bound = Bound {
            makers: Vec::new(),
            products: Vec::new(),
            width: self.terms().len(),
        };
        let mut at = 0;
        for (place, feature) in self.features().iter().enumerate() {
            match feature.operation() {
                Operation::Product(product) => bound.products.push((at, product.places)),
                _ => bound.makers.push(Maker::new(feature, &mut cells, at)?),
            }
            at += self.terms_of(place).count();
        }
        Ok(bound)
    }
}

impl Bound<'_> {
    /// Writes one row, counted from 0, of all terms in their order; NaN where a value is missing.
    ///
    /// Whatever the cells are, values lie in the terms' ranges. A row depends on its own cells alone.
    ///
    /// # Panics
    ///
    /// If `out` does not have one place for each term.
    pub fn row(&self, row: usize, out: &mut [f64]) {
        assert_eq!(out.len(), self.width, "a place for each term");
        for maker in &self.makers {
            maker.write(row, out);
        }
        for (at, [one, other]) in &self.products {
            // Adding zero leaves one sign of zero.
            out[*at] = out[*one] * out[*other] + 0.0;
        }
    }
}

/// What makes a feature's terms, which begin at a place of the row.
struct Maker<'a> {
    at: usize,
    way: Way<'a>,
    /// Where missing values are marked.
    mark: Option<usize>,
}

enum Way<'a> {
    Scale(&'a Scale, Numbers<'a>),
    Cuts(&'a CutWeights, Numbers<'a>),
    OneHot(Hot, Seats<'a>),
    Weights(&'a LevelWeights, Seats<'a>),
}

type Numbers<'a> = Box<dyn Fn(usize) -> Option<f64> + 'a>;

impl fmt::Debug for Maker<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Maker")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl<'a> Maker<'a> {
    fn new(
        feature: &'a Feature,
        cells: &mut impl FnMut(&str) -> Option<Cells<'a>>,
        at: usize,
    ) -> Result<Self, Unfit> {
        let column = || feature.column().unwrap_or_default().to_owned();
        let cells = cells(&column()).ok_or_else(|| Unfit::NoSuchColumn { column: column() })?;
        let other = || Unfit::OtherType { column: column() };
        let numbers = |cells| match cells {
            Cells::Numbers(of) => Ok(of),
            Cells::Levels { .. } | Cells::Texts(_) => Err(other()),
        };
        let seats = |cells, named: &[Level]| Seats::new(cells, named).ok_or_else(other);
        let (way, width) = match feature.operation() {
            Operation::Scale(scale) => (Way::Scale(scale, numbers(cells)?), 1),
            Operation::CutWeights(cuts) => (Way::Cuts(cuts, numbers(cells)?), 1),
            Operation::OneHot(one_hot) => {
                let hot = Hot::new(one_hot);
                let width = hot.width;
                (Way::OneHot(hot, seats(cells, &one_hot.levels)?), width)
            }
            Operation::LevelWeights(weights) => {
                (Way::Weights(weights, seats(cells, &weights.levels)?), 1)
            }
            Operation::Product(_) => return Err(other()),
        };
        let mark = feature.operation().mark_missing().then_some(at + width);
        Ok(Self { at, way, mark })
    }

    fn write(&self, row: usize, out: &mut [f64]) {
        let is_missing = match &self.way {
            Way::Scale(scale, numbers) => {
                let value = numbers(row);
                out[self.at] = scale.of(value);
                value.is_none()
            }
            Way::Cuts(cuts, numbers) => {
                let value = numbers(row);
                out[self.at] = cuts.of(value);
                value.is_none()
            }
            Way::OneHot(hot, seats) => {
                let seat = seats.of(row);
                hot.write(seat, &mut out[self.at..self.at + hot.width]);
                seat == Seat::Missing
            }
            Way::Weights(weights, seats) => {
                let seat = seats.of(row);
                out[self.at] = match seat {
                    Seat::Named(place) => weights.weights[place],
                    Seat::Unseen => weights.unseen_weight.unwrap_or(f64::NAN),
                    Seat::Missing => weights.missing_weight.unwrap_or(f64::NAN),
                };
                seat == Seat::Missing
            }
        };
        if let Some(mark) = self.mark {
            out[mark] = f64::from(is_missing);
        }
    }
}

/// Which level a cell has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seat {
    /// The one in this place of those that are named.
    Named(usize),
    Unseen,
    Missing,
}

/// The levels of all rows.
enum Seats<'a> {
    /// Of a table that knows its levels: each of them is looked up once.
    Levels(Vec<Seat>, Box<dyn Fn(usize) -> Option<usize> + 'a>),
    Texts(
        HashMap<String, usize>,
        Box<dyn Fn(usize) -> Option<&'a str> + 'a>,
    ),
}

impl<'a> Seats<'a> {
    fn new(cells: Cells<'a>, named: &[Level]) -> Option<Self> {
        let places: HashMap<String, usize> = named.iter().map(Level::name).zip(0..).collect();
        match cells {
            Cells::Numbers(_) => None,
            Cells::Levels { levels, of } => {
                let seats = levels.iter().map(|level| seat(&places, level));
                Some(Self::Levels(seats.collect(), of))
            }
            Cells::Texts(of) => Some(Self::Texts(places, of)),
        }
    }

    fn of(&self, row: usize) -> Seat {
        match self {
            Self::Levels(seats, of) => of(row).map_or(Seat::Missing, |level| {
                seats.get(level).copied().unwrap_or(Seat::Unseen)
            }),
            Self::Texts(places, of) => of(row).map_or(Seat::Missing, |text| seat(places, text)),
        }
    }
}

fn seat(places: &HashMap<String, usize>, level: &str) -> Seat {
    places
        .get(level)
        .map_or(Seat::Unseen, |place| Seat::Named(*place))
}

/// How levels become 0/1 columns.
struct Hot {
    width: usize,
    /// Of each named level.
    named: Vec<Outcome>,
    unseen: Outcome,
    missing: Outcome,
}

/// What a level becomes.
#[derive(Clone, Copy)]
enum Outcome {
    /// 1 in this column, 0 in the others.
    Column(usize),
    /// 0 in all columns.
    Zeros,
    /// Missing in all columns.
    Missing,
}

impl Hot {
    fn new(one_hot: &OneHot) -> Self {
        let mut width = 0;
        let mut column = || {
            width += 1;
            Outcome::Column(width - 1)
        };
        let places = 0..one_hot.levels.len();
        let named: Vec<Outcome> = places
            .map(|place| match one_hot.reference {
                Some(reference) if reference == place => Outcome::Zeros,
                _ => column(),
            })
            .collect();
        let unseen = match one_hot.unseen {
            Some(Unseen::Other) => column(),
            Some(Unseen::Zero) => Outcome::Zeros,
            Some(Unseen::Missing) | None => Outcome::Missing,
        };
        let missing = match one_hot.missing {
            MissingLevel::Kept => Outcome::Missing,
            MissingLevel::Zero => Outcome::Zeros,
            MissingLevel::Other => unseen,
            MissingLevel::Level(place) => named[place],
        };
        // A level that counts as missing becomes what a missing value becomes.
        let unseen = match one_hot.unseen {
            Some(Unseen::Missing) => missing,
            _ => unseen,
        };
        Self {
            width,
            named,
            unseen,
            missing,
        }
    }

    fn write(&self, seat: Seat, out: &mut [f64]) {
        let outcome = match seat {
            Seat::Named(place) => self.named[place],
            Seat::Unseen => self.unseen,
            Seat::Missing => self.missing,
        };
        match outcome {
            Outcome::Column(column) => {
                out.fill(0.0);
                out[column] = 1.0;
            }
            Outcome::Zeros => out.fill(0.0),
            Outcome::Missing => out.fill(f64::NAN),
        }
    }
}
