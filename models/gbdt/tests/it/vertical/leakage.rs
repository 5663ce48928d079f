//! What frames tell, and what they must not.

use std::collections::{BTreeMap, BTreeSet};

use consilium_gbdt::{Objective, vertical::FeatureModel};
use consilium_mailbox::{Frame, PartyId, sim::World};

use super::{
    wire::{Blocks, Opened, STEPS, Summed, body, read},
    world::{Case, Stores, insurer, secret},
};

const PAGE: &str = include_str!("../../../../../docs/protocols/gbdt-vertical.md");

async fn transcript(case: &Case) -> Vec<Frame> {
    let world = World::new(1);
    case.run(&world, &mut Stores::default()).await.all();
    world.transcript()
}

/// Sender, receiver, step and length of each frame, in each sender's order.
fn outline(frames: &[Frame]) -> BTreeMap<(PartyId, PartyId), Vec<(String, usize)>> {
    let mut outline: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for frame in frames {
        let ends = (frame.sender.clone(), frame.receiver.clone());
        let line = (frame.step.to_string(), body(frame).len());
        outline.entry(ends).or_default().push(line);
    }
    outline
}

#[tokio::test(start_paused = true)]
async fn other_values_in_the_same_bins_give_the_same_steps_lengths_and_counts() {
    let mut case = Case::new(Objective::Squared, 300, &[1, 2, 1]);
    let one = outline(&transcript(&case).await);
    for columns in case.columns.iter_mut().skip(1) {
        for column in columns {
            // The order of values stays, and so do their bins.
            column
                .values
                .iter_mut()
                .for_each(|value| *value = 7.0 * *value - 2.0);
        }
    }
    assert_eq!(one, outline(&transcript(&case).await));
}

#[tokio::test(start_paused = true)]
async fn values_labels_thresholds_and_secrets_occur_in_no_frame() {
    let case = Case::new(Objective::Squared, 300, &[1, 2, 1]);
    let world = World::new(1);
    let (_, features) = case.run(&world, &mut Stores::default()).await.all();
    let values = case.columns.iter().flatten().flat_map(|it| &it.values);
    let thresholds = features
        .iter()
        .flat_map(FeatureModel::rules)
        .map(|it| &it.threshold);
    let numbers = values.chain(thresholds).chain(&case.labels);
    let mut canaries: BTreeSet<[u8; 8]> = numbers
        .filter(|it| !it.is_nan())
        .map(|it| it.to_le_bytes())
        .collect();
    for party in 0..3 {
        let secret = secret(party);
        canaries.extend(
            secret
                .expose()
                .windows(8)
                .map(|it| <[u8; 8]>::try_from(it).unwrap()),
        );
    }
    assert!(canaries.len() > 1000);
    for frame in world.transcript() {
        let found = body(&frame).windows(8).find(|it| canaries.contains(*it));
        assert_eq!(found, None, "{}", frame.step);
    }
}

#[tokio::test(start_paused = true)]
async fn feature_holders_hear_the_label_holder_alone_and_it_sends_all_the_same_rows() {
    let frames = transcript(&Case::new(Objective::Logistic, 300, &[1, 2, 1])).await;
    assert!(
        frames
            .iter()
            .all(|it| it.sender == insurer() || it.receiver == insurer())
    );
    let mut rows: BTreeMap<&PartyId, Vec<_>> = BTreeMap::new();
    for frame in &frames {
        if let Some(Blocks { rows: sent }) = read(frame) {
            rows.entry(&frame.receiver).or_default().push(sent);
        }
    }
    assert_eq!(rows.len(), 2);
    assert!(
        rows.values()
            .all(|sent| sent == &rows.values().next().unwrap()[..])
    );
}

#[tokio::test(start_paused = true)]
async fn a_repeated_run_has_no_ciphertext_key_or_nonce_in_common() {
    let mut case = Case::new(Objective::Logistic, 200, &[1, 3]);
    let (mut seen, mut total) = (BTreeSet::new(), 0);
    for run in 0..2 {
        case.run = run;
        for frame in transcript(&case).await {
            let mut parts = Vec::new();
            if let Some(Opened { nonce, key, .. }) = read(&frame) {
                parts.extend([nonce[..16].to_vec(), key[..16].to_vec()]);
            }
            if let Some(Blocks { rows }) = read(&frame) {
                parts.extend(rows.chunks(24_592).map(|block| block[..16].to_vec()));
            }
            if let Some(Summed { packs, .. }) = read(&frame) {
                parts.extend(packs.iter().map(|pack| pack[pack.len() - 16..].to_vec()));
            }
            total += parts.len();
            seen.extend(parts);
        }
    }
    assert!(total > 100);
    assert_eq!(seen.len(), total);
}

#[test]
fn every_step_and_field_is_on_the_protocol_s_page() {
    let fields = [
        "nonce",
        "candidates",
        "key",
        "largest",
        "drawn",
        "rows",
        "packs",
        "last",
        "node",
        "picks",
        "pack",
        "slot",
        "weight",
        "sides",
        "nodes",
        "tree",
        "first",
        "splits",
    ];
    for name in STEPS.iter().chain(&fields) {
        assert!(PAGE.contains(&format!("`{name}`")), "{name}");
    }
}
