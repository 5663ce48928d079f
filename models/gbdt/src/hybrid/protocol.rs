//! The roles of a fit, in the order of figures 1 and 2 of docs/protocols/gbdt-hybrid.md; the
//! coordinator's is in `coordinator.rs`.

use std::sync::Arc;

use consilium_base::Digest;
use consilium_lwe::{LweError, Native, Nonce, Refresher, Ring as _, RingElement};
use consilium_mailbox::Mailbox;
use consilium_secagg::{Contribute, Input, Open};
use rand_core::CryptoRng;

use super::{
    adder::{Adder, Pair, Tools},
    agreement::Agreement,
    cutting,
    deck::Deck,
    error::HybridError,
    examination::{Group, sum_shape},
    examiners::Examiners,
    hospital::{Hospital, HospitalSide},
    label::{LabelHolder, LabelSide},
    messages::{Decided, Fork, Opened, Outlined, Turn},
    outline::Outline,
    tally::{self, Presence},
};
use crate::{
    BinRule,
    count::narrow,
    vertical::{
        Breach, FeatureHolder, FeatureModel, LabelModel, Progress, VerticalError, Watch,
        adding::Adding,
        examination::{Examination, parties, run},
        label::Next,
        messages::{Blocks, Called, Kept, Offered, Sides},
        places::Places,
        protocol::{NONE, grow, hear_kept},
    },
};

/// The labels under which CPU time is accounted.
pub(super) const LOCAL: &str = "gbdt-hybrid.1.local";
pub(super) const ENCRYPT: &str = "gbdt-hybrid.1.encrypting";
pub(super) const OPEN: &str = "gbdt-hybrid.1.opening";
const ADD: &str = "gbdt-hybrid.1.adding";
const RETURN: &str = "gbdt-hybrid.1.returning";

/// Fits: the label holder's part.
///
/// Grows the trees that are left, and has each kept by `watch`; and once more before each, since numbers
/// of sums are used up. `sum` opens the sums of ciphertexts, to which all hospitals contribute. What was
/// kept may go on in another run, by [`LabelHolder::resume`]: the model is the same bit for bit.
///
/// # Errors
///
/// [`HybridError`]; its `fault` says whose it is.
pub async fn lead(
    mail: &Mailbox,
    holder: &mut LabelHolder,
    sum: &mut impl Open,
    rng: &mut impl CryptoRng,
    watch: &mut impl Watch<LabelSide>,
) -> Result<LabelModel, HybridError> {
    let ring = Arc::new(Native::new());
    let agreement = holder.agreement().clone();
    let group = Group::new(&agreement);
    let (whole, coordinator) = (agreement.whole(), &agreement.terms().coordinator);
    // The first feature holder stands for the hospitals.
    let others = parties(whole).split_off(1);
    let keeping = [group.parties(), &others].concat();
    let told = [&keeping[..], std::slice::from_ref(coordinator)].concat();
    loop {
        let tree = holder.fit.side().trees();
        let (drawn, stopping) = match mail.compute(LOCAL, || holder.fit.next())? {
            Next::Tree(drawn, stopping) => (drawn, stopping),
            Next::Finished(stopping) => {
                let trees = stopping.best();
                let (level, losses) = (0, *stopping.losses().last().unwrap_or(&NONE));
                watch.hear(Progress {
                    tree,
                    level,
                    losses,
                });
                let called = Called::Finished(trees);
                mail.broadcast(&told, &called).await?; // m1
                hear_kept(mail, &keeping, trees).await?; // m12
                return Ok(holder.fit.model(trees));
            }
        };
        let losses = *stopping.losses().last().unwrap_or(&NONE);
        let here = mail.scope(format_args!("tree-{tree}"));
        let is_joint = tree >= whole.first_joint_tree();
        let mut brought = None;
        if is_joint {
            mail.broadcast(&told, &Called::Tree(tree)).await?; // m1
            let offered = group.hear(&here).await?; // m2
            let first = holder.reserve(offered.candidates)?;
            watch.keep(&holder.side()).map_err(VerticalError::Unkept)?;
            brought = Some((first, offered));
        }
        let mut hear = |level| {
            watch.hear(Progress {
                tree,
                level,
                losses,
            });
        };
        let (mut grower, _) = mail.compute(LOCAL, || holder.fit.plant(&drawn))?;
        grower.share(group.sharing());
        let mut examining = match brought {
            Some((first, brought)) => {
                let of_group = (tree, first, &grower);
                let opened = group.open(&here, &ring, of_group, brought, (&mut *sum, rng));
                let hospitals = opened.await?; // m3
                let of_others = (tree, &grower, [0; 2]);
                let others = Examination::open(&here, &ring, (whole, 1), of_others, rng).await?;
                Some(Examiners { hospitals, others })
            }
            None => None,
        };
        grow(&here, examining.as_mut(), &mut grower, rng, &mut hear).await?; // m4 to m11
        let grown = mail.compute(LOCAL, || grower.finish());
        if is_joint {
            hear_kept(mail, &keeping, tree).await?; // m12
        }
        mail.compute(LOCAL, || holder.fit.take(grown, stopping));
        watch.keep(&holder.side()).map_err(VerticalError::Unkept)?;
    }
}

/// Fits: a hospital's part.
///
/// Takes part in trees as the label holder calls them, and keeps its splits of each through `watch`.
/// `counts` adds up for the coordinator, `sums` for the label holder: two studies of secure aggregation,
/// each with a book of its own, since both number from 0, and both with thresholds for what
/// [`Agreement::assumed`] says.
///
/// # Errors
///
/// [`HybridError`]; its `fault` says whose it is.
pub async fn follow(
    mail: &Mailbox,
    hospital: &Hospital,
    (counts, sums): (&mut impl Contribute, &mut impl Contribute),
    rng: &mut impl CryptoRng,
    watch: &mut impl Watch<HospitalSide>,
) -> Result<FeatureModel, HybridError> {
    let agreement = hospital.agreement();
    let deck = Deck::agree(mail, agreement, hospital.secret()).await?; // s1
    let columns = hospital.columns();
    let here = mail.scope("columns");
    let shape = cutting::hear_cuts(&here, agreement, columns, counts).await?; // s2
    let (cuts, mut holder) = mail.compute(LOCAL, || hospital.cut(shape))?;
    deck.compare(mail, agreement, &cuts).await?; // s3
    let ring = Arc::new(Native::new());
    let peer = &agreement.terms().label_holder;
    let trees = agreement.terms().boosting.specification().trees;
    let first = agreement.whole().first_joint_tree();
    let mut due = first;
    loop {
        let called: Called = mail.recv(peer).await?; // m1
        let (Called::Tree(tree) | Called::Finished(tree)) = called;
        let is_over = matches!(called, Called::Finished(_));
        // None is called twice in a run.
        if tree > trees || !is_over && !(due..trees).contains(&tree) {
            return Err(HybridError::breach(peer, Breach::Tree { tree }));
        }
        due = tree + 1;
        if is_over {
            holder.go_back(tree.max(first))?;
        } else {
            holder.begin(tree)?;
            let side = HospitalSide {
                cuts,
                fit: holder.side().clone(),
            };
            // What is told of a tree can't be taken back: before it, it is kept that it was begun.
            watch.keep(&side).map_err(VerticalError::Unkept)?;
            let mail = mail.scope(format_args!("tree-{tree}"));
            let rows = hospital.rows();
            let own = Own {
                agreement,
                rows,
                holder: &holder,
                deck: &deck,
                cuts: &cuts,
            };
            let sums = (&mut *counts, &mut *sums);
            let splits = own.examine(&mail, &ring, tree, sums, rng).await?;
            holder.take(tree, splits);
        }
        let side = HospitalSide {
            cuts,
            fit: holder.side().clone(),
        };
        watch.keep(&side).map_err(VerticalError::Unkept)?;
        mail.send(peer, &Kept { tree }).await?; // m12
        if is_over {
            return Ok(holder.model());
        }
    }
}

/// A hospital's side of its trees.
#[derive(Clone, Copy)]
struct Own<'a> {
    agreement: &'a Agreement,
    rows: u32,
    holder: &'a FeatureHolder,
    deck: &'a Deck,
    cuts: &'a Digest,
}

/// What is examined at once: the root, or both children of some nodes.
enum Examined {
    Root,
    Pairs(Vec<Pair>),
}

impl<'a> Own<'a> {
    /// Takes part in one tree.
    async fn examine(
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
                Turn::Grown => return Ok(adder.into_splits()),
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
        let terms = self.agreement.terms();
        let peer = &terms.label_holder;
        let blame = |breach| HybridError::breach(peer, breach);
        let nonce = Nonce::random(rng);
        let (layout, dealt) = self.holder.deal(tree, &mut self.deck.of_tree(tree));
        let candidates = narrow(dealt.len());
        mail.send(peer, &Offered { nonce, candidates }).await?; // m2: nonce, candidates
        let opened: Opened = mail.recv(peer).await?; // m3: key, rows drawn
        let stride = opened.stride;
        let packing = self.agreement.packing(stride, candidates);
        let agreed = terms.stride.is_none_or(|agreed| agreed == stride);
        let packing = packing.filter(|_| agreed);
        let packing = packing.ok_or_else(|| blame(Breach::Stride { stride }))?;
        let places = Places::new(self.rows as usize, &opened.drawn);
        let places = places.ok_or_else(|| blame(Breach::Bits))?;
        let run = run(mail, [peer, mail.me()], tree);
        let refresher = mail.compute(RETURN, || {
            let element = RingElement::agree(&**ring, &run, opened.nonce, nonce);
            Refresher::new(ring, element, &opened.key)
        });
        let tools = Tools {
            tree,
            deck: self.deck,
            binned: self.holder.binned(),
            layout,
            dealt,
            ring: Arc::clone(ring),
            packing,
            refresher: refresher.map_err(|error| VerticalError::of_sums(peer, error))?,
            flood: self.agreement.flood(),
            depth: self.agreement.whole().depth(),
        };
        Ok((Adder::new(tools, places), opened.first.0))
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
        let blame = |breach| HybridError::breach(coordinator, breach);
        let Decided { nodes: allowed } = mail.recv(coordinator).await?; // m6: what may be told
        let nodes = examined.nodes();
        if allowed.len() != nodes.len() {
            let (asked, got) = (nodes.len(), allowed.len());
            return Err(blame(Breach::Answers { asked, got }));
        }
        match examined {
            Examined::Root => {
                let adding = self.hear_rows(mail, adder, 0).await?; // m4
                let taken = mail.compute(ADD, || adder.take_root(adding, &allowed));
                taken.map_err(blame)?;
            }
            Examined::Pairs(pairs) => {
                for (pair, allowed) in pairs.iter().zip(allowed.chunks(2)) {
                    let adding = self.hear_rows(mail, adder, pair.build()).await?; // m4
                    let taken = mail.compute(ADD, || adder.take_pair(*pair, adding, allowed));
                    taken.map_err(VerticalError::Sums)?.map_err(blame)?;
                }
            }
        }
        let stride = u64::from(adder.packing().candidates());
        let told = self.deck.seal("gbdt-hybrid.1.told");
        let told = told.field(self.cuts).number(stride);
        let told = allowed.iter().fold(told, |told, allowed| {
            told.field(&allowed.open).field(&allowed.present)
        });
        Ok((nodes, told.digest()))
    }

    /// m4: hears a node's rows and adds them up.
    async fn hear_rows(
        self,
        mail: &Mailbox,
        adder: &Adder<'_>,
        node: usize,
    ) -> Result<Adding<Native>, HybridError> {
        let peer = &self.agreement.terms().label_holder;
        let mut adding = mail.compute(ADD, || adder.begin(node));
        while !adding.is_whole() {
            let Blocks { rows } = mail.recv(peer).await?;
            let added = mail.compute(ADD, || adding.add(adder.sets(), &rows));
            added.map_err(|error| VerticalError::of_sums(peer, error))?;
        }
        Ok(adding)
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
            adder.packing(),
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
        adder.forget_sums(nodes.into_iter());
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
