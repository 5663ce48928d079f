//! What the guide says, done.

use super::*;

const GUIDE: &str = include_str!("../../../docs/guide/mapping.md");

#[test]
fn the_guides_mapping_runs_over_a_workbook_and_a_file() {
    let mut blocks = GUIDE.split("```toml\n").skip(1);
    let mut block = || blocks.next().unwrap().split("```").next().unwrap();
    let (text, schema) = (block(), block());
    // The workbook's columns, without a workbook.
    let text = text
        .replace("patients.xlsx", "patients.csv")
        .replace("sheet = \"住院\"\n", "");
    let patients = "psn_no,sex,admitted,discharged\n01,f,2026-01-01,2026-01-05\n02,m,2026-02-01,\n";
    let fees = "psn_no,amount\n01,2.5\n01,NULL\n";
    let house = House::new(&[
        ("patients.csv", patients.as_bytes()),
        ("fees.csv", fees.as_bytes()),
    ]);
    let mapping = Mapping::from_toml(&text).unwrap();
    let schema = Schema::from_toml(schema).unwrap();
    let program = program();
    let query = Query::new(&mapping, mapping.files(house.path()), &program);
    let loaded = query.rows(&schema, None, 20).unwrap();
    assert_eq!(cells(&loaded, "items"), ["2", "0"]);
    assert_eq!(cells(&loaded, "spent"), ["2.5", "0"]);
    assert_eq!(cells(&loaded, "stay_days"), ["4", "-"]);
}

#[test]
fn the_guides_diagnoses_become_comorbidities() {
    let blocks: Vec<&str> = GUIDE.split("```toml\n").skip(1).collect();
    let block = |number: usize| blocks[number].split("```").next().unwrap();
    let (text, schema) = (block(2), block(3));
    let diagnoses = "psn_no,code\n01,2900\n01,25050\n02,9989\n02,V641\n03,1\n";
    let house = House::new(&[
        ("diagnoses.csv", diagnoses.as_bytes()),
        ("icd9-icd10.map.csv", codes::MAP.as_bytes()),
    ]);
    let mapping = Mapping::from_toml(text).unwrap();
    let schema = Schema::from_toml(schema).unwrap();
    let program = program();
    let query = Query::new(&mapping, mapping.files(house.path()), &program);
    let loaded = query.rows(&schema, None, 20).unwrap();
    // Dementia 1, diabetes with complications 2; V64.1 has no match, and 1 is no code.
    assert_eq!(cells(&loaded, "charlson"), ["3", "0", "0"]);
    assert_eq!(cells(&loaded, "dementia"), ["true", "false", "false"]);
    assert_eq!(cells(&loaded, "not_recoded"), ["0", "1", "1"]);
}
