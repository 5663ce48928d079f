//! How long the cells that are left will take.

use std::{collections::BTreeMap, time::Duration};

use consilium_lab::{Arm, Cell};

/// How long cells of each arm took.
#[derive(Debug, Default)]
pub(super) struct Pace {
    taken: BTreeMap<Arm, (Duration, u32)>,
}

impl Pace {
    pub(super) fn note(&mut self, arm: &Arm, took: Duration) {
        let (sum, count) = self.taken.entry(arm.clone()).or_default();
        *sum += took;
        *count += 1;
    }

    /// Gives how long these cells will take in so many hands; nothing before any is finished. What no
    /// cell of its arm has shown yet is reckoned as the mean of all.
    pub(super) fn left<'a>(
        &self,
        cells: impl Iterator<Item = &'a Cell>,
        hands: usize,
    ) -> Option<Duration> {
        let all = self.taken.values();
        let count: u32 = all.clone().map(|(_, count)| count).sum();
        let mean = all
            .map(|(sum, _)| *sum)
            .sum::<Duration>()
            .checked_div(count)?;
        let usual = |cell: &Cell| {
            let own = self.taken.get(&cell.arm);
            own.map_or(mean, |(sum, count)| *sum / *count)
        };
        let sum: Duration = cells.map(usual).sum();
        Some(sum.div_f64(hands.max(1) as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(arm: Arm) -> Cell {
        Cell {
            arm,
            seed: 1,
            fold: 0,
        }
    }

    #[test]
    fn what_is_left_goes_by_the_arm_or_by_the_mean() {
        let mut pace = Pace::default();
        let left = [Arm::Pooled, Arm::Exact, Arm::Exact].map(cell);
        assert_eq!(pace.left(left.iter(), 2), None);
        pace.note(&Arm::Exact, Duration::from_secs(8));
        pace.note(&Arm::Exact, Duration::from_secs(12));
        assert_eq!(pace.left(left.iter(), 2), Some(Duration::from_secs(15)));
        pace.note(&Arm::Pooled, Duration::from_secs(4));
        assert_eq!(pace.left(left.iter(), 2), Some(Duration::from_secs(12)));
    }
}
