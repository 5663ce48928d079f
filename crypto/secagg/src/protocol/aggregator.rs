//! The aggregator's side of a sum.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use bytes::{BufMut as _, BytesMut};
use consilium_base::{Digest, Signature, Verifier};
use consilium_mailbox::{Mailbox, Message as _, PartyId, Quorum};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::time::{Instant, timeout_at};
use tracing::{debug, warn};

use super::{MASKS, blame, setup};
use crate::{
    Breach, Entry, Open, Opened, SumError, SumShape, Terms,
    lanes::Lanes,
    lists, mask,
    messages::{Advertised, Anew, Answered, Listed, Masked, Signatures, Signed, Survivors},
    opening::{Allowance, History},
    packing,
    summing::survivors_message,
    terms::Agreed,
    unmask::{Answers, Directory, Stuck},
};

/// The party that adds up and learns the sums of one study.
pub struct Aggregator {
    pub(super) agreed: Agreed,
    verifier: Arc<dyn Verifier>,
    history: History,
    carried: Option<Directory>,
}

impl fmt::Debug for Aggregator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aggregator")
            .field("terms", &self.agreed.terms)
            .finish_non_exhaustive()
    }
}

/// What a contributor says first: it carries material, or needs a set-up.
enum FirstWord {
    Masked(Masked),
    Advertised(Advertised),
}

/// Masked vectors, added up as they arrived.
struct Total {
    lanes: Lanes,
    from: BTreeSet<usize>,
    /// The sets that their senders have signed before.
    opened: BTreeSet<BTreeSet<PartyId>>,
}

impl Aggregator {
    /// Enters a study. `opened` are the openings of the study before, so that the aggregator asks
    /// for nothing that contributors would refuse.
    ///
    /// # Errors
    ///
    /// If the terms contradict themselves.
    pub fn new(
        terms: Terms,
        verifier: Arc<dyn Verifier>,
        opened: impl IntoIterator<Item = Entry>,
    ) -> Result<Aggregator, SumError> {
        let agreed = Agreed::new(terms)?;
        let mut history = History::default();
        opened.into_iter().for_each(|entry| history.note(entry));
        Ok(Aggregator {
            agreed,
            verifier,
            history,
            carried: None,
        })
    }

    /// Collects first words: the whole sum's vectors if all carry material, or keys for a set-up.
    async fn begin(
        &mut self,
        mail: &Mailbox,
        shape: &SumShape,
    ) -> Result<(Mailbox, Directory, Total), SumError> {
        let agreed = self.agreed.clone();
        let (carried, fresh) = (setup::carried(mail), setup::fresh(mail));
        let first = setup::first(&fresh);
        let directory = self.carried.take();
        let mut total = Total::new(shape);
        let mut advertised = BTreeMap::new();
        let mut stale = Vec::new();
        let mut words: FuturesUnordered<_> = agreed
            .terms
            .roster
            .iter()
            .enumerate()
            .map(async |(index, party)| {
                let word = tokio::select! {
                    biased;
                    word = carried.recv(party) => word.map(FirstWord::Masked),
                    word = first.recv(party) => word.map(FirstWord::Advertised),
                };
                (index, word)
            })
            .collect();
        let deadline = Instant::now() + agreed.terms.patience;
        while let Ok(Some((index, word))) = timeout_at(deadline, words.next()).await {
            match (word, &directory) {
                (Ok(FirstWord::Masked(masked)), Some(directory))
                    if directory.cohort() == masked.cohort && directory.has(index) =>
                {
                    total.add(&carried, &agreed, index, &masked, shape)?;
                }
                (Ok(FirstWord::Masked(_)), _) => stale.push(index),
                (Ok(FirstWord::Advertised(shown)), _) => {
                    advertised.insert(index, shown);
                }
                (Err(error), _) => debug!(%error, "no first word"),
            }
        }
        drop(words);
        if let (Some(directory), true) = (directory, advertised.is_empty() && stale.is_empty()) {
            return Ok((carried, directory, total));
        }

        stale.extend(&total.from);
        let stale = agreed.parties(stale);
        carried.broadcast(&stale, &Anew).await?;
        let quorum = Quorum {
            at_least: 0,
            within: agreed.terms.patience,
        };
        for (party, shown) in first.gather::<Advertised>(&stale, quorum).await?.arrived {
            advertised.insert(agreed.index(&party)?, shown);
        }
        let directory = self.set_up(&first, advertised).await?;
        let total = self.collect(&fresh, shape, &directory).await?;
        Ok((fresh, directory, total))
    }

    /// Adds up masked vectors as they arrive; never holds more than those on their way.
    async fn collect(
        &self,
        mail: &Mailbox,
        shape: &SumShape,
        directory: &Directory,
    ) -> Result<Total, SumError> {
        let agreed = &self.agreed;
        let mut total = Total::new(shape);
        let mut vectors: FuturesUnordered<_> = directory
            .members
            .iter()
            .map(async |&index| (index, mail.recv::<Masked>(agreed.party(index)).await))
            .collect();
        let deadline = Instant::now() + agreed.terms.patience;
        while let Ok(Some((index, masked))) = timeout_at(deadline, vectors.next()).await {
            match masked {
                Ok(masked) if masked.cohort == directory.cohort() => {
                    total.add(mail, agreed, index, &masked, shape)?;
                }
                Ok(_) => return Err(blame(agreed, index, Breach::OtherCohort)),
                Err(error) => debug!(%error, "no vector"),
            }
        }
        Ok(total)
    }

    /// Says whether the vectors that arrived may be opened together.
    fn check_survivors(
        &self,
        shape: &SumShape,
        directory: &Directory,
        survivors: &[usize],
        elsewhere: &BTreeSet<BTreeSet<PartyId>>,
    ) -> Result<BTreeSet<PartyId>, SumError> {
        self.check_enough(survivors.iter().copied())?;
        let roster = 0..self.agreed.terms.roster.len();
        let missing = self.agreed.parties(lists::without(roster, survivors));
        if !directory.graph.connects(survivors) {
            return Err(SumError::Disconnected { missing });
        }
        let parties = self
            .agreed
            .parties(survivors.iter().copied())
            .into_iter()
            .collect();
        let allowance = Allowance::of(&self.agreed.terms);
        match self
            .history
            .check_opening(shape.number, &parties, elsewhere, allowance)
        {
            Ok(()) => Ok(parties),
            Err(refusal) => Err(SumError::Missing { missing, refusal }),
        }
    }

    /// Collects signatures under the survivor set and shows them to those that signed.
    async fn gather_signatures(
        &self,
        mail: &Mailbox,
        survivors: &[usize],
        message: &[u8],
    ) -> Result<Vec<usize>, SumError> {
        let agreed = &self.agreed;
        let quorum = Quorum {
            at_least: 0,
            within: agreed.terms.patience,
        };
        let parties = agreed.parties(survivors.iter().copied());
        let signed = mail.gather::<Signed>(&parties, quorum).await?.arrived;
        let mut signers = Vec::with_capacity(signed.len());
        let mut signatures = BytesMut::with_capacity(signed.len() * 64);
        mail.compute(Signed::STEP, || {
            for (party, Signed { signature }) in &signed {
                let index = agreed.index(party)?;
                let bad = || blame(agreed, index, Breach::BadSignature);
                let bytes = <[u8; 64]>::try_from(signature.as_ref()).map_err(|_| bad())?;
                let verified = self
                    .verifier
                    .verify(party.as_str(), message, &Signature(bytes));
                verified.map_err(|_| bad())?;
                signers.push(index);
                signatures.put_slice(&bytes);
            }
            Ok::<_, SumError>(())
        })?;
        self.check_enough(signers.iter().copied())?;
        let shown = Signatures {
            signers: lists::write(&signers),
            signatures: signatures.freeze(),
        };
        mail.broadcast(&agreed.parties(signers.iter().copied()), &shown)
            .await?;
        Ok(signers)
    }

    /// Collects shares, restores what they are of, and takes all masks away.
    async fn unmask(
        &self,
        mail: &Mailbox,
        directory: &Directory,
        (sum, signers): (&Digest, &[usize]),
        mut total: Total,
    ) -> Result<Lanes, SumError> {
        let agreed = &self.agreed;
        let quorum = Quorum {
            at_least: 0,
            within: agreed.terms.patience,
        };
        let parties = agreed.parties(signers.iter().copied());
        let answered = mail.gather::<Answered>(&parties, quorum).await?.arrived;
        let survivors: Vec<usize> = total.from.iter().copied().collect();
        let threshold = agreed.terms.thresholds.shares;
        let mut masks = mail.compute(Answered::STEP, || {
            let mut answers = Answers::default();
            for (party, answered) in &answered {
                let index = agreed.index(party)?;
                let taken = answers.take(index, &directory.neighbourhood(index), answered);
                taken.map_err(|breach| blame(agreed, index, breach))?;
            }
            let unmasked = directory.unmask(sum, threshold, &survivors, &answers);
            unmasked.map_err(|stuck| self.explain(stuck))
        })?;
        mail.compute(MASKS, || mask::add(&mut total.lanes, &mut masks));
        Ok(total.lanes)
    }

    fn explain(&self, stuck: Stuck) -> SumError {
        let party = |of: usize| self.agreed.party(of).clone();
        match stuck {
            Stuck::TooFewShares { of, held } => {
                let needed = self.agreed.terms.thresholds.shares;
                SumError::TooFewShares {
                    party: party(of),
                    held,
                    needed,
                }
            }
            Stuck::SharesDisagree { of, holders } => SumError::SharesDisagree {
                party: party(of),
                holders: self.agreed.parties(holders),
            },
            Stuck::BadKeys { of } => blame(&self.agreed, of, Breach::BadKeys),
        }
    }

    /// Lists the keys for the next sum that came with this one's vectors.
    async fn list_next(
        &mut self,
        mail: &Mailbox,
        directory: &Directory,
        survivors: &[usize],
    ) -> Result<Option<setup::Shown>, SumError> {
        let parties = self.agreed.parties(survivors.iter().copied());
        let quorum = Quorum {
            at_least: 0,
            within: self.agreed.terms.patience,
        };
        let mut advertised = BTreeMap::new();
        for (party, shown) in mail.gather::<Advertised>(&parties, quorum).await?.arrived {
            advertised.insert(self.agreed.index(&party)?, shown);
        }
        if self.check_enough(advertised.keys().copied()).is_err() {
            let none = Listed {
                fingerprints: Vec::new(),
                neighbours: Vec::new(),
            };
            mail.broadcast(&parties, &none).await?;
            return Ok(None);
        }
        Ok(Some(
            self.list(mail, advertised, Some(directory.graph.clone()))
                .await?,
        ))
    }
}

impl Open for Aggregator {
    async fn open(&mut self, mail: &Mailbox, shape: &SumShape) -> Result<Opened, SumError> {
        let agreed = self.agreed.clone();
        let mail = mail.scope(format_args!("sum-{}", shape.number.0));
        let (mail, directory, total) = self.begin(&mail, shape).await?; // m1

        let survivors: Vec<usize> = total.from.iter().copied().collect();
        let set = self.check_survivors(shape, &directory, &survivors, &total.opened)?;
        let own = self.history.opened();
        let opened = lists::write_sets(
            own.into_iter()
                .chain(&total.opened)
                .collect::<BTreeSet<_>>(),
            &agreed,
        )?;
        let shown = Survivors {
            members: lists::write(&survivors),
            opened,
        };
        mail.broadcast(&agreed.parties(directory.members.iter().copied()), &shown)
            .await?;
        let next = if agreed.terms.carry_over {
            self.list_next(&setup::next(&mail), &directory, &survivors)
                .await?
        } else {
            None
        };

        let seen = (survivors.as_slice(), shown.opened.as_ref());
        let message = survivors_message(&agreed, mail.run(), shape, &directory.cohort(), seen);
        let signers = self.gather_signatures(&mail, &survivors, &message).await?; // m2
        self.history.note(Entry::Opening {
            number: shape.number,
            survivors: set,
        });

        let of = (&shape.hash(), &signers[..]);
        let lanes = self.unmask(&mail, &directory, of, total).await?; // m3
        if let Some(listed) = next {
            let concluded = self.conclude(&setup::next(&mail), listed, &signers).await;
            self.carried = concluded
                .inspect_err(|error| warn!(%error, "nothing carried"))
                .ok();
        }
        let contributors = agreed.parties(survivors);
        Ok(Opened {
            sum: lanes.into_elements(shape.bits),
            contributors,
        })
    }
}

impl Total {
    fn new(shape: &SumShape) -> Total {
        Total {
            lanes: Lanes::zeros(shape.len, shape.bits),
            from: BTreeSet::new(),
            opened: BTreeSet::new(),
        }
    }

    fn add(
        &mut self,
        mail: &Mailbox,
        agreed: &Agreed,
        index: usize,
        Masked { opened, vector, .. }: &Masked,
        shape: &SumShape,
    ) -> Result<(), SumError> {
        let opened = lists::read_sets(opened, agreed);
        let opened = opened.map_err(|breach| blame(agreed, index, breach))?;
        let added = mail.compute(Masked::STEP, || {
            packing::add_packed(&mut self.lanes, vector, shape.bits)
        });
        if !added {
            let got = vector.len() * 8 / usize::from(shape.bits.get());
            return Err(SumError::WrongLength {
                party: agreed.party(index).clone(),
                expected: shape.len,
                got,
            });
        }
        self.from.insert(index);
        self.opened.extend(opened);
        Ok(())
    }
}
