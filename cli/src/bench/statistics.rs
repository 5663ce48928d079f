//! `consilium bench statistics`: what statistics over several institutions cost each of them.

use std::{collections::BTreeSet, io::Write, sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use clap::Args;
use consilium_base::Seed;
use consilium_identity::{Directory, IdentityKey};
use consilium_mailbox::{Account, PartyId, RunId, sim::World};
use consilium_plan::Lang;
use consilium_secagg::{
    Aggregator, Assumed, Contributor, Credentials, MemoryBook, StudyId, SumNumber, Terms,
    Thresholds,
};
use consilium_statistics::{
    Agreement, Column, Findings, Kind, Mode, Specification, Table, Values, aggregate, contribute,
    pooled,
};
use rand_core::Rng as _;
use serde_json::{Value, json};
use tokio::runtime::Builder;

/// What is measured.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  consilium bench statistics --parties 5 --features 200 --rows 20000"
)]
pub(crate) struct StatisticsArgs {
    /// Contributors, at least 3, the coordinator not counted
    #[arg(long, default_value_t = 5, value_name = "N")]
    parties: usize,

    /// Columns: of ten, eight of numbers, one of 0/1 values and one category; a label besides
    #[arg(long, default_value_t = 200, value_name = "N")]
    features: usize,

    /// Rows of each contributor
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    rows: usize,

    /// Seed of all randomness
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u8,

    /// Print one line of JSON for each measurement
    #[arg(long)]
    json: bool,
}

/// Measures the statistics that a plan asks for where it says nothing, with correlations and a label,
/// and sees that they are those of all rows in one place.
///
/// # Errors
///
/// If there are too few or too many of something.
pub(crate) fn run(args: &StatisticsArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let agreement = Arc::new(Agreement::new(specification(args))?);
    let tables = tables(args, &agreement)?;
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the simulated clock stands still"
    )]
    let began = std::time::Instant::now();
    let (accounts, found) = runtime.block_on(measure(args, &agreement, &tables))?;
    let wall = began.elapsed();
    let seed = Seed::from_bytes([args.seed; 32]);
    let reference = pooled(&agreement, &tables, &seed);
    let mut reference = reference.context("no statistics of the rows")?;
    reference.contributors.clone_from(&found.contributors);
    ensure!(
        found == reference,
        "the statistics are not those of all rows"
    );
    if args.json {
        writeln!(out, "{}", to_json(args, (&agreement, &accounts), wall))?;
        return Ok(());
    }
    let (sums, seconds) = (agreement.sums(), wall.as_secs_f64());
    writeln!(
        out,
        "{}",
        lang.pick(
            format!("{sums} sums, {seconds:.2} s"),
            format!("{sums} 个合计，{seconds:.2} 秒"),
        )
    )?;
    for (party, account) in &accounts {
        let total = account.total();
        let (cpu, sent) = (total.cpu.as_secs_f64(), total.sent_bytes as f64 / 1e6);
        writeln!(
            out,
            "{}",
            lang.pick(
                format!("{party}: {cpu:.3} CPU s, {sent:.1} MB sent"),
                format!("{party}：CPU {cpu:.3} 秒，发送 {sent:.1} MB"),
            )
        )?;
    }
    Ok(())
}

/// A tenth of the columns are 0/1, another tenth categories.
fn specification(args: &StatisticsArgs) -> Specification {
    let kind = |place: usize| match place % 10 {
        8 => Kind::Boolean,
        9 => Kind::Category {
            levels: ["one", "two", "three", "four"].map(str::to_owned).into(),
        },
        _ => Kind::Number {
            low: 0.0,
            high: 100.0,
        },
    };
    let column = |place: usize| Column {
        name: format!("column-{place}"),
        kind: kind(place),
    };
    let label = Column {
        name: "label".to_owned(),
        kind: Kind::Boolean,
    };
    Specification {
        columns: (0..args.features).map(column).chain([label]).collect(),
        label: Some(args.features),
        periods: Vec::new(),
        quantiles: vec![0.05, 0.25, 0.5, 0.75, 0.95],
        quantile_error: 0.001,
        correlations: true,
        minimum_cell: 10,
        mode: Mode::Exact,
        most_rows: args.rows as u64,
        most_contributors: args.parties,
    }
}

/// Draws rows; one value in fifty is missing.
fn tables(args: &StatisticsArgs, agreement: &Agreement) -> anyhow::Result<Vec<Table>> {
    let drawn = |party: usize| {
        let seed = Seed::from_bytes([args.seed; 32]).derive("bench.1.rows", &[&[1]]);
        let mut generator = seed
            .derive("bench.1.party", &[&party.to_le_bytes()])
            .generator();
        let mut uniform = || generator.next_u64() as f64 / u64::MAX as f64;
        let columns = agreement.specification().columns.iter().map(|column| {
            let mut cells = (0..args.rows).map(|_| (uniform() >= 0.02).then(&mut uniform));
            match column.kind {
                Kind::Boolean => {
                    Values::Booleans(cells.map(|cell| cell.map(|it| it < 0.3)).collect())
                }
                Kind::Category { .. } => {
                    let level = |it: f64| [0.1, 0.3, 0.6].iter().filter(|up| it > **up).count();
                    let level = |it| u32::try_from(level(it)).unwrap_or_default();
                    Values::Levels(cells.map(|cell| cell.map(level)).collect())
                }
                _ => {
                    let number = |it: f64| 100.0 * it * it;
                    Values::Numbers(
                        cells
                            .by_ref()
                            .map(|it| it.map_or(f64::NAN, number))
                            .collect(),
                    )
                }
            }
        });
        Table::new(agreement, columns.collect(), Vec::new())
    };
    let tables = (0..args.parties).map(drawn).collect::<Option<_>>();
    tables.context("the rows don't fit the columns")
}

async fn measure(
    args: &StatisticsArgs,
    agreement: &Arc<Agreement>,
    tables: &[Table],
) -> anyhow::Result<(Vec<(PartyId, Account)>, Findings)> {
    let thresholds = Thresholds::safe(Assumed {
        contributors: args.parties,
        colluding: None,
        dropouts: 0,
    })?;
    let roster = (0..args.parties).map(|place| format!("party-{place:03}").parse());
    let roster: Vec<PartyId> = roster.collect::<Result<_, _>>()?;
    let terms = Terms {
        study: StudyId([0; 32]),
        aggregator: "coordinator".parse()?,
        roster: roster.clone(),
        thresholds: thresholds.requiring_everybody(),
        waivers: BTreeSet::new(),
        relaxed_from_twenty: false,
        patience: Duration::from_mins(1),
        carry_over: true,
    };
    let all: Vec<PartyId> = [&terms.aggregator]
        .into_iter()
        .chain(&roster)
        .cloned()
        .collect();
    let seed = |label, place: usize| {
        Seed::from_bytes([args.seed; 32]).derive(label, &[&place.to_le_bytes()])
    };
    let key = |place| IdentityKey::from_seed(&seed("bench.1.identity", place));
    let named = roster.iter().enumerate();
    let directory: Directory = named
        .map(|(place, party)| (party.to_string(), key(place).public()))
        .collect();
    let directory = Arc::new(directory);
    let world = World::new(1).without_transcript();
    let mut mailboxes = world.mailboxes(&all, RunId([1; 16]));
    let mut tasks = Vec::new();
    for ((place, mail), table) in mailboxes.drain(1..).enumerate().zip(tables.iter().cloned()) {
        let credentials = Credentials {
            signer: Arc::new(key(place)),
            verifier: directory.clone(),
        };
        let (secret, rng) = (seed("bench.1.secret", place), seed("bench.1.rng", place));
        let (book, terms) = (MemoryBook::default(), terms.clone());
        let me = &roster[place];
        let mut sums = Contributor::new(me, terms, credentials, &secret, book, rng.generator())?;
        let (agreement, roster) = (agreement.clone(), roster.clone());
        let aggregator = all[0].clone();
        tasks.push(tokio::spawn(async move {
            let own = (&*agreement, &table, &secret);
            let all = (&aggregator, &roster[..]);
            let found = contribute(&mail, all, own, SumNumber(0), &mut sums).await;
            (found, mail.finish())
        }));
    }
    let mail = mailboxes.remove(0);
    let mut sums = Aggregator::new(terms, directory, [])?;
    aggregate(&mail, &roster, agreement, SumNumber(0), &mut sums).await?;
    let mut accounts = vec![mail.finish()];
    let mut findings = None;
    for task in tasks {
        let (found, account) = task.await?;
        findings = Some(found?.findings);
        accounts.push(account);
    }
    let findings = findings.context("nobody has found anything")?;
    Ok((all.into_iter().zip(accounts).collect(), findings))
}

fn to_json(
    args: &StatisticsArgs,
    (agreement, accounts): (&Agreement, &[(PartyId, Account)]),
    wall: Duration,
) -> Value {
    let of_party = |(party, account): &(PartyId, Account)| {
        let total = account.total();
        json!({
            "party": party.to_string(),
            "cpu_s": total.cpu.as_secs_f64(),
            "sent_bytes": total.sent_bytes,
            "received_bytes": total.received_bytes,
            "rounds": total.rounds,
        })
    };
    let elements: usize = agreement.costs().iter().map(|cost| cost.elements).sum();
    json!({
        "bench": "statistics",
        "mode": "simulated",
        "params": {
            "parties": args.parties,
            "features": args.features,
            "rows": args.rows,
        },
        "ok": true,
        "sums": agreement.sums(),
        "elements": elements,
        "wall_s": wall.as_secs_f64(),
        "parties": accounts.iter().map(of_party).collect::<Vec<_>>(),
    })
}
