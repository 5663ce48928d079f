//! A contributor's side of a sum.

use std::{borrow::Cow, collections::BTreeSet, fmt, sync::Arc};

use bytes::Bytes;
use consilium_base::{Digest, Seed, Signature, Signer, Tagged, Verifier};
use consilium_mailbox::{Mailbox, Message as _, PartyId};
use rand_core::{CryptoRng, Rng as _};

use super::{MASKS, blame_aggregator, setup};
use crate::{
    Breach, Contribute, Entry, Input, OpeningBook, SumError, SumShape, Terms,
    graph::Graph,
    lanes::Lanes,
    lists, mask,
    messages::{Anew, Masked, Signatures, Signed, Survivors},
    opening::{Allowance, History},
    packing,
    summing::{Held, Ready, survivors_message},
    terms::Agreed,
};

/// Elements that are hashed or masked at a time: they stay in the second-level cache. A multiple of eight, so
/// that they are packed into whole bytes, and into whole blocks of keystream.
const STRETCH: usize = 64 << 10;

/// Who a contributor is.
#[derive(Clone)]
pub struct Credentials {
    /// Signs survivor sets as this party.
    pub signer: Arc<dyn Signer>,
    /// Knows the other contributors' keys.
    pub verifier: Arc<dyn Verifier>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

/// A party that contributes vectors to the sums of one study.
///
/// # Security
///
/// Keys and shares carried from one sum to the next are in memory only; a contributor made anew
/// sets up anew. What must outlive it is in the book.
pub struct Contributor<B, R> {
    pub(super) agreed: Agreed,
    pub(super) me: usize,
    pub(super) rng: R,
    credentials: Credentials,
    input_key: Seed,
    book: B,
    history: Option<History>,
    carried: Option<Ready>,
    pub(super) graph: Option<Graph>,
}

impl<B, R> fmt::Debug for Contributor<B, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contributor")
            .field("me", &self.me)
            .finish_non_exhaustive()
    }
}

impl<B: OpeningBook, R: CryptoRng + Send> Contributor<B, R> {
    /// Enters a study as one of its roster.
    ///
    /// `secret` is this party's secret for the study: it keys the hashes of inputs in the book.
    ///
    /// # Errors
    ///
    /// If the terms contradict themselves or `me` is not on the roster.
    pub fn new(
        me: &PartyId,
        terms: Terms,
        credentials: Credentials,
        secret: &Seed,
        book: B,
        rng: R,
    ) -> Result<Self, SumError> {
        let agreed = Agreed::new(terms)?;
        let me = agreed.index(me)?;
        let input_key = secret.derive("secagg.1.input-key", &[&agreed.terms.study.0]);
        Ok(Contributor {
            agreed,
            me,
            rng,
            credentials,
            input_key,
            book,
            history: None,
            carried: None,
            graph: None,
        })
    }

    /// Gives the book back.
    pub fn into_book(self) -> B {
        self.book
    }

    /// Masks, signs and answers; nothing if the aggregator asks for a set-up instead.
    async fn sum(
        &mut self,
        mail: &Mailbox,
        shape: &SumShape,
        ready: Ready,
        input: &[u64],
    ) -> Result<Option<()>, SumError> {
        let agreed = self.agreed.clone();
        let aggregator = &agreed.terms.aggregator;
        let cohort = ready.cohort;
        let (vector, held) = mask(mail, shape, ready, input);
        let opened = lists::write_sets(self.history().await?.opened(), &agreed)?;
        let masked = Masked {
            cohort,
            opened,
            vector,
        };
        mail.send(aggregator, &masked).await?; // m1
        let prepared = if agreed.terms.carry_over {
            Some(self.advertise(&setup::next(mail)).await?)
        } else {
            None
        };

        let Some(survivors) = await_survivors(mail, aggregator).await? else {
            return Ok(None);
        };
        let opened = survivors.opened;
        let elsewhere = self.read_opened(mail, &opened).await?;
        let survivors = lists::read(&survivors.members, agreed.terms.roster.len())
            .and_then(|survivors| {
                held.check_survivors(&agreed, &survivors)
                    .map(|()| survivors)
            })
            .map_err(blame_aggregator(&agreed))?;
        if survivors.binary_search(&self.me).is_err() {
            return Err(SumError::LeftOut);
        }
        if !self
            .graph
            .as_ref()
            .is_some_and(|graph| graph.connects(&survivors))
        {
            let missing = lists::without(0..agreed.terms.roster.len(), &survivors);
            return Err(SumError::Disconnected {
                missing: agreed.parties(missing),
            });
        }
        let dealing = match prepared {
            Some(prepared) => {
                self.deal(&setup::next(mail), prepared, self.graph.clone())
                    .await?
            }
            None => None,
        };
        self.record_opening(mail, shape, (&survivors, &elsewhere))
            .await?;
        let seen = (survivors.as_slice(), opened.as_ref());
        let message = survivors_message(&agreed, mail.run(), shape, &cohort, seen);
        let signature = self.credentials.signer.sign(&message);
        let signature = Bytes::copy_from_slice(&signature.0);
        mail.send(aggregator, &Signed { signature }).await?; // m2

        let signatures: Signatures = mail.recv(aggregator).await?;
        let signers = mail
            .compute(Signatures::STEP, || {
                self.check(&signatures, &survivors, &message)
            })
            .map_err(blame_aggregator(&agreed))?;
        mail.send(aggregator, &held.answer(&survivors)).await?; // m3
        if let Some(dealing) = dealing {
            self.carried = self.conclude(&setup::next(mail), dealing, &signers).await?;
        }
        Ok(Some(()))
    }

    /// Checks that enough survivors signed the same set as this party.
    fn check(
        &self,
        signed: &Signatures,
        survivors: &[usize],
        message: &[u8],
    ) -> Result<Vec<usize>, Breach> {
        let signers = lists::read(&signed.signers, self.agreed.terms.roster.len())?;
        let needed = self.agreed.terms.thresholds.signatures;
        let (signatures, rest) = signed.signatures.as_chunks::<64>();
        let complete = signatures.len() == signers.len() && rest.is_empty();
        let among = signers
            .iter()
            .all(|signer| survivors.binary_search(signer).is_ok());
        if signers.len() < needed || !complete || !among {
            return Err(Breach::BadSignature);
        }
        for (&signer, signature) in signers.iter().zip(signatures).take(needed) {
            let party = self.agreed.party(signer).as_str();
            let verified = self
                .credentials
                .verifier
                .verify(party, message, &Signature(*signature));
            verified.map_err(|_| Breach::BadSignature)?;
        }
        Ok(signers)
    }

    async fn history(&mut self) -> Result<&mut History, SumError> {
        if self.history.is_none() {
            let mut history = History::default();
            self.book
                .entries()
                .await?
                .into_iter()
                .for_each(|entry| history.note(entry));
            self.history = Some(history);
        }
        Ok(self.history.as_mut().expect("read just now"))
    }

    /// Writes down what is about to be masked, and gives what it is: the input, unless it is
    /// another one than before.
    async fn record_input<'a>(
        &mut self,
        mail: &Mailbox,
        shape: &SumShape,
        input: Input<'a>,
    ) -> Result<Cow<'a, [u64]>, SumError> {
        let number = shape.number;
        let question = self.agreed.question_hash(shape);
        if let Input::Own(elements) = input {
            let input = mail.compute(Masked::STEP, || self.hash(shape, elements))?;
            if self.history().await?.allows_input(number, &input) {
                let entry = Entry::Input {
                    number,
                    input,
                    question,
                };
                self.record(entry).await?;
                return Ok(elements.into());
            }
        }
        tracing::warn!(number = number.0, "our numbers are withheld from a sum");
        self.record(Entry::Withheld { number, question }).await?;
        Ok(self.withheld(shape).into())
    }

    /// Gives uniform integers, the same whenever the same is asked.
    fn withheld(&self, shape: &SumShape) -> Vec<u64> {
        let seed = self.input_key.derive("secagg.1.withheld", &[&shape.hash()]);
        let mut generator = seed.generator();
        let elements = (0..shape.len).map(|_| generator.next_u64() & shape.bits.mask());
        elements.collect()
    }

    /// Reads which sets were signed before, those that this party signed among them.
    async fn read_opened(
        &mut self,
        mail: &Mailbox,
        opened: &[u8],
    ) -> Result<BTreeSet<BTreeSet<PartyId>>, SumError> {
        let agreed = self.agreed.clone();
        let blame = blame_aggregator(&agreed);
        let read = || lists::read_sets(opened, &agreed);
        let sets = mail.compute(Survivors::STEP, read).map_err(&blame)?;
        let mut own = self.history().await?.opened().into_iter();
        if own.all(|set| sets.contains(set)) {
            Ok(sets)
        } else {
            Err(blame(Breach::OpeningHidden))
        }
    }

    /// Writes down what is about to be signed, if it may be.
    async fn record_opening(
        &mut self,
        mail: &Mailbox,
        shape: &SumShape,
        (survivors, elsewhere): (&[usize], &BTreeSet<BTreeSet<PartyId>>),
    ) -> Result<(), SumError> {
        let number = shape.number;
        let agreed = self.agreed.clone();
        let survivors: BTreeSet<PartyId> = agreed
            .parties(survivors.iter().copied())
            .into_iter()
            .collect();
        let allowance = Allowance::of(&agreed.terms);
        let history = self.history().await?;
        mail.compute(Survivors::STEP, || {
            history.check_opening(number, &survivors, elsewhere, allowance)
        })?;
        self.record(Entry::Opening { number, survivors }).await
    }

    async fn record(&mut self, entry: Entry) -> Result<(), SumError> {
        self.book.append(&entry).await?;
        self.history().await?.note(entry);
        Ok(())
    }

    /// Hashes an input, once it is found to have the right length and width.
    fn hash(&self, shape: &SumShape, input: &[u64]) -> Result<Digest, SumError> {
        check_len(shape, input)?;
        let mut all_bits = 0;
        let pieces = input.chunks(STRETCH).map(|piece| {
            all_bits |= piece.iter().fold(0, |all, element| all | element);
            packing::pack_elements(piece, shape.bits)
        });
        let hash = Tagged::new("secagg.1.input")
            .field(self.input_key.expose())
            .number(u64::from(shape.bits.get()))
            .field_in_parts(packing::packed_len(shape.len, shape.bits), pieces)
            .digest();
        check_width(shape, input, all_bits).map(|()| hash)
    }
}

impl<B: OpeningBook, R: CryptoRng + Send> Contribute for Contributor<B, R> {
    async fn admit(&mut self, shape: &SumShape) -> Result<(), SumError> {
        let question = self.agreed.question_hash(shape);
        let history = self.history().await?;
        Ok(history.check_question(shape.number, &question)?)
    }

    async fn contribute(
        &mut self,
        mail: &Mailbox,
        shape: &SumShape,
        input: Input<'_>,
    ) -> Result<(), SumError> {
        self.admit(shape).await?;
        let input = self.record_input(mail, shape, input).await?;
        let mail = mail.scope(format_args!("sum-{}", shape.number.0));
        if let Some(ready) = self.carried.take() {
            let carried = setup::carried(&mail);
            if self.sum(&carried, shape, ready, &input).await?.is_some() {
                return Ok(());
            }
        }
        let fresh = setup::fresh(&mail);
        let ready = self.set_up(&setup::first(&fresh)).await?;
        let summed = self.sum(&fresh, shape, ready, &input).await?;
        summed.ok_or_else(|| blame_aggregator(&self.agreed)(Breach::SecondSetup))
    }
}

/// Masks a vector and packs it, stretch after stretch, so that no whole copy is made on the way.
fn mask(mail: &Mailbox, shape: &SumShape, ready: Ready, input: &[u64]) -> (Bytes, Held) {
    let (mut masks, held) = mail.compute(Masked::STEP, || ready.into_masks(&shape.hash()));
    let mut packed = Vec::with_capacity(packing::packed_len(shape.len, shape.bits));
    for stretch in input.chunks(STRETCH) {
        let mut lanes = mail.compute(Masked::STEP, || Lanes::from_elements(stretch, shape.bits));
        mail.compute(MASKS, || mask::add(&mut lanes, &mut masks));
        mail.compute(Masked::STEP, || {
            packed.extend_from_slice(&packing::pack(&lanes, shape.bits));
        });
    }
    (packed.into(), held)
}

/// Awaits the survivor set; nothing if a set-up is asked for instead.
async fn await_survivors(
    mail: &Mailbox,
    aggregator: &PartyId,
) -> Result<Option<Survivors>, SumError> {
    tokio::select! {
        biased;
        survivors = mail.recv::<Survivors>(aggregator) => Ok(Some(survivors?)),
        anew = mail.recv::<Anew>(aggregator) => anew.map(|Anew| Ok(None))?,
    }
}

fn check_len(shape: &SumShape, input: &[u64]) -> Result<(), SumError> {
    if input.len() == shape.len {
        return Ok(());
    }
    Err(SumError::OwnWrongLength {
        expected: shape.len,
        got: input.len(),
    })
}

/// Refuses elements wider than the shape says; `all_bits` are those set in any of them.
fn check_width(shape: &SumShape, input: &[u64], all_bits: u64) -> Result<(), SumError> {
    let too_wide = |bits: u64| bits & !shape.bits.mask() != 0;
    if !too_wide(all_bits) {
        return Ok(());
    }
    let index = input.iter().position(|element| too_wide(*element));
    Err(SumError::TooWide {
        index: index.unwrap_or_default(),
        bits: shape.bits.get(),
    })
}
