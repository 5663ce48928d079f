//! What a class tells of the people in it, even if nobody knows which row is whose.

use serde::Serialize;

use crate::{Classes, Column, PrivacyError, classes::check_rows, counts::Counts};

/// How well a sensitive column is hidden within the equivalence classes of a table; each number is that
/// of the worst class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attribute {
    /// The column's name.
    pub column: String,
    /// Different values in the whole table, a missing one among them.
    pub values: usize,
    /// Rows without a value.
    pub missing: usize,
    /// Distinct *l*-diversity (Machanavajjhala et al. 2007): different values of a class. A missing one hides
    /// nobody, so it is none here and in the next two; a class without any value is passed over.
    pub distinct: u64,
    /// Entropy *l*-diversity (the same): the exponential of the entropy of a class's values, from 1 on.
    pub entropy: f64,
    /// Recursive (*c*, *l*)-diversity (the same), for *l* from 2 to `distinct`.
    pub recursive: Vec<Recursive>,
    /// *t*-closeness (Li et al. 2007): how far a class's values are from those of the whole table, as the
    /// earth mover's distance, from 0 to 1.
    pub closeness: f64,
    /// How far two values are from each other in it.
    pub distance: Distance,
    /// The α of (α, *k*)-anonymity (Wong et al. 2006): the share of a class that has its most frequent value.
    pub alpha: f64,
    /// The β of basic β-likeness (Cao and Karras 2012): by how much of itself a value's share grows in a class.
    pub beta: f64,
    /// The β of enhanced β-likeness (the same), by which the growth of a value's share is no more than −ln of that
    /// share in the table either; none where it is more in some class, for then no β is enough.
    pub enhanced_beta: Option<f64>,
    /// The δ of δ-disclosure privacy (Brickell and Shmatikov 2008): |ln| of the ratio of shares; none where a class
    /// lacks a value of the table, for then no δ is enough.
    pub delta: Option<f64>,
}

/// By so much a growth may pass its cap that is equal to it but for rounding.
const ROUNDING: f64 = 1e-12;

/// How far two values are from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distance {
    /// All others are equally far.
    Equal,
    /// By how many values lie between them, of those that occur in the table.
    Ordered,
}

/// A bound of recursive (*c*, *l*)-diversity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Recursive {
    /// The place from which on frequencies are added up.
    pub l: u64,
    /// The table is (*c*, *l*)-diverse for every *c* above this: the greatest ratio, over classes, of the
    /// most frequent value's rows to those of the *l*-th most frequent and of all rarer ones.
    pub c: f64,
}

impl Attribute {
    /// Measures a sensitive column within the classes of its table.
    ///
    /// # Errors
    ///
    /// [`PrivacyError::RowsDiffer`] for the column of another table.
    pub fn of(classes: &Classes, column: &Column) -> Result<Attribute, PrivacyError> {
        check_rows(column, classes.of_rows().len())?;
        let counts = Counts::of(classes, column);
        let shares = counts.shares();
        let scale = column.is_scale().then(|| Scale::of(&shares));
        let mut found = Attribute {
            column: column.name().to_owned(),
            values: column.values(),
            missing: column.missing(),
            distinct: 0,
            entropy: 0.0,
            recursive: Vec::new(),
            closeness: 0.0,
            distance: if scale.is_some() {
                Distance::Ordered
            } else {
                Distance::Equal
            },
            alpha: 0.0,
            beta: 0.0,
            enhanced_beta: None,
            delta: None,
        };
        found.diversity(&counts, column);
        let (mut delta, mut is_likely) = (0.0f64, true);
        for class in counts.classes() {
            let within = class.shares();
            let distance = scale.as_ref().map_or_else(
                || equal_distance(&within, &shares),
                |scale| scale.distance(&within),
            );
            found.closeness = found.closeness.max(distance);
            for (value, share) in &within {
                let whole = shares[*value];
                found.alpha = found.alpha.max(*share);
                let grows = (share - whole) / whole;
                found.beta = found.beta.max(grows);
                is_likely &= grows <= -whole.ln() + ROUNDING;
                delta = delta.max((share / whole).ln().abs());
            }
            if within.len() < shares.len() {
                delta = f64::INFINITY;
            }
        }
        found.enhanced_beta = is_likely.then_some(found.beta);
        found.delta = Some(delta).filter(|delta| delta.is_finite());
        Ok(found)
    }

    /// Measures *l*-diversity by the rows that have a value.
    fn diversity(&mut self, counts: &Counts, column: &Column) {
        let mut classes: Vec<Vec<u64>> = counts
            .classes()
            .map(|class| class.counts_there(column))
            .filter(|counts| !counts.is_empty())
            .collect();
        let Some(distinct) = classes.iter().map(Vec::len).min() else {
            return;
        };
        self.distinct = distinct as u64;
        self.entropy = f64::INFINITY;
        let mut ratios = vec![0.0f64; distinct - 1];
        for counts in &mut classes {
            let rows: u64 = counts.iter().sum();
            let share = |count: &u64| *count as f64 / rows as f64;
            let entropy: f64 = counts.iter().map(share).map(|it| -it * it.ln()).sum();
            self.entropy = self.entropy.min(entropy.exp());
            counts.sort_unstable_by(|a, b| b.cmp(a));
            for (ratio, place) in ratios.iter_mut().zip(1..) {
                let rarer: u64 = counts[place..].iter().sum();
                *ratio = ratio.max(counts[0] as f64 / rarer as f64);
            }
        }
        let recursive = ratios.into_iter().zip(2..);
        self.recursive = recursive.map(|(c, l)| Recursive { l, c }).collect();
    }
}

/// The earth mover's distance where all values are equally far from each other: what must be moved.
fn equal_distance(within: &[(usize, f64)], shares: &[f64]) -> f64 {
    let more = |(value, share): &(usize, f64)| (share - shares[*value]).max(0.0);
    within.iter().map(more).sum()
}

/// A table's values in their order, ready to be compared with those of a class.
struct Scale {
    /// The share of all rows up to each value.
    up_to: Vec<f64>,
    /// The sum of these over all values before each; one entry more.
    sums: Vec<f64>,
}

impl Scale {
    fn of(shares: &[f64]) -> Scale {
        let (mut up_to, mut sums) = (Vec::with_capacity(shares.len()), vec![0.0]);
        let (mut share, mut sum) = (0.0, 0.0);
        for of_value in shares {
            share += of_value;
            sum += share;
            up_to.push(share);
            sums.push(sum);
        }
        Scale { up_to, sums }
    }

    /// The distance of a class's values from the table's: the area between the two cumulative
    /// distributions, whose width is 1 from the least value to the greatest.
    fn distance(&self, within: &[(usize, f64)]) -> f64 {
        let values = self.up_to.len();
        if values < 2 {
            return 0.0;
        }
        let (mut area, mut share, mut begin) = (0.0, 0.0, 0);
        for (value, of_value) in within {
            area += self.area(begin..*value, share);
            share += of_value;
            begin = *value;
        }
        area += self.area(begin..values - 1, share);
        area / (values - 1) as f64
    }

    /// The area between the table's distribution and a constant share, over some values.
    fn area(&self, values: std::ops::Range<usize>, share: f64) -> f64 {
        let above = self.up_to[values.clone()].partition_point(|it| *it < share) + values.start;
        let sum = |from: usize, to: usize| self.sums[to] - self.sums[from];
        let below = share * (above - values.start) as f64 - sum(values.start, above);
        let beyond = sum(above, values.end) - share * (values.end - above) as f64;
        below + beyond
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Li, Li and Venkatasubramanian 2007, section 4.3: salaries of one class against all.
    #[test]
    fn salaries_are_as_far_apart_as_the_paper_says() {
        let salaries = Scale::of(&[1.0 / 9.0; 9]);
        let of = |thousands: [usize; 3]| {
            let shares = thousands.map(|salary| (salary - 3, 1.0 / 3.0));
            salaries.distance(&shares)
        };
        assert!((of([3, 4, 5]) - 0.375).abs() < 1e-12);
        assert!((of([6, 8, 11]) - 1.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn a_missing_value_hides_nobody() {
        let quasi = Column::of("age", [1, 1, 1, 2, 2, 3].map(Some)).unwrap();
        let cells = [Some("a"), None, Some("a"), Some("a"), Some("b"), None];
        let column = Column::of("sick", cells).unwrap();
        let found = Attribute::of(&Classes::of([&quasi]).unwrap(), &column).unwrap();
        assert_eq!((found.distinct, found.missing), (1, 2));
        assert!((found.entropy - 1.0).abs() < 1e-15);
        let none = Column::of("sick", [None::<u8>; 6]).unwrap();
        let found = Attribute::of(&Classes::of([&quasi]).unwrap(), &none).unwrap();
        assert_eq!((found.distinct, found.recursive.len()), (0, 0));
    }

    #[test]
    fn no_number_is_enough_for_a_value_that_a_class_lacks_or_has_alone() {
        let quasi = Column::of("age", [1, 1, 2, 2].map(Some)).unwrap();
        let classes = Classes::of([&quasi]).unwrap();
        let of = |cells: [&str; 4]| {
            let column = Column::of("sick", cells.map(Some)).unwrap();
            Attribute::of(&classes, &column).unwrap()
        };
        // Its share grows by 1, which is more than ln 2.
        let apart = of(["a", "a", "b", "b"]);
        assert_eq!((apart.delta, apart.enhanced_beta), (None, None));
        assert!((apart.beta - 1.0).abs() < 1e-15);
        let alike = of(["a", "b", "b", "a"]);
        assert_eq!((alike.delta, alike.enhanced_beta), (Some(0.0), Some(0.0)));
    }

    #[test]
    fn a_column_of_one_value_tells_nothing_new() {
        let quasi = Column::of("age", [Some(1), Some(1), Some(2)]).unwrap();
        let same = Column::of("sick", [Some("yes"); 3]).unwrap().ordered();
        let found = Attribute::of(&Classes::of([&quasi]).unwrap(), &same).unwrap();
        assert_eq!((found.distinct, found.closeness), (1, 0.0));
        assert!(found.recursive.is_empty());
        assert!((found.entropy - 1.0).abs() < 1e-15);
    }
}
