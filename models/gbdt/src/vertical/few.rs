//! Lists that a peer may not make long: an element of a byte takes thirty times that in memory.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};

use crate::MOST_LEAVES;

/// The most elements: no tree has more nodes at once, and chunks of sums have fewer.
const MOST: usize = MOST_LEAVES as usize;

/// Reads a list of at most so many elements as a tree has leaves.
pub(crate) fn few<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_seq(Few(PhantomData))
}

struct Few<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Few<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {MOST} elements")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        let mut read = Vec::new();
        while let Some(element) = elements.next_element()? {
            if read.len() == MOST {
                return Err(A::Error::invalid_length(MOST + 1, &self));
            }
            read.push(element);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::messages::{Sides, Turn};
    use super::*;

    #[test]
    fn lists_longer_than_trees_are_wide_are_not_read() {
        let written = |elements: usize| {
            let nodes = vec![Bytes::new(); elements];
            postcard::to_stdvec(&nodes).unwrap()
        };
        let sides = |elements| postcard::from_bytes::<Sides>(&written(elements));
        assert_eq!(sides(MOST).unwrap().nodes.len(), MOST);
        assert!(sides(MOST + 1).is_err());
        // Nodes to part, of two bytes each.
        let mut turn = vec![1];
        turn.extend(written(2 * (MOST + 1)));
        assert!(postcard::from_bytes::<Turn>(&turn).is_err());
    }
}
