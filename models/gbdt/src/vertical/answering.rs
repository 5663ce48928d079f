//! What the label holder and the feature holders exchange over one tree: a feature holder's side.

use std::sync::Arc;

use consilium_lwe::{Nonce, Refresher, Ring, RingElement};
use consilium_mailbox::{Mailbox, PartyId};
use rand_core::CryptoRng;

use super::{
    adding::Adding,
    error::{Breach, VerticalError},
    examination::run,
    examiner::{Examiner, Rules},
    feature::FeatureHolder,
    gaps::Gap,
    messages::{Blocks, Offered, Opened, Summed},
    nodes::{Ground, Nodes},
    noise::SumNoise,
    places::Places,
    stride::chunk_packs,
};
use crate::count::narrow;

pub(super) const ADD: &str = "gbdt-vertical.1.adding";
const RETURN: &str = "gbdt-vertical.1.returning";

/// m2 and m3: agrees with the label holder on what the tree's rows are encrypted under.
pub(super) async fn open<'a, R: Ring>(
    mail: &Mailbox,
    ring: &Arc<R>,
    holder: &'a FeatureHolder,
    tree: u32,
    rng: &mut impl CryptoRng,
) -> Result<Examiner<'a, R>, VerticalError> {
    let terms = holder.agreement().terms();
    let peer = &terms.label_holder;
    let blame = |breach| VerticalError::breach(peer, breach);
    let nonce = Nonce::random(rng);
    let (layout, dealt) = holder.deal(tree, rng);
    let candidates = narrow(dealt.len());
    let offered = Offered {
        nonce,
        candidates,
        rows: terms.rows,
    };
    mail.send(peer, &offered).await?; // m2: nonce, candidates, rows
    let opened: Opened = mail.recv(peer).await?; // m3: key, rows drawn
    let packing = holder.agreement().packing::<R>();
    let packing = packing.map_err(VerticalError::Sums)?;
    let rows = terms.rows as usize;
    let places = Places::new(rows, &opened.drawn).ok_or_else(|| blame(Breach::Bits))?;
    let noise = declared(holder, tree, opened.largest).map_err(blame)?;
    let run = run(mail, [peer, mail.me()], tree);
    let refresher = mail.compute(RETURN, || {
        let element = RingElement::agree(&**ring, &run, opened.nonce, nonce);
        Refresher::new(ring, element, &opened.key)
    });
    let protections = terms.protections;
    let rules = Rules {
        min_side: protections.min_side,
        min_gap: Gap(protections.min_gap),
        min_node: protections.min_node,
        least_rows: terms.boosting.specification().min_node,
        leaves: terms.boosting.specification().growth.most_leaves(),
    };
    let ground = Ground {
        binned: holder.binned(),
        layout,
        dealt,
        ring: Arc::clone(ring),
        packing,
        refresher: refresher.map_err(|error| VerticalError::of_sums(peer, error))?,
        depth: holder.agreement().depth(),
    };
    Ok(Examiner::new(Nodes::new(ground, places), rules, noise))
}

/// Gives the noise of a tree, if sums are to have noise.
fn declared(
    holder: &FeatureHolder,
    tree: u32,
    largest: [u32; 2],
) -> Result<Option<SumNoise>, Breach> {
    let multiple = holder.agreement().terms().protections.sum_noise;
    if multiple == 0.0 {
        return if largest == [0; 2] {
            Ok(None)
        } else {
            Err(Breach::Largest)
        };
    }
    if largest.contains(&0) {
        return Err(Breach::Largest);
    }
    let noise = SumNoise::new(holder.secret(), tree, multiple, largest);
    noise.map(Some).ok_or(Breach::Largest)
}

/// m4: hears a node's rows and adds them up, under a label for the time that it takes.
pub(crate) async fn hear_rows<R: Ring, K>(
    mail: &Mailbox,
    peer: &PartyId,
    label: &'static str,
    (nodes, node): (&Nodes<'_, R, K>, usize),
) -> Result<Adding<R>, VerticalError> {
    let mut adding = mail.compute(label, || nodes.begin(node));
    while !adding.is_whole() {
        let Blocks { rows } = mail.recv(peer).await?;
        let added = mail.compute(label, || adding.add(nodes.sets(), &rows));
        added.map_err(|error| VerticalError::of_sums(peer, error))?;
    }
    Ok(adding)
}

/// m5: sends those sums of a node that may be told.
pub(super) async fn send_sums<R: Ring>(
    mail: &Mailbox,
    peer: &PartyId,
    examiner: &mut Examiner<'_, R>,
    node: usize,
    rng: &mut impl CryptoRng,
) -> Result<(), VerticalError> {
    let packs = examiner.arrange(node, rng);
    let chunk = chunk_packs::<R>(examiner.nodes.ground.packing);
    let mut at = 0;
    loop {
        let end = packs.min(at + chunk);
        let packs_here = mail.compute(RETURN, || examiner.returned(node, at..end, rng));
        let summed = Summed {
            packs: packs_here.map_err(VerticalError::Sums)?,
            last: end == packs,
        };
        mail.send(peer, &summed).await?;
        at = end;
        if end == packs {
            examiner.nodes.forget_sums(node);
            return Ok(());
        }
    }
}
