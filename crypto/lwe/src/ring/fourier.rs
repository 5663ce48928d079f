//! Negacyclic transforms of integers in double precision, by tfhe-fft.

use std::f64::consts::PI;

use dyn_stack::{PodBuffer, PodStack};
use pulp::Arch;
use tfhe_fft::{
    c64,
    ordered::FftAlgo,
    unordered::{Method, Plan},
};

/// Transforms polynomials of N real coefficients to N/2 complex values.
pub(super) struct Fourier {
    plan: Plan,
    /// e^(iπk/N): folds X^N + 1 into a cyclic transform of half the length.
    twist: Vec<c64>,
    /// Their conjugates, over N/2.
    untwist: Vec<c64>,
}

impl Fourier {
    pub(super) fn new(degree: usize) -> Fourier {
        let half = degree / 2;
        let method = Method::UserProvided {
            base_algo: FftAlgo::Dif4,
            base_n: half.min(512),
        };
        let angle = |k: usize| PI * k as f64 / degree as f64;
        let twist: Vec<c64> = (0..half).map(|k| c64::cis(angle(k))).collect();
        let untwist = twist.iter().map(|w| w.conj() / half as f64).collect();
        Fourier {
            plan: Plan::new(half, method),
            twist,
            untwist,
        }
    }

    /// Makes room for transforms.
    pub(super) fn scratch(&self) -> PodBuffer {
        PodBuffer::new(self.plan.fft_scratch())
    }

    /// Transforms small integers.
    pub(super) fn forward<T: Copy + Into<f64>>(
        &self,
        integers: &[T],
        cells: &mut [c64],
        scratch: &mut PodBuffer,
    ) {
        let (low, high) = integers.split_at(integers.len() / 2);
        Arch::new().dispatch(
            #[inline(always)]
            || {
                let pairs = low.iter().zip(high).zip(&self.twist);
                for (cell, ((&re, &im), w)) in cells.iter_mut().zip(pairs) {
                    let (re, im): (f64, f64) = (re.into(), im.into());
                    *cell = c64::new(re * w.re - im * w.im, re * w.im + im * w.re);
                }
            },
        );
        self.plan.fwd(cells, PodStack::new(scratch));
    }

    /// Transforms back in place, to the nearest integers: those below 2^52 come out right.
    pub(super) fn backward(
        &self,
        cells: &mut [c64],
        integers: &mut [i64],
        scratch: &mut PodBuffer,
    ) {
        self.plan.inv(cells, PodStack::new(scratch));
        let (low, high) = integers.split_at_mut(integers.len() / 2);
        Arch::new().dispatch(
            #[inline(always)]
            || {
                let pairs = low.iter_mut().zip(high).zip(&self.untwist);
                for (cell, ((low, high), w)) in cells.iter().zip(pairs) {
                    *low = nearest(cell.re * w.re - cell.im * w.im);
                    *high = nearest(cell.re * w.im + cell.im * w.re);
                }
            },
        );
    }
}

/// 1.5 · 2^52: added to a number below 2^51 it leaves the nearest integer in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

#[expect(
    clippy::inline_always,
    reason = "else it is not vectorised with its loop"
)]
#[inline(always)]
fn nearest(value: f64) -> i64 {
    (value + ROUNDER)
        .to_bits()
        .wrapping_sub(ROUNDER.to_bits())
        .cast_signed()
}
