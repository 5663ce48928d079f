//! `consilium bench secagg`: what a masked sum costs each party, at the peer's graph and at ours.

use std::{collections::BTreeSet, io::Write, sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use clap::Args;
use consilium_base::{Generator, Seed};
use consilium_identity::{Directory, IdentityKey};
use consilium_mailbox::{
    Account, PartyId, RunId,
    sim::{Crash, Moment, World},
};
use consilium_secagg::{
    Aggregator, Assumed, Bits, Contribute as _, Contributor, Credentials, Encoding, Input,
    MemoryBook, Open as _, Opened, StudyId, SumNumber, SumShape, Terms, Thresholds,
};
use serde_json::{Value, json};
use tokio::runtime::Builder;

/// Graphs are drawn anew this often where a sparse one does not survive the dropouts.
const ATTEMPTS: u8 = 20;

/// Every contributor's values lie within this bound.
const BOUND: f64 = 8.0;

/// What is measured.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  consilium bench secagg --parties 100 --dim 100000 --dropout 0.1"
)]
pub(crate) struct SecaggArgs {
    /// Contributors, at least 3, the aggregator not counted
    #[arg(long, default_value_t = 10, value_name = "N")]
    parties: usize,

    /// Length of the vector
    #[arg(long, default_value_t = 100_000, value_name = "N")]
    dim: usize,

    /// Share of contributors that drop out after the set-up, before their vector leaves
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    dropout: f64,

    /// Shares made of each secret in the first line; the second line is always the safe graph
    #[arg(long, default_value_t = 21, value_name = "N")]
    k: usize,

    /// Bits of an element
    #[arg(long, default_value_t = 30, value_name = "N")]
    bits: u8,

    /// Seed of all randomness
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u8,

    /// Print one line of JSON for each measurement
    #[arg(long)]
    json: bool,
}

/// Measures both graphs.
///
/// # Errors
///
/// If the parties can't sum under the given numbers.
pub(crate) fn run(args: &SecaggArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let dropouts = dropouts(args)?;
    let k = if args.k >= args.parties {
        args.parties
    } else {
        args.k
    };
    let peer = Thresholds::without_proof_of_safety(args.parties, k, k / 2 + 1)?;
    let assumed = Assumed {
        contributors: args.parties,
        colluding: None,
        dropouts,
    };
    // Unmeasured: a daemon sums many times in memory that it touched at its first sum, and here all
    // parties' memory is one process's.
    measure(args, peer, dropouts)?;
    for (graph, thresholds) in [("peer", peer), ("safe", Thresholds::safe(assumed)?)] {
        let measured = measure(args, thresholds, dropouts)?;
        if args.json {
            writeln!(out, "{}", measured.to_json(args, graph, thresholds))?;
        } else {
            writeln!(out, "{}", measured.to_text(graph, thresholds))?;
        }
    }
    Ok(())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to n"
)]
fn dropouts(args: &SecaggArgs) -> anyhow::Result<usize> {
    ensure!(
        (0.0..1.0).contains(&args.dropout),
        "--dropout is a share from 0 to below 1"
    );
    Ok((args.parties as f64 * args.dropout) as usize)
}

/// What one sum cost.
struct Measured {
    wall: Duration,
    attempts: u8,
    /// The aggregator first, then the contributors in the order of the roster.
    accounts: Vec<(PartyId, Account)>,
    dropped: usize,
}

fn measure(args: &SecaggArgs, thresholds: Thresholds, dropouts: usize) -> anyhow::Result<Measured> {
    let bits = Bits::new(args.bits).context("--bits is 1 to 64")?;
    let encoding = Arc::new(Encoding::new(&vec![BOUND; args.dim], args.parties, bits)?);
    let mut failure = None;
    for attempt in 0..ATTEMPTS {
        let seed = Seed::from_bytes([args.seed; 32]).derive("bench.1.attempt", &[&[attempt]]);
        let terms = terms(thresholds)?;
        let bench = Bench {
            terms,
            encoding: encoding.clone(),
            seed,
            dropouts,
        };
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the simulated clock stands still"
        )]
        let began = std::time::Instant::now();
        match runtime.block_on(bench.run()) {
            Ok(accounts) => {
                let (wall, attempts) = (began.elapsed(), attempt + 1);
                return Ok(Measured {
                    wall,
                    attempts,
                    accounts,
                    dropped: dropouts,
                });
            }
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.context("no attempt was made")?)
}

fn terms(thresholds: Thresholds) -> anyhow::Result<Terms> {
    let roster = (0..thresholds.contributors()).map(|index| format!("party-{index}").parse());
    Ok(Terms {
        study: StudyId([0; 32]),
        aggregator: "aggregator".parse()?,
        roster: roster.collect::<Result<_, _>>()?,
        thresholds,
        waivers: BTreeSet::new(),
        relaxed_from_twenty: true,
        patience: Duration::from_secs(15),
        carry_over: false,
    })
}

/// One federation and the sum it makes.
struct Bench {
    terms: Terms,
    encoding: Arc<Encoding>,
    seed: Seed,
    dropouts: usize,
}

impl Bench {
    async fn run(&self) -> anyhow::Result<Vec<(PartyId, Account)>> {
        let world = World::new(1).without_transcript();
        for party in self.terms.roster.iter().take(self.dropouts) {
            let (step, moment) = ("secagg.1.masked".to_owned(), Moment::BeforeSend);
            world.crash(Crash {
                party: party.clone(),
                step,
                nth: 0,
                moment,
            });
        }
        let (len, bits) = (self.encoding.len(), self.encoding.bits());
        let shape = SumShape {
            number: SumNumber(0),
            len,
            bits,
            question: [0; 32],
        };
        let values: Arc<Vec<f64>> = Arc::new((0..len).map(value).collect());
        let everybody = [&self.terms.aggregator]
            .into_iter()
            .chain(&self.terms.roster);
        let everybody: Vec<PartyId> = everybody.cloned().collect();
        let mut mailboxes = world.mailboxes(&everybody, RunId([1; 16]));
        let directory = Arc::new(self.directory());

        let mut tasks = Vec::new();
        for (index, mail) in mailboxes.drain(1..).enumerate() {
            let mut contributor = self.contributor(index, directory.clone())?;
            let (encoding, values) = (self.encoding.clone(), values.clone());
            let mut rounding = self.seed_of("bench.1.rounding", index).generator();
            tasks.push(tokio::spawn(async move {
                let encode = || encoding.encode(&values, &mut rounding);
                let ended = match mail.compute("bench.1.encode", encode) {
                    Ok(input) => contributor
                        .contribute(&mail, &shape, Input::Own(&input))
                        .await
                        .is_ok(),
                    Err(_) => false,
                };
                if ended { mail.finish() } else { mail.account() }
            }));
        }
        let mail = mailboxes.remove(0);
        let mut aggregator = Aggregator::new(self.terms.clone(), directory, [])?;
        let opened = aggregator.open(&mail, &shape).await?;
        let mut accounts = vec![mail.finish()];
        for task in tasks {
            accounts.push(task.await?);
        }
        self.check(&values, &opened)?;
        Ok(everybody.into_iter().zip(accounts).collect())
    }

    fn contributor(
        &self,
        index: usize,
        verifier: Arc<Directory>,
    ) -> anyhow::Result<Contributor<MemoryBook, Generator>> {
        let signer = Arc::new(self.key(index));
        let secret = self.seed_of("bench.1.secret", index);
        let rng = self.seed_of("bench.1.rng", index).generator();
        let me = &self.terms.roster[index];
        let credentials = Credentials { signer, verifier };
        let (terms, book) = (self.terms.clone(), MemoryBook::default());
        Ok(Contributor::new(
            me,
            terms,
            credentials,
            &secret,
            book,
            rng,
        )?)
    }

    fn key(&self, index: usize) -> IdentityKey {
        IdentityKey::from_seed(&self.seed_of("bench.1.identity", index))
    }

    fn directory(&self) -> Directory {
        let named = self.terms.roster.iter().enumerate();
        named
            .map(|(index, party)| (party.to_string(), self.key(index).public()))
            .collect()
    }

    fn seed_of(&self, label: &'static str, index: usize) -> Seed {
        self.seed.derive(label, &[&index.to_le_bytes()])
    }

    fn check(&self, values: &[f64], opened: &Opened) -> anyhow::Result<()> {
        let sum = self.encoding.decode(&opened.sum)?;
        let survivors = self.terms.roster.len() - self.dropouts;
        ensure!(
            opened.contributors.len() == survivors,
            "not every survivor is in the sum"
        );
        let near = |((sum, value), quantum): ((&f64, &f64), f64)| {
            (sum - value * survivors as f64).abs() <= quantum * survivors as f64
        };
        let right = sum.iter().zip(values).zip(self.encoding.quanta()).all(near);
        ensure!(right, "the sum is wrong");
        Ok(())
    }
}

/// Gives some value within the bound.
fn value(position: usize) -> f64 {
    (position as f64).sin() * BOUND
}

impl Measured {
    fn to_json(&self, args: &SecaggArgs, graph: &str, thresholds: Thresholds) -> Value {
        let parties: Vec<Value> = self.accounts.iter().map(party_json).collect();
        json!({
            "bench": "secagg",
            "mode": "simulated",
            "params": {
                "parties": args.parties,
                "dim": args.dim,
                "dropout": args.dropout,
                "bits": args.bits,
                "graph": graph,
                "k": thresholds.neighbourhood(),
                "t": thresholds.shares(),
            },
            "ok": true,
            "attempts": self.attempts,
            "wall_s": self.wall.as_secs_f64(),
            "party_cpu_s": self.middle(cpu),
            "aggregator_cpu_s": cpu(&self.accounts[0].1),
            "party_mask_share": self.middle(mask_share),
            "aggregator_mask_share": mask_share(&self.accounts[0].1),
            "bytes_per_value": self.bytes_per_value(args.dim),
            "parties": parties,
        })
    }

    fn to_text(&self, graph: &str, thresholds: Thresholds) -> String {
        format!(
            "{graph}: k {}, t {}; aggregator {:.4} CPU s, {:.0} % of it masks; party {:.4} CPU s in \
             the middle, {:.0} % of it masks",
            thresholds.neighbourhood(),
            thresholds.shares(),
            cpu(&self.accounts[0].1),
            100.0 * mask_share(&self.accounts[0].1),
            self.middle(cpu),
            100.0 * self.middle(mask_share),
        )
    }

    /// The median over contributors that stayed: those that drop out come first on the roster.
    fn middle(&self, of: impl Fn(&Account) -> f64) -> f64 {
        let stayed = &self.accounts[1 + self.dropped..];
        let mut numbers: Vec<f64> = stayed.iter().map(|(_, account)| of(account)).collect();
        numbers.sort_by(f64::total_cmp);
        numbers[numbers.len() / 2]
    }

    fn bytes_per_value(&self, dim: usize) -> f64 {
        let (_, last) = &self.accounts[self.accounts.len() - 1];
        last.total().sent_bytes as f64 / dim as f64
    }
}

fn party_json((party, account): &(PartyId, Account)) -> Value {
    let total = account.total();
    let steps = account.steps().filter(|(_, step)| !step.cpu.is_zero());
    let steps: serde_json::Map<String, Value> = steps
        .map(|(label, step)| (label.to_owned(), step.cpu.as_secs_f64().into()))
        .collect();
    json!({
        "party": party.to_string(),
        "cpu_s": total.cpu.as_secs_f64(),
        "sent_bytes": total.sent_bytes,
        "received_bytes": total.received_bytes,
        "rounds": total.rounds,
        "cpu_s_by_step": steps,
    })
}

fn cpu(account: &Account) -> f64 {
    account.total().cpu.as_secs_f64()
}

/// The share of masks in all CPU time: their keystream made and added, neither keys nor packing.
fn mask_share(account: &Account) -> f64 {
    let masks = account
        .steps()
        .find(|(label, _)| *label == "secagg.1.masks");
    masks.map_or(0.0, |(_, step)| step.cpu.as_secs_f64()) / cpu(account)
}
