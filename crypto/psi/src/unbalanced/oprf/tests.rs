//! The RFC's vectors, and that batches are what single values are.

use consilium_base::Tagged;
use proptest::prelude::*;

use super::*;

fn key(seed: u8) -> Key {
    Key::derive(&Seed::from_bytes([seed; 32]), b"test")
}

fn inputs(count: u64) -> Vec<Input> {
    let item = |number| Tagged::new("test.1.item").number(number).digest();
    (0..count)
        .map(|number| input(&[9; 32], &item(number)))
        .collect()
}

#[test]
fn keys_points_and_outputs_are_those_of_the_rfc() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../vectors/oprf.json")).unwrap();
    let bytes = |value: &serde_json::Value| -> Vec<u8> {
        let hex = value.as_str().unwrap().as_bytes();
        data_encoding::HEXLOWER.decode(hex).unwrap()
    };
    let seed = Seed::from_bytes(bytes(&vectors["seed"]).try_into().unwrap());
    let key = Key::derive(&seed, &bytes(&vectors["info"]));
    let whole = key.half.expose() + key.half.expose();
    assert_eq!(whole.as_bytes()[..], bytes(&vectors["key"]));
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 2);
    for case in cases {
        let factor = bytes(&case["blind"]).try_into().unwrap();
        let factor = Scalar::from_canonical_bytes(factor).unwrap();
        let queries = [(bytes(&case["input"]), &factor)];
        let blinded = blind(&queries);
        assert_eq!(blinded[0][..], bytes(&case["blinded"]));
        let evaluated = key.answer(&blinded).unwrap();
        assert_eq!(evaluated[0][..], bytes(&case["evaluated"]));
        let outputs = unblind(&queries, &evaluated).unwrap();
        assert_eq!(outputs[0][..], bytes(&case["output"]));
    }
}

#[test]
fn a_holder_and_an_asker_come_to_the_same_values() {
    for count in [0, 1, 127, 128, 129, 300] {
        let (key, inputs) = (key(1), inputs(count));
        let mut rng = Seed::from_bytes([2; 32]).generator();
        let blinds = draw_blinds(inputs.len(), &mut rng);
        let queries: Vec<_> = inputs.iter().copied().zip(blinds.expose()).collect();
        let answers = key.answer(&blind(&queries)).unwrap();
        let outputs = unblind(&queries, &answers).unwrap();
        let values: Vec<Value> = outputs.iter().map(value).collect();
        assert_eq!(values, key.values(&inputs));
    }
}

#[test]
fn another_seed_context_or_item_is_another_value() {
    let item = inputs(1)[0];
    let mut other = item;
    other[0] ^= 1;
    let mut last = item;
    last[63] ^= 1;
    let values = key(1).values(&[item, other, last]);
    let same_item = key(2).values(&[item]);
    let info = Key::derive(&Seed::from_bytes([1; 32]), b"other").values(&[item]);
    let all = [&values[..], &same_item, &info].concat();
    let distinct: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), 5);
}

#[test]
fn the_identity_and_points_that_are_none_are_refused_by_their_index() {
    for bad in [[0; 32], [0xff; 32], [1; 32]] {
        let one = Scalar::ONE;
        let queries: Vec<_> = inputs(200).into_iter().map(|input| (input, &one)).collect();
        let mut points = blind(&queries);
        points[150] = bad;
        assert_eq!(key(2).answer(&points), Err(150));
        assert_eq!(unblind(&queries, &points), Err(150));
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(points: Vec<Point>) {
        if let Err(index) = key(1).answer(&points) {
            prop_assert!(index < points.len());
        }
    }
}
