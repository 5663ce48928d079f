"""Holds our boosted trees beside LightGBM's and XGBoost's: one line of JSON per table and setting.

Fails where ours explain less than the worse of the two by more than TOLERANCE.
"""

import argparse
import json
import sys
import warnings
from pathlib import Path

import numpy as np
from learners import POWER, Lightgbm, Ours, Rows, Setting, Xgboost
from sklearn.metrics import d2_tweedie_score, roc_auc_score
from tables import generated, tables

TOLERANCE = 0.002
ACCURACY = [
    Setting(trees=30, rate=0.3, bins=32, depth=3),
    Setting(trees=200, rate=0.05, bins=255, leaves=31),
]
SPEED = [
    Setting(trees=20, rate=0.3, bins=bins, **size)
    for bins in (32, 255)
    for size in ({"depth": 5}, {"leaves": 31})
]
POWERS = {"poisson": 1, "gamma": 2, "tweedie": POWER}


def measure(objective, rows, means):
    """The area under the curve, or the share of the deviance that is explained."""
    if objective == "logistic":
        return roc_auc_score(rows.label, means)
    return d2_tweedie_score(
        rows.label, means, sample_weight=rows.weight, power=POWERS[objective]
    )


def compare(table, setting, learners):
    scores = {name: [] for name in learners}
    for train, test in table.folds:
        train, test = rows(table, train), rows(table, test)
        for name, learner in learners.items():
            means = learner.predict(table.objective, setting, train, test)
            scores[name].append(measure(table.objective, test, means))
    means = {name: float(np.mean(of_folds)) for name, of_folds in scores.items()}
    differences = {
        name: np.subtract(scores["ours"], scores[name]) for name in learners if name != "ours"
    }
    return {
        "table": table.name,
        "rows": len(table.folds[0][0]),
        "columns": table.features.shape[1],
        "setting": str(setting),
        "measure": "auc" if table.objective == "logistic" else "explained deviance",
        **{name: round(mean, 5) for name, mean in means.items()},
        "differences": {
            name: {
                "mean": round(float(apart.mean()), 5),
                "standard_error": round(float(apart.std() / np.sqrt(len(apart))), 5),
                "within_tolerance": bool(abs(apart.mean()) <= TOLERANCE),
            }
            for name, apart in differences.items()
        },
        "ok": any(bool(apart.mean() >= -TOLERANCE) for apart in differences.values()),
        "cpu_seconds": {
            name: {part: round(seconds, 3) for part, seconds in vars(learner.cost).items()}
            for name, learner in learners.items()
        },
    }


def rows(table, places):
    weight = None if table.weight is None else table.weight[places]
    return Rows(table.features.iloc[places], table.label[places], weight)


def cases(data):
    for table in tables(data):
        for setting in ACCURACY:
            yield table, setting
    for number in (10_000, 100_000):
        for setting in SPEED:
            yield generated(number), setting


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of public tables")
    parser.add_argument("--ours", type=Path, required=True, help="our learner: the example csv")
    parser.add_argument("--scratch", type=Path, required=True, help="folder for passing files")
    parser.add_argument("--only", default="", help="tables whose name contains this")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", category=UserWarning)
    options.scratch.mkdir(parents=True, exist_ok=True)
    all_well = True
    try:
        for table, setting in cases(options.data):
            if options.only not in table.name:
                continue
            learners = {
                "ours": Ours(options.ours, options.scratch),
                "xgboost": Xgboost(),
                "lightgbm": Lightgbm(),
            }
            line = compare(table, setting, learners)
            print(json.dumps(line), flush=True)
            all_well &= line["ok"]
    except FileNotFoundError as missing:
        sys.exit(f"{missing.filename} is missing")
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main())
