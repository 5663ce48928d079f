//! A small set against a large one: its holder makes a table once for each key, and the other one
//! asks.

mod counter;
pub(super) mod turn;

use consilium_mailbox::Message;
use consilium_node::FileSpill;
use consilium_psi::{
    Aligned, Party,
    unbalanced::{self, Table, TableKey, Uses},
};
use serde::{Deserialize, Serialize};
use tokio::{sync::watch, time::Instant};

use super::{Learnt, OwnPart, Watched};
use crate::{
    store::queries::KeyScope,
    study::{aligned::Queries, failure::RunError},
    tables::{Quarter, QueryKey},
};
use counter::Counter;
use turn::Turn;

/// The holder tells whoever awaits its table how far it is; both know its size.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum TableProgress {
    /// So many chunks of keys are in it.
    Chunks(u32),
    /// All are: it can be asked.
    Done,
    /// None yet: it holds its set for another study.
    Waits,
}

impl Message for TableProgress {
    const STEP: &'static str = "align.1.tabled";
}

impl OwnPart<'_> {
    /// Holds a set, or asks about one; `kept` hears how far it is.
    pub(super) async fn unbalanced(
        &self,
        party: &Party<'_>,
        uses: &Uses,
        kept: watch::Sender<u32>,
    ) -> Result<Learnt, RunError> {
        let (Aligned { rows, sizes }, queries) = match self.turn {
            Some(turn) => self.hold(turn, (party, uses), kept).await?,
            None => self.ask(party, uses, kept).await?,
        };
        Ok(Learnt::Rows {
            rows,
            sizes,
            queries,
        })
    }

    /// The part of the one with the large set.
    async fn hold(
        &self,
        turn: &Turn<'_>,
        (party, uses): (&Party<'_>, &Uses),
        kept: watch::Sender<u32>,
    ) -> Result<(Aligned, Option<Queries>), RunError> {
        let mail = &party.mail.with_patience(turn::patience(self.plan));
        let party = &Party { mail, ..*party };
        // The quarter is that of the turn, however long it was awaited.
        let key = self.home.query_key(KeyScope {
            data_set: self.counted.data.to_string(),
            version: self.counted.grant.data,
            peer: party.peer.clone(),
            quarter: Quarter::of(self.now()).to_string(),
        });
        let key = key.await?;
        let (mut tables, _stays) = self.home.own_table(&key);
        let mut counter = Counter::new(self, &key.of, uses.queries);
        let table = build_telling(turn, (party, uses), &key, &mut tables, kept).await?;
        let aligned = turn.within(table.hold(&mut tables, &mut counter)).await?;
        Ok((aligned, counter.answered()))
    }

    /// The part of the one with the small set, once the other one's table is there.
    async fn ask(
        &self,
        party: &Party<'_>,
        uses: &Uses,
        kept: watch::Sender<u32>,
    ) -> Result<(Aligned, Option<Queries>), RunError> {
        loop {
            let progress = party.mail.recv(party.peer).await?;
            self.goes_on.waits(matches!(progress, TableProgress::Waits));
            match progress {
                TableProgress::Waits => kept.send_replace(0),
                TableProgress::Chunks(chunks) => kept.send_replace(chunks),
                TableProgress::Done => break,
            };
        }
        let mut contributors = self.plan.contributors();
        let of_holder = contributors.find(|(holder, _)| **holder == uses.holder);
        let data = of_holder.map_or("", |(_, set)| set.name.as_str());
        let quarter = Quarter::of(self.now());
        let (files, _stays) = self.home.fetched_table(&uses.holder, data, quarter);
        let of_table = *kept.borrow();
        let mut tables = Watched::new(files, kept).after(of_table);
        let began = Instant::now();
        let aligned = unbalanced::ask(party, uses, &mut tables).await?;
        let queries = Queries {
            number: u32::try_from(party.items.len()).unwrap_or(u32::MAX),
            used: None,
            most: uses.queries,
            seconds: began.elapsed().as_secs_f64(),
        };
        Ok((aligned, Some(queries)))
    }
}

/// Makes the table of a key, or finds it made; tells the asker and `kept` how far it is.
async fn build_telling<'a>(
    turn: &Turn<'_>,
    (party, uses): (&Party<'a>, &'a Uses),
    key: &QueryKey,
    tables: &mut FileSpill,
    kept: watch::Sender<u32>,
) -> Result<Table<'a>, RunError> {
    let (done, mut chunks) = watch::channel(0);
    let progress = move |items| {
        let chunks = items / party.terms.chunk;
        done.send_replace(chunks);
        kept.send_replace(chunks);
    };
    let telling = async {
        while chunks.changed().await.is_ok() {
            let so_many = TableProgress::Chunks(*chunks.borrow_and_update());
            turn.within(party.mail.send(party.peer, &so_many)).await?;
        }
        Ok::<_, RunError>(())
    };
    let (seed, context) = (&key.seed, &key.context);
    let key = TableKey { seed, context };
    let building = async { Ok(unbalanced::build(party, uses, &key, tables, progress).await?) };
    let (table, ()) = tokio::try_join!(building, telling)?;
    let done = party.mail.send(party.peer, &TableProgress::Done);
    turn.within(done).await?;
    Ok(table)
}
