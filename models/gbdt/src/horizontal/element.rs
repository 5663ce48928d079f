//! Cells of histograms as elements of sums.

use consilium_secagg::Bits;

use super::Agreement;
use crate::{Sums, few_bits::sum_bits};

/// How Σg and Σh share an element: `g · 2^b + h` modulo `2^(a + 1 + b)`, where Σg has `a` bits beside
/// its sign and Σh has `b`.
///
/// Elements are taken apart wherever `|g| < 2^a` and `0 ≤ h < 2^b`, as the quanta of a tree see to for
/// all parties together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    a: u8,
    b: u8,
}

impl Element {
    /// Gives the elements of a fit: of 59 bits, unless its gradients have few.
    pub(crate) fn of(agreement: &Agreement) -> Element {
        let [a, b] = sum_bits(agreement.boosting(), agreement.most_rows_in_all());
        Element { a, b }
    }

    /// Gives the width.
    pub(crate) fn bits(self) -> Bits {
        Bits::new(self.a + 1 + self.b).expect("each has at most 29 bits, and one at least")
    }

    /// Packs Σg and Σh.
    pub(crate) fn pack(self, sums: Sums) -> u64 {
        let g = sums.g.cast_unsigned() << self.b;
        g.wrapping_add(sums.h.cast_unsigned()) & self.bits().mask()
    }

    /// Takes an element apart.
    pub(crate) fn unpack(self, element: u64) -> Sums {
        let spare = 64 - u32::from(self.bits().get());
        // An arithmetic shift spreads the sign bit.
        let word = (element << spare).cast_signed() >> spare;
        Sums {
            g: word >> self.b,
            h: word & ((1 << self.b) - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WIDEST: Element = Element { a: 29, b: 29 };

    proptest! {
        #[test]
        fn sums_of_elements_are_elements_of_sums(
            parts in prop::collection::vec((-127_i64..128, 0_i64..256), 0..400),
            more in 0_u8..14,
        ) {
            // Of up to 400 rows of eight bits.
            let narrow = Element { a: 16 + more, b: 17 + more.min(12) };
            for element in [narrow, WIDEST] {
                let mut total = Sums::default();
                let mut sum = 0_u64;
                for (g, h) in &parts {
                    let sums = Sums { g: *g, h: *h };
                    total += sums;
                    sum = sum.wrapping_add(element.pack(sums)) & element.bits().mask();
                }
                prop_assert_eq!(element.unpack(sum), total);
            }
        }
    }

    #[test]
    fn the_largest_sums_fit() {
        for element in [WIDEST, Element { a: 15, b: 16 }, Element { a: 1, b: 1 }] {
            let (g, h) = ((1 << element.a) - 1, (1 << element.b) - 1);
            for (g, h) in [(g, h), (-g, h), (-g, 0), (0, 0), (-1, 0)] {
                assert_eq!(element.unpack(element.pack(Sums { g, h })), Sums { g, h });
            }
        }
        assert_eq!(WIDEST.bits().get(), 59);
    }
}
