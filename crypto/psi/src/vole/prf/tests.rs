//! Both parties' steps in one process, on a correlation out of a generator.

use std::collections::BTreeSet;

use consilium_base::{Seed, Tagged};
use proptest::prelude::*;

use super::*;
use crate::{Item, vole::tags::Tags};

fn item(number: u32) -> Item {
    Tagged::new("test.1.item").number(number.into()).digest()
}

/// A correlation of so many outputs: a, c and Δ, b.
pub(super) fn correlation(outputs: usize) -> ([Vec<Block>; 2], (Block, Vec<Block>)) {
    let mut rng = Seed::from_bytes([9; 32]).generator();
    let delta = Block::random(&mut rng);
    let mut draw = || -> Vec<Block> { (0..outputs).map(|_| Block::random(&mut rng)).collect() };
    let (a, b) = (draw(), draw());
    let mut c = b.clone();
    field::add_multiples(&mut c, delta, &a);
    ([a, c], (delta, b))
}

/// The rows of the receiver that both parties hold, by the tag.
fn intersect(receiver: &[Item], sender: &[Item]) -> Vec<u32> {
    let hashes = Hashes::new(&[7; 32]);
    let shape = Shape::of(receiver.len());
    let ([a, c], (delta, mut b)) = correlation(shape.columns());
    let size = |items: &[Item]| u32::try_from(items.len()).unwrap();
    let width = Width::of(size(receiver), size(sender)).unwrap();

    let mut rng = Seed::from_bytes([1; 32]).generator();
    let masked = mask(&hashes, &hashes.keys(receiver.iter()), shape, &a, &mut rng).unwrap();
    let rows = Rows::new(&masked.seed, shape);
    let ours = received(&hashes, width, &rows, &masked.placed, &c);

    unmask(&mut b, delta, &masked.columns);
    let (keys, key) = (hashes.keys(sender.iter()), Key { delta, columns: &b });
    let placed = rows.place(&keys);
    let parts = placed.chunks(100);
    let theirs = parts.flat_map(|part| evaluate(&hashes, width, &rows, part, &key, &keys));
    let theirs = theirs.collect();

    let (ours, theirs) = (Tags::sort(width, ours), Tags::sort(width, theirs));
    let mut matching = ours.matching();
    let theirs = theirs.write(0, sender.len());
    let common = width.read(&theirs).unwrap();
    common.filter_map(|tag| matching.compare(tag)).collect()
}

fn check(receiver: &BTreeSet<u32>, sender: &BTreeSet<u32>) {
    let list = |set: &BTreeSet<u32>| -> Vec<u32> { set.iter().copied().collect() };
    let items = |set: &BTreeSet<u32>| -> Vec<Item> { set.iter().map(|it| item(*it)).collect() };
    let rows = intersect(&items(receiver), &items(sender));
    let numbers = list(receiver);
    let mut found: Vec<u32> = rows.iter().map(|row| numbers[*row as usize]).collect();
    found.sort_unstable();
    assert_eq!(found, list(&(receiver & sender)));
}

#[test]
fn keys_values_rows_and_tags_are_those_of_another_implementation() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../vectors/vole-steps.json")).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let bytes = |from: &serde_json::Value, name: &str| {
            let hex = from[name].as_str().unwrap().as_bytes();
            data_encoding::HEXLOWER.decode(hex).unwrap()
        };
        let digest = |from, name| -> Item { bytes(from, name).try_into().unwrap() };
        let hashes = Hashes::new(&digest(case, "session"));
        let shape = Shape::of(usize::try_from(case["keys"].as_u64().unwrap()).unwrap());
        assert_eq!(Some(shape.columns() as u64), case["columns"].as_u64());
        let store: Vec<Block> = field::read(&bytes(case, "store")).unwrap().collect();
        let rows = Rows::new(&digest(case, "seed"), shape);
        let width = Width::of(1 << 20, 1 << 20).unwrap();
        for item in case["items"].as_array().unwrap() {
            let keys = hashes.keys([digest(item, "item")].iter());
            assert_eq!(field::write(&keys), bytes(item, "key"));
            let mut values = keys.clone();
            hashes.values(&mut values);
            assert_eq!(field::write(&values), bytes(item, "value"));
            let placed = rows.place(&keys);
            let decoded: Vec<Block> = okvs::decode(&rows, &placed, &store).collect();
            assert_eq!(field::write(&decoded), bytes(item, "decoded"));
            let tags = received(&hashes, width, &rows, &placed, &store);
            assert_eq!(Tags::sort(width, tags).write(0, 1), bytes(item, "tag"));
        }
    }
}

#[test]
fn overlaps_of_none_one_all_but_one_and_all_are_found() {
    for size in [0_u32, 1, 2, 63, 64, 65, 1023, 1024, 1025] {
        for common in [0, 1, size.saturating_sub(1), size] {
            let common = common.min(size);
            let receiver = (0..size).collect();
            let sender = (size - common..2 * size - common).collect();
            check(&receiver, &sender);
        }
    }
}

#[test]
fn items_that_differ_in_one_bit_are_different() {
    let bits = 0..256_usize;
    let mut items = vec![[0; 32]];
    items.extend(bits.map(|bit| {
        let mut item = [0; 32];
        item[bit / 8] = 1 << (bit % 8);
        item
    }));
    assert_eq!(intersect(&items, &items[..1]), [0]);
    let keys = Hashes::new(&[7; 32]).keys(items.iter());
    let distinct: BTreeSet<u128> = keys.iter().map(|key| key.bits()).collect();
    assert_eq!(distinct.len(), items.len());
}

#[test]
fn an_item_that_is_there_twice_is_refused() {
    let hashes = Hashes::new(&[7; 32]);
    let keys = hashes.keys([item(1), item(2), item(1)].iter());
    let shape = Shape::of(3);
    let ([a, _], _) = correlation(shape.columns());
    let mut rng = Seed::from_bytes([1; 32]).generator();
    assert!(mask(&hashes, &keys, shape, &a, &mut rng).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn random_sets_of_random_shape_give_the_plain_intersection(
        one in proptest::collection::btree_set(0_u32..600, 0..400),
        other in proptest::collection::btree_set(0_u32..600, 0..400),
    ) {
        check(&one, &other);
    }
}
