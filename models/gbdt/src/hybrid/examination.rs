//! What the label holder exchanges over one tree with the hospitals and the coordinator.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use consilium_lwe::{Native, Nonce, Packing, Residues, RingElement, SecretKeys};
use consilium_mailbox::{Mailbox, PartyId};
use consilium_secagg::{Bits, Open, SumNumber, SumShape};
use futures_util::future::try_join;
use rand_core::CryptoRng;

use super::{
    agreement::{Agreement, Shared},
    error::HybridError,
    messages::{Fork, Level, Opened, Outlined, Parted, Turn},
    outline::{Outline, Pack},
    protocol::{ENCRYPT, LOCAL, OPEN},
    tally::open_whole,
};
use crate::{
    NodeId,
    count::narrow,
    vertical::{
        Breach, VerticalError, bits,
        examination::run,
        grower::{Due, Forked, Grower, Job, Sharing},
        messages::{Blocks, Choice, Offered, Sides},
        offer::Offer,
        protocol::Examine,
        stride::chunk_rows,
    },
};

/// The group's place among all feature holders.
const GROUP: usize = 0;

/// The hospitals as the label holder knows them.
pub(super) struct Group<'a> {
    agreement: &'a Agreement,
    parties: &'a [PartyId],
    segments: Vec<Range<u32>>,
}

/// What the hospitals bring to a tree.
pub(super) struct Brought {
    nonces: Vec<Nonce>,
    pub(super) candidates: u32,
}

impl<'a> Group<'a> {
    pub(super) fn new(agreement: &'a Agreement, segments: Vec<Range<u32>>) -> Group<'a> {
        Group {
            agreement,
            parties: agreement.hospitals(),
            segments,
        }
    }

    /// Which nodes may be examined: only those that enough hospitals share.
    pub(super) fn sharing(&self) -> Sharing {
        let Shared { hospitals, rows } = self.agreement.shared();
        let ranges = self.segments.clone();
        Sharing {
            ranges,
            least: (hospitals, rows),
        }
    }

    pub(super) fn parties(&self) -> &[PartyId] {
        self.parties
    }

    /// m2: hears what they bring to a tree.
    pub(super) async fn hear(&self, mail: &Mailbox) -> Result<Brought, HybridError> {
        let (mut nonces, mut agreed) = (Vec::new(), None);
        for (party, segment) in self.parties.iter().zip(&self.segments) {
            let Offered {
                nonce,
                candidates,
                rows,
            } = mail.recv(party).await?; // m2
            if rows as usize != segment.len() {
                let peer = party.clone();
                return Err(VerticalError::OtherRows { peer }.into());
            }
            if candidates > self.agreement.most_candidates() {
                return Err(HybridError::breach(
                    party,
                    Breach::Candidates { candidates },
                ));
            }
            if *agreed.get_or_insert(candidates) != candidates {
                return Err(HybridError::Otherwise);
            }
            nonces.push(nonce);
        }
        let candidates = agreed.unwrap_or(0);
        Ok(Brought { nonces, candidates })
    }

    /// m3: agrees with each of them on what the tree's rows are encrypted under.
    pub(super) async fn open<'b, S: Open>(
        &'b self,
        mail: &Mailbox,
        ring: &Arc<Native>,
        (tree, first, grower): (u32, u32, &Grower<'_>),
        brought: Brought,
        (sum, rng): (&'b mut S, &mut impl CryptoRng),
    ) -> Result<Examination<'b, S>, HybridError> {
        let Brought { nonces, candidates } = brought;
        let packing = self.agreement.packing_of(candidates)?;
        let keys = mail.compute(ENCRYPT, || SecretKeys::<Native>::random(ring, rng));
        let label_holder = mail.me().clone();
        let drawn = grower.drawn_bits();
        for ((party, segment), theirs) in self.parties.iter().zip(&self.segments).zip(nonces) {
            let nonce = Nonce::random(rng);
            let run = run(mail, [&label_holder, party], tree);
            let key = mail.compute(ENCRYPT, || {
                let element = RingElement::agree(&**ring, &run, nonce, theirs);
                keys.refresh_key(&element, rng)
            });
            let within = |drawn: &Bytes| part(drawn, grower.rows().len(), segment);
            let opened = Opened {
                nonce,
                key,
                first: SumNumber(first),
                drawn: within(&drawn),
            };
            mail.send(party, &opened).await?; // m3: key, rows drawn
        }
        Ok(Examination {
            group: self,
            keys,
            packing,
            candidates,
            tree,
            ask: 0,
            next_sum: first,
            sum,
        })
    }
}

/// Gives the bits of one hospital's rows; nothing where there are none at all.
fn part(bits: &Bytes, rows: usize, segment: &Range<u32>) -> Bytes {
    let Some(all) = bits::unpack(bits, rows) else {
        return Bytes::new();
    };
    let (start, end) = (segment.start as usize, segment.end as usize);
    bits::pack(all.skip(start).take(end - start))
}

/// A tree's encryption, and the sums over those who add up under it.
pub(super) struct Examination<'a, S> {
    group: &'a Group<'a>,
    keys: SecretKeys<Native>,
    packing: Packing,
    candidates: u32,
    tree: u32,
    /// How often nodes were examined.
    ask: u32,
    next_sum: u32,
    sum: &'a mut S,
}

/// Names a sum of ciphertexts: the `place`th of those that are added up at once.
pub(super) fn sum_shape(
    mail: &Mailbox,
    (number, len): (u32, usize),
    ((tree, ask), place): ((u32, u32), usize),
    outlined: &Outlined,
) -> SumShape {
    let about = (mail.run().0, tree, ask, place as u64, outlined);
    let shape = (SumNumber(number), len, Bits::WIDEST);
    SumShape::asking(shape, ("gbdt-hybrid.1.ciphertexts", &about))
}

impl<S: Open> Examine for Examination<'_, S> {
    type Error = HybridError;

    async fn ask(
        &mut self,
        mail: &Mailbox,
        grower: &Grower<'_>,
        jobs: &[Job],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<(NodeId, Vec<Offer>)>, HybridError> {
        if jobs.is_empty() || self.candidates == 0 {
            return Ok(Vec::new());
        }
        let group = self.group;
        if jobs.iter().any(|job| job.build == NodeId::ROOT) {
            if !grower.is_shared(NodeId::ROOT) {
                // Of no node below it can anything be told either.
                self.candidates = 0;
                return Ok(Vec::new());
            }
            mail.broadcast(group.parties, &Turn::Root).await?; // m4: the root
            let coordinator = &group.agreement.terms().coordinator;
            mail.send(coordinator, &Level::Root).await?; // m4: the root
        }
        let (keys, packing) = (&self.keys, self.packing);
        let asked = Asked {
            group,
            keys,
            packing,
            candidates: self.candidates as usize,
            place: (self.tree, self.ask),
        };
        let sending = asked.send_rows(mail, grower, jobs, rng);
        // Sums are heard while rows are sent: nobody waits for a full way.
        let hearing = asked.hear_sums(mail, grower, jobs, (self.sum, &mut self.next_sum));
        let ((), offers) = try_join(sending, hearing).await?;
        self.ask += 1;
        let nodes = jobs.iter().flat_map(|job| job.nodes.iter().copied());
        let offers = offers.into_iter().map(|offer| vec![offer]);
        Ok(nodes.zip(offers).collect())
    }

    async fn choose(
        &mut self,
        mail: &Mailbox,
        grower: &mut Grower<'_>,
        due: &[Due],
    ) -> Result<(), HybridError> {
        let due: Vec<&Due> = due.iter().filter(|due| due.holder == GROUP).collect();
        if due.is_empty() {
            return Ok(());
        }
        let choices = due.iter().map(|due| grower.choice(due));
        let choices: Vec<Choice> = choices
            .collect::<Result<_, _>>()
            .map_err(VerticalError::from)?;
        let group = self.group;
        mail.broadcast(group.parties, &Turn::Chosen(choices))
            .await?; // m9: candidates
        let mut sides: Vec<Vec<bool>> = vec![Vec::new(); due.len()];
        for (party, segment) in group.parties.iter().zip(&group.segments) {
            let Sides { nodes } = mail.recv(party).await?; // m10: each row's side
            if nodes.len() != due.len() {
                let (asked, got) = (due.len(), nodes.len());
                return Err(HybridError::breach(party, Breach::Answers { asked, got }));
            }
            for ((due, sides), theirs) in due.iter().zip(&mut sides).zip(&nodes) {
                let rows = grower.count(due.node, segment);
                let theirs = bits::unpack(theirs, rows);
                sides.extend(theirs.ok_or_else(|| HybridError::breach(party, Breach::Bits))?);
            }
        }
        for (due, sides) in due.into_iter().zip(sides) {
            let taken = mail.compute(LOCAL, || grower.take_sides(due, &bits::pack(sides)));
            let taken = taken.map_err(VerticalError::from)?;
            taken.map_err(|_| HybridError::OtherSides)?;
        }
        Ok(())
    }

    async fn tell(
        &mut self,
        mail: &Mailbox,
        grower: &Grower<'_>,
        forked: &[Forked],
    ) -> Result<(), HybridError> {
        if forked.is_empty() || self.candidates == 0 {
            return Ok(());
        }
        let group = self.group;
        let forks = forked.iter().map(|forked| Fork {
            node: forked.number,
            builds_left: forked.builds_left,
        });
        let forks: Vec<Fork> = forks.collect();
        // The rows of a node rise, and with them the hospitals that have them.
        let mut starts = vec![0; forked.len()];
        for (party, segment) in group.parties.iter().zip(&group.segments) {
            let mut parted = Vec::new();
            for ((forked, fork), start) in forked.iter().zip(&forks).zip(&mut starts) {
                let rows = narrow(grower.count(forked.node, segment));
                let own = *start..*start + rows;
                *start += rows;
                let all = grower.count(forked.node, &grower.rows());
                let sides = || part(&forked.sides, all, &own);
                parted.push(Parted {
                    fork: *fork,
                    sides: (forked.holder != Some(GROUP)).then(sides),
                });
            }
            mail.send(party, &Turn::Parted(parted)).await?; // m11: sides
        }
        let coordinator = &group.agreement.terms().coordinator;
        Ok(mail.send(coordinator, &Level::Forks(forks)).await?) // m11: which nodes
    }

    async fn end(&mut self, mail: &Mailbox) -> Result<(), HybridError> {
        let coordinator = &self.group.agreement.terms().coordinator;
        mail.send(coordinator, &Level::Grown).await?; // m11: grown
        Ok(mail.broadcast(self.group.parties, &Turn::Grown).await?) // m11: grown
    }
}

/// What the hospitals are asked at once.
#[derive(Clone, Copy)]
struct Asked<'a> {
    group: &'a Group<'a>,
    keys: &'a SecretKeys<Native>,
    packing: Packing,
    candidates: usize,
    place: (u32, u32),
}

impl Asked<'_> {
    /// m4: sends each hospital its rows of each job.
    async fn send_rows(
        self,
        mail: &Mailbox,
        grower: &Grower<'_>,
        jobs: &[Job],
        rng: &mut impl CryptoRng,
    ) -> Result<(), HybridError> {
        let chunk = chunk_rows::<Native>(self.packing);
        for job in jobs {
            for (party, segment) in self.group.parties.iter().zip(&self.group.segments) {
                let [g, h] = grower.gradients(job.build, segment);
                for (g, h) in g.chunks(chunk).zip(h.chunks(chunk)) {
                    let rows =
                        mail.compute(ENCRYPT, || self.keys.encrypt(self.packing, [g, h], rng));
                    let rows = rows.map_err(VerticalError::Sums)?;
                    mail.send(party, &Blocks { rows }).await?; // m4: rows, encrypted
                }
            }
        }
        Ok(())
    }

    /// m7 and m8: hears which sums come, opens them, and keeps what is worth most in each node.
    async fn hear_sums(
        self,
        mail: &Mailbox,
        grower: &Grower<'_>,
        jobs: &[Job],
        (sum, next_sum): (&mut impl Open, &mut u32),
    ) -> Result<Vec<Offer>, HybridError> {
        let nodes: Vec<NodeId> = jobs.iter().flat_map(|job| job.nodes.clone()).collect();
        let awaited: Vec<NodeId> = jobs.iter().flat_map(|job| job.returned.clone()).collect();
        let outlined = self.hear_outlines(mail).await?; // m7: which sums come
        let outline = Outline::read(&outlined, (nodes.len(), self.candidates), self.packing);
        let outline = outline.ok_or(HybridError::OtherSums)?;
        if outline
            .packs
            .iter()
            .any(|pack| !awaited.contains(&nodes[pack.node]))
        {
            return Err(HybridError::OtherSums);
        }
        let mut offers = vec![Offer::default(); nodes.len()];
        for (place, packs) in outline.sums().into_iter().enumerate() {
            let len = outline.words(packs.clone());
            let shape = sum_shape(mail, (*next_sum, len), (self.place, place), &outlined);
            *next_sum += 1;
            let here = mail.scope(format_args!("sums-{}-{place}", self.place.1));
            let words = open_whole(&here, self.group.parties, &shape, sum).await?; // m8: sums
            let mut words = &words[..];
            for pack in &outline.packs[packs] {
                let (of_pack, rest) = words.split_at(pack.words());
                words = rest;
                let node = nodes[pack.node];
                let offer = &mut offers[pack.node];
                mail.compute(OPEN, || self.open(grower, node, (pack, of_pack), offer))?;
            }
        }
        Ok(offers)
    }

    async fn hear_outlines(self, mail: &Mailbox) -> Result<Outlined, HybridError> {
        let mut agreed: Option<Outlined> = None;
        for party in self.group.parties {
            let outlined: Outlined = mail.recv(party).await?; // m7: which sums come
            match &agreed {
                Some(agreed) if *agreed != outlined => return Err(HybridError::Otherwise),
                Some(_) => {}
                None => agreed = Some(outlined),
            }
        }
        agreed.ok_or(HybridError::OtherSums)
    }

    fn open(
        self,
        grower: &Grower<'_>,
        node: NodeId,
        (pack, words): (&Pack, &[u64]),
        offer: &mut Offer,
    ) -> Result<(), HybridError> {
        let judge = grower.judge(node).map_err(VerticalError::from)?;
        let allowed = grower.allowed(node);
        let residues = Residues::new(self.packing, pack.slots.clone(), words.to_vec());
        let residues = residues.map_err(VerticalError::Sums)?;
        let opened = self.keys.open_residues(self.packing, &residues, &allowed);
        let opened = opened.map_err(HybridError::of_sum)?;
        judge.weigh(offer, narrow(pack.place), &opened);
        Ok(())
    }
}
