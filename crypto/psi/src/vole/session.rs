//! Beginning a run, or taking up one that broke off.

use consilium_base::{Digest, Tagged};
use consilium_mailbox::Message as _;
use rand_core::CryptoRng;
use tracing::info;

use super::{messages::Declared, record::Record, sizes::Sizes};
use crate::{Breach, PsiError, Spill, ecdh::Party, opening};

/// A run under way: both sets are declared and committed to.
pub(super) struct Session {
    /// Names the session and how far it had come; a new one is not kept yet.
    pub(super) record: Record,
    /// Whether it is a new one.
    pub(super) new: bool,
    /// Names this run: joint randomness that serves once.
    pub(super) run: Digest,
    /// Items in the own set and in the peer's.
    pub(super) sizes: [u32; 2],
    /// The first bucket that not both are done with.
    pub(super) next: u32,
    /// Buckets in all.
    pub(super) buckets: u32,
}

/// A party's part: the smaller set makes the store, of two alike that of the first by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// It makes a store of its items, compares, and tells.
    Receiver,
    /// It has the function's key, and sends the tags of its items.
    Sender,
}

impl Session {
    /// m1: declares the own set, checks the peer's, and resumes if both can.
    pub(super) async fn open(
        party: &Party<'_>,
        sizes: Sizes,
        spill: &mut dyn Spill,
        rng: &mut impl CryptoRng,
    ) -> Result<Session, PsiError> {
        party.terms.check()?;
        sizes.check()?;
        let terms = terms(party, sizes);
        let size = opening::own_size(party)?;
        let labels = ("psi-vole.1.salt", "psi-vole.1.commitment");
        let commitment = party
            .mail
            .compute(Declared::STEP, || opening::commit(party, labels, &terms));
        let record = Record::load(spill)?.filter(|record| record.own == commitment);
        let mut nonce = Digest::default();
        rng.fill_bytes(&mut nonce);
        let ours = Declared {
            terms,
            size,
            commitment,
            nonce,
            session: record.as_ref().map(|record| record.session),
            held: record.as_ref().map_or(0, |record| record.done),
        };
        party.mail.send(party.peer, &ours).await?;
        let theirs: Declared = party.mail.recv(party.peer).await?;
        let both = [ours.size, theirs.size];
        opening::check(party, [&ours.terms, &theirs.terms], both)?;

        let buckets = sizes.buckets(ours.size.max(theirs.size));
        let run = name_run(party, &ours, &theirs);
        let resumed = record.filter(|record| theirs.session == Some(record.session));
        let new = resumed.is_none();
        let (record, next) = if let Some(record) = resumed {
            check_resumed(party, &record, &theirs, buckets)?;
            let next = record.done.min(theirs.held);
            (record, next)
        } else {
            let record = Record {
                session: run,
                own: commitment,
                theirs: peer_digest(&theirs),
                done: 0,
            };
            (record, 0)
        };
        info!(
            run = %party.mail.run(), peer = %party.peer, ours = size, theirs = theirs.size,
            buckets, next, "sets declared"
        );
        Ok(Session {
            record,
            new,
            run,
            sizes: both,
            next,
            buckets,
        })
    }

    /// Gives the size of the larger set.
    pub(super) fn larger(&self) -> u32 {
        let [ours, theirs] = self.sizes;
        ours.max(theirs)
    }

    /// Gives the own part.
    pub(super) fn part(&self, party: &Party<'_>) -> Part {
        let [ours, theirs] = self.sizes;
        if (ours, party.mail.me()) < (theirs, party.peer) {
            Part::Receiver
        } else {
            Part::Sender
        }
    }

    /// Names something of this run that serves once.
    pub(super) fn name(&self, label: &'static str, number: u32) -> Digest {
        let hash = Tagged::new(label).field(&self.record.session);
        hash.field(&self.run).number(number.into()).digest()
    }
}

fn terms(party: &Party<'_>, sizes: Sizes) -> Digest {
    Tagged::new("psi-vole.1.terms")
        .field(&party.terms.study)
        .number(party.terms.largest.into())
        .number(party.terms.minimum.into())
        .number(party.terms.chunk.into())
        .number(sizes.sample.into())
        .number(sizes.bucket.into())
        .digest()
}

fn check_resumed(
    party: &Party<'_>,
    record: &Record,
    theirs: &Declared,
    buckets: u32,
) -> Result<(), PsiError> {
    if record.theirs != peer_digest(theirs) {
        return Err(party.blame(Breach::OtherSet));
    }
    // The last bucket is kept by nobody.
    let (claimed, most) = (theirs.held, buckets - 1);
    if claimed > most {
        return Err(party.blame(Breach::Chunks { claimed, most }));
    }
    Ok(())
}

/// What must not change between a run and its repetition.
fn peer_digest(theirs: &Declared) -> Digest {
    Tagged::new("psi-vole.1.peer")
        .number(theirs.size.into())
        .field(&theirs.commitment)
        .digest()
}

/// Names a run after all that both declared: joint randomness, as each gave a nonce.
fn name_run(party: &Party<'_>, ours: &Declared, theirs: &Declared) -> Digest {
    let mut both = [(party.mail.me(), ours), (party.peer, theirs)];
    both.sort_by_key(|(name, _)| *name);
    let hash = Tagged::new("psi-vole.1.session").field(&ours.terms);
    let hash = both.iter().fold(hash, |hash, (name, declared)| {
        hash.field(name.as_str().as_bytes())
            .number(declared.size.into())
            .field(&declared.commitment)
            .field(&declared.nonce)
    });
    hash.digest()
}
