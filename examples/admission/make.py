#!/usr/bin/env python3
"""Makes the three tables from the files that README.md names.

    python3 examples/admission/make.py FOLDER

FOLDER holds the four files of one sample, as CSV or CSV.gz. Nothing is drawn at random: who is
left out of a table follows from the number of the person's row.
"""

import csv
import gzip
import io
import pathlib
import sys

CONDITIONS = {
    "alzheimer": "SP_ALZHDMTA",
    "heart_failure": "SP_CHF",
    "kidney": "SP_CHRNKIDN",
    "cancer": "SP_CNCR",
    "copd": "SP_COPD",
    "depression": "SP_DEPRESSN",
    "diabetes": "SP_DIABETES",
    "ischaemic": "SP_ISCHMCHT",
    "osteoporosis": "SP_OSTEOPRS",
    "arthritis": "SP_RA_OA",
    "stroke": "SP_STRKETIA",
}
COVER = {
    "months_hospital": "BENE_HI_CVRAGE_TOT_MONS",
    "months_medical": "BENE_SMI_CVRAGE_TOT_MONS",
    "months_managed": "BENE_HMO_CVRAGE_TOT_MONS",
    "months_drugs": "PLAN_CVRG_MOS_NUM",
}
SETTINGS = {"inpatient": "IP", "outpatient": "OP", "physicians": "CAR"}


def rows(folder, words):
    """Gives the rows of the one file whose name has all of the words."""
    found = [
        path
        for path in sorted(folder.iterdir())
        if all(word in path.name.lower() for word in words)
    ]
    if len(found) != 1:
        sys.exit(f"{folder}: {len(found)} files named with {' and '.join(words)}, not one")
    opened = gzip.open if found[0].suffix == ".gz" else open
    with opened(found[0], "rt", newline="") as text:
        yield from csv.DictReader(text)


def write(file, header, body):
    """Writes a table, packed without a time, so that it is the same in every making."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(body)
    packed = gzip.compress(text.getvalue().encode(), 9, mtime=0)
    file.write_bytes(packed)


def amount(cell):
    """Gives whole dollars."""
    return round(float(cell))


def people(folder):
    """Gives of each person on the rolls of both years the number of the row, the key, whether they
    were admitted in 2010, and what each institution knows."""
    rolled = {row["DESYNPUF_ID"]: row for row in rows(folder, ["beneficiary", "2009"])}
    alive = [
        row["DESYNPUF_ID"]
        for row in rows(folder, ["beneficiary", "2010"])
        if row["DESYNPUF_ID"] in rolled
    ]
    stays, days, codes, admitted = {}, {}, {}, set()
    for claim in rows(folder, ["inpatient"]):
        person, begun = claim["DESYNPUF_ID"], claim["CLM_FROM_DT"]
        if begun.startswith("2010"):
            admitted.add(person)
            continue
        stays[person] = stays.get(person, 0) + 1
        days[person] = days.get(person, 0) + int(claim["CLM_UTLZTN_DAY_CNT"] or 0)
        told = sum(1 for number in range(1, 11) if claim[f"ICD9_DGNS_CD_{number}"])
        codes[person] = codes.get(person, 0) + told
    for number, person in enumerate(alive):
        row = rolled[person]
        conditions = [int(row[column] == "1") for column in CONDITIONS.values()]
        renal = int(row["BENE_ESRD_IND"] == "Y")
        history = [found.get(person, 0) for found in (stays, days, codes)]
        age = 2009 - int(row["BENE_BIRTH_DT"][:4])
        sex = "male" if row["BENE_SEX_IDENT_CD"] == "1" else "female"
        paid = [amount(row[f"MEDREIMB_{setting}"]) for setting in SETTINGS.values()]
        cover = [int(row[column]) for column in COVER.values()]
        own = [amount(row[f"BENRES_{setting}"]) for setting in SETTINGS.values()]
        first = [amount(row[f"PPPYMT_{setting}"]) for setting in SETTINGS.values()]
        yield {
            "number": number,
            "key": person,
            "admitted": int(person in admitted),
            "hospital": [*conditions, renal, *history],
            "public": [age, sex, *cover, *paid],
            "commercial": [*own, *first],
        }


# What the columns are called.
KEY, LABEL = "insurance_number", "admitted"
HOSPITAL = [*CONDITIONS, "renal", "stays", "days", "codes"]
PUBLIC = ["age", "sex", *COVER, *(f"paid_{setting}" for setting in SETTINGS)]
COMMERCIAL = [f"{kind}_{setting}" for kind in ("own", "first") for setting in SETTINGS]


def main():
    here = pathlib.Path(__file__).parent
    hospital, public, commercial = [], [], []
    for person in people(pathlib.Path(sys.argv[1])):
        number, key = person["number"], person["key"]
        if number % 11 != 3:
            hospital.append([key, person["admitted"], *person["hospital"]])
        if number % 13 != 5:
            public.append([key, *person["public"]])
        if number % 17 != 7:
            commercial.append([key, *person["commercial"]])
    # Each institution has its own order.
    hospital.sort(key=lambda row: row[0][::-1])
    commercial.sort(key=lambda row: row[0])
    write(here / "hospital.csv.gz", [KEY, LABEL, *HOSPITAL], hospital)
    write(here / "public.csv.gz", [KEY, *PUBLIC], public)
    write(here / "commercial.csv.gz", [KEY, *COMMERCIAL], commercial)


if __name__ == "__main__":
    main()
