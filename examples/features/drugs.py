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
# Other drugs that the library knows, so that a name has to be told from its likes: ATC, generic name, brand.
OTHERS_KNOWN = """
A10AB05 insulin aspart,NovoLog|A10AE05 insulin detemir,Levemir|A10BB01 glibenclamide,Diabeta|A10BB09 gliclazide,Diamicron
A10BB12 glimepiride,Amaryl|A10BG03 pioglitazone,Actos|A10BH03 saxagliptin,Onglyza|B01AC05 ticlopidine,Ticlid
B01AC22 prasugrel,Effient|B01AE07 dabigatran etexilate,Pradaxa|C02AC01 clonidine,Catapres|C02DB02 hydralazine,Apresoline
C03BA08 metolazone,Zaroxolyn|C03CA02 bumetanide,Bumex|C03CA04 torasemide,Demadex|C03DA04 eplerenone,Inspra
C03DB01 amiloride,Midamor|C07AA05 propranolol,Inderal|C07AB03 atenolol,Tenormin|C07AB07 bisoprolol,Zebeta
C07AB12 nebivolol,Bystolic|C08CA02 felodipine,Plendil|C08CA05 nifedipine,Procardia|C09AA01 captopril,Capoten
C09AA02 enalapril,Vasotec|C09AA07 benazepril,Lotensin|C09CA03 valsartan,Diovan|C09CA04 irbesartan,Avapro
C09CA07 telmisartan,Micardis|C10AA02 lovastatin,Mevacor|C10AA03 pravastatin,Pravachol|H02AB06 prednisolone,Orapred
H02AB07 prednisone,Deltasone|J05AF05 lamivudine,Epivir|L02BA02 toremifene,Fareston|L02BG04 letrozole,Femara
L02BG06 exemestane,Aromasin|M01AC06 meloxicam,Mobic|M01AE02 naproxen,Naprosyn|M05BA06 ibandronic acid,Boniva
M05BA07 risedronic acid,Actonel|N03AB05 fosphenytoin,Cerebyx|N03AE01 clonazepam,Klonopin|N03AX09 lamotrigine,Lamictal
N05BB01 hydroxyzine,Atarax|N06AB05 paroxetine,Paxil|N06AB10 escitalopram,Lexapro|N06AX16 venlafaxine,Effexor
N06DA03 rivastigmine,Exelon|N06DA04 galantamine,Razadyne|P01AB01 metronidazole,Flagyl|R03AC12 salmeterol,Serevent
R03AC13 formoterol,Foradil|R03BB01 ipratropium bromide,Atrovent"""
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
    # A column that was too short.
    yield f"{generic[:6].strip().upper()} {first.replace(' ', '').upper()}"
    # Two letters stand in each other's place, and the end is missing.
    yield f"{generic[:2]}{generic[3]}{generic[2]}{generic[4:-2]} {first}"


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
        for known in OTHERS_KNOWN.strip().replace("\n", "|").split("|"):
            atc, names = known.split(" ", 1)
            generic, brand = names.split(",")
            writer.writerows([name, generic, atc] for name in (generic, brand))


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
