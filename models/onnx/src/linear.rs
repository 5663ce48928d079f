//! Linear predictors with a link.

use consilium_preparation::Preparation;

use crate::{
    NotExportable,
    file::{features, file, mean, node, tensor},
    link::{InverseLink, one},
    preparation::Source,
    proto::Graph,
};

/// A generalised linear model over raw columns.
#[derive(Clone, Copy, Debug)]
pub struct LinearModel<'a> {
    /// The graph's name.
    pub name: &'a str,
    /// The model's columns, in the order of its slopes.
    pub columns: &'a [String],
    /// What makes them of raw columns; without one, a row holds them as they are.
    pub preparation: Option<&'a Preparation>,
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
    /// Writes the model as an ONNX file: input `features` (rows × columns, or with a preparation its
    /// [`inputs`](crate::inputs); double, NaN where missing), output `mean` (rows × 1, double).
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
        let source = Source::of(self.columns, self.preparation)?;
        let inputs = source.inputs.clone();
        let graph = self.graph(source, across)?;
        Ok(file(graph, &[], &inputs, self.metadata))
    }

    fn graph(&self, source: Source, across: i64) -> Result<Graph, NotExportable> {
        let ones = vec![1.0; self.columns.len()];
        let mut nodes = source.nodes;
        nodes.extend([
            // NaN alone differs from itself; IsNaN is not to be had in double everywhere.
            node("Equal", &[source.name, source.name], "is_present"),
            node("Mul", &[source.name, "slopes"], "products"),
            node(
                "Where",
                &["is_present", "products", "when_missing"],
                "terms",
            ),
            node("MatMul", &["terms", "ones"], "sum"),
            node("Add", &["sum", "intercept"], "predictor"),
        ]);
        nodes.extend(self.inverse_link.nodes());
        let mut constants = source.constants;
        constants.extend([
            tensor("slopes", &[1, across], self.slopes.to_vec()),
            tensor("when_missing", &[1, across], self.when_missing.to_vec()),
            tensor("ones", &[across, 1], ones),
            tensor("intercept", &[1, 1], vec![self.intercept]),
            one(),
        ]);
        Ok(Graph {
            name: self.name.into(),
            node: nodes,
            initializer: constants,
            input: vec![features(&source.inputs)?],
            output: vec![mean()],
        })
    }
}
