//! Measures as scores: the higher, the harder people are to find again.

use serde::Serialize;

use crate::{Advantage, Report};

/// What one measure is worth, from 0 to 100. These functions are ours; no standard says so.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// Which measure: `prosecutor`, `at-risk`, `uniqueness`, `closeness`, `membership` or `sensitivity`.
    pub id: &'static str,
    /// 100 is safe.
    pub score: f64,
    /// The lower bound of its 95 % interval; the score itself where it is exact for the rows at hand.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl Report {
    /// The scores of what was measured of a table: 100 less the per cent of rows that a prosecutor finds on
    /// average, of rows above the threshold, of rows that are alone, and of the way to the farthest that
    /// the distribution of a sensitive column in a class could lie from that in all rows.
    ///
    /// They are exact for the rows at hand. Without sensitive columns there is no `closeness`.
    pub fn scores(&self) -> Vec<Score> {
        let prosecutor = &self.risks.prosecutor;
        let mut scores = vec![
            exact("prosecutor", prosecutor.average),
            exact("at-risk", prosecutor.at_risk),
            exact("uniqueness", self.curve.uniqueness),
        ];
        let farthest = self.sensitive.iter().map(|it| it.closeness);
        scores.extend(farthest.reduce(f64::max).map(|t| exact("closeness", t)));
        scores
    }
}

impl Advantage {
    /// The score of a model that gives away who taught it: 100 less the advantage in per cent.
    ///
    /// The best of many thresholds is above 0 by chance alone, the more so the fewer rows an attack was tried
    /// on. That isn't taken off: a small trial should not prove a model safe.
    pub fn score(&self) -> Score {
        Score {
            id: "membership",
            score: left(self.advantage),
            low: left(self.interval.high),
            high: left(self.interval.low),
        }
    }
}

/// The score of the highest level of sensitivity of GB/T 39725-2020 among columns: 100 of level 1, and 25 less
/// with each further one.
pub fn sensitivity_score(level: u8) -> Score {
    exact("sensitivity", f64::from(level.clamp(1, 5) - 1) / 4.0)
}

fn exact(id: &'static str, risk: f64) -> Score {
    let score = left(risk);
    Score {
        id,
        score,
        low: score,
        high: score,
    }
}

/// What a risk leaves of 100.
fn left(risk: f64) -> f64 {
    100.0 * (1.0 - risk.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Table, Threshold};

    #[test]
    fn the_more_people_are_alone_the_lower_the_scores() {
        let column = |name: &str, cells: &[u32]| {
            Column::of(name, cells.iter().map(|cell| Some(*cell))).unwrap()
        };
        let scores = |ages: &[u32]| {
            let table = Table {
                quasi: vec![column("age", ages)],
                sensitive: vec![column("sick", &[1, 0, 1, 0])],
                direct: Vec::new(),
                person: None,
                population: None,
                population_rows: None,
                threshold: Threshold::new(0.5).unwrap(),
            };
            let report = Report::of(&table).unwrap();
            report.scores().into_iter().map(|it| (it.id, it.score))
        };
        assert_eq!(
            scores(&[7, 7, 8, 9]).collect::<Vec<_>>(),
            [
                ("prosecutor", 25.0),
                ("at-risk", 50.0),
                ("uniqueness", 50.0),
                ("closeness", 50.0)
            ]
        );
        let hidden: Vec<_> = scores(&[7; 4]).map(|(_, score)| score).collect();
        assert_eq!(hidden, [75.0, 100.0, 100.0, 100.0]);
        let levels = [1, 3, 5, 9].map(|level| sensitivity_score(level).score);
        assert!(levels.windows(2).all(|pair| pair[0] >= pair[1]));
        assert_eq!((levels[0], levels[2]), (100.0, 0.0));
    }
}
