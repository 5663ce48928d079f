//! The roles of a fit, in the order of figures 1 and 2 of docs/protocols/gbdt-hybrid.md; the
//! coordinator's is in `coordinator.rs`.

use std::sync::Arc;

use consilium_lwe::{Native, Ring as _};
use consilium_mailbox::Mailbox;
use consilium_secagg::{Contribute, Open};
use rand_core::CryptoRng;

use super::{
    answering::Own,
    cutting,
    deck::Deck,
    error::HybridError,
    examination::Group,
    examiners::Examiners,
    hospital::{Hospital, HospitalSide},
    label::{LabelHolder, LabelSide},
};
use crate::vertical::{
    FeatureModel, LabelModel, VerticalError, Watch,
    calls::Calls,
    examination::{Examination, parties},
    label::Next,
    messages::{Called, Kept},
    protocol::{grow, hear_kept, report},
};

/// The labels under which CPU time is accounted.
pub(super) const LOCAL: &str = "gbdt-hybrid.1.local";
pub(super) const ENCRYPT: &str = "gbdt-hybrid.1.encrypting";
pub(super) const OPEN: &str = "gbdt-hybrid.1.opening";

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
    let group = Group::new(&agreement, holder.segments().to_vec());
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
                report(watch, (tree, 0), &stopping);
                let called = Called::Finished(trees);
                mail.broadcast(&told, &called).await?; // m1
                hear_kept(mail, &keeping, trees).await?; // m12
                return Ok(holder.fit.model(trees));
            }
        };
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
        let mut hear = |level| report(watch, (tree, level), &stopping);
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
/// [`Agreement::assumed`](super::Agreement::assumed) says.
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
    let first = agreement.whole().first_joint_tree();
    let mut calls = Calls::new(agreement.whole());
    loop {
        let called = calls.hear(mail).await?; // m1
        let (Called::Tree(tree) | Called::Finished(tree)) = called;
        let is_over = matches!(called, Called::Finished(_));
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
