//! From values to lengths, with ticks at round numbers.

use crate::report::words::decimals;

/// An axis: where values stand between two ends, and which have ticks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    step: f64,
}

impl Axis {
    /// Makes an axis from `from` to `to` that shows all values between two, with about so many steps
    /// of 1, 2 or 5 times a power of ten; it begins and ends at a tick.
    pub(super) fn new((low, high): (f64, f64), (from, to): (f64, f64), steps: f64) -> Axis {
        let apart = high - low;
        let (low, high) = if apart.is_finite() && apart > high.abs().max(low.abs()) * 1e-9 {
            (low, high)
        } else {
            let middle = if low.is_finite() { low } else { 0.0 };
            let reach = (middle.abs() * 0.01).max(1e-3);
            (middle - reach, middle + reach)
        };
        let rough = (high - low) / steps.max(1.0);
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power);
        let step = step
            .into_iter()
            .find(|step| *step >= rough * 0.999)
            .unwrap_or(10.0 * power);
        Axis {
            low: (low / step + 1e-6).floor() * step,
            high: (high / step - 1e-6).ceil() * step,
            from,
            to,
            step,
        }
    }

    /// Gives the place of a value; one beyond an end is put there.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        self.from + share * (self.to - self.from)
    }

    /// Says whether a value lies on it.
    pub(super) fn shows(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Gives the places of all ticks, with the numbers that stand there.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let places = (0..12).find(|places| {
            let scaled = self.step * 10_f64.powi(*places);
            (scaled - scaled.round()).abs() < 1e-6 * scaled
        });
        let places = places.map_or(12, i32::unsigned_abs) as usize;
        let tick = |number: u32| {
            let value = self.low + f64::from(number) * self.step;
            (value <= self.high + self.step * 1e-6)
                .then(|| (self.at(value), decimals(value, places)))
        };
        (0..100).map_while(tick).collect()
    }

    pub(super) fn ends(&self) -> (f64, f64) {
        (self.from, self.to)
    }
}

/// Gives the lowest and the highest of values that are numbers; 0 and 1 where there is none.
pub(super) fn span(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let numbers = values.into_iter().filter(|value| value.is_finite());
    let ends = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if ends.0 <= ends.1 { ends } else { (0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_and_enclose_the_values() {
        let axis = Axis::new((-0.3, 4.1), (0.0, 100.0), 5.0);
        assert_eq!(labels(&axis), ["−1", "0", "1", "2", "3", "4", "5"]);
        assert_eq!(
            (axis.at(-1.0), axis.at(2.0), axis.at(5.0)),
            (0.0, 50.0, 100.0)
        );
        let fine = Axis::new((0.8123, 0.8151), (0.0, 1.0), 4.0);
        assert_eq!(labels(&fine), ["0.812", "0.813", "0.814", "0.815", "0.816"]);
    }

    proptest! {
        #[test]
        fn every_axis_has_a_few_different_ticks(
            low in -1e6..1e6_f64, apart in prop_oneof![Just(0.0), 0.0..1e-6_f64, 0.0..1e6_f64],
        ) {
            let axis = Axis::new((low, low + apart), (0.0, 600.0), 6.0);
            let ticks = axis.ticks();
            prop_assert!((2..=10).contains(&ticks.len()), "{:?}", ticks);
            prop_assert!(ticks.windows(2).all(|pair| pair[0].1 != pair[1].1), "{:?}", ticks);
            prop_assert!(ticks.iter().all(|(place, _)| (-1e-3..=600.001).contains(place)));
        }
    }
}
