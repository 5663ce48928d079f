//! Setting up: on its own before a first sum, or riding on a sum's messages for the next one.

use std::collections::BTreeMap;

use consilium_mailbox::{Gathered, Mailbox, Message as _, Quorum};
use rand_core::CryptoRng;

use super::{Aggregator, Contributor, blame, blame_aggregator};
use crate::{
    Breach, OpeningBook, SumError,
    dealing::{self, Dealing},
    graph::Graph,
    lists,
    messages::{Advertised, Cohort, Dealt, Drawn, Fingerprint, Listed, Received, Revealed},
    setup::{self, Listing, Prepared},
    summing::Ready,
    unmask::Directory,
};

/// The part of a run that set-ups before a sum are charged to: what they agree on serves later sums, those
/// of other parts too. Set-ups that ride on a sum's messages are charged as the sum is.
pub const SETUP: &str = "setup";

/// The messages of a sum under material of the one before.
pub(super) fn carried(mail: &Mailbox) -> Mailbox {
    mail.scope("carried")
}

/// The messages of a sum that sets up first.
pub(super) fn fresh(mail: &Mailbox) -> Mailbox {
    mail.scope("fresh")
}

/// The set-up for a sum itself.
pub(super) fn first(mail: &Mailbox) -> Mailbox {
    mail.phase(SETUP)
}

/// The set-up for the sum after it.
pub(super) fn next(mail: &Mailbox) -> Mailbox {
    mail.scope("next")
}

impl<B: OpeningBook, R: CryptoRng + Send> Contributor<B, R> {
    /// Sets up for the sum that follows.
    pub(super) async fn set_up(&mut self, mail: &Mailbox) -> Result<Ready, SumError> {
        let agreed = self.agreed.clone();
        let given_up = || blame_aggregator(&agreed)(Breach::ListTooShort);
        let prepared = self.advertise(mail).await?;
        let dealing = self
            .deal(mail, prepared, None)
            .await?
            .ok_or_else(given_up)?;
        let everybody: Vec<usize> = (0..agreed.terms.roster.len()).collect();
        self.conclude(mail, dealing, &everybody)
            .await?
            .ok_or_else(given_up)
    }

    /// Draws keys and shows their public halves.
    pub(super) async fn advertise(&mut self, mail: &Mailbox) -> Result<Prepared, SumError> {
        let prepared = mail.compute(Advertised::STEP, || Prepared::new(&mut self.rng));
        mail.send(&self.agreed.terms.aggregator, &prepared.advertised())
            .await?;
        Ok(prepared)
    }

    /// Deals shares to neighbours, on the known graph or on one drawn now; nothing if the aggregator
    /// gives up this set-up.
    pub(super) async fn deal(
        &mut self,
        mail: &Mailbox,
        prepared: Prepared,
        graph: Option<Graph>,
    ) -> Result<Option<Dealing>, SumError> {
        let agreed = self.agreed.clone();
        let aggregator = &agreed.terms.aggregator;
        let blame = blame_aggregator(&agreed);
        let listed: Listed = mail.recv(aggregator).await?;
        if listed.fingerprints.is_empty() {
            return Ok(None);
        }
        let own = prepared.advertised().fingerprint(self.me);
        let listing = Listing::read(&agreed, mail.run(), &listed, own).map_err(&blame)?;
        let (graph, neighbours) = if let Some(graph) = graph.or_else(|| agreed.complete_graph()) {
            (graph, listed.neighbours)
        } else {
            mail.send(
                aggregator,
                &Revealed {
                    part: prepared.part(),
                },
            )
            .await?;
            let drawn: Drawn = mail.recv(aggregator).await?;
            (
                listing.draw(&agreed, &drawn.parts).map_err(&blame)?,
                drawn.neighbours,
            )
        };
        let (dealing, dealt) = mail
            .compute(Dealt::STEP, || {
                let peers = listing.neighbours(&graph.neighbours(self.me), &neighbours)?;
                let threshold = agreed.terms.thresholds.shares;
                Ok(dealing::deal(
                    self.me,
                    prepared,
                    &listing,
                    peers,
                    threshold,
                    &mut self.rng,
                ))
            })
            .map_err(&blame)?;
        self.graph = Some(graph);
        for (peer, dealt) in &dealt {
            mail.send(agreed.party(*peer), dealt).await?;
        }
        Ok(Some(dealing))
    }

    /// Takes the shares of those `expected`, and agrees on masks with the cohort; nothing if the
    /// aggregator gives up this set-up.
    pub(super) async fn conclude(
        &mut self,
        mail: &Mailbox,
        mut dealing: Dealing,
        expected: &[usize],
    ) -> Result<Option<Ready>, SumError> {
        let agreed = self.agreed.clone();
        let aggregator = &agreed.terms.aggregator;
        let awaited = dealing
            .peers()
            .filter(|peer| expected.binary_search(peer).is_ok());
        let awaited = agreed.parties(awaited);
        let quorum = Quorum {
            at_least: 0,
            within: agreed.terms.patience,
        };
        let Gathered { arrived, .. } = mail.gather::<Dealt>(&awaited, quorum).await?;
        mail.compute(Dealt::STEP, || {
            arrived.iter().try_for_each(|(party, dealt)| {
                let taken = dealing.take(agreed.index(party)?, dealt);
                taken.map_err(|breach| match breach {
                    Breach::OtherList => SumError::Equivocation {
                        aggregator: aggregator.clone(),
                        witness: party.clone(),
                    },
                    breach => SumError::Breach {
                        party: party.clone(),
                        breach,
                    },
                })
            })
        })?;
        mail.send(aggregator, &dealing.received()).await?;
        let Cohort { members } = mail.recv(aggregator).await?;
        if members.is_empty() {
            return Ok(None);
        }
        let members =
            lists::read(&members, agreed.terms.roster.len()).map_err(blame_aggregator(&agreed))?;
        let ready = mail.compute(Cohort::STEP, || dealing.ready(&agreed, members));
        ready.map(Some).map_err(|(peer, breach)| match peer {
            Some(peer) => blame(&agreed, peer, breach),
            None => blame_aggregator(&agreed)(breach),
        })
    }
}

/// A set-up of which the keys are listed and the graph is known.
pub(super) struct Shown {
    listing: Listing,
    graph: Graph,
    advertised: BTreeMap<usize, Advertised>,
}

impl Aggregator {
    /// Sets up for the sum that follows, with those that advertised.
    pub(super) async fn set_up(
        &mut self,
        mail: &Mailbox,
        advertised: BTreeMap<usize, Advertised>,
    ) -> Result<Directory, SumError> {
        self.check_enough(advertised.keys().copied())?;
        let members: Vec<usize> = advertised.keys().copied().collect();
        let shown = self.list(mail, advertised, None).await?;
        self.conclude(mail, shown, &members).await
    }

    /// Shows everybody's fingerprints and, once the graph is known, the neighbours' keys.
    pub(super) async fn list(
        &mut self,
        mail: &Mailbox,
        advertised: BTreeMap<usize, Advertised>,
        graph: Option<Graph>,
    ) -> Result<Shown, SumError> {
        let agreed = self.agreed.clone();
        let fingerprints: Vec<Fingerprint> = mail.compute(Listed::STEP, || {
            let print = |(index, shown): (&usize, &Advertised)| {
                shown
                    .public_keys()
                    .map_err(|breach| blame(&agreed, *index, breach))?;
                Ok(shown.fingerprint(*index))
            };
            advertised
                .iter()
                .map(print)
                .collect::<Result<_, SumError>>()
        })?;
        let listing = Listing::new(&agreed, mail.run(), &fingerprints);
        let known = graph.or_else(|| agreed.complete_graph());
        let of = |index: usize, graph: &Graph| -> Vec<(u32, Advertised)> {
            let neighbours = graph.neighbours(index).into_iter();
            let shown =
                neighbours.filter_map(|it| Some((lists::narrow(it), advertised.get(&it)?.clone())));
            shown.collect()
        };
        for &index in advertised.keys() {
            let neighbours = known.as_ref().map_or(Vec::new(), |graph| of(index, graph));
            let listed = Listed {
                fingerprints: fingerprints.clone(),
                neighbours,
            };
            mail.send(agreed.party(index), &listed).await?;
        }
        if let Some(graph) = known {
            return Ok(Shown {
                listing,
                graph,
                advertised,
            });
        }
        // Without every part the graph is not drawn: who withholds one must gain nothing by it.
        let members = agreed.parties(listing.members());
        let quorum = Quorum {
            at_least: members.len(),
            within: agreed.terms.patience,
        };
        let revealed = mail.gather::<Revealed>(&members, quorum).await?;
        let parts: Vec<(u32, [u8; 32])> = listing
            .members()
            .zip(&revealed.arrived)
            .map(|(index, (_, revealed))| (lists::narrow(index), revealed.part))
            .collect();
        let graph = listing.draw(&agreed, &parts).map_err(|breach| {
            let liar = listing
                .members()
                .zip(&parts)
                .find(|(index, (_, part))| !setup::is_committed(&advertised[index], part));
            blame(&agreed, liar.map_or(0, |(index, _)| index), breach)
        })?;
        for &index in advertised.keys() {
            let drawn = Drawn {
                parts: parts.clone(),
                neighbours: of(index, &graph),
            };
            mail.send(agreed.party(index), &drawn).await?;
        }
        Ok(Shown {
            listing,
            graph,
            advertised,
        })
    }

    /// Learns who holds whose shares, and tells who masks against whom.
    pub(super) async fn conclude(
        &mut self,
        mail: &Mailbox,
        shown: Shown,
        members: &[usize],
    ) -> Result<Directory, SumError> {
        let agreed = self.agreed.clone();
        let parties = agreed.parties(members.iter().copied());
        // A contributor may itself wait once for a neighbour's shares.
        let within = agreed.terms.patience * 2;
        let gathered = mail
            .gather::<Received>(
                &parties,
                Quorum {
                    at_least: 0,
                    within,
                },
            )
            .await?;
        let mut reports = Vec::with_capacity(gathered.arrived.len());
        for (party, received) in gathered.arrived {
            reports.push((agreed.index(&party)?, received));
        }
        let Shown {
            listing,
            graph,
            advertised,
        } = shown;
        let directory = Directory::new(listing.setup, graph, advertised, &reports)
            .map_err(|(index, breach)| blame(&agreed, index, breach))
            .and_then(|directory| {
                self.check_enough(directory.members.iter().copied())
                    .map(|()| directory)
            });
        // An empty cohort tells those that wait that there is none.
        let members = directory
            .as_ref()
            .map(|directory| lists::write(&directory.members));
        let cohort = Cohort {
            members: members.unwrap_or_default(),
        };
        let reporters = agreed.parties(reports.iter().map(|(index, _)| *index));
        mail.broadcast(&reporters, &cohort).await?;
        directory
    }

    /// Refuses to go on with fewer than the threshold.
    pub(super) fn check_enough(
        &self,
        present: impl Iterator<Item = usize>,
    ) -> Result<(), SumError> {
        let present: Vec<usize> = present.collect();
        let needed = self.agreed.terms.thresholds.signatures;
        if present.len() >= needed {
            return Ok(());
        }
        let missing = lists::without(0..self.agreed.terms.roster.len(), &present);
        let missing = self.agreed.parties(missing);
        Err(SumError::TooFew {
            present: present.len(),
            needed,
            missing,
        })
    }
}
