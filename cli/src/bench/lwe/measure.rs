//! One node's sums, timed part by part in CPU time of this thread.

use std::{hint::black_box, sync::Arc, time::Duration};

use consilium_base::Seed;
use consilium_lwe::{
    Accumulator, Asked, Blocks, Encrypted, FloodShare, LweError, Nonce, Opened, Packing,
    RefreshKey, Refresher, Returned, Ring, RingElement, SecretKeys, Wanted,
};
use rustix::time::{ClockId, clock_gettime};

/// What is added up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    pub(super) rows: usize,
    pub(super) features: usize,
    pub(super) bins: usize,
    /// Candidates that share a ciphertext.
    pub(super) stride: u32,
}

/// CPU time of something.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost(Duration);

impl Cost {
    /// Gives the microseconds of one of so many.
    pub(super) fn each(self, of: usize) -> f64 {
        self.0.as_secs_f64() * 1e6 / of as f64
    }
}

/// What each part cost.
#[derive(Debug)]
pub(super) struct Measured {
    work: Work,
    keys: Cost,
    pub(super) encrypt: Cost,
    pub(super) read: Cost,
    add: Cost,
    /// Of `add`, measured by itself.
    transform: Cost,
    /// As `transform`.
    accumulate: Cost,
    pub(super) restore: Cost,
    pub(super) refresh: Cost,
    pub(super) open: Cost,
    pub(super) blocks: usize,
    pub(super) ciphertexts: usize,
    pub(super) bytes_encrypted: u64,
    pub(super) bytes_returned: u64,
    /// Whether every sum was the plain one.
    pub(super) is_exact: bool,
}

/// Microseconds for a row and a column, both numbers together.
#[derive(Debug)]
pub(super) struct RowFeature {
    pub(super) all: f64,
    /// What is left of `all`: from bins to indicators. The parts were timed by themselves, so a
    /// small rest is not exact.
    pub(super) build: f64,
    pub(super) transform: f64,
    pub(super) accumulate: f64,
}

impl Measured {
    pub(super) fn label_holder_s(&self) -> f64 {
        (self.keys.0 + self.encrypt.0 + self.open.0).as_secs_f64()
    }

    pub(super) fn feature_holder_s(&self) -> f64 {
        (self.read.0 + self.add.0 + self.restore.0 + self.refresh.0).as_secs_f64()
    }

    pub(super) fn us_row_feature(&self) -> RowFeature {
        let of = self.work.rows * self.work.features;
        let [all, transform, accumulate] =
            [self.add, self.transform, self.accumulate].map(|cost| cost.each(of));
        RowFeature {
            all,
            build: all - transform - accumulate,
            transform,
            accumulate,
        }
    }
}

/// Encrypts a node's rows, adds them up, returns and opens the sums.
///
/// # Errors
///
/// If something does not open.
pub(super) fn measure<R: Ring>(work: Work) -> Result<Measured, LweError> {
    let mut rng = Seed::from_bytes([1; 32]).generator();
    let ring = Arc::new(R::new());
    let packing = Packing::new::<R>(work.stride)?;
    let table = Table::new::<R>(work);
    let candidates = work.features * (work.bins - 1);

    let ((secret, element, key), keys) = timed(|| {
        let secret = SecretKeys::<R>::random(&ring, &mut rng);
        let nonces = [(); 2].map(|()| Nonce::random(&mut rng));
        let element = RingElement::agree(&*ring, b"bench", nonces[0], nonces[1]);
        let key = secret.refresh_key(&element, &mut rng);
        (secret, element, key)
    });
    let numbers = [&table.numbers[0][..], &table.numbers[1]];
    let (encrypted, encrypt) = timed(|| secret.encrypt(packing, numbers, &mut rng));
    let encrypted = encrypted?;

    let (blocks, read) = timed(|| Blocks::read(&*ring, packing, &encrypted, work.rows));
    let blocks = blocks?;
    let mut sums = Accumulator::new(&ring, packing, candidates);
    let ((), add) = timed(|| {
        sums.add(&blocks, 0..blocks.count(), |asked, members| {
            table.mark(asked, packing.block(), members);
        });
    });
    let (raw, restore) = timed(|| sums.finish());
    let refresher = Refresher::new(&ring, element, &key)?;
    let (returned, refresh) = timed(|| {
        let places = raw
            .iter()
            .zip((0..candidates).step_by(work.stride as usize));
        let refreshed = places.map(|(sum, first)| {
            let slots = (0..u16::MAX).take(packing.candidates() as usize);
            let slots = slots.take(candidates - first).map(Wanted::exact);
            refresher.refresh(sum, &slots.collect::<Vec<_>>(), FloodShare::WHOLE, &mut rng)
        });
        refreshed.collect::<Result<Vec<Returned>, LweError>>()
    });
    let returned = returned?;

    let bound = 1 << packing.sum_log2::<R>();
    let allowed = [-bound..=bound, -bound..=bound];
    let (opened, open) = timed(|| {
        let opened = returned.iter().map(|it| secret.open(packing, it, &allowed));
        opened.collect::<Result<Vec<Vec<Opened>>, LweError>>()
    });
    let sums = opened?.into_iter().flatten().map(|opened| opened.sums);
    let [transform, accumulate] = parts::<R>(&ring, blocks.count(), raw.len());
    let last = candidates - (returned.len() - 1) * work.stride as usize;
    let full = Returned::bytes::<R>(packing.candidates() as usize) * (returned.len() - 1);
    Ok(Measured {
        work,
        keys,
        encrypt,
        read,
        add,
        transform,
        accumulate,
        restore,
        refresh,
        open,
        blocks: blocks.count(),
        ciphertexts: returned.len(),
        bytes_encrypted: (Encrypted::bytes::<R>(blocks.count()) + RefreshKey::bytes::<R>()) as u64,
        bytes_returned: (full + Returned::bytes::<R>(last)) as u64,
        is_exact: sums.eq(table.sums()),
    })
}

/// Made-up rows.
struct Table {
    work: Work,
    /// Of each row, as gradients are rounded.
    numbers: [Vec<i32>; 2],
    /// Each column's bins.
    bins: Vec<Vec<u8>>,
}

impl Table {
    /// Makes numbers of 12 bits, of fewer where sums over all rows have no room for them.
    fn new<R: Ring>(work: Work) -> Table {
        let room = ((1_usize << R::PARAMETERS.sum_log2) - 1) / work.rows;
        let most = room.min(2_047);
        let number = |row: usize| {
            let number = (row * 37) % (2 * most + 1);
            i32::try_from(number).unwrap_or(0) - i32::try_from(most).unwrap_or(0)
        };
        let first: Vec<i32> = (0..work.rows).map(number).collect();
        let second = first.iter().map(|number| number.abs()).collect();
        let bin = |feature: usize, row: usize| {
            let bin = ((row * (2 * feature + 7_919)) >> 3) % work.bins;
            u8::try_from(bin).expect("a column has 256 bins at most")
        };
        let column = |feature| (0..work.rows).map(|row| bin(feature, row)).collect();
        Table {
            work,
            numbers: [first, second],
            bins: (0..work.features).map(column).collect(),
        }
    }

    /// Marks the rows of a block that a candidate has on its side: those up to its boundary.
    fn mark(&self, asked: Asked, block: usize, members: &mut [u8]) {
        let boundaries = self.work.bins - 1;
        let (feature, boundary) = (asked.candidate / boundaries, asked.candidate % boundaries);
        let boundary = u8::try_from(boundary).expect("a column has 256 bins at most");
        let rows = &self.bins[feature][asked.block * block..];
        for (member, &bin) in members.iter_mut().zip(rows) {
            *member = u8::from(bin <= boundary);
        }
    }

    /// Adds up in the clear, candidate after candidate.
    fn sums(&self) -> impl Iterator<Item = [i64; 2]> {
        self.bins.iter().flat_map(|bins| {
            let mut of_bins = vec![[0; 2]; self.work.bins];
            for (row, &bin) in bins.iter().enumerate() {
                for (sum, numbers) in of_bins[usize::from(bin)].iter_mut().zip(&self.numbers) {
                    *sum += i64::from(numbers[row]);
                }
            }
            of_bins.pop();
            of_bins.into_iter().scan([0; 2], |up_to, [g, h]| {
                *up_to = [up_to[0] + g, up_to[1] + h];
                Some(*up_to)
            })
        })
    }
}

/// Times transforms and multiplications alone, in the order in which sums do them.
fn parts<R: Ring>(ring: &R, blocks: usize, groups: usize) -> [Cost; 2] {
    let tile = blocks.min(8);
    let repeats = blocks.div_ceil(tile);
    let indicator: Vec<i8> = (0..R::PARAMETERS.degree)
        .map(|place| i8::from(place % 32 == 0))
        .collect();
    let mut indicators = vec![R::Cell::default(); tile * R::INDICATOR_CELLS];
    let cells = vec![R::Cell::default(); tile * R::CELLS];
    let mut sums = vec![R::Cell::default(); groups * R::CELLS];
    let mut scratch = ring.scratch();
    let ((), transform) = timed(|| {
        for _ in 0..repeats * groups {
            for cells in indicators.chunks_exact_mut(R::INDICATOR_CELLS) {
                ring.transform_indicator(black_box(&indicator), cells, &mut scratch);
            }
        }
    });
    let ((), accumulate) = timed(|| {
        for _ in 0..repeats {
            for sum in sums.chunks_exact_mut(R::CELLS) {
                ring.accumulate(sum, &cells, &indicators);
            }
        }
    });
    black_box(sums);
    // The last tile is seldom full.
    let share = blocks as f64 / (tile * repeats) as f64;
    [transform, accumulate].map(|cost| Cost(cost.0.mul_f64(share)))
}

/// Runs something and gives the CPU time of this thread.
fn timed<T>(run: impl FnOnce() -> T) -> (T, Cost) {
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default();
    let began = now();
    let value = run();
    (value, Cost(now().saturating_sub(began)))
}
