//! Rows of bits, 64 to a word, and their columns as blocks.

use aes::{
    Aes128,
    cipher::{KeyIvInit, StreamCipher},
};
use ctr::Ctr64LE;

use super::field::Block;

/// Grows a seed into `words` words of bits: AES-128 in counter mode.
pub(crate) fn stream(seed: &Block, words: usize) -> Vec<u64> {
    let mut stream = Ctr64LE::<Aes128>::new(&seed.to_bytes().into(), &[0; 16].into());
    let mut bytes = vec![0; words * 8];
    stream.apply_keystream(&mut bytes);
    from_bytes(&bytes)
}

/// Adds one row to another.
pub(crate) fn add(row: &mut [u64], other: &[u64]) {
    for (word, other) in row.iter_mut().zip(other) {
        *word ^= other;
    }
}

/// Says whether a bit is set.
pub(crate) fn bit(row: &[u64], index: usize) -> bool {
    row[index / 64] >> (index % 64) & 1 == 1
}

/// Gives the bytes of a row, little-endian.
pub(crate) fn to_bytes(row: &[u64]) -> Vec<u8> {
    row.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Reads the words of a row; what is left over is not read.
pub(crate) fn from_bytes(bytes: &[u8]) -> Vec<u64> {
    let words = bytes.as_chunks::<8>().0.iter();
    words.map(|&word| u64::from_le_bytes(word)).collect()
}

/// Gives the columns of 128 rows: bit `p` of a column is that of row `p`.
pub(crate) fn columns(rows: &[Vec<u64>]) -> Vec<Block> {
    debug_assert_eq!(rows.len(), 128);
    let words = rows.first().map_or(0, Vec::len);
    let mut columns = Vec::with_capacity(words * 64);
    for word in 0..words {
        let halves = [0, 64].map(|from| {
            let mut square = [0; 64];
            for (line, row) in square.iter_mut().zip(&rows[from..]) {
                *line = row[word];
            }
            transpose(&mut square);
            square
        });
        for (low, high) in halves[0].iter().zip(halves[1]) {
            let column = u128::from(high) << 64 | u128::from(*low);
            columns.push(Block::from_bytes(column.to_le_bytes()));
        }
    }
    columns
}

/// Turns rows into columns: swaps ever smaller squares across the diagonal.
fn transpose(square: &mut [u64; 64]) {
    let mut width = 32;
    let mut mask = u64::MAX >> 32;
    while width > 0 {
        for row in (0..64).filter(|row| row & width == 0) {
            let swapped = (square[row] >> width ^ square[row + width]) & mask;
            square[row] ^= swapped << width;
            square[row + width] ^= swapped;
        }
        width /= 2;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_the_transposed_rows() {
        for words in [0, 1, 2, 5] {
            let rows: Vec<Vec<u64>> = (0_u8..128)
                .map(|row| stream(&Block::from_bytes([row; 16]), words))
                .collect();
            let columns = columns(&rows);
            assert_eq!(columns.len(), words * 64);
            for (index, column) in columns.iter().enumerate() {
                let column = u128::from_le_bytes(column.to_bytes());
                for (number, row) in rows.iter().enumerate() {
                    assert_eq!(column >> number & 1 == 1, bit(row, index));
                }
            }
        }
    }

    #[test]
    fn a_row_reads_back_from_its_bytes() {
        let row = stream(&Block::from_bytes([3; 16]), 9);
        assert_eq!(from_bytes(&to_bytes(&row)), row);
    }
}
