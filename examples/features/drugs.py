"""Who buys which drug, and what a hospital calls it.

SynPUF's file of drugs could not be had, so purchases are drawn here: whoever has a chronic condition buys
some drugs that are given for it. They show how names and codes are brought together, and tell nothing of
medicine. Names are generic and brand names as they stand on packs, codes those of the ATC index.
"""

import csv

# ATC, generic name, brand names, form, strengths, dollars a year, conditions of SynPUF.
DRUGS = [
    ("A10BA02", "metformin", ["Glucophage", "Fortamet"], "tablet", ["500 mg", "850 mg"], 40, "DIABETES"),
    ("A10BB07", "glipizide", ["Glucotrol"], "tablet", ["5 mg", "10 mg"], 30, "DIABETES"),
    ("A10BH01", "sitagliptin", ["Januvia"], "tablet", ["100 mg"], 1900, "DIABETES"),
    ("A10AE04", "insulin glargine", ["Lantus"], "injection", ["100 IU/ml"], 1500, "DIABETES"),
    ("B01AC04", "clopidogrel", ["Plavix"], "tablet", ["75 mg"], 1400, "STRKETIA ISCHMCHT"),
    ("B01AA03", "warfarin", ["Coumadin", "Jantoven"], "tablet", ["2 mg", "5 mg"], 90, "STRKETIA CHF"),
    ("C10AA05", "atorvastatin", ["Lipitor"], "tablet", ["20 mg", "40 mg"], 900, "ISCHMCHT DIABETES"),
    ("C10AA01", "simvastatin", ["Zocor"], "tablet", ["20 mg", "40 mg"], 60, "ISCHMCHT STRKETIA"),
    ("C10AA07", "rosuvastatin", ["Crestor"], "tablet", ["10 mg"], 1100, "ISCHMCHT"),
    ("C03CA01", "furosemide", ["Lasix"], "tablet", ["40 mg"], 20, "CHF CHRNKIDN"),
    ("C03DA01", "spironolactone", ["Aldactone"], "tablet", ["25 mg"], 50, "CHF"),
    ("C07AB02", "metoprolol", ["Lopressor", "Toprol"], "tablet", ["50 mg", "100 mg"], 40, "ISCHMCHT CHF"),
    ("C07AG02", "carvedilol", ["Coreg"], "tablet", ["12.5 mg"], 60, "CHF"),
    ("C09AA05", "ramipril", ["Altace"], "capsule", ["5 mg"], 70, "CHF DIABETES"),
    ("C09AA03", "lisinopril", ["Zestril", "Prinivil"], "tablet", ["10 mg", "20 mg"], 30, "CHRNKIDN DIABETES"),
    ("C09CA01", "losartan", ["Cozaar"], "tablet", ["50 mg"], 300, "CHRNKIDN"),
    ("C08CA01", "amlodipine", ["Norvasc"], "tablet", ["5 mg", "10 mg"], 50, "ISCHMCHT CHRNKIDN"),
    ("N06DA02", "donepezil", ["Aricept"], "tablet", ["5 mg", "10 mg"], 1700, "ALZHDMTA"),
    ("N06DX01", "memantine", ["Namenda"], "tablet", ["10 mg"], 1600, "ALZHDMTA"),
    ("N06AB06", "sertraline", ["Zoloft"], "tablet", ["50 mg"], 80, "DEPRESSN"),
    ("N06AB04", "citalopram", ["Celexa"], "tablet", ["20 mg"], 60, "DEPRESSN"),
    ("N06AB03", "fluoxetine", ["Prozac"], "capsule", ["20 mg"], 50, "DEPRESSN"),
    ("R03BB04", "tiotropium", ["Spiriva"], "capsule", ["18 ug"], 1800, "COPD"),
    ("R03AC02", "salbutamol", ["Ventolin", "Proventil"], "aerosol", ["100 ug"], 200, "COPD"),
    ("R03DC03", "montelukast", ["Singulair"], "tablet", ["10 mg"], 1200, "COPD"),
    ("M05BA04", "alendronic acid", ["Fosamax"], "tablet", ["70 mg"], 100, "OSTEOPRS"),
    ("G03XC01", "raloxifene", ["Evista"], "tablet", ["60 mg"], 1200, "OSTEOPRS"),
    ("M01AH01", "celecoxib", ["Celebrex"], "capsule", ["200 mg"], 1500, "RA_OA"),
    ("M01AE01", "ibuprofen", ["Motrin"], "tablet", ["600 mg"], 20, "RA_OA"),
    ("L02BA01", "tamoxifen", ["Nolvadex"], "tablet", ["20 mg"], 200, "CNCR"),
    ("L02BG03", "anastrozole", ["Arimidex"], "tablet", ["1 mg"], 2500, "CNCR"),
]
# Of whoever has a condition, how many buy one drug for it, and how many a second.
FIRST, SECOND = 0.8, 0.35
# Of all others, how many buy a drug all the same.
OTHERS = 0.01


def items(drug):
    """Gives the ways in which the hospital writes a drug."""
    _, generic, brands, form, strengths, _, _ = drug
    short = {"tablet": "TAB", "capsule": "CAP", "injection": "INJ", "aerosol": "AER"}[form]
    first, last = strengths[0], strengths[-1]
    yield f"{generic.title()} {first} {form}s"
    yield f"{brands[0].upper()} {last.replace(' ', '').upper()} {short}"
    yield f"{brands[-1]} ({generic}) {first} x30"
    # A hurried hand: a letter is missing.
    at = len(generic) // 2
    yield f"{generic[:at]}{generic[at + 1:]} {last} {short.lower()}"


def decided():
    """Gives for each item what a person has decided that it is."""
    for drug in DRUGS:
        for item in items(drug):
            yield [item, drug[1], drug[0]]


def library(file):
    """Writes generic and brand names with their codes, as `consilium codes match` takes them."""
    head = 'kind = "names"\nsubject = "drug"\nsource = "generic and brand names of this example, ATC index"\n---\n'
    with open(file, "w", newline="") as text:
        text.write(head)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["name", "canonical", "code"])
        for atc, generic, brands, *_ in DRUGS:
            writer.writerows([name, generic, atc] for name in [generic, *brands])


def drawn(row, generator):
    """Draws what a person buys in 2009."""
    conditions = sorted({it for drug in DRUGS for it in drug[6].split()})
    bought = {}
    for condition in conditions:
        fitting = [drug for drug in DRUGS if condition in drug[6].split()]
        has = row[f"SP_{condition}"] == "1"
        for share in (FIRST, SECOND) if has else (OTHERS,):
            if generator.random() < share:
                drug = generator.choice(fitting)
                bought[drug[0]] = drug
    for atc, drug in sorted(bought.items()):
        paid = round(drug[5] * (0.5 + generator.random()))
        yield {"atc": atc, "item": generator.choice(list(items(drug))), "paid": paid}
