//! Beginning a run, or taking up one that broke off.

use consilium_base::{Digest, Seed, Tagged};
use consilium_mailbox::Message as _;
use rand_core::CryptoRng;
use tracing::info;

use super::{
    messages::Declared,
    record::{Record, check_tags, load_tags},
    steps::{Key, Tag, draw_order},
    terms::{Party, Purpose},
};
use crate::{Breach, PsiError, Spill, opening};

/// A run under way: both sets are declared, secrets are drawn.
pub(super) struct Session {
    pub(super) key: Key,
    /// The own row at each position of the own stream.
    pub(super) order: Vec<u32>,
    /// Items in the peer's set.
    pub(super) theirs: u32,
    /// Chunks of the own stream that the peer holds already.
    pub(super) sent: u32,
    /// Tags of the peer's items, whole chunks, from the first on.
    pub(super) tags: Vec<Tag>,
    /// What both parties committed to: the own set, the peer's.
    pub(super) commitments: [Digest; 2],
}

impl Session {
    /// m1: declares the own set, checks the peer's, and resumes if both can.
    pub(super) async fn open(
        party: &Party<'_>,
        purpose: Purpose<'_>,
        spill: &mut dyn Spill,
        rng: &mut impl CryptoRng,
    ) -> Result<Session, PsiError> {
        let terms = party.terms.digest(purpose);
        let (size, commitment) = party
            .mail
            .compute(Declared::STEP, || own_set(party, &terms))?;
        let record = Record::load(spill)?.filter(|record| record.own == commitment);
        let mut tags = Vec::new();
        if record.is_some() {
            tags = load_tags(spill, party.terms.chunk)?;
        }
        let chunk = party.terms.chunk as usize;
        let held = u32::try_from(tags.len().div_ceil(chunk)).expect("sets have 32-bit sizes");
        let seed = Seed::random(rng);
        let ours = Declared {
            terms,
            size,
            commitment,
            nonce: Tagged::new("psi-ecdh.1.nonce")
                .field(seed.expose())
                .digest(),
            session: record.as_ref().map(|record| record.session),
            held,
        };
        party.mail.send(party.peer, &ours).await?;
        let theirs: Declared = party.mail.recv(party.peer).await?;
        let sizes = [ours.size, theirs.size];
        opening::check(party, [&ours.terms, &theirs.terms], sizes)?;

        let commitments = [ours.commitment, theirs.commitment];
        let resumed = record.filter(|record| theirs.session == Some(record.session));
        let (record, sent) = if let Some(record) = resumed {
            check_resumed(party, &record, &ours, &theirs)?;
            check_tags(tags.len(), theirs.size, party.terms.chunk)?;
            (record, theirs.held)
        } else {
            tags.clear();
            let record = Record {
                seed,
                session: name_session(party, &ours, &theirs),
                own: commitments[0],
                theirs: peer_digest(&theirs),
            };
            spill.clear()?;
            record.write(spill)?;
            (record, 0)
        };
        info!(
            run = %party.mail.run(), peer = %party.peer, ours = size, theirs = theirs.size,
            sent, held = tags.len(), "sets declared"
        );
        Ok(Session {
            key: Key::new(&record.seed, &record.session),
            order: draw_order(size, &record.seed),
            theirs: theirs.size,
            sent,
            tags,
            commitments,
        })
    }
}

/// Checks the own set and commits to it, row by row.
fn own_set(party: &Party<'_>, terms: &Digest) -> Result<(u32, Digest), PsiError> {
    party.terms.check()?;
    let rows = opening::own_size(party)?;

    let items = party.items;
    let item = |row: u32| items.get(row as usize);
    let mut sorted: Vec<u32> = (0..rows).collect();
    sorted.sort_unstable_by_key(|&row| (item(row), row));
    let mut pairs = sorted.iter().zip(sorted.iter().skip(1));
    if let Some((&first, &second)) = pairs.find(|&(&one, &next)| item(one) == item(next)) {
        return Err(PsiError::Repeated { first, second });
    }

    let commitment = opening::commit(party, ("psi-ecdh.1.salt", "psi-ecdh.1.commitment"), terms);
    Ok((rows, commitment))
}

fn check_resumed(
    party: &Party<'_>,
    record: &Record,
    ours: &Declared,
    theirs: &Declared,
) -> Result<(), PsiError> {
    if record.theirs != peer_digest(theirs) {
        return Err(party.blame(Breach::OtherSet));
    }
    let most = ours.size.div_ceil(party.terms.chunk);
    if theirs.held > most {
        let claimed = theirs.held;
        return Err(party.blame(Breach::Chunks { claimed, most }));
    }
    Ok(())
}

/// What must not change between a run and its repetition.
fn peer_digest(theirs: &Declared) -> Digest {
    Tagged::new("psi-ecdh.1.peer")
        .number(theirs.size.into())
        .field(&theirs.commitment)
        .digest()
}

/// Names a new session after all that both declared: joint randomness, as each gave a nonce.
fn name_session(party: &Party<'_>, ours: &Declared, theirs: &Declared) -> Digest {
    let mut both = [(party.mail.me(), ours), (party.peer, theirs)];
    both.sort_by_key(|(name, _)| *name);
    let hash = Tagged::new("psi-ecdh.1.session").field(&ours.terms);
    let hash = both.iter().fold(hash, |hash, (name, declared)| {
        hash.field(name.as_str().as_bytes())
            .number(declared.size.into())
            .field(&declared.commitment)
            .field(&declared.nonce)
    });
    hash.digest()
}
