"""Holds trees over columns of several parties beside those of one learner that has all columns.

Prints one line of JSON for each table and protection; fails where the defaults are off by more than
TOLERANCE.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np
from compare import TOLERANCE, rows
from learners import Ours, Setting, Vertical
from sklearn.metrics import roc_auc_score
from tables import SOURCES

SETTING = Setting(trees=30, rate=0.3, bins=32, depth=3)
# Whose columns are whose, the label holder's first: a hospital, public insurer, commercial insurer.
PARTIES = {
    "fate-breast": [r"x\d", r"x\d_host|x1\d"],
    "fate-default-credit": [r"x\d+", r"x\d+_host"],
    "synpuf-medicare": [
        r"SP_.*|ESRD|claims|days|codes",
        r"MEDREIMB_.*|age|sex|.*_MONS|.*_MOS_NUM",
        r"(BENRES|PPPYMT)_.*",
    ],
    "diabetes-130us": [
        r"diag_.*|time_in_hospital|num_.*|number_diagnoses|specialty_.*|max_glu_serum_.*"
        r"|A1Cresult_.*|change_.*|diabetesMed_.*|insulin_.*|(met|pio|rosi|gli|gly|repa|nate)\w+_.*",
        r"payer_code_.*|number_(outpatient|emergency|inpatient)|(admission|discharge)_.*",
        r"age|gender_.*|race_.*",
    ],
}
OPEN = {"own-trees": "0", "min-side": "1", "min-gap": "0", "min-node": "2"}
PROTECTIONS = {
    "none": OPEN,
    "own-trees": {**OPEN, "own-trees": "1"},
    "min-side": {**OPEN, "min-side": "50"},
    "min-gap": {**OPEN, "min-gap": "10"},
    "min-node": {**OPEN, "min-node": "200"},
    "defaults": {},
    "sum-noise": {**OPEN, "sum-noise": "1"},
}


def compare(table, shares, name, protections, options, pooled):
    arguments = [word for key, value in protections.items() for word in (f"--{key}", value)]
    features = "x".join(str(share) for share in shares)
    learner = Vertical(options.vertical, options.scratch, "--features", features, *arguments)
    scores = score(table, learner)
    apart = scores - pooled
    error = apart.std() / np.sqrt(len(apart))
    print(json.dumps({
        "table": table.name,
        "rows": len(table.folds[0][0]),
        "columns": shares,
        "setting": str(SETTING),
        "protection": name,
        "folds": len(apart),
        "auc": round(float(scores.mean()), 5),
        "auc_pooled": round(float(pooled.mean()), 5),
        "difference": round(float(apart.mean()), 5),
        "standard_error": round(float(error), 5),
        "largest_difference": round(float(np.abs(apart).max()), 5),
        "cpu_seconds": round(learner.cost.training, 3),
        "ok": bool(abs(apart.mean()) <= TOLERANCE),
    }), flush=True)
    return name != "defaults" or abs(apart.mean()) <= TOLERANCE


def score(table, learner):
    """Gives the area under the curve of each fold."""
    scores = []
    for train, test in table.folds:
        train, test = rows(table, train), rows(table, test)
        means = learner.predict(table.objective, SETTING, train, test)
        scores.append(roc_auc_score(test.label, means))
    return np.array(scores)


def divide(table):
    """Puts the columns in the order of their parties, and counts those of each."""
    patterns = PARTIES[table.name]
    columns = list(table.features.columns)
    of_parties = [[it for it in columns if re.fullmatch(pattern, it)] for pattern in patterns]
    ordered = sum(of_parties, [])
    if sorted(ordered) != sorted(columns):
        sys.exit(f"{table.name}: columns of no party, or of two: {set(columns) ^ set(ordered)}")
    table.features = table.features[ordered]
    return [len(of_party) for of_party in of_parties]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of public tables")
    parser.add_argument("--ours", type=Path, required=True, help="our learner: the example csv")
    parser.add_argument("--vertical", type=Path, required=True, help="the example vertical")
    parser.add_argument("--scratch", type=Path, required=True, help="folder for passing files")
    parser.add_argument("--only", default="", help="tables whose name contains this")
    options = parser.parse_args()
    options.scratch.mkdir(parents=True, exist_ok=True)
    all_well = True
    try:
        for name in PARTIES:
            if options.only not in name:
                continue
            for table in SOURCES[name](options.data / name):
                shares = divide(table)
                pooled = score(table, Ours(options.ours, options.scratch))
                for protection, protections in PROTECTIONS.items():
                    all_well &= compare(table, shares, protection, protections, options, pooled)
    except FileNotFoundError as missing:
        sys.exit(f"{missing.filename} is missing")
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main())
