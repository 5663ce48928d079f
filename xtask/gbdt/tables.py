"""The tables on which tree learners are compared, made of public data in a folder."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

SEED = 42
SPLITS = 5
# Chance decides on small tables: their folds are drawn more than once.
SMALL = 2_000
REPEATS = 10
# Of generated rows there can be as many as make a difference of 0.002 more than chance.
DRAWS = 3
TESTED = 40_000


@dataclass
class Table:
    """What a learner is given; each fold is the rows to train on and those to test on."""

    name: str
    objective: str
    features: pd.DataFrame
    label: np.ndarray
    folds: list
    weight: np.ndarray | None = None


def table(name, objective, features, label, *, strata=None, groups=None, weight=None):
    """Draws the folds: by group, by stratum (the label of classes unless told), or by chance."""
    features = features.astype(float).reset_index(drop=True)
    features.columns = [str(column).replace(" ", "_") for column in features.columns]
    label = np.asarray(label, dtype=float)
    repeats = REPEATS if len(label) < SMALL else 1
    folds = []
    for seed in range(SEED, SEED + repeats):
        if groups is not None:
            folds += GroupKFold(SPLITS).split(features, label, groups)
        elif objective == "logistic":
            among = label if strata is None else strata
            splitter = StratifiedKFold(SPLITS, shuffle=True, random_state=seed)
            folds += splitter.split(features, among)
        else:
            folds += KFold(SPLITS, shuffle=True, random_state=seed).split(features)
    return Table(name, objective, features, label, folds, weight)


def heart(folder):
    """Four hospitals; once as Fed-Heart-Disease prepares them, once raw with what is missing."""
    columns = "age sex cp trestbps chol fbs restecg thalach exang oldpeak slope ca thal num".split()
    centres = ["cleveland", "hungarian", "switzerland", "va"]
    read = [
        pd.read_csv(folder / f"processed.{centre}.data", names=columns, na_values="?")
        for centre in centres
    ]
    rows = pd.concat(read, keys=range(len(centres)), names=["centre", "row"]).reset_index("centre")
    sick = (rows.num > 0).astype(int)
    strata = sick.astype(str) + rows.centre.astype(str)
    raw = rows[columns[:-1]]
    yield table("heart-disease-raw", "logistic", raw, sick, strata=strata)
    kept = raw.drop(columns=["slope", "ca", "thal"]).dropna()
    prepared = pd.get_dummies(kept, columns=["cp", "restecg"], drop_first=True)
    whole = raw.drop(columns=["slope", "ca", "thal"]).notna().all(axis=1)
    yield table("heart-disease-uci", "logistic", prepared, sick[whole], strata=strata[whole])


def diagnosis_group(code):
    """Groups an ICD-9 code as Strack et al. (2014), table 2."""
    if pd.isna(code):
        return "missing"
    if code[0] in "EV":
        return "other"
    number = float(code)
    if int(number) == 250:
        return "diabetes"
    number = int(number)
    groups = [
        ("circulatory", 390, 459), ("circulatory", 785, 785),
        ("respiratory", 460, 519), ("respiratory", 786, 786),
        ("digestive", 520, 579), ("digestive", 787, 787),
        ("injury", 800, 999), ("musculoskeletal", 710, 739),
        ("genitourinary", 580, 629), ("genitourinary", 788, 788),
        ("neoplasms", 140, 239),
    ]
    return next((name for name, low, high in groups if low <= number <= high), "other")


def diabetes(folder):
    """Readmission within 30 days; patients stay within their fold."""
    rows = pd.read_csv(
        folder / "diabetic_data.csv.gz", na_values="?", keep_default_na=False, low_memory=False
    )
    rows = rows[~rows.discharge_disposition_id.isin([11, 13, 14, 19, 20, 21])]
    counts = ["time_in_hospital", "num_lab_procedures", "num_procedures", "num_medications"]
    logged = ["number_outpatient", "number_emergency", "number_inpatient"]
    features = rows[[*counts, "number_diagnoses"]].copy()
    features[logged] = np.log1p(rows[logged])
    features["age"] = rows.age.str.extract(r"(\d+)", expand=False).astype(int) // 10
    categories = rows[
        "race gender admission_type_id discharge_disposition_id admission_source_id payer_code "
        "max_glu_serum A1Cresult change diabetesMed insulin metformin glipizide glyburide "
        "pioglitazone rosiglitazone glimepiride repaglinide".split()
    ].astype("string")
    top = rows.medical_specialty.value_counts().index[:10]
    known = rows.medical_specialty.where(rows.medical_specialty.isin(top), "other")
    categories["specialty"] = known.where(rows.medical_specialty.notna(), "missing")
    for diagnosis in ["diag_1", "diag_2", "diag_3"]:
        categories[diagnosis] = rows[diagnosis].map(diagnosis_group)
    categories = categories.fillna("missing")
    for column in categories:
        often = categories[column].map(categories[column].value_counts()) >= 100
        categories[column] = categories[column].where(often, "rare")
    features = pd.concat([features, pd.get_dummies(categories, drop_first=True)], axis=1)
    label = rows.readmitted == "<30"
    yield table("diabetes-130us", "logistic", features, label, groups=rows.patient_nbr)


def fate(name, guest, host):
    """A table that FATE split by columns, joined again."""

    def read(folder):
        left = pd.read_csv(folder / guest).set_index("id")
        right = pd.read_csv(folder / host).set_index("id")
        joined = left.join(right, rsuffix="_host", how="inner")
        yield table(name, "logistic", joined.drop(columns="y"), joined.y)

    return read


def medicare(folder):
    """Any inpatient claim in 2010, from the two years before."""
    people, claims = [], []
    for sample in ["01", "02", "03"]:
        before = pd.read_csv(folder / f"sample{sample}_beneficiary_2009.csv.gz")
        after = pd.read_csv(folder / f"sample{sample}_beneficiary_2010.csv.gz")
        people.append(before[before.DESYNPUF_ID.isin(after.DESYNPUF_ID)])
        claims.append(pd.read_csv(folder / f"sample{sample}_inpatient_2008_2010.csv.gz", dtype=str))
    people = pd.concat(people).set_index("DESYNPUF_ID")
    claims = pd.concat(claims)
    year = claims.CLM_FROM_DT.str[:4]
    admitted = set(claims.DESYNPUF_ID[year == "2010"])
    earlier = claims[year.isin(["2008", "2009"])]
    codes = earlier.filter(like="ICD9_").notna().sum(axis=1)
    use = pd.DataFrame(
        {
            "claims": earlier.groupby("DESYNPUF_ID").size(),
            "days": earlier.CLM_UTLZTN_DAY_CNT.astype(float).groupby(earlier.DESYNPUF_ID).sum(),
            "codes": codes.groupby(earlier.DESYNPUF_ID).sum(),
        }
    )
    features = (people.filter(regex="^SP_(?!STATE)") == 1).astype(int)
    features["ESRD"] = (people.BENE_ESRD_IND.astype(str) == "Y").astype(int)
    features = features.join(np.log1p(use.reindex(people.index).fillna(0)))
    paid = people.filter(regex="^(MEDREIMB|BENRES|PPPYMT)_")
    features = features.join(np.log1p(paid.clip(lower=0)))
    features["age"] = 2010 - people.BENE_BIRTH_DT // 10_000
    features["sex"] = people.BENE_SEX_IDENT_CD
    features = features.join(people.filter(regex="_MONS$|_MOS_NUM$"))
    yield table("synpuf-medicare", "logistic", features, people.index.isin(admitted))


def rand(folder):
    """Visits to a doctor in a year."""
    rows = pd.read_csv(folder / "randhie.csv.gz")
    yield table("rand-hie", "poisson", rows.drop(columns="mdvis"), rows.mdvis)


def motor(folder):
    """Claims on motor policies: how many, how dear, and what they cost in all."""
    rows = pd.read_csv(folder / "beMTPL97.csv.gz")
    features = rows[["ageph", "bm", "power", "agec", "long", "lat"]].copy()
    features["ageph2"] = rows.ageph**2 / 100
    kinds = pd.get_dummies(
        rows[["coverage", "sex", "fuel", "use", "fleet"]].astype(str), drop_first=True
    )
    features = features.join(kinds)
    exposure = rows.expo.to_numpy()
    yield table("belgian-mtpl97-poisson", "poisson", features, rows.nclaims / exposure,
                weight=exposure)
    yield table("belgian-mtpl97-tweedie", "tweedie", features, rows.amount / exposure,
                weight=exposure)
    claimed = (rows.nclaims > 0) & (rows.amount > 0)
    yield table("belgian-mtpl97-gamma", "gamma", features[claimed],
                rows.amount[claimed] / rows.nclaims[claimed],
                weight=rows.nclaims[claimed].to_numpy(dtype=float))


SOURCES = {
    "heart-disease-uci": heart,
    "diabetes-130us": diabetes,
    "fate-default-credit": fate(
        "fate-default-credit",
        "default_credit_hetero_guest.csv.gz",
        "default_credit_hetero_host.csv.gz",
    ),
    "fate-breast": fate("fate-breast", "breast_hetero_guest.csv", "breast_hetero_host.csv"),
    "synpuf-medicare": medicare,
    "rand-hie": rand,
    "belgian-mtpl97": motor,
}


def tables(data: Path):
    """Gives every table; a missing file raises FileNotFoundError, which names it."""
    for folder, read in SOURCES.items():
        yield from read(data / folder)


def generated(rows, columns=60):
    """Normal columns, all of which count, and two that count together.

    Each fold trains on other rows, and all test on the same.
    """
    generator = np.random.default_rng(7)
    total = DRAWS * rows + TESTED
    features = generator.normal(size=(total, columns)).astype(np.float32)
    slopes = generator.normal(size=columns) / np.sqrt(columns)
    predictor = 2 * features @ slopes + 0.5 * features[:, 0] * features[:, columns // 2]
    label = generator.random(total) < 1 / (1 + np.exp(-predictor))
    made = table(f"generated-{rows}", "logistic", pd.DataFrame(features), label)
    places = np.arange(total)
    test = places[DRAWS * rows :]
    made.folds = [(places[draw * rows : (draw + 1) * rows], test) for draw in range(DRAWS)]
    return made
