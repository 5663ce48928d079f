"""Grows trees on gradients of a few bits beside those on exact ones.

Prints one line of JSON for each table, setting and number of bits; fails where eight bits are off by
more than TOLERANCE.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from compare import ACCURACY, TOLERANCE, rows
from learners import Ours
from sklearn.metrics import log_loss, roc_auc_score
from tables import SOURCES

TABLES = ["fate-default-credit", "fate-breast"]
BITS = [2, 3, 4, 8]


def score(table, setting, options):
    """Gives the area under the curve and the log loss of each fold, and the CPU seconds of training."""
    learner, scores = Ours(options.ours, options.scratch), []
    for train, test in table.folds:
        train, test = rows(table, train), rows(table, test)
        means = learner.predict(table.objective, setting, train, test)
        scores.append([roc_auc_score(test.label, means), log_loss(test.label, means)])
    return np.array(scores).T, learner.cost.training


def compare(table, setting, bits, exact, options):
    scores, seconds = score(table, replace(setting, gradient_bits=bits), options)
    apart = scores - exact
    errors = apart.std(axis=1) / np.sqrt(apart.shape[1])
    is_well = bits not in (None, max(BITS)) or abs(apart[0].mean()) <= TOLERANCE
    print(json.dumps({
        "table": table.name,
        "rows": len(table.folds[0][0]),
        "setting": str(setting),
        "bits": bits,
        "folds": apart.shape[1],
        **{
            name: {
                "mean": round(float(scores[place].mean()), 5),
                "difference": round(float(apart[place].mean()), 5),
                "standard_error": round(float(errors[place]), 5),
            }
            for place, name in enumerate(["auc", "log_loss"])
        },
        "cpu_seconds": round(seconds, 3),
        "ok": bool(is_well),
    }), flush=True)
    return is_well


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of public tables")
    parser.add_argument("--ours", type=Path, required=True, help="our learner: the example csv")
    parser.add_argument("--scratch", type=Path, required=True, help="folder for passing files")
    parser.add_argument("--only", default="", help="tables whose name contains this")
    options = parser.parse_args()
    options.scratch.mkdir(parents=True, exist_ok=True)
    all_well = True
    try:
        for name in TABLES:
            if options.only not in name:
                continue
            for table in SOURCES[name](options.data / name):
                for setting in ACCURACY:
                    exact, _ = score(table, setting, options)
                    for bits in [None, *BITS]:
                        all_well &= compare(table, setting, bits, exact, options)
    except FileNotFoundError as missing:
        sys.exit(f"{missing.filename} is missing")
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main())
