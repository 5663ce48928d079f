//! Linear predictors with a link.

use prost::Message as _;

use crate::proto::{
    DOUBLE, Dimension, Entry, Extent, Graph, Model, Node, OperatorSet, Shape, Tensor, TensorType,
    Type, ValueInfo,
};

/// How a predictor becomes a mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InverseLink {
    /// It is the mean: linear regression.
    Identity,
    /// `1 / (1 + exp(-η))`: logistic regression.
    Sigmoid,
    /// `exp(η)`: Poisson and gamma regression.
    Exp,
}

impl InverseLink {
    /// Gives the nodes from `predictor` to `mean`.
    fn nodes(self) -> Vec<Node> {
        match self {
            InverseLink::Identity => vec![node("Identity", &["predictor"], "mean")],
            // By its parts: the operator Sigmoid is not to be had in double everywhere.
            InverseLink::Sigmoid => vec![
                node("Neg", &["predictor"], "negated"),
                node("Exp", &["negated"], "odds_against"),
                node("Add", &["odds_against", "one"], "all_odds"),
                node("Div", &["one", "all_odds"], "mean"),
            ],
            InverseLink::Exp => vec![node("Exp", &["predictor"], "mean")],
        }
    }
}

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

/// Why a model has no form in ONNX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotExportable {
    /// Columns, slopes and terms of missing values differ in number.
    Lengths,
    /// A number is infinite or none.
    NotFinite,
}

impl std::fmt::Display for NotExportable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            NotExportable::Lengths => "columns, slopes and missing terms differ in number",
            NotExportable::NotFinite => "a coefficient is not finite",
        })
    }
}

impl std::error::Error for NotExportable {}

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
        let mut metadata_props = vec![entry("columns", self.columns.join("\n"))];
        metadata_props.extend(
            self.metadata
                .iter()
                .map(|(key, value)| entry(key, value.clone())),
        );
        let model = Model {
            ir_version: 8,
            producer_name: "consilium".into(),
            producer_version: env!("CARGO_PKG_VERSION").into(),
            opset_import: vec![OperatorSet {
                domain: String::new(),
                version: 13,
            }],
            graph: Some(self.graph(across)),
            metadata_props,
        };
        Ok(model.encode_to_vec())
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
                tensor("one", &[1, 1], vec![1.0]),
            ],
            input: vec![matrix("features", across, &self.columns.join("\n"))],
            output: vec![matrix("mean", 1, "predicted mean of the label")],
        }
    }
}

fn node(operator: &str, input: &[&str], output: &str) -> Node {
    Node {
        input: input.iter().map(ToString::to_string).collect(),
        output: vec![output.into()],
        name: output.into(),
        op_type: operator.into(),
    }
}

fn entry(key: &str, value: String) -> Entry {
    Entry {
        key: key.into(),
        value,
    }
}

fn tensor(name: &str, dims: &[i64], double_data: Vec<f64>) -> Tensor {
    Tensor {
        dims: dims.to_vec(),
        data_type: DOUBLE,
        name: name.into(),
        double_data,
    }
}

fn matrix(name: &str, across: i64, doc_string: &str) -> ValueInfo {
    let extents = [Extent::Parameter("rows".into()), Extent::Value(across)];
    let dim = extents
        .map(|extent| Dimension {
            extent: Some(extent),
        })
        .to_vec();
    let tensor_type = TensorType {
        elem_type: DOUBLE,
        shape: Some(Shape { dim }),
    };
    ValueInfo {
        name: name.into(),
        r#type: Some(Type {
            tensor_type: Some(tensor_type),
        }),
        doc_string: doc_string.into(),
    }
}
