use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{CodesError, Form, sheet};

/// Groups of diagnoses by published lists of codes, with their hierarchy and weights.
///
/// ```
/// use consilium_codes::{Form, Groups};
///
/// let charlson = Groups::charlson();
/// let found = charlson.of(Form::Icd10, ["K70.3", "K72.1", "E11.9"]);
/// // Severe liver disease hides the mild one.
/// assert_eq!(found, ["diabetes-without-complication", "severe-liver-disease"].into());
/// assert_eq!(charlson.score("charlson", &found), Some(4));
/// assert_eq!(charlson.score("quan-2011", &found), Some(4));
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Groups {
    /// Such as `charlson`.
    name: String,
    /// Where the lists were published.
    source: String,
    /// The first of each hides the second.
    hierarchy: Vec<[String; 2]>,
    group: Vec<Group>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Group {
    /// Its name in data, such as `dementia`.
    pub id: String,
    /// Its name in English.
    pub en: String,
    /// Its name in Chinese.
    pub zh: String,
    /// Its codes in ICD-9-CM: each stands for all that begin with it, `430-438` for all from the first
    /// to the last. The ends of a range are categories, or equally long codes of one category.
    pub icd_9_cm: Vec<String>,
    /// Its codes in ICD-10, alike.
    pub icd_10: Vec<String>,
    /// What it adds to a score, by the score's name.
    pub weights: BTreeMap<String, i32>,
}

impl Groups {
    /// Charlson's 17 groups by the lists of Quan and others 2005, weighed as by Charlson and others 1987
    /// (`charlson`) or by Quan and others 2011 (`quan-2011`).
    #[expect(clippy::missing_panics_doc, reason = "a test reads the file")]
    pub fn charlson() -> Groups {
        let text = include_str!("../lists/charlson.toml");
        toml::from_str(text).expect("the file is read by a test")
    }

    /// Elixhauser's 31 groups by the lists of Quan and others 2005, weighed as by van Walraven and
    /// others 2009 (`van-walraven-2009`).
    #[expect(clippy::missing_panics_doc, reason = "a test reads the file")]
    pub fn elixhauser() -> Groups {
        let text = include_str!("../lists/elixhauser.toml");
        toml::from_str(text).expect("the file is read by a test")
    }

    /// Reads groups of one's own, in the format of the files in `lists`.
    ///
    /// # Errors
    ///
    /// Names the line; refuses ids that stand twice or nowhere, and ranges in which a code could lie
    /// between the ends and not be found: both are categories, or of one category and equally long.
    pub fn read(text: &str) -> Result<Groups, CodesError> {
        let groups: Groups = sheet::of_toml(text)?;
        let named = |id: &String| groups.group.iter().filter(|group| group.id == *id).count() == 1;
        if !groups.group.iter().all(|group| named(&group.id)) {
            return Err(CodesError::Declared("two groups have the same id"));
        }
        if !groups.hierarchy.iter().flatten().all(named) {
            return Err(CodesError::Declared(
                "the hierarchy names a group that is not there",
            ));
        }
        let mut listed = groups
            .group
            .iter()
            .flat_map(|it| it.icd_9_cm.iter().chain(&it.icd_10));
        if !listed.all(|it| leaves_no_gap(it)) {
            return Err(CodesError::Declared(
                "a range is of categories, or of equally long codes of one category",
            ));
        }
        Ok(groups)
    }

    /// Such as `charlson`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the lists were published.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Tells whether such lists know codes of a form at all: those of ICD-9-CM and ICD-10.
    pub fn know(form: Form) -> bool {
        matches!(form, Form::Icd9Cm | Form::Icd10 | Form::Icd10Yb)
    }

    /// All groups in the order of the file.
    pub fn all(&self) -> &[Group] {
        &self.group
    }

    /// Pairs of groups of which the first hides the second.
    pub fn hierarchy(&self) -> &[[String; 2]] {
        &self.hierarchy
    }

    /// The groups that codes in normal form belong to, after the hierarchy.
    pub fn of<'a>(&self, form: Form, codes: impl IntoIterator<Item = &'a str>) -> BTreeSet<&str> {
        let mut found = self.before_hierarchy(form, codes);
        for [graver, milder] in &self.hierarchy {
            if found.contains(graver.as_str()) {
                found.remove(milder.as_str());
            }
        }
        found
    }

    /// The groups that codes in normal form belong to, milder grades beside graver ones.
    pub fn before_hierarchy<'a>(
        &self,
        form: Form,
        codes: impl IntoIterator<Item = &'a str>,
    ) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for code in codes {
            found.extend(
                self.group
                    .iter()
                    .filter(|it| it.has(form, code))
                    .map(|it| it.id.as_str()),
            );
        }
        found
    }

    /// Adds up the weights of groups; none if there is no such score.
    pub fn score(&self, weights: &str, found: &BTreeSet<&str>) -> Option<i32> {
        let mut sum = 0;
        for group in &self.group {
            let weight = group.weights.get(weights)?;
            if found.contains(group.id.as_str()) {
                sum += weight;
            }
        }
        Some(sum)
    }
}

impl Group {
    /// Tells whether a code in normal form belongs to the group; codes of other systems than ICD-9-CM
    /// and ICD-10 belong to none.
    pub fn has(&self, form: Form, code: &str) -> bool {
        let listed = match form {
            Form::Icd9Cm => &self.icd_9_cm,
            Form::Icd10 | Form::Icd10Yb => &self.icd_10,
            _ => return false,
        };
        listed.iter().any(|listed| covers(listed, code))
    }
}

/// Tells whether no code can be shorter than the ends of a listed range and lie between them: 185 has
/// no subcategory, and would lie in no range from 174.0 to 195.8.
fn leaves_no_gap(listed: &str) -> bool {
    let Some((first, last)) = listed.split_once('-') else {
        return true;
    };
    let is_one = match (first.split_once('.'), last.split_once('.')) {
        (None, None) => true,
        (Some((first, _)), Some((last, _))) => first == last,
        _ => false,
    };
    is_one && first.len() == last.len() && first <= last
}

/// Tells whether a listed code or range covers a code.
fn covers(listed: &str, code: &str) -> bool {
    match listed.split_once('-') {
        None => code.starts_with(listed),
        Some((first, last)) => code
            .get(..first.len())
            .is_some_and(|it| first <= it && it <= last),
    }
}
