//! How candidates share a ciphertext.

use crate::{LweError, Ring};

/// The number r of candidate subsets that share a ciphertext, and the room for their sums.
///
/// A block holds n_b = ⌊N/r⌋ rows: m(X) = Σ m_i X^i, i < n_b. Candidate j with the subset S_j has
/// *slot* j, and the indicator of all is I(X) = Σ_j Σ_{i∈S_j} X^(j·n_b − i). Coefficient j·n_b of m·I
/// is Σ_{i∈S_j} m_i: a term m_i X^i · X^(j'·n_b − i') falls there if (j' − j)·n_b = i' − i modulo N.
/// The left side is a multiple of n_b of absolute value at most (r − 1)·n_b, the right side is below
/// n_b, and their difference below r·n_b ≤ N: so both are zero, hence j = j' and i = i'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packing {
    candidates: u32,
    block: usize,
    /// Bits by which sums are smaller than the ring has room for.
    spare: u32,
}

impl Packing {
    /// Lets `candidates` share a ciphertext of the ring.
    ///
    /// # Errors
    ///
    /// [`LweError::Packing`] for none, or more than the degree.
    pub fn new<R: Ring>(candidates: u32) -> Result<Packing, LweError> {
        let degree = R::PARAMETERS.degree;
        match degree.checked_div(candidates as usize) {
            Some(block) if block > 0 => Ok(Packing {
                candidates,
                block,
                spare: 0,
            }),
            _ => Err(LweError::Packing { candidates, degree }),
        }
    }

    /// Declares that all sums are below 2^log2 in absolute value: the smaller they are, the larger are
    /// scale and flood.
    ///
    /// Where a bound leaves more room than can be used, the most that can is taken.
    ///
    /// # Errors
    ///
    /// [`LweError::TooLarge`] if the ring has no room for such sums.
    pub fn with_sums_below<R: Ring>(self, log2: u32) -> Result<Packing, LweError> {
        let parameters = R::PARAMETERS;
        // Noise is drawn as integers of 64 bits: a flood of 2^59 stays within them.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "floods are below 2^59"
        )]
        let most = (59.0 - parameters.flood.log2()) as u32;
        match parameters.sum_log2.checked_sub(log2) {
            Some(spare) => Ok(Packing {
                spare: spare.min(most),
                ..self
            }),
            None => Err(LweError::TooLarge {
                log2: parameters.sum_log2,
            }),
        }
    }

    /// Sums are below 2^this in absolute value.
    pub fn sum_log2<R: Ring>(self) -> u32 {
        R::PARAMETERS.sum_log2 - self.spare
    }

    /// log2 of the scale Δ that lifts sums above the noise.
    pub fn scale_log2<R: Ring>(self) -> u32 {
        R::PARAMETERS.scale_log2 + self.spare
    }

    /// The standard deviation of the flood.
    pub fn flood<R: Ring>(self) -> f64 {
        R::PARAMETERS.flood * f64::from(self.spare).exp2()
    }

    /// Candidates that share a ciphertext, r.
    pub fn candidates(self) -> u32 {
        self.candidates
    }

    /// Rows of a block, n_b.
    pub fn block(self) -> usize {
        self.block
    }

    /// Blocks that hold so many rows; the last may be filled up.
    pub fn blocks(self, rows: usize) -> usize {
        rows.div_ceil(self.block)
    }

    /// Ciphertexts that hold the sums of so many candidates.
    pub fn ciphertexts(self, candidates: usize) -> usize {
        candidates.div_ceil(self.candidates as usize)
    }

    /// Where the sum of each slot stands.
    pub(crate) fn places(self) -> Vec<usize> {
        (0..self.candidates as usize)
            .map(|slot| slot * self.block)
            .collect()
    }

    /// Puts the members of a slot, one byte for each row of a block, into an indicator of N
    /// coefficients.
    pub(crate) fn place(self, slot: usize, members: &[u8], indicator: &mut [i8]) {
        let reversed = members.iter().skip(1).rev();
        let degree = indicator.len();
        if let Some(first) = members.first() {
            indicator[slot * self.block] = first.cast_signed();
        }
        // X^−i = −X^(N−i): what falls below X^0 returns at the top with its sign turned.
        let (start, sign) = match slot.checked_sub(1) {
            Some(before) => (before * self.block, 1),
            None => (degree - self.block, -1),
        };
        let coefficients = &mut indicator[start + 1..start + self.block];
        for (coefficient, member) in coefficients.iter_mut().zip(reversed) {
            *coefficient = member.cast_signed() * sign;
        }
    }
}
