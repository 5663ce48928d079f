use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ColumnFault, is_plain};

/// The most characters of a code system's id and of its version.
const MOST: usize = 64;

/// Code systems that are known by one id everywhere.
const SYSTEMS: [&str; 18] = [
    "atc",
    "chs-drg",
    "cvx",
    "fips-6-4",
    "hcpcs",
    "icd-10",
    "icd-10-cm",
    "icd-10-pcs",
    "icd-10-yb",
    "icd-9-cm",
    "icd-9-cm-procedures",
    "icd-9-cm3-yb",
    "local",
    "loinc",
    "ndc",
    "rxnorm",
    "snomed-ct",
    "udi",
];
/// What begins the ids of a house's own systems, of DICOM's, of the national standards of China (GB) and of
/// its health insurance's value sets (NHSA): too many to be listed, and a name of theirs follows.
const FAMILIES: [&str; 4] = ["dicom-", "gb-", "local-", "nhsa-"];

/// Of which system, and of which of its versions, codes are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawCodes")]
pub struct Codes {
    system: String,
    version: Option<String>,
}

/// A code system as it is typed, before it is checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { system = \"icd-10-cm\", version = \"2026\" }"
)]
pub struct RawCodes {
    /// Required: an id such as `icd-10-cm`, or a house's own, `local-` and a name.
    pub system: String,
    /// As its publisher writes it; none where nobody says.
    pub version: Option<String>,
}

impl Codes {
    /// Names a system, and its version where that is known.
    ///
    /// # Errors
    ///
    /// [`ColumnFault::System`] for an id that is none, [`ColumnFault::Version`] for a version that is not
    /// 1 to 64 characters that are seen.
    pub fn new(system: &str, version: Option<&str>) -> Result<Codes, ColumnFault> {
        if !is_system(system) {
            let found = system.chars().filter(|it| crate::is_shown(*it)).take(MOST);
            return Err(ColumnFault::System {
                found: found.collect(),
            });
        }
        if version.is_some_and(|version| !is_plain(version, MOST)) {
            return Err(ColumnFault::Version);
        }
        Ok(Codes {
            system: system.to_owned(),
            version: version.map(str::to_owned),
        })
    }

    /// The id of the system.
    pub fn system(&self) -> &str {
        &self.system
    }

    /// The version, where it is said.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
}

impl TryFrom<RawCodes> for Codes {
    type Error = ColumnFault;

    fn try_from(raw: RawCodes) -> Result<Codes, ColumnFault> {
        Codes::new(&raw.system, raw.version.as_deref())
    }
}

/// As people write it: `icd-10-cm 2026`.
impl fmt::Display for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.system)?;
        match &self.version {
            Some(version) => write!(f, " {version}"),
            None => Ok(()),
        }
    }
}

fn is_system(id: &str) -> bool {
    let is_name = |name: &str| {
        let letters = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        !name.is_empty() && name.bytes().all(letters) && !name.ends_with('-')
    };
    let is_of_family = |family: &&str| id.strip_prefix(*family).is_some_and(is_name);
    id.len() <= MOST && (SYSTEMS.contains(&id) || FAMILIES.iter().any(is_of_family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_have_one_id_each() {
        for system in ["icd-10-cm", "local", "local-items", "gb-t-2261-4"] {
            assert_eq!(Codes::new(system, None).unwrap().system(), system);
        }
        let long = format!("local-{}", "x".repeat(59));
        for system in ["", "icd10", "ICD-10-CM", "local-", "local-a b", "gb", &long] {
            let refused = Codes::new(system, None);
            assert!(
                matches!(refused, Err(ColumnFault::System { .. })),
                "{system}"
            );
        }
    }

    #[test]
    fn a_version_is_seen_as_it_is() {
        let codes = Codes::new("icd-10-yb", Some("医保版 2.0")).unwrap();
        assert_eq!(codes.to_string(), "icd-10-yb 医保版 2.0");
        for version in ["", " 2026", "20\u{200b}26", &"2".repeat(65)] {
            let refused = Codes::new("icd-10", Some(version));
            assert_eq!(refused, Err(ColumnFault::Version), "{version}");
        }
    }
}
