//! Measures `psi-unbalanced`: making the table, fetching it, and asking with the table there.
//!
//! `cargo run --release -p consilium-psi --example unbalanced [LARGE [SMALL [QUERIES]]]` prints a
//! JSON line for the table and one for each run; the first fetches the table. Half of the small set's items
//! are common. `peak_rss_mb` is of the process up to then, so of both parties with their items and
//! both stores, which lie in memory; `steps` are milliseconds.
#![expect(clippy::print_stdout, reason = "a measurement is printed")]

#[path = "shared/bench.rs"]
mod bench;

use std::{num::NonZeroUsize, thread::available_parallelism};

use consilium_base::{Digest, Seed};
use consilium_mailbox::{Account, Mailbox, PartyId, mem};
use consilium_psi::{
    Item, MemorySpill, Party, Terms,
    unbalanced::{Charge, Refused, TableKey, Uses, ask, build},
};
use tokio::{task::JoinHandle, time::Instant};

use bench::{Outcome, arguments, item, peak_rss_mb, runtime, secret, steps, terms};

fn main() -> Outcome<()> {
    let [large, small, queries] = arguments([1_000_000, 1000, 1000])?;
    let runtime = runtime()?;
    runtime.block_on(measure(large, small, queries))
}

/// One table, then three runs against it.
async fn measure(large: u32, small: u32, queries: u32) -> Outcome<()> {
    let names: [PartyId; 2] = ["hospital".parse()?, "insurer".parse()?];
    let mut asker = Side::new(&names, (0, queries), (0..small).rev().map(item).collect())?;
    let half = small / 2;
    let mut holder = Side::new(
        &names,
        (1, queries),
        (half..half + large).map(item).collect(),
    )?;

    let [_, mail] = mailboxes(&names)?;
    let began = Instant::now();
    let built;
    (holder, built) = Box::pin(holder.build(mail)).await?;
    println!(
        "{{\"bench\": \"psi-unbalanced-table\", \"mode\": \"simulated\", \"params\": {{\"large\": \
         {large}, \"queries\": {queries}, \"threads\": {}}}, \"ok\": true, \"wall_s\": {}, \
         \"cpu_s\": {}, \"peak_rss_mb\": {}}}",
        holder.threads,
        began.elapsed().as_secs_f64(),
        built.total().cpu.as_secs_f64(),
        peak_rss_mb(),
    );
    for study in 0..3 {
        let [one, other] = mailboxes(&names)?;
        let began = Instant::now();
        let asking: JoinHandle<Outcome<_>> = tokio::spawn(asker.ask(one, study));
        let holding: JoinHandle<Outcome<_>> = tokio::spawn(holder.hold(other, study));
        let (rows, same, account, other_account);
        (asker, rows, account) = asking.await??;
        (holder, same, other_account) = holding.await??;
        let wall_s = began.elapsed().as_secs_f64();
        let sent = [&account, &other_account].map(|it| it.total().sent_bytes);
        let table: u64 = other_account
            .steps()
            .filter(|(step, _)| step.ends_with(".tabled") || step.ends_with(".described"))
            .map(|(_, cost)| cost.sent_bytes)
            .sum();
        println!(
            "{{\"bench\": \"psi-unbalanced\", \"mode\": \"simulated\", \"params\": {{\"small\": \
             {small}, \"large\": {large}, \"threads\": {}}}, \"ok\": {}, \"wall_s\": {wall_s}, \
             \"cpu_s\": [{}, {}], \"table_bytes\": {table}, \"table_bits_an_element\": {}, \
             \"online_bytes\": {}, \"peak_rss_mb\": {}, \"steps\": {{{}, {}}}}}",
            asker.threads,
            rows == same && rows == (small - half).min(large) as usize,
            account.total().cpu.as_secs_f64(),
            other_account.total().cpu.as_secs_f64(),
            table as f64 * 8.0 / f64::from(large),
            sent.iter().sum::<u64>() - table,
            peak_rss_mb(),
            steps("asker", &account),
            steps("holder", &other_account),
        );
    }
    Ok(())
}

/// What a party has from run to run.
struct Side {
    peer: PartyId,
    items: Vec<Item>,
    uses: Uses,
    key: Seed,
    tables: MemorySpill,
    threads: NonZeroUsize,
}

impl Side {
    fn new(names: &[PartyId; 2], (who, queries): (usize, u32), items: Vec<Item>) -> Outcome<Side> {
        let [hospital, insurer] = names;
        let peer = if who == 0 { insurer } else { hospital };
        Ok(Side {
            peer: peer.clone(),
            items,
            uses: Uses {
                holder: insurer.clone(),
                queries,
            },
            key: secret(&names[who]),
            tables: MemorySpill::default(),
            threads: available_parallelism()?,
        })
    }

    async fn build(mut self, mail: Mailbox) -> Outcome<(Side, Account)> {
        let (terms, mut tables) = (terms(0), std::mem::take(&mut self.tables));
        let (party, key) = (self.party(&mail, &terms), self.table_key());
        build(&party, &self.uses, &key, &mut tables, |_| {}).await?;
        self.tables = tables;
        Ok((self, mail.finish()))
    }

    async fn hold(mut self, mail: Mailbox, study: u8) -> Outcome<(Side, usize, Account)> {
        let (terms, mut tables) = (terms(study), std::mem::take(&mut self.tables));
        let (party, key) = (self.party(&mail, &terms), self.table_key());
        let table = build(&party, &self.uses, &key, &mut tables, |_| {}).await?;
        let aligned = table.hold(&mut tables, &mut Free).await?;
        self.tables = tables;
        Ok((self, aligned.rows.len(), mail.finish()))
    }

    async fn ask(mut self, mail: Mailbox, study: u8) -> Outcome<(Side, usize, Account)> {
        let (terms, mut tables) = (terms(study), std::mem::take(&mut self.tables));
        let aligned = ask(&self.party(&mail, &terms), &self.uses, &mut tables).await?;
        self.tables = tables;
        Ok((self, aligned.rows.len(), mail.finish()))
    }

    fn party<'a>(&'a self, mail: &'a Mailbox, terms: &'a Terms) -> Party<'a> {
        Party {
            mail,
            peer: &self.peer,
            terms,
            items: &self.items,
            secret: &self.key,
            threads: self.threads,
        }
    }

    fn table_key(&self) -> TableKey<'_> {
        TableKey {
            seed: &self.key,
            context: &[0; 32],
        }
    }
}

/// Whoever measures does not count.
struct Free;

impl Charge for Free {
    async fn charge(&mut self, _: u32, _: &Digest) -> Result<(), Refused> {
        Ok(())
    }
}

fn mailboxes(names: &[PartyId; 2]) -> Outcome<[Mailbox; 2]> {
    let two = <[Mailbox; 2]>::try_from(mem::mailboxes(names));
    two.map_err(|_| "two parties have two mailboxes".into())
}
