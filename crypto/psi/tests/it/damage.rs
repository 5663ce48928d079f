//! What befalls a piece that a run has kept.

use consilium_psi::{MemorySpill, Spill as _};

pub(crate) type Damage = fn(&mut Vec<u8>);

/// Each leaves another piece than was written.
pub(crate) const DAMAGES: [(&str, Damage); 5] = [
    ("one bit", ONE_BIT),
    ("records rotated", |piece| piece.rotate_left(32)),
    ("zeros", |piece| piece.fill(0)),
    ("no stamp", UNSTAMPED),
    ("nothing left", Vec::clear),
];

pub(crate) const ONE_BIT: Damage = |piece| {
    let middle = piece.len() / 2;
    piece[middle] ^= 1;
};

/// As earlier versions wrote it.
pub(crate) const UNSTAMPED: Damage = |piece| piece.truncate(piece.len() - 32);

/// Damages a piece that is there.
pub(crate) fn befall(spill: &mut MemorySpill, name: &str, damage: Damage) {
    let mut piece = spill.read(name).unwrap().unwrap();
    let whole = piece.clone();
    damage(&mut piece);
    assert!(piece != whole, "{name}");
    spill.write(name, &piece).unwrap();
}
