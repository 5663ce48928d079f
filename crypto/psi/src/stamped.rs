//! A store of which each piece is what was written, or is known to be damaged.

use consilium_base::{Digest, Secret, Seed, Tagged};

use crate::{Spill, SpillError};

/// A store that adds to each piece a hash of it, of its name and of whom it serves for what.
///
/// What it holds is what this party wrote for this study and step under this name; all else that
/// lies there is [`SpillError::Damaged`]. Pieces of two sessions never meet: a new one clears the
/// store.
pub(crate) struct Stamped<'a> {
    store: &'a mut dyn Spill,
    key: Seed,
}

impl<'a> Stamped<'a> {
    /// Wraps a party's store; its secret is another one for each study and step.
    pub(crate) fn new(store: &'a mut dyn Spill, secret: &Seed) -> Stamped<'a> {
        let key = secret.derive("psi-store.1.key", &[]);
        Stamped { store, key }
    }

    fn stamp(&self, name: &str, piece: &[u8]) -> Digest {
        Tagged::new("psi-store.1.piece")
            .field(self.key.expose())
            .field(name.as_bytes())
            .field(piece)
            .digest()
    }
}

impl Spill for Stamped<'_> {
    fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, SpillError> {
        let Some(mut bytes) = self.store.read(name)? else {
            return Ok(None);
        };
        let length = match bytes.split_last_chunk() {
            Some((piece, stamp)) if self.stamp(name, piece) == *stamp => piece.len(),
            _ => return Err(SpillError::damaged(name, bytes.len())),
        };
        bytes.truncate(length);
        Ok(Some(bytes))
    }

    fn write(&mut self, name: &str, piece: &[u8]) -> Result<(), SpillError> {
        let bytes = Secret::new([piece, &self.stamp(name, piece)].concat());
        self.store.write(name, bytes.expose())
    }

    fn remove(&mut self, name: &str) -> Result<(), SpillError> {
        self.store.remove(name)
    }

    fn clear(&mut self) -> Result<(), SpillError> {
        self.store.clear()
    }

    fn kept(&mut self, chunks: u32) {
        self.store.kept(chunks);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::MemorySpill;

    const SECRET: [u8; 32] = [1; 32];

    fn read(store: &mut MemorySpill, secret: [u8; 32], name: &str) -> Option<Vec<u8>> {
        match Stamped::new(store, &Seed::from_bytes(secret)).read(name) {
            Ok(piece) => piece,
            Err(SpillError::Damaged { name: named, .. }) if named == name => None,
            Err(other) => panic!("{other}"),
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written_under_this_name_with_this_secret(
            piece: Vec<u8>, at: prop::sample::Index, bit in 0..8_u32, turned in 1..32_usize,
        ) {
            let mut store = MemorySpill::default();
            let secret = Seed::from_bytes(SECRET);
            Stamped::new(&mut store, &secret).write("one", &piece).unwrap();
            let whole = store.read("one").unwrap().unwrap();
            prop_assert_eq!(whole.len(), piece.len() + 32);
            let again = read(&mut store, SECRET, "one");
            prop_assert_eq!(again.as_ref(), Some(&piece));
            prop_assert_eq!(read(&mut store, [2; 32], "one"), None);

            let mut flipped = whole.clone();
            flipped[at.index(whole.len())] ^= 1 << bit;
            let mut rotated = whole.clone();
            rotated.rotate_left(turned);
            let cut = whole[..at.index(whole.len())].to_vec();
            let zeros = vec![0; whole.len()];
            for damaged in [flipped, rotated, cut, zeros, piece] {
                store.write("one", &damaged).unwrap();
                prop_assert_eq!(read(&mut store, SECRET, "one"), None);
            }
            store.write("other", &whole).unwrap();
            prop_assert_eq!(read(&mut store, SECRET, "other"), None);
        }
    }
}
