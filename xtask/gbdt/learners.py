"""Three learners of boosted trees behind one face, all on one thread."""

import json
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import xgboost

POWER = 1.5
LAMBDA = 1.0
MIN_CHILD_WEIGHT = 1.0
SEED = 42


@dataclass(frozen=True)
class Setting:
    """What all learners are told alike: trees grown by depth, or by leaves."""

    trees: int
    rate: float
    bins: int
    depth: int | None = None
    leaves: int | None = None
    gradient_bits: int | None = None

    def __str__(self):
        size = f"depth {self.depth}" if self.depth else f"{self.leaves} leaves"
        return f"{self.trees} trees, {size}, {self.bins} bins, rate {self.rate}"


@dataclass
class Rows:
    features: pd.DataFrame
    label: np.ndarray
    weight: np.ndarray | None


@dataclass
class Cost:
    """CPU seconds, added up over folds."""

    binning: float = 0.0
    training: float = 0.0


@dataclass
class Learner:
    cost: Cost = field(default_factory=Cost)

    @contextmanager
    def charged(self, part):
        start = time.process_time()
        yield
        setattr(self.cost, part, getattr(self.cost, part) + time.process_time() - start)


class Xgboost(Learner):
    OBJECTIVES = {
        "logistic": "binary:logistic",
        "poisson": "count:poisson",
        "gamma": "reg:gamma",
        "tweedie": "reg:tweedie",
    }

    def predict(self, objective, setting, train, test):
        growth = (
            {"max_depth": setting.depth}
            if setting.depth
            else {"grow_policy": "lossguide", "max_leaves": setting.leaves, "max_depth": 0}
        )
        parameters = {
            "objective": self.OBJECTIVES[objective],
            "tree_method": "hist",
            "max_bin": setting.bins,
            "eta": setting.rate,
            "reg_lambda": LAMBDA,
            "min_child_weight": MIN_CHILD_WEIGHT,
            "nthread": 1,
            "seed": SEED,
            **growth,
            **({"tweedie_variance_power": POWER} if objective == "tweedie" else {}),
        }
        with self.charged("binning"):
            matrix = xgboost.QuantileDMatrix(
                train.features.to_numpy(), train.label, weight=train.weight,
                max_bin=setting.bins, nthread=1,
            )
        with self.charged("training"):
            model = xgboost.train(parameters, matrix, setting.trees)
        return model.predict(xgboost.DMatrix(test.features.to_numpy(), nthread=1))


class Lightgbm(Learner):
    OBJECTIVES = {
        "logistic": "binary",
        "poisson": "poisson",
        "gamma": "gamma",
        "tweedie": "tweedie",
    }

    def predict(self, objective, setting, train, test):
        growth = (
            {"max_depth": setting.depth, "num_leaves": 2**setting.depth}
            if setting.depth
            else {"num_leaves": setting.leaves}
        )
        parameters = {
            "objective": self.OBJECTIVES[objective],
            "max_bin": setting.bins,
            "min_data_in_bin": 1,
            "feature_pre_filter": False,
            "learning_rate": setting.rate,
            "lambda_l2": LAMBDA,
            "min_sum_hessian_in_leaf": MIN_CHILD_WEIGHT,
            "min_data_in_leaf": 1,
            "tweedie_variance_power": POWER,
            "num_threads": 1,
            "seed": SEED,
            "verbose": -1,
            **growth,
        }
        with self.charged("binning"):
            rows = lightgbm.Dataset(
                train.features.to_numpy(), train.label, weight=train.weight, params=parameters
            ).construct()
        with self.charged("training"):
            model = lightgbm.train(parameters, rows, setting.trees)
        return model.predict(test.features.to_numpy(), num_threads=1)


class Ours(Learner):
    """The program that learns from one file of comma-separated values and predicts another."""

    def __init__(self, program: Path, scratch: Path, *arguments: str):
        super().__init__()
        self.program = program
        self.scratch = scratch
        self.arguments = arguments

    def predict(self, objective, setting, train, test):
        growth = (
            {"depth-wise": {"depth": setting.depth}}
            if setting.depth
            else {"leaf-wise": {"leaves": setting.leaves}}
        )
        specification = {
            "objective": {"tweedie": {"power": POWER}} if objective == "tweedie" else objective,
            "trees": setting.trees,
            "learning_rate": setting.rate,
            "growth": growth,
            "bins": setting.bins,
            "lambda": LAMBDA,
            "min_child_weight": MIN_CHILD_WEIGHT,
            "gradient_bits": setting.gradient_bits,
            "seed": SEED,
        }
        files = {
            name: self.scratch / name
            for name in ("train.csv", "test.csv", "specification.json", "predictions.csv")
        }
        self.write(train, files["train.csv"])
        self.write(test, files["test.csv"])
        files["specification.json"].write_text(json.dumps(specification))
        command = [
            self.program, "--specification", files["specification.json"],
            "--train", files["train.csv"], "--test", files["test.csv"], "--label", "label",
            "--predictions", files["predictions.csv"], *self.arguments,
        ]
        if train.weight is not None:
            command += ["--weight", "weight"]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        self.charge(json.loads(output))
        return pd.read_csv(files["predictions.csv"])["mean"].to_numpy()

    def charge(self, told):
        self.cost.binning += told["cpu_seconds"]["binning"]
        self.cost.training += told["cpu_seconds"]["training"]

    @staticmethod
    def write(rows, file):
        table = rows.features.assign(label=rows.label)
        if rows.weight is not None:
            table["weight"] = rows.weight
        table.to_csv(file, index=False)


class Vertical(Ours):
    """The same over columns of several parties, encrypted."""

    def charge(self, told):
        parties = told["parties"]
        self.cost.binning += sum(party["steps"]["preparing"] for party in parties)
        self.cost.training += sum(
            party["cpu_s"] - party["steps"]["preparing"] for party in parties
        )
