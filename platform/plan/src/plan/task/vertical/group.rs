//! Several hospitals that share a schema, each with its own people.

use consilium_gbdt::{
    horizontal::Feature,
    hybrid::{Agreement, Terms},
    vertical::{BadTerms, Holder},
};
use consilium_mailbox::PartyId;
use consilium_schema::Column;
use consilium_secagg::Thresholds;

use super::{Grow, Member, Vertical, count};
use crate::PlanHash;

/// Who has which rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Common {
    /// All parties know the same people: the study that found them.
    All(PlanHash),
    /// Hospitals have each its own people; the others know all of these.
    Hospitals(Box<Group>),
}

/// Hospitals that share a schema, each with its own people.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The hospitals, in order of their names.
    pub hospitals: Vec<Hospital>,
    /// The columns that each of them has, in the features' order.
    pub columns: Vec<Column>,
    /// The names of the features' columns.
    pub features: Vec<String>,
    /// The model's columns: a category has one for each level but its reference.
    pub inputs: Vec<Feature>,
    /// What the hospitals agree on where trees are grown.
    pub terms: Option<GroupTerms>,
}

/// A hospital of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hospital {
    /// Which.
    pub party: PartyId,
    /// The study that found the rows that it has in common with all who are no hospitals.
    pub alignment: PlanHash,
}

/// What hospitals that grow trees agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupTerms {
    /// What the model calls them together.
    pub name: PartyId,
    /// How many of them may collude with the label holder or the coordinator.
    pub colluding: u32,
    /// The fewest hospitals of which the label holder is told anything together.
    pub min_hospitals: u32,
    /// Whether a patient may be at several hospitals: each then counts as a row of its own.
    pub repeated_patients: bool,
    /// What follows from these numbers for sums.
    pub thresholds: Thresholds,
}

impl Group {
    /// The most parties that are no hospitals: as many as can be aligned with one.
    pub const MOST_OTHERS: usize = 7;
}

impl Vertical {
    /// Gives the hospitals that have each its own people, if there are such.
    pub fn group(&self) -> Option<&Group> {
        match &self.common {
            Common::All(_) => None,
            Common::Hospitals(group) => Some(group),
        }
    }

    /// Gives the hospitals of a group, in order of their names.
    pub fn hospitals(&self) -> impl Iterator<Item = &PartyId> {
        let hospitals = self.group().map_or(&[][..], |group| &group.hospitals);
        hospitals.iter().map(|hospital| &hospital.party)
    }

    /// Says whether a party is a hospital of a group.
    pub fn is_hospital(&self, party: &PartyId) -> bool {
        self.hospitals().any(|hospital| hospital == party)
    }

    /// Says whether the label holder refuses patients that have rows at several hospitals.
    pub fn refuses_repeats(&self) -> bool {
        let terms = self.group().and_then(|group| group.terms.as_ref());
        terms.is_some_and(|terms| !terms.repeated_patients)
    }

    /// Gives the studies that found a party's common rows, in the order of its rows, with the hospital
    /// whose people they are: a hospital has one, of its own people; who knows the people of all
    /// hospitals has each one's.
    pub fn alignments_of(&self, party: &PartyId) -> Vec<(Option<&PartyId>, PlanHash)> {
        let group = match &self.common {
            Common::All(alignment) => return vec![(None, *alignment)],
            Common::Hospitals(group) => group,
        };
        let is_hospital = self.is_hospital(party);
        let hospitals = group.hospitals.iter();
        let hospitals = hospitals.filter(|it| !is_hospital || it.party == *party);
        hospitals
            .map(|it| (Some(&it.party), it.alignment))
            .collect()
    }

    /// Names those who have the rows of a hospital in common, or of all where there are none: they were
    /// aligned with each other.
    pub fn aligned(&self, hospital: Option<&PartyId>) -> impl Iterator<Item = &PartyId> {
        let members = self.members.iter().map(|member| &member.party);
        members.filter(move |party| Some(*party) == hospital || !self.is_hospital(party))
    }

    /// Gives the terms of a fit with a group of hospitals, over so many training rows of all hospitals
    /// together: their common rows but those kept for testing. `coordinator` is the plan's.
    ///
    /// # Errors
    ///
    /// [`BadTerms`]; of a checked plan only where there are no rows, or more than it allows, or no
    /// group.
    pub fn hybrid_agreement(
        &self,
        grow: &Grow,
        coordinator: &PartyId,
        rows: u64,
    ) -> Result<Agreement, BadTerms> {
        let group = self.group();
        let terms = group.and_then(|group| group.terms.as_ref());
        let (Some(group), Some(terms)) = (group, terms) else {
            return Err(BadTerms::Value {
                key: "hospitals",
                allowed: "3 to 100 parties",
            });
        };
        let holder = |member: &Member| Holder {
            party: member.party.clone(),
            columns: count(&member.inputs),
        };
        let own = self.member(&self.label_holder);
        Agreement::try_from(Terms {
            boosting: grow.boosting.clone(),
            rows: u32::try_from(rows).unwrap_or(u32::MAX),
            label_holder: self.label_holder.clone(),
            label_holder_columns: own.map_or(0, |own| count(&own.inputs)),
            coordinator: coordinator.clone(),
            group: terms.name.clone(),
            hospitals: self.hospitals().cloned().collect(),
            columns: group.inputs.clone(),
            feature_holders: self.feature_holders().map(holder).collect(),
            repeated_patients: terms.repeated_patients,
            colluding: Some(terms.colluding),
            min_hospitals: Some(terms.min_hospitals),
            protections: grow.protections,
            stride: grow.stride,
            price: grow.price,
        })
    }
}
