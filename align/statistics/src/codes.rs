//! Frequent values of an open vocabulary: a sketch of counts, then names out of a lookup table.
//!
//! The sketch is Cormode and Muthukrishnan's count-min sketch (Journal of Algorithms 55, 2005), the
//! table Goodrich and Mitzenmacher's invertible Bloom lookup table (Allerton 2011). Both are linear, and
//! so sums of parties' sketches and tables are those of all rows.

use std::collections::{BTreeMap, VecDeque};

use consilium_base::{Seed, Tagged};
use consilium_schema::is_shown;

/// Rows of a sketch.
const DEPTH: usize = 3;
/// Cells of the table that a name is in: with three, nearly all tables of 1.23 cells a name can be
/// taken apart (Goodrich and Mitzenmacher, section 2.2); small ones need more.
const HASHES: usize = 3;
/// Bytes of a name in one element: four times 2^32 rows fit into it.
const LIMB: usize = 4;
/// Elements of a cell beside the limbs: rows, and rows times a check.
const HEAD: usize = 2;

fn width(most: u32) -> usize {
    (most as usize * 16).next_power_of_two()
}

/// Gives the elements of a sketch that finds about so many frequent values.
pub(crate) fn sketch_len(most: u32) -> usize {
    DEPTH * width(most)
}

/// A power of two would make the parts' places depend on each other; any number of cells does.
fn cells(most: u32) -> usize {
    HASHES * (most as usize / 2 + 16)
}

/// Gives the elements of a table of about so many names.
pub(crate) fn names_len(longest: u8, most: u32) -> usize {
    cells(most) * cell_len(longest)
}

fn cell_len(longest: u8) -> usize {
    HEAD + limbs(longest)
}

fn limbs(longest: u8) -> usize {
    usize::from(longest).div_ceil(LIMB)
}

/// Says whether a value can be counted: not empty, no longer than declared, all of it shown.
///
/// # Security
///
/// Names come from other institutions and get to stewards' terminals. What rules a terminal or hides
/// is outside at its owner and is no name in a table.
pub(crate) fn is_sane(value: &str, longest: u8) -> bool {
    (1..=usize::from(longest)).contains(&value.len()) && value.chars().all(is_shown)
}

/// How values of one column are hashed, by a seed that all contributors have and nobody else.
pub(crate) struct Vocabulary {
    seed: Seed,
    longest: u8,
    most: u32,
}

impl Vocabulary {
    /// Takes the column's seed, the longest value, and about how many may be frequent.
    pub(crate) fn new(seed: Seed, (longest, most): (u8, u32)) -> Vocabulary {
        Vocabulary {
            seed,
            longest,
            most,
        }
    }

    fn hash(&self, label: &'static str, value: &[u8]) -> [u64; 4] {
        let digest = Tagged::new(label)
            .field(self.seed.expose())
            .field(value)
            .digest();
        let (words, _) = digest.as_chunks::<8>();
        std::array::from_fn(|at| u64::from_le_bytes(words[at]))
    }

    /// Gives a value's places in the sketch, one in each row.
    fn places(&self, value: &[u8]) -> [usize; DEPTH] {
        let width = width(self.most);
        let hash = self.hash("statistics.1.sketch", value);
        std::array::from_fn(|row| row * width + below(hash[row], width))
    }

    /// Sketches a party's counts.
    pub(crate) fn sketch(&self, counts: &BTreeMap<&str, u64>) -> Vec<u64> {
        let mut sketch = vec![0; sketch_len(self.most)];
        for (value, count) in counts {
            for place in self.places(value.as_bytes()) {
                sketch[place] += count;
            }
        }
        sketch
    }

    /// Estimates all parties' count of a value: never too low.
    pub(crate) fn estimate(&self, sketch: &[u64], value: &str) -> u64 {
        let counts = self.places(value.as_bytes()).map(|place| sketch[place]);
        counts.into_iter().min().unwrap_or(0)
    }

    /// Gives a name's cells in the table, one in each third of it, and its check.
    fn homes(&self, limbs: &[u8]) -> ([usize; HASHES], u64) {
        let part = cells(self.most) / HASHES;
        let hash = self.hash("statistics.1.names", limbs);
        let homes = std::array::from_fn(|at| at * part + below(hash[at], part));
        (homes, hash[HASHES] >> 32)
    }

    /// Gives a name as limbs, filled up with zeros.
    fn padded(&self, value: &str) -> Vec<u8> {
        let mut bytes = value.as_bytes().to_vec();
        bytes.resize(limbs(self.longest) * LIMB, 0);
        bytes
    }

    /// Puts a party's counts of values that may be frequent into a table.
    pub(crate) fn table(&self, counts: &BTreeMap<&str, u64>) -> Vec<u64> {
        let mut table = vec![0; names_len(self.longest, self.most)];
        for (value, count) in counts {
            self.add(&mut table, &self.padded(value), *count);
        }
        table
    }

    fn add(&self, table: &mut [u64], padded: &[u8], count: u64) {
        let (homes, check) = self.homes(padded);
        for home in homes {
            let cell = &mut table[home * cell_len(self.longest)..][..cell_len(self.longest)];
            cell[0] = cell[0].wrapping_add(count);
            cell[1] = cell[1].wrapping_add(count.wrapping_mul(check));
            let limbs = padded.as_chunks::<LIMB>().0.iter();
            for (element, limb) in cell[HEAD..].iter_mut().zip(limbs) {
                let limb = u64::from(u32::from_le_bytes(*limb));
                *element = element.wrapping_add(count.wrapping_mul(limb));
            }
        }
    }

    /// Takes a sum of tables apart: values with their counts, and whether nothing was left.
    ///
    /// Whatever the table holds, this ends: at most as many names are taken out as there are cells.
    pub(crate) fn names(&self, mut table: Vec<u64>) -> (BTreeMap<String, u64>, bool) {
        let mut names = BTreeMap::new();
        let mut left = cells(self.most);
        let mut is_whole = true;
        let mut waiting: VecDeque<usize> = (0..left).collect();
        while let Some(home) = waiting.pop_front() {
            let Some((padded, count)) = self.single(&table, home) else {
                continue;
            };
            if left == 0 {
                break;
            }
            left -= 1;
            self.add(&mut table, &padded, count.wrapping_neg());
            waiting.extend(self.homes(&padded).0);
            let end = padded.iter().rposition(|byte| *byte != 0);
            let name = end.and_then(|end| std::str::from_utf8(&padded[..=end]).ok());
            match name.filter(|name| is_sane(name, self.longest)) {
                Some(name) if !names.contains_key(name) => {
                    names.insert(name.to_owned(), count);
                }
                _ => is_whole = false,
            }
        }
        let is_empty = table.iter().all(|element| *element == 0);
        (names, is_whole && is_empty)
    }

    /// Reads a cell that holds one name alone.
    fn single(&self, table: &[u64], home: usize) -> Option<(Vec<u8>, u64)> {
        let cell = table.get(home * cell_len(self.longest)..)?;
        let cell = cell.get(..cell_len(self.longest))?;
        let (&count, rest) = cell.split_first()?;
        let (&checks, limbs) = rest.split_first()?;
        // More rows than there can be would make limbs of remainders.
        if count == 0 || count >= 1 << 32 {
            return None;
        }
        let mut padded = Vec::with_capacity(limbs.len() * LIMB);
        for element in limbs {
            let is_multiple = element.is_multiple_of(count);
            let limb = u32::try_from(element / count)
                .ok()
                .filter(|_| is_multiple)?;
            padded.extend(limb.to_le_bytes());
        }
        let (homes, check) = self.homes(&padded);
        (homes.contains(&home) && checks == check.wrapping_mul(count)).then_some((padded, count))
    }
}

/// Maps a uniform word to a number below another, evenly but for less than that number times 2^-64.
#[expect(clippy::cast_possible_truncation, reason = "below a number that fits")]
fn below(word: u64, bound: usize) -> usize {
    ((u128::from(word) * bound as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vocabulary(most: u32) -> Vocabulary {
        Vocabulary::new(Seed::from_bytes([5; 32]), (16, most))
    }

    fn codes(number: usize) -> Vec<String> {
        (0..number)
            .map(|at| format!("I{:02}.{}", at % 100, at / 100))
            .collect()
    }

    #[test]
    fn full_tables_of_several_parties_are_taken_apart() {
        for most in [1_u32, 10, 100, 2_000] {
            let vocabulary = vocabulary(most);
            let names = codes(most as usize);
            let of = |party: u64| -> BTreeMap<&str, u64> {
                let counted = names.iter().enumerate();
                counted
                    .map(|(at, name)| (name.as_str(), at as u64 % 7 + party))
                    .collect()
            };
            let tables = [1, 2, 5].map(|party| vocabulary.table(&of(party)));
            let sum = (0..tables[0].len())
                .map(|at| {
                    tables
                        .iter()
                        .fold(0, |sum: u64, table| sum.wrapping_add(table[at]))
                })
                .collect();
            let (found, is_whole) = vocabulary.names(sum);
            assert!(is_whole, "{most}");
            assert_eq!(found.len(), names.len());
            for (at, name) in names.iter().enumerate() {
                assert_eq!(found[name], 3 * (at as u64 % 7) + 8);
            }
        }
    }

    #[test]
    fn estimates_are_never_too_low_and_mostly_right() {
        let vocabulary = vocabulary(100);
        let names = codes(1_000);
        let counts: BTreeMap<&str, u64> = names.iter().map(|name| (name.as_str(), 3)).collect();
        let sketch = vocabulary.sketch(&counts);
        let too_high = names
            .iter()
            .filter(|name| vocabulary.estimate(&sketch, name) > 3);
        assert!(too_high.count() < 150);
        assert!(
            names
                .iter()
                .all(|name| vocabulary.estimate(&sketch, name) >= 3)
        );
    }

    #[test]
    fn an_overfull_table_says_so() {
        let vocabulary = vocabulary(20);
        let names = codes(500);
        let counts = names.iter().map(|name| (name.as_str(), 10)).collect();
        let (_, is_whole) = vocabulary.names(vocabulary.table(&counts));
        assert!(!is_whole);
    }

    #[test]
    fn a_name_that_is_no_text_is_left_out_and_told() {
        let vocabulary = vocabulary(20);
        let mut table = vocabulary.table(&BTreeMap::from([("I10", 40)]));
        let mut padded = vec![0xff; 16];
        padded[3] = 0;
        vocabulary.add(&mut table, &padded, 30);
        let (names, is_whole) = vocabulary.names(table);
        assert_eq!(names, BTreeMap::from([("I10".to_owned(), 40)]));
        assert!(!is_whole);
    }

    #[test]
    fn a_name_that_rules_a_terminal_is_none() {
        let vocabulary = vocabulary(20);
        for name in ["I10\u{1b}[2J", "I10\u{202e}", "I\u{200b}10", "I10\n"] {
            assert!(!is_sane(name, 16), "{name:?}");
            let table = vocabulary.table(&BTreeMap::from([("I10", 40), (name, 30)]));
            let (names, is_whole) = vocabulary.names(table);
            assert_eq!(names, BTreeMap::from([("I10".to_owned(), 40)]));
            assert!(!is_whole);
        }
        assert!(is_sane("高血压 I10", 16));
    }

    proptest! {
        #[test]
        fn tables_of_anything_end(words in prop::collection::vec(any::<u64>(), names_len(16, 3))) {
            let (names, is_whole) = vocabulary(3).names(words);
            prop_assert!(names.len() <= cells(3));
            prop_assert!(!is_whole);
        }
    }
}
