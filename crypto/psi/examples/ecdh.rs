//! Measures `psi-ecdh`: microseconds an element, bytes and memory.
//!
//! `cargo run --release -p consilium-psi --example ecdh [SIZE]` prints a JSON line for each run.
//! `element_us` is the CPU time of both parties for one element of one set: hash, two
//! multiplications, coding, comparing.
#![expect(clippy::print_stdout, reason = "a measurement is printed")]

#[path = "shared/bench.rs"]
mod bench;

use std::{num::NonZeroUsize, ops::Range};

use consilium_mailbox::{Account, Mailbox, PartyId, mem};
use consilium_psi::{Item, Party, Unkept, ecdh::align};
use tokio::time::Instant;

use bench::{Outcome, arguments, item, peak_rss_mb, runtime, secret, steps, terms};

fn main() -> Outcome<()> {
    let [size] = arguments([65_536])?;
    let runtime = runtime()?;
    for threads in [1, 2, 1, 2, 1, 2] {
        let threads = NonZeroUsize::new(threads).ok_or("no threads")?;
        runtime.block_on(measure(size, threads))?;
    }
    Ok(())
}

/// Two parties, half of whose items are common, each a task of its own.
async fn measure(size: u32, threads: NonZeroUsize) -> Outcome<()> {
    let parties: [PartyId; 2] = ["hospital".parse()?, "insurer".parse()?];
    let mails = <[Mailbox; 2]>::try_from(mem::mailboxes(&parties));
    let [one, other] = mails.map_err(|_| "two parties have two mailboxes")?;
    let (half, [hospital, insurer]) = (size / 2, parties);
    let began = Instant::now();
    let one = tokio::spawn(side(one, insurer, 0..size, threads));
    let other = tokio::spawn(side(other, hospital, half..half + size, threads));
    let ((common, account), (same, other_account)) = (one.await??, other.await??);
    let wall_s = began.elapsed().as_secs_f64();
    let totals = [&account, &other_account].map(Account::total);
    let element_us =
        totals.iter().map(|it| it.cpu.as_secs_f64()).sum::<f64>() * 1e6 / (2.0 * f64::from(size));
    println!(
        "{{\"bench\": \"psi-ecdh\", \"mode\": \"simulated\", \
         \"params\": {{\"size\": {size}, \"threads\": {threads}}}, \"ok\": {}, \
         \"wall_s\": {wall_s}, \"element_us\": {element_us}, \"sent_bytes\": {}, \"peak_rss_mb\": {}, \
         \"steps\": {{{}}}}}",
        common == same && common == size.div_ceil(2) as usize,
        totals[0].sent_bytes,
        peak_rss_mb(),
        steps("one", &account),
    );
    Ok(())
}

/// One party's part: how many rows are common, and what it cost.
async fn side(
    mail: Mailbox,
    peer: PartyId,
    numbers: Range<u32>,
    threads: NonZeroUsize,
) -> Outcome<(usize, Account)> {
    let secret = secret(mail.me());
    let items: Vec<Item> = numbers.map(item).collect();
    let party = Party {
        mail: &mail,
        peer: &peer,
        terms: &terms(0),
        items: &items,
        secret: &secret,
        threads,
    };
    let aligned = align(&party, &mut Unkept, &mut secret.generator()).await?;
    Ok((aligned.rows.len(), mail.finish()))
}
