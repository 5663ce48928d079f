//! The two roles of a fit, in the order of figure 1 of docs/protocols/gbdt-vertical.md.

use std::sync::Arc;

use consilium_lwe::{Native, PrimePair, Ring, Set};
use consilium_mailbox::{Mailbox, PartyId};
use rand_core::CryptoRng;

use super::{
    answering::{ADD, hear_rows, open, send_sums},
    calls::Calls,
    error::{Breach, VerticalError},
    examination::{Examination, parties},
    feature::FeatureHolder,
    grower::{Due, Forked, Grower, Job},
    label::{LabelHolder, Next},
    messages::{Called, Kept, Sides, Turn},
    model::{FeatureModel, LabelModel},
    nodes::Pair,
    offer::Offer,
    side::{FeatureSide, LabelSide},
};
use crate::{BinRule, Losses, NodeId, OutOfStep, Stopping};

/// The label under which the label holder's CPU time is accounted that no ciphertext takes.
pub(crate) const LOCAL: &str = "gbdt-vertical.1.local";

/// How far the label holder is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The tree that grows, counted from 0; in the end how many have grown.
    pub tree: u32,
    /// How often splits were settled in it: its level, where it grows level by level.
    pub level: u32,
    /// The mean losses before it.
    pub losses: Losses,
}

/// What a driver does between two trees and within them.
pub trait Watch<S> {
    /// Keeps what was reached, so that nothing less is ever begun from again.
    ///
    /// # Errors
    ///
    /// Why it can't be kept, which ends the fit.
    fn keep(&mut self, side: &S) -> Result<(), String>;

    /// Hears how far the fit is.
    fn hear(&mut self, progress: Progress) {
        let _ = progress;
    }
}

/// Keeps nothing: a fit that breaks off begins anew.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl<S> Watch<S> for Unwatched {
    fn keep(&mut self, _: &S) -> Result<(), String> {
        Ok(())
    }
}

/// Fits: the label holder's part.
///
/// Grows the trees that are left, and keeps each through `watch`. What was kept may go on in another
/// run, by [`LabelHolder::resume`]: the model is the same bit for bit.
///
/// # Errors
///
/// [`VerticalError`]; its `fault` says whose it is.
pub async fn lead(
    mail: &Mailbox,
    holder: &mut LabelHolder,
    rng: &mut impl CryptoRng,
    watch: &mut impl Watch<LabelSide>,
) -> Result<LabelModel, VerticalError> {
    match holder.agreement().terms().set {
        Set::A => lead_in(mail, &Arc::new(Native::new()), holder, rng, watch).await,
        Set::B => lead_in(mail, &Arc::new(PrimePair::new()), holder, rng, watch).await,
    }
}

async fn lead_in<R: Ring>(
    mail: &Mailbox,
    ring: &Arc<R>,
    holder: &mut LabelHolder,
    rng: &mut impl CryptoRng,
    watch: &mut impl Watch<LabelSide>,
) -> Result<LabelModel, VerticalError> {
    let parties = parties(holder.agreement());
    loop {
        let tree = holder.side().trees();
        let (drawn, stopping) = match mail.compute(LOCAL, || holder.next())? {
            Next::Tree(drawn, stopping) => (drawn, stopping),
            Next::Finished(stopping) => {
                let trees = stopping.best();
                report(watch, (tree, 0), &stopping);
                let called = Called::Finished(trees);
                mail.broadcast(&parties, &called).await?; // m1
                hear_kept(mail, &parties, trees).await?; // m9
                return Ok(holder.model(trees));
            }
        };
        let mut hear = |level| report(watch, (tree, level), &stopping);
        let (mut grower, largest) = mail.compute(LOCAL, || holder.plant(&drawn))?;
        let is_joint = tree >= holder.agreement().first_joint_tree();
        let here = mail.scope(format_args!("tree-{tree}"));
        let mut examining = None;
        if is_joint {
            mail.broadcast(&parties, &Called::Tree(tree)).await?; // m1: the tree
            let agreement = holder.agreement();
            let examined =
                Examination::open(&here, ring, (agreement, 0), (tree, &grower, largest), rng)
                    .await?;
            examining = Some(examined);
        }
        grow(&here, examining.as_mut(), &mut grower, rng, &mut hear).await?;
        let grown = mail.compute(LOCAL, || grower.finish());
        if is_joint {
            hear_kept(mail, &parties, tree).await?; // m9: splits are kept
        }
        mail.compute(LOCAL, || holder.take(grown, stopping));
        watch.keep(holder.side()).map_err(VerticalError::Unkept)?;
    }
}

/// Tells a driver how far the label holder is.
pub(crate) fn report<S>(watch: &mut impl Watch<S>, (tree, level): (u32, u32), stopping: &Stopping) {
    let none = Losses {
        trained: f64::NAN,
        held_out: None,
    };
    let losses = *stopping.losses().last().unwrap_or(&none);
    watch.hear(Progress {
        tree,
        level,
        losses,
    });
}

pub(crate) async fn hear_kept(
    mail: &Mailbox,
    parties: &[PartyId],
    due: u32,
) -> Result<(), VerticalError> {
    for party in parties {
        let Kept { tree } = mail.recv(party).await?;
        if tree != due {
            return Err(VerticalError::breach(party, Breach::Tree { tree }));
        }
    }
    Ok(())
}

/// The label holder's side of what is exchanged over a tree with those who examine its nodes.
pub(crate) trait Examine {
    /// What can go wrong.
    type Error: From<VerticalError>;

    /// Has nodes added up; gives what each feature holder offers for them.
    async fn ask(
        &mut self,
        mail: &Mailbox,
        grower: &Grower<'_>,
        jobs: &[Job],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<(NodeId, Vec<Offer>)>, Self::Error>;

    /// Asks for the sides of rows by splits of feature holders.
    async fn choose(
        &mut self,
        mail: &Mailbox,
        grower: &mut Grower<'_>,
        due: &[Due],
    ) -> Result<(), Self::Error>;

    /// Tells which nodes were split and are examined below, with the sides of their rows.
    async fn tell(
        &mut self,
        mail: &Mailbox,
        grower: &Grower<'_>,
        forked: &[Forked],
    ) -> Result<(), Self::Error>;

    /// Says that the tree is grown.
    async fn end(&mut self, mail: &Mailbox) -> Result<(), Self::Error>;
}

/// Grows one tree.
pub(crate) async fn grow<E: Examine>(
    mail: &Mailbox,
    mut examining: Option<&mut E>,
    grower: &mut Grower<'_>,
    rng: &mut impl CryptoRng,
    hear: &mut impl FnMut(u32),
) -> Result<(), E::Error> {
    let out_of_step = |error: OutOfStep| VerticalError::from(error);
    mail.compute(LOCAL, || grower.add_up_root());
    let mut jobs = grower.root_job();
    let mut level = 0;
    loop {
        let offered = match &mut examining {
            Some(examining) => examining.ask(mail, grower, &jobs, rng).await?, // m4, m5
            None => Vec::new(),
        };
        mail.compute(LOCAL, || grower.examine(offered))
            .map_err(out_of_step)?;
        hear(level);
        level += 1;
        let due = grower.due().map_err(out_of_step)?;
        if let Some(examining) = &mut examining {
            examining.choose(mail, grower, &due).await?; // m6, m7
        }
        let parted = mail.compute(LOCAL, || grower.part());
        let Some(forked) = parted.map_err(out_of_step)? else {
            break;
        };
        if let Some(examining) = &mut examining {
            examining.tell(mail, grower, &forked).await?; // m8: sides of their rows
        }
        jobs = forked.into_iter().map(|forked| forked.job).collect();
    }
    if let Some(examining) = examining {
        examining.end(mail).await?; // m8: grown
    }
    Ok(())
}

/// Fits: a feature holder's part.
///
/// Takes part in trees as the label holder calls them, and keeps its splits of each through `watch`.
///
/// # Errors
///
/// [`VerticalError`]; its `fault` says whose it is.
pub async fn follow(
    mail: &Mailbox,
    holder: &mut FeatureHolder,
    rng: &mut impl CryptoRng,
    watch: &mut impl Watch<FeatureSide>,
) -> Result<FeatureModel, VerticalError> {
    match holder.agreement().terms().set {
        Set::A => follow_in(mail, &Arc::new(Native::new()), holder, rng, watch).await,
        Set::B => follow_in(mail, &Arc::new(PrimePair::new()), holder, rng, watch).await,
    }
}

async fn follow_in<R: Ring>(
    mail: &Mailbox,
    ring: &Arc<R>,
    holder: &mut FeatureHolder,
    rng: &mut impl CryptoRng,
    watch: &mut impl Watch<FeatureSide>,
) -> Result<FeatureModel, VerticalError> {
    let peer = holder.agreement().terms().label_holder.clone();
    let first = holder.agreement().first_joint_tree();
    let mut calls = Calls::new(holder.agreement());
    loop {
        let called = calls.hear(mail).await?; // m1
        let (Called::Tree(tree) | Called::Finished(tree)) = called;
        let is_over = matches!(called, Called::Finished(_));
        if is_over {
            holder.go_back(tree.max(first))?;
        } else {
            holder.begin(tree)?;
            // What is told of a tree can't be taken back: before it, it is kept that it was begun.
            watch.keep(holder.side()).map_err(VerticalError::Unkept)?;
            let here = mail.scope(format_args!("tree-{tree}"));
            let splits = examine(&here, ring, holder, tree, rng).await?;
            holder.take(tree, splits);
        }
        watch.keep(holder.side()).map_err(VerticalError::Unkept)?;
        mail.send(&peer, &Kept { tree }).await?; // m9: splits are kept
        if is_over {
            return Ok(holder.model());
        }
    }
}

/// Takes part in one tree.
async fn examine<R: Ring>(
    mail: &Mailbox,
    ring: &Arc<R>,
    holder: &FeatureHolder,
    tree: u32,
    rng: &mut impl CryptoRng,
) -> Result<Vec<BinRule>, VerticalError> {
    let peer = &holder.agreement().terms().label_holder;
    let blame = |breach| VerticalError::breach(peer, breach);
    let mut examiner = open(mail, ring, holder, tree, rng).await?;
    if examiner.examines_root() {
        let adding = hear_rows(mail, peer, ADD, (&examiner.nodes, 0)).await?; // m4: rows, encrypted
        mail.compute(ADD, || examiner.take_root(adding));
        send_sums(mail, peer, &mut examiner, 0, rng).await?; // m5: sums
    }
    loop {
        match mail.recv(peer).await? {
            // Whoever asks for nothing could do so for ever.
            Turn::Chosen(choices) if choices.is_empty() => return Err(blame(Breach::Node)),
            Turn::Parted(parted) if parted.is_empty() => return Err(blame(Breach::Node)),
            Turn::Chosen(choices) => {
                let mut nodes = Vec::new();
                for choice in &choices {
                    let sides = mail.compute(ADD, || examiner.choose(choice));
                    nodes.push(sides.map_err(blame)?);
                }
                mail.send(peer, &Sides { nodes }).await?; // m7: each row's side
            }
            Turn::Parted(parted) => {
                let pairs = parted.iter().map(|parted| examiner.part(parted));
                let pairs: Result<Vec<Pair>, Breach> = mail.compute(ADD, || pairs.collect());
                for pair in pairs.map_err(blame)? {
                    let built = (&examiner.nodes, pair.build());
                    let adding = hear_rows(mail, peer, ADD, built).await?; // m4
                    let taken = mail.compute(ADD, || examiner.take_pair(pair, adding));
                    taken.map_err(VerticalError::Sums)?;
                    for node in [pair.build(), pair.rest()] {
                        if examiner.may_be_split(node) {
                            send_sums(mail, peer, &mut examiner, node, rng).await?; // m5
                        }
                    }
                }
            }
            Turn::Grown => return Ok(examiner.nodes.into_splits()),
        }
    }
}
