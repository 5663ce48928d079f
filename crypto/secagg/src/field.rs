//! The integers modulo the Mersenne prime `2^61 - 1`, in constant time.

/// The prime: products of two elements fit 128 bits and are reduced by a shift and an addition.
pub(crate) const PRIME: u64 = (1 << 61) - 1;

/// An element, from 0 to [`PRIME`] - 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, zeroize::Zeroize)]
pub(crate) struct Element(u64);

impl Element {
    pub(crate) const ZERO: Element = Element(0);
    pub(crate) const ONE: Element = Element(1);

    /// Takes a number below the prime.
    pub(crate) fn new(number: u64) -> Option<Element> {
        (number < PRIME).then_some(Element(number))
    }

    pub(crate) fn get(self) -> u64 {
        self.0
    }

    pub(crate) fn plus(self, other: Element) -> Element {
        reduce(self.0 + other.0)
    }

    pub(crate) fn minus(self, other: Element) -> Element {
        reduce(self.0 + PRIME - other.0)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "both halves are below 2^61"
    )]
    pub(crate) fn times(self, other: Element) -> Element {
        let product = u128::from(self.0) * u128::from(other.0);
        reduce((product as u64 & PRIME) + (product >> 61) as u64)
    }

    /// Gives the inverse; zero for zero.
    pub(crate) fn inverse(self) -> Element {
        // Fermat: x^(p-2), p - 2 = 2^61 - 3: all bits set but the second.
        let mut power = Element::ONE;
        for bit in (0..61).rev() {
            power = power.times(power);
            if bit != 1 {
                power = power.times(self);
            }
        }
        power
    }
}

/// Reduces a number below twice the prime, without a branch.
fn reduce(number: u64) -> Element {
    let less = number.wrapping_sub(PRIME);
    let borrow = less >> 63;
    Element(less.wrapping_add(PRIME & 0_u64.wrapping_sub(borrow)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn element() -> impl Strategy<Value = Element> {
        let edges = prop_oneof![Just(0), Just(1), Just(PRIME - 1), Just(PRIME - 2)];
        prop_oneof![4 => 0..PRIME, 1 => edges].prop_map(|number| Element::new(number).unwrap())
    }

    fn wide(element: Element) -> u128 {
        element.get().into()
    }

    proptest! {
        #[test]
        fn sums_differences_and_products_are_those_of_integers(a in element(), b in element()) {
            let prime = u128::from(PRIME);
            prop_assert_eq!(wide(a.plus(b)), (wide(a) + wide(b)) % prime);
            prop_assert_eq!(wide(a.minus(b)), (wide(a) + prime - wide(b)) % prime);
            prop_assert_eq!(wide(a.times(b)), wide(a) * wide(b) % prime);
        }

        #[test]
        fn an_inverse_times_its_element_is_one(a in element()) {
            let expected = if a == Element::ZERO { Element::ZERO } else { Element::ONE };
            prop_assert_eq!(a.times(a.inverse()), expected);
        }
    }

    #[test]
    fn numbers_from_the_prime_on_are_no_elements() {
        assert!(Element::new(PRIME).is_none());
    }
}
