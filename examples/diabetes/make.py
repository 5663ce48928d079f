"""Makes encounters.csv.gz from diabetic_data.csv.gz: python3 make.py diabetic_data.csv.gz"""
import csv
import gzip
import io
import os
import sys
from collections import Counter

# Discharges into death or a hospice: nobody is admitted again.
ENDED = {"11", "13", "14", "19", "20", "21"}
COUNTS = ["time_in_hospital", "num_lab_procedures", "num_procedures", "num_medications",
          "number_outpatient", "number_emergency", "number_inpatient", "number_diagnoses"]
DRUGS = ["metformin", "repaglinide", "glimepiride", "glipizide", "glyburide", "pioglitazone",
         "rosiglitazone", "insulin"]
CATEGORIES = ["race", "gender", "admission_type_id", "discharge_disposition_id", "admission_source_id",
              "payer_code", "medical_specialty", "max_glu_serum", "A1Cresult", "change", "diabetesMed"]
FEWEST = 1000


def group(code):
    """Gives the group of a diagnosis as Strack et al. (BioMed Research International 2014, table 2) have it."""
    if code == "?":
        return ""
    if code[0] in "EV":
        return "other"
    number = float(code)
    whole = int(number)
    if whole == 250:
        return "diabetes"
    ranges = [("circulatory", 390, 459), ("circulatory", 785, 785), ("respiratory", 460, 519),
              ("respiratory", 786, 786), ("digestive", 520, 579), ("digestive", 787, 787),
              ("injury", 800, 999), ("musculoskeletal", 710, 739), ("genitourinary", 580, 629),
              ("genitourinary", 788, 788), ("neoplasms", 140, 239)]
    for name, low, high in ranges:
        if low <= whole <= high:
            return name
    return "other"


def main(source):
    with gzip.open(source, "rt", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["discharge_disposition_id"] not in ENDED]
    common = {}
    for name in CATEGORIES + DRUGS:
        levels = Counter(row[name] for row in rows if row[name] not in ("?", "Unknown/Invalid"))
        common[name] = {level for level, count in levels.items() if count >= FEWEST}
    numbers = {}
    header = (["patient", "age"] + COUNTS + CATEGORIES + DRUGS +
              ["diagnosis_1", "diagnosis_2", "diagnosis_3", "readmitted"])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        patient = numbers.setdefault(row["patient_nbr"], len(numbers) + 1)
        line = [patient, row["age"][1:].split("-")[0]] + [row[name] for name in COUNTS]
        for name in CATEGORIES + DRUGS:
            value = row[name]
            missing = value in ("?", "Unknown/Invalid")
            line.append("" if missing else value if value in common[name] else "rare")
        line += [group(row[f"diag_{place}"]) for place in (1, 2, 3)]
        line.append(int(row["readmitted"] == "<30"))
        writer.writerow(line)
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "encounters.csv.gz"), "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=9) as packed:
            packed.write(text.getvalue().encode())
    for name in CATEGORIES + DRUGS:
        print(name, sorted(common[name]), any(row[name] not in common[name] and row[name] not in ("?", "Unknown/Invalid") for row in rows))
    print(len(rows), len(numbers))


main(sys.argv[1])
