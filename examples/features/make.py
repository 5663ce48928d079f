#!/usr/bin/env python3
"""Makes the files of the three institutions from those that README.md names.

    python3 examples/features/make.py FOLDER

FOLDER holds synpuf-medicare and icd9-icd10-gem. What is drawn (one of several ways to write a code,
who buys which drug) is drawn with a fixed seed; all else follows from the number of the row.
"""

import csv
import datetime
import gzip
import io
import itertools
import pathlib
import random
import sys
import tomllib

import drugs
import workbook

HERE = pathlib.Path(__file__).parent
SEED = 20
DIAGNOSES = [f"ICD9_DGNS_CD_{number}" for number in range(1, 11)]
# Which people of a sample an institution has, by the last digit of the number of their row.
SHARES = {"hospital": "1378", "public": "02457", "commercial": "158"}


def read(file):
    """Gives the rows of a table."""
    with gzip.open(file, "rt", newline="") as text:
        return list(csv.DictReader(text))


def write(file, header, body, delimiter=",", encoding="utf-8"):
    """Writes a table, packed without a time, so that it is the same in every making."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(body)
    plain = text.getvalue().encode(encoding)
    file.write_bytes(gzip.compress(plain, 9, mtime=0) if file.suffix == ".gz" else plain)


def day(cell):
    """Reads a day."""
    return datetime.datetime.strptime(cell, "%Y%m%d").date()


def dotted(code):
    """Writes a code of ICD-9-CM or ICD-10-CM with its dot."""
    category = 4 if code[0] == "E" and code[1:].isdigit() and len(code) <= 5 else 3
    return code if len(code) <= category else f"{code[:category]}.{code[category:]}"


def ten(code):
    """Writes a code of ICD-10-CM with its dot."""
    return code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"


def ways(folder):
    """Gives for each code of ICD-9-CM all ways to write it in ICD-10-CM."""
    lists = {}
    for row in read(folder / "icd9-icd10-gem/icd9toicd10cmgem.csv.gz"):
        if row["no_map"] == "1":
            continue
        # Targets without a scenario are alternatives.
        alone = row["combination"] != "1"
        scenario = (0, row["icd10cm"]) if alone else (int(row["scenario"]), "")
        choices = lists.setdefault(row["icd9cm"], {}).setdefault(scenario, {})
        choices.setdefault(int(row["choice_list"]), []).append(row["icd10cm"])
    return {
        code: [way for choices in scenarios.values() for way in itertools.product(*choices.values())]
        for code, scenarios in lists.items()
    }


def people(folder, sample, name):
    """Gives an institution's people: those on the rolls of 2009 and 2010, with their stays and drugs."""
    table = lambda part: read(folder / f"synpuf-medicare/sample{sample:02}_{part}.csv.gz")
    next_year = {row["DESYNPUF_ID"]: row for row in table("beneficiary_2010")}
    stays = {}
    for claim in table("inpatient_2008_2010"):
        stays.setdefault(claim["DESYNPUF_ID"], []).append(claim)
    drawn = random.Random(f"{SEED} {name}")
    for number, row in enumerate(table("beneficiary_2009")):
        after = next_year.get(row["DESYNPUF_ID"])
        if after is None or str(number % 10) not in SHARES[name]:
            continue
        own = stays.get(row["DESYNPUF_ID"], [])
        own.sort(key=lambda claim: (claim["CLM_ADMSN_DT"], claim["CLM_ID"]))
        yield {
            "born": day(row["BENE_BIRTH_DT"]),
            "is_male": row["BENE_SEX_IDENT_CD"] == "1",
            "renal": row["BENE_ESRD_IND"] == "Y",
            "months": int(row["BENE_HI_CVRAGE_TOT_MONS"]),
            "paid": [round(float(row[f"MEDREIMB_{part}"])) for part in ("IP", "OP", "CAR")],
            "next": round(sum(float(after[f"MEDREIMB_{part}"]) for part in ("IP", "OP", "CAR"))),
            "stays": [
                {
                    "from": day(claim["CLM_ADMSN_DT"]),
                    "to": day(claim["NCH_BENE_DSCHRG_DT"]),
                    "paid": round(float(claim["CLM_PMT_AMT"])),
                    "codes": [claim[column] for column in DIAGNOSES if claim[column]],
                }
                for claim in own
            ],
            "drugs": list(drugs.drawn(row, drawn)),
        }


def hospital(folder):
    """Wide claims in ICD-9-CM without dots, items by their names, dollars."""
    patients, stays, items = [], [], []
    for number, person in enumerate(people(folder, 1, "hospital"), 10_001):
        born = "" if number % 53 == 0 else f"{person['born']:%Y%m%d}"
        sex, renal = ("1" if person["is_male"] else "2"), ("Y" if person["renal"] else "0")
        patients.append([number, born, sex, renal, person["months"], *person["paid"], person["next"]])
        for stay in person["stays"]:
            codes = (stay["codes"] + [""] * 10)[:10]
            days = (stay["to"] - stay["from"]).days
            stays.append([number, f"{stay['from']:%Y%m%d}", days, stay["paid"], *codes])
        items += [[number, drug["item"], drug["paid"]] for drug in person["drugs"]]
    to = HERE / "hospital"
    header = "record born sex renal months inpatient outpatient physicians paid_2010".split()
    write(to / "patients.csv.gz", header, patients)
    header = ["record", "admitted", "days", "paid", *(f"dx{number}" for number in range(1, 11))]
    write(to / "stays.csv.gz", header, stays)
    write(to / "items.csv.gz", ["record", "item", "paid"], items)
    write(to / "decided.csv", ["item", "canonical", "atc"], drugs.decided())


def public(folder):
    """Long form, recoded into ICD-10-CM, in GB18030 with semicolons, Chinese days, cents."""
    known, drawn = ways(folder), random.Random(f"{SEED} ways")
    persons, stays, codes, bought, original = [], [], [], [], []
    chinese = lambda it: f"{it.year}年{it.month}月{it.day}日"
    claim = 0
    for number, person in enumerate(people(folder, 2, "public"), 500_001):
        paid = [100 * it for it in person["paid"]]
        if number % 41 == 0:
            paid[2] = "NULL"
        sex, renal = ("男" if person["is_male"] else "女"), ("是" if person["renal"] else "否")
        persons.append(
            [number, chinese(person["born"]), sex, renal, person["months"], *paid, 100 * person["next"]]
        )
        for stay in person["stays"]:
            claim += 1
            stays.append([claim, number, chinese(stay["from"]), chinese(stay["to"]), 100 * stay["paid"]])
            original.append([claim, " ".join(dotted(code) for code in stay["codes"])])
            # What has no way to be written is lost.
            chosen = [drawn.choice(known[code]) for code in stay["codes"] if code in known]
            row = itertools.count(1)
            codes += [[claim, next(row), ten(code)] for way in chosen for code in way]
        bought += [[number, drug["atc"], 100 * drug["paid"]] for drug in person["drugs"]]
    to = HERE / "public"
    chinese_csv = {"delimiter": ";", "encoding": "gb18030"}
    header = "人员编号 出生日期 性别 终末期肾病 参保月数 住院支付 门诊支付 医师支付 次年支付".split()
    write(to / "persons.csv.gz", header, persons, **chinese_csv)
    header = "结算号 人员编号 入院日期 出院日期 支付".split()
    write(to / "settlements.csv.gz", header, stays, **chinese_csv)
    write(to / "diagnoses.csv.gz", "结算号 序号 诊断编码".split(), codes, **chinese_csv)
    write(to / "drugs.csv.gz", "人员编号 药品编码 支付".split(), bought, **chinese_csv)
    write(to / "original.csv.gz", ["claim", "codes"], original)


def commercial(folder):
    """A workbook of members, claims with all codes in one cell, thousands of dollars."""
    members, claims, bought = [], [], []
    thousands = lambda dollars: f"{dollars / 1000:.2f}"
    for number, person in enumerate(people(folder, 3, "commercial"), 1):
        policy = f"P{number:05}"
        sex = "U" if number % 29 == 0 else "M" if person["is_male"] else "F"
        months = None if number % 8 == 0 else person["months"]
        paid = [it / 1000 for it in [*person["paid"], person["next"]]]
        members.append([policy, person["born"], sex, int(person["renal"]), months, *paid])
        for stay in person["stays"]:
            codes = "|".join(dotted(code) for code in stay["codes"])
            nights = (stay["to"] - stay["from"]).days
            claims.append(
                [policy, f"{stay['from']:%d/%m/%Y}", nights, codes, thousands(stay["paid"])]
            )
        bought += [[policy, drug["atc"], thousands(drug["paid"])] for drug in person["drugs"]]
    to = HERE / "commercial"
    header = "policy birth sex esrd months inpatient outpatient physicians paid_2010".split()
    workbook.write(to / "members.xlsx", "members", [header, *members])
    header = "policy admitted nights diagnoses paid".split()
    write(to / "claims.csv.gz", header, claims, delimiter="\t")
    write(to / "drugs.csv.gz", ["policy", "atc", "paid"], bought, delimiter="\t")


def groups():
    """Writes the lists of comorbidities as rows: a code belongs to a group if its beginning lies from
    `low` to `high`; without dots."""
    text = (HERE / "../../align/codes/lists/charlson.toml").read_text()
    for system, file in (("icd-9-cm", "charlson-icd9.csv"), ("icd-10", "charlson-icd10.csv")):
        rows = []
        for group in tomllib.loads(text)["group"]:
            for listed in group[system]:
                low, _, high = listed.replace(".", "").partition("-")
                rows.append([group["id"], low, high or low])
        write(HERE / file, ["comorbidity", "low", "high"], rows)


def gem(folder):
    """Writes the codes of the institutions that keep ICD-9-CM as a map."""
    seen = set()
    for file, column in (("hospital/stays.csv.gz", None), ("commercial/claims.csv.gz", "diagnoses")):
        with gzip.open(HERE / file, "rt") as text:
            for row in csv.DictReader(text, delimiter="\t" if column else ","):
                codes = row[column].split("|") if column else [row[f"dx{it}"] for it in range(1, 11)]
                seen.update(code.replace(".", "") for code in codes if code)
    head = """kind = "map"
source = "CMS General Equivalence Mappings, the codes of this example"
licence = "public domain"
[from]
system = "icd-9-cm"
version = "GEM"
[to]
system = "icd-10-cm"
version = "GEM"
---
source,target,approximate,scenario,choice
"""
    lines = []
    for row in read(folder / "icd9-icd10-gem/icd9toicd10cmgem.csv.gz"):
        if row["icd9cm"] not in seen:
            continue
        if row["no_map"] == "1":
            lines.append(f"{dotted(row['icd9cm'])},,,,")
            continue
        together = row["combination"] == "1"
        place = [row["scenario"], row["choice_list"]] if together else ["", ""]
        approximate = "1" if row["approximate"] == "1" else ""
        cells = [dotted(row["icd9cm"]), ten(row["icd10cm"]), approximate, *place]
        lines.append(",".join(cells))
    text = head + "\n".join(lines) + "\n"
    (HERE / "gem.csv.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def main():
    folder = pathlib.Path(sys.argv[1])
    for name in SHARES:
        (HERE / name).mkdir(exist_ok=True)
    hospital(folder)
    public(folder)
    commercial(folder)
    groups()
    gem(folder)
    drugs.library(HERE / "drugs.csv")


if __name__ == "__main__":
    main()
