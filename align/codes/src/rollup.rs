//! What codes stand under: chapters, levels, major categories.

use serde::Serialize;

use crate::Form;

mod chapters;

pub use chapters::Chapter;

/// What a code is summed up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// ICD-10 and ICD-9-CM: the chapter, by its first and last category.
    Chapter,
    /// ICD-10 and ICD-9-CM: the category of three characters, four for E codes of ICD-9-CM.
    Category,
    /// ATC: one of the five levels, counted from 1.
    Atc(u8),
    /// DRG: the major category, the first letter.
    Mdc,
    /// DRG: the group before it is divided by complications, three characters.
    Adrg,
}

/// What the code of a CHS-DRG says of its group by its form (technical specification of CHS-DRG,
/// 医保办发〔2019〕36号): major category, kind of treatment, complications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DrgParts {
    /// The letter of the major category, `A` where it goes before all.
    pub mdc: char,
    /// How the patients are treated.
    pub treatment: Treatment,
    /// What divides the group.
    pub severity: Severity,
}

/// How the patients of a group are treated: the second letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Treatment {
    /// A to J: in an operating room.
    Surgical,
    /// K to Q: by a procedure outside of an operating room.
    Procedural,
    /// R to Z: with medicines.
    Medical,
}

/// What divides a group: the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// 1: with major complications or comorbidities.
    Major,
    /// 3: with complications or comorbidities.
    Minor,
    /// 5: without.
    None,
    /// 7: in patients under 17 years.
    Child,
    /// 9: not divided.
    Whole,
    /// Another character, that regions of China have added.
    Regional,
}

impl Level {
    /// Gives what a code in normal form stands under, none if the form has no such level or the code
    /// lies above it.
    pub fn of(self, form: Form, code: &str) -> Option<String> {
        match (self, form) {
            (Level::Chapter, _) => Chapter::of(form, code).map(Chapter::range),
            (Level::Category, Form::Icd10 | Form::Icd10Yb | Form::Icd9Cm) => {
                let len = if form == Form::Icd9Cm && code.starts_with('E') {
                    4
                } else {
                    3
                };
                code.get(..len).map(str::to_owned)
            }
            (Level::Atc(level), Form::Atc) => {
                let place = usize::from(level).checked_sub(1)?;
                code.get(..*crate::form::ATC_LEVELS.get(place)?)
                    .map(str::to_owned)
            }
            (Level::Mdc, Form::ChsDrg) => code.get(..1).map(str::to_owned),
            (Level::Adrg, Form::ChsDrg) => code.get(..3).map(str::to_owned),
            _ => None,
        }
    }
}

impl DrgParts {
    /// Takes the code of a group in normal form apart; codes of three characters are not divided yet.
    pub fn of(code: &str) -> Option<DrgParts> {
        let mut letters = code.chars();
        let (mdc, kind) = (letters.next()?, letters.next()?);
        let treatment = match kind {
            'A'..='J' => Treatment::Surgical,
            'K'..='Q' => Treatment::Procedural,
            'R'..='Z' => Treatment::Medical,
            _ => return None,
        };
        let severity = match letters.nth(1) {
            Some('1') => Severity::Major,
            Some('3') => Severity::Minor,
            Some('5') => Severity::None,
            Some('7') => Severity::Child,
            Some('9') | None => Severity::Whole,
            Some(_) => Severity::Regional,
        };
        Some(DrgParts {
            mdc,
            treatment,
            severity,
        })
    }
}
