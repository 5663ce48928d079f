//! Vectors and laws of the base transfers.

use consilium_base::{Seed, hex};
use proptest::prelude::*;
use tokio::time::Instant;

use super::*;

const SESSION: Digest = [9; 32];

fn choices(bits: u128) -> impl Iterator<Item = Choice> {
    (0..128).map(move |index| Choice::from(u8::from(bits >> index & 1 == 1)))
}

fn transfer(bits: u128) -> (Offer, Chosen) {
    let offer = Offer::draw(&mut Seed::from_bytes([1; 32]).generator());
    let mut rng = Seed::from_bytes([2; 32]).generator();
    let chosen = choose(&SESSION, &offer.point(), choices(bits), &mut rng).unwrap();
    (offer, chosen)
}

#[test]
fn keys_are_those_of_another_implementation() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../vectors/vole-transfers.json")).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() >= 3);
    for case in cases {
        let text = |name: &str| case[name].as_str().unwrap();
        let secret = Scalar::from_bytes_mod_order(hex::decode(text("secret")).unwrap());
        let session: Digest = hex::decode(text("session")).unwrap();
        let index = case["index"].as_u64().unwrap();
        let pair = ["zero", "one"].map(|name| hex::decode(text(name)).unwrap());
        let offer = Offer {
            point: RistrettoPoint::mul_base(&secret).compress().to_bytes(),
            secret: Secret::new(secret),
        };
        assert_eq!(offer.point(), hex::decode(text("offered")).unwrap());
        let pairs = vec![pair; usize::try_from(index).unwrap() + 1];
        let keys = offer.keys(&session, &pairs).unwrap();
        let expected = ["key_zero", "key_one"].map(|name| hex::decode(text(name)).unwrap());
        assert_eq!(keys.last().unwrap().map(Block::to_bytes), expected);
    }
}

#[test]
fn the_chooser_has_the_chosen_key_of_each_pair_and_not_the_other() {
    for bits in [0, u128::MAX, 0x0123_4567_89ab_cdef_0f1e_2d3c_4b5a_6978] {
        let (offer, chosen) = transfer(bits);
        let keys = offer.keys(&SESSION, &chosen.pairs).unwrap();
        for (index, (both, key)) in keys.iter().zip(&chosen.keys).enumerate() {
            let side = usize::from(bits >> index & 1 == 1);
            assert!(both[side] == *key && both[side ^ 1] != *key);
        }
    }
}

#[test]
fn a_pair_moved_to_another_place_or_session_has_other_keys() {
    let (offer, mut chosen) = transfer(0);
    let keys = offer.keys(&SESSION, &chosen.pairs).unwrap();
    let elsewhere = offer.keys(&[8; 32], &chosen.pairs).unwrap();
    chosen.pairs.swap(0, 1);
    let moved = offer.keys(&SESSION, &chosen.pairs).unwrap();
    for (at, from) in [(0, 1), (1, 0)] {
        assert!(moved[at] != keys[from] && elsewhere[at] != keys[at]);
    }
}

#[test]
fn points_that_are_none_are_refused_by_their_index() {
    let (offer, chosen) = transfer(5);
    for bad in [[0; 32], [0xff; 32], [1; 32]] {
        for side in [0, 1] {
            let mut pairs = chosen.pairs.clone();
            pairs[77][side] = bad;
            assert!(matches!(offer.keys(&SESSION, &pairs), Err(77)));
        }
        let mut rng = Seed::from_bytes([2; 32]).generator();
        assert!(choose(&SESSION, &bad, choices(5), &mut rng).is_none());
    }
}

#[test]
#[ignore = "slow: a measurement"]
fn the_base_transfers_are_measured() {
    let began = Instant::now();
    let (offer, chosen) = transfer(0xdead_beef);
    let choose = began.elapsed().as_secs_f64();
    let began = Instant::now();
    offer.keys(&SESSION, &chosen.pairs).unwrap();
    let keys = began.elapsed().as_secs_f64();
    println!(
        "{{\"bench\": \"psi-vole-transfers\", \"params\": {{\"transfers\": 128}}, \
         \"choose_ms\": {}, \"keys_ms\": {}}}",
        choose * 1e3,
        keys * 1e3
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn arbitrary_bytes_never_panic(point: Point, pairs: Vec<Pair>) {
        let offer = Offer::draw(&mut Seed::from_bytes([1; 32]).generator());
        if let Err(index) = offer.keys(&SESSION, &pairs) {
            prop_assert!(index < pairs.len());
        }
        let mut rng = Seed::from_bytes([2; 32]).generator();
        let chosen = choose(&SESSION, &point, choices(0).take(2), &mut rng);
        prop_assert!(chosen.is_none_or(|chosen| chosen.pairs.len() == 2));
    }
}
