//! What institutions have shown shortly after they had shown something else.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use consilium_base::UnixTime;
use consilium_mailbox::PartyId;
use consilium_proto::v1;

/// How many seconds there are at least between two times at which what an institution shows is looked at.
const SPACING: i64 = 60;

/// What each institution has shown last, and when it was looked at last.
#[derive(Debug, Default)]
pub(crate) struct Awaiting(Mutex<BTreeMap<PartyId, Last>>);

#[derive(Debug)]
struct Last {
    looked: UnixTime,
    /// What came since.
    shown: Option<v1::ShownScorecards>,
}

impl Awaiting {
    /// Gives what is shown back if it is to be looked at now, and keeps it otherwise.
    pub(super) fn due(
        &self,
        from: &PartyId,
        shown: v1::ShownScorecards,
        now: UnixTime,
    ) -> Option<v1::ShownScorecards> {
        let mut all = self.lock();
        if let Some(last) = all.get_mut(from) {
            // A clock that was set back ends the wait.
            if (0..SPACING).contains(&(now.0 - last.looked.0)) {
                last.shown = Some(shown);
                return None;
            }
        }
        let looked = Last {
            looked: now,
            shown: None,
        };
        all.insert(from.clone(), looked);
        Some(shown)
    }

    /// Gives what waits of one institution, to be looked at now; nothing once none of any waits.
    pub(super) fn next(&self, now: UnixTime) -> Option<(PartyId, v1::ShownScorecards)> {
        self.lock().iter_mut().find_map(|(from, last)| {
            let shown = last.shown.take()?;
            last.looked = now;
            Some((from.clone(), shown))
        })
    }

    /// Keeps what could not be looked at, unless something came since.
    pub(super) fn put_back(&self, from: &PartyId, shown: v1::ShownScorecards) {
        if let Some(last) = self.lock().get_mut(from) {
            last.shown.get_or_insert(shown);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PartyId, Last>> {
        // The map changes in single steps that don't panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cards: usize) -> v1::ShownScorecards {
        v1::ShownScorecards {
            cards: vec![v1::ShownScorecard::default(); cards],
        }
    }

    #[test]
    fn who_shows_ever_new_cards_is_looked_at_once_a_minute_and_at_the_last_of_them() {
        let awaiting = Awaiting::default();
        let (va, other) = ("va".parse().unwrap(), "other".parse().unwrap());
        let due = |from, cards, at| {
            let due = awaiting.due(from, shown(cards), UnixTime(at));
            due.map(|it| it.cards.len())
        };
        assert_eq!(due(&va, 1, 1_000), Some(1));
        for (at, cards) in (1_001..1_060).zip(2..) {
            assert_eq!(due(&va, cards, at), None);
        }
        assert_eq!(due(&other, 7, 1_030), Some(7));
        let waiting = awaiting.next(UnixTime(1_059));
        assert_eq!(waiting, Some((va.clone(), shown(60))));
        assert_eq!(awaiting.next(UnixTime(1_059)), None);
        assert_eq!(due(&va, 3, 1_118), None);
        assert_eq!(due(&va, 4, 1_119), Some(4));
        // What waited is older than what was looked at.
        assert_eq!(awaiting.next(UnixTime(1_120)), None);
        assert_eq!(due(&va, 5, 900), Some(5));
    }

    #[test]
    fn what_could_not_be_kept_waits_on_unless_something_came_since() {
        let awaiting = Awaiting::default();
        let va: PartyId = "va".parse().unwrap();
        let came = awaiting.due(&va, shown(1), UnixTime(1_000)).unwrap();
        awaiting.put_back(&va, came);
        assert_eq!(awaiting.next(UnixTime(1_001)), Some((va.clone(), shown(1))));
        assert_eq!(awaiting.due(&va, shown(2), UnixTime(1_002)), None);
        awaiting.put_back(&va, shown(1));
        assert_eq!(awaiting.next(UnixTime(1_003)), Some((va, shown(2))));
    }
}
