//! The five data sets, from the folder of public tables.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use consilium_codes::Form;

use super::rows::{Columns, Rows};
use super::trial::{Trial, icd9};

/// All of them.
pub(crate) fn trials(data: &Path) -> Vec<Trial> {
    let names = ["cleveland", "hungarian", "switzerland", "va"];
    let hearts = names.map(|name| {
        let path = data.join(format!("heart-disease-uci/processed.{name}.data"));
        std::fs::read_to_string(path).unwrap()
    });
    vec![
        Trial::heart(&hearts.concat()),
        diabetes(data),
        synpuf(data),
        synthea(data),
        credit(data),
    ]
}

fn text(path: &Path) -> String {
    let mut text = String::new();
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut file = flate2::read::GzDecoder::new(file);
    file.read_to_string(&mut text).unwrap();
    text
}

fn diabetes(data: &Path) -> Trial {
    let text = text(&data.join("diabetes-130us/diabetic_data.csv.gz"));
    Trial {
        name: "diabetes-130us",
        rules: include_str!("diabetes.toml"),
        files: vec![("encounters.csv", Rows::read(&text, None, &["?"]))],
        codes: Vec::new(),
        columns: Columns {
            missing: &[
                "patient_nbr",
                "race",
                "gender",
                "age",
                "admission_type_id",
                "time_in_hospital",
                "diag_1",
                "readmitted",
            ],
            codes: &["gender", "admission_type_id", "readmitted", "diag_1"],
            dates: &[],
            // In hours, and in tablets of ten.
            units: &[("time_in_hospital", 24.0), ("num_medications", 10.0)],
            numbers: &["time_in_hospital", "num_medications"],
        },
    }
}

fn synpuf(data: &Path) -> Trial {
    let file = |name: &str| text(&data.join("synpuf-medicare").join(name));
    let people = file("sample01_beneficiary_2008.csv.gz");
    let claims = file("sample01_inpatient_2008_2010.csv.gz");
    let map = text(&data.join("icd9-icd10-gem/icd9toicd10cmgem.csv.gz"));
    // Codes of the map, which leaves none of the edition out.
    let map = Rows::read(&map, None, &[]);
    let codes = map
        .cells
        .iter()
        .map(|row| Form::Icd9Cm.normalise(&row[0]).unwrap().code);
    let table = icd9(codes);
    Trial {
        name: "synpuf",
        rules: include_str!("synpuf.toml"),
        files: vec![
            ("claims.csv", Rows::read(&claims, None, &[])),
            ("people.csv", Rows::read(&people, None, &[])),
        ],
        codes: vec![("icd-9-cm.csv", table)],
        columns: Columns {
            missing: &[
                "CLM_ADMSN_DT",
                "NCH_BENE_DSCHRG_DT",
                "CLM_THRU_DT",
                "ICD9_DGNS_CD_1",
                "CLM_PMT_AMT",
            ],
            codes: &["ICD9_DGNS_CD_1"],
            dates: &[
                "CLM_FROM_DT",
                "CLM_THRU_DT",
                "CLM_ADMSN_DT",
                "NCH_BENE_DSCHRG_DT",
            ],
            // In cents.
            units: &[("CLM_PMT_AMT", 100.0)],
            numbers: &["CLM_PMT_AMT"],
        },
    }
}

fn synthea(data: &Path) -> Trial {
    let file = |name: &str| text(&data.join("synthea-mitre-sample").join(name));
    Trial {
        name: "synthea",
        rules: include_str!("synthea.toml"),
        files: vec![
            (
                "encounters.csv",
                Rows::read(&file("encounters.csv.gz"), None, &[]),
            ),
            (
                "patients.csv",
                Rows::read(&file("patients.csv.gz"), None, &[]),
            ),
        ],
        codes: Vec::new(),
        columns: Columns {
            missing: &[
                "START",
                "STOP",
                "PATIENT",
                "ENCOUNTERCLASS",
                "CODE",
                "BASE_ENCOUNTER_COST",
            ],
            codes: &["ENCOUNTERCLASS"],
            dates: &["START", "STOP"],
            // In cents.
            units: &[("BASE_ENCOUNTER_COST", 100.0)],
            numbers: &["BASE_ENCOUNTER_COST"],
        },
    }
}

fn credit(data: &Path) -> Trial {
    let text = text(&data.join("fate-default-credit/UCI_Credit_Card.csv.gz"));
    Trial {
        name: "default-credit",
        rules: include_str!("default-credit.toml"),
        files: vec![("clients.csv", Rows::read(&text, None, &[]))],
        codes: Vec::new(),
        columns: Columns {
            missing: &["LIMIT_BAL", "SEX", "EDUCATION", "MARRIAGE", "AGE", "PAY_0"],
            codes: &["SEX", "EDUCATION", "MARRIAGE"],
            dates: &[],
            // In thousands, and in months.
            units: &[("LIMIT_BAL", 0.001), ("AGE", 12.0)],
            numbers: &["LIMIT_BAL", "AGE"],
        },
    }
}
