//! Lists of parties as they travel: ascending indices into the roster.

use crate::error::Breach;

/// Reads a list that a party sent: ascending, all below `roster`.
pub(crate) fn read(list: &[u32], roster: usize) -> Result<Vec<usize>, Breach> {
    let ascending = list.is_sorted_by(|one, next| one < next);
    let known = list.last().is_none_or(|&last| (last as usize) < roster);
    if ascending && known {
        Ok(list.iter().map(|&index| index as usize).collect())
    } else {
        Err(Breach::BadList)
    }
}

/// Writes a list.
pub(crate) fn write(list: &[usize]) -> Vec<u32> {
    list.iter().map(|&index| narrow(index)).collect()
}

/// Writes an index.
pub(crate) fn narrow(index: usize) -> u32 {
    u32::try_from(index).expect("rosters are far shorter than 2^32")
}

/// Gives those of `all` that are not among the ascending `some`.
pub(crate) fn without(all: impl IntoIterator<Item = usize>, some: &[usize]) -> Vec<usize> {
    all.into_iter()
        .filter(|index| some.binary_search(index).is_err())
        .collect()
}
