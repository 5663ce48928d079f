//! Beginning a session that goes bucket by bucket, or taking up one that broke off.

use std::{collections::BTreeMap, iter::once};

use consilium_base::{Digest, Seed, Tagged};
use consilium_mailbox::{Mailbox, PartyId};
use rand_core::CryptoRng;
use tracing::info;

use crate::{
    Item, PsiError, Sizes, Spill, Terms,
    opening::{self, Declared, OwnSet, Said},
    record::Record,
    sizes::room,
};

/// What a protocol calls its parts.
pub(crate) struct Labels {
    /// Of the record.
    pub(crate) record: &'static str,
    /// Of the declaring step.
    pub(crate) step: &'static str,
    /// Of the salt and of the commitment to a set.
    pub(crate) set: (&'static str, &'static str),
    /// Of what names a session.
    pub(crate) session: &'static str,
    /// Of what must not change at a peer.
    pub(crate) peer: &'static str,
}

/// A party before a session: its place, what all agreed on, its set.
pub(crate) struct Opening<'a> {
    pub(crate) labels: &'static Labels,
    pub(crate) mail: &'a Mailbox,
    /// All but the own one, by name.
    pub(crate) others: &'a [PartyId],
    pub(crate) terms: &'a Terms,
    pub(crate) items: &'a [Item],
    pub(crate) secret: &'a Seed,
    pub(crate) sizes: Sizes,
    /// Who keeps buckets, all but the last.
    pub(crate) keepers: &'a [&'a PartyId],
}

/// A run under way: all sets are declared and committed to.
pub(crate) struct Session {
    /// Names the session and how far it had come; it is not kept yet.
    pub(crate) record: Record,
    /// Whether it is a new one.
    pub(crate) new: bool,
    /// Names this run: joint randomness that serves once.
    run: Digest,
    /// Items in each party's set.
    pub(crate) sizes: BTreeMap<PartyId, u32>,
    /// The first bucket that not all who keep any are done with.
    pub(crate) next: u32,
    /// Buckets in all.
    pub(crate) buckets: u32,
}

impl Opening<'_> {
    /// Gives what the own party declares, and the record that it has kept of a session.
    pub(crate) fn declare(
        &self,
        terms: Digest,
        spill: &mut dyn Spill,
        rng: &mut impl CryptoRng,
    ) -> Result<(Declared, Option<Record>), PsiError> {
        self.terms.check()?;
        self.sizes.check()?;
        let size = opening::own_size(self.items, self.terms.largest)?;
        let names: Vec<&PartyId> = once(self.mail.me()).chain(self.others).collect();
        let set = OwnSet {
            items: self.items,
            secret: self.secret,
            names: &names,
        };
        let commit = || set.commit(self.labels.set, &terms);
        let commitment = self.mail.compute(self.labels.step, commit);
        let record = Record::load(spill, self.labels.record, self.others.len())?;
        let record = record.filter(|record| record.own == commitment);
        let mut nonce = Digest::default();
        rng.fill_bytes(&mut nonce);
        let declared = Declared {
            terms,
            size,
            commitment,
            nonce,
            session: record.as_ref().map(|record| record.session),
            held: record.as_ref().map_or(0, |record| record.done),
        };
        Ok((declared, record))
    }

    /// Checks what all declared, the others by name, and resumes if all can.
    pub(crate) fn session(
        &self,
        ours: &Declared,
        theirs: &[Declared],
        record: Option<Record>,
    ) -> Result<Session, PsiError> {
        let our_word = (self.mail.me(), ours);
        let their_words: Vec<Said<'_>> = self.others.iter().zip(theirs).collect();
        opening::check(self.terms, our_word, &their_words)?;
        let mut said = [&[our_word], &their_words[..]].concat();
        let run = opening::name(self.labels.session, &mut said);
        let sizes: BTreeMap<PartyId, u32> = said
            .iter()
            .map(|(name, it)| ((*name).clone(), it.size))
            .collect();
        let buckets = self.sizes.buckets(largest(&sizes));
        let lasting = theirs
            .iter()
            .map(|it| opening::lasting(self.labels.peer, it));
        let lasting: Vec<Digest> = lasting.collect();
        let resumed = record.filter(|record| {
            let mut others = theirs.iter();
            others.all(|it| it.session == Some(record.session))
        });
        let new = resumed.is_none();
        let mut next = 0;
        let record = if let Some(record) = resumed {
            let kept = record.theirs.iter().zip(&lasting);
            for (word, (then, now)) in their_words.iter().zip(kept) {
                // The last bucket is kept by nobody.
                let most = self.kept_by(word.0, buckets - 1);
                opening::check_resumed(*word, [then, now], most)?;
            }
            let keepers = said.iter().filter(|(name, _)| self.keepers.contains(name));
            let held = keepers.map(|(_, it)| it.held).min();
            next = held.unwrap_or(0).min(buckets - 1);
            let done = self.kept_by(self.mail.me(), next);
            Record { done, ..record }
        } else {
            Record {
                name: self.labels.record,
                session: run,
                own: ours.commitment,
                theirs: lasting,
                done: 0,
            }
        };
        info!(run = %self.mail.run(), ?sizes, buckets, next, "sets declared");
        Ok(Session {
            record,
            new,
            run,
            sizes,
            next,
            buckets,
        })
    }

    /// Gives how many buckets a party has kept when so many could be.
    fn kept_by(&self, party: &PartyId, buckets: u32) -> u32 {
        if self.keepers.contains(&party) {
            buckets
        } else {
            0
        }
    }
}

impl Session {
    /// Gives how many items a party has.
    pub(crate) fn size(&self, party: &PartyId) -> u32 {
        self.sizes.get(party).copied().unwrap_or(0)
    }

    /// Gives the room of a bucket for a party's items.
    pub(crate) fn room(&self, party: &PartyId) -> usize {
        room(self.size(party), self.buckets)
    }

    /// Gives the size of the largest set.
    pub(crate) fn largest(&self) -> u32 {
        largest(&self.sizes)
    }

    /// Names something of this run that serves once.
    pub(crate) fn name(&self, label: &'static str, number: u32) -> Digest {
        let hash = Tagged::new(label).field(&self.record.session);
        hash.field(&self.run).number(number.into()).digest()
    }
}

fn largest(sizes: &BTreeMap<PartyId, u32>) -> u32 {
    sizes.values().copied().max().unwrap_or(0)
}
