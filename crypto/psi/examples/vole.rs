//! Measures `psi-vole`: CPU time of both parties, bytes, memory.
//!
//! `cargo run --release -p consilium-psi --example vole [SIZE]` prints a JSON line for each run.
//! Half of the items are common. `peak_rss_mb` is of the process up to then, so of both parties with
//! their items; `steps` are milliseconds.
#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::{error::Error, num::NonZeroUsize};

use consilium_base::{Seed, Tagged};
use consilium_mailbox::{Account, Mailbox, PartyId, mem};
use consilium_psi::{
    Item, Unkept,
    ecdh::{Party, Terms},
    vole::{Sizes, align},
};
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
        peak_rss_mb().unwrap_or(f64::NAN),
        steps("receiver", &account),
        steps("sender", &other_account),
    );
    Ok(())
}

/// Milliseconds of CPU time by step.
fn steps(party: &str, account: &Account) -> String {
    let steps = account.steps().filter(|(_, cost)| !cost.cpu.is_zero());
    let steps = steps.map(|(step, cost)| format!("\"{step}\": {}", cost.cpu.as_millis()));
    format!("\"{party}\": {{{}}}", steps.collect::<Vec<_>>().join(", "))
}

/// One party's part: how many rows are common, and what it cost.
async fn side(
    mail: Mailbox,
    peer: PartyId,
    items: Vec<Item>,
    threads: NonZeroUsize,
) -> Outcome<(usize, Account)> {
    let secret = Seed::from_bytes(
        Tagged::new("bench.1.secret")
            .field(mail.me().as_str().as_bytes())
            .digest(),
    );
    let terms = Terms {
        study: [0; 32],
        largest: u32::MAX,
        minimum: 100,
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
    let mut rng = secret.generator();
    let aligned = Box::pin(align(&party, &Sizes::USUAL, &mut Unkept, &mut rng)).await?;
    Ok((aligned.rows.len(), mail.finish()))
}

fn item(number: u32) -> Item {
    Tagged::new("bench.1.item").number(number.into()).digest()
}

/// The most memory that the process had, where the system says.
fn peak_rss_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
