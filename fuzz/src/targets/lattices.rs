//! Encrypted sums: what a label holder and a feature holder send each other.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use consilium_base::Seed;
use consilium_lwe::{
    Accumulator, Blocks, Encrypted, FloodShare, Native, Nonce, Packing, PrimePair, RawSum,
    RefreshKey, Refresher, Returned, Ring, RingElement, SecretKeys, Wanted,
};
use serde::{Serialize, de::DeserializeOwned};

use super::meddling::Change;

/// Candidates that share a ciphertext; each has all rows in its subset.
const CANDIDATES: u16 = 3;
const NUMBERS: [&[i32]; 2] = [&[5, -7, 1], &[10, 20, 30]];
const SUMS: [i64; 2] = [-1, 60];
const ROWS: usize = NUMBERS[0].len();

/// One exchange in which everybody does what the protocol says.
struct Exchange<R: Ring> {
    ring: Arc<R>,
    packing: Packing,
    keys: SecretKeys<R>,
    nonces: [Nonce; 2],
    sum: RawSum<R>,
    encrypted: Bytes,
    key: Bytes,
    returned: Bytes,
}

static NATIVE: LazyLock<Exchange<Native>> = LazyLock::new(Exchange::new);
static PRIME_PAIR: LazyLock<Exchange<PrimePair>> = LazyLock::new(Exchange::new);

/// A message with one change: which parameters and message, and what is done to its bytes.
///
/// A message is refused or has its shape; one that came unchanged says what was sent.
pub(super) fn lwe(input: &[u8]) {
    let Some((which, Some(change))) = input
        .split_first()
        .map(|(it, rest)| (it, Change::read(rest)))
    else {
        return;
    };
    if which & 1 == 0 {
        NATIVE.hear(which >> 1, &change);
    } else {
        PRIME_PAIR.hear(which >> 1, &change);
    }
}

impl<R: Ring> Exchange<R> {
    fn new() -> Exchange<R> {
        let mut rng = Seed::from_bytes([1; 32]).generator();
        let ring = Arc::new(R::new());
        let packing = Packing::new::<R>(CANDIDATES.into()).expect("three are few");
        let keys = SecretKeys::random(&ring, &mut rng);
        let nonces = [(); 2].map(|()| Nonce::random(&mut rng));
        let encrypted = keys.encrypt(packing, NUMBERS, &mut rng);
        let encrypted = encrypted.expect("small numbers add up");
        let key = keys.refresh_key(&element(&ring, nonces), &mut rng);
        let blocks = Blocks::read(&*ring, packing, &encrypted, ROWS);
        let sum = add(&ring, packing, &blocks.expect("they were just made"));
        let refresher =
            Refresher::new(&ring, element(&ring, nonces), &key).expect("it was just made");
        let wanted: Vec<Wanted> = (0..CANDIDATES).map(Wanted::exact).collect();
        let returned = refresher.refresh(&sum, &wanted, FloodShare::WHOLE, &mut rng);
        let returned = returned.expect("these slots exist");
        Exchange {
            ring,
            packing,
            keys,
            nonces,
            sum,
            encrypted: bytes_of(&encrypted),
            key: bytes_of(&key),
            returned: bytes_of(&returned),
        }
    }

    fn hear(&self, message: u8, change: &Change) {
        match message % 3 {
            0 => self.hear_encrypted(&change.of(&self.encrypted)),
            1 => self.hear_key(&change.of(&self.key)),
            _ => self.hear_returned(&change.of(&self.returned)),
        }
    }

    fn hear_encrypted(&self, bytes: &[u8]) {
        let encrypted: Encrypted = message(bytes);
        match Blocks::read(&*self.ring, self.packing, &encrypted, ROWS) {
            Ok(blocks) => {
                assert_eq!(blocks.count(), self.packing.blocks(ROWS));
                drop(add(&self.ring, self.packing, &blocks));
            }
            Err(error) => {
                assert!(error.blames_peer() && bytes != self.encrypted, "{error}");
            }
        }
    }

    fn hear_key(&self, bytes: &[u8]) {
        let key: RefreshKey = message(bytes);
        match Refresher::new(&self.ring, element(&self.ring, self.nonces), &key) {
            Ok(refresher) => {
                let mut rng = Seed::from_bytes([2; 32]).generator();
                let wanted = [Wanted::exact(0)];
                let returned = refresher.refresh(&self.sum, &wanted, FloodShare::WHOLE, &mut rng);
                let returned = bytes_of(&returned.expect("the slot exists"));
                assert_eq!(returned.len(), Returned::bytes::<R>(1));
            }
            Err(error) => assert!(error.blames_peer() && bytes != self.key, "{error}"),
        }
    }

    fn hear_returned(&self, bytes: &[u8]) {
        let allowed = [-100..=100, 0..=100];
        match self.keys.open(self.packing, &message(bytes), &allowed) {
            Ok(opened) => {
                assert!(opened.is_sorted_by(|one, next| one.slot < next.slot));
                for opened in opened {
                    assert!(opened.slot < CANDIDATES);
                    assert!(
                        allowed
                            .iter()
                            .zip(opened.sums)
                            .all(|(it, sum)| it.contains(&sum))
                    );
                    assert!(bytes != self.returned || opened.sums == SUMS);
                }
            }
            Err(error) => assert!(error.blames_peer() && bytes != self.returned, "{error}"),
        }
    }
}

/// Gives what both parties make of their nonces.
fn element<R: Ring>(ring: &R, [one, other]: [Nonce; 2]) -> RingElement<R> {
    RingElement::agree(ring, b"fuzz", one, other)
}

/// Adds up all rows for every candidate.
fn add<R: Ring>(ring: &Arc<R>, packing: Packing, blocks: &Blocks<R>) -> RawSum<R> {
    let mut sums = Accumulator::new(ring, packing, CANDIDATES.into());
    sums.add(blocks, 0..blocks.count(), |_, members| members.fill(1));
    sums.finish().remove(0)
}

/// Takes bytes for a message, whatever they are.
fn message<M: DeserializeOwned>(bytes: &[u8]) -> M {
    let framed = postcard::to_stdvec(&Bytes::copy_from_slice(bytes)).expect("bytes are written");
    postcard::from_bytes(&framed).expect("messages are bytes")
}

fn bytes_of(message: &impl Serialize) -> Bytes {
    let framed = postcard::to_stdvec(message).expect("messages are written");
    postcard::from_bytes(&framed).expect("messages are bytes")
}
