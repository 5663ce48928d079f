//! Measures `psi-star`: CPU time of all parties, bytes, memory.
//!
//! `cargo run --release -p consilium-psi --example star [SIZE [PARTIES]]` prints a JSON line for each
//! run. Half of the items are common to all. `peak_rss_mb` is of the process up to then, so of all
//! parties with their items; `steps` are milliseconds.
#![expect(clippy::print_stdout, reason = "a measurement is printed")]

#[path = "shared/bench.rs"]
mod bench;

use std::num::NonZeroUsize;

use consilium_mailbox::{Account, Mailbox, PartyId, mem};
use consilium_psi::{
    Item, Sizes, Unkept,
    star::{Party, align},
};
use tokio::time::Instant;

use bench::{Outcome, arguments, item, peak_rss_mb, runtime, secret, steps, terms};

fn main() -> Outcome<()> {
    let [size, parties] = arguments([65_536, 3])?;
    let runtime = runtime()?;
    for threads in [1, 2, 1, 2] {
        let threads = NonZeroUsize::new(threads).ok_or("no threads")?;
        runtime.block_on(measure(size, parties, threads))?;
    }
    Ok(())
}

/// So many parties, half of whose items are common to all, each a task of its own.
async fn measure(size: u32, parties: u32, threads: NonZeroUsize) -> Outcome<()> {
    let names = (0..parties).map(|party| format!("party-{party}").parse());
    let names = names.collect::<Result<Vec<PartyId>, _>>()?;
    let mails = mem::mailboxes(&names).into_iter();
    let began = Instant::now();
    let tasks = (0..).zip(mails).map(|(party, mail)| {
        let half = size / 2;
        let own = (party + 1) * size;
        let items = (0..half).chain(own..own + size - half).map(item).collect();
        tokio::spawn(side(mail, names.clone(), items, threads))
    });
    let tasks: Vec<_> = tasks.collect();
    let (mut ok, mut accounts) = (true, Vec::new());
    for task in tasks {
        let (common, account) = task.await??;
        ok &= common == size as usize / 2;
        accounts.push(account);
    }
    let wall_s = began.elapsed().as_secs_f64();
    let totals: Vec<_> = accounts.iter().map(Account::total).collect();
    let (leader, member) = (steps("leader", &accounts[0]), steps("member", &accounts[1]));
    println!(
        "{{\"bench\": \"psi-star\", \"mode\": \"simulated\", \
         \"params\": {{\"size\": {size}, \"parties\": {parties}, \"threads\": {threads}}}, \
         \"ok\": {ok}, \"wall_s\": {wall_s}, \"cpu_s\": {}, \"leader_cpu_s\": {}, \
         \"sent_bytes\": {}, \"leader_sent_bytes\": {}, \"peak_rss_mb\": {}, \
         \"steps\": {{{leader}, {member}}}}}",
        totals.iter().map(|it| it.cpu.as_secs_f64()).sum::<f64>(),
        totals[0].cpu.as_secs_f64(),
        totals.iter().map(|it| it.sent_bytes).sum::<u64>(),
        totals[0].sent_bytes,
        peak_rss_mb(),
    );
    Ok(())
}

/// One party's part: how many rows are common, and what it cost.
async fn side(
    mail: Mailbox,
    parties: Vec<PartyId>,
    items: Vec<Item>,
    threads: NonZeroUsize,
) -> Outcome<(usize, Account)> {
    let secret = secret(mail.me());
    let party = Party {
        mail: &mail,
        parties: &parties,
        leader: parties.first().ok_or("no parties")?,
        terms: &terms(0),
        items: &items,
        secret: &secret,
        threads,
    };
    let mut rng = secret.generator();
    let aligned = Box::pin(align(&party, &Sizes::USUAL, &mut Unkept, &mut rng)).await?;
    Ok((aligned.rows.len(), mail.finish()))
}
