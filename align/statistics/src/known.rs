//! What all contributors know alike: read off opened sums, the same everywhere.

use std::collections::BTreeMap;

use crate::{
    Agreement,
    agreement::{MOST_CELLS, PAIR, PARTS, Stage},
    codes::Vocabulary,
    grid::{Grid, ROUND},
    moments::Pair,
    noise::Scale,
    quantile::Target,
    specification::Kind,
};

/// Everything that was opened, over all rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) rows: u64,
    pub(crate) periods: Vec<u64>,
    pub(crate) columns: Vec<Known1>,
    /// Pairs of correlated columns, the upper triangle row by row.
    pub(crate) pairs: Vec<Pair>,
}

/// The same of one column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known1 {
    pub(crate) missing: u64,
    pub(crate) outside: u64,
    /// Rows with a value of the range, a level or a text.
    pub(crate) inside: u64,
    /// Rows by level; no before yes.
    pub(crate) levels: Vec<u64>,
    /// Of numbers, on the range's scale of 0 to 1.
    pub(crate) mean: f64,
    /// Σ of squares about that mean.
    pub(crate) squares: f64,
    /// Where quantiles were found, then the smallest and the largest that may be told.
    pub(crate) targets: Vec<Target>,
    pub(crate) sketch: Vec<u64>,
    pub(crate) names: BTreeMap<String, u64>,
    pub(crate) is_incomplete: bool,
    /// Rows by class, then unit.
    pub(crate) units: Vec<Vec<u64>>,
}

/// Takes a vector piece by piece.
struct Pieces<'a>(&'a [u64]);

impl<'a> Pieces<'a> {
    fn take(&mut self, len: usize) -> &'a [u64] {
        let (piece, rest) = self.0.split_at(len);
        self.0 = rest;
        piece
    }

    fn one(&mut self) -> u64 {
        self.take(1)[0]
    }

    fn counts(&mut self, len: usize, scale: &Scale) -> Vec<u64> {
        let counts = self.take(len).iter();
        counts.map(|element| scale.count(*element)).collect()
    }
}

impl Known {
    pub(crate) fn nothing(agreement: &Agreement) -> Known {
        let columns = agreement.specification().columns.len();
        Known {
            columns: vec![Known1::default(); columns],
            ..Known::default()
        }
    }

    /// Reads an opened sum of a stage; it has the stage's length.
    pub(crate) fn learn(
        &mut self,
        agreement: &Agreement,
        (stage, scale): (Stage, &Scale),
        sum: &[u64],
        vocabularies: &BTreeMap<usize, Vocabulary>,
    ) {
        let mut pieces = Pieces(sum);
        match stage {
            Stage::Counts => self.learn_counts(agreement, scale, &mut pieces),
            Stage::Pairs => self.learn_pairs(agreement, scale, &mut pieces),
            _ => {
                for place in 0..self.columns.len() {
                    let block = agreement.block(stage, place);
                    let mut piece = Pieces(pieces.take(block));
                    if block > 0 {
                        let vocabulary = vocabularies.get(&place);
                        let of = (agreement, place, vocabulary);
                        self.columns[place].learn(of, (stage, scale), &mut piece);
                    }
                }
            }
        }
    }

    fn learn_counts(&mut self, agreement: &Agreement, scale: &Scale, pieces: &mut Pieces<'_>) {
        let spec = agreement.specification();
        self.rows = scale.count(pieces.one());
        self.periods = pieces.counts(spec.periods.len(), scale);
        for (place, column) in spec.columns.iter().enumerate() {
            let known = &mut self.columns[place];
            known.missing = scale.count(pieces.one());
            match &column.kind {
                Kind::Number { .. } | Kind::Integer { .. } => {
                    known.outside = scale.count(pieces.one());
                    let sum = scale.real(pieces.one());
                    known.inside = self.rows.saturating_sub(known.missing + known.outside);
                    let mean = 0.5 + sum / known.inside.max(1) as f64;
                    known.mean = mean.clamp(0.0, 1.0);
                    if let Some(grid) = &agreement.grids()[place] {
                        known.targets = targets(agreement, grid, known.inside);
                    }
                }
                Kind::Boolean => {
                    known.levels = pieces.counts(2, scale);
                    known.inside = known.levels.iter().sum();
                    known.mean = known.levels[1] as f64 / known.inside.max(1) as f64;
                }
                Kind::Category { levels } => {
                    known.outside = scale.count(pieces.one());
                    known.levels = pieces.counts(levels.len(), scale);
                    known.inside = known.levels.iter().sum();
                }
                Kind::Code { .. } => {
                    known.outside = scale.count(pieces.one());
                    known.inside = self.rows.saturating_sub(known.missing + known.outside);
                }
            }
        }
    }

    fn learn_pairs(&mut self, agreement: &Agreement, scale: &Scale, pieces: &mut Pieces<'_>) {
        let pairs = agreement.body_len(Stage::Pairs) / PAIR;
        let pair = |_| {
            let piece = pieces.take(PAIR);
            Pair {
                rows: scale.count(piece[0]),
                sums: std::array::from_fn(|at| scale.real(piece[at + 1])),
            }
        };
        self.pairs = (0..pairs).map(pair).collect();
    }
}

/// Looks for quantiles, smallest and largest: none where there are fewer rows than the minimum.
fn targets(agreement: &Agreement, grid: &Grid, rows: u64) -> Vec<Target> {
    let minimum = agreement.specification().minimum_cell;
    if rows < minimum {
        return Vec::new();
    }
    let ranks = agreement.shares().iter().map(|share| rank(*share, rows));
    ranks
        .chain([minimum, rows - minimum + 1])
        .map(|rank| Target::new(rank, grid))
        .collect()
}

/// Gives ⌈share·rows⌉, the rank of a quantile (Hyndman and Fan, The American Statistician 50, 1996, definition 1).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a number of rows"
)]
fn rank(share: f64, rows: u64) -> u64 {
    // 0.07 of 100 rows are 7, though the product of floating point is a little more.
    let exact = share * rows as f64 * (1.0 - 4.0 * f64::EPSILON);
    (exact.ceil() as u64).clamp(1, rows)
}

impl Known1 {
    fn learn(
        &mut self,
        (agreement, place, vocabulary): (&Agreement, usize, Option<&Vocabulary>),
        (stage, scale): (Stage, &Scale),
        pieces: &mut Pieces<'_>,
    ) {
        let minimum = agreement.specification().minimum_cell;
        match (stage, &agreement.grids()[place], vocabulary) {
            (Stage::Spread, Some(grid), _) => {
                self.squares = scale.real(pieces.one()).max(0.0);
                let counts = pieces.counts(ROUND, scale);
                for target in &mut self.targets {
                    target.learn(&counts, (grid, 0), minimum);
                }
            }
            (Stage::Spread, None, Some(_)) => self.sketch = pieces.0.to_vec(),
            (Stage::Refine(round), Some(grid), _) => {
                for target in &mut self.targets {
                    let counts = pieces.counts(ROUND, scale);
                    target.learn(&counts, (grid, round), minimum);
                }
            }
            (Stage::Names, None, Some(vocabulary)) => {
                let (names, is_whole) = vocabulary.names(pieces.0.to_vec());
                self.names = names;
                self.is_incomplete = !is_whole;
                self.sketch = Vec::new();
            }
            (Stage::Cells, _, _) => {
                let units = agreement.units(place);
                let classes = 0..agreement.classes(place);
                self.units = classes.map(|_| pieces.counts(units, scale)).collect();
            }
            _ => {}
        }
    }

    /// Gives the cells' lower ends but for the first one's: where deciles were found, and of equal
    /// width.
    pub(crate) fn edges(&self, agreement: &Agreement, grid: &Grid) -> Vec<u64> {
        let used = grid.used();
        if used <= MOST_CELLS as u64 {
            return (1..used).collect();
        }
        let parts = PARTS as u64;
        let mut edges: Vec<u64> = (1..parts).map(|part| used * part / parts).collect();
        let found = agreement.shares().iter().zip(&self.targets);
        edges.extend(
            found
                .filter(|(share, _)| is_decile(**share))
                .map(|(_, target)| target.to)
                .filter(|edge| (1..used).contains(edge)),
        );
        edges.sort_unstable();
        edges.dedup();
        edges
    }
}

fn is_decile(share: f64) -> bool {
    (1..10).any(|tenth| share.total_cmp(&(f64::from(tenth) / 10.0)).is_eq())
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn a_share_of_rows_that_is_whole_is_their_rank() {
        for (share, rows, expected) in [
            (0.07, 100, 7),
            (0.14, 100, 14),
            (0.28, 100, 28),
            (0.55, 100, 55),
            (0.5, 101, 51),
            (0.05, 10, 1),
            (0.95, 20, 19),
        ] {
            assert_eq!(rank(share, rows), expected, "{share} of {rows}");
        }
    }
}
