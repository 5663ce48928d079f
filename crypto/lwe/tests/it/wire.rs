//! What is sent: sizes, strict reading, tampering.

use bytes::Bytes;
use consilium_lwe::{
    Blocks, Breach, Encrypted, FloodShare, LweError, Native, Nonce, Packing, PrimePair, RefreshKey,
    Refresher, Returned, Ring, RingElement, SecretKeys, Wanted,
};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use crate::world::{Table, World};

/// A message out of any bytes, as a peer could send them.
fn message<M: DeserializeOwned>(bytes: &[u8]) -> M {
    let framed = postcard::to_stdvec(&Bytes::copy_from_slice(bytes)).unwrap();
    postcard::from_bytes(&framed).unwrap()
}

fn bytes(message: &impl Serialize) -> Vec<u8> {
    let framed = postcard::to_stdvec(message).unwrap();
    postcard::from_bytes::<Bytes>(&framed).unwrap().to_vec()
}

fn breach<T>(result: Result<T, LweError>) -> Breach {
    match result {
        Err(error @ LweError::Breach(_)) if !error.blames_peer() => panic!("{error}"),
        Err(LweError::Breach(breach)) => breach,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("nothing was noticed"),
    }
}

fn sizes_are_as_said<R: Ring>() {
    let mut world = World::<R>::new(4, 1);
    let table = Table::random(R::PARAMETERS.degree / 4 * 2 + 1, 4, &mut world.rng);
    let [g, h] = &table.numbers;
    let encrypted = world
        .keys
        .encrypt(world.packing, [g, h], &mut world.rng)
        .unwrap();
    assert_eq!(bytes(&encrypted).len(), Encrypted::bytes::<R>(3));
    let raw = world.raw(&table);
    let returned = world.returned(&raw, 4);
    assert_eq!(bytes(&returned[0]).len(), Returned::bytes::<R>(4));
}

#[test]
fn messages_have_the_sizes_that_are_announced() {
    sizes_are_as_said::<Native>();
    sizes_are_as_said::<PrimePair>();
    assert_eq!(Encrypted::bytes::<Native>(1), 24_592);
    assert_eq!(RefreshKey::bytes::<Native>(), 24_576);
    assert_eq!(Returned::bytes::<Native>(8), 10_354);
    assert_eq!(Encrypted::bytes::<PrimePair>(1), 106_512);
    assert_eq!(Returned::bytes::<PrimePair>(8), 53_474);
}

#[test]
fn other_numbers_of_rows_are_refused() {
    let mut world = World::<Native>::new(8, 2);
    let numbers = vec![1; 300];
    let encrypted = world
        .keys
        .encrypt(world.packing, [&numbers, &numbers], &mut world.rng)
        .unwrap();
    for rows in [0, 256, 513, usize::MAX / 1_000_000] {
        let read = Blocks::<Native>::read(&*world.ring, world.packing, &encrypted, rows);
        assert!(matches!(breach(read), Breach::WrongLength { .. }));
    }
    assert!(Blocks::<Native>::read(&*world.ring, world.packing, &encrypted, 512).is_ok());
}

#[test]
fn coefficients_above_the_modulus_are_refused() {
    let world = World::<PrimePair>::new(1, 2);
    let encrypted: Encrypted = message(&vec![0xFF; Encrypted::bytes::<PrimePair>(1)]);
    let read = Blocks::<PrimePair>::read(&*world.ring, world.packing, &encrypted, 1);
    assert_eq!(breach(read), Breach::NotReduced);
    let key: RefreshKey = message(&vec![0xFF; RefreshKey::bytes::<PrimePair>()]);
    let nonce = Nonce::random(&mut consilium_base::Seed::from_bytes([0; 32]).generator());
    let element = RingElement::agree(&*world.ring, b"run", nonce, nonce);
    assert_eq!(
        breach(Refresher::new(&world.ring, element, &key)),
        Breach::NotReduced
    );
}

#[test]
fn slots_are_asked_for_in_order_and_only_these_return() {
    let mut world = World::<Native>::new(4, 7);
    let table = Table::random(1000, 4, &mut world.rng);
    let raw = world.raw(&table).remove(0);
    let wanted = [
        Wanted::exact(1),
        Wanted {
            slot: 3,
            noise: [-5, 1000],
        },
    ];
    let refresh = |wanted: &[Wanted], world: &mut World<Native>| {
        world
            .refresher
            .refresh(&raw, wanted, FloodShare::WHOLE, &mut world.rng)
    };
    for wrong in [[3, 1], [1, 1], [1, 4]] {
        let refused = refresh(&wrong.map(Wanted::exact), &mut world);
        assert_eq!(refused, Err(LweError::Slots));
    }
    let returned = refresh(&wanted, &mut world).unwrap();
    let plain = table.plain();
    let allowed = [-(1 << 20)..=1 << 20, -(1 << 20)..=1 << 20];
    let opened = world.keys.open(world.packing, &returned, &allowed).unwrap();
    assert_eq!(opened.iter().map(|o| o.slot).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(opened[0].sums, plain[1]);
    assert_eq!(opened[1].sums, [plain[3][0] - 5, plain[3][1] + 1000]);
}

#[test]
fn slots_that_do_not_exist_are_noticed() {
    let mut world = World::<Native>::new(2, 8);
    let table = Table::random(100, 2, &mut world.rng);
    let raw = world.raw(&table);
    let honest = bytes(&world.returned(&raw, 2)[0]);
    let allowed = [-(1 << 20)..=1 << 20, -(1 << 20)..=1 << 20];
    for slots in [[0, 2], [1, 0], [1, 1]] {
        let mut forged = honest.clone();
        forged[2] = slots[0];
        forged[4] = slots[1];
        let opened = world.keys.open(world.packing, &message(&forged), &allowed);
        assert_eq!(breach(opened), Breach::BadSlots);
    }
}

/// A changed mask moves every sum to a random place; a changed body by the change.
#[test]
fn a_tampered_ciphertext_is_noticed_where_a_sum_cannot_lie() {
    let mut world = World::<Native>::new(2, 9);
    let table = Table::random(1000, 2, &mut world.rng);
    let raw = world.raw(&table);
    let honest = bytes(&world.returned(&raw, 2)[0]);
    let most: i64 = 2048 * 1000;
    let allowed = [-most..=most, -most..=most];
    let mut noticed = 0;
    for _ in 0..50 {
        let mut forged = honest.clone();
        let at = 6 + world.rng.next_u32() as usize % (2048 * 5);
        forged[at - (at - 6) % 5 + 4] ^= 0x55;
        let opened = world.keys.open(world.packing, &message(&forged), &allowed);
        noticed += usize::from(opened.is_err());
    }
    // What meets zeros of the keys alone changes nothing: one in sixteen.
    assert!((40..50).contains(&noticed), "{noticed}");
}

/// Opening accepts noise up to 15/16 of half of the scale, 7.5 deviations of the flood: half of the
/// scale is too much where the flood was within half a deviation, in three cases of eight.
#[test]
fn half_a_unit_added_to_a_sum_is_noticed_or_moves_it_by_one() {
    let mut world = World::<Native>::new(1, 9);
    let table = Table::random(1000, 1, &mut world.rng);
    let raw = world.raw(&table);
    let plain = table.plain()[0];
    let allowed = [-(1 << 21)..=1 << 21, -(1 << 21)..=1 << 21];
    let body = 4 + 2048 * 5;
    let mut noticed = 0;
    for _ in 0..48 {
        let mut forged = bytes(&world.returned(&raw, 1)[0]);
        let value = forged[body..body + 6]
            .iter()
            .rev()
            .fold(0, |n, &b| n << 8 | u64::from(b));
        let moved = value.wrapping_add(1 << (33 - 16)).to_le_bytes();
        forged[body..body + 6].copy_from_slice(&moved[..6]);
        match world.keys.open(world.packing, &message(&forged), &allowed) {
            Ok(opened) => {
                assert!((0..=1).contains(&(opened[0].sums[0] - plain[0])));
                assert_eq!(opened[0].sums[1], plain[1]);
            }
            refused => {
                assert!(matches!(breach(refused), Breach::TooNoisy { .. }));
                noticed += 1;
            }
        }
    }
    // 18 of 48 in the mean.
    assert!((6..31).contains(&noticed), "{noticed}");
}

#[test]
fn numbers_that_could_overflow_are_not_encrypted() {
    let mut world = World::<Native>::new(1, 1);
    let numbers = [1 << 28, -(1 << 28)];
    let zeros = [0, 0];
    let refused = world
        .keys
        .encrypt(world.packing, [&zeros, &numbers], &mut world.rng);
    assert_eq!(refused, Err(LweError::TooLarge { log2: 29 }));
    let uneven = world
        .keys
        .encrypt(world.packing, [&zeros, &[1]], &mut world.rng);
    assert_eq!(
        uneven,
        Err(LweError::Uneven {
            first: 2,
            second: 1
        })
    );
    assert!(Packing::new::<Native>(0).is_err());
    assert!(Packing::new::<Native>(2049).is_err());
}

fn reading_ends_well_or_blames_the_peer<R: Ring>(bytes: &[u8], near: usize, fill: u8) {
    fn check<T>(result: Result<T, LweError>) {
        assert!(result.map_or_else(|error| error.blames_peer(), |_| true));
    }
    let world = World::<R>::new(3, 1);
    let allowed = [-5..=5, -5..=5];
    let mut slots = vec![fill; Returned::bytes::<R>(near)];
    slots[..2].copy_from_slice(&(near as u16).to_le_bytes());
    let key = vec![fill; RefreshKey::bytes::<R>()];
    let blocks = vec![fill; Encrypted::bytes::<R>(near)];
    for bytes in [bytes, &slots, &key, &blocks] {
        check(world.keys.open(world.packing, &message(bytes), &allowed));
        check(Blocks::<R>::read(
            &world.ring,
            world.packing,
            &message(bytes),
            near,
        ));
        let nonce = Nonce::random(&mut consilium_base::Seed::from_bytes([0; 32]).generator());
        let element = RingElement::agree(&*world.ring, b"run", nonce, nonce);
        check(Refresher::new(&world.ring, element, &message(bytes)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn reading_anything_never_panics(
        bytes in prop::collection::vec(any::<u8>(), 0..3000),
        near in 0..4usize,
        fill in any::<u8>(),
    ) {
        reading_ends_well_or_blames_the_peer::<Native>(&bytes, near, fill);
        reading_ends_well_or_blames_the_peer::<PrimePair>(&bytes, near, fill);
    }
}

fn keys_are_drawn_anew<R: Ring>() {
    let mut world = World::<R>::new(1, 4);
    let numbers = vec![7; 10];
    let once = world
        .keys
        .encrypt(world.packing, [&numbers, &numbers], &mut world.rng)
        .unwrap();
    let again = world
        .keys
        .encrypt(world.packing, [&numbers, &numbers], &mut world.rng)
        .unwrap();
    let [once, again] = [once, again].map(|encrypted| bytes(&encrypted));
    let equal = once.iter().zip(&again).filter(|(a, b)| a == b).count();
    assert!(equal < once.len() / 64, "{equal} bytes of {}", once.len());
    let other = SecretKeys::<R>::random(&world.ring, &mut world.rng);
    let table = Table::random(10, 1, &mut world.rng);
    let raw = world.raw(&table);
    let returned = world.returned(&raw, 1);
    let allowed = [-100_000..=100_000, -100_000..=100_000];
    assert!(other.open(world.packing, &returned[0], &allowed).is_err());
}

#[test]
fn every_encryption_is_fresh_and_other_keys_open_nothing() {
    keys_are_drawn_anew::<Native>();
    keys_are_drawn_anew::<PrimePair>();
}
