//! The protocol of docs/protocols/psi-vole.md: opening, gate, buckets, result.

use consilium_mailbox::Message as _;
use rand_core::CryptoRng;

use super::{
    bucket::{Run, Sent},
    gate::{self, Sample},
    hashing::Hashes,
    marks::Marks,
    messages::{Counted, Declared, Marked},
    order::Keyed,
    session::{self, Part},
    tags::Width,
};
use crate::{
    Aligned, Breach, MemorySpill, Party, PsiError, Sizes, Spill, ecdh, progress::Progress,
    session::Session, stamped::Stamped,
};

/// Aligns the rows of two parties: each learns which of its rows the peer has too, and the order.
///
/// The figure of docs/protocols/psi-vole.md. For sets of which the first sample would be all, and
/// where samples leave in doubt whether the minimum is reached, [`ecdh::align`] does it. A run that
/// broke off is taken up again by another call with the same party and store: at most one bucket
/// is repeated. Clear the store when the step is committed.
///
/// # Errors
///
/// [`PsiError::TooSmall`] and [`PsiError::BelowMinimum`] if the intersection has too few items;
/// else what the peer, the network or the store did wrong.
///
/// # Security
///
/// Against a peer that follows the protocol; the page says what one that doesn't can do.
/// `party.secret` is this party's own. `rng` must be fresh in every run.
pub async fn align(
    party: &Party<'_>,
    sizes: &Sizes,
    spill: &mut dyn Spill,
    rng: &mut impl CryptoRng,
) -> Result<Aligned, PsiError> {
    let mut stamped = Stamped::new(&mut *spill, party.secret);
    let session = session::open(party, *sizes, &mut stamped, rng).await?; // m1
    let [ours, theirs] = [party.mail.me(), party.peer].map(|it| session.size(it));
    let width = Width::of(ours, theirs).ok_or(PsiError::Terms("the sets are too large"))?;
    let hashes = Hashes::new(&session.record.session);
    let keyed = party
        .mail
        .compute(Declared::STEP, || Keyed::sort(&hashes, party.items))
        .map_err(|(first, second)| PsiError::Repeated { first, second })?;
    let passed = gate::pass(party, &session, *sizes, &keyed, rng).await?; // m2
    let Some(sample) = passed else {
        let mail = &party.mail.scope("whole");
        let whole = Party { mail, ..*party };
        return Box::pin(ecdh::align(&whole, spill, rng)).await;
    };
    let order = party
        .mail
        .compute(Declared::STEP, || keyed.divide(session.buckets));

    let run = Run {
        party,
        session: &session,
        hashes: &hashes,
        order: &order,
        width,
    };
    let mut memory = MemorySpill::default();
    let mut progress = Progress::begin(&session, run.chunks_before(), &mut stamped, &mut memory)?;
    let ended = match Part::of(party, &session) {
        Part::Receiver => receive(&run, &sample, &mut progress, rng).await,
        Part::Sender => send(&run, &sample, &mut progress, rng).await,
    };
    let common = progress.end(ended)?;
    let rows = common.iter().map(|place| order.rows()[place]).collect();
    Ok(party.aligned(rows, theirs))
}

/// The receiver's part after the gate: gives the places of the common items.
async fn receive(
    run: &Run<'_>,
    sample: &Sample,
    progress: &mut Progress<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Marks, PsiError> {
    let Party { mail, peer, .. } = *run.party;
    let Session { next, buckets, .. } = *run.session;
    let mut last = None;
    for bucket in next..buckets {
        let compared = run.receive(bucket, progress, rng).await?; // m3 to m6
        if bucket + 1 < buckets {
            mail.compute(Marked::STEP, || compared.keep(progress.spill(), bucket))?;
            progress.done(bucket + 1)?;
        } else {
            last = Some(compared);
        }
    }
    // From here on nothing is left that the sender could hold back: only now, compare.
    let mut common = Marks::none(run.order.rows().len());
    let mut marked = Vec::new();
    for bucket in 0..buckets {
        let compared = match last.take_if(|_| bucket + 1 == buckets) {
            Some(compared) => compared,
            None => run.load(progress.spill(), bucket)?,
        };
        marked.push(mail.compute(Marked::STEP, || run.compare(&compared, bucket, &mut common)));
    }
    let count = common.count();
    run.check_sample(sample, &common)?;
    let told = count.into();
    mail.send(peer, &Counted { count: told }).await?; // m7
    run.party.terms.check_common(count)?;
    for marks in marked {
        let marks = marks.bytes().to_vec().into();
        mail.send(peer, &Marked { marks }).await?; // m8
    }
    Ok(common)
}

/// The sender's part after the gate: gives the places of the common items.
async fn send(
    run: &Run<'_>,
    sample: &Sample,
    progress: &mut Progress<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Marks, PsiError> {
    let Party { mail, peer, .. } = *run.party;
    let Session { next, buckets, .. } = *run.session;
    let [room, _] = run.rooms();
    let mut last = None;
    for bucket in next..buckets {
        let (sent, tags) = run.evaluate(bucket, progress, rng).await?; // m3 to m5
        // Kept before it is sent: what the receiver has, the sender can look up.
        if bucket + 1 < buckets {
            mail.compute(Marked::STEP, || sent.keep(progress.spill(), bucket))?;
            progress.done(bucket + 1)?;
        } else {
            last = Some(sent);
        }
        run.send_tags(&tags, progress).await?; // m6
    }
    let Counted { count } = mail.recv(peer).await?; // m7
    let count = count.get();
    run.party.terms.check_common(count)?;
    let mut common = Marks::none(run.order.rows().len());
    for bucket in 0..buckets {
        let Marked { marks } = mail.recv(peer).await?; // m8
        let sent = match last.take_if(|_| bucket + 1 == buckets) {
            Some(sent) => sent,
            None => Sent::load(progress.spill(), bucket, room)?,
        };
        run.party.check_length(&marks, room.div_ceil(8))?;
        let marked = Marks::read(&marks, room);
        mail.compute(Marked::STEP, || {
            marked.and_then(|marked| run.look_up(&sent, &marked, bucket, &mut common))
        })
        .ok_or_else(|| run.party.blame(Breach::BadPositions))?;
    }
    let ours = common.count();
    if ours != count {
        let theirs = count;
        return Err(run.party.blame(Breach::OtherCount { ours, theirs }));
    }
    run.check_sample(sample, &common)?;
    Ok(common)
}
