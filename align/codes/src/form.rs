//! How codes of a system are written.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::CodesError;

mod shapes;

pub(crate) use shapes::ATC_LEVELS;

/// How codes of a system are written; the normal form of a code depends on nothing else.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// ICD-9-CM diagnoses: `250.00`, `V45.1`, `E880.9`.
    Icd9Cm,
    /// ICD-9-CM procedures: `00.01`; Chinese extensions have four digits and `x001`: `00.0100x002`.
    Icd9CmProcedure,
    /// ICD-10 and ICD-10-CM: `A00.0`, `S72.001A`.
    Icd10,
    /// ICD-10 as the medical insurance of China extends it (医保版): `A00.000x001`, two codes in one
    /// as `A01.002+G01*`.
    Icd10Yb,
    /// ICD-10-PCS: seven characters.
    Icd10Pcs,
    /// ATC, from a letter to the substance: `A10BA02`.
    Atc,
    /// CHS-DRG: four characters, `BB11`.
    ChsDrg,
    /// Codes of a house: taken as they are, but for width and blanks at the ends.
    #[default]
    Local,
}

/// What was set right on the way to the normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repair {
    /// Full-width characters, or another compatibility form.
    Width,
    /// Blanks and invisible marks.
    Blanks,
    /// Capital or small letters.
    Case,
    /// A dot was put in, or taken out.
    Dot,
    /// The dagger or asterisk of a dual code was taken off.
    Mark,
}

/// Why a text is no code of a system, or can't be told to be which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Unclear {
    /// There is nothing.
    #[error("no code stands there")]
    Empty,
    /// A spreadsheet took the code for a number: 001.0 became 1.0 or 1. Which code it was can't be
    /// told, so nothing is guessed.
    #[error("leading zeros may be lost: a spreadsheet took the code for a number")]
    LeadingZeros,
    /// A number in scientific notation, such as 4.01E+2.
    #[error("a spreadsheet wrote the code as a number with an exponent")]
    Exponent,
    /// It has not the shape of a code of the system.
    #[error("not the shape of a code of this system")]
    Shape,
}

/// A code in normal form, with what was set right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normal {
    /// The code.
    pub code: String,
    /// What was set right, each once.
    pub repairs: Vec<Repair>,
}

impl Form {
    /// The ids of systems, each with the form of its codes; a house's own systems are `local`, or
    /// `local-` and a name.
    pub const SYSTEMS: [(&'static str, Form); 9] = [
        ("icd-9-cm", Form::Icd9Cm),
        ("icd-9-cm-procedures", Form::Icd9CmProcedure),
        ("icd-9-cm3-yb", Form::Icd9CmProcedure),
        ("icd-10", Form::Icd10),
        ("icd-10-cm", Form::Icd10),
        ("icd-10-yb", Form::Icd10Yb),
        ("icd-10-pcs", Form::Icd10Pcs),
        ("atc", Form::Atc),
        ("chs-drg", Form::ChsDrg),
    ];

    /// Tells the form by a system's id; none for an id that is none of [`Form::SYSTEMS`] and no house's.
    ///
    /// ```
    /// use consilium_codes::Form;
    ///
    /// assert_eq!(Form::of_system("icd-10-cm"), Some(Form::Icd10));
    /// assert_eq!(Form::of_system("local-items"), Some(Form::Local));
    /// assert_eq!(Form::of_system("ICD10"), None);
    /// ```
    pub fn of_system(id: &str) -> Option<Form> {
        if id == "local" || id.starts_with("local-") {
            return Some(Form::Local);
        }
        let found = Form::SYSTEMS.iter().find(|(system, _)| *system == id);
        found.map(|(_, form)| *form)
    }

    /// As [`Form::of_system`], where a head names the system.
    pub(crate) fn named(system: &str) -> Result<Form, CodesError> {
        let error = || CodesError::System {
            found: system.to_owned(),
        };
        Form::of_system(system).ok_or_else(error)
    }

    /// Brings a code into its normal form.
    ///
    /// # Errors
    ///
    /// What can't be told for certain is refused, never guessed.
    pub fn normalise(self, text: &str) -> Result<Normal, Unclear> {
        let mut repairs = Vec::new();
        let wide: String = text.nfkc().collect();
        note(&mut repairs, Repair::Width, wide != text);
        let visible: String = wide.chars().filter(|it| !is_blank(*it)).collect();
        let bare = if self == Form::Local {
            wide.trim()
        } else {
            &visible
        };
        note(&mut repairs, Repair::Blanks, bare != wide);
        if bare.is_empty() {
            return Err(Unclear::Empty);
        }
        if self == Form::Local {
            let code = bare.to_owned();
            return Ok(Normal { code, repairs });
        }
        if is_exponential(bare) {
            return Err(Unclear::Exponent);
        }
        let cased = self.cased(bare);
        note(&mut repairs, Repair::Case, cased != bare);
        let marked = self != Form::Icd10Yb && cased.ends_with(['+', '*', '†']);
        note(&mut repairs, Repair::Mark, marked);
        let unmarked = match self {
            Form::Icd10Yb => cased.as_str(),
            _ => cased.trim_end_matches(['+', '*', '†']),
        };
        let code = self.shaped(unmarked)?;
        note(&mut repairs, Repair::Dot, code != unmarked);
        Ok(Normal { code, repairs })
    }

    /// Capitals, but for the x that extends a code in China.
    fn cased(self, text: &str) -> String {
        let capitals = text.to_ascii_uppercase();
        match self {
            Form::Icd9CmProcedure => capitals.replace('X', "x"),
            Form::Icd10Yb => {
                // Chapter XX has categories that begin with X.
                let small = capitals.replace('X', "x").replace("+x", "+X");
                let rest = small.strip_prefix('x').map(|rest| format!("X{rest}"));
                rest.unwrap_or(small)
            }
            _ => capitals,
        }
    }

    fn shaped(self, text: &str) -> Result<String, Unclear> {
        match self {
            Form::Icd9Cm => shapes::icd9(text),
            Form::Icd9CmProcedure => shapes::procedure(text),
            Form::Icd10 => shapes::icd10(text),
            Form::Icd10Yb => shapes::insurance(text),
            Form::Icd10Pcs => shapes::pcs(text),
            Form::Atc => shapes::atc(text),
            Form::ChsDrg => shapes::drg(text),
            Form::Local => Ok(text.to_owned()),
        }
    }

    /// Gives what a code in normal form stands under by its form alone: `250.00` under `250.0` under
    /// `250`; none at the top.
    pub fn parent(self, code: &str) -> Option<String> {
        match self {
            Form::Icd10Yb if code.contains('+') => Some(code.split('+').next()?.to_owned()),
            Form::Icd10Yb | Form::Icd9CmProcedure if code.contains('x') && !code.ends_with('x') => {
                extended(code)
            }
            Form::Icd9Cm | Form::Icd9CmProcedure | Form::Icd10 | Form::Icd10Yb => {
                code.contains('.').then(|| shorter(code))
            }
            Form::Atc => shapes::atc_parent(code).map(str::to_owned),
            Form::ChsDrg if code.len() == 4 => code.get(..3).map(str::to_owned),
            Form::ChsDrg | Form::Icd10Pcs | Form::Local => None,
        }
    }
}

fn note(repairs: &mut Vec<Repair>, repair: Repair, is_made: bool) {
    if is_made {
        repairs.push(repair);
    }
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || ('\u{200b}'..='\u{200f}').contains(&letter)
        || letter == '\u{feff}'
}

/// Tells 4.01E+02; E880.1 has nothing before its letter.
fn is_exponential(text: &str) -> bool {
    let Some((before, after)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let is_number = |part: &str| part.chars().all(|it| it.is_ascii_digit() || it == '.');
    !before.is_empty()
        && before.contains('.') | after.contains(['+', '-'])
        && is_number(before)
        && !after.is_empty()
        && is_number(after.trim_start_matches(['+', '-']))
}

/// `A00.000x001` stands under `A00.000`, `I64.x00` under `I64`.
fn extended(code: &str) -> Option<String> {
    let (before, after) = code.rsplit_once('x')?;
    if let Some(category) = before.strip_suffix('.') {
        let is_own = after.trim_matches('0').is_empty();
        return Some(if is_own {
            category.to_owned()
        } else {
            format!("{category}.x00")
        });
    }
    Some(before.to_owned())
}

/// Takes the last character off, with the dot if it comes to the end.
fn shorter(code: &str) -> String {
    let mut code = code.to_owned();
    code.pop();
    if code.ends_with('.') {
        code.pop();
    }
    code
}

impl Unclear {
    /// Its name, as reports write it.
    pub fn name(self) -> &'static str {
        match self {
            Unclear::Empty => "empty",
            Unclear::LeadingZeros => "leading-zeros",
            Unclear::Exponent => "exponent",
            Unclear::Shape => "shape",
        }
    }
}
