//! What the label holder and the feature holders exchange over one tree: the label holder's side.

use std::sync::Arc;

use consilium_base::Tagged;
use consilium_lwe::{Nonce, Packing, Ring, RingElement, SecretKeys};
use consilium_mailbox::{Mailbox, PartyId};
use futures_util::future::{try_join, try_join_all};
use rand_core::CryptoRng;

use super::{
    agreement::{Agreement, most_candidates},
    error::{Breach, VerticalError},
    grower::{Due, Forked, Grower, Job},
    messages::{Blocks, Choice, Offered, Opened, Sides, Summed, Turn},
    offer::Offer,
    protocol::{Examine, LOCAL},
    stride::chunk_rows,
};
use crate::{NodeId, count::narrow};

const ENCRYPT: &str = "gbdt-vertical.1.encrypting";
const OPEN: &str = "gbdt-vertical.1.opening";

/// A tree's encryption, and who adds up under it.
pub(crate) struct Examination<R: Ring> {
    keys: SecretKeys<R>,
    packing: Packing,
    /// The place of the first of the parties among all feature holders.
    first: usize,
    parties: Vec<PartyId>,
    /// Those that have candidates: their places among the parties, and how many.
    active: Vec<(usize, u32)>,
}

impl<R: Ring> Examination<R> {
    /// m2 and m3: agrees with each feature holder on what the tree's rows are encrypted under.
    ///
    /// These are all from the `first` on.
    pub(crate) async fn open(
        mail: &Mailbox,
        ring: &Arc<R>,
        (agreement, first): (&Agreement, usize),
        (tree, grower, largest): (u32, &Grower<'_>, [u32; 2]),
        rng: &mut impl CryptoRng,
    ) -> Result<Examination<R>, VerticalError> {
        let terms = agreement.terms();
        let parties = parties(agreement).split_off(first);
        let mut active = Vec::new();
        let mut nonces = Vec::new();
        for (place, holder) in terms.feature_holders.iter().skip(first).enumerate() {
            let Offered {
                nonce,
                candidates,
                rows,
            } = mail.recv(&holder.party).await?; // m2
            if rows != terms.rows {
                let peer = holder.party.clone();
                return Err(VerticalError::OtherRows { peer });
            }
            if candidates > most_candidates(terms, holder.columns) {
                let breach = Breach::Candidates { candidates };
                return Err(VerticalError::breach(&holder.party, breach));
            }
            nonces.push(nonce);
            if candidates > 0 {
                active.push((place, candidates));
            }
        }
        let packing = agreement.packing::<R>().map_err(VerticalError::Sums)?;
        let keys = mail.compute(ENCRYPT, || SecretKeys::<R>::random(ring, rng));
        let drawn = grower.drawn_bits();
        for (party, theirs) in parties.iter().zip(nonces) {
            let nonce = Nonce::random(rng);
            let run = run(mail, [&terms.label_holder, party], tree);
            let key = mail.compute(ENCRYPT, || {
                let element = RingElement::agree(&**ring, &run, nonce, theirs);
                keys.refresh_key(&element, rng)
            });
            let opened = Opened {
                nonce,
                key,
                largest,
                drawn: drawn.clone(),
            };
            mail.send(party, &opened).await?; // m3: key, rows drawn
        }
        Ok(Examination {
            keys,
            packing,
            first,
            parties,
            active,
        })
    }

    fn active(&self) -> Vec<PartyId> {
        let places = self.active.iter();
        places
            .map(|(place, _)| self.parties[*place].clone())
            .collect()
    }

    /// m4: sends the rows of each job, encrypted once for all.
    async fn send_rows(
        &self,
        mail: &Mailbox,
        grower: &Grower<'_>,
        jobs: &[Job],
        rng: &mut impl CryptoRng,
    ) -> Result<(), VerticalError> {
        let active = self.active();
        let chunk = chunk_rows::<R>(self.packing);
        for job in jobs {
            let [g, h] = grower.gradients(job.build, &grower.rows());
            for (g, h) in g.chunks(chunk).zip(h.chunks(chunk)) {
                let rows = mail.compute(ENCRYPT, || self.keys.encrypt(self.packing, [g, h], rng));
                let rows = rows.map_err(VerticalError::Sums)?;
                mail.broadcast(&active, &Blocks { rows }).await?; // m4: rows, encrypted
            }
        }
        Ok(())
    }

    /// m5: hears one feature holder's sums, and keeps what is worth most.
    async fn hear_sums(
        &self,
        mail: &Mailbox,
        grower: &Grower<'_>,
        jobs: &[Job],
        (place, candidates): (usize, u32),
    ) -> Result<Vec<Offer>, VerticalError> {
        let peer = &self.parties[place];
        let most = self.packing.ciphertexts(candidates as usize);
        let mut offers = Vec::new();
        for &node in jobs.iter().flat_map(|job| &job.returned) {
            let (judge, allowed) = (grower.judge(node)?, grower.allowed(node));
            let mut offer = Offer::default();
            let mut pack = 0;
            loop {
                let Summed { packs, last } = mail.recv(peer).await?; // m5: sums
                if pack + packs.len() > most || packs.is_empty() && !last {
                    return Err(VerticalError::breach(peer, Breach::TooManySums));
                }
                let weighed = mail.compute(OPEN, || {
                    for returned in packs {
                        let opened = self.keys.open(self.packing, &returned, &allowed)?;
                        judge.weigh(&mut offer, narrow(pack), &opened);
                        pack += 1;
                    }
                    Ok(())
                });
                weighed.map_err(|error| VerticalError::of_sums(peer, error))?;
                if last {
                    break;
                }
            }
            offers.push(offer);
        }
        Ok(offers)
    }
}

impl<R: Ring> Examine for Examination<R> {
    type Error = VerticalError;

    async fn ask(
        &mut self,
        mail: &Mailbox,
        grower: &Grower<'_>,
        jobs: &[Job],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<(NodeId, Vec<Offer>)>, VerticalError> {
        if jobs.is_empty() || self.active.is_empty() {
            return Ok(Vec::new());
        }
        let this = &*self;
        let sending = this.send_rows(mail, grower, jobs, rng);
        // All are heard at once, and while rows are sent: nobody waits for a full way.
        let hearing = try_join_all(self.active.iter().map(|&(place, candidates)| async move {
            let offers = this
                .hear_sums(mail, grower, jobs, (place, candidates))
                .await?;
            Ok::<_, VerticalError>((place, offers))
        }));
        let ((), heard) = try_join(sending, hearing).await?;
        let nodes = jobs.iter().flat_map(|job| job.returned.iter().copied());
        let mut offered: Vec<(NodeId, Vec<Offer>)> = nodes
            .map(|node| (node, vec![Offer::default(); self.parties.len()]))
            .collect();
        for (place, offers) in heard {
            for ((_, all), offer) in offered.iter_mut().zip(offers) {
                all[place] = offer;
            }
        }
        Ok(offered)
    }

    async fn choose(
        &mut self,
        mail: &Mailbox,
        grower: &mut Grower<'_>,
        due: &[Due],
    ) -> Result<(), VerticalError> {
        for (place, peer) in self.parties.iter().enumerate() {
            let of_peer = |due: &&Due| due.holder == self.first + place;
            let due: Vec<&Due> = due.iter().filter(of_peer).collect();
            if due.is_empty() {
                continue;
            }
            let choices = due.iter().map(|due| grower.choice(due));
            let choices: Vec<Choice> = choices.collect::<Result<_, _>>()?;
            mail.send(peer, &Turn::Chosen(choices)).await?; // m6: candidates
            let Sides { nodes } = mail.recv(peer).await?; // m7: each row's side
            if nodes.len() != due.len() {
                let (asked, got) = (due.len(), nodes.len());
                return Err(VerticalError::breach(peer, Breach::Answers { asked, got }));
            }
            for (due, sides) in due.iter().zip(&nodes) {
                let taken = mail.compute(LOCAL, || grower.take_sides(due, sides))?;
                taken.map_err(|breach| VerticalError::breach(peer, breach))?;
            }
        }
        Ok(())
    }

    async fn tell(
        &mut self,
        mail: &Mailbox,
        _: &Grower<'_>,
        forked: &[Forked],
    ) -> Result<(), VerticalError> {
        if forked.is_empty() {
            return Ok(());
        }
        for (place, _) in &self.active {
            let holder = self.first + place;
            let parted = forked.iter().map(|forked| forked.told(holder)).collect();
            mail.send(&self.parties[*place], &Turn::Parted(parted))
                .await?;
        }
        Ok(())
    }

    async fn end(&mut self, mail: &Mailbox) -> Result<(), VerticalError> {
        Ok(mail.broadcast(&self.parties, &Turn::Grown).await?)
    }
}

/// Gives all feature holders.
pub(crate) fn parties(agreement: &Agreement) -> Vec<PartyId> {
    let holders = agreement.terms().feature_holders.iter();
    holders.map(|holder| holder.party.clone()).collect()
}

/// Names a tree of a run between two parties.
pub(crate) fn run(
    mail: &Mailbox,
    [label_holder, feature_holder]: [&PartyId; 2],
    tree: u32,
) -> [u8; 32] {
    Tagged::new("gbdt-vertical.1.tree")
        .field(&mail.run().0)
        .field(label_holder.as_str().as_bytes())
        .field(feature_holder.as_str().as_bytes())
        .number(tree.into())
        .digest()
}
