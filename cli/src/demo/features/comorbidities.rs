//! Do groups of diagnoses mean the same in both code systems?

use std::collections::{BTreeMap, BTreeSet};

use consilium_codes::{Agreement, Form, Groups};

use super::{
    mapped::Mapped,
    sources::{Claims, Stay},
};

/// Groups whose kappa is lower are named.
pub(super) const LOW: f64 = 0.9;

/// Groups of the recoded institution's stays by the lists for ICD-10, held against those of the original
/// stays by the lists for ICD-9-CM: neither was made of the other, nor of the map.
#[derive(Debug)]
pub(super) struct Recoding {
    /// Charlson's first.
    pub(super) lists: Vec<RecodedList>,
    /// Stays.
    pub(super) stays: usize,
}

/// A list's groups.
#[derive(Debug)]
pub(super) struct RecodedList {
    /// Such as `charlson`.
    pub(super) name: String,
    pub(super) groups: Vec<RecodedGroup>,
}

/// A group in both.
#[derive(Debug)]
pub(super) struct RecodedGroup {
    pub(super) id: String,
    pub(super) en: String,
    pub(super) zh: String,
    pub(super) agreement: Agreement,
}

impl Recoding {
    pub(super) fn new(claims: &Claims) -> Recoding {
        let lists = [Groups::charlson(), Groups::elixhauser()];
        let stays: Vec<(&Stay, &Vec<String>)> =
            claims.public.iter().zip(&claims.original).collect();
        Recoding {
            lists: lists
                .iter()
                .map(|list| RecodedList::new(list, &stays))
                .collect(),
            stays: stays.len(),
        }
    }

    /// The median of all groups' kappas.
    pub(super) fn median(&self) -> Option<f64> {
        median(self.lists.iter().flat_map(RecodedList::kappas))
    }

    /// The groups below [`LOW`], lowest first, each with its list.
    pub(super) fn low(&self) -> Vec<(&str, &RecodedGroup, f64)> {
        let groups = self.lists.iter().flat_map(|list| {
            let kappa = |group: &RecodedGroup| group.agreement.kappa().filter(|it| *it < LOW);
            list.groups
                .iter()
                .filter_map(move |group| Some((list.name.as_str(), group, kappa(group)?)))
        });
        let mut groups: Vec<_> = groups.collect();
        groups.sort_by(|(_, _, a), (_, _, b)| a.total_cmp(b));
        groups
    }
}

impl RecodedList {
    fn new(list: &Groups, stays: &[(&Stay, &Vec<String>)]) -> RecodedList {
        let mut counts: BTreeMap<&str, Agreement> = BTreeMap::new();
        for (recoded, original) in stays {
            let before = list.of(Form::Icd9Cm, original.iter().map(String::as_str));
            let after = list.of(Form::Icd10, recoded.codes.iter().map(String::as_str));
            for group in list.all() {
                let id = group.id.as_str();
                let counted = counts.entry(id).or_default();
                counted.push(before.contains(id), after.contains(id));
            }
        }
        let groups = list.all().iter().map(|group| RecodedGroup {
            id: group.id.clone(),
            en: group.en.clone(),
            zh: group.zh.clone(),
            agreement: counts.get(group.id.as_str()).copied().unwrap_or_default(),
        });
        RecodedList {
            name: list.name().to_owned(),
            groups: groups.collect(),
        }
    }

    fn kappas(&self) -> impl Iterator<Item = f64> {
        self.groups
            .iter()
            .filter_map(|group| group.agreement.kappa())
    }

    /// The median of the groups' kappas.
    pub(super) fn median(&self) -> Option<f64> {
        median(self.kappas())
    }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let (lower, upper) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some(f64::midpoint(values[lower], values[upper]))
}

/// Counts groups of which the features don't tell as many people as the institution's own codes do: the
/// queries compute them one way, the lists' own code another.
pub(super) fn differing(mapped: &[Mapped], claims: &Claims) -> usize {
    let charlson = Groups::charlson();
    let of_party = |mapped: &Mapped| {
        let (form, stays) = match mapped.party.as_str() {
            "hospital" => (Form::Icd9Cm, &claims.hospital),
            "commercial" => (Form::Icd9Cm, &claims.commercial),
            _ => (Form::Icd10, &claims.public),
        };
        let mut people: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for stay in stays.iter().filter(|stay| stay.is_history) {
            let codes = stay.codes.iter().map(String::as_str);
            for id in charlson.before_hierarchy(form, codes) {
                people.entry(id).or_default().insert(&stay.person);
            }
        }
        let groups = charlson.all().iter();
        let differs = |id: &str| {
            let expected = people.get(id).map_or(0, BTreeSet::len);
            mapped.people_with(&feature(id)) != Some(expected)
        };
        groups.filter(|group| differs(&group.id)).count()
    };
    mapped.iter().map(of_party).sum()
}

/// The feature that a group of Charlson's is.
pub(super) fn feature(id: &str) -> String {
    id.replace('-', "_")
}
