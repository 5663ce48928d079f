//! What a part of a key may be, and its one way of being written.

mod citizen;
mod date;
mod insurance;
mod phone;
mod words;

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

use crate::{Day, Reason, Repair, letters};

/// How often a number must be one character, and nothing else, before it is taken for none: ten
/// numbers of six digits are written so.
const TELLING_REPEATS: usize = 6;

/// What a part of a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A citizen identification number: 18 characters as GB 11643-1999 has it, or the
    /// 15 digits of GB 11643-1989, which are lifted to 18.
    ///
    /// The check digit is that of ISO 7064 MOD 11-2. The first two digits are a province of
    /// GB/T 2260-2007, or 81 to 83 as on residence permits of people from Hong Kong, Macao and
    /// Taiwan. An id that ends in `000` is what a spreadsheet leaves of another one; that its check
    /// digit fits by chance is possible, so it is believed only where no other row shows the damage.
    CitizenId,
    /// A medical-insurance number, of which nothing is known but its form.
    ///
    /// Digits only, 18 or more, with zeros from the sixteenth on, are taken for rounded. One
    /// character six times and more, and nothing else, is what is typed where no number is known,
    /// and so are letters without a digit.
    InsuranceNumber {
        /// The allowed lengths in characters, ascending, 1 to 64 each.
        lengths: Vec<u8>,
        /// The allowed characters.
        characters: Characters,
    },
    /// Any text: blanks at the ends taken off, inner ones made one space.
    Text,
    /// A day, in the order year, month, day; normal form `20240131`.
    ///
    /// A time of day is allowed where it is midnight without time zone. A day in the year 9999 is
    /// what programs write where none is known.
    Date {
        /// Whether five digits are a serial number of a spreadsheet's 1900 date system (ECMA-376-1,
        /// section 18.17.4.1), which only whoever knows the column can say.
        serials: bool,
    },
    /// A mobile number of mainland China, with or without +86; normal form 11 digits.
    Phone,
    /// A name of a person: without blanks, all marks used as middle dot made `·`.
    Name,
}

/// The characters of an insurance number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Characters {
    /// 0 to 9.
    Digits,
    /// 0 to 9 and A to Z.
    LettersAndDigits,
}

/// The one way of writing what a cell says.
///
/// # Security
///
/// `Debug` hides the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Normal<'a> {
    /// The text; the cell's own where nothing had to be changed.
    pub text: Cow<'a, str>,
    /// What was set right on the way.
    pub repairs: Vec<Repair>,
    /// Whether a spreadsheet could have made this valid text out of another one.
    pub(crate) doubtful: bool,
}

impl fmt::Debug for Normal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Normal")
            .field("repairs", &self.repairs)
            .finish_non_exhaustive()
    }
}

impl Normal<'_> {
    fn plain(text: String) -> Normal<'static> {
        Normal {
            text: text.into(),
            repairs: Vec::new(),
            doubtful: false,
        }
    }
}

impl Kind {
    /// Gives the name, as a declaration has it.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::CitizenId => "citizen-id",
            Kind::InsuranceNumber { .. } => "insurance-number",
            Kind::Text => "text",
            Kind::Date { .. } => "date",
            Kind::Phone => "phone",
            Kind::Name => "name",
        }
    }

    /// Brings a cell into normal form; none if it is blank. No birth date lies after `today`.
    ///
    /// A normal form is its own normal form.
    ///
    /// # Errors
    ///
    /// The reason why the cell can't be a part of a key.
    pub fn normalise<'a>(&self, cell: &'a str, today: Day) -> Result<Option<Normal<'a>>, Reason> {
        if cell.len() > letters::LONGEST {
            return Err(Reason::TooLong);
        }
        let text = letters::upper(cell);
        if text.trim().is_empty() {
            return Ok(None);
        }
        let normal = match self {
            Kind::CitizenId => citizen::normalise(text, today),
            Kind::InsuranceNumber {
                lengths,
                characters,
            } => insurance::normalise(text, lengths, *characters),
            Kind::Text => Ok(words::text(&text)),
            Kind::Date { serials } => date::normalise(&text, *serials),
            Kind::Phone => phone::normalise(text),
            Kind::Name => words::name(&text),
        };
        normal.map(Some)
    }

    /// Tells kinds apart in the bytes of a key; never changes.
    pub(crate) fn mark(&self) -> u8 {
        match self {
            Kind::CitizenId => 1,
            Kind::InsuranceNumber { .. } => 2,
            Kind::Text => 3,
            Kind::Date { .. } => 4,
            Kind::Phone => 5,
            Kind::Name => 6,
        }
    }
}

/// Tells whether a number is one character again and again.
fn is_placeholder(number: &str) -> bool {
    let letters = number.as_bytes();
    letters.len() >= TELLING_REPEATS && letters.windows(2).all(|two| two[0] == two[1])
}
