//! The order of common rows, read back for a study over them.

use std::str::Lines;

use consilium_base::Digest;
use consilium_node::files::{self, FileError};

use super::{HEADER, Results, digest};

/// The own row at each place, by its number in the data file, counted from 1.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::study) struct Order(Vec<u64>);

/// Why there is no such order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::study) enum NoOrder {
    /// The file is gone, or not what was written.
    Damaged,
    /// So many places have several own rows.
    Repeats { places: u64 },
}

impl Order {
    /// Gives the row at each place, the first one's first.
    pub(in crate::study) fn rows(&self) -> &[u64] {
        &self.0
    }

    fn read(mut lines: Lines<'_>) -> Result<Order, NoOrder> {
        if lines.next() != Some(HEADER.trim_end()) {
            return Err(NoOrder::Damaged);
        }
        let (mut rows, mut repeated) = (Vec::<u64>::new(), 0_u64);
        // Whether the last place was counted as one with several rows.
        let mut is_counted = false;
        for line in lines {
            let numbers = line
                .split_once(',')
                .and_then(|(place, row)| Some((place.parse().ok()?, row.parse().ok()?)));
            let (place, row): (u64, u64) = numbers.ok_or(NoOrder::Damaged)?;
            match place.checked_sub(rows.len() as u64) {
                Some(1) => {
                    rows.push(row);
                    is_counted = false;
                }
                Some(0) if !rows.is_empty() => {
                    repeated += u64::from(!is_counted);
                    is_counted = true;
                }
                _ => return Err(NoOrder::Damaged),
            }
        }
        match repeated {
            0 => Ok(Order(rows)),
            places => Err(NoOrder::Repeats { places }),
        }
    }
}

impl Results {
    /// Reads the order of common rows that was kept with this hash; the inner error says why it
    /// serves no study.
    pub(in crate::study) fn read_aligned(
        &self,
        expected: &Digest,
    ) -> Result<Result<Order, NoOrder>, FileError> {
        let table = files::read_if_there(&self.aligned_path())?;
        let whole = table.filter(|table| digest(table) == *expected);
        Ok(match whole {
            Some(table) => Order::read(table.lines()),
            None => Err(NoOrder::Damaged),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(table: &str) -> Result<Order, NoOrder> {
        Order::read(table.lines())
    }

    #[test]
    fn each_place_has_its_row() {
        assert_eq!(read("place,row\n1,7\n2,3\n3,9\n"), Ok(Order(vec![7, 3, 9])));
        assert_eq!(read("place,row\n"), Ok(Order(Vec::new())));
    }

    #[test]
    fn places_with_several_rows_are_counted_once_each() {
        let table = "place,row\n1,7\n1,8\n1,9\n2,3\n3,4\n3,5\n";
        assert_eq!(read(table), Err(NoOrder::Repeats { places: 2 }));
    }

    #[test]
    fn what_is_no_order_is_told_from_one() {
        for table in [
            "",
            "row,place\n1,1\n",
            "place,row\n2,1\n",
            "place,row\n1,1\n3,2\n",
            "place,row\n0,1\n",
            "place,row\n1,1\n2,2\n1,3\n",
            "place,row\n1\n",
            "place,row\n1,x\n",
        ] {
            assert_eq!(read(table), Err(NoOrder::Damaged), "{table:?}");
        }
    }
}
