//! Where labels stand, so that they hide neither each other nor what is drawn.

use super::{Anchor, At, TEXT, width};

/// A label that wants to stand near a place.
#[derive(Debug, Clone)]
pub(super) struct Label<'a> {
    pub(super) at: At,
    pub(super) text: &'a str,
}

/// Where a label stands: the left end of its base line, and whether a line leads there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) at: At,
    pub(super) leader: Option<At>,
}

/// A rectangle by its upper left and lower right corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area(pub(super) At, pub(super) At);

/// How far labels may stand from their places.
const REACHES: [f64; 6] = [9.0, 14.0, 22.0, 34.0, 50.0, 70.0];
/// What stays free on both sides of a label.
const GAP: f64 = 5.0;
/// The directions that are tried, the most wanted first: in turns to the right of up.
const DIRECTIONS: [f64; 12] = [
    0.125, 0.25, 0.375, 0.875, 0.75, 0.625, 0.0, 0.5, 0.06, 0.94, 0.44, 0.56,
];

impl Area {
    fn overlap(&self, other: &Area) -> f64 {
        let width = self.1.0.min(other.1.0) - self.0.0.max(other.0.0);
        let height = self.1.1.min(other.1.1) - self.0.1.max(other.0.1);
        width.max(0.0) * height.max(0.0)
    }

    fn holds(&self, other: &Area) -> bool {
        self.0.0 <= other.0.0
            && self.0.1 <= other.0.1
            && self.1.0 >= other.1.0
            && self.1.1 >= other.1.1
    }

    /// Gives the area around a place.
    pub(super) fn around(At(x, y): At, reach: f64) -> Area {
        Area(At(x - reach, y - reach), At(x + reach, y + reach))
    }
}

/// Places labels within a frame, one after the other, each where it hides least; `drawn` is what
/// should stay visible, the labels' own places besides.
pub(super) fn place(labels: &[Label<'_>], drawn: &[Area], frame: Area) -> Vec<Placed> {
    let marks: Vec<Area> = labels
        .iter()
        .map(|label| Area::around(label.at, 5.0))
        .collect();
    let mut taken: Vec<Area> = Vec::new();
    let mut placed = Vec::new();
    for label in labels {
        let cost = |(_, area): &(f64, Area)| {
            let hidden = |areas: &[Area]| areas.iter().map(|it| area.overlap(it)).sum::<f64>();
            10.0 * hidden(&taken) + 5.0 * hidden(&marks) + hidden(drawn)
        };
        let candidates = candidates(label);
        let inside = candidates.iter().filter(|(_, area)| frame.holds(area));
        let best =
            inside.min_by(|one, other| (cost(one) + one.0).total_cmp(&(cost(other) + other.0)));
        let (_, area) = best.unwrap_or(&candidates[0]);
        taken.push(*area);
        placed.push(Placed {
            at: At(area.0.0 + GAP, area.1.1 - 0.25 * TEXT),
            leader: leader(label.at, area),
        });
    }
    placed
}

/// Gives where a label may stand, each with what it costs to be so far off.
fn candidates(label: &Label<'_>) -> Vec<(f64, Area)> {
    let (wide, high) = (width(label.text) + 2.0 * GAP, TEXT * 1.1);
    let mut all = Vec::new();
    for reach in REACHES {
        for (rank, turn) in (0_u8..).zip(DIRECTIONS) {
            let angle = turn * std::f64::consts::TAU;
            let (right, up) = (angle.sin(), angle.cos());
            let x = label.at.0 + reach * right + wide / 2.0 * (right * 1.6).clamp(-1.0, 1.0);
            let y = label.at.1 - reach * up - high / 2.0 * (up * 1.6).clamp(-1.0, 1.0);
            let corner = At(x - wide / 2.0, y - high / 2.0);
            let area = Area(corner, At(corner.0 + wide, corner.1 + high));
            all.push((reach * 0.8 + f64::from(rank), area));
        }
    }
    all
}

/// Gives where a line from a label's place to the label ends, if the label is so far off that it
/// needs one.
fn leader(from: At, area: &Area) -> Option<At> {
    let nearest = At(
        from.0.clamp(area.0.0, area.1.0),
        from.1.clamp(area.0.1, area.1.1),
    );
    let apart = (nearest.0 - from.0).hypot(nearest.1 - from.1);
    (apart > 13.0).then_some(nearest)
}

/// Draws labels where they were placed.
pub(super) fn draw(svg: &mut super::Svg, labels: &[Label<'_>], placed: &[Placed]) {
    for (label, placed) in labels.iter().zip(placed) {
        if let Some(end) = placed.leader {
            svg.line(label.at, end, "leader");
        }
        svg.text(placed.at, Anchor::Start, "label", label.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_labels_of_crowded_points_overlap_nowhere() {
        let texts: Vec<String> = (1..=20).map(|number| number.to_string()).collect();
        let labels: Vec<Label<'_>> = (0_u8..)
            .zip(&texts)
            .map(|(number, text)| Label {
                at: At(
                    200.0 + f64::from(number % 5) * 14.0,
                    150.0 + f64::from(number / 5) * 12.0,
                ),
                text,
            })
            .collect();
        let frame = Area(At(0.0, 0.0), At(500.0, 400.0));
        let placed = place(&labels, &[], frame);
        let areas: Vec<Area> = placed
            .iter()
            .zip(&labels)
            .map(|(placed, label)| {
                let bottom = placed.at.1 + 0.25 * TEXT;
                let top = At(placed.at.0, bottom - 1.1 * TEXT);
                Area(top, At(placed.at.0 + width(label.text), bottom))
            })
            .collect();
        for (number, one) in areas.iter().enumerate() {
            assert!(frame.holds(one), "{one:?}");
            for other in &areas[..number] {
                assert!(one.overlap(other) < 1e-6, "{one:?} {other:?}");
            }
        }
        assert_eq!(
            placed,
            place(&labels, &[], frame),
            "the same page each time"
        );
    }
}
