//! What a hospital exchanges over one tree with the label holder, the coordinator and the others.

use std::sync::Arc;

use consilium_base::Digest;
use consilium_lwe::{LweError, Native, Nonce, Refresher, RingElement};
use consilium_mailbox::Mailbox;
use consilium_secagg::{Contribute, Input};
use rand_core::CryptoRng;

use super::{
    adder::Adder,
    agreement::Agreement,
    deck::Deck,
    error::HybridError,
    examination::sum_shape,
    messages::{Decided, Fork, Opened, Outlined, Turn},
    outline::Outline,
    tally::{self, Presence},
};
use crate::{
    BinRule,
    count::narrow,
    vertical::{
        Breach, FeatureHolder, VerticalError,
        answering::hear_rows,
        examination::run,
        messages::{Offered, Sides},
        nodes::{Ground, Nodes, Pair},
        places::Places,
    },
};

const ADD: &str = "gbdt-hybrid.1.adding";
const RETURN: &str = "gbdt-hybrid.1.returning";

/// A hospital's side of its trees.
#[derive(Clone, Copy)]
pub(super) struct Own<'a> {
    pub(super) agreement: &'a Agreement,
    pub(super) rows: u32,
    pub(super) holder: &'a FeatureHolder,
    pub(super) deck: &'a Deck,
    pub(super) cuts: &'a Digest,
}

/// What is examined at once: the root, or both children of some nodes.
enum Examined {
    Root,
    Pairs(Vec<Pair>),
}

impl<'a> Own<'a> {
    /// Takes part in one tree.
    pub(super) async fn examine(
        self,
        mail: &Mailbox,
        ring: &Arc<Native>,
        tree: u32,
        (counts, sums): (&mut impl Contribute, &mut impl Contribute),
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<BinRule>, HybridError> {
        let peer = &self.agreement.terms().label_holder;
        let blame = |breach| HybridError::breach(peer, breach);
        let (mut adder, mut next_sum) = self.open(mail, ring, tree, rng).await?; // m2, m3
        let pairs = self.agreement.pairs() as usize;
        let mut ask = 0;
        loop {
            let (examined, forks) = match mail.recv(peer).await? {
                Turn::Root if adder.awaits_root() => (Examined::Root, Vec::new()),
                Turn::Root => return Err(blame(Breach::Node)),
                Turn::Parted(parted) if !(1..=pairs).contains(&parted.len()) => {
                    return Err(blame(Breach::Node));
                }
                // Whoever asks for nothing could do so for ever.
                Turn::Chosen(choices) if choices.is_empty() => return Err(blame(Breach::Node)),
                Turn::Chosen(choices) => {
                    let mut nodes = Vec::new();
                    for choice in &choices {
                        let sides = mail.compute(ADD, || adder.choose(choice));
                        nodes.push(sides.map_err(blame)?);
                    }
                    mail.send(peer, &Sides { nodes }).await?; // m10: each row's side
                    continue;
                }
                Turn::Parted(parted) => {
                    let pairs = parted.iter().map(|parted| adder.part(parted));
                    let pairs: Result<Vec<Pair>, Breach> = mail.compute(ADD, || pairs.collect());
                    let forks: Vec<Fork> = parted.iter().map(|parted| parted.fork).collect();
                    (Examined::Pairs(pairs.map_err(blame)?), forks)
                }
                Turn::Grown => return Ok(adder.nodes.into_splits()),
            };
            if ask >= self.agreement.asks() {
                return Err(blame(Breach::Node));
            }
            let (place, forks) = ((tree, ask), &forks[..]);
            self.count(mail, &adder, (place, forks, &examined), counts)
                .await?; // m5
            let heard = self.add(mail, &mut adder, &examined).await?; // m4, m6
            self.sum(mail, &mut adder, (place, heard), (&mut next_sum, sums), rng)
                .await?; // m7, m8
            ask += 1;
        }
    }

    /// m2 and m3: agrees with the label holder on what the tree's rows are encrypted under.
    async fn open(
        self,
        mail: &Mailbox,
        ring: &Arc<Native>,
        tree: u32,
        rng: &mut impl CryptoRng,
    ) -> Result<(Adder<'a>, u32), HybridError> {
        let peer = &self.agreement.terms().label_holder;
        let blame = |breach| HybridError::breach(peer, breach);
        let nonce = Nonce::random(rng);
        let (layout, dealt) = self.holder.deal(tree, &mut self.deck.of_tree(tree));
        let candidates = narrow(dealt.len());
        let rows = self.rows;
        let offered = Offered {
            nonce,
            candidates,
            rows,
        };
        mail.send(peer, &offered).await?; // m2: nonce, candidates, rows
        let packing = self.agreement.packing_of(candidates)?;
        let opened: Opened = mail.recv(peer).await?; // m3: key, rows drawn
        let places = Places::new(self.rows as usize, &opened.drawn);
        let places = places.ok_or_else(|| blame(Breach::Bits))?;
        let run = run(mail, [peer, mail.me()], tree);
        let refresher = mail.compute(RETURN, || {
            let element = RingElement::agree(&**ring, &run, opened.nonce, nonce);
            Refresher::new(ring, element, &opened.key)
        });
        let ground = Ground {
            binned: self.holder.binned(),
            layout,
            dealt,
            ring: Arc::clone(ring),
            packing,
            refresher: refresher.map_err(|error| VerticalError::of_sums(peer, error))?,
            depth: self.agreement.whole().depth(),
        };
        let nodes = Nodes::new(ground, places);
        let adder = Adder::new(nodes, (tree, self.deck), self.agreement.flood());
        Ok((adder, opened.first.0))
    }

    /// m5: adds up with the other hospitals how many rows candidates have.
    async fn count(
        self,
        mail: &Mailbox,
        adder: &Adder<'_>,
        ((tree, ask), forks, examined): ((u32, u32), &[Fork], &Examined),
        counts: &mut impl Contribute,
    ) -> Result<(), HybridError> {
        let of_forks = (adder.width(), forks);
        let shape = tally::shape_of_tree(self.agreement, (tree, ask), of_forks, self.cuts);
        counts.admit(&shape).await?;
        let shared = self.agreement.shared();
        let tallies: Vec<u64> = mail.compute(ADD, || {
            let mut tallies = Vec::new();
            for (built, rest) in examined.counted() {
                let tally = adder.tally(built);
                tallies.extend(tally.elements());
                tallies.extend(Presence::of(&tally, shared).elements());
                let of_rest = rest.map(|rest| Presence::of(&adder.tally(rest), shared));
                tallies.extend(of_rest.iter().flat_map(Presence::elements));
            }
            tallies
        });
        let here = mail.scope(format_args!("counts-{ask}"));
        tally::contribute(&here, &shape, tallies, counts).await
    }

    /// m4 and m6: adds up rows, and hears what may be told of them; gives the nodes, and a hash of what
    /// was heard.
    async fn add(
        self,
        mail: &Mailbox,
        adder: &mut Adder<'_>,
        examined: &Examined,
    ) -> Result<(Vec<usize>, Digest), HybridError> {
        let coordinator = &self.agreement.terms().coordinator;
        let peer = &self.agreement.terms().label_holder;
        let blame = |breach| HybridError::breach(coordinator, breach);
        let Decided { nodes: allowed } = mail.recv(coordinator).await?; // m6: what may be told
        let nodes = examined.nodes();
        if allowed.len() != nodes.len() {
            let (asked, got) = (nodes.len(), allowed.len());
            return Err(blame(Breach::Answers { asked, got }));
        }
        match examined {
            Examined::Root => {
                let adding = hear_rows(mail, peer, ADD, (&adder.nodes, 0)).await?; // m4
                let taken = mail.compute(ADD, || adder.take_root(adding, &allowed));
                taken.map_err(blame)?;
            }
            Examined::Pairs(pairs) => {
                for (pair, allowed) in pairs.iter().zip(allowed.chunks(2)) {
                    let built = (&adder.nodes, pair.build());
                    let adding = hear_rows(mail, peer, ADD, built).await?; // m4
                    let taken = mail.compute(ADD, || adder.take_pair(*pair, adding, allowed));
                    taken.map_err(VerticalError::Sums)?.map_err(blame)?;
                }
            }
        }
        let told = self.deck.seal("gbdt-hybrid.1.told").field(self.cuts);
        let told = allowed.iter().fold(told, |told, allowed| {
            told.field(&allowed.open).field(&allowed.present)
        });
        Ok((nodes, told.digest()))
    }

    /// m7 and m8: says which sums come, and adds them up with the other hospitals.
    async fn sum(
        self,
        mail: &Mailbox,
        adder: &mut Adder<'_>,
        (place, (nodes, told)): ((u32, u32), (Vec<usize>, Digest)),
        (next_sum, sums): (&mut u32, &mut impl Contribute),
        rng: &mut impl CryptoRng,
    ) -> Result<(), HybridError> {
        let peer = &self.agreement.terms().label_holder;
        let outlined = Outlined {
            nodes: nodes.iter().map(|node| adder.outline(*node)).collect(),
            told,
        };
        mail.send(peer, &outlined).await?; // m7: which sums come
        let outline = Outline::read(
            &outlined,
            (nodes.len(), adder.candidates()),
            adder.nodes.ground.packing,
        );
        let ours = || VerticalError::Sums(LweError::Slots);
        let outline = outline.ok_or_else(ours)?;
        for (place_of_sum, packs) in outline.sums().into_iter().enumerate() {
            let len = outline.words(packs.clone());
            let shape = sum_shape(mail, (*next_sum, len), (place, place_of_sum), &outlined);
            *next_sum = next_sum.saturating_add(1);
            sums.admit(&shape).await?;
            let words: Result<Vec<u64>, LweError> = mail.compute(RETURN, || {
                let mut words = Vec::with_capacity(len);
                for pack in &outline.packs[packs] {
                    words.extend(adder.residues(nodes[pack.node], pack, rng)?);
                }
                Ok(words)
            });
            let words = words.map_err(VerticalError::Sums)?;
            let here = mail.scope(format_args!("sums-{}-{place_of_sum}", place.1));
            sums.contribute(&here, &shape, Input::Own(&words)).await?; // m8: sums
        }
        for node in nodes {
            adder.nodes.forget_sums(node);
        }
        Ok(())
    }
}

impl Examined {
    /// The nodes whose rows come, and of pairs the other ones.
    fn counted(&self) -> Vec<(usize, Option<usize>)> {
        match self {
            Examined::Root => vec![(0, None)],
            Examined::Pairs(pairs) => {
                let both = pairs.iter().map(|pair| (pair.build(), Some(pair.rest())));
                both.collect()
            }
        }
    }

    /// All nodes.
    fn nodes(&self) -> Vec<usize> {
        match self {
            Examined::Root => vec![0],
            Examined::Pairs(pairs) => {
                let both = pairs.iter().flat_map(|pair| [pair.left, pair.left + 1]);
                both.collect()
            }
        }
    }
}
