//! How fast the steps are beside the curve library's own, on one core.

use consilium_base::{Seed, Tagged};
use consilium_mailbox::mem;
use curve25519_dalek::{RistrettoPoint, Scalar};
use sha2::{Digest as _, Sha512};

use super::Key;
use crate::{Item, points::decode};

/// CPU microseconds an item of both parties' steps, and what the library takes for the same: a
/// hash to the curve, two multiplications, two encodings and a decoding.
#[tokio::test]
#[ignore = "slow: a measurement"]
async fn microseconds_an_item_and_the_share_of_the_librarys_own_speed() {
    const ITEMS: u32 = 1 << 13;
    let parties = ["one".parse().unwrap(), "other".parse().unwrap()];
    let mail = &mem::mailboxes(&parties)[0];
    let item = |number: u32| Tagged::new("bench.1.item").number(number.into()).digest();
    let items: Vec<Item> = (0..ITEMS).map(item).collect();
    let [one, other] = [1, 2].map(|seed| Key::new(&Seed::from_bytes([seed; 32]), &[9; 32]));
    let [a, b] = [3, 4].map(|byte| Scalar::from_bytes_mod_order([byte; 32]));
    let plain = |item: &Item| {
        let point = RistrettoPoint::from_uniform_bytes(&Sha512::digest(item).into());
        let point = decode(&(point * a).compress().to_bytes()).unwrap();
        (point * b).compress()
    };
    for _ in 0..5 {
        let timed = |work: &dyn Fn() -> usize| {
            let before = mail.account().total().cpu;
            assert_eq!(mail.compute("bench.1.step", work), items.len());
            let took = mail.account().total().cpu.saturating_sub(before);
            took.as_secs_f64() * 1e6 / f64::from(ITEMS)
        };
        let ours_us = timed(&|| other.double(&one.blind(items.iter())).unwrap().len());
        let library_us = timed(&|| items.iter().map(plain).collect::<Vec<_>>().len());
        println!(
            "{}",
            serde_json::json!({
                "bench": "psi-ecdh-steps", "mode": "simulated", "params": { "items": ITEMS },
                "ok": true, "item_us": ours_us, "library_us": library_us,
                "speed": library_us / ours_us,
            })
        );
    }
}
