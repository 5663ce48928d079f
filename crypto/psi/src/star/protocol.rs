//! The protocol of docs/protocols/psi-star.md: opening, buckets, result.

use consilium_mailbox::Message as _;
use rand_core::CryptoRng;

use super::{
    bucket::Run,
    messages::{Counted, Declared},
    session,
    shares::Shares,
    terms::{Party, Roles},
};
use crate::{
    Aligned, MemorySpill, PsiError, Sizes, Spill,
    progress::Progress,
    stamped::Stamped,
    vole::{hashing::Hashes, order::Keyed, tags::Width},
};

/// Aligns the rows of three to eight parties: each learns which of its rows all others have too,
/// and the order.
///
/// The figure of docs/protocols/psi-star.md. A run that broke off is taken up again by another call
/// with the same party and store: at most one bucket is repeated. Clear the store when the step is
/// committed. `sizes.sample` is not used: no sample is counted, but all must have the same.
///
/// # Errors
///
/// [`PsiError::TooSmall`] and [`PsiError::BelowMinimum`] if the intersection has too few items;
/// [`PsiError::Terms`] if there are too few or too many parties, or this one or the leader is not
/// among them; else what a peer, the network or the store did wrong.
///
/// # Security
///
/// Against parties that follow the protocol, whoever of them puts together what they saw; the page
/// says what each coalition learns. `party.secret` is this party's own. `rng` must be fresh in
/// every run.
pub async fn align(
    party: &Party<'_>,
    sizes: &Sizes,
    spill: &mut dyn Spill,
    rng: &mut impl CryptoRng,
) -> Result<Aligned, PsiError> {
    let roles = Roles::of(party)?;
    let mut spill = Stamped::new(spill, party.secret);
    let session = session::open(&roles, *sizes, &mut spill, rng).await?; // m1, m2
    let leaders = session.size(party.leader);
    let (Some(width), Some(_)) = (Width::of(leaders, 1), Width::of(leaders, session.largest()))
    else {
        return Err(PsiError::Terms("the sets are too large"));
    };
    let hashes = Hashes::new(&session.record.session);
    let order = party.mail.compute(Declared::STEP, || {
        Keyed::sort(&hashes, party.items).map(|keyed| keyed.divide(session.buckets))
    });
    let order = order.map_err(|(first, second)| PsiError::Repeated { first, second })?;
    let run = Run {
        roles: &roles,
        session: &session,
        hashes: &hashes,
        order: &order,
        width,
    };
    let mut memory = MemorySpill::default();
    let mut progress = Progress::begin(&session, run.chunks_before(), &mut spill, &mut memory)?;
    let ended = if roles.leads() {
        lead(&run, &mut progress, rng).await
    } else {
        follow(&run, &progress, rng).await
    };
    let places = progress.end(ended)?.into_iter();
    let rows = places.map(|place| order.rows()[place]).collect();
    let mut sizes = session.sizes;
    sizes.remove(party.mail.me());
    Ok(Aligned { rows, sizes })
}

/// The leader's part after the opening: gives the places of the common items.
async fn lead(
    run: &Run<'_>,
    progress: &mut Progress<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Vec<usize>, PsiError> {
    let (mail, session) = (run.roles.party.mail, run.session);
    let mut last = Vec::new();
    for bucket in session.next..session.buckets {
        let sums = run.sum(bucket, progress, rng).await?; // m4 to m7
        if bucket + 1 < session.buckets {
            mail.compute(Counted::STEP, || run.keep(progress.spill(), bucket, &sums))?;
            progress.done(bucket + 1)?;
        } else {
            last = sums;
        }
    }
    // From here on nothing is left that a member could hold back: only now, compare.
    let common = mail.compute(Counted::STEP, || run.compare(progress.spill(), last))?;
    let count = common.count();
    for member in run.roles.members() {
        let count = count.into();
        mail.send(member, &Counted { count }).await?; // m8
    }
    run.roles.party.terms.check_common(count)?;
    run.list(&common).await?; // m9
    Ok(common.iter().collect())
}

/// A member's part after the opening: gives the places of the common items.
async fn follow(
    run: &Run<'_>,
    progress: &Progress<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Vec<usize>, PsiError> {
    let (party, session) = (run.roles.party, run.session);
    let shares = Shares::agree(run.roles, rng).await?; // m3
    for bucket in session.next..session.buckets {
        run.answer(bucket, &shares, progress, rng).await?; // m4 to m7
    }
    let Counted { count } = party.mail.recv(party.leader).await?; // m8
    let count = count.get();
    party.terms.check_common(count)?;
    run.hear(count).await // m9
}
