//! What tract makes of files.

use tract_onnx::{pb::ModelProto, prelude::*};

pub(crate) fn read(mut file: &[u8]) -> ModelProto {
    tract_onnx::onnx().proto_model_for_read(&mut file).unwrap()
}

/// Gives the outputs for each of the rows.
pub(crate) fn run(model: &ModelProto, rows: &[impl AsRef<[f64]>]) -> Vec<Vec<f64>> {
    let shape = (rows.len(), rows[0].as_ref().len());
    let runnable = tract_onnx::onnx()
        .model_for_proto_model(model)
        .unwrap()
        .with_input_fact(0, f64::fact([shape.0, shape.1]).into())
        .unwrap()
        .into_runnable()
        .unwrap();
    let cells = rows.iter().flat_map(AsRef::as_ref).copied().collect();
    let features = tract_ndarray::Array2::from_shape_vec(shape, cells).unwrap();
    let outputs = runnable.run(tvec!(features.into_tensor().into())).unwrap();
    let outputs = outputs[0].to_plain_array_view::<f64>().unwrap();
    assert_eq!((outputs.ndim(), outputs.shape()[0]), (2, rows.len()));
    let rows = outputs.outer_iter();
    rows.map(|row| row.iter().copied().collect()).collect()
}
