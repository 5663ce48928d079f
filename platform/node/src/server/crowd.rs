//! Those whom nobody knows yet: so many and no more, and never so many that others find no room.

use std::{
    collections::VecDeque,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// Places for callers whom nobody knows yet. Cloning is cheap.
///
/// Whoever comes is let in; where that is one too many the oldest has to go, of those from the same
/// source first. An honest caller is done in a moment: what crowds it out is a flood, not a few
/// hundred callers that sit and wait.
#[derive(Clone, Debug)]
pub(crate) struct Crowd(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    most: usize,
    most_of_a_source: usize,
    /// The oldest first.
    present: Mutex<VecDeque<(IpAddr, Arc<Notify>)>>,
}

/// A place, for as long as it is kept.
#[derive(Debug)]
pub(crate) struct Place {
    crowd: Crowd,
    goes: Arc<Notify>,
}

impl Crowd {
    pub(crate) fn new(most: usize, most_of_a_source: usize) -> Crowd {
        Crowd(Arc::new(Shared {
            most,
            most_of_a_source,
            present: Mutex::default(),
        }))
    }

    /// Lets somebody in.
    pub(crate) fn enter(&self, from: IpAddr) -> Place {
        let source = source(from);
        let goes = Arc::new(Notify::new());
        let mut present = self.present();
        let is_same = |(other, _): &(IpAddr, Arc<Notify>)| *other == source;
        let same = present.iter().filter(|one| is_same(one)).count();
        let one_too_many = if same >= self.0.most_of_a_source {
            present.iter().position(is_same)
        } else {
            (present.len() >= self.0.most).then_some(0)
        };
        if let Some((_, oldest)) = one_too_many.and_then(|place| present.remove(place)) {
            oldest.notify_one();
        }
        present.push_back((source, goes.clone()));
        drop(present);
        let crowd = self.clone();
        Place { crowd, goes }
    }

    fn present(&self) -> MutexGuard<'_, VecDeque<(IpAddr, Arc<Notify>)>> {
        // It changes in single steps that don't panic.
        let present = &self.0.present;
        present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Waits until somebody else needs the place.
    pub(crate) async fn lost(&self) {
        self.goes.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut present = self.crowd.present();
        present.retain(|(_, goes)| !Arc::ptr_eq(goes, &self.goes));
    }
}

/// Gives whose address it is: of IPv6 a single machine has a whole network.
fn source(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        short @ IpAddr::V4(_) => short,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn has_lost(place: &Place) -> bool {
        place.lost().now_or_never().is_some()
    }

    #[test]
    fn the_oldest_of_the_same_source_goes_first_and_then_the_oldest_of_all() {
        let crowd = Crowd::new(4, 2);
        let [a, b, c] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map(|text| text.parse().unwrap());
        let first = crowd.enter(b);
        let greedy: Vec<_> = (0..5).map(|_| crowd.enter(a)).collect();
        assert!(!has_lost(&first));
        let lost: Vec<_> = greedy.iter().map(has_lost).collect();
        assert_eq!(lost, [true, true, true, false, false]);
        let _third = crowd.enter(c);
        assert!(!has_lost(&first));
        let _fourth = crowd.enter(c);
        assert!(has_lost(&first));
    }

    #[test]
    fn who_leaves_makes_room() {
        let crowd = Crowd::new(1, 1);
        let from = "10.0.0.1".parse().unwrap();
        drop(crowd.enter(from));
        let stays = crowd.enter(from);
        assert!(!has_lost(&stays));
    }

    #[test]
    fn a_network_of_ipv6_is_one_source() {
        let [a, b, c] = ["2001:db8::1", "2001:db8::2:1", "2001:db8:0:1::1"]
            .map(|text| source(text.parse().unwrap()));
        assert_eq!(a, b);
        assert_ne!(a, c);
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().unwrap();
        assert_eq!(source(mapped), "10.0.0.1".parse::<IpAddr>().unwrap());
    }
}
