//! What is drawn for a fit and for each of its trees.

use consilium_base::Seed;

use crate::{
    Boosting, RowSampling,
    count::{narrow, part},
    quantum::Dither,
};

/// Rows that follow each other and are drawn and rounded by one seed: those of one party.
///
/// What is drawn of a segment depends on its seed, its rows' gradients and their places in it,
/// never on other segments.
#[expect(missing_debug_implementations, reason = "a seed is never printed")]
pub struct Segment {
    /// Where drawing and rounding begin.
    pub seed: Seed,
    /// How many rows it has.
    pub rows: usize,
}

impl Segment {
    /// Takes all of a table's rows, drawn and rounded by the specification's own seed.
    pub fn whole(boosting: &Boosting, rows: usize) -> Segment {
        let seed = seed(boosting);
        Segment { seed, rows }
    }

    pub(crate) fn rounding(&self, tree: u32) -> Dither {
        dither(&self.seed, "gbdt.1.rounding", tree)
    }

    fn drawing(&self, tree: u32) -> Dither {
        dither(&self.seed, "gbdt.1.rows", tree)
    }

    /// Gives the places in the segment of as many rows as are to be held out, rising.
    pub(crate) fn held_out(&self, share: f64) -> Vec<u32> {
        let number = part(share, self.rows);
        let order = dither(&self.seed, "gbdt.1.held-out", 0);
        lowest(self.rows, number, order)
    }

    /// Draws rows of the segment for a tree, and says how much more each counts.
    ///
    /// `rows` are places in the segment and the absolute gradients of the rows there.
    pub(crate) fn draw(
        &self,
        tree: u32,
        sampling: RowSampling,
        rows: &[(u32, f64)],
    ) -> Vec<(u32, f64)> {
        let drawing = self.drawing(tree);
        let is_drawn = |row: u32, chance: f64| drawing.fraction(u64::from(row)) < chance;
        match sampling {
            RowSampling::All => rows.iter().map(|(row, _)| (*row, 1.0)).collect(),
            RowSampling::Share(share) => {
                let drawn = rows.iter().filter(|(row, _)| is_drawn(*row, share));
                drawn.map(|(row, _)| (*row, 1.0)).collect()
            }
            RowSampling::Goss { top, other } => {
                let large = part(top, rows.len());
                let mut by_size: Vec<(f64, u32)> =
                    rows.iter().map(|(row, size)| (*size, *row)).collect();
                let order =
                    |a: &(f64, u32), b: &(f64, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
                let limit = match large.checked_sub(1) {
                    Some(last) if last < by_size.len() => {
                        *by_size.select_nth_unstable_by(last, order).1
                    }
                    _ => return rows.iter().map(|(row, _)| (*row, 1.0)).collect(),
                };
                let (chance, more) = (other / (1.0 - top), sampling.most_weight());
                let drawn = rows.iter().filter_map(|(row, size)| {
                    if order(&(*size, *row), &limit).is_le() {
                        Some((*row, 1.0))
                    } else {
                        is_drawn(*row, chance).then_some((*row, more))
                    }
                });
                drawn.collect()
            }
        }
    }
}

/// Draws the columns of a tree, in rising order: at least one.
pub(crate) fn draw_columns(boosting: &Boosting, columns: usize, tree: u32) -> Vec<usize> {
    let spec = boosting.specification();
    let number = part(spec.column_share, columns);
    if number >= columns {
        return (0..columns).collect();
    }
    let order = dither(&seed(boosting), "gbdt.1.columns", tree);
    let drawn = lowest(columns, number.max(1), order);
    drawn.into_iter().map(|column| column as usize).collect()
}

/// Gives the seed that a specification names by a number.
fn seed(boosting: &Boosting) -> Seed {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&boosting.specification().seed.to_le_bytes());
    Seed::from_bytes(bytes)
}

fn dither(seed: &Seed, label: &'static str, tree: u32) -> Dither {
    let derived = seed.derive(label, &[&tree.to_le_bytes()]);
    let mut key = [0; 8];
    key.copy_from_slice(&derived.expose()[..8]);
    Dither::new(u64::from_le_bytes(key))
}

/// Gives the places, of `among`, whose numbers are lowest, rising.
fn lowest(among: usize, number: usize, order: Dither) -> Vec<u32> {
    let mut places: Vec<u32> = (0..narrow(among)).collect();
    if number < among {
        let key = |place: &u32| (order.bits(u64::from(*place)), *place);
        places.select_nth_unstable_by_key(number, key);
        places.truncate(number);
        places.sort_unstable();
    }
    places
}
