//! One changed frame: the error blames its sender, or the sum is right all the same.

use bytes::Bytes;
use consilium_mailbox::{Fault, Frame, Message, sim::World};
use consilium_secagg::{SumError, Thresholds};

use crate::{
    federation::{Ended, Federation, shape},
    wire::{
        Advertised, Answered, Cohort, Dealt, Drawn, Listed, Masked, Received, Revealed, Signatures,
        Signed, Survivors, change,
    },
};

/// Runs a sum of `n` in which `lie` changes every message of its kind that `liar` sends.
async fn run_with<M: Message + 'static>(
    n: usize,
    liar: &'static str,
    lie: impl Fn(&mut M) + Send + 'static,
) -> (Federation, Ended) {
    run_in(Federation::of(n), liar, lie).await
}

async fn run_in<M: Message + 'static>(
    mut federation: Federation,
    liar: &'static str,
    lie: impl Fn(&mut M) + Send + 'static,
) -> (Federation, Ended) {
    federation.terms.carry_over = false;
    let world = World::new(1);
    world.tamper(move |frame: &mut Frame| {
        if frame.sender.as_str() == liar {
            change::<M>(frame, &lie);
        }
    });
    let ended = federation.run_once(&world, shape(0, 100, 20)).await;
    (federation, ended)
}

fn blames(error: &SumError, party: &str) -> bool {
    error.fault() == Fault::Peer(party.parse().unwrap())
}

/// The aggregator's error blames the contributor that lied.
async fn aggregator_blames<M: Message + 'static>(lie: impl Fn(&mut M) + Send + 'static) {
    let (_, ended) = run_with(5, "hospital-1", lie).await;
    let error = ended.opened.unwrap_err();
    assert!(blames(&error, "hospital-1"), "{error}");
}

/// Every contributor's error blames the aggregator that lied.
async fn contributors_blame<M: Message + 'static>(lie: impl Fn(&mut M) + Send + 'static) {
    let (_, ended) = run_with(5, "aggregator", lie).await;
    for ended in ended.contributed {
        let error = ended.unwrap_err();
        let excused = matches!(&error, SumError::LeftOut);
        assert!(excused || blames(&error, "aggregator"), "{error}");
    }
}

fn flipped(bytes: &Bytes) -> Bytes {
    let mut bytes = bytes.to_vec();
    bytes[3] ^= 1;
    bytes.into()
}

#[tokio::test(start_paused = true)]
async fn short_keys_blame_their_sender() {
    aggregator_blames(|it: &mut Advertised| it.keys.truncate(100)).await;
}

#[tokio::test(start_paused = true)]
async fn malformed_keys_blame_their_sender() {
    aggregator_blames(|it: &mut Advertised| it.keys = vec![0xff; it.keys.len()].into()).await;
}

#[tokio::test(start_paused = true)]
async fn a_report_of_shares_from_nowhere_blames_its_sender() {
    aggregator_blames(|it: &mut Received| it.from.push(4_000_000)).await;
}

#[tokio::test(start_paused = true)]
async fn missing_capsules_blame_their_sender() {
    aggregator_blames(|it: &mut Received| it.capsules.truncate(5)).await;
}

#[tokio::test(start_paused = true)]
async fn a_short_vector_blames_its_sender() {
    aggregator_blames(|it: &mut Masked| it.vector.truncate(7)).await;
}

#[tokio::test(start_paused = true)]
async fn a_vector_for_another_cohort_blames_its_sender() {
    aggregator_blames(|it: &mut Masked| it.cohort[0] ^= 1).await;
}

#[tokio::test(start_paused = true)]
async fn sets_that_nobody_could_have_signed_blame_their_sender() {
    // Of five contributors none is the eighth; sixty-six thousand sets are more than there are.
    aggregator_blames(|it: &mut Masked| it.opened = vec![0x80].into()).await;
    aggregator_blames(|it: &mut Masked| it.opened = vec![1; 65 << 10].into()).await;
    contributors_blame(|it: &mut Survivors| it.opened = vec![0x80].into()).await;
}

#[tokio::test(start_paused = true)]
async fn a_made_up_set_stops_a_sum_at_most() {
    let lie = |it: &mut Masked| it.opened = vec![0b01111].into();
    let (_, ended) = run_with(5, "hospital-1", lie).await;
    let Err(SumError::Missing { refusal, .. }) = &ended.opened else {
        panic!("{:?}", ended.opened)
    };
    assert!(refusal.to_string().contains("hospital-4"), "{refusal}");
}

#[tokio::test(start_paused = true)]
async fn a_false_signature_blames_its_sender() {
    aggregator_blames(|it: &mut Signed| it.signature = flipped(&it.signature)).await;
}

#[tokio::test(start_paused = true)]
async fn a_short_answer_blames_its_sender() {
    aggregator_blames(|it: &mut Answered| it.shares.truncate(41)).await;
}

#[tokio::test(start_paused = true)]
async fn one_false_share_is_passed_over_where_a_spare_one_is() {
    let lie = |it: &mut Answered| it.shares = flipped(&it.shares);
    let (federation, ended) = run_with(5, "hospital-1", lie).await;
    assert!(ended.checked(&federation, &shape(0, 100, 20)).is_some());
}

#[tokio::test(start_paused = true)]
async fn one_false_share_without_a_spare_one_opens_nothing() {
    let lie = |it: &mut Answered| it.shares = flipped(&it.shares);
    let (_, ended) = run_with(3, "hospital-1", lie).await;
    let Err(error @ SumError::SharesDisagree { holders, .. }) = &ended.opened else {
        panic!("{:?}", ended.opened)
    };
    // The owner of the secret may have dealt honestly, and has.
    assert_eq!(error.fault(), Fault::Network);
    let liar = holders.iter().any(|holder| holder.as_str() == "hospital-1");
    assert!(liar, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_share_out_of_range_blames_its_dealer() {
    let lie = |it: &mut Dealt| it.key_share = vec![0xff; 40].into();
    let (_, ended) = run_with(5, "hospital-1", lie).await;
    for (index, ended) in ended.contributed.into_iter().enumerate() {
        let error = ended.unwrap_err();
        assert!(index == 1 || blames(&error, "hospital-1"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_witness_of_another_list_may_lie_so_nobody_is_blamed() {
    let lie = |it: &mut Dealt| it.setup[0] ^= 1;
    let (_, ended) = run_with(5, "hospital-1", lie).await;
    let Err(error @ SumError::Equivocation { witness, .. }) = &ended.contributed[0] else {
        panic!("{:?}", ended.contributed[0])
    };
    assert_eq!(witness.as_str(), "hospital-1");
    assert_eq!(error.fault(), Fault::Network);
}

fn sparse() -> Federation {
    Federation::with(Thresholds::without_proof_of_safety(8, 5, 3).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_part_of_the_graph_s_seed_that_was_not_committed_to_blames_its_sender() {
    let lie = |it: &mut Revealed| it.part[0] ^= 1;
    let (_, ended) = run_in(sparse(), "hospital-1", lie).await;
    let error = ended.opened.unwrap_err();
    assert!(blames(&error, "hospital-1"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn another_graph_than_the_drawn_one_blames_the_aggregator() {
    let lie = |it: &mut Drawn| it.parts[2].1[0] ^= 1;
    let (_, ended) = run_in(sparse(), "aggregator", lie).await;
    for ended in ended.contributed {
        let error = ended.unwrap_err();
        assert!(blames(&error, "aggregator"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn changed_lists_blame_the_aggregator() {
    contributors_blame(|it: &mut Listed| it.fingerprints.reverse()).await;
    contributors_blame(|it: &mut Listed| it.fingerprints[0].index = 4_000_000).await;
    contributors_blame(|it: &mut Listed| it.neighbours.clear()).await;
    contributors_blame(|it: &mut Cohort| it.members.truncate(2)).await;
    contributors_blame(|it: &mut Cohort| it.members.push(4_000_000)).await;
    contributors_blame(|it: &mut Survivors| it.members.truncate(2)).await;
    contributors_blame(|it: &mut Survivors| it.members.push(4_000_000)).await;
    contributors_blame(|it: &mut Signatures| it.signers.truncate(2)).await;
    contributors_blame(|it: &mut Signatures| it.signatures = flipped(&it.signatures)).await;
}
