//! Which alignments a plan may ask for.

use consilium_mailbox::PartyId;
use consilium_psi::{BadEpsilon, Epsilon, Sizes, star, unbalanced::Uses};
use toml::Spanned;

use super::{Align, Matching, NoisyCount};
use crate::{
    Limits, Party, PlanError, PlanFault, RawPlan, Task,
    plan::{Places, terms},
    raw::{RawAlign, RawProtocol},
};

pub(crate) fn check(
    raw: &RawPlan,
    parties: &[Party],
    at: &Places,
) -> Result<(Task, Limits), PlanError> {
    let given = raw.align.protocol.as_ref();
    let protocol = given.map_or(RawProtocol::default(), |given| *given.get_ref());
    let (allowed, fault) = match protocol {
        RawProtocol::Star => (star::Party::PARTIES, PlanFault::NotSeveral),
        _ => (2..=2, PlanFault::NotTwo),
    };
    let all_do = parties.iter().all(|it| it.contributes() && it.receives());
    if !all_do || !allowed.contains(&parties.len()) {
        return Err(at.fault(Some(&raw.party), "party", fault));
    }
    let Some(key) = &raw.key else {
        return Err(at.missing("key"));
    };
    let largest = largest_set(protocol);
    let most_common = match protocol {
        RawProtocol::Unbalanced => Align::MOST_QUERIES.into(),
        _ => largest,
    };
    let minimum = at.number(
        raw.align.minimum.as_ref(),
        "align.minimum",
        Align::USUAL_MINIMUM,
        Align::LEAST_MINIMUM.into()..=most_common,
    )?;
    let names: Vec<&PartyId> = parties.iter().map(|party| &party.name).collect();
    let matching = matching(&raw.align, (protocol, minimum), &names, at)?;
    let limits = terms::limits_of_sets(&raw.limits, parties.len(), (minimum, largest), at)?;
    let task = Align {
        key: key.get_ref().clone(),
        matching,
        minimum,
    };
    Ok((Task::Align(Box::new(task)), limits))
}

/// Gives the largest set that a protocol compares.
fn largest_set(protocol: RawProtocol) -> u64 {
    match protocol {
        RawProtocol::Ecdh | RawProtocol::Cardinality => terms::MOST_ROWS,
        RawProtocol::Vole | RawProtocol::Star => Sizes::LARGEST_SET.into(),
        RawProtocol::Unbalanced => Uses::LARGEST_TABLE.into(),
    }
}

fn matching(
    raw: &RawAlign,
    (protocol, minimum): (RawProtocol, u32),
    parties: &[&PartyId],
    at: &Places,
) -> Result<Matching, PlanError> {
    no_others(raw, protocol, at)?;
    match protocol {
        RawProtocol::Ecdh => Ok(Matching::Ecdh),
        RawProtocol::Vole => Ok(Matching::Vole),
        RawProtocol::Star => match (&raw.leader, parties) {
            (None, [first, ..]) => Ok(Matching::Star {
                leader: (*first).clone(),
            }),
            (Some(leader), _) if parties.contains(&leader.get_ref()) => Ok(Matching::Star {
                leader: leader.get_ref().clone(),
            }),
            (Some(other), _) => Err(no_contributor(other, "align.leader", at)),
            (None, []) => Err(at.fault(raw.protocol.as_ref(), "align.leader", PlanFault::Leader)),
        },
        RawProtocol::Unbalanced => match &raw.holder {
            Some(holder) if parties.contains(&holder.get_ref()) => Ok(Matching::Unbalanced {
                holder: holder.get_ref().clone(),
                queries: at.number(
                    raw.queries.as_ref(),
                    "align.queries",
                    Align::USUAL_QUERIES.max(minimum),
                    minimum.into()..=Align::MOST_QUERIES.into(),
                )?,
            }),
            Some(other) => Err(no_contributor(other, "align.holder", at)),
            None => Err(at.fault(raw.protocol.as_ref(), "align.holder", PlanFault::Holder)),
        },
        RawProtocol::Cardinality => counting(raw, parties, at).map(Matching::Cardinality),
    }
}

fn counting(
    raw: &RawAlign,
    parties: &[&PartyId],
    at: &Places,
) -> Result<Option<NoisyCount>, PlanError> {
    match (&raw.counter, &raw.epsilon) {
        (None, None) => Ok(None),
        (Some(counter), Some(epsilon)) if parties.contains(&counter.get_ref()) => {
            Ok(Some(NoisyCount {
                counter: counter.get_ref().clone(),
                epsilon: thousandths(epsilon)
                    .map_err(|fault| at.fault(Some(epsilon), "align.epsilon", fault))?,
            }))
        }
        (Some(other), Some(_)) => Err(no_contributor(other, "align.counter", at)),
        (Some(alone), None) => Err(at.fault(Some(alone), "align.counter", PlanFault::Counter)),
        (None, alone) => Err(at.fault(alone.as_ref(), "align.epsilon", PlanFault::Counter)),
    }
}

/// Refuses what belongs to another protocol, where it stands.
fn no_others(raw: &RawAlign, protocol: RawProtocol, at: &Places) -> Result<(), PlanError> {
    use RawProtocol::{Cardinality, Star, Unbalanced};
    let own = [
        (Cardinality, "align.counter", span(raw.counter.as_ref())),
        (Cardinality, "align.epsilon", span(raw.epsilon.as_ref())),
        (Star, "align.leader", span(raw.leader.as_ref())),
        (Unbalanced, "align.holder", span(raw.holder.as_ref())),
        (Unbalanced, "align.queries", span(raw.queries.as_ref())),
    ];
    let mut others = own.into_iter().filter(|(its, ..)| *its != protocol);
    let Some((its, key, given)) = others.find(|(.., given)| given.is_some()) else {
        return Ok(());
    };
    let fault = match its {
        Star => PlanFault::Leader,
        Unbalanced => PlanFault::Holder,
        _ => PlanFault::Counter,
    };
    Err(at.fault(given.as_ref(), key, fault))
}

fn span<T>(given: Option<&Spanned<T>>) -> Option<Spanned<()>> {
    given.map(|given| Spanned::new(given.span(), ()))
}

fn no_contributor(named: &Spanned<PartyId>, key: &str, at: &Places) -> PlanError {
    let party = named.get_ref().clone();
    at.fault(Some(named), key, PlanFault::NotContributor { party })
}

/// Takes a privacy loss that is a whole number of thousandths.
fn thousandths(written: &Spanned<f64>) -> Result<Epsilon, BadEpsilon> {
    let thousandths = written.get_ref() * 1000.0;
    let whole = thousandths.round();
    if !(1.0..=1000.0).contains(&whole) || (thousandths - whole).abs() > 1e-6 {
        return Err(BadEpsilon);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number from 1 to 1000"
    )]
    Epsilon::thousandths(whole as u32)
}
