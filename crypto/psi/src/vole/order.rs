//! The own rows in the order of their items' keys: buckets, the sample and the result follow it.

use std::ops::Range;

use super::hashing::Hashes;
use crate::{Item, PsiError};

/// The bits of a row's number, in place of the lowest bits of its key.
const ROW: u32 = 32;

/// Keys of the own items, each with its row, ascending.
pub(crate) struct Keyed(Vec<u128>);

/// A share of all keys: those of which 32 bits are below a bound.
#[derive(Clone, Copy)]
pub(crate) struct Share(u64);

impl Share {
    /// Gives the share that has about `sample` of `size` items.
    pub(crate) fn of(sample: u32, size: u32) -> Share {
        Share((u64::from(sample) << 32) / u64::from(size.max(1)))
    }

    /// Gives what a set of some size has in it on average, rounded up.
    pub(crate) fn mean(self, size: u32) -> u32 {
        let mean = (u64::from(size) * self.0).div_ceil(1 << 32);
        u32::try_from(mean).unwrap_or(u32::MAX)
    }

    /// Gives it as a probability.
    pub(crate) fn probability(self) -> f64 {
        self.0 as f64 / (1_u64 << 32) as f64
    }
}

impl Keyed {
    /// Keys items and sorts them.
    ///
    /// # Errors
    ///
    /// Two rows with the same item.
    pub(crate) fn sort(hashes: &Hashes, items: &[Item]) -> Result<Keyed, (u32, u32)> {
        let keys = hashes.keys(items.iter()).into_iter();
        let numbered = keys.zip(0_u128..);
        let mut keyed: Vec<u128> = numbered
            .map(|(key, row)| key.bits() >> ROW << ROW | row)
            .collect();
        keyed.sort_unstable();
        let item = |keyed: u128| items.get(row(keyed) as usize);
        let mut pairs = keyed.iter().zip(keyed.iter().skip(1));
        let twice =
            |&(&one, &next): &(&u128, &u128)| one >> ROW == next >> ROW && item(one) == item(next);
        match pairs.find(twice) {
            Some((&one, &next)) => Err((row(one), row(next))),
            None => Ok(Keyed(keyed)),
        }
    }

    /// Gives the places in this order of the items that belong to a share.
    pub(crate) fn sample(&self, share: Share) -> Vec<u32> {
        let places = (0..).zip(&self.0);
        // Bits that neither the bucket nor, but for chance, the order hangs on.
        let sampled = places.filter(|&(_, keyed)| u64::from(row(keyed >> ROW)) < share.0);
        sampled.map(|(place, _)| place).collect()
    }

    /// Gives the row at a place.
    pub(crate) fn row(&self, place: u32) -> u32 {
        row(self.0[place as usize])
    }

    /// Divides the order into buckets of equal shares of all keys.
    pub(crate) fn divide(self, buckets: u32) -> Order {
        let bucket = |keyed: u128| ((keyed >> 64) * u128::from(buckets)) >> 64;
        let ends = (0..u128::from(buckets))
            .map(|number| self.0.partition_point(|&keyed| bucket(keyed) <= number));
        Order {
            ends: ends.collect(),
            rows: self.0.iter().copied().map(row).collect(),
        }
    }
}

fn row(keyed: u128) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "it is in the lower bits")]
    let row = keyed as u32;
    row
}

/// The own rows in the order of their keys, in buckets.
pub(crate) struct Order {
    rows: Vec<u32>,
    ends: Vec<usize>,
}

impl Order {
    /// Gives all rows.
    pub(crate) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Gives the places of a bucket's rows.
    pub(crate) fn places(&self, bucket: usize) -> Range<usize> {
        let begin = bucket.checked_sub(1).map_or(0, |before| self.ends[before]);
        begin..self.ends[bucket]
    }

    /// Gives the items of a bucket, if there is room for them.
    pub(crate) fn bounded<'a>(
        &self,
        bucket: u32,
        items: &'a [Item],
        room: usize,
    ) -> Result<impl ExactSizeIterator<Item = &'a Item>, PsiError> {
        let items = self.items(bucket as usize, items);
        let fit = items.len() <= room;
        fit.then_some(items).ok_or(PsiError::Misfit("its buckets"))
    }

    /// Gives the items of a bucket.
    pub(crate) fn items<'a>(
        &self,
        bucket: usize,
        items: &'a [Item],
    ) -> impl ExactSizeIterator<Item = &'a Item> {
        let rows = self.rows[self.places(bucket)].iter();
        rows.map(|&row| &items[row as usize])
    }
}

#[cfg(test)]
mod tests {
    use consilium_base::Tagged;

    use super::*;

    fn items(count: u64) -> Vec<Item> {
        let item = |number| Tagged::new("test.1.item").number(number).digest();
        (0..count).map(item).collect()
    }

    fn keyed(items: &[Item]) -> Keyed {
        let sorted = Keyed::sort(&Hashes::new(&[7; 32]), items);
        sorted.unwrap_or_else(|twice| panic!("{twice:?}"))
    }

    #[test]
    fn an_item_that_is_there_twice_is_named_by_its_rows() {
        let mut items = items(1000);
        items[700] = items[30];
        let sorted = Keyed::sort(&Hashes::new(&[7; 32]), &items);
        assert_eq!(sorted.err(), Some((30, 700)));
    }

    #[test]
    fn buckets_hold_each_row_once_and_nearly_equally_many() {
        let items = items(30_000);
        for buckets in [1, 2, 3, 7] {
            let order = keyed(&items).divide(buckets);
            let mut rows = order.rows().to_vec();
            rows.sort_unstable();
            assert!(rows.into_iter().eq(0..30_000));
            let sizes: Vec<usize> = (0..buckets as usize)
                .map(|bucket| order.items(bucket, &items).len())
                .collect();
            assert_eq!(sizes.iter().sum::<usize>(), 30_000);
            let room = crate::sizes::room(30_000, buckets);
            assert!(sizes.iter().all(|&size| size <= room), "{sizes:?}");
        }
    }

    #[test]
    fn the_same_items_have_the_same_order_bucket_and_sample_whoever_else_is_there() {
        let (all, share) = (items(4000), Share::of(500, 4000));
        let some: Vec<Item> = all.iter().rev().step_by(3).copied().collect();
        let outline = |items: &[Item]| {
            let keyed = keyed(items);
            let sampled = keyed.sample(share);
            let sampled: Vec<Item> = sampled
                .into_iter()
                .map(|place| items[keyed.row(place) as usize])
                .collect();
            let order = keyed.divide(5);
            let buckets = [0, 1, 2, 3, 4]
                .map(|bucket| -> Vec<Item> { order.items(bucket, items).copied().collect() });
            (sampled, buckets)
        };
        let kept = |list: Vec<Item>| -> Vec<Item> {
            list.into_iter()
                .filter(|item| some.contains(item))
                .collect()
        };
        let ((sampled, buckets), (fewer, parts)) = (outline(&all), outline(&some));
        // Five standard deviations of 21.
        assert!((395..=605).contains(&sampled.len()), "{}", sampled.len());
        assert_eq!(kept(sampled), fewer);
        assert_eq!(buckets.map(kept), parts);
    }
}
