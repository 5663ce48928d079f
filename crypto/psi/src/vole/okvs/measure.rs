//! How long a store of a million keys takes, on one core.

use consilium_base::Seed;
use consilium_mailbox::mem;

use super::*;

/// CPU nanoseconds a key, for 2^20 keys.
#[tokio::test]
#[ignore = "slow: a measurement"]
async fn nanoseconds_a_key_to_encode_and_decode_a_million() {
    const KEYS: usize = 1 << 20;
    let mut rng = Seed::from_bytes([1; 32]).generator();
    let mut draw = || -> Vec<Block> { (0..KEYS).map(|_| Block::random(&mut rng)).collect() };
    let (keys, values) = (draw(), draw());
    let mut rng = Seed::from_bytes([2; 32]).generator();
    let parties = ["one".parse().unwrap(), "other".parse().unwrap()];
    let mail = &mem::mailboxes(&parties)[0];
    for _ in 0..3 {
        let rows = Rows::new(&[3; 32], Shape::of(KEYS));
        let timed = |work: &mut dyn FnMut()| {
            let before = mail.account().total().cpu;
            mail.compute("bench.1.step", work);
            mail.account()
                .total()
                .cpu
                .saturating_sub(before)
                .as_secs_f64()
                * 1e9
                / KEYS as f64
        };
        let (mut placed, mut columns, mut sum) = (Vec::new(), Vec::new(), Block::ZERO);
        let place_ns = timed(&mut || placed = rows.place(&keys));
        let solve_ns = timed(&mut || {
            columns = elimination::solve(&rows, &placed, &values, &mut rng).unwrap();
        });
        let decode_ns = timed(&mut || {
            sum = decode(&rows, &placed, &columns).fold(Block::ZERO, |sum, value| sum ^ value);
        });
        let wanted = values.iter().fold(Block::ZERO, |sum, value| sum ^ *value);
        assert_eq!(sum, wanted);
        println!(
            "{{\"bench\": \"psi-vole-okvs\", \"mode\": \"simulated\", \"params\": {{\"keys\": {KEYS}}}, \
             \"ok\": true, \"columns\": {}, \"place_ns\": {place_ns}, \"solve_ns\": {solve_ns}, \
             \"encode_ns\": {}, \"decode_ns\": {decode_ns}}}",
            columns.len(),
            place_ns + solve_ns,
        );
    }
}
