//! How many candidates share a ciphertext: r of docs/protocols/gbdt-hybrid.md.

use consilium_evaluation::Range;
use consilium_lwe::{Native, Packing, Residues, Set, noise::Leak};

use super::{
    agreement::{Agreement, Terms, colluding, flood},
    error::HybridError,
    work::Shares,
};
use crate::{
    few_bits,
    horizontal::{Feature, Values},
    vertical::{Work, stride},
};

impl Agreement {
    /// Lets some of so many candidates share a ciphertext; gives none if their noise leaves no room,
    /// or their sums may take too much memory.
    pub(crate) fn packing(&self, stride: u32, candidates: u32) -> Option<Packing> {
        let rows = u64::from(self.rows());
        let work = Work::of(self.whole().terms(), rows, vec![candidates]);
        let packing = with_room(self.terms(), rows, stride);
        packing.filter(|_| work.check(Set::A, stride).is_ok())
    }

    /// Lets the candidates of a tree that has so many share ciphertexts.
    ///
    /// # Errors
    ///
    /// [`HybridError::NoRoom`].
    pub(crate) fn packing_of(&self, candidates: u32) -> Result<Packing, HybridError> {
        let stride = self.stride(candidates);
        let packing = self.packing(stride, candidates);
        packing.ok_or(HybridError::NoRoom { stride })
    }

    /// Gives how many of so many candidates of a tree share a ciphertext: as agreed on, or what costs
    /// least where as many rows are drawn as may be expected.
    ///
    /// All parties reckon it alike, so that nobody can choose another, which would flood less.
    pub fn stride(&self, candidates: u32) -> u32 {
        let cost = |stride| {
            self.packing(stride, candidates)?;
            let shares = Shares::of(self, candidates, stride);
            Some(shares.total(self.terms().hospitals.len()))
        };
        let chosen = || stride::cheapest(candidates, cost, self.terms().price).unwrap_or(1);
        self.terms().stride.unwrap_or_else(chosen)
    }

    /// Reckons what each party has of the cost of a tree in which hospitals have so many candidates.
    pub fn shares(&self, candidates: u32) -> Shares {
        Shares::of(self, candidates, self.stride(candidates))
    }

    /// Counts the candidates of the hospitals' columns, if no value is missing and whole numbers take
    /// all values of their range.
    pub fn usual_candidates(&self) -> u32 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a range is not below 0; one that is too large stands for all boundaries"
        )]
        let most = |range: Range| (range.high() - range.low()) as u32;
        let boundaries = self.terms().columns.iter().map(|feature| {
            let boundaries = self.boundaries(feature);
            match feature.values {
                Values::Whole(range) => boundaries.min(most(range)),
                Values::Number(_) | Values::Binary => boundaries,
            }
        });
        boundaries.fold(0, u32::saturating_add)
    }

    /// Counts the candidates that the hospitals' columns have at most: each boundary, with missing values
    /// on either side.
    pub(crate) fn most_candidates(&self) -> u32 {
        let columns = self.terms().columns.iter();
        let boundaries = columns.map(|feature| 2 * self.boundaries(feature));
        boundaries.fold(0, u32::saturating_add)
    }

    /// Counts the boundaries that a column has at most.
    fn boundaries(&self, feature: &Feature) -> u32 {
        match feature.values {
            Values::Binary => 1,
            // The bins of missing and of the largest values end at no boundary.
            Values::Number(_) | Values::Whole(_) => {
                u32::from(self.terms().boosting.specification().bins).saturating_sub(2)
            }
        }
    }

    /// Gives the most candidates that can share a ciphertext, whatever the numbers of rows and
    /// candidates: what was measured has no part in it.
    pub(crate) fn most_stride(&self) -> u32 {
        let most = || stride::most(self.most_candidates());
        self.terms().stride.unwrap_or_else(most)
    }

    /// Reckons what the noise tells if a tree has the most candidates: how many of them share a
    /// ciphertext, and what the label holder then learns of a patient over the fit.
    pub fn expected_leak(&self) -> (u32, Leak) {
        let stride = self.stride(self.most_candidates());
        (stride, self.leak(stride))
    }

    /// Bounds what the noise of encryption tells the label holder of a patient beyond the sums, over
    /// the fit, if so many candidates share a ciphertext: the flood of those that don't collude is that
    /// of one feature holder.
    pub(crate) fn leak(&self, stride: u32) -> Leak {
        let whole = self.whole();
        let packing = packed(self.terms(), stride);
        let packing = packing.expect("as many can share a ciphertext");
        let (trees, candidates) = (whole.joint_trees(), self.most_candidates());
        Leak::of_study::<Native>(packing, trees, whole.depth(), candidates)
    }
}

/// Lets so many candidates share a ciphertext if the noise of all hospitals leaves room for their sums.
pub(super) fn with_room(terms: &Terms, rows: u64, stride: u32) -> Option<Packing> {
    let hospitals = u32::try_from(terms.hospitals.len()).ok()?;
    let honest = hospitals.checked_sub(colluding(terms))?;
    let packing = packed(terms, stride)?;
    // What was subtracted counts twice.
    let noisy = rows * 2 * u64::from(stride);
    let fits = colluding(terms) > 0
        && honest > 1
        && Residues::leave_room(packing, noisy, hospitals, flood(terms));
    fits.then_some(packing)
}

fn packed(terms: &Terms, stride: u32) -> Option<Packing> {
    let [of_g, of_h] = few_bits::sum_bits(&terms.boosting, terms.rows.into());
    stride::packing::<Native>(stride, of_g.max(of_h)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        hybrid::{disclosure::tests::terms, disclosures},
        vertical::Price,
    };

    /// Thirty columns of numbers at each of some hospitals.
    fn wide(rows: u32, hospitals: usize) -> Agreement {
        let hospitals: Vec<String> = (0..hospitals).map(|place| format!("h{place}")).collect();
        let columns: Vec<_> = (0..30)
            .map(|place| json!({"name": format!("c{place}"), "values": {"number": [0.0, 1.0]}}))
            .collect();
        let growth = json!({"depth-wise": {"depth": 5}});
        let terms = json!({
            "boosting": {"objective": "logistic", "bins": 32, "growth": growth},
            "label_holder": "insurer",
            "label_holder_columns": 30,
            "coordinator": "coordinator",
            "group": "hospitals",
            "hospitals": hospitals,
            "rows": rows,
            "columns": columns,
        });
        serde_json::from_value(terms).unwrap()
    }

    #[test]
    fn strides_are_what_the_protocol_s_page_says() {
        let mut lines = Vec::new();
        for hospitals in [3, 10] {
            for rows in [10_000, 100_000, 1_000_000] {
                let agreement = wide(rows, hospitals);
                let candidates = agreement.usual_candidates();
                assert_eq!(candidates, 900);
                let shares = agreement.shares(candidates);
                let total = shares.total(hospitals);
                lines.push(format!(
                    "{hospitals} hospitals, {rows} rows: r = {}, {:.1} + {hospitals} * {:.1} = {:.1} MB, \
                     {:.2} s",
                    agreement.stride(candidates),
                    shares.label_holder.bytes / 1e6,
                    shares.hospital.bytes / 1e6,
                    total.bytes / 1e6,
                    total.cpu,
                ));
            }
        }
        insta::assert_snapshot!(lines.join("\n"), @"
        3 hospitals, 10000 rows: r = 60, 22.6 + 3 * 8.2 = 47.1 MB, 0.25 s
        3 hospitals, 100000 rows: r = 20, 72.8 + 3 * 23.5 = 143.2 MB, 1.11 s
        3 hospitals, 1000000 rows: r = 5, 180.5 + 3 * 92.0 = 456.7 MB, 7.62 s
        10 hospitals, 10000 rows: r = 113, 42.3 + 10 * 4.6 = 88.6 MB, 0.49 s
        10 hospitals, 100000 rows: r = 35, 128.9 + 10 * 13.8 = 266.9 MB, 1.60 s
        10 hospitals, 1000000 rows: r = 11, 398.6 + 10 * 42.3 = 821.3 MB, 8.90 s
        ");
    }

    #[test]
    fn fewer_candidates_than_numbers_may_have_are_reckoned_with_where_values_are_few() {
        let mut terms = terms();
        terms.columns.push(terms.columns[0].clone());
        (terms.columns[1].name, terms.columns[1].values) = ("sex".into(), Values::Binary);
        let agreement = Agreement::try_from(terms).unwrap();
        // Ages from 0 to 120 have 120 boundaries, of 254 that 256 bins may have.
        assert_eq!(agreement.usual_candidates(), 120 + 1);
        assert_eq!(agreement.most_candidates(), 2 * (254 + 1));
    }

    #[test]
    fn what_is_said_of_noise_bounds_every_number_of_rows_and_candidates() {
        let said = wide(1_000_000, 10);
        let bound = said.leak(said.most_stride());
        for rows in [20, 200, 3_000, 40_000, 500_000, 1_000_000] {
            let agreement = wide(rows, 10);
            for candidates in [1, 2, 30, 512, 900, agreement.most_candidates()] {
                let stride = agreement.stride(candidates);
                assert!(stride <= said.most_stride(), "{rows} {candidates}");
                assert!(agreement.leak(stride) <= bound, "{rows} {candidates}");
            }
        }
        let agreed = Terms {
            stride: Some(3),
            ..said.terms().clone()
        };
        assert_eq!(Agreement::try_from(agreed).unwrap().most_stride(), 3);
    }

    #[test]
    fn what_is_said_of_noise_hangs_on_nothing_measured() {
        let said = wide(10_000, 3);
        let dear = Terms {
            price: Price {
                bytes_a_second: 1e10,
            },
            ..said.terms().clone()
        };
        let dear = Agreement::try_from(dear).unwrap();
        assert_ne!(dear.stride(900), said.stride(900));
        assert_eq!(disclosures(&dear), disclosures(&said));
    }

    #[test]
    fn sums_of_all_hospitals_rows_take_no_more_than_four_gib_at_each() {
        let mut terms = terms();
        terms.rows = 300_000;
        let agreement = Agreement::try_from(terms).unwrap();
        for candidates in [1, 500, 50_000] {
            let stride = agreement.stride(candidates);
            assert!(agreement.packing(stride, candidates).is_some(), "{stride}");
        }
        assert!(agreement.packing(1, 500).is_some());
        assert!(agreement.packing(1, 50_000).is_none());
    }
}
