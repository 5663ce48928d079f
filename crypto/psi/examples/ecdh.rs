//! Measures `psi-ecdh`: microseconds an element, beside what the curve library itself needs.
//!
//! `cargo run --release -p consilium-psi --example ecdh [SIZE]` prints a JSON line for each run.
//! `element_us` is the CPU time of both parties for one element of one set: hash, two
//! multiplications, coding, comparing. `reference_us` is the library's for the same, one by one.
#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::{error::Error, hint::black_box, num::NonZeroUsize, ops::Range, time::Duration};

use consilium_base::{Seed, Tagged};
use consilium_mailbox::{Mailbox, PartyId, mem};
use consilium_psi::{
    Item, Unkept,
    ecdh::{Party, Terms, align},
};
use curve25519_dalek::{RistrettoPoint, Scalar};
use tokio::time::Instant;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let size = std::env::args()
        .nth(1)
        .map_or(Ok(65_536), |size| size.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_time()
        .build()?;
    for threads in [1, 2, 1, 2, 1, 2] {
        let threads = NonZeroUsize::new(threads).ok_or("no threads")?;
        runtime.block_on(measure(size, threads))?;
    }
    Ok(())
}

/// Two parties, half of whose items are common, each a task of its own.
async fn measure(size: u32, threads: NonZeroUsize) -> Outcome<()> {
    let parties: [PartyId; 2] = ["hospital".parse()?, "insurer".parse()?];
    let mut mails = mem::mailboxes(&parties).into_iter();
    let (Some(one), Some(other)) = (mails.next(), mails.next()) else {
        return Err("two parties have two mailboxes".into());
    };
    let measured = one.clone();
    let reference_us = tokio::spawn(async move { reference(&measured) }).await?;
    let (half, [hospital, insurer]) = (size / 2, parties);
    let began = Instant::now();
    let one = tokio::spawn(side(one, insurer, 0..size, threads));
    let other = tokio::spawn(side(other, hospital, half..half + size, threads));
    let ((common, cpu, sent), (same, other_cpu, _)) = (one.await??, other.await??);
    let wall_s = began.elapsed().as_secs_f64();
    let element_us = (cpu + other_cpu).as_secs_f64() * 1e6 / (2.0 * f64::from(size));
    println!(
        "{{\"bench\": \"psi-ecdh\", \"mode\": \"simulated\", \
         \"params\": {{\"size\": {size}, \"threads\": {threads}}}, \"ok\": {}, \
         \"wall_s\": {wall_s}, \"element_us\": {element_us}, \"reference_us\": {reference_us}, \
         \"speed_of_reference\": {}, \"sent_bytes\": {sent}}}",
        common == same && common == size.div_ceil(2) as usize,
        reference_us / element_us,
    );
    Ok(())
}

/// One party's part: how many rows are common, CPU time, bytes sent.
async fn side(
    mail: Mailbox,
    peer: PartyId,
    numbers: Range<u32>,
    threads: NonZeroUsize,
) -> Outcome<(usize, Duration, u64)> {
    let secret = Seed::from_bytes(
        Tagged::new("bench.1.secret")
            .field(mail.me().as_str().as_bytes())
            .digest(),
    );
    let items: Vec<Item> = numbers.map(item).collect();
    let terms = Terms {
        study: [0; 32],
        largest: u32::MAX,
        minimum: 1,
        chunk: Terms::USUAL_CHUNK,
    };
    let party = Party {
        mail: &mail,
        peer: &peer,
        terms: &terms,
        items: &items,
        secret: &secret,
        threads,
    };
    let before = mail.account().total().cpu;
    let aligned = align(&party, &mut Unkept, &mut secret.generator()).await?;
    let total = mail.finish().total();
    Ok((
        aligned.rows.len(),
        total.cpu.saturating_sub(before),
        total.sent_bytes,
    ))
}

fn item(number: u32) -> Item {
    Tagged::new("bench.1.item").number(number.into()).digest()
}

/// The library's own time for one element, in microseconds.
fn reference(mail: &Mailbox) -> f64 {
    const ELEMENTS: u32 = 4000;
    let key = Scalar::from_bytes_mod_order([7; 32]);
    mail.compute("bench.1.reference", || {
        for number in 0..ELEMENTS {
            let uniform = Tagged::new("bench.1.point").number(number.into());
            let point = RistrettoPoint::from_uniform_bytes(uniform.secret::<64>().expose());
            let blinded = (point * key).compress();
            black_box(blinded.decompress().map(|point| (point * key).compress()));
        }
    });
    mail.account().total().cpu.as_secs_f64() * 1e6 / f64::from(ELEMENTS)
}
