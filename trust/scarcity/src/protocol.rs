//! Scarcity over all parties: the aggregator opens tables that it can't read, and counts empty buckets.

use std::collections::BTreeMap;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use consilium_base::{Digest, Seed, Tagged};
use consilium_mailbox::{Mailbox, Message, PartyId};
use consilium_secagg::{Contribute, Input, Open, SumNumber, group::GroupKey};
use serde::{Deserialize, Serialize};

use crate::{
    Agreement, Entities, Exclusive, Rows, ScarcityError, Sketch, Step, Surprisal, Zeros,
    specification::{FEWEST_CONTRIBUTORS, MOST_CELLS},
    surprisal::Others,
};

/// The key of the second mask and of the buckets. It has no `Debug`: nobody prints it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Keyed {
    /// 32 bytes.
    pub(crate) key: Bytes,
}

impl Message for Keyed {
    const STEP: &'static str = "scarcity.1.key";
    const LIMIT: usize = 64;
}

/// Opened tables, under the second masks of those whose rows are in them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Summed {
    pub(crate) contributors: Vec<PartyId>,
    /// Elements as 8-byte little-endian integers.
    pub(crate) elements: Bytes,
}

impl Message for Summed {
    const STEP: &'static str = "scarcity.1.summed";
    const LIMIT: usize = MOST_CELLS * 8 + (1 << 20);
}

/// Empty buckets of all, and of all but the receiver.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Emptied {
    pub(crate) contributors: Vec<PartyId>,
    pub(crate) zeros: Zeros,
}

impl Message for Emptied {
    const STEP: &'static str = "scarcity.1.emptied";
    const LIMIT: usize = 1 << 20;
}

/// A keyed hash of everything that all contributors were told alike.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Same {
    pub(crate) seal: Digest,
}

impl Message for Same {
    const STEP: &'static str = "scarcity.1.same";
    const LIMIT: usize = 64;
}

/// The step of a contributor's excess; none if the others' rows were too few.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stepped {
    pub(crate) step: Option<Step>,
}

impl Message for Stepped {
    const STEP: &'static str = "scarcity.1.stepped";
    const LIMIT: usize = 8;
}

/// The label under which a contributor's tables and buckets are accounted.
const LOCAL: &str = "scarcity.1.local";
/// The same for masks and checks.
const MASKS: &str = "scarcity.1.masks";
/// The same for what is made of opened sums.
const MEASURES: &str = "scarcity.1.measures";

/// What the aggregator knows at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Of each contributor whose rows are in it: the step of its excess, none if others' rows were too few.
    pub steps: BTreeMap<PartyId, Option<Step>>,
    /// What each was told of empty buckets; empty if entities are not counted.
    pub zeros: BTreeMap<PartyId, Zeros>,
}

/// What a contributor has at the end; all of it stays at home but for the step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Whose rows it is about, in the plan's order.
    pub contributors: Vec<PartyId>,
    /// How much own rows surprise; none if the others' are too few to tell them from noise.
    pub surprisal: Option<Surprisal>,
    /// How many own entities nobody else has; none if they are not counted, or all buckets are occupied.
    pub exclusive: Option<Exclusive>,
}

/// What a contributor brings.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds a secret")]
pub struct Own<'a> {
    /// What all agreed on.
    pub agreement: &'a Agreement,
    /// Its rows.
    pub rows: &'a Rows,
    /// Its entities, where the agreement counts them.
    pub entities: Option<&'a Entities>,
    /// Its secret for the study: noise and what is drawn follow from it, and the first contributor's key,
    /// so that a repeated run puts the same integers into each sum.
    pub seed: &'a Seed,
}

/// Opens tables and passes them on unread, and counts empty buckets: the aggregator's part.
///
/// Figure 1 of docs/protocols/scarcity.md. `roster` are the contributors in the plan's order; sums are
/// numbered from `first` on, [`Agreement::sums`] of them.
///
/// # Errors
///
/// If a sum is not opened, or a contributor ends before it has told its step.
pub async fn aggregate(
    mail: &Mailbox,
    roster: &[PartyId],
    agreement: &Agreement,
    first: SumNumber,
    sum: &mut impl Open,
) -> Result<Opened, ScarcityError> {
    check_roster(roster, agreement)?;
    let here = mail.scope("tables");
    let opened = sum
        .open(&here, &agreement.tables_shape(first, roster))
        .await?; // m2: a sum
    let summed = Summed {
        contributors: opened.contributors,
        elements: bytes(&opened.sum),
    };
    for party in roster {
        let sent = here.send(party, &summed).await; // m3: back to all, unread
        // Whoever dropped out can't be told, and need not be.
        if summed.contributors.contains(party) {
            sent?;
        }
    }
    let mut contributors = summed.contributors;
    let mut zeros = BTreeMap::new();
    if let Some(sketch) = &agreement.specification().sketch {
        let here = mail.scope("entities");
        let opened = sum
            .open(&here, &agreement.sketch_shape(first, roster))
            .await?; // m4: a sum
        let counted = mail.compute(MEASURES, || sketch.zeros(&opened.sum));
        for (party, told) in contributors
            .iter()
            .zip(told(&counted, (roster, &contributors)))
        {
            let emptied = Emptied {
                contributors: opened.contributors.clone(),
                zeros: told,
            };
            let sent = here.send(party, &emptied).await; // m5: each its own
            if opened.contributors.contains(party) {
                sent?;
                zeros.insert(party.clone(), told);
            }
        }
        contributors = opened.contributors;
    }
    let mut steps = BTreeMap::new();
    for party in &contributors {
        let Stepped { step } = mail.recv(party).await?; // m7: a step of each
        steps.insert(party.clone(), step);
    }
    Ok(Opened { steps, zeros })
}

/// Measures how much others lack what this party has: a contributor's part.
///
/// `roster` are the contributors in the plan's order, this party among them. Sums are numbered from `first`
/// on.
///
/// # Errors
///
/// None that depends on own rows, but that told numbers can't be ([`ScarcityError::FalseZeros`]).
/// [`ScarcityError::FalseTables`] and [`ScarcityError::OtherSums`] if what was opened is not what the
/// contributors put in, whosever doing it is.
pub async fn contribute(
    mail: &Mailbox,
    (aggregator, roster): (&PartyId, &[PartyId]),
    own: Own<'_>,
    first: SumNumber,
    sum: &mut impl Contribute,
) -> Result<Outcome, ScarcityError> {
    let Own {
        agreement,
        rows,
        entities,
        seed,
    } = own;
    let me = check_roster(roster, agreement)
        .and_then(|()| place_of(mail.me(), roster).ok_or_else(|| bad_roster(roster)))?;
    let sketch = agreement.specification().sketch.as_ref();
    let counted = match (sketch, entities) {
        (Some(sketch), Some(entities)) => Some((sketch, entities)),
        (Some(_), None) => return Err(ScarcityError::BadRows),
        (None, _) => None,
    };
    if !rows.suits(agreement) {
        return Err(ScarcityError::BadRows);
    }
    let about = about(agreement, roster, first);
    let key = share_key(mail, (roster, me), seed, &about).await?; // m1
    let mut key = GroupKey::new(key, &about);

    let here = mail.scope("tables");
    let shape = agreement.tables_shape(first, roster);
    sum.admit(&shape).await?;
    let groups = mail.compute(LOCAL, || {
        rows.tables(agreement, &seed.derive("scarcity.1.groups", &[]))
    });
    let noisy = mail.compute(LOCAL, || noisy(agreement, &groups, seed));
    let hidden = mail.compute(MASKS, || key.hide(noisy.clone(), me));
    sum.contribute(&here, &shape, Input::Own(&hidden)).await?; // m2: a sum
    let summed: Summed = here.recv(aggregator).await?; // m3: opened, still hidden
    let is_long = summed.elements.len() == shape.len * 8;
    let places = check_contributors(&summed.contributors, (aggregator, roster, me))?;
    let shown = is_long.then(|| mail.compute(MASKS, || key.show(words(summed.elements), &places)));
    let bad = || ScarcityError::BadAnswer {
        aggregator: aggregator.clone(),
    };
    let shown = shown
        .ok_or_else(bad)?
        .ok_or_else(|| ScarcityError::FalseTables {
            aggregator: aggregator.clone(),
        })?;
    let contributors = summed.contributors;
    key.note(&shown, &contributors);

    let mut exclusive = None;
    if let Some((sketch, entities)) = counted {
        let here = mail.scope("entities");
        let shape = agreement.sketch_shape(first, roster);
        sum.admit(&shape).await?;
        // One of those who may deviate is who asks.
        let honest = agreement.specification().noise.honest;
        let honest = honest.min(roster.len() - 1);
        let (vectors, falsely) = mail.compute(LOCAL, || {
            let shared = key.seed("scarcity.1.entities", 0);
            let buckets = entities.buckets(sketch, &shared);
            let falsely = sketch.falsely(&buckets, honest);
            let own = (&buckets[..], falsely);
            let vectors = Sketch::vectors(own, (me, roster.len()), (&shared, seed));
            (vectors, falsely)
        });
        sum.contribute(&here, &shape, Input::Own(&vectors)).await?; // m4: a sum
        let emptied: Emptied = here.recv(aggregator).await?; // m5: empty buckets
        check_contributors(&emptied.contributors, (aggregator, roster, me))?;
        if let Some(differing) = differing(&contributors, &emptied.contributors) {
            return Err(ScarcityError::Dropped { differing });
        }
        let zeros = emptied.zeros;
        let mut of_all = vectors[..sketch.buckets as usize].iter();
        if !sketch.can_be(zeros, of_all.by_ref().filter(|it| **it != 0).count()) {
            return Err(ScarcityError::FalseZeros {
                aggregator: aggregator.clone(),
            });
        }
        key.note(&[u64::from(zeros.of_all)], &contributors);
        exclusive = sketch.estimate(zeros, (entities.len(), falsely));
    }
    compare(mail, &contributors, &key).await?; // m6
    let surprisal = mail.compute(MEASURES, || {
        let mine = noisy.iter().zip(&shown);
        let rest = mine.map(|(mine, all)| agreement.scale().decode(all.wrapping_sub(*mine)));
        let others = Others {
            agreement,
            tables: rest.collect(),
            contributors: contributors.len() - 1,
        };
        others.measure(rows, &groups, &seed.derive("scarcity.1.draws", &[]))
    });
    let step = surprisal.as_ref().map(|surprisal| surprisal.step);
    mail.send(aggregator, &Stepped { step }).await?; // m7: the step
    Ok(Outcome {
        contributors,
        surprisal,
        exclusive,
    })
}

/// Gives own tables as integers with noise; the same whenever they are asked for.
fn noisy(agreement: &Agreement, groups: &[Vec<u32>], seed: &Seed) -> Vec<u64> {
    let mut counts = vec![0_u64; agreement.layout().len()];
    for group in groups {
        for (total, count) in counts.iter_mut().zip(group) {
            *total += u64::from(*count);
        }
    }
    let seed = seed.derive("scarcity.1.noise", &[]);
    agreement.scale().encode(&counts, &seed)
}

/// Gives what each of `contributors` is told, of counts of all and of all but each on the roster.
fn told<'a>(
    counted: &'a [u32],
    (roster, contributors): (&'a [PartyId], &'a [PartyId]),
) -> impl Iterator<Item = Zeros> + 'a {
    let of = |place: usize| counted.get(place).copied().unwrap_or(0);
    contributors.iter().map(move |party| Zeros {
        of_all: of(0),
        of_others: place_of(party, roster).map_or(0, |place| of(place + 1)),
    })
}

/// Gives the key that contributors share: the first of the roster makes it, the others get it.
async fn share_key(
    mail: &Mailbox,
    (roster, me): (&[PartyId], usize),
    seed: &Seed,
    about: &Digest,
) -> Result<Seed, ScarcityError> {
    let (maker, others) = roster.split_first().ok_or_else(|| bad_roster(roster))?;
    if me == 0 {
        let key = seed.derive("scarcity.1.key", &[about]);
        let message = Keyed {
            key: Bytes::copy_from_slice(key.expose()),
        };
        mail.broadcast(others, &message).await?; // m1: the key, past the aggregator
        return Ok(key);
    }
    let Keyed { key } = mail.recv(maker).await?;
    let bytes = <[u8; 32]>::try_from(&key[..]).map_err(|_| ScarcityError::BadKey {
        peer: maker.clone(),
    })?;
    Ok(Seed::from_bytes(bytes))
}

/// Compares with the other contributors what all were told.
async fn compare(
    mail: &Mailbox,
    contributors: &[PartyId],
    key: &GroupKey,
) -> Result<(), ScarcityError> {
    let seal = key.seal();
    let is_other = |party: &&PartyId| *party != mail.me();
    let others: Vec<PartyId> = contributors.iter().filter(is_other).cloned().collect();
    mail.broadcast(&others, &Same { seal }).await?; // m6: a hash of all that was told
    for peer in &others {
        let theirs: Same = mail.recv(peer).await?;
        if theirs.seal != seal {
            return Err(ScarcityError::OtherSums { peer: peer.clone() });
        }
    }
    Ok(())
}

/// Hashes everything that was agreed.
fn about(agreement: &Agreement, roster: &[PartyId], first: SumNumber) -> Digest {
    let spec = agreement.specification();
    let bytes = postcard::to_stdvec(&(spec, roster, first)).expect("names and numbers serialise");
    Tagged::new("scarcity.1.about").field(&bytes).digest()
}

fn bad_roster(roster: &[PartyId]) -> ScarcityError {
    ScarcityError::BadRoster { got: roster.len() }
}

fn check_roster(roster: &[PartyId], agreement: &Agreement) -> Result<(), ScarcityError> {
    let most = agreement.specification().most_contributors;
    let mut sorted: Vec<_> = roster.iter().collect();
    sorted.sort();
    sorted.dedup();
    if (FEWEST_CONTRIBUTORS..=most).contains(&roster.len()) && sorted.len() == roster.len() {
        Ok(())
    } else {
        Err(bad_roster(roster))
    }
}

fn place_of(party: &PartyId, roster: &[PartyId]) -> Option<usize> {
    roster.iter().position(|other| other == party)
}

/// Checks whose numbers the aggregator says are in a sum, this party's among them; gives their places.
fn check_contributors(
    contributors: &[PartyId],
    (aggregator, roster, me): (&PartyId, &[PartyId], usize),
) -> Result<Vec<usize>, ScarcityError> {
    let places: Option<Vec<usize>> = contributors
        .iter()
        .map(|party| place_of(party, roster))
        .collect();
    let places = places
        .filter(|places| places.is_sorted_by(|one, next| one < next))
        .filter(|places| places.len() >= FEWEST_CONTRIBUTORS)
        .ok_or_else(|| ScarcityError::BadAnswer {
            aggregator: aggregator.clone(),
        })?;
    if !places.contains(&me) {
        let aggregator = aggregator.clone();
        return Err(ScarcityError::LeftOut { aggregator });
    }
    Ok(places)
}

/// Finds who is in one list and not in the other.
fn differing(before: &[PartyId], now: &[PartyId]) -> Option<PartyId> {
    let gone = before.iter().find(|party| !now.contains(party));
    let come = now.iter().find(|party| !before.contains(party));
    gone.or(come).cloned()
}

fn bytes(words: &[u64]) -> Bytes {
    let mut elements = BytesMut::with_capacity(words.len() * 8);
    for element in words {
        elements.put_u64_le(*element);
    }
    elements.freeze()
}

fn words(mut elements: Bytes) -> Vec<u64> {
    let mut words = Vec::with_capacity(elements.len() / 8);
    while elements.has_remaining() {
        words.push(elements.get_u64_le());
    }
    words
}
