//! Beginning a run, or taking up one that broke off.

use consilium_base::{Digest, Seed, Tagged};
use consilium_mailbox::Message as _;
use rand_core::CryptoRng;
use tracing::info;

use super::{
    messages::Declared,
    purpose::Purpose,
    record::{Record, load_tags},
    steps::{Key, Tags, draw_order},
};
use crate::{Party, PsiError, Spill, opening};

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
    pub(super) tags: Vec<Tags>,
}

impl Session {
    /// m1: declares the own set, checks the peer's, and resumes if both can.
    pub(super) async fn open(
        party: &Party<'_>,
        purpose: Purpose<'_>,
        spill: &mut dyn Spill,
        rng: &mut impl CryptoRng,
    ) -> Result<Session, PsiError> {
        let terms = purpose.digest(party.terms);
        let (size, commitment) = party
            .mail
            .compute(Declared::STEP, || own_set(party, &terms))?;
        let record = Record::load(spill)?.filter(|record| record.own == commitment);
        let mut tags = Vec::new();
        if record.is_some() {
            tags = load_tags(spill)?;
        }
        let chunk = party.terms.chunk as usize;
        let held = u32::try_from(tags.len().div_ceil(chunk)).expect("sets have 32-bit sizes");
        let seed = Seed::random(rng);
        let ours = opening::Declared {
            terms,
            size,
            commitment,
            nonce: Tagged::new("psi-ecdh.1.nonce")
                .field(seed.expose())
                .digest(),
            session: record.as_ref().map(|record| record.session),
            held,
        };
        let declared = Declared(ours.clone());
        party.mail.send(party.peer, &declared).await?;
        let Declared(theirs) = party.mail.recv(party.peer).await?;
        let (our_word, their_word) = ((party.mail.me(), &ours), (party.peer, &theirs));
        opening::check(party.terms, our_word, &[their_word])?;

        let lasting = opening::lasting("psi-ecdh.1.peer", &theirs);
        let resumed = record.filter(|record| theirs.session == Some(record.session));
        let (record, sent) = if let Some(record) = resumed {
            let most = size.div_ceil(party.terms.chunk);
            opening::check_resumed(their_word, [&record.theirs, &lasting], most)?;
            (record, theirs.held)
        } else {
            tags.clear();
            let record = Record {
                seed,
                session: opening::name("psi-ecdh.1.session", &mut [our_word, their_word]),
                own: commitment,
                theirs: lasting,
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
        })
    }
}

/// Checks the own set and commits to it, row by row.
fn own_set(party: &Party<'_>, terms: &Digest) -> Result<(u32, Digest), PsiError> {
    party.terms.check()?;
    let size = opening::own_size(party.items, party.terms.largest)?;
    opening::check_distinct(party.items)?;
    let commitment = party.commit(("psi-ecdh.1.salt", "psi-ecdh.1.commitment"), terms);
    Ok((size, commitment))
}
