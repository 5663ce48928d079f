//! A federation of contributors and an aggregator, run in any world.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use consilium_base::{BadSignature, Generator, Seed, Signature, Signer, Tagged, Verifier};
use consilium_mailbox::{Mailbox, PartyId, RunId, sim::World};
use consilium_secagg::{
    Aggregator, Assumed, Bits, Contribute as _, Contributor, Credentials, Input, MemoryBook,
    Open as _, Opened, StudyId, SumError, SumNumber, SumShape, Terms, Thresholds,
};
use rand_core::Rng as _;

pub(crate) type Member = Contributor<MemoryBook, Generator>;

/// A signature that only the test's parties can make: a keyed hash.
struct FakeSigner(String);

/// Recomputes fake signatures.
pub(crate) struct FakeVerifier;

fn fake_signature(party: &str, message: &[u8]) -> Signature {
    let hash = Tagged::new("test.1.fake-signature")
        .field(party.as_bytes())
        .field(message);
    Signature(*hash.secret::<64>().expose())
}

impl Signer for FakeSigner {
    fn sign(&self, message: &[u8]) -> Signature {
        fake_signature(&self.0, message)
    }
}

impl Verifier for FakeVerifier {
    fn verify(
        &self,
        party: &str,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        let right = fake_signature(party, message) == *signature;
        right.then_some(()).ok_or(BadSignature::Mismatch)
    }
}

/// Who takes part, and on what terms.
#[derive(Clone)]
pub(crate) struct Federation {
    pub(crate) terms: Terms,
    pub(crate) seed: u8,
    /// Contributes something else than without.
    pub(crate) other_inputs: bool,
    /// Contributes this number everywhere.
    pub(crate) canary: Option<u64>,
}

/// How a sum ended for everybody.
pub(crate) struct Ended {
    pub(crate) opened: Result<Opened, SumError>,
    pub(crate) contributed: Vec<Result<(), SumError>>,
}

impl Federation {
    /// A federation of `n`, of which one colludes, or none if `thresholds` are given.
    pub(crate) fn of(n: usize) -> Federation {
        let assumed = Assumed {
            contributors: n,
            colluding: Some(1),
            dropouts: 0,
        };
        Federation::with(Thresholds::safe(assumed).unwrap())
    }

    pub(crate) fn with(thresholds: Thresholds) -> Federation {
        let roster = (0..thresholds.contributors()).map(|it| format!("hospital-{it}"));
        let terms = Terms {
            study: StudyId([5; 32]),
            aggregator: "aggregator".parse().unwrap(),
            roster: roster.map(|name| name.parse().unwrap()).collect(),
            thresholds,
            waivers: BTreeSet::new(),
            relaxed_from_twenty: false,
            patience: Duration::from_secs(10),
            carry_over: true,
        };
        Federation {
            terms,
            seed: 1,
            other_inputs: false,
            canary: None,
        }
    }

    pub(crate) fn parties(&self) -> Vec<PartyId> {
        let everybody = [&self.terms.aggregator]
            .into_iter()
            .chain(&self.terms.roster);
        everybody.cloned().collect()
    }

    pub(crate) fn seed_of(&self, index: usize) -> Seed {
        Seed::from_bytes([self.seed; 32]).derive("test.1.party", &[&index.to_le_bytes()])
    }

    pub(crate) fn member(&self, index: usize, book: MemoryBook) -> Member {
        let me = &self.terms.roster[index];
        let signer = Arc::new(FakeSigner(me.to_string()));
        let credentials = Credentials {
            signer,
            verifier: Arc::new(FakeVerifier),
        };
        let secret = self.seed_of(index);
        let rng = secret.derive("test.1.rng", &[]).generator();
        Contributor::new(me, self.terms.clone(), credentials, &secret, book, rng).unwrap()
    }

    pub(crate) fn members(&self) -> Vec<Member> {
        let indices = 0..self.terms.roster.len();
        indices
            .map(|index| self.member(index, MemoryBook::default()))
            .collect()
    }

    pub(crate) fn aggregator(&self) -> Aggregator {
        Aggregator::new(self.terms.clone(), Arc::new(FakeVerifier), []).unwrap()
    }

    /// Gives a contributor's vector: any numbers of `bits` bits.
    pub(crate) fn input(&self, index: usize, shape: &SumShape) -> Vec<u64> {
        if let Some(canary) = self.canary {
            return vec![canary & shape.bits.mask(); shape.len];
        }
        let label = [u8::from(self.other_inputs)];
        let mut rng = self
            .seed_of(index)
            .derive("test.1.input", &[&label])
            .generator();
        (0..shape.len)
            .map(|_| rng.next_u64() & shape.bits.mask())
            .collect()
    }

    /// Adds the vectors of some contributors in the clear.
    pub(crate) fn sum(&self, shape: &SumShape, of: &[PartyId]) -> Vec<u64> {
        let mut sum = vec![0_u64; shape.len];
        for (index, party) in self.terms.roster.iter().enumerate() {
            if of.contains(party) {
                let input = self.input(index, shape);
                let pairs = sum.iter_mut().zip(input);
                pairs.for_each(|(sum, it)| *sum = sum.wrapping_add(it) & shape.bits.mask());
            }
        }
        sum
    }

    /// Runs one sum in a world; everybody leaves the run at its end.
    pub(crate) async fn run(
        &self,
        world: &World,
        run: u8,
        shape: SumShape,
        aggregator: &mut Aggregator,
        members: &mut Vec<Member>,
    ) -> Ended {
        let mut mailboxes = world.mailboxes(&self.parties(), RunId([run; 16]));
        let mut tasks = Vec::new();
        for (index, (mut member, mail)) in members.drain(..).zip(mailboxes.drain(1..)).enumerate() {
            let input = self.input(index, &shape);
            tasks.push(tokio::spawn(async move {
                let ended = member.contribute(&mail, &shape, Input::Own(&input)).await;
                leave(mail, ended.is_ok());
                (member, ended)
            }));
        }
        let mail = mailboxes.remove(0);
        let opened = aggregator.open(&mail, &shape).await;
        leave(mail, opened.is_ok());
        let mut contributed = Vec::new();
        for task in tasks {
            let (member, ended) = task.await.unwrap();
            members.push(member);
            contributed.push(ended);
        }
        Ended {
            opened,
            contributed,
        }
    }

    /// Runs one sum of new parties.
    pub(crate) async fn run_once(&self, world: &World, shape: SumShape) -> Ended {
        let (mut aggregator, mut members) = (self.aggregator(), self.members());
        self.run(world, 1, shape, &mut aggregator, &mut members)
            .await
    }
}

impl Ended {
    /// Gives the sum, if it is that of its contributors; panics if it is another.
    pub(crate) fn checked(self, federation: &Federation, shape: &SumShape) -> Option<Opened> {
        let opened = self.opened.ok()?;
        assert_eq!(opened.sum, federation.sum(shape, &opened.contributors));
        Some(opened)
    }
}

pub(crate) fn shape(number: u32, len: usize, bits: u8) -> SumShape {
    SumShape {
        number: SumNumber(number),
        len,
        bits: Bits::new(bits).unwrap(),
        question: [0; 32],
    }
}

/// Leaves in good order, or drops the mailbox as a party does that gives up.
fn leave(mail: Mailbox, well: bool) {
    if well {
        mail.finish();
    }
}
