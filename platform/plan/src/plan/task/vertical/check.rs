//! Which trees over columns of several institutions a plan may ask for.

mod group;
mod weigh;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

use consilium_evaluation::{BadSubject, Range, SMALLEST_CLASS, Subject};
use consilium_gbdt::{
    Objective,
    horizontal::BadAgreement,
    vertical::{BadTerms, Price, Protections},
};
use consilium_lwe::Set;
use consilium_mailbox::PartyId;
use consilium_schema::{RawLabel, Schema};
use consilium_secagg::Bits;
use toml::Spanned;

use super::{Common, Group, Grow, Member, Vertical, VerticalWork};
use crate::{
    Limits, Party, PlanError, PlanFault, PlanHash, RawPlan, Task, TestRows,
    plan::{
        Places,
        task::{
            self,
            columns::{self, Features},
            gbdt,
        },
        terms,
    },
    raw::{RawFirstTree, RawKind, RawParty, RawTest, RawVertical},
};

pub(crate) fn check(
    raw: &RawPlan,
    schemas: &BTreeMap<&str, Schema>,
    (parties, coordinator): (&[Party], &PartyId),
    at: &Places,
) -> Result<(Task, Limits), PlanError> {
    let holder = label_holder(raw, at)?;
    let other = if raw.kind.is_hybrid() {
        PlanFault::NotHybrid
    } else {
        PlanFault::NotVertical
    };
    if let Some(odd) = parties
        .iter()
        .find(|it| !(it.contributes() && it.receives()))
    {
        let mut written = raw.party.get_ref().iter().map(|party| &party.name);
        let written = written.find(|name| *name.get_ref() == odd.name);
        return Err(at.fault(written, "party", other));
    }
    let common = if raw.kind.is_hybrid() {
        Common::Hospitals(Box::new(group::check(raw, schemas, at)?))
    } else {
        if !(2..=Vertical::MOST_PARTIES).contains(&parties.len()) {
            return Err(at.fault(Some(&raw.party), "party", other));
        }
        let alignment = raw.alignment.as_ref();
        let missing = || at.fault_below("alignment", PlanFault::Study);
        let alignment = alignment.ok_or_else(missing)?;
        Common::All(study(alignment, "alignment", at)?)
    };
    let members = raw.party.get_ref().iter();
    let members: Result<Vec<Member>, PlanError> = members
        .map(|party| match (&common, &party.alignment) {
            (Common::Hospitals(group), Some(_)) => Ok(group.member(party.name.get_ref())),
            _ => member(party, schemas, at),
        })
        .collect();
    let mut task = Vertical {
        common,
        label_holder: holder.name.get_ref().clone(),
        members: members?,
        work: VerticalWork::Predict {
            model: PlanHash::from_bytes([0; 32]),
        },
    };
    task.members.sort_by(|a, b| a.party.cmp(&b.party));
    let limits;
    (task.work, limits) = match &holder.label {
        Some(label) if raw.kind == RawKind::StatisticsVertical => {
            weigh::check(raw, &task, (holder, label), schemas, at)?
        }
        Some(label) => grow(raw, (&task, (holder, label), coordinator), schemas, at)?,
        None => ask(raw, parties.len(), at)?,
    };
    Ok((Task::Vertical(Box::new(task)), limits))
}

/// Reads the hash of a study's plan.
fn study(written: &Spanned<String>, key: &str, at: &Places) -> Result<PlanHash, PlanError> {
    let hash = written.get_ref().parse();
    hash.map_err(|_| at.fault(Some(written), key, PlanFault::Study))
}

/// Finds the one party that has the labels.
fn label_holder<'a>(raw: &'a RawPlan, at: &Places) -> Result<&'a RawParty, PlanError> {
    let parties = || raw.party.get_ref().iter();
    let kind = raw.kind.name();
    let has_label = matches!(
        raw.kind,
        RawKind::TrainVerticalGbdt | RawKind::TrainHybridGbdt | RawKind::StatisticsVertical
    );
    let (own, others) = ("party.label", "party.label_holder");
    let (key, fault) = if has_label {
        if let Some(given) = parties().find_map(|party| party.label_holder.as_ref()) {
            return Err(at.fault(Some(given), others, PlanFault::OtherKind { kind }));
        }
        (own, PlanFault::LabelHolder)
    } else {
        if let Some(given) = parties().find_map(|party| party.label.as_ref()) {
            return Err(at.fault(Some(given), own, PlanFault::OtherKind { kind }));
        }
        (others, PlanFault::Asker)
    };
    let holders: Vec<&RawParty> = parties().filter(|party| holds_labels(party)).collect();
    match holders[..] {
        [holder] => Ok(holder),
        [_, second, ..] => Err(at.fault(Some(&second.name), key, fault)),
        [] => Err(at.fault(Some(&raw.party), key, fault)),
    }
}

fn holds_labels(party: &RawParty) -> bool {
    let says_so = party
        .label_holder
        .as_ref()
        .is_some_and(|yes| *yes.get_ref());
    party.label.is_some() || says_so
}

/// Checks what a party brings.
fn member(
    party: &RawParty,
    schemas: &BTreeMap<&str, Schema>,
    at: &Places,
) -> Result<Member, PlanError> {
    let name = party.name.get_ref();
    let written = party.features.as_ref().map(|written| Features {
        key: "party.features",
        written,
    });
    let features: Vec<String> = written
        .iter()
        .flat_map(Features::names)
        .map(str::to_owned)
        .collect();
    if features.is_empty() && !holds_labels(party) {
        let fault = PlanFault::NoFeatures {
            party: name.clone(),
        };
        return Err(at.fault(Some(&party.name), "party.features", fault));
    }
    let mut member = Member {
        party: name.clone(),
        columns: Vec::new(),
        features,
        inputs: Vec::new(),
    };
    let label = party.label.as_ref().map(Spanned::get_ref);
    if !member.features.is_empty() || label.is_some() {
        let schema = schema(party, schemas, at)?;
        if let Some(features) = written {
            member.inputs = features.inputs(label, &schema, at)?;
            let mut names = HashSet::new();
            let mut inputs = member.inputs.iter();
            if let Some(column) = inputs.find(|name| !names.insert(*name)) {
                let column = column.clone();
                let fault = BadAgreement::Twice { column };
                return Err(at.fault(Some(features.written), features.key, fault));
            }
        }
        let used = member.features.iter();
        let used = used.chain(label.map(|label| &label.column));
        member.columns = task::columns(used, &schema);
    }
    Ok(member)
}

/// Gives what declares a party's columns.
fn schema<'a>(
    party: &RawParty,
    schemas: &'a BTreeMap<&str, Schema>,
    at: &Places,
) -> Result<Cow<'a, Schema>, PlanError> {
    let declared = task::declared((party.schema.as_ref(), &party.column), schemas, at);
    declared.map_err(|error| match error {
        PlanError::SchemaMissing => {
            let fault = PlanFault::PartySchema {
                party: party.name.get_ref().clone(),
            };
            at.fault(Some(&party.name), "party.schema", fault)
        }
        other => other,
    })
}

/// Checks how rows are scored by trees that there are.
fn ask(raw: &RawPlan, parties: usize, at: &Places) -> Result<(VerticalWork, Limits), PlanError> {
    let model = raw.model.grown_by.as_deref().unwrap_or_default().parse();
    let model = model.map_err(|_| at.fault_below("model", PlanFault::Study))?;
    let limits = terms::limits_of_common_rows(&raw.limits, parties, (1, 1), at)?;
    Ok((VerticalWork::Predict { model }, limits))
}

/// Checks how trees are grown over what the parties bring.
fn grow(
    raw: &RawPlan,
    (task, (holder, written), coordinator): (&Vertical, (&RawParty, &Spanned<RawLabel>), &PartyId),
    schemas: &BTreeMap<&str, Schema>,
    at: &Places,
) -> Result<(VerticalWork, Limits), PlanError> {
    let Some(given) = &raw.trees else {
        return Err(at.missing("trees"));
    };
    let boosting = gbdt::boosting(given.get_ref().clone(), at)?;
    if !boosting.specification().learning_curve {
        return Err(at.fault_below("trees.learning_curve", PlanFault::LossesAtHome));
    }
    let schema = schema(holder, schemas, at)?;
    let (label, range) = columns::label((written, "party.label"), &schema, at)?;
    monotone(task, boosting.specification().monotone.keys(), at)?;
    let vertical = raw.vertical.clone().unwrap_or_default();
    if task.group().is_some() && vertical.parameters == Some(Set::B) {
        return Err(at.fault_below("vertical.parameters", PlanFault::HybridParameters));
    }
    let usual = Protections::default();
    let protections = Protections {
        own_trees: own_trees(&vertical, at)?,
        min_side: vertical.min_side.unwrap_or(usual.min_side),
        min_gap: vertical.min_gap.unwrap_or(usual.min_gap),
        min_node: vertical.min_node.unwrap_or(usual.min_node),
        sum_noise: vertical.sum_noise.unwrap_or(usual.sum_noise),
    };
    let least = protections.min_side.saturating_mul(2);
    if protections.min_node < least {
        return Err(at.fault_below("vertical.min_node", PlanFault::NodeSmall { least }));
    }
    let rows = (Vertical::USUAL_ROWS, protections.min_node);
    let limits = terms::limits_of_common_rows(&raw.limits, task.members.len(), rows, at)?;
    let objective = boosting.specification().objective;
    let usual = Price::default().bytes_a_second;
    let grow = Grow {
        label,
        subject: subject((objective, range), (written, &limits), at)?,
        boosting,
        protections,
        set: vertical.parameters.unwrap_or(Set::A),
        stride: vertical.stride,
        price: Price {
            bytes_a_second: vertical.bytes_a_second.unwrap_or(usual),
        },
        test: test_rows(raw.test.as_ref(), &limits, at)?,
    };
    // Terms that hold for the most rows hold for fewer.
    let rows = limits.most_rows.0;
    let agreed = match &task.common {
        Common::All(_) => task.agreement(&grow, rows).map(drop),
        Common::Hospitals(_) => task.hybrid_agreement(&grow, coordinator, rows).map(drop),
    };
    agreed.map_err(|fault| match task.group() {
        None => blame(fault, raw, at),
        Some(group) => group::blame(fault, group, raw, at),
    })?;
    Ok((VerticalWork::Grow(Box::new(grow)), limits))
}

/// Checks what is measured of predictions of labels in a range.
fn subject(
    (objective, range): (Objective, Range),
    (written, limits): (&Spanned<RawLabel>, &Limits),
    at: &Places,
) -> Result<Subject, PlanError> {
    let unsuitable = || at.fault(Some(written), "party.label", PlanFault::TreesLabels);
    let suits = match objective {
        Objective::Logistic => range.low() >= 0.0 && range.high() <= 1.0,
        _ => true,
    };
    if !suits {
        return Err(unsuitable());
    }
    // Nobody adds measures up: they are of the label holder's rows alone.
    let most = (limits.most_rows.0, 1);
    let subject = Subject::new(gbdt::measured(objective, range), most, Bits::WIDEST);
    subject.map_err(|bad| match bad {
        BadSubject::Rows => at.fault_below("limits.most_rows", BadAgreement::Rows),
        _ => unsuitable(),
    })
}

/// Only the label holder knows its columns by their names.
fn monotone<'a>(
    task: &Vertical,
    mut named: impl Iterator<Item = &'a String>,
    at: &Places,
) -> Result<(), PlanError> {
    let own = task.member(&task.label_holder);
    let own = own.map_or(&[][..], |own| &own.inputs[..]);
    match named.find(|name| !own.contains(name)) {
        None => Ok(()),
        Some(column) => {
            let column = column.clone();
            Err(at.fault_below("trees.monotone", PlanFault::Monotone { column }))
        }
    }
}

/// The fewest rows for testing that are to be expected of the fewest common rows.
const LEAST_TESTED: u64 = SMALLEST_CLASS;

fn test_rows(
    raw: Option<&Spanned<RawTest>>,
    limits: &Limits,
    at: &Places,
) -> Result<TestRows, PlanError> {
    let Some(written) = raw else {
        return Ok(TestRows::None);
    };
    match task::test_rows(written, at) {
        Ok(TestRows::Share { share, .. })
            if share * (limits.minimum_rows.0 as f64) < LEAST_TESTED as f64 =>
        {
            let (rows, least) = (limits.minimum_rows.0, LEAST_TESTED);
            Err(at.fault(Some(written), "test", PlanFault::TestFew { rows, least }))
        }
        Ok(share @ TestRows::Share { .. }) => Ok(share),
        _ => Err(at.fault(Some(written), "test", PlanFault::TestCommon)),
    }
}

/// Counts the trees that grow on the label holder's columns alone: `first_tree` says whether there are
/// any, `own_trees` how many.
fn own_trees(vertical: &RawVertical, at: &Places) -> Result<u32, PlanError> {
    match (vertical.first_tree, vertical.own_trees) {
        (None, None) => Ok(Protections::default().own_trees),
        (Some(RawFirstTree::Own), None) => Ok(1),
        (Some(RawFirstTree::Joint), None) => Ok(0),
        (Some(RawFirstTree::Own), Some(0)) | (Some(RawFirstTree::Joint), Some(1..)) => {
            Err(at.fault_below("vertical.own_trees", PlanFault::OwnTrees))
        }
        (_, Some(trees)) => Ok(trees),
    }
}

/// Points at the key that makes terms impossible.
fn blame(fault: BadTerms, raw: &RawPlan, at: &Places) -> PlanError {
    let key = match &fault {
        BadTerms::NoOwnColumns => {
            let vertical = raw.vertical.as_ref();
            if vertical.is_some_and(|it| it.own_trees.is_some()) {
                return at.fault_below("vertical.own_trees", fault);
            }
            if vertical.is_some_and(|it| it.first_tree.is_some()) {
                return at.fault_below("vertical.first_tree", fault);
            }
            let mut parties = raw.party.get_ref().iter();
            let holder = parties.find(|party| holds_labels(party));
            let holder = holder.map(|holder| &holder.name);
            return at.fault(holder, "vertical.first_tree", fault);
        }
        BadTerms::Value { key, .. } => match *key {
            "rows" => return at.fault_below("limits.most_rows", fault),
            "columns" | "feature_holders" | "feature_holders.columns" => {
                return at.fault(Some(&raw.party), "party.features", fault);
            }
            "growth" => return at.fault_below("trees.growth", fault),
            "price" => "bytes_a_second",
            key => key.strip_prefix("protections.").unwrap_or(key),
        },
        _ => return at.fault_below("vertical", fault),
    };
    at.fault_below(format!("vertical.{key}"), fault)
}
