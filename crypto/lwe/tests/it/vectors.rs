//! Elements computed elsewhere, and messages that must not change.

use consilium_base::{Tagged, hex};
use consilium_lwe::{Native, Nonce, Precision, PrimePair, Ring, RingElement};
use serde_json::Value;

use crate::world::{Table, World};

fn expands_as_computed<R: Ring>(case: &Value) {
    let ring = R::new();
    let seed = hex::decode(case["seed"].as_str().unwrap()).unwrap();
    let element = ring.expand(&seed);
    for (precision, name) in [(Precision::Body, "body"), (Precision::Mask, "mask")] {
        let mut bytes = Vec::new();
        ring.write(precision, &element, &mut bytes);
        let (first, last) = (&bytes[..32], &bytes[bytes.len() - 32..]);
        let computed = serde_json::json!({
            "bytes": bytes.len(),
            "first": hex::encode(first),
            "last": hex::encode(last),
            "sum": bytes.iter().copied().map(u64::from).sum::<u64>(),
        });
        assert_eq!(case[name], computed);
    }
}

#[test]
fn seeds_expand_to_the_elements_that_were_computed_elsewhere() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../vectors/expansion.json")).unwrap();
    for case in vectors["cases"].as_array().unwrap() {
        match case["set"].as_str() {
            Some("a") => expands_as_computed::<Native>(case),
            _ => expands_as_computed::<PrimePair>(case),
        }
    }
}

/// Hashes each message of a seeded exchange.
fn digests<R: Ring>() -> Value {
    fn digest(message: &impl serde::Serialize) -> String {
        let bytes = postcard::to_allocvec(message).unwrap();
        hex::encode(&Tagged::new("test.1.message").field(&bytes).digest())
    }
    let mut world = World::<R>::new(4, 11);
    let numbers: Vec<i32> = (0..700).map(|row| (row * 37) % 512 - 256).collect();
    let nonces = [(); 2].map(|()| Nonce::random(&mut world.rng));
    let element = RingElement::agree(&*world.ring, b"run 1, tree 1", nonces[0], nonces[1]);
    let key = world.keys.refresh_key(&element, &mut world.rng);
    let both = [&numbers[..], &numbers[..]];
    let encrypted = world
        .keys
        .encrypt(world.packing, both, &mut world.rng)
        .unwrap();
    let table = Table {
        numbers: [numbers.clone(), numbers],
        subsets: (0..4)
            .map(|of| (0..700).map(|row| row % 4 == of).collect())
            .collect(),
    };
    let sums = world.raw(&table);
    let returned = world.returned(&sums, 4);
    serde_json::json!({
        "nonces": digest(&nonces),
        "key": digest(&key),
        "encrypted": digest(&encrypted),
        "returned": digest(&returned),
    })
}

#[test]
fn the_messages_of_a_seeded_exchange_have_not_changed() {
    let frozen: Value =
        serde_json::from_str(include_str!("../../vectors/transcript.json")).unwrap();
    let now = serde_json::json!({ "a": digests::<Native>(), "b": digests::<PrimePair>() });
    assert_eq!(frozen["messages"], now);
}
