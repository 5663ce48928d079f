"""Writes each hospital's rows with columns standardised by its own training rows, as FLamby's clients have them.

Run in this folder; reads the files beside it. Needs nothing but Python."""

import csv
import statistics

NAMES = "age sex cp2 cp3 cp4 trestbps chol fbs restecg1 restecg2 thalach exang oldpeak".split()


def features(values):
    age, sex, cp, trestbps, chol, fbs, restecg, thalach, exang, oldpeak = map(float, values[:10])
    return [age, sex, cp == 2, cp == 3, cp == 4, trestbps, chol, fbs, restecg == 1, restecg == 2, thalach, exang, oldpeak]


for hospital in ["cleveland", "hungarian", "switzerland", "va"]:
    with open(f"../{hospital}-split.csv") as file:
        parts = {int(row["row"]): row["split"] for row in csv.DictReader(file)}
    with open(f"../processed.{hospital}.data") as file:
        lines = [line.strip().split(",") for line in file]
    rows = [(features(lines[row - 1]), float(lines[row - 1][13]) > 0, part) for row, part in sorted(parts.items())]
    columns = list(zip(*(values for values, _, part in rows if part == "train")))
    scales = [(statistics.fmean(column), statistics.stdev(map(float, column))) for column in columns]
    with open(f"{hospital}.csv", "w") as file, open(f"{hospital}-split.csv", "w") as split:
        print(*NAMES, "num", sep=",", file=file)
        print("row,split", file=split)
        for number, (values, label, part) in enumerate(rows, 1):
            scaled = [(value - mean) / deviation if deviation else 0.0 for value, (mean, deviation) in zip(values, scales)]
            print(*(f"{value:.4f}" for value in scaled), int(label), sep=",", file=file)
            print(number, part, sep=",", file=split)
