//! What all our files have in common: a matrix of raw rows goes in, a column of means comes out.

use prost::Message as _;

use crate::NotExportable;
use crate::proto::{
    DOUBLE, Dimension, Entry, Extent, Graph, INT64, Model, Node, OperatorSet, Shape, Tensor,
    TensorType, Type, ValueInfo,
};

/// Writes a file around `graph`, which needs the operators of `domains` besides ONNX's own.
pub(crate) fn file(
    graph: Graph,
    domains: &[(&str, i64)],
    columns: &[String],
    metadata: &[(&str, String)],
) -> Vec<u8> {
    let operators = [("", 13)].iter().chain(domains);
    let mut metadata_props = vec![entry("columns", columns.join("\n"))];
    metadata_props.extend(
        metadata
            .iter()
            .map(|(key, value)| entry(key, value.clone())),
    );
    let model = Model {
        ir_version: 8,
        producer_name: "consilium".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        opset_import: operators
            .map(|&(domain, version)| OperatorSet {
                domain: domain.into(),
                version,
            })
            .collect(),
        graph: Some(graph),
        metadata_props,
    };
    model.encode_to_vec()
}

/// The input: rows × columns.
pub(crate) fn features(columns: &[String]) -> Result<ValueInfo, NotExportable> {
    let across = i64::try_from(columns.len()).map_err(|_| NotExportable::Lengths)?;
    Ok(matrix("features", across, &columns.join("\n")))
}

/// The output: rows × 1.
pub(crate) fn mean() -> ValueInfo {
    matrix("mean", 1, "predicted mean of the label")
}

pub(crate) fn node(operator: &str, input: &[&str], output: &str) -> Node {
    Node {
        input: input.iter().map(ToString::to_string).collect(),
        output: vec![output.into()],
        name: output.into(),
        op_type: operator.into(),
        ..Node::default()
    }
}

fn entry(key: &str, value: String) -> Entry {
    Entry {
        key: key.into(),
        value,
    }
}

pub(crate) fn tensor(name: &str, dims: &[i64], double_data: Vec<f64>) -> Tensor {
    Tensor {
        dims: dims.to_vec(),
        data_type: DOUBLE,
        name: name.into(),
        double_data,
        ..Tensor::default()
    }
}

/// Places along an axis.
pub(crate) fn places(name: &str, int64_data: Vec<i64>) -> Tensor {
    Tensor {
        dims: vec![i64::try_from(int64_data.len()).unwrap_or(i64::MAX)],
        data_type: INT64,
        name: name.into(),
        int64_data,
        ..Tensor::default()
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
