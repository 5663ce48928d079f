"""Prints what onnxruntime makes of a model: argv is the file, stdin the rows as JSON."""

import json
import sys

import numpy
import onnx
import onnxruntime

path = sys.argv[1]
onnx.checker.check_model(path, full_check=True)
rows = [[float("nan") if cell is None else cell for cell in row] for row in json.load(sys.stdin)]
session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
(means,) = session.run(["mean"], {"features": numpy.array(rows, dtype=numpy.float64)})
print("\n".join(repr(float(mean)) for mean in means[:, 0]))
