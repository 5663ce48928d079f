//! What a run costs, by the formula of docs/protocols/psi-unbalanced.md.

use consilium_mailbox::sim::World;
use consilium_psi::unbalanced::Uses;

use super::laws::{LARGE, large_and_made};
use crate::transcript::bytes_by_step;

#[tokio::test(start_paused = true)]
async fn queries_take_64_bytes_each_and_common_items_four() {
    let (world, mut desk) = (World::new(1), large_and_made());
    let ended = desk.align(&world).await;
    desk.check(ended);
    let bytes = bytes_by_step(&world);
    // A length of a byte or two stands before each of three chunks.
    for (step, due, chunks) in [
        ("blinded", 40 * 32, 3),
        ("evaluated", 40 * 32, 3),
        ("matched", 8 * 4, 1),
        ("described", 40 + 3 * 32, 1),
    ] {
        let got = bytes[&format!("psi-unbalanced.1.{step}")];
        assert!(
            (due + chunks..=due + 2 * chunks).contains(&got),
            "{step}: {got}"
        );
    }
}

/// 70,000 tags at a mean distance of 2^`r`, `r` = 50 for a thousand queries.
#[test]
fn a_table_takes_as_many_bits_an_element_as_the_page_says() {
    let pieces = LARGE.0.pieces.iter();
    let pieces = pieces.filter(|(name, _)| name.starts_with("table-"));
    let bytes: usize = pieces.map(|(_, piece)| piece.len()).sum();
    let bits = bytes as f64 * 8.0 / 70_000.0;
    let due = 50.0 + 1.0 + 1.0 / (f64::exp(1.0) - 1.0);
    assert!((bits - due).abs() < 0.03, "{bits} for {due}");
    let estimated = Uses::table_bytes(70_000, 1000).unwrap() as f64;
    assert!(
        (bytes as f64 / estimated - 1.0).abs() < 0.002,
        "{estimated}"
    );
}
