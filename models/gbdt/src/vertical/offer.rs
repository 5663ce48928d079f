//! What a feature holder's sums of a node are worth.

use std::cmp::Ordering;

use consilium_lwe::Opened;

use super::messages::{Pick, Weight};
use crate::{Criterion, Place, Sums};

/// The candidates of one feature holder for one node that are worth most.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offer {
    pub(crate) gain: f64,
    /// With the sums of their sets.
    pub(crate) picks: Vec<(Pick, Sums)>,
}

/// What a feature holder's sums of a node are judged by.
#[derive(Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) criterion: &'a Criterion,
    pub(crate) place: &'a Place,
}

impl Judge<'_> {
    /// Keeps what is worth most; sums that no rows have are passed over.
    pub(crate) fn weigh(self, offer: &mut Offer, pack: u32, opened: &[Opened]) {
        let whole = self.place.sums;
        for &Opened { slot, sums } in opened {
            let sums = Sums {
                g: sums[0],
                h: sums[1],
            };
            let rest = whole - sums;
            if sums.h < 0 || rest.h < 0 {
                continue;
            }
            let Some(gain) = self.criterion.gain(whole, sums, self.place.bounds, None) else {
                continue;
            };
            if offer.picks.is_empty() || gain > offer.gain {
                offer.gain = gain;
                offer.picks.clear();
            }
            if gain >= offer.gain {
                let weight = match sums.h.cmp(&rest.h) {
                    Ordering::Less => Weight::Lighter,
                    Ordering::Equal => Weight::Equal,
                    Ordering::Greater => Weight::Heavier,
                };
                let pick = Pick { pack, slot, weight };
                offer.picks.push((pick, sums));
            }
        }
    }
}
