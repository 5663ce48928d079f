//! Lists of parties as they travel: ascending indices into the roster.

use std::collections::BTreeSet;

use bytes::Bytes;
use consilium_mailbox::PartyId;

use crate::{
    error::Breach,
    terms::{Agreed, TermsError},
};

/// Most bytes of sets signed in one study: of a chain that a thousand contributors can make, and
/// more.
const LONGEST_SETS: usize = 64 << 10;

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

/// Writes sets of parties: one bit for each of the roster, the lowest first, set after set.
pub(crate) fn write_sets<'a>(
    sets: impl IntoIterator<Item = &'a BTreeSet<PartyId>>,
    agreed: &Agreed,
) -> Result<Bytes, TermsError> {
    let width = agreed.terms.roster.len().div_ceil(8);
    let mut bytes = Vec::new();
    for set in sets {
        let begin = bytes.len();
        bytes.resize(begin + width, 0);
        for party in set {
            let index = agreed.index(party)?;
            bytes[begin + index / 8] |= 1 << (index % 8);
        }
    }
    Ok(bytes.into())
}

/// Reads sets that a party sent.
pub(crate) fn read_sets(
    bytes: &[u8],
    agreed: &Agreed,
) -> Result<BTreeSet<BTreeSet<PartyId>>, Breach> {
    let roster = &agreed.terms.roster;
    let width = roster.len().div_ceil(8);
    if bytes.len() > LONGEST_SETS || !bytes.len().is_multiple_of(width) {
        return Err(Breach::BadList);
    }
    let has = |set: &[u8], index: usize| set[index / 8] >> (index % 8) & 1 == 1;
    let sets = bytes.chunks_exact(width).map(|set| {
        let members = (0..8 * width).filter(|index| has(set, *index));
        let members = members.map(|index| roster.get(index).cloned());
        members.collect::<Option<_>>().ok_or(Breach::BadList)
    });
    sets.collect()
}

/// Gives those of `all` that are not among the ascending `some`.
pub(crate) fn without(all: impl IntoIterator<Item = usize>, some: &[usize]) -> Vec<usize> {
    all.into_iter()
        .filter(|index| some.binary_search(index).is_err())
        .collect()
}
