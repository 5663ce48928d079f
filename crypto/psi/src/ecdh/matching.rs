//! Finding the tags that both parties have, in the order of the tags.

use super::steps::Tag;

/// The tags of the peer's items, in the order of its points, with a way through them by value.
pub(crate) struct Tags {
    values: Vec<Tag>,
    ascending: Vec<u32>,
}

impl Tags {
    /// Sorts tags.
    ///
    /// # Errors
    ///
    /// Two positions with the same tag.
    pub(crate) fn sort(values: Vec<Tag>) -> Result<Tags, (u32, u32)> {
        let count = u32::try_from(values.len()).expect("sets are declared in 32 bits");
        let mut ascending: Vec<u32> = (0..count).collect();
        ascending.sort_unstable_by_key(|&position| (value(&values, position), position));
        let mut pairs = ascending.iter().zip(ascending.iter().skip(1));
        match pairs.find(|&(&one, &next)| value(&values, one) == value(&values, next)) {
            Some((&one, &next)) => Err((one, next)),
            None => Ok(Tags { values, ascending }),
        }
    }

    /// Gives all tags, the smallest first: nothing in that order tells of the peer's.
    pub(crate) fn ascending(&self) -> impl Iterator<Item = Tag> {
        self.ascending
            .iter()
            .filter_map(|&position| value(&self.values, position))
    }

    /// Begins to compare with tags of this party's own items.
    pub(crate) fn matching(&self) -> Matching<'_> {
        Matching {
            tags: self,
            next: 0,
            last: None,
            common: Vec::new(),
        }
    }
}

fn value(values: &[Tag], position: u32) -> Option<Tag> {
    values.get(position as usize).copied()
}

/// A walk along two ascending lists of tags.
pub(crate) struct Matching<'a> {
    tags: &'a Tags,
    next: usize,
    last: Option<Tag>,
    common: Vec<u32>,
}

/// A list of tags that is not ascending.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotAscending;

impl Matching<'_> {
    /// Compares the next one of this party's own tags.
    pub(crate) fn compare(&mut self, own: Tag) -> Result<(), NotAscending> {
        if self.last.is_some_and(|last| last >= own) {
            return Err(NotAscending);
        }
        self.last = Some(own);
        while let Some(&position) = self.tags.ascending.get(self.next) {
            let theirs = value(&self.tags.values, position);
            if theirs > Some(own) {
                break;
            }
            if theirs == Some(own) {
                self.common.push(position);
            }
            self.next += 1;
        }
        Ok(())
    }

    /// Gives the peer's positions of the common tags, by ascending tag.
    pub(crate) fn finish(self) -> Vec<u32> {
        self.common
    }
}
