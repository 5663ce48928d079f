//! Statistics over all parties: the aggregator opens sums that it can't read.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use consilium_base::{Digest, Seed, Tagged};
use consilium_mailbox::{Mailbox, Message, PartyId};
use consilium_secagg::{Contribute, Input, Open, SumNumber, group::GroupKey};
use serde::{Deserialize, Serialize};

use crate::{
    Agreement, Outcome, StatisticsError, Table,
    course::Course,
    specification::{FEWEST_CONTRIBUTORS, MOST_ELEMENTS},
};

/// The key of the second mask. It has no `Debug`: nobody prints it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Keyed {
    /// 32 bytes.
    pub(crate) key: Bytes,
}

impl Message for Keyed {
    const STEP: &'static str = "statistics.1.key";
    const LIMIT: usize = 64;
}

/// An opened sum, under the second masks of those whose vectors are in it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Summed {
    pub(crate) contributors: Vec<PartyId>,
    /// Elements as 8-byte little-endian integers.
    pub(crate) elements: Bytes,
}

impl Message for Summed {
    const STEP: &'static str = "statistics.1.summed";
    const LIMIT: usize = MOST_ELEMENTS * 8 + (1 << 20);
}

/// A keyed hash of everything that a contributor was told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Same {
    pub(crate) seal: Digest,
}

impl Message for Same {
    const STEP: &'static str = "statistics.1.same";
    const LIMIT: usize = 64;
}

/// The label under which a contributor's sums over its rows are accounted.
const LOCAL: &str = "statistics.1.local";
/// The same for masks and checks.
const MASKS: &str = "statistics.1.masks";
/// The same for what is made of opened sums.
const FINDINGS: &str = "statistics.1.findings";

/// Opens the sums of a course and passes them on unread: the aggregator's part.
///
/// Figure 1 of docs/protocols/statistics.md. `roster` are the contributors in the plan's order; sums
/// are numbered from `first` on, [`Agreement::sums`] of them. Gives whose rows are in the last one.
///
/// # Errors
///
/// If a sum is not opened or nothing can be sent any more.
pub async fn aggregate(
    mail: &Mailbox,
    roster: &[PartyId],
    agreement: &Agreement,
    first: SumNumber,
    sum: &mut impl Open,
) -> Result<Vec<PartyId>, StatisticsError> {
    check_roster(roster, agreement)?;
    let mut contributors = roster.to_vec();
    for place in 0..agreement.sums() {
        let here = mail.scope(format_args!("sum-{place}"));
        let shape = agreement.shape(first, place, roster);
        let opened = sum.open(&here, &shape).await?; // m2: a sum
        let mut elements = BytesMut::with_capacity(opened.sum.len() * 8);
        for element in &opened.sum {
            elements.put_u64_le(*element);
        }
        let summed = Summed {
            contributors: opened.contributors,
            elements: elements.freeze(),
        };
        for party in &contributors {
            let sent = here.send(party, &summed).await; // m3: back to all, unread
            // Whoever dropped out can't be told, and need not be.
            if summed.contributors.contains(party) {
                sent?;
            }
        }
        contributors = summed.contributors;
    }
    Ok(contributors)
}

/// Finds statistics over all contributors' rows: a contributor's part.
///
/// `roster` are the contributors in the plan's order, this party among them. `seed` is this party's
/// secret for the study: noise follows from it, and the first contributor's key of the second mask, so
/// that a repeated run puts the same integers into each sum. Sums are numbered from `first` on.
///
/// # Errors
///
/// None that depends on own rows. [`StatisticsError::FalseSum`] and [`StatisticsError::OtherSums`] if
/// what was opened is not what the contributors put in, whosever doing it is.
pub async fn contribute(
    mail: &Mailbox,
    (aggregator, roster): (&PartyId, &[PartyId]),
    (agreement, table, seed): (&Agreement, &Table, &Seed),
    first: SumNumber,
    sum: &mut impl Contribute,
) -> Result<Outcome, StatisticsError> {
    let me = check_roster(roster, agreement)
        .and_then(|()| place_of(mail.me(), roster).ok_or_else(|| bad_roster(roster)))?;
    if !table.suits(agreement) {
        return Err(StatisticsError::BadRows);
    }
    let about = about(agreement, roster, first);
    let key = share_key(mail, (roster, me), seed, &about).await?;
    let mut key = GroupKey::new(key, &about);
    let mut course = Course::begin((agreement, table, seed), &key);
    let mut contributors: Option<Vec<PartyId>> = None;
    for place in 0..agreement.sums() {
        let here = mail.scope(format_args!("sum-{place}"));
        let shape = agreement.shape(first, place, roster);
        sum.admit(&shape).await?;
        let body = mail.compute(LOCAL, || course.own(place));
        let hidden = mail.compute(MASKS, || key.hide(body, me));
        sum.contribute(&here, &shape, Input::Own(&hidden)).await?; // m2: a sum
        let summed: Summed = here.recv(aggregator).await?; // m3: opened, still hidden
        let places = check_summed(&summed, aggregator, (roster, shape.len))?;
        if !places.contains(&me) {
            let aggregator = aggregator.clone();
            return Err(StatisticsError::LeftOut { aggregator });
        }
        let before = contributors.get_or_insert_with(|| summed.contributors.clone());
        if let Some(differing) = differing(before, &summed.contributors) {
            let sum = place;
            return Err(StatisticsError::Dropped { sum, differing });
        }
        let shown = mail.compute(MASKS, || key.show(words(summed.elements), &places));
        let shown = shown.ok_or_else(|| StatisticsError::FalseSum {
            aggregator: aggregator.clone(),
            sum: place,
        })?;
        key.note(&shown, &summed.contributors);
        mail.compute(FINDINGS, || course.learn(place, &shown));
    }
    let contributors = contributors.unwrap_or_default();
    compare(mail, &contributors, &key).await?;
    Ok(mail.compute(FINDINGS, || course.outcome(contributors)))
}

/// Gives the key of the second mask: the first contributor of the roster makes it, the others get it.
async fn share_key(
    mail: &Mailbox,
    (roster, me): (&[PartyId], usize),
    seed: &Seed,
    about: &Digest,
) -> Result<Seed, StatisticsError> {
    let (maker, others) = roster.split_first().ok_or_else(|| bad_roster(roster))?;
    if me == 0 {
        let key = seed.derive("statistics.1.key", &[about]);
        let message = Keyed {
            key: Bytes::copy_from_slice(key.expose()),
        };
        mail.broadcast(others, &message).await?; // m1: the key, past the aggregator
        return Ok(key);
    }
    let Keyed { key } = mail.recv(maker).await?;
    let bytes = <[u8; 32]>::try_from(&key[..]).map_err(|_| StatisticsError::BadKey {
        peer: maker.clone(),
    })?;
    Ok(Seed::from_bytes(bytes))
}

/// Compares with the other contributors what all were told.
async fn compare(
    mail: &Mailbox,
    contributors: &[PartyId],
    key: &GroupKey,
) -> Result<(), StatisticsError> {
    let seal = key.seal();
    let others: Vec<PartyId> = contributors
        .iter()
        .filter(|party| *party != mail.me())
        .cloned()
        .collect();
    mail.broadcast(&others, &Same { seal }).await?; // m4: a hash of all that was told
    for peer in &others {
        let theirs: Same = mail.recv(peer).await?;
        if theirs.seal != seal {
            return Err(StatisticsError::OtherSums { peer: peer.clone() });
        }
    }
    Ok(())
}

/// Hashes everything that was agreed.
fn about(agreement: &Agreement, roster: &[PartyId], first: SumNumber) -> Digest {
    let spec = agreement.specification();
    let bytes = postcard::to_stdvec(&(spec, roster, first)).expect("names and numbers serialise");
    Tagged::new("statistics.1.about").field(&bytes).digest()
}

fn bad_roster(roster: &[PartyId]) -> StatisticsError {
    StatisticsError::BadRoster { got: roster.len() }
}

fn check_roster(roster: &[PartyId], agreement: &Agreement) -> Result<(), StatisticsError> {
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

/// Checks what the aggregator sends; gives the places of those whose vectors are in the sum.
fn check_summed(
    summed: &Summed,
    aggregator: &PartyId,
    (roster, len): (&[PartyId], usize),
) -> Result<Vec<usize>, StatisticsError> {
    let places: Option<Vec<usize>> = summed
        .contributors
        .iter()
        .map(|party| place_of(party, roster))
        .collect();
    places
        .filter(|places| places.is_sorted_by(|one, next| one < next))
        .filter(|places| places.len() >= FEWEST_CONTRIBUTORS)
        .filter(|_| summed.elements.len() == len * 8)
        .ok_or_else(|| StatisticsError::BadAnswer {
            aggregator: aggregator.clone(),
        })
}

/// Finds who is in one list and not in the other.
fn differing(before: &[PartyId], now: &[PartyId]) -> Option<PartyId> {
    let gone = before.iter().find(|party| !now.contains(party));
    let come = now.iter().find(|party| !before.contains(party));
    gone.or(come).cloned()
}

fn words(mut elements: Bytes) -> Vec<u64> {
    let mut words = Vec::with_capacity(elements.len() / 8);
    while elements.has_remaining() {
        words.push(elements.get_u64_le());
    }
    words
}
