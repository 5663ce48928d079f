"""Makes the vectors beside it: python reference.py EXAMPLES

Needs numpy, scipy, scikit-learn, statsmodels and pandas; the versions used are named in each file.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import scipy
import sklearn
import statsmodels
import statsmodels.api as sm
from scipy.stats import norm, t
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score

HERE = Path(__file__).parent
EXAMPLES = Path(sys.argv[1])
COLUMNS = "age sex cp trestbps chol fbs restecg thalach exang oldpeak slope ca thal num".split()
HOSPITALS = ["cleveland", "hungarian", "switzerland", "va"]
VERSIONS = (
    f"scipy {scipy.__version__}, scikit-learn {sklearn.__version__}, "
    f"statsmodels {statsmodels.__version__}"
)


def write(name, source, **vectors):
    text = json.dumps({"source": f"{source}; {VERSIONS}", **vectors}, indent=1)
    (HERE / f"{name}.json").write_text(text + "\n")


def heart():
    frames = []
    for hospital in HOSPITALS:
        path = EXAMPLES / f"heart-disease/processed.{hospital}.data"
        frame = pd.read_csv(path, header=None, names=COLUMNS, na_values="?")
        split = pd.read_csv(EXAMPLES / f"heart-disease/{hospital}-split.csv")
        frames.append(frame.assign(row=np.arange(1, len(frame) + 1)).merge(split, on="row"))
    rows = pd.concat(frames, ignore_index=True)
    x = rows[COLUMNS[:10]].astype({"cp": int, "restecg": int})
    x = pd.get_dummies(x, columns=["cp", "restecg"], drop_first=True, dtype=float)
    return rows, x, (rows.num > 0).astype(float)


def table(fit, freedom=None):
    """Coefficients with errors; Student's tails where the dispersion is estimated."""
    params, errors = np.asarray(fit.params), np.asarray(fit.bse)
    z = params / errors
    p = 2 * (norm.sf(abs(z)) if freedom is None else t.sf(abs(z), freedom))
    reach = norm.ppf(0.975) if freedom is None else t.ppf(0.975, freedom)
    return {
        "coefficients": params.tolist(),
        "standard_errors": errors.tolist(),
        "p_values": p.tolist(),
        "lower": (params - reach * errors).tolist(),
        "dispersion": float(fit.scale),
    }


def glm(y, x, family):
    model = sm.GLM(np.asarray(y, float), sm.add_constant(np.asarray(x, float)), family=family)
    return model.fit(tol=1e-14, maxiter=200)


def tails():
    cases = [{"z": z, "p": 2 * norm.sf(z)} for z in [0.1, 1.0, 1.96, 5.0, 12.0, 30.0]]
    for n in [1.0, 3.0, 17.0, 250.0, 1e5]:
        cases += [{"z": z, "freedom": n, "p": 2 * t.sf(z, n)} for z in [0.5, 2.1, 9.0]]
    quantiles = [{"z": norm.ppf(0.975)}]
    quantiles += [{"freedom": n, "z": t.ppf(0.975, n)} for n in [1.0, 3.0, 17.0, 250.0, 1e5]]
    write("tails", "scipy.stats.norm, scipy.stats.t", tails=cases, quantiles=quantiles)


def heart_disease():
    rows, x, y = heart()
    train = (rows.split == "train").to_numpy()
    mean, deviation = x[train].mean(), x[train].std(ddof=0)
    z = ((x - mean) / deviation).to_numpy()
    model = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-14, max_iter=1000)
    model.fit(z[train], y[train])
    p = model.predict_proba(z[~train])[:, 1]
    write(
        "heart-disease",
        "sklearn LogisticRegression(C=1) on FLamby's split, features standardised by the training "
        "rows; statsmodels GLM(Binomial) without penalty on the same rows, raw features",
        columns=list(x.columns),
        penalised=[float(model.intercept_[0]), *model.coef_[0].tolist()],
        test={
            "accuracy": accuracy_score(y[~train], p > 0.5),
            "auc": roc_auc_score(y[~train], p),
            "log_loss": log_loss(y[~train], p),
            "brier": brier_score_loss(y[~train], p),
        },
        plain=table(glm(y[train], x[train], sm.families.Binomial())),
    )


def amounts():
    """Blood pressure by age, sex and cholesterol, on all rows of the split that have one."""
    rows, x, _ = heart()
    keep = (x.trestbps > 0).to_numpy()
    x, y = x[keep][["age", "sex", "chol"]], x[keep]["trestbps"].to_numpy()
    freedom = len(y) - 4
    standard = (x - x.mean()) / x.std(ddof=0)
    ridge = Ridge(alpha=20.0, solver="cholesky").fit(standard, y)
    write(
        "blood-pressure",
        "statsmodels OLS and GLM(Gamma, log link), sklearn Ridge(alpha=20) on standardised "
        "features: trestbps by age, sex and chol",
        gaussian=table(sm.OLS(y, sm.add_constant(np.asarray(x))).fit(), freedom),
        gamma=table(glm(y, x, sm.families.Gamma(sm.families.links.Log())), freedom),
        ridge=[float(ridge.intercept_), *ridge.coef_.tolist()],
    )


def rand_hie():
    rows = pd.read_csv(EXAMPLES / "rand-hie/randhie.csv.gz")
    fit = glm(rows.mdvis, rows.drop(columns="mdvis"), sm.families.Poisson())
    write("rand-hie", "statsmodels GLM(Poisson): mdvis by all columns", poisson=table(fit))


tails()
heart_disease()
amounts()
rand_hie()
