//! A contributor's side of a sum.

use std::{collections::BTreeSet, fmt, sync::Arc};

use bytes::Bytes;
use consilium_base::{Digest, Seed, Signature, Signer, Tagged, Verifier};
use consilium_mailbox::{Mailbox, Message as _, PartyId};
use rand_core::CryptoRng;

use super::{MASKS, blame_aggregator, setup};
use crate::{
    Breach, Contribute, Entry, OpeningBook, SumError, SumShape, Terms,
    graph::Graph,
    lanes::Lanes,
    lists, mask,
    messages::{Anew, Masked, Signatures, Signed, Survivors},
    opening::{Allowance, History},
    packing,
    summing::{Held, Ready, survivors_message},
    terms::Agreed,
};

/// Elements that are masked at a time: they stay in the second-level cache. A multiple of eight, so
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
        let elsewhere = self.read_opened(&opened).await?;
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
        self.record_opening(shape, &survivors, &elsewhere).await?;
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

    /// Writes down what is about to be masked, if it may be.
    async fn record_input(
        &mut self,
        mail: &Mailbox,
        shape: &SumShape,
        input: &[u64],
    ) -> Result<(), SumError> {
        let number = shape.number;
        let input = mail.compute(Masked::STEP, || self.hash(shape, input));
        let roster = self.agreed.roster_hash();
        self.history().await?.check_input(number, &input, &roster)?;
        self.record(Entry::Input {
            number,
            input,
            roster,
        })
        .await
    }

    /// Reads which sets were signed before, those that this party signed among them.
    async fn read_opened(
        &mut self,
        opened: &[u8],
    ) -> Result<BTreeSet<BTreeSet<PartyId>>, SumError> {
        let agreed = self.agreed.clone();
        let blame = blame_aggregator(&agreed);
        let everybody = agreed.terms.roster.len();
        let sets = lists::read_sets(opened, &agreed, everybody).map_err(&blame)?;
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
        shape: &SumShape,
        survivors: &[usize],
        elsewhere: &BTreeSet<BTreeSet<PartyId>>,
    ) -> Result<(), SumError> {
        let number = shape.number;
        let agreed = self.agreed.clone();
        let survivors: BTreeSet<PartyId> = agreed
            .parties(survivors.iter().copied())
            .into_iter()
            .collect();
        let allowance = Allowance::of(&agreed.terms);
        self.history()
            .await?
            .check_opening(number, &survivors, elsewhere, allowance)?;
        self.record(Entry::Opening { number, survivors }).await
    }

    async fn record(&mut self, entry: Entry) -> Result<(), SumError> {
        self.book.append(&entry).await?;
        self.history().await?.note(entry);
        Ok(())
    }

    fn hash(&self, shape: &SumShape, input: &[u64]) -> Digest {
        Tagged::new("secagg.1.input")
            .field(self.input_key.expose())
            .number(u64::from(shape.bits.get()))
            .field_in_parts(
                packing::packed_len(shape.len, shape.bits),
                packing::pieces(input, shape.bits),
            )
            .digest()
    }
}

impl<B: OpeningBook, R: CryptoRng + Send> Contribute for Contributor<B, R> {
    async fn contribute(
        &mut self,
        mail: &Mailbox,
        shape: &SumShape,
        input: &[u64],
    ) -> Result<(), SumError> {
        mail.compute(Masked::STEP, || check_input(shape, input))?;
        self.record_input(mail, shape, input).await?;
        let mail = mail.scope(format_args!("sum-{}", shape.number.0));
        if let Some(ready) = self.carried.take() {
            let carried = setup::carried(&mail);
            if self.sum(&carried, shape, ready, input).await?.is_some() {
                return Ok(());
            }
        }
        let fresh = setup::fresh(&mail);
        let ready = self.set_up(&setup::first(&fresh)).await?;
        let summed = self.sum(&fresh, shape, ready, input).await?;
        summed.ok_or_else(|| blame_aggregator(&self.agreed)(Breach::SecondSetup))
    }
}

/// Masks a vector and packs it, stretch after stretch, so that no whole copy is made on the way.
fn mask(mail: &Mailbox, shape: &SumShape, ready: Ready, input: &[u64]) -> (Bytes, Held) {
    let (mut masks, held) = mail.compute(MASKS, || ready.into_masks());
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

fn check_input(shape: &SumShape, input: &[u64]) -> Result<(), SumError> {
    if input.len() != shape.len {
        return Err(SumError::OwnWrongLength {
            expected: shape.len,
            got: input.len(),
        });
    }
    let all_bits = input.iter().fold(0, |all, element| all | element);
    if all_bits & !shape.bits.mask() == 0 {
        return Ok(());
    }
    let wide = |element: &u64| element & !shape.bits.mask() != 0;
    Err(SumError::TooWide {
        index: input.iter().position(wide).unwrap_or(0),
        bits: shape.bits.get(),
    })
}
