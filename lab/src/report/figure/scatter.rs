//! What is lost against what is saved: points with whiskers, the front, and the bounds.

use super::{
    Anchor, At, Caption, Svg,
    axis::{Axis, span},
    labels::{self, Area, Label},
};
use crate::Interval;

/// Points over two axes.
#[derive(Debug, Clone)]
pub(in crate::report) struct Scatter<'a> {
    pub(in crate::report) caption: Caption,
    pub(in crate::report) size: (f64, f64),
    pub(in crate::report) names: [&'a str; 2],
    pub(in crate::report) points: Vec<Point>,
    /// Points by their places, in the order in which a line joins them.
    pub(in crate::report) front: Vec<usize>,
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

impl Scatter<'_> {
    pub(in crate::report) fn draw(&self) -> String {
        let (width, height) = self.size;
        let mut svg = Svg::new(width, height);
        let (left, right, top, bottom) = (58.0, width - 14.0, 14.0, height - 48.0);
        let x = axis(
            self.points.iter().map(|it| it.x),
            self.bounds.0,
            (left, right),
            58.0,
        );
        let y = axis(
            self.points.iter().map(|it| it.y),
            self.bounds.1,
            (bottom, top),
            44.0,
        );
        self.draw_ground(&mut svg, (&x, &y));
        let center = |point: &Point| At(x.at(point.x.estimate), y.at(point.y.estimate));
        let mut drawn = Vec::new();
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
        let named = self.points.iter().map(|point| Label {
            at: center(point),
            text: &point.label,
        });
        let origin = Label {
            at: origin,
            text: self.origin,
        };
        let all: Vec<Label<'_>> = [origin].into_iter().chain(named).collect();
        let frame = Area(At(left + 2.0, top + 2.0), At(right - 2.0, bottom - 2.0));
        let placed = labels::place(&all, &drawn, frame);
        labels::draw(&mut svg, &all, &placed);
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

/// The least of percent that an axis shows: less is noise.
const LEAST: f64 = 2.0;

/// Makes an axis that shows all estimates, zero and the bound, and whiskers as far as they don't
/// press everything else together.
fn axis(
    values: impl Iterator<Item = Interval> + Clone,
    bound: Option<f64>,
    ends: (f64, f64),
    apart: f64,
) -> Axis {
    let must = values.clone().map(|it| it.estimate);
    let (low, high) = span(must.chain([0.0]).chain(bound));
    let more = (LEAST - (high - low)).max(0.0) / 2.0;
    let (low, high) = (low - more, high + more);
    let room = (high - low) * 0.6;
    let (lowest, highest) = span(values.flat_map(|it| [it.low, it.high]));
    let margin = (high - low) * 0.04;
    let shown = (
        (low - margin).min(lowest.max(low - room)),
        (high + margin).max(highest.min(high + room)),
    );
    Axis::new(shown, ends, ((ends.1 - ends.0).abs() / apart).floor())
}
