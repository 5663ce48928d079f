//! Linear predictors with a link.

use crate::{
    NotExportable,
    file::{features, file, mean, node, tensor},
    link::{InverseLink, one},
    proto::Graph,
};

/// A generalised linear model over raw columns.
#[derive(Clone, Copy, Debug)]
pub struct LinearModel<'a> {
    /// The graph's name.
    pub name: &'a str,
    /// The columns, in the order in which a row holds them.
    pub columns: &'a [String],
    /// The predictor where all terms are zero.
    pub intercept: f64,
    /// For each column, what a value is multiplied by.
    pub slopes: &'a [f64],
    /// For each column, the term where the value is missing.
    pub when_missing: &'a [f64],
    /// How the predictor becomes a mean.
    pub inverse_link: InverseLink,
    /// What else the file says, key by key.
    pub metadata: &'a [(&'a str, String)],
}

impl LinearModel<'_> {
    /// Writes the model as an ONNX file: input `features` (rows × columns, double, NaN where
    /// missing), output `mean` (rows × 1, double).
    ///
    /// # Errors
    ///
    /// If the numbers don't make a model.
    pub fn to_onnx(&self) -> Result<Vec<u8>, NotExportable> {
        let columns = self.columns.len();
        if self.slopes.len() != columns || self.when_missing.len() != columns {
            return Err(NotExportable::Lengths);
        }
        let mut numbers = self.slopes.iter().chain(self.when_missing);
        if !(self.intercept.is_finite() && numbers.all(|number| number.is_finite())) {
            return Err(NotExportable::NotFinite);
        }
        let across = i64::try_from(columns).map_err(|_| NotExportable::Lengths)?;
        let graph = self.graph(across);
        Ok(file(graph, &[], self.columns, self.metadata))
    }

    fn graph(&self, across: i64) -> Graph {
        let ones = vec![1.0; self.columns.len()];
        let mut nodes = vec![
            // NaN alone differs from itself; IsNaN is not to be had in double everywhere.
            node("Equal", &["features", "features"], "is_present"),
            node("Mul", &["features", "slopes"], "products"),
            node(
                "Where",
                &["is_present", "products", "when_missing"],
                "terms",
            ),
            node("MatMul", &["terms", "ones"], "sum"),
            node("Add", &["sum", "intercept"], "predictor"),
        ];
        nodes.extend(self.inverse_link.nodes());
        Graph {
            name: self.name.into(),
            node: nodes,
            initializer: vec![
                tensor("slopes", &[1, across], self.slopes.to_vec()),
                tensor("when_missing", &[1, across], self.when_missing.to_vec()),
                tensor("ones", &[across, 1], ones),
                tensor("intercept", &[1, 1], vec![self.intercept]),
                one(),
            ],
            input: vec![features(self.columns, across)],
            output: vec![mean()],
        }
    }
}
