//! Curves over iterations.

use super::{
    Anchor, At, Caption, Svg, TEXT,
    axis::{Axis, span},
    labels::{self, Area, Label, Placed},
};

/// Curves over iterations, from the one before the first on.
#[derive(Debug, Clone)]
pub(in crate::report) struct Lines<'a> {
    pub(in crate::report) caption: Caption,
    pub(in crate::report) size: (f64, f64),
    pub(in crate::report) names: [&'a str; 2],
    /// From the lowest to the uppermost.
    pub(in crate::report) curves: Vec<Curve>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(in crate::report) struct Curve {
    pub(in crate::report) label: String,
    /// What it says when it is pointed at.
    pub(in crate::report) hint: String,
    pub(in crate::report) class: &'static str,
    pub(in crate::report) values: Vec<f64>,
}

impl Lines<'_> {
    pub(in crate::report) fn draw(&self) -> String {
        let (width, height) = self.size;
        let mut svg = Svg::new(width, height);
        let (left, right, top, bottom) = (66.0, width - 90.0, 14.0, height - 48.0);
        let shown = shown(&self.curves);
        let last = shown.saturating_sub(1).max(1) as f64;
        let x = Axis::new((0.0, last), (left, right), last.min(8.0));
        let last_place = x.at(last);
        let values = self
            .curves
            .iter()
            .flat_map(|curve| curve.values.iter().copied());
        let y = Axis::new(span(values), (bottom, top), 5.0);
        for (place, label) in x.ticks() {
            svg.line(At(place, bottom), At(place, bottom + 4.0), "axis");
            svg.text(At(place, bottom + 18.0), Anchor::Middle, "tick", &label);
        }
        for (place, label) in y.ticks() {
            svg.line(At(left, place), At(right, place), "grid");
            svg.text(At(left - 8.0, place + 4.0), Anchor::End, "tick", &label);
        }
        svg.line(At(left, bottom), At(right, bottom), "axis");
        svg.text(
            At(f64::midpoint(left, right), bottom + 38.0),
            Anchor::Middle,
            "name",
            self.names[0],
        );
        svg.upright(At(14.0, f64::midpoint(top, bottom)), "name", self.names[1]);
        let place = |(number, value): (usize, &f64)| {
            value
                .is_finite()
                .then(|| At(x.at(number as f64), y.at(*value)))
        };
        let texts = self.curves.iter().map(|curve| match curve.values.len() {
            long if long > shown => format!("{} → {}", curve.label, long - 1),
            _ => curve.label.clone(),
        });
        let texts: Vec<String> = texts.collect();
        let (mut drawn, mut early, mut late) = (Vec::new(), Vec::new(), Vec::new());
        for (curve, text) in self.curves.iter().zip(&texts) {
            let values = curve.values.iter().take(shown);
            let places: Vec<At> = values.enumerate().filter_map(place).collect();
            svg.begin(&curve.hint);
            svg.polyline(places.iter().copied(), &format!("curve {}", curve.class));
            svg.end();
            drawn.extend(places.iter().map(|at| Area::around(*at, 2.0)));
            if let Some(at) = places.last() {
                let label = Label { at: *at, text };
                let is_late = at.0 > last_place - 2.0 * TEXT;
                if is_late { &mut late } else { &mut early }.push(label);
            }
        }
        let frame = Area(At(left, top), At(right, bottom - 2.0));
        let placed = labels::place(&early, &drawn, frame);
        labels::draw(&mut svg, &early, &placed);
        late.sort_by(|one, other| one.at.1.total_cmp(&other.at.1));
        let placed = column(&late, right + 22.0, (top, bottom));
        labels::draw(&mut svg, &late, &placed);
        svg.finish(&self.caption)
    }
}

/// How many times as long as the middle one of all curves the picture is at most.
const MOST: usize = 5;

/// Gives how many values of a curve are shown: all, but where one is so long that it would press the
/// others together.
fn shown(curves: &[Curve]) -> usize {
    let mut lengths: Vec<usize> = curves.iter().map(|curve| curve.values.len()).collect();
    lengths.sort_unstable();
    let longest = lengths.last().copied().unwrap_or(0);
    let middle = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
    longest.min(MOST * middle.saturating_sub(1) + 1)
}

/// Places labels one below the other, each as near to its place as those above let it, as a whole
/// within two ends.
fn column(labels: &[Label<'_>], left: f64, (top, bottom): (f64, f64)) -> Vec<Placed> {
    let high = (TEXT * 1.1).min((bottom - top) / labels.len().max(1) as f64);
    // Groups of labels that touch each other: the first of each, how many, and the middle.
    let mut groups: Vec<(usize, f64)> = Vec::new();
    for label in labels {
        let mut group = (1, label.at.1);
        while let Some((count, middle)) = groups.last().copied() {
            let reach = high * (count + group.0) as f64 / 2.0;
            if group.1 - middle >= reach {
                break;
            }
            let both = count + group.0;
            let weighed = middle * count as f64 + group.1 * group.0 as f64;
            group = (both, weighed / both as f64);
            groups.pop();
        }
        let reach = high * group.0 as f64 / 2.0;
        group.1 = group.1.min(bottom - reach).max(top + reach);
        groups.push(group);
    }
    let levels = groups.into_iter().flat_map(|(count, middle)| {
        let first = middle - high * (count as f64 - 1.0) / 2.0;
        (0..count).map(move |place| first + high * place as f64)
    });
    let placed = labels.iter().zip(levels).map(|(label, level)| Placed {
        at: At(left, level + TEXT / 3.0),
        leader: (label.at.0 < left).then_some(At(left - 3.0, level)),
    });
    placed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_that_is_far_longer_than_others_is_cut_and_says_how_long_it_is() {
        let curve = |long: usize| Curve {
            label: "7".into(),
            hint: String::new(),
            class: "pass",
            values: vec![0.5; long],
        };
        let lines = |curves| Lines {
            caption: Caption {
                id: "fig",
                title: String::new(),
                alt: String::new(),
            },
            size: (800.0, 400.0),
            names: ["updates", "loss"],
            curves,
        };
        let drawn = lines(vec![curve(6), curve(7), curve(101)]).draw();
        assert!(drawn.contains(">7 → 100</text>") && !drawn.contains(">100</text>"));
        let drawn = lines(vec![curve(6), curve(7), curve(20)]).draw();
        assert!(!drawn.contains('→'));
    }

    #[test]
    fn labels_of_curves_that_end_together_stand_one_below_the_other() {
        let ends = [10.0, 100.0, 101.0, 101.5, 199.0, 199.5];
        let labels = ends.map(|level| Label {
            at: At(300.0, level),
            text: "7",
        });
        let placed = column(&labels, 320.0, (0.0, 200.0));
        let levels: Vec<f64> = placed.iter().map(|it| it.at.1).collect();
        let apart = levels.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(apart.clone().all(|apart| apart > 13.1), "{levels:?}");
        assert!(levels[0] < 20.0 && levels[5] < 200.0, "{levels:?}");
    }
}
