//! Rows of marks over one axis, with intervals where there are any.

use super::{
    Anchor, At, Caption, Svg, TEXT,
    axis::{Axis, span},
    width, wrapped,
};
use crate::Interval;

/// Rows of marks over one axis.
#[derive(Debug, Clone)]
pub struct Dots<'a> {
    /// What it is called and shows.
    pub caption: Caption,
    /// How wide it is, in its units.
    pub width: f64,
    /// The axis's name.
    pub name: &'a str,
    /// From above down.
    pub rows: Vec<Row>,
    /// Values can't lie beyond these, and the axis doesn't go there: a share not below 0.
    pub within: (f64, f64),
    /// A value that all are held against.
    pub reference: Option<f64>,
    /// What marks of each class are, where rows have several.
    pub legend: Vec<(&'static str, &'a str)>,
}

/// A row: from above down they are in order.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name, left of it.
    pub label: String,
    /// Its marks.
    pub dots: Vec<Dot>,
    /// What stands in the place of marks, where there are none.
    pub instead: Option<String>,
}

/// A mark with its interval.
#[derive(Debug, Clone)]
pub struct Dot {
    /// Where it stands.
    pub value: Interval,
    /// Its class, which says its shape and colour.
    pub class: &'static str,
    /// What it says when it is pointed at.
    pub hint: String,
}

/// How far rows are apart, and how much farther for each mark more that they have.
const APART: f64 = 22.0;
const MORE: f64 = 5.0;
/// How far lines of one label are.
const LINE: f64 = 14.0;

impl Dots<'_> {
    /// Draws it.
    pub fn draw(&self) -> String {
        let widest = self
            .rows
            .iter()
            .map(|row| width(&row.label))
            .fold(0.0, f64::max);
        let left = (widest + 18.0).clamp(60.0, self.width * 0.42);
        let right = self.width - 18.0;
        let top = if self.legend.is_empty() { 8.0 } else { 34.0 };
        let marks = self
            .rows
            .iter()
            .map(|row| row.dots.len())
            .max()
            .unwrap_or(0);
        let apart = APART + MORE * marks.saturating_sub(1) as f64;
        let labels = self.rows.iter().map(|row| wrapped(&row.label, left - 14.0));
        let labels: Vec<Vec<String>> = labels.collect();
        let tall = |label: &Vec<String>| apart.max(LINE * label.len() as f64 + 6.0);
        let bottom = top + labels.iter().map(tall).sum::<f64>();
        let mut svg = Svg::new(self.width, bottom + 46.0);
        let dots = || self.rows.iter().flat_map(|row| &row.dots);
        let estimates = dots().map(|dot| dot.value.estimate).chain(self.reference);
        let (low, high) = span(estimates);
        // Whiskers of usual length are seen whole, whatever lies between the marks.
        let mut lengths: Vec<f64> = dots()
            .map(|dot| dot.value.high - dot.value.low)
            .filter(|length| length.is_finite())
            .collect();
        lengths.sort_by(f64::total_cmp);
        let usual = lengths.get(lengths.len() / 2).copied().unwrap_or(0.0);
        let room = (high - low).max(high.abs() * 0.002).max(usual);
        let (lowest, highest) = span(dots().flat_map(|dot| [dot.value.low, dot.value.high]));
        let shown = (
            low.min(lowest.max(low - room)) - room * 0.03,
            high.max(highest.min(high + room)) + room * 0.03,
        );
        let shown = (shown.0.max(self.within.0), shown.1.min(self.within.1));
        let x = Axis::new(shown, (left, right), ((right - left) / 75.0).floor());
        for (place, label) in x.ticks() {
            svg.line(At(place, top), At(place, bottom), "grid");
            svg.text(At(place, bottom + 17.0), Anchor::Middle, "tick", &label);
        }
        svg.text(
            At(f64::midpoint(left, right), bottom + 38.0),
            Anchor::Middle,
            "name",
            self.name,
        );
        if let Some(reference) = self.reference.filter(|value| x.shows(*value)) {
            svg.line(
                At(x.at(reference), top),
                At(x.at(reference), bottom),
                "bound",
            );
        }
        self.draw_legend(&mut svg, left);
        let mut above = top;
        for (row, label) in self.rows.iter().zip(&labels) {
            let level = above + tall(label) / 2.0;
            svg.begin(&row.label);
            let first = level - LINE * (label.len() as f64 - 1.0) / 2.0;
            for (number, line) in label.iter().enumerate() {
                let at = At(left - 10.0, first + LINE * number as f64 + 4.0);
                svg.text(at, Anchor::End, "row", line);
            }
            svg.end();
            if let Some(instead) = &row.instead {
                svg.text(At(left + 8.0, level + 4.0), Anchor::Start, "soft", instead);
            }
            let middle = row.dots.len().saturating_sub(1) as f64 / 2.0;
            for (place, dot) in row.dots.iter().enumerate() {
                draw_dot(&mut svg, dot, &x, level + MORE * (place as f64 - middle));
            }
            if marks > 1 && above > top {
                svg.line(At(left, above), At(right, above), "grid");
            }
            above += tall(label);
        }
        svg.line(At(left, bottom), At(right, bottom), "axis");
        svg.finish(&self.caption)
    }

    fn draw_legend(&self, svg: &mut Svg, left: f64) {
        let all = self.legend.iter().map(|(_, text)| width(text) + 34.0);
        let mut at = left.min(self.width - all.sum::<f64>()).max(8.0);
        for (class, text) in &self.legend {
            svg.mark(At(at + 6.0, 14.0), class);
            svg.text(At(at + 16.0, 14.0 + TEXT / 3.0), Anchor::Start, "row", text);
            at += width(text) + 34.0;
        }
    }
}

fn draw_dot(svg: &mut Svg, dot: &Dot, x: &Axis, level: f64) {
    svg.begin(&dot.hint);
    if dot.value.low < dot.value.high {
        let ends = [dot.value.low, dot.value.high].map(|end| x.at(end));
        svg.line(At(ends[0], level), At(ends[1], level), "whisker");
    }
    svg.mark(At(x.at(dot.value.estimate), level), dot.class);
    svg.end();
}
