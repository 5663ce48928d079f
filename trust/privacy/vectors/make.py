"""Makes the vectors beside this file: `python make.py [FOLDER]`, with what requirements.txt names.

k-anonymity, l-diversity, t-closeness and their kin are those of pycanon. What pycanon has not, or has
otherwise than its source, is computed here from the published definition, in exact fractions where there
is one: when no enhanced beta (Cao and Karras 2012) and no delta (Brickell and Shmatikov 2008) is enough, risks (El Emam 2013; Dankar and El Emam 2010), recursive (c, l)-diversity (Machanavajjhala et al.
2007; pycanon 1.3.6 sorts frequencies upwards, so its c is another number), the estimators of population
uniqueness (Zayatz 1991; Chen and Keller-McNulty 1998 with Haas and Stokes 1998; Hoshino 2001).
"""

import csv
import json
import math
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pandas
from importlib.metadata import version
from pycanon import anonymity
from pycanon.metrics import _reidentification_metrics as reidentification
from scipy.optimize import brentq

HERE = Path(__file__).resolve().parent
HEART = HERE.parents[2] / "examples" / "heart-disease" / "processed.cleveland.data"

# Machanavajjhala, Kifer, Gehrke, Venkitasubramaniam: L-diversity: privacy beyond k-anonymity (2007),
# the inpatient table: 4-anonymous, and 3-diverse.
CONDITIONS = ["heart", "heart", "viral", "viral", "cancer", "heart", "viral", "viral"] + ["cancer"] * 4
FOUR_ANONYMOUS = [("130**", "<30")] * 4 + [("1485*", ">=40")] * 4 + [("130**", "3*")] * 4
THREE_DIVERSE = [
    ("1305*", "<=40"), ("1306*", "<=40"), ("1306*", "<=40"), ("1305*", "<=40"),
    ("1485*", ">40"), ("1485*", ">40"), ("1485*", ">40"), ("1485*", ">40"),
    ("1305*", "<=40"), ("1305*", "<=40"), ("1306*", "<=40"), ("1306*", "<=40"),
]

# Li, Li, Venkatasubramanian: t-closeness: privacy beyond k-anonymity and l-diversity (2007), the table of
# salaries and diseases: 3-diverse, and 0.167-close as to salaries.
SALARIES = [3, 4, 5, 6, 11, 8, 7, 9, 10]
DISEASES = [
    "gastric ulcer", "gastritis", "stomach cancer", "gastritis", "flu", "bronchitis", "bronchitis",
    "pneumonia", "stomach cancer",
]
LI_DIVERSE = [("476**", "2*")] * 3 + [("4790*", ">=40")] * 3 + [("476**", "3*")] * 3
LI_CLOSE = [
    ("4767*", "<=40"), ("4760*", "<=40"), ("4767*", "<=40"), ("4790*", ">=40"), ("4790*", ">=40"),
    ("4790*", ">=40"), ("4760*", "<=40"), ("4767*", "<=40"), ("4760*", "<=40"),
]


def hospital(quasi):
    return [[*of, condition] for of, condition in zip(quasi, CONDITIONS)]


def salaries(quasi):
    return [[*of, salary, disease] for of, salary, disease in zip(quasi, SALARIES, DISEASES)]


def heart(years):
    """Cleveland's 303 patients: age in steps of years, sex, kind of pain; cholesterol and narrowing."""
    with HEART.open() as file:
        rows = [row for row in csv.reader(file) if row]
    return [[int(float(row[0])) // years, row[1], row[2], int(float(row[4])), int(row[13])] for row in rows]


def coarse(rows):
    """The same, with cholesterol in steps of 20 mg/dl."""
    return [[*row[:3], row[3] // 20, row[4]] for row in rows]


def tables():
    inpatient = ["zip", "age", "condition"]
    paid = ["zip", "age", "salary", "disease"]
    heart_columns = ["age", "sex", "pain", "cholesterol", "narrowing"]
    inpatients = {"condition": False}
    payments = {"salary": True, "disease": False}
    patients = {"cholesterol": True, "narrowing": True}
    return [
        ("inpatients, 4-anonymous", inpatient, hospital(FOUR_ANONYMOUS), 2, inpatients),
        ("inpatients, 3-diverse", inpatient, hospital(THREE_DIVERSE), 2, inpatients),
        ("salaries, 3-diverse", paid, salaries(LI_DIVERSE), 2, payments),
        ("salaries, 0.167-close", paid, salaries(LI_CLOSE), 2, payments),
        ("heart disease, sex and pain", heart_columns[1:], [row[1:] for row in heart(10)], 2, patients),
        ("heart disease, decade, sex and pain", heart_columns, heart(10), 3, patients),
        ("heart disease, age, sex and pain", heart_columns, heart(1), 3, patients),
        ("heart disease, and cholesterol", heart_columns, coarse(heart(10)), 4, {"narrowing": True}),
    ]


def recursive(frame, quasi, column):
    counted = [
        sorted(Counter(rows[column]).values(), reverse=True) for _, rows in frame.groupby(quasi)
    ]
    least = min(len(counts) for counts in counted)
    return [
        {"l": l, "c": float(max(Fraction(counts[0], sum(counts[l - 1 :])) for counts in counted))}
        for l in range(2, least + 1)
    ]


def entropy(frame, quasi, column):
    def of(rows):
        return -sum(n / len(rows) * math.log(n / len(rows)) for n in Counter(rows[column]).values())

    return math.exp(min(of(rows) for _, rows in frame.groupby(quasi)))


def shares(rows, column):
    return {value: Fraction(count, len(rows)) for value, count in Counter(rows[column]).items()}


def enhanced_beta(frame, quasi, column):
    """None where a share grows by more than -ln of itself: then no beta is enough."""
    whole = shares(frame, column)
    for _, rows in frame.groupby(quasi):
        for value, share in shares(rows, column).items():
            if share / whole[value] - 1 > -math.log(whole[value]) + 1e-12:
                return None
    return float(anonymity.basic_beta_likeness(frame, quasi, [column]))


def delta(frame, quasi, column):
    """None where a class lacks a value of the table: then no delta is enough. pycanon passes it over."""
    values = frame[column].nunique()
    if any(rows[column].nunique() < values for _, rows in frame.groupby(quasi)):
        return None
    return float(anonymity.delta_disclosure(frame, quasi, [column]))


def risks(table, population, threshold):
    here, there = Counter(map(tuple, table)), Counter(map(tuple, population or table))
    rows = sum(here.values())
    limit = Fraction(*threshold)
    at_risk = lambda sizes: sum(n for key, n in here.items() if Fraction(1, sizes[key]) > limit)
    marketer = sum(Fraction(n, there[key]) for key, n in here.items()) / rows
    found = {
        "threshold": float(limit),
        "prosecutor": {
            "highest": float(Fraction(1, min(here.values()))),
            "average": float(Fraction(len(here), rows)),
            "at_risk": float(Fraction(at_risk(here), rows)),
        },
        "journalist": None,
        "marketer": float(marketer),
    }
    if population:
        smallest = min(there[key] for key in here)
        spread = Fraction(len(here), sum(there[key] for key in here))
        found["journalist"] = {
            "highest": float(Fraction(1, smallest)),
            "average": float(max(marketer, spread)),
            "at_risk": float(Fraction(at_risk(there), rows)),
        }
    return found


def zayatz(sizes, rows, population):
    def once(size):
        return Fraction(size * math.comb(population - size, rows - 1), math.comb(population, rows))

    alone = sizes.get(1, 0)
    if not alone:
        return 0.0
    seen = sum(count * once(size) for size, count in sizes.items())
    return float(alone * (alone * once(1) / seen) * Fraction(population, rows))


def snb(sizes, rows, population):
    one, two = sizes.get(1, 0), sizes.get(2, 0)
    if not one:
        return 0.0
    if not two:
        return None
    q = rows / population
    add = lambda term: sum(count * term(size) for size, count in sizes.items())
    unseen = add(lambda i: (1 - q) ** i)
    classes = sum(sizes.values()) + one * (
        add(lambda i: i * q**2 * (1 - q**2) ** (i - 1))
        / add(lambda i: (1 - q**2) ** i - (1 - q) ** i)
    ) * (unseen / add(lambda i: i * q * (1 - q) ** (i - 1))) ** 2

    def ratio(alpha, beta):
        d = (1 - q) * (1 - beta)
        twice = q * alpha * (1 - beta) / 2 / (1 - d) ** 2 * (2 - (1 - alpha) * d)
        return twice / (1 + alpha * d / (1 - d))

    def alpha_of(beta):
        excess = lambda log: ratio(math.exp(log), beta) - two / one
        return math.exp(brentq(excess, -40, 40, xtol=1e-15, rtol=1e-15))

    def excess(beta):
        alpha, d = alpha_of(beta), (1 - q) * (1 - beta)
        return classes * q * (beta / (1 - d)) ** alpha * (1 + alpha * d / (1 - d)) - one

    if excess(1 - 1e-9) <= 0:
        return None
    beta = brentq(excess, 1e-9, 1 - 1e-9, xtol=1e-15, rtol=1e-15)
    uniques = classes * beta ** alpha_of(beta)
    return uniques if uniques <= population else None


def pitman(sizes, rows, population):
    classes = sum(sizes.values())
    if not sizes.get(1, 0):
        return 0.0
    if classes >= rows:
        return None

    def theta_of(alpha):
        def grows(theta):
            return sum(1 / (theta + i * alpha) for i in range(1, classes)) - sum(
                1 / (theta + i) for i in range(1, rows)
            )

        return brentq(grows, -alpha * (1 - 1e-12) + 1e-12, 1e9, xtol=1e-14, rtol=1e-14)

    def slope(alpha):
        theta = theta_of(alpha)
        return sum(i / (theta + i * alpha) for i in range(1, classes)) - sum(
            count * sum(1 / (i - alpha) for i in range(1, size)) for size, count in sizes.items()
        )

    if slope(1e-6) <= 0:
        # The best alpha is 0, where the model is Ewens's and expects theta people alone.
        return theta_of(0)
    alpha = brentq(slope, 1e-6, 1 - 1e-9, xtol=1e-14, rtol=1e-14)
    theta = theta_of(alpha)
    uniques = math.exp(math.lgamma(theta + 1) - math.lgamma(theta + alpha)) * population**alpha
    return uniques if uniques <= population else None


def measured(name, columns, rows, quasi_columns, sensitive):
    frame = pandas.DataFrame(rows, columns=columns)
    quasi = columns[:quasi_columns]
    attributes = {}
    for column, ordered in sensitive.items():
        of = ([*quasi], [column])
        alpha, k = anonymity.alpha_k_anonymity(frame, *of)
        attributes[column] = {
            "ordered": ordered,
            "distinct": int(anonymity.l_diversity(frame, *of)),
            "entropy_whole": int(anonymity.entropy_l_diversity(frame, *of)),
            "entropy": entropy(frame, quasi, column),
            "recursive": recursive(frame, quasi, column),
            "closeness": float(anonymity.t_closeness(frame, *of)),
            "alpha": float(alpha),
            "beta": float(anonymity.basic_beta_likeness(frame, *of)),
            "enhanced_beta": enhanced_beta(frame, quasi, column),
            "delta": delta(frame, quasi, column),
        }
    keys = [row[:quasi_columns] for row in rows]
    sizes = Counter(Counter(map(tuple, keys)).values())
    # Every third row as a table, and all rows as the population that its people are from.
    part = keys[::3]
    return {
        "name": name,
        "columns": columns,
        "quasi": quasi,
        "rows": [[str(cell) if at < quasi_columns else cell for at, cell in enumerate(row)] for row in rows],
        "k": int(anonymity.k_anonymity(frame, quasi)),
        "highest": float(reidentification.max_rir(frame, quasi)),
        "sensitive": attributes,
        "risks": risks(keys, None, (1, 5)),
        "every_third": risks(part, keys, (1, 5)),
        "uniques": uniques(sizes, (2, 20)),
    }


def uniques(sizes, times):
    rows = sum(size * count for size, count in sizes.items())
    return [
        {
            "population": rows * of,
            "zayatz": zayatz(sizes, rows, rows * of),
            "snb": snb(sizes, rows, rows * of),
            "pitman": pitman(sizes, rows, rows * of),
        }
        for of in times
    ]


# How many classes there are of each size, with large ones as tables of few coarse columns have them.
CLASSES = [
    ("one class of 2,750", {1: 140, 2: 60, 3: 25, 4: 15, 6: 8, 10: 4, 30: 2, 2750: 1}),
    ("classes of thousands", {1: 40, 2: 21, 3: 12, 5: 9, 12: 5, 60: 3, 900: 2, 4000: 1, 12000: 1}),
]


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    made = {
        "source": "trust/privacy/vectors/make.py",
        "versions": {name: version(name) for name in ("pycanon", "pandas", "numpy", "scipy")},
        "classes": [
            {"name": name, "sizes": list(sizes.items()), "uniques": uniques(sizes, (2, 3, 20))}
            for name, sizes in CLASSES
        ],
        "tables": [measured(*table) for table in tables()],
    }
    lines = [json.dumps(table, ensure_ascii=False) for table in made.pop("tables")]
    head = json.dumps(made, ensure_ascii=False)[:-1]
    text = head + ', "tables": [\n' + ",\n".join(lines) + "\n]}\n"
    (folder / "tables.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
