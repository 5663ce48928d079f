//! Measures `psi-vole`: CPU time of both parties, bytes, memory.
//!
//! `cargo run --release -p consilium-psi --example vole [SIZE]` prints a JSON line for each run.
//! Half of the items are common. `peak_rss_mb` is of the process up to then, so of both parties with
//! their items; `steps` are milliseconds.
#![expect(clippy::print_stdout, reason = "a measurement is printed")]

#[path = "shared/bench.rs"]
mod bench;

use std::num::NonZeroUsize;

use consilium_mailbox::{Account, Mailbox, PartyId, mem};
use consilium_psi::{Item, Party, Sizes, Unkept, vole::align};
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
    let one_items: Vec<Item> = (0..size).map(item).collect();
    let other_items: Vec<Item> = (half..half + size).rev().map(item).collect();
    let began = Instant::now();
    let one = tokio::spawn(side(one, insurer, one_items, threads));
    let other = tokio::spawn(side(other, hospital, other_items, threads));
    let ((common, account), (same, other_account)) = (one.await??, other.await??);
    let wall_s = began.elapsed().as_secs_f64();
    let totals = [&account, &other_account].map(Account::total);
    println!(
        "{{\"bench\": \"psi-vole\", \"mode\": \"simulated\", \
         \"params\": {{\"size\": {size}, \"threads\": {threads}}}, \"ok\": {}, \
         \"wall_s\": {wall_s}, \"cpu_s\": {}, \"receiver_cpu_s\": {}, \"sent_bytes\": {}, \
         \"peak_rss_mb\": {}, \"steps\": {{{}, {}}}}}",
        common == same && common == size.div_ceil(2) as usize,
        totals.iter().map(|it| it.cpu.as_secs_f64()).sum::<f64>(),
        totals[0].cpu.as_secs_f64(),
        totals.iter().map(|it| it.sent_bytes).sum::<u64>(),
        peak_rss_mb(),
        steps("receiver", &account),
        steps("sender", &other_account),
    );
    Ok(())
}

/// One party's part: how many rows are common, and what it cost.
async fn side(
    mail: Mailbox,
    peer: PartyId,
    items: Vec<Item>,
    threads: NonZeroUsize,
) -> Outcome<(usize, Account)> {
    let secret = secret(mail.me());
    let party = Party {
        mail: &mail,
        peer: &peer,
        terms: &terms(0),
        items: &items,
        secret: &secret,
        threads,
    };
    let mut rng = secret.generator();
    let aligned = Box::pin(align(&party, &Sizes::USUAL, &mut Unkept, &mut rng)).await?;
    Ok((aligned.rows.len(), mail.finish()))
}
