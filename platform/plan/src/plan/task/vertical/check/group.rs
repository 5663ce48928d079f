//! Which hospitals that share a schema a plan may have.

use std::collections::{BTreeMap, HashSet};

use consilium_gbdt::{horizontal::BadAgreement, hybrid, vertical::BadTerms};
use consilium_mailbox::PartyId;
use consilium_schema::Schema;
use consilium_secagg::{Assumed, Thresholds};
use toml::Spanned;

use super::{Group, Member, study};
use crate::{
    GroupTerms, Hospital, PlanError, PlanFault, RawPlan,
    plan::{
        Places,
        task::{
            self,
            columns::{Features, Term},
            gbdt,
        },
    },
    raw::{RawKind, RawParty},
};

impl Group {
    /// Gives what one of the hospitals brings: the same as each.
    pub(super) fn member(&self, party: &PartyId) -> Member {
        Member {
            party: party.clone(),
            columns: self.columns.clone(),
            features: self.features.clone(),
            inputs: self.inputs.iter().map(|it| it.name.clone()).collect(),
        }
    }
}

/// Checks which hospitals there are, and what all of them have.
pub(super) fn check(
    raw: &RawPlan,
    schemas: &BTreeMap<&str, Schema>,
    at: &Places,
) -> Result<Group, PlanError> {
    let hospitals = hospitals(raw, at)?;
    let Some(written) = &raw.features else {
        return Err(at.missing("features"));
    };
    let written = Features {
        key: "features",
        written,
    };
    let features: Vec<String> = written.names().map(str::to_owned).collect();
    let schema = task::declared((raw.schema.as_ref(), &raw.column), schemas, at)?;
    let inputs: Vec<Term> = written.terms(None, &schema, at)?;
    let mut names = HashSet::new();
    if let Some(twice) = inputs.iter().find(|term| !names.insert(&term.name)) {
        let column = twice.name.clone();
        let fault = BadAgreement::Twice { column };
        return Err(at.fault(Some(written.written), written.key, fault));
    }
    Ok(Group {
        columns: task::columns(features.iter(), &schema),
        features,
        inputs: inputs.into_iter().map(gbdt::feature).collect(),
        terms: match raw.kind {
            RawKind::TrainHybridGbdt => Some(terms(raw, hospitals.len(), at)?),
            _ => None,
        },
        hospitals,
    })
}

/// Gives the hospitals: those of which a study of their own found the rows.
fn hospitals(raw: &RawPlan, at: &Places) -> Result<Vec<Hospital>, PlanError> {
    let mut hospitals: Vec<Hospital> = Vec::new();
    for party in raw.party.get_ref() {
        let Some(written) = &party.alignment else {
            continue;
        };
        let name = party.name.get_ref();
        if let Some((key, span)) = own(party) {
            let party = name.clone();
            let fault = PlanFault::SharedColumns { party };
            return Err(at.fault(Some(&Spanned::new(span, ())), key, fault));
        }
        let alignment = study(written, "party.alignment", at)?;
        if hospitals.iter().any(|it| it.alignment == alignment) {
            let party = name.clone();
            let fault = PlanFault::AlignedTogether { party };
            return Err(at.fault(Some(written), "party.alignment", fault));
        }
        hospitals.push(Hospital {
            party: name.clone(),
            alignment,
        });
    }
    let further = raw.party.get_ref().len() - hospitals.len();
    let fits = (hybrid::LEAST_HOSPITALS..=hybrid::MOST_HOSPITALS).contains(&hospitals.len());
    if !fits || !(1..=Group::MOST_OTHERS).contains(&further) {
        return Err(at.fault(Some(&raw.party), "party", PlanFault::NotHybrid));
    }
    hospitals.sort_by(|a, b| a.party.cmp(&b.party));
    Ok(hospitals)
}

/// Gives where a party says first what a hospital does not say for itself.
fn own(party: &RawParty) -> Option<(&'static str, std::ops::Range<usize>)> {
    let columns = party.column.first().map(|it| it.name.span());
    let keys = [
        ("party.schema", party.schema.as_ref().map(Spanned::span)),
        ("party.column", columns),
        ("party.features", party.features.as_ref().map(Spanned::span)),
        ("party.label", party.label.as_ref().map(Spanned::span)),
        (
            "party.label_holder",
            party.label_holder.as_ref().map(Spanned::span),
        ),
    ];
    let given = keys.into_iter();
    let given = given.filter_map(|(key, span)| Some((key, span?)));
    given.min_by_key(|(_, span)| span.start)
}

/// Checks what the hospitals agree on; that it suits the trees is checked with them.
fn terms(raw: &RawPlan, hospitals: usize, at: &Places) -> Result<GroupTerms, PlanError> {
    let given = raw.hybrid.clone().unwrap_or_default();
    let assumed = Assumed {
        contributors: hospitals,
        colluding: given.colluding.map(|colluding| colluding as usize),
        dropouts: 0,
    };
    let thresholds = Thresholds::safe(assumed);
    let thresholds = thresholds.map_err(|_| {
        let (key, fault) = MANY_COLLUDE;
        at.fault_below(key, fault)
    })?;
    let colluding = u32::try_from(thresholds.colluding()).unwrap_or(u32::MAX);
    Ok(GroupTerms {
        name: given.group.unwrap_or_else(usual_name),
        colluding,
        min_hospitals: given.min_hospitals.unwrap_or(colluding.saturating_add(2)),
        repeated_patients: given.repeated_patients.unwrap_or(false),
        thresholds: thresholds.requiring_everybody(),
    })
}

/// Gives the name of a group where the plan gives none.
fn usual_name() -> PartyId {
    "hospitals".parse().expect("lower-case letters are a name")
}

/// Points at the key that makes terms impossible.
pub(super) fn blame(fault: BadTerms, group: &Group, raw: &RawPlan, at: &Places) -> PlanError {
    let (key, fault) = match &fault {
        BadTerms::Twice { party } if group.terms.as_ref().is_some_and(|it| it.name == *party) => {
            ("hybrid.group", fault)
        }
        BadTerms::Value { key, .. } => match *key {
            "columns" => ("features", fault),
            "colluding" => room(group, raw),
            "min_hospitals" => ("hybrid.min_hospitals", fault),
            "trees" => ("trees.trees", fault),
            _ => return super::blame(fault, raw, at),
        },
        _ => return super::blame(fault, raw, at),
    };
    at.fault_below(key, fault)
}

/// Fewer hospitals are honest than can hide each other.
const MANY_COLLUDE: (&str, BadTerms) = (
    "hybrid.colluding",
    BadTerms::Value {
        key: "colluding",
        allowed: "1 to about a third of the hospitals",
    },
);

/// Names what takes the room for noise, whatever is out of the ordinary, and what it may be.
fn room(group: &Group, raw: &RawPlan) -> (&'static str, BadTerms) {
    let usual = (group.hospitals.len() / 3).max(1);
    let colluding = group.terms.as_ref().map_or(0, |terms| terms.colluding);
    let stride = raw.vertical.as_ref().and_then(|it| it.stride);
    let (path, key, allowed) = if colluding == 0 || colluding as usize > usual {
        return MANY_COLLUDE;
    } else if stride.is_some() {
        (
            "vertical.stride",
            "stride",
            "smaller: the noise of so many rows leaves no room",
        )
    } else {
        (
            "limits.most_rows",
            "rows",
            "smaller: the noise of so many rows of all hospitals leaves no room",
        )
    };
    (path, BadTerms::Value { key, allowed })
}
