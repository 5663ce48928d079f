//! Shapes of codes and numbers that tell what they are.

use serde::Serialize;

/// The shape of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Pattern {
    /// An ICD-10 code: a letter, two characters, and up to four after a point.
    Icd10,
    /// An ICD-9-CM diagnosis code with its point, or one of the supplementary `V` and `E` codes.
    Icd9,
    /// An ATC code of the fifth level: `A10BA02`.
    Atc,
    /// A national drug code of China: 23 characters that begin with X, Z or T.
    NationalDrug,
    /// A national drug code of the United States, in three parts.
    Ndc,
    /// A SNOMED CT identifier: 6 to 18 digits with a check digit.
    Snomed,
    /// A LOINC code: digits, a hyphen and a check digit.
    Loinc,
    /// A HCPCS code of the second level: a letter and four digits.
    Hcpcs,
    /// A National Provider Identifier: ten digits with a check digit.
    Npi,
    /// A Chinese citizen identification number: 18 characters with a check character.
    CitizenId,
    /// A UUID.
    Uuid,
    /// A Chinese mobile telephone number.
    Mobile,
    /// A unique device identifier in the form of GS1.
    DeviceId,
    /// A DICOM identifier: numbers between points.
    Dicom,
}

impl Pattern {
    /// Every pattern.
    pub const ALL: [Pattern; 14] = [
        Self::Icd10,
        Self::Icd9,
        Self::Atc,
        Self::NationalDrug,
        Self::Ndc,
        Self::Snomed,
        Self::Loinc,
        Self::Hcpcs,
        Self::Npi,
        Self::CitizenId,
        Self::Uuid,
        Self::Mobile,
        Self::DeviceId,
        Self::Dicom,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Icd10 => "ICD-10",
            Self::Icd9 => "ICD-9-CM",
            Self::Atc => "ATC",
            Self::NationalDrug => "NHSA drug code",
            Self::Ndc => "NDC",
            Self::Snomed => "SNOMED CT",
            Self::Loinc => "LOINC",
            Self::Hcpcs => "HCPCS",
            Self::Npi => "NPI",
            Self::CitizenId => "GB 11643",
            Self::Uuid => "UUID",
            Self::Mobile => "mobile telephone",
            Self::DeviceId => "UDI",
            Self::Dicom => "DICOM UID",
        }
    }

    /// Says whether a cell has this shape.
    pub(super) fn fits(self, cell: &str) -> bool {
        match self {
            Self::Icd10 => icd10(cell),
            Self::Icd9 => icd9(cell),
            Self::Atc => shaped(cell, "A00AA00"),
            Self::NationalDrug => national_drug(cell),
            Self::Ndc => ndc(cell),
            Self::Snomed => (6..=18).contains(&cell.len()) && verhoeff(cell),
            Self::Loinc => loinc(cell),
            Self::Hcpcs => shaped(cell, "A0000"),
            Self::Npi => cell.len() == 10 && luhn(&format!("80840{cell}")),
            Self::CitizenId => citizen_id(cell),
            Self::Uuid => uuid(cell),
            Self::Mobile => cell.len() == 11 && digits(cell) && cell.starts_with('1'),
            Self::DeviceId => cell.starts_with("(01)") && cell.len() > 18,
            Self::Dicom => cell.starts_with("1.2.") && cell.split('.').all(digits),
        }
    }

    /// Says whether a cell of this shape is hardly anything else.
    pub(super) fn is_telling(self) -> bool {
        !matches!(
            self,
            Self::Hcpcs | Self::Icd9 | Self::Mobile | Self::Npi | Self::Snomed
        )
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Compares with a model of `A` for capitals and `0` for digits.
fn shaped(cell: &str, model: &str) -> bool {
    let alike = |(letter, model): (u8, u8)| match model {
        b'A' => letter.is_ascii_uppercase(),
        _ => letter.is_ascii_digit(),
    };
    cell.len() == model.len() && cell.bytes().zip(model.bytes()).all(alike)
}

fn icd10(cell: &str) -> bool {
    let (category, rest) = match cell.split_once('.') {
        Some((category, rest)) => (category, rest),
        None => (
            cell.get(..3).unwrap_or(cell),
            cell.get(3..).unwrap_or_default(),
        ),
    };
    let alphanumeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let bytes = category.as_bytes();
    let head = bytes.len() == 3
        && bytes[0].is_ascii_uppercase()
        && bytes[1].is_ascii_digit()
        && bytes[2].is_ascii_alphanumeric();
    head && rest.len() <= 7 && alphanumeric(rest) && (cell.contains('.') || rest.len() <= 4)
}

fn icd9(cell: &str) -> bool {
    if let Some(rest) = cell.strip_prefix('V') {
        return (2..=4).contains(&rest.replace('.', "").len()) && digits(&rest.replace('.', ""));
    }
    if let Some(rest) = cell.strip_prefix('E') {
        return (3..=4).contains(&rest.replace('.', "").len()) && digits(&rest.replace('.', ""));
    }
    match cell.split_once('.') {
        Some((category, rest)) => {
            category.len() == 3 && digits(category) && rest.len() <= 2 && digits(rest)
        }
        None => (3..=5).contains(&cell.len()) && digits(cell),
    }
}

fn national_drug(cell: &str) -> bool {
    let plain = cell
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    cell.len() == 23 && plain && cell.starts_with(['X', 'Z', 'T'])
}

fn ndc(cell: &str) -> bool {
    let parts: Vec<&str> = cell.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let known = matches!(lengths[..], [4 | 5, 4, 2] | [5, 3, 2] | [5, 4, 1]);
    known && parts.iter().all(|part| digits(part))
}

fn loinc(cell: &str) -> bool {
    let Some((number, check)) = cell.split_once('-') else {
        return false;
    };
    check.len() == 1 && (1..=7).contains(&number.len()) && luhn(&format!("{number}{check}"))
}

fn uuid(cell: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = cell.split('-').collect();
    let hex = |part: &&str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts.iter().map(|part| part.len()).eq(lengths) && parts.iter().all(hex)
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn luhn(text: &str) -> bool {
    if !digits(text) {
        return false;
    }
    let sum: u32 = text
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| match (place % 2, u32::from(byte - b'0')) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => 2 * digit - 9,
            (_, digit) => 2 * digit,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The permutation of Verhoeff's scheme, taken once more at each place.
const STEP: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// The check digit of Verhoeff, as SNOMED CT identifiers have it.
fn verhoeff(text: &str) -> bool {
    if !digits(text) || text.starts_with('0') {
        return false;
    }
    let times = |one: usize, other: usize| -> usize {
        // The dihedral group of ten elements: five turns, then five turns of the mirror image.
        match (one < 5, other < 5) {
            (true, true) => (one + other) % 5,
            (true, false) => 5 + (one + other) % 5,
            (false, true) => 5 + (5 + one - other) % 5,
            (false, false) => (5 + one - other) % 5,
        }
    };
    let mut check = 0;
    for (place, byte) in text.bytes().rev().enumerate() {
        let digit = (0..place % 8).fold(usize::from(byte - b'0'), |digit, _| STEP[digit]);
        check = times(check, digit);
    }
    check == 0
}

/// The check character of GB 11643-1999 (ISO 7064, MOD 11-2).
fn citizen_id(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    let body = bytes.len() == 18 && bytes[..17].iter().all(u8::is_ascii_digit);
    if !body {
        return false;
    }
    let sum = bytes[..17]
        .iter()
        .fold(0, |sum, byte| (sum + u32::from(byte - b'0')) * 2 % 11);
    let check = (12 - sum) % 11;
    match bytes[17] {
        b'X' | b'x' => check == 10,
        digit => digit.is_ascii_digit() && u32::from(digit - b'0') == check,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_shapes_of_their_systems() {
        for (cell, pattern) in [
            ("E11.600x051", Pattern::Icd10),
            ("I10", Pattern::Icd10),
            ("K80.0", Pattern::Icd10),
            ("V5866", Pattern::Icd9),
            ("250.01", Pattern::Icd9),
            ("A10BA02", Pattern::Atc),
            ("XA01ABD075A002010100483", Pattern::NationalDrug),
            ("0002-1433-80", Pattern::Ndc),
            ("195662009", Pattern::Snomed),
            ("428211000124100", Pattern::Snomed),
            ("8302-2", Pattern::Loinc),
            ("72514-3", Pattern::Loinc),
            ("J1885", Pattern::Hcpcs),
            ("1234567893", Pattern::Npi),
            ("11010519491231002X", Pattern::CitizenId),
            ("9120543f-28b9-96ae-09eb-d54f6d918234", Pattern::Uuid),
            ("1.2.840.10008.5.1.4.1.1.1.1", Pattern::Dicom),
        ] {
            assert!(pattern.fits(cell), "{cell} is no {}", pattern.name());
        }
    }

    #[test]
    fn a_wrong_check_digit_is_seen() {
        for (cell, pattern) in [
            ("195662008", Pattern::Snomed),
            ("8302-3", Pattern::Loinc),
            ("1234567890", Pattern::Npi),
            ("110105194912310021", Pattern::CitizenId),
        ] {
            assert!(!pattern.fits(cell), "{cell} is a {}", pattern.name());
        }
    }
}
