//! Awaiting messages: from one peer, or from as many of several as will do.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tracing::info;

use crate::{Content, Frame, Mailbox, MailboxError, Message, PartyId};

/// How many of those asked must answer, and how long the others are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// The fewest answers that will do.
    pub at_least: usize,
    /// How long the late ones are waited for.
    pub within: Duration,
}

/// The answers of several parties.
#[derive(Debug)]
pub struct Gathered<M> {
    /// Who answered what, in the order in which they were asked.
    pub arrived: Vec<(PartyId, M)>,
    /// Who did not answer, or answered wrongly, and how.
    pub absent: Vec<(PartyId, MailboxError)>,
}

impl Mailbox {
    /// Awaits the next message of this step from a peer.
    ///
    /// # Errors
    ///
    /// If nothing comes within the patience, the peer gave up, or its message is malformed or
    /// too long; the error names the peer and the step.
    pub async fn recv<M: Message>(&self, from: &PartyId) -> Result<M, MailboxError> {
        self.begin_waiting(M::STEP);
        self.await_message(from, self.patience.silence).await
    }

    /// Awaits the next message of this step from each of several parties.
    ///
    /// Returns as soon as all have answered or failed, and at the latest when the quorum's time
    /// is over. What the absence of a party means is the caller's to decide.
    ///
    /// # Errors
    ///
    /// [`MailboxError::Quorum`], naming the missing, if fewer than `quorum.at_least` answered.
    pub async fn gather<M: Message>(
        &self,
        from: &[PartyId],
        quorum: Quorum,
    ) -> Result<Gathered<M>, MailboxError> {
        self.begin_waiting(M::STEP);
        let deadline = Instant::now() + quorum.within;
        let mut waiting: FuturesUnordered<_> = from
            .iter()
            .map(|party| async move { (party, self.await_message(party, quorum.within).await) })
            .collect();
        let mut answers = Vec::with_capacity(from.len());
        while let Ok(Some(answer)) = timeout_at(deadline, waiting.next()).await {
            answers.push(answer);
        }
        drop(waiting);

        let mut gathered = Gathered {
            arrived: Vec::new(),
            absent: Vec::new(),
        };
        for party in from {
            let position = answers.iter().position(|(who, _)| *who == party);
            match position.map(|at| answers.swap_remove(at).1) {
                Some(Ok(message)) => gathered.arrived.push((party.clone(), message)),
                Some(Err(error)) => gathered.absent.push((party.clone(), error)),
                None => {
                    let (peer, step, waited) = (party.clone(), M::STEP, quorum.within);
                    let held = self.inbox(party)?.held();
                    let silent = MailboxError::Silent {
                        peer,
                        step,
                        waited,
                        held,
                    };
                    gathered.absent.push((party.clone(), silent));
                }
            }
        }
        if gathered.arrived.len() < quorum.at_least {
            return Err(MailboxError::Quorum {
                step: M::STEP,
                arrived: gathered.arrived.len(),
                asked: from.len(),
                at_least: quorum.at_least,
                missing: gathered
                    .absent
                    .into_iter()
                    .map(|(party, _)| party)
                    .collect(),
            });
        }
        Ok(gathered)
    }

    async fn await_message<M: Message>(
        &self,
        from: &PartyId,
        silence: Duration,
    ) -> Result<M, MailboxError> {
        let frame = self.await_frame(from, M::STEP, silence).await?;
        self.count_received(&frame);
        decode(from, &frame)
    }

    async fn await_frame(
        &self,
        from: &PartyId,
        step: &'static str,
        silence: Duration,
    ) -> Result<Frame, MailboxError> {
        let inbox = self.inbox(from)?;
        let label: Arc<str> = step.into();
        let mut link = self.transport().link(from);
        let mut silent = Duration::ZERO;
        let mut down = Duration::ZERO;
        let since = Instant::now();
        let mut overdue = None;
        loop {
            let changed = inbox.changed();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(frame) = inbox.take(self.scope_path(), &label)? {
                return Ok(frame);
            }
            let link_is_up = *link.borrow_and_update();
            let patience = if link_is_up {
                silence
            } else {
                self.patience.outage
            };
            let spent = if link_is_up { &mut silent } else { &mut down };
            if *spent >= patience {
                let peer = from.clone();
                return Err(if link_is_up {
                    MailboxError::Silent {
                        peer,
                        step,
                        waited: *spent,
                        held: inbox.held(),
                    }
                } else {
                    MailboxError::LinkDown {
                        peer,
                        step,
                        down: *spent,
                    }
                });
            }
            let began = Instant::now();
            let deadline = began + patience.saturating_sub(*spent);
            tokio::select! {
                biased;
                () = changed => {}
                Ok(()) = link.changed() => {}
                () = sleep_until(deadline) => {}
                () = sleep(self.patience.murmur) => {
                    info!(run = %self.run(), peer = %from, step, scope = self.path(), link_is_up, "still waiting");
                    overdue.get_or_insert_with(|| self.overdue.add((from.clone(), since)));
                }
            }
            *spent += began.elapsed();
        }
    }
}

fn decode<M: Message>(peer: &PartyId, frame: &Frame) -> Result<M, MailboxError> {
    let step = M::STEP;
    let malformed = || MailboxError::Malformed {
        peer: peer.clone(),
        step,
    };
    let Content::Body(body) = &frame.content else {
        return Err(malformed());
    };
    if body.len() > M::LIMIT {
        let (bytes, limit) = (body.len(), M::LIMIT);
        return Err(MailboxError::TooLong {
            peer: peer.clone(),
            step,
            bytes,
            limit,
        });
    }
    match postcard::take_from_bytes(body) {
        Ok((message, [])) => Ok(message),
        _ => Err(malformed()),
    }
}
