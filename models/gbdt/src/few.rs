//! Lists that a peer may not make long: an element of a byte takes thirty times that in memory.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};

use crate::MOST_LEAVES;

/// The most nodes: no tree has more at once, and chunks of sums have fewer.
const NODES: usize = MOST_LEAVES as usize;

/// Reads a list of at most so many elements as a tree has leaves.
pub(crate) fn few<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(AtMost::<NODES, T>::deserialize(from)?.0)
}

/// A list of at most so many elements.
pub(crate) struct AtMost<const MOST: usize, T>(Vec<T>);

/// A list for each of at most so many columns, of at most so many elements each.
pub(crate) type OfColumns<const COLUMNS: usize, const MOST: usize, T> =
    AtMost<COLUMNS, AtMost<MOST, T>>;

impl<const COLUMNS: usize, const MOST: usize, T> From<OfColumns<COLUMNS, MOST, T>> for Vec<Vec<T>> {
    fn from(columns: OfColumns<COLUMNS, MOST, T>) -> Vec<Vec<T>> {
        columns.0.into_iter().map(|column| column.0).collect()
    }
}

impl<'de, const MOST: usize, T: Deserialize<'de>> Deserialize<'de> for AtMost<MOST, T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(Reading(PhantomData))
    }
}

struct Reading<const MOST: usize, T>(PhantomData<T>);

impl<'de, const MOST: usize, T: Deserialize<'de>> Visitor<'de> for Reading<MOST, T> {
    type Value = AtMost<MOST, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {MOST} elements")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut read = Vec::new();
        while let Some(element) = elements.next_element()? {
            if read.len() == MOST {
                return Err(A::Error::invalid_length(MOST + 1, &self));
            }
            read.push(element);
        }
        Ok(AtMost(read))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::{
        Cuts,
        quantiles::{Cell, Cells},
        vertical::messages::{Sides, Turn},
    };

    #[test]
    fn lists_longer_than_trees_are_wide_are_not_read() {
        let written = |elements: usize| {
            let nodes = vec![Bytes::new(); elements];
            postcard::to_stdvec(&nodes).unwrap()
        };
        let sides = |elements| postcard::from_bytes::<Sides>(&written(elements));
        assert_eq!(sides(NODES).unwrap().nodes.len(), NODES);
        assert!(sides(NODES + 1).is_err());
        // Nodes to part, of two bytes each.
        let mut turn = vec![1];
        turn.extend(written(2 * (NODES + 1)));
        assert!(postcard::from_bytes::<Turn>(&turn).is_err());
    }
    #[test]
    fn cells_and_cut_points_of_more_columns_or_longer_than_bins_can_ask_for_are_not_read() {
        let cells = |columns: Vec<Vec<Cell>>| {
            let written = postcard::to_stdvec(&columns).unwrap();
            postcard::from_bytes::<Cells>(&written).is_ok()
        };
        assert!(cells(vec![vec![Cell::WHOLE; 510]; 1_000]));
        assert!(!cells(vec![vec![Cell::WHOLE; 511]]));
        assert!(!cells(vec![Vec::new(); 1_001]));
        let error = |columns: Vec<Vec<f64>>| {
            let written = serde_json::to_vec(&columns).unwrap();
            let error = serde_json::from_slice::<Cuts>(&written).unwrap_err();
            error.to_string()
        };
        let far = |error: String, most: &str| assert!(error.contains(most), "{error}");
        far(error(vec![vec![0.5; 255]]), "at most 254 elements");
        far(error(vec![Vec::new(); 10_001]), "at most 10000 elements");
    }
}
