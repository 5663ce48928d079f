//! What is lost against what is saved: points with whiskers, the front, and the bounds.

use super::{
    Anchor, At, Caption, Svg, TEXT,
    axis::{Axis, span},
    cut,
    labels::{self, Area, Label},
    width,
};
use crate::{Interval, report::words::decimals};

/// Points over two axes.
#[derive(Debug, Clone)]
pub(in crate::report) struct Scatter<'a> {
    pub(in crate::report) caption: Caption,
    pub(in crate::report) size: (f64, f64),
    pub(in crate::report) names: [&'a str; 2],
    pub(in crate::report) points: Vec<Point>,
    /// Points by their places, in the order in which a line joins them.
    pub(in crate::report) front: Vec<usize>,
    /// What else is held against the origin: levels of the vertical axis, with what they are called.
    pub(in crate::report) levels: Vec<Level>,
    /// The least of the horizontal and the most of the vertical axis that pass.
    pub(in crate::report) bounds: (Option<f64>, Option<f64>),
    /// What stands where points pass.
    pub(in crate::report) passing: &'a str,
    /// What the origin is called.
    pub(in crate::report) origin: &'a str,
}

/// A point with its intervals.
#[derive(Debug, Clone)]
pub(in crate::report) struct Point {
    pub(in crate::report) x: Interval,
    pub(in crate::report) y: Interval,
    pub(in crate::report) label: String,
    /// What it says when it is pointed at.
    pub(in crate::report) hint: String,
    pub(in crate::report) class: &'static str,
}

/// A level of the vertical axis.
#[derive(Debug, Clone)]
pub(in crate::report) struct Level {
    pub(in crate::report) value: f64,
    pub(in crate::report) label: String,
}

impl Scatter<'_> {
    pub(in crate::report) fn draw(&self) -> String {
        let (width, height) = self.size;
        let mut svg = Svg::new(width, height);
        let (left, right, top, bottom) = (58.0, width - 14.0, 14.0, height - 48.0);
        let x = axis(
            self.points.iter().map(|it| it.x),
            &[],
            self.bounds.0,
            (left, right),
            58.0,
        );
        let y = axis(
            self.points.iter().map(|it| it.y),
            &self.levels,
            self.bounds.1,
            (bottom, top),
            44.0,
        );
        self.draw_ground(&mut svg, (&x, &y));
        let (shown, hidden): (Vec<&Level>, Vec<&Level>) =
            self.levels.iter().partition(|level| y.shows(level.value));
        for level in &shown {
            let at = y.at(level.value);
            svg.line(At(left, at), At(right, at), "level");
        }
        let center = |point: &Point| At(x.at(point.x.estimate), y.at(point.y.estimate));
        let mut drawn: Vec<Area> = draw_hidden(&mut svg, &hidden, (left, right, top))
            .into_iter()
            .collect();
        for point in &self.points {
            let At(over, level) = center(point);
            if point.x.low < point.x.high {
                let ends = [x.at(point.x.low), x.at(point.x.high)];
                svg.line(At(ends[0], level), At(ends[1], level), "whisker");
                drawn.push(Area(At(ends[0], level - 1.0), At(ends[1], level + 1.0)));
            }
            if point.y.low < point.y.high {
                let ends = [y.at(point.y.high), y.at(point.y.low)];
                svg.line(At(over, ends[0]), At(over, ends[1]), "whisker");
                drawn.push(Area(At(over - 1.0, ends[0]), At(over + 1.0, ends[1])));
            }
        }
        let front = self
            .front
            .iter()
            .filter_map(|place| self.points.get(*place));
        let front: Vec<At> = front.map(center).collect();
        if front.len() > 1 {
            svg.polyline(front, "front");
        }
        let origin = At(x.at(0.0), y.at(0.0));
        svg.mark(origin, "exact");
        for point in &self.points {
            svg.begin(&point.hint);
            svg.mark(center(point), point.class);
            svg.end();
        }
        let texts = self.points.iter().map(|point| cut_off(point, (&x, &y)));
        let texts: Vec<String> = texts.collect();
        let named = self.points.iter().zip(&texts).map(|(point, text)| Label {
            at: center(point),
            text,
        });
        let origin = Label {
            at: origin,
            text: self.origin,
        };
        let levels = shown.iter().map(|level| Label {
            at: At(right - 60.0, y.at(level.value)),
            text: &level.label,
        });
        let all: Vec<Label<'_>> = [origin].into_iter().chain(named).chain(levels).collect();
        let frame = Area(At(left + 2.0, top + 2.0), At(right - 2.0, bottom - 2.0));
        let placed = labels::place(&all, &drawn, frame);
        let named = 1 + texts.len();
        labels::draw(&mut svg, &all[..named], &placed[..named]);
        for (label, placed) in all.iter().zip(&placed).skip(named) {
            svg.text(placed.at, Anchor::Start, "soft", label.text);
        }
        svg.finish(&self.caption)
    }

    /// Draws the axes, and what passes.
    fn draw_ground(&self, svg: &mut Svg, (x, y): (&Axis, &Axis)) {
        let ((left, right), (bottom, top)) = (x.ends(), y.ends());
        if let (Some(least), Some(most)) = self.bounds {
            svg.rectangle(At(x.at(least), y.at(most)), At(right, bottom), "passing");
            svg.text(
                At(right - 8.0, bottom - 8.0),
                Anchor::End,
                "soft",
                self.passing,
            );
        }
        for (place, label) in x.ticks() {
            svg.line(At(place, top), At(place, bottom), "grid");
            svg.text(At(place, bottom + 17.0), Anchor::Middle, "tick", &label);
        }
        for (place, label) in y.ticks() {
            svg.line(At(left, place), At(right, place), "grid");
            svg.text(At(left - 8.0, place + 4.0), Anchor::End, "tick", &label);
        }
        svg.line(At(x.at(0.0), top), At(x.at(0.0), bottom), "zero");
        svg.line(At(left, y.at(0.0)), At(right, y.at(0.0)), "zero");
        if let Some(least) = self.bounds.0.map(|least| x.at(least)) {
            svg.line(At(least, top), At(least, bottom), "bound");
        }
        if let Some(most) = self.bounds.1.map(|most| y.at(most)) {
            svg.line(At(left, most), At(right, most), "bound");
        }
        let middle = f64::midpoint(left, right);
        svg.text(
            At(middle, bottom + 38.0),
            Anchor::Middle,
            "name",
            self.names[0],
        );
        svg.upright(At(14.0, f64::midpoint(top, bottom)), "name", self.names[1]);
    }
}

/// Names levels that lie above what is shown, in a line below the upper end; gives where it stands.
fn draw_hidden(
    svg: &mut Svg,
    hidden: &[&Level],
    (left, right, top): (f64, f64, f64),
) -> Option<Area> {
    let said = hidden.iter().filter(|level| level.value > 0.0);
    let said = said.map(|level| format!("{} {}", level.label, decimals(level.value, 0)));
    let said = said.collect::<Vec<_>>().join(" · ");
    let said = cut(&format!("↑ {said}"), right - left - 16.0);
    if hidden.iter().all(|level| level.value <= 0.0) {
        return None;
    }
    svg.text(At(left + 8.0, top + TEXT), Anchor::Start, "soft", &said);
    let end = left + 8.0 + width(&said);
    Some(Area(At(left + 8.0, top), At(end, top + 1.25 * TEXT)))
}

/// Gives a point's label; of one beyond an end, which stands there, with an arrow and the figure.
fn cut_off(point: &Point, (x, y): (&Axis, &Axis)) -> String {
    let ends = [
        ("←", "→", point.x.estimate, x),
        ("↓", "↑", point.y.estimate, y),
    ];
    let beyond = ends.into_iter().filter_map(|(below, above, value, axis)| {
        let arrow = if value < 0.0 { below } else { above };
        (!axis.shows(value)).then(|| format!(" {arrow} {}", decimals(value, 0)))
    });
    point.label.clone() + &beyond.collect::<String>()
}

/// The least of percent that an axis shows: less is noise.
const LEAST: f64 = 2.0;

/// The most: no more can be saved, and what is beyond would press everything else together.
const MOST: f64 = 100.0;

/// Makes an axis that shows zero, the bound and all estimates up to [`MOST`], and whiskers and levels as
/// far as they don't press everything else together.
fn axis(
    values: impl Iterator<Item = Interval> + Clone,
    levels: &[Level],
    bound: Option<f64>,
    ends: (f64, f64),
    apart: f64,
) -> Axis {
    let must = values.clone().map(|it| it.estimate.clamp(-MOST, MOST));
    let (low, high) = span(must.chain([0.0]).chain(bound));
    let more = (LEAST - (high - low)).max(0.0) / 2.0;
    let (low, high) = (low - more, high + more);
    let room = (high - low) * 0.6;
    let levels = levels.iter().map(|level| level.value);
    let levels = levels.filter(|level| (low - room..=high + room).contains(level));
    let (lowest, highest) = span(values.flat_map(|it| [it.low, it.high]).chain(levels));
    let margin = (high - low) * 0.04;
    let shown = (
        (low - margin).min(lowest.max(low - room)),
        (high + margin).max(highest.min(high + room)),
    );
    let shown = (shown.0.max(-MOST), shown.1.min(MOST));
    Axis::new(shown, ends, ((ends.1 - ends.0).abs() / apart).floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(saved: f64, lost: f64, label: &str) -> Point {
        let exactly = |value| Interval {
            low: value,
            estimate: value,
            high: value,
        };
        Point {
            x: exactly(saved),
            y: exactly(lost),
            label: label.to_owned(),
            hint: String::new(),
            class: "fail",
        }
    }

    fn level(value: f64, label: &str) -> Level {
        Level {
            value,
            label: label.to_owned(),
        }
    }

    #[test]
    fn what_lies_beyond_hundred_percent_stands_at_the_edge_with_its_figure() {
        let scatter = Scatter {
            caption: Caption {
                id: "fig",
                title: String::new(),
                alt: String::new(),
            },
            size: (800.0, 440.0),
            names: ["saved, %", "lost, %"],
            points: vec![point(-1235.0, 2.0, "11"), point(99.0, 1.0, "2")],
            front: Vec::new(),
            levels: vec![level(2.5, "north alone"), level(40.0, "tells nothing")],
            bounds: (Some(10.0), Some(3.0)),
            passing: "passes",
            origin: "exact",
        };
        let drawn = scatter.draw();
        assert!(drawn.contains(">11 ← −1235</text>"), "{drawn}");
        assert!(drawn.contains(">−100</text>") && drawn.contains(">100</text>"));
        assert!(!drawn.contains(">150</text>") && !drawn.contains(">−150</text>"));
        // Who is on the axis has a line, who is above it is named.
        assert_eq!(drawn.matches("class=\"level\"").count(), 1);
        assert!(drawn.contains(">north alone</text>"));
        assert!(drawn.contains(">↑ tells nothing 40</text>"), "{drawn}");
    }
}
