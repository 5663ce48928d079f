//! How long both parties' steps take for a million items each, on one core.

use consilium_base::{Seed, Tagged};
use consilium_mailbox::mem;

use super::{tests::correlation, *};
use crate::{Item, vole::tags::Tags};

/// CPU nanoseconds an item of each step, for 2^20 items of each party.
#[tokio::test]
#[ignore = "slow: a measurement"]
async fn nanoseconds_an_item_for_all_steps_but_the_correlation() {
    const ITEMS: u32 = 1 << 20;
    let parties = ["one".parse().unwrap(), "other".parse().unwrap()];
    let mail = &mem::mailboxes(&parties)[0];
    let item = |number: u32| Tagged::new("bench.1.item").number(number.into()).digest();
    let items: Vec<Item> = (0..ITEMS).map(item).collect();
    let shape = Shape::of(items.len());
    let width = Width::of(ITEMS, ITEMS).unwrap();
    let ([a, c], (delta, b)) = correlation(shape.columns());
    for _ in 0..3 {
        let mut steps = Vec::new();
        let mut timed = |name: &'static str, work: &mut dyn FnMut()| {
            let before = mail.account().total().cpu;
            mail.compute("bench.1.step", work);
            let took = mail.account().total().cpu.saturating_sub(before);
            let took = took.as_secs_f64() * 1e9 / f64::from(ITEMS);
            steps.push((format!("{name}_ns"), took));
        };
        let hashes = Hashes::new(&[7; 32]);
        let (mut keys, mut masked, mut ours, mut theirs) = (Vec::new(), None, None, None);
        timed("keys", &mut || keys = hashes.keys(items.iter()));
        let mut rng = Seed::from_bytes([1; 32]).generator();
        timed("mask", &mut || {
            masked = Some(mask(&hashes, &keys, shape, &a, &mut rng).unwrap());
        });
        let masked = masked.unwrap();
        let rows = Rows::new(&masked.seed, shape);
        timed("received", &mut || {
            ours = Some(received(&hashes, width, &rows, &masked.placed, &c));
        });
        let mut key = b.clone();
        timed("unmask", &mut || unmask(&mut key, delta, &masked.columns));
        let key = Key {
            delta,
            columns: &key,
        };
        timed("evaluate", &mut || {
            let placed = rows.place(&keys);
            theirs = Some(evaluate(&hashes, width, &rows, &placed, &key, &keys));
        });
        let (mut sent, mut own) = (None, None);
        timed("sort", &mut || {
            sent = theirs.take().map(|tags| Tags::sort(width, tags));
        });
        timed("own_sort", &mut || {
            own = ours.take().map(|tags| Tags::sort(width, tags));
        });
        let (sent, own, mut common) = (sent.unwrap(), own.unwrap(), 0);
        timed("compare", &mut || {
            let mut matching = own.matching();
            let theirs = sent.write(0, items.len());
            let tags = width.read(&theirs).unwrap();
            common = tags.filter(|tag| matching.compare(*tag).is_some()).count();
        });
        assert_eq!(common, items.len());
        let total_ns: f64 = steps.iter().map(|(_, took)| took).sum();
        let steps: serde_json::Map<_, _> = steps
            .into_iter()
            .map(|(name, took)| (name, took.into()))
            .collect();
        println!(
            "{}",
            serde_json::json!({
                "bench": "psi-vole-prf", "mode": "simulated", "params": { "items": ITEMS },
                "ok": true, "steps": steps, "total_s": total_ns * f64::from(ITEMS) / 1e9,
                "sent_bytes": shape.columns() * field::BLOCK + items.len() * width.bytes(),
            })
        );
    }
}
