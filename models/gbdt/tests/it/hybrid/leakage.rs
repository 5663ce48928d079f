//! What frames tell, and what they must not.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use consilium_gbdt::{Objective, Table, hybrid::HybridError, vertical::FeatureModel};
use consilium_mailbox::{
    Frame, Mailbox, PartyId,
    sim::{Crash, Moment, World},
};
use consilium_secagg::{Open, Opened as Total, SumError, SumShape};

use super::{
    masked::masked,
    wire::{Cutting, Decided, Offered, Outlined, STEPS, Shuffling, body, read},
    world::{Case, Ended, Stores, Sums, coordinator, insurer, secret},
};
use crate::world::{boosting, specification};

const PAGE: &str = include_str!("../../../../../docs/protocols/gbdt-hybrid.md");

/// Messages of the protocols that are used.
const OTHERS: [&str; 5] = [
    "gbdt-vertical.1.called",
    "gbdt-vertical.1.offered",
    "gbdt-vertical.1.blocks",
    "gbdt-vertical.1.sides",
    "gbdt-vertical.1.kept",
];

/// A masked fit: the frames, and all that was opened by the coordinator and by the label holder.
struct Seen {
    ended: Ended,
    frames: Vec<Frame>,
    counts: Vec<Vec<u64>>,
    words: Vec<Vec<u64>>,
}

/// Keeps what a sum opens to.
struct Overheard<A> {
    sum: A,
    totals: Arc<Mutex<Vec<Vec<u64>>>>,
}

impl<A: Open + Send> Open for Overheard<A> {
    async fn open(&mut self, mail: &Mailbox, shape: &SumShape) -> Result<Total, SumError> {
        let opened = self.sum.open(mail, shape).await?;
        self.totals.lock().unwrap().push(opened.sum.clone());
        Ok(opened)
    }
}

impl Seen {
    /// The totals of rows: trees' sums count, after a node's rows, the hospitals that have some.
    fn rows_counted(&self) -> Vec<Vec<u64>> {
        let mut offered = self.frames.iter().filter_map(read::<Offered>);
        let slots = offered.next().unwrap().candidates as usize;
        let (tally, presence) = (1 + slots + 4, 1 + 2 * slots);
        let setup = self.frames.iter().filter_map(read::<Cutting>);
        let setup = setup
            .filter(|it| !matches!(it, Cutting::Missing(_)))
            .count()
            / 3;
        let (setup, trees) = self.counts.split_at(setup);
        let rows = trees.iter().enumerate().map(|(level, counts)| {
            let hospitals = if level == 0 { presence } else { 2 * presence };
            let of_nodes = counts.chunks_exact(tally + hospitals);
            of_nodes.flat_map(|it| it[..tally].to_vec()).collect()
        });
        setup.iter().cloned().chain(rows).collect()
    }
}

async fn see(case: &Case) -> Seen {
    let world = World::new(1);
    let sums = masked(case, Vec::new());
    let [counts, words] = [(); 2].map(|()| Arc::default());
    let overhear = |sum, totals: &Arc<_>| Overheard {
        sum,
        totals: Arc::clone(totals),
    };
    let sums = Sums {
        counts: overhear(sums.counts, &counts),
        ciphertexts: overhear(sums.ciphertexts, &words),
        hospitals: sums.hospitals,
    };
    let (ended, _) = case.run_through(&world, &mut Stores::default(), sums).await;
    let [counts, words] = [counts, words].map(|totals| totals.lock().unwrap().clone());
    Seen {
        ended,
        frames: world.transcript(),
        counts,
        words,
    }
}

/// A tree on labels that are 0 or 1 as often, so that gradients are whole numbers of quanta; and the
/// same study after patients with equal labels changed hospitals, as far as the hospitals' columns go.
fn two_worlds() -> [Case; 2] {
    let mut spec = specification(Objective::Squared);
    spec.trees = 1;
    let mut case = Case::new(Objective::Squared, 0, &[100, 60, 80]);
    case.terms.boosting = boosting(spec);
    let median = {
        let mut sorted = case.table.labels().to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    };
    let labels: Vec<f64> = case
        .table
        .labels()
        .iter()
        .map(|label| f64::from(*label >= median))
        .collect();
    assert_eq!(labels.iter().sum::<f64>(), 120.0);
    let label = |hospital: usize, row: usize| labels[case.patients[hospital][row] as usize];
    let mut pairs = Vec::new();
    let mut free: BTreeSet<usize> = (0..60).collect();
    for row in 0..100 {
        let partner = free
            .iter()
            .copied()
            .find(|other| label(1, *other) == label(0, row));
        if let Some(partner) = partner {
            free.remove(&partner);
            pairs.push((row, partner));
        }
    }
    assert!(pairs.len() > 40);
    let mut other = case.clone();
    let [first, second, ..] = &mut other.columns[..] else {
        panic!("there are hospitals")
    };
    for (one, other) in first.iter_mut().zip(second) {
        for (row, partner) in &pairs {
            std::mem::swap(&mut one.values[*row], &mut other.values[*partner]);
        }
    }
    [case, other].map(|mut case| {
        case.table = Table::of_labels(Objective::Squared, labels.clone()).unwrap();
        case
    })
}

/// Sender, receiver, step and length of each frame, in each sender's order; but for the lengths of sides
/// and rows, which follow from the sides told.
fn outline(frames: &[Frame]) -> BTreeMap<(PartyId, PartyId), Vec<(String, usize)>> {
    let mut outline: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for frame in frames {
        let ends = (frame.sender.clone(), frame.receiver.clone());
        let follows = ["sides", "blocks"]
            .iter()
            .any(|name| frame.step.ends_with(name));
        let len = if follows { 0 } else { body(frame).len() };
        let line = (frame.step.to_string(), len);
        outline.entry(ends).or_default().push(line);
    }
    outline
}

/// The bodies of what hospitals were sent and sent, but for sides and what is uniform.
fn disclosed(frames: &[Frame]) -> Vec<(PartyId, PartyId, Vec<u8>)> {
    let shown = |frame: &&Frame| {
        let step = &*frame.step;
        let uniform = ["shuffling", "opened", "blocks", "offered", "sides"];
        let name = step.rsplit('.').next().unwrap_or_default();
        step.starts_with("gbdt-") && !uniform.contains(&name)
    };
    let frames = frames.iter().filter(shown);
    let disclosed = frames.map(|frame| {
        let (sender, receiver) = (frame.sender.clone(), frame.receiver.clone());
        (sender, receiver, body(frame).to_vec())
    });
    let mut disclosed: Vec<_> = disclosed.collect();
    disclosed.sort();
    disclosed
}

/// Masked vectors that a hospital sent to a party.
fn masked_bytes(frames: &[Frame], from: &str, to: &PartyId) -> Vec<u8> {
    let of_hospital = frames
        .iter()
        .filter(|frame| frame.sender.as_str() == from && frame.receiver == *to);
    let vectors = of_hospital.filter(|frame| &*frame.step == "secagg.1.masked");
    // Beside the vector there are the cohort's hash and what was opened, which are short.
    let long = vectors.filter(|frame| body(frame).len() > 256);
    long.flat_map(|frame| body(frame)[64..].iter().rev().skip(64))
        .copied()
        .collect()
}

/// Pearson's statistic of bytes, over its expectation.
fn chi_squared(bytes: &[u8]) -> f64 {
    let mut counts = [0.0; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1.0;
    }
    let expected = bytes.len() as f64 / 256.0;
    let squares = counts.iter().map(|count: &f64| (count - expected).powi(2));
    squares.sum::<f64>() / expected / 255.0
}

#[tokio::test(start_paused = true)]
async fn who_has_which_patients_changes_nothing_that_is_opened_or_told() {
    let [one, other] = two_worlds();
    let (one, other) = (see(&one).await, see(&other).await);
    // All totals of counts are the same, but for those of hospitals; so is all that is told but sides, so
    // are steps and lengths.
    assert!(one.counts.len() > 6 && one.rows_counted() == other.rows_counted());
    assert!(disclosed(&one.frames) == disclosed(&other.frames));
    assert!(outline(&one.frames) == outline(&other.frames));
    let (one_label, one_hospitals) = one.ended.all();
    let (other_label, other_hospitals) = other.ended.all();
    assert!(!one_hospitals[0].rules().is_empty());
    // What sums open to led to the same tree.
    assert_eq!(one_label, other_label);
    assert_eq!(one_hospitals, other_hospitals);
    // The first hospital's own part is uniform in both worlds, for both that open sums.
    for to in [coordinator(), insurer()] {
        let [here, there] =
            [&one.frames, &other.frames].map(|frames| masked_bytes(frames, "hospital-0", &to));
        assert!(here.len() > 2000 && here.len() == there.len());
        assert_ne!(here, there);
        for bytes in [here, there] {
            // Six deviations of the statistic; the seeds are fixed.
            let statistic = chi_squared(&bytes);
            assert!(
                (statistic - 1.0).abs() < 6.0 * (2.0_f64 / 255.0).sqrt(),
                "{statistic}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_masks_of_what_is_opened_are_uniform_and_never_the_same() {
    let [case, _] = two_worlds();
    let mut again = case.clone();
    again.run = 1;
    let [one, other] = [see(&case).await.words, see(&again).await.words];
    let bytes = |words: &[Vec<u64>]| -> Vec<u8> {
        // The first ciphertext's mask of each sum.
        let masks = words.iter().flat_map(|words| &words[..2048]);
        masks.flat_map(|word| word.to_le_bytes()).collect()
    };
    for words in [&one, &other] {
        let statistic = chi_squared(&bytes(words));
        assert!(
            (statistic - 1.0).abs() < 6.0 * (2.0_f64 / 255.0).sqrt(),
            "{statistic}"
        );
    }
    let seen: BTreeSet<u64> = one.iter().flat_map(|words| words.iter().copied()).collect();
    assert!(other.iter().flatten().all(|word| !seen.contains(word)));
}

#[tokio::test(start_paused = true)]
async fn values_labels_and_secrets_occur_in_no_frame_and_thresholds_in_cut_points_alone() {
    let case = Case::new(Objective::Squared, 1, &[60, 50, 70]);
    let seen = see(&case).await;
    let (_, hospitals) = seen.ended.all();
    let shared = case.columns.iter().flatten().flat_map(|it| &it.values);
    let own = case.table.values().flatten().chain(case.table.labels());
    let mut canaries: BTreeSet<[u8; 8]> = shared
        .chain(own)
        .filter(|it| !it.is_nan())
        .map(|it| it.to_le_bytes())
        .collect();
    for party in 0..4 {
        let secret = secret(party);
        let parts = secret.expose().windows(8);
        canaries.extend(parts.map(|it| <[u8; 8]>::try_from(it).unwrap()));
    }
    let thresholds = hospitals.iter().flat_map(FeatureModel::rules);
    let thresholds: BTreeSet<[u8; 8]> = thresholds.map(|it| it.threshold.to_le_bytes()).collect();
    assert!(canaries.len() > 700 && thresholds.len() > 3);
    for frame in &seen.frames {
        let is_cut = read::<Cutting>(frame).is_some();
        let found = body(frame)
            .windows(8)
            .find(|it| canaries.contains(*it) || thresholds.contains(*it) && !is_cut);
        assert_eq!(found, None, "{}", frame.step);
    }
}

#[tokio::test(start_paused = true)]
async fn the_label_holder_and_the_coordinator_hear_no_seed_and_hospitals_no_counts() {
    let case = Case::new(Objective::Logistic, 1, &[60, 50, 70]);
    let seen = see(&case).await;
    seen.ended.all();
    let hospitals: BTreeSet<PartyId> = case.hospitals().into_iter().collect();
    for frame in &seen.frames {
        let step = &*frame.step;
        let is_known = STEPS.contains(&step) || OTHERS.contains(&step);
        assert!(is_known || step.starts_with("secagg.1."), "{step}");
        if read::<Shuffling>(frame).is_some() {
            assert!(hospitals.contains(&frame.receiver));
        }
        // Hospitals tell each other parts of the seed, and what masks need.
        if hospitals.contains(&frame.sender) && hospitals.contains(&frame.receiver) {
            let steps = [
                "gbdt-hybrid.1.shuffling",
                "gbdt-hybrid.1.alike",
                "secagg.1.dealt",
            ];
            assert!(steps.contains(&step), "{step}");
        }
        // The coordinator hears sums and which nodes are examined.
        if frame.receiver == coordinator() {
            let from_label_holder = [
                "gbdt-hybrid.1.rows",
                "gbdt-vertical.1.called",
                "gbdt-hybrid.1.level",
            ];
            let is_sum = step.starts_with("secagg.1.");
            assert!(from_label_holder.contains(&step) || is_sum, "{step}");
        }
        // What may be told is a bit for each slot and column, in whole bytes.
        if let Some(Decided { nodes }) = read(frame) {
            assert!(
                nodes
                    .iter()
                    .all(|it| it.open.len() <= 24 && it.present.len() == 1)
            );
        }
        if let Some(Outlined { nodes, .. }) = read(frame) {
            assert!(nodes.len() <= 8);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_one_hospital_nothing_is_opened() {
    let case = Case::new(Objective::Logistic, 1, &[60, 50, 70]);
    let world = World::new(1);
    let gone = case.hospitals()[2].clone();
    world.crash(Crash {
        party: gone.clone(),
        step: "gbdt-hybrid.1.outlined".into(),
        nth: 1,
        moment: Moment::AfterSend,
    });
    let mut sums = case.plain();
    // As if thresholds let it go on over two.
    sums.ciphertexts.quorum.at_least = 2;
    let (ended, _) = case.run_through(&world, &mut Stores::default(), sums).await;
    let error = ended.label.unwrap_err();
    assert!(
        matches!(&error, HybridError::NotWhole { missing } if *missing == gone),
        "{error}"
    );
}

#[test]
fn every_step_and_field_is_on_the_protocol_s_page() {
    let fields = [
        "part",
        "parts",
        "digest",
        "told",
        "nonce",
        "candidates",
        "key",
        "first",
        "drawn",
        "rows",
        "node",
        "builds_left",
        "open",
        "present",
        "nodes",
        "picks",
        "pack",
        "slot",
        "weight",
        "fork",
        "sides",
        "tree",
    ];
    for name in STEPS.iter().chain(&OTHERS).chain(&fields) {
        assert!(PAGE.contains(&format!("`{name}`")), "{name}");
    }
}
