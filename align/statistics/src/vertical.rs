//! Weight of evidence where one party has the labels and another the columns of the same rows.
//!
//! docs/protocols/statistics-evidence.md. The label holder encrypts for each row its label and a 1; the
//! feature holder adds both up over the rows of each of its bins and returns the sums, re-randomised.

use std::sync::Arc;

use consilium_lwe::{
    Accumulator, Asked, Blocks, Encrypted, FloodShare, LweError, Nonce, Packing, PrimePair,
    RefreshKey, Refresher, Returned, Ring as _, RingElement, SecretKeys, Wanted,
};
use consilium_mailbox::{Fault, Mailbox, MailboxError, Message, PartyId};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{Evidence, MOST_COLUMNS};

mod bins;
mod disclosure;

pub use bins::Binned;
use bins::{Merged, Offered, Weighed};
pub use disclosure::{DISCLOSURES, EvidenceDisclosure, Holder};

/// Parameters whose flood hides subsets statistically.
type Ring = PrimePair;

/// The most bins of a column.
pub const MOST_BINS: usize = 64;
/// The most rows.
pub const MOST_ALIGNED_ROWS: usize = 1 << 22;
/// Bins that share a ciphertext.
const SHARING: u32 = 4;

impl Message for Offered {
    const STEP: &'static str = "statistics-evidence.1.offered";
}

/// Labels, encrypted.
#[derive(Debug, Serialize, Deserialize)]
struct Labelled {
    nonce: Nonce,
    key: RefreshKey,
    rows: Encrypted,
}

impl Message for Labelled {
    const STEP: &'static str = "statistics-evidence.1.labelled";
    const LIMIT: usize = 1 << 30;
}

/// Sums over the rows of each bin, encrypted.
#[derive(Debug, Serialize, Deserialize)]
struct Added(Vec<Returned>);

impl Message for Added {
    const STEP: &'static str = "statistics-evidence.1.added";
    const LIMIT: usize = 1 << 30;
}

impl Message for Weighed {
    const STEP: &'static str = "statistics-evidence.1.weighed";
    const LIMIT: usize = 8 << 20;
}

/// Why columns were not weighed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// A message did not come, or came wrong.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// Ciphertexts of the peer are none, or own rows too many.
    #[error("{peer}: {error}")]
    Ciphertexts {
        /// The peer.
        peer: PartyId,
        /// What is wrong.
        error: LweError,
    },
    /// Own rows, bins or columns are none, too many or of different lengths.
    #[error("the rows or bins are none, too many, or of different lengths")]
    BadRows,
    /// The feature holder offers other columns than agreed, or bins that can't be.
    #[error("{peer} offers other columns than agreed, or bins that can't be")]
    BadOffer {
        /// The feature holder.
        peer: PartyId,
    },
    /// Sums that no bins of these rows have.
    #[error("{peer} returned sums that no bins of these rows can have")]
    BadSums {
        /// The feature holder.
        peer: PartyId,
    },
    /// The label holder tells of bins that were not offered or are too small.
    #[error("{peer} tells of bins that were not offered, or that have too few rows")]
    BadAnswer {
        /// The label holder.
        peer: PartyId,
    },
}

impl EvidenceError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            EvidenceError::Mailbox(error) => error.fault(),
            EvidenceError::Ciphertexts { peer, error } if error.blames_peer() => {
                Fault::Peer(peer.clone())
            }
            EvidenceError::Ciphertexts { .. } | EvidenceError::BadRows => Fault::Input,
            EvidenceError::BadOffer { peer }
            | EvidenceError::BadSums { peer }
            | EvidenceError::BadAnswer { peer } => Fault::Peer(peer.clone()),
        }
    }
}

/// Weighs a feature holder's columns by own labels: the label holder's part.
///
/// `labels` are those of the common rows, in the order that both share; `columns` how many the feature
/// holder was to offer, `minimum` the fewest rows of either label in a bin that is told, at least 1. Gives the
/// evidence of each column, bins numbered as they were offered; nothing where there are no two bins.
///
/// # Errors
///
/// [`EvidenceError`] names the peer.
pub async fn weigh(
    mail: &Mailbox,
    feature_holder: &PartyId,
    labels: &[bool],
    (columns, minimum): (usize, u64),
    rng: &mut impl CryptoRng,
) -> Result<Vec<Option<Evidence>>, EvidenceError> {
    let peer = || feature_holder.clone();
    let in_ciphertexts = |error| EvidenceError::Ciphertexts {
        peer: peer(),
        error,
    };
    if !(1..=MOST_ALIGNED_ROWS).contains(&labels.len()) || minimum == 0 {
        return Err(EvidenceError::BadRows);
    }
    let offered: Offered = mail.recv(feature_holder).await?; // m1: how many bins
    if !offered.is_sane(columns) {
        return Err(EvidenceError::BadOffer { peer: peer() });
    }
    let nonce = Nonce::random(rng);
    let encrypting = mail.compute("statistics-evidence.1.encrypt", || {
        let ring = Arc::new(Ring::new());
        let packing = packing()?;
        let keys = SecretKeys::random(&ring, rng);
        let run = run_name(mail, mail.me(), feature_holder);
        let element = RingElement::agree(&*ring, &run, nonce, offered.nonce);
        let key = keys.refresh_key(&element, rng);
        let yes: Vec<i32> = labels.iter().map(|label| i32::from(*label)).collect();
        let rows = keys.encrypt(packing, [&yes, &vec![1; labels.len()]], rng)?;
        Ok((packing, keys, Labelled { nonce, key, rows }))
    });
    let (packing, keys, labelled) = encrypting.map_err(in_ciphertexts)?;
    mail.send(feature_holder, &labelled).await?; // m2: labels, encrypted
    let Added(returned) = mail.recv(feature_holder).await?; // m3: sums by bin, encrypted
    let bins: usize = offered
        .columns
        .iter()
        .map(|(bins, _)| usize::from(*bins))
        .sum();
    if returned.len() != packing.ciphertexts(bins) {
        return Err(EvidenceError::BadSums { peer: peer() });
    }
    let most = i64::try_from(labels.len()).unwrap_or(i64::MAX);
    let mut sums = Vec::with_capacity(bins);
    for returned in &returned {
        let opened = mail.compute("statistics-evidence.1.open", || {
            keys.open(packing, returned, &[0..=most, 0..=most])
        });
        for opened in opened.map_err(in_ciphertexts)? {
            let [yes, rows] = opened.sums.map(i64::unsigned_abs);
            let no = rows.checked_sub(yes);
            let no = no.ok_or_else(|| EvidenceError::BadSums { peer: peer() })?;
            sums.push([yes, no]);
        }
    }
    let all = [true, false].map(|class| labels.iter().filter(|label| **label == class).count());
    let weighed = Weighed::of(
        &offered.columns,
        &sums,
        all.map(|rows| rows as u64),
        minimum,
    );
    let weighed = weighed.ok_or_else(|| EvidenceError::BadSums { peer: peer() })?;
    mail.send(feature_holder, &weighed).await?; // m4: merged bins
    Ok(weighed.evidence(|_, bins| bins.iter().map(|bin| usize::from(*bin)).collect()))
}

/// Has own columns weighed by a label holder: the feature holder's part.
///
/// All columns have a bin for each of the common rows, in the order that both share. Bins of fewer
/// than `minimum` rows are put together before anything leaves. Gives the evidence of each column,
/// bins numbered as in `columns`; nothing where there are no two bins.
///
/// # Errors
///
/// [`EvidenceError`] names the peer.
pub async fn offer(
    mail: &Mailbox,
    label_holder: &PartyId,
    columns: &[Binned],
    minimum: u64,
    rng: &mut impl CryptoRng,
) -> Result<Vec<Option<Evidence>>, EvidenceError> {
    let peer = || label_holder.clone();
    let in_ciphertexts = |error| EvidenceError::Ciphertexts {
        peer: peer(),
        error,
    };
    let rows = columns.first().map_or(0, |column| column.of_rows.len());
    let merged: Option<Vec<Merged>> = columns
        .iter()
        .map(|column| column.merge(rows, minimum))
        .collect();
    let is_few = (1..=MOST_ALIGNED_ROWS).contains(&rows) && columns.len() <= MOST_COLUMNS;
    let merged = merged
        .filter(|_| is_few && minimum > 0)
        .ok_or(EvidenceError::BadRows)?;
    let offered = Offered {
        nonce: Nonce::random(rng),
        columns: merged.iter().map(Merged::shape).collect(),
    };
    mail.send(label_holder, &offered).await?; // m1
    let labelled: Labelled = mail.recv(label_holder).await?; // m2
    let run = run_name(mail, label_holder, mail.me());
    let added = mail.compute("statistics-evidence.1.add", || {
        let ring = Arc::new(Ring::new());
        let element = RingElement::agree(&*ring, &run, labelled.nonce, offered.nonce);
        add_up(&ring, &labelled, element, &merged, rows, rng)
    });
    mail.send(label_holder, &added.map_err(in_ciphertexts)?)
        .await?; // m3
    let weighed: Weighed = mail.recv(label_holder).await?; // m4
    if !weighed.suits(&merged, minimum) {
        return Err(EvidenceError::BadAnswer { peer: peer() });
    }
    Ok(weighed.evidence(|column, bins| merged[column].origins(bins)))
}

/// Weighs columns of whoever has the labels: the same evidence as if another had them.
///
/// # Errors
///
/// [`EvidenceError::BadRows`].
pub fn alone(
    labels: &[bool],
    columns: &[Binned],
    minimum: u64,
) -> Result<Vec<Option<Evidence>>, EvidenceError> {
    let merged = columns.iter().map(|it| it.merge(labels.len(), minimum));
    let merged: Option<Vec<Merged>> = merged.collect();
    let merged = merged.filter(|_| minimum > 0);
    let merged = merged.ok_or(EvidenceError::BadRows)?;
    let shapes: Vec<_> = merged.iter().map(Merged::shape).collect();
    let mut sums = Vec::new();
    for column in &merged {
        let mut bins = vec![[0, 0]; usize::from(column.shape().0)];
        for (bin, label) in column.of_rows.iter().zip(labels) {
            // A column that has no two bins has none.
            if let Some(rows) = bins.get_mut(usize::from(*bin)) {
                rows[usize::from(!*label)] += 1;
            }
        }
        sums.extend(bins);
    }
    let all = [true, false].map(|class| labels.iter().filter(|label| **label == class).count());
    let weighed = Weighed::of(&shapes, &sums, all.map(|rows| rows as u64), minimum);
    let weighed = weighed.ok_or(EvidenceError::BadRows)?;
    Ok(weighed.evidence(|column, bins| merged[column].origins(bins)))
}

/// Adds encrypted rows up by bin and re-randomises the sums.
fn add_up(
    ring: &Arc<Ring>,
    labelled: &Labelled,
    element: RingElement<Ring>,
    columns: &[Merged],
    rows: usize,
    rng: &mut impl CryptoRng,
) -> Result<Added, LweError> {
    let packing = packing()?;
    let candidates: Vec<(&Merged, u16)> = columns
        .iter()
        .flat_map(|column| (0..column.shape().0).map(move |bin| (column, bin)))
        .collect();
    let blocks = Blocks::read(&**ring, packing, &labelled.rows, rows)?;
    let mut sums = Accumulator::new(ring, packing, candidates.len());
    sums.add(
        &blocks,
        0..blocks.count(),
        |Asked { candidate, block }, members| {
            let (column, bin) = candidates[candidate];
            let from = block * packing.block();
            for (member, of) in members.iter_mut().zip(&column.of_rows[from..]) {
                *member = u8::from(*of == bin);
            }
        },
    );
    let refresher = Refresher::new(ring, element, &labelled.key)?;
    let mut left = candidates.len();
    let mut returned = Vec::new();
    for sum in sums.finish() {
        let slots = left.min(packing.candidates() as usize);
        left -= slots;
        let slots = u16::try_from(slots).unwrap_or(u16::MAX);
        let wanted: Vec<Wanted> = (0..slots).map(Wanted::exact).collect();
        returned.push(refresher.refresh(&sum, &wanted, FloodShare::WHOLE, rng)?);
    }
    Ok(Added(returned))
}

fn packing() -> Result<Packing, LweError> {
    Packing::new::<Ring>(SHARING)?.with_sums_below::<Ring>(MOST_ALIGNED_ROWS.ilog2() + 1)
}

/// Names what the ring element is drawn for.
fn run_name(mail: &Mailbox, label_holder: &PartyId, feature_holder: &PartyId) -> Vec<u8> {
    let mut name = mail.run().0.to_vec();
    for text in [mail.path(), label_holder.as_str(), feature_holder.as_str()] {
        name.extend((text.len() as u64).to_le_bytes());
        name.extend(text.as_bytes());
    }
    name
}
