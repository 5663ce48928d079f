//! Persons, encounters, and what is measured.

use super::Copies::{One, Two};
use super::Sample;

pub(super) const SAMPLE: Sample = Sample {
    pack: "clinical",
    tables: &[
        (
            "patient",
            &[
                ("sex", "2"),
                ("born_on", "1949-12-31"),
                ("died_on", "2024-04-01"),
            ],
        ),
        (
            "encounter",
            &[
                ("patient_id", "id-usual"),
                ("born_on", "1949-12-31"),
                ("died_on", "2024-04-01"),
                ("started_on", "2024-03-01"),
                ("ended_on", "2024-03-06"),
            ],
        ),
        (
            "observation",
            &[
                ("age", "74"),
                ("bmi", "24.2"),
                ("systolic_pressure", "120"),
                ("diastolic_pressure", "80"),
                ("heart_rate", "70"),
                ("respiratory_rate", "14"),
                ("temperature", "36.8"),
                ("oxygen_saturation", "98"),
                ("coma_scale", "15"),
                ("height", "170"),
                ("weight", "70"),
                ("ph", "7.4"),
                ("oxygen_pressure", "95"),
                ("carbon_dioxide_pressure", "40"),
                ("sodium", "140"),
                ("potassium", "4.2"),
                ("chloride", "102"),
                ("bicarbonate", "24"),
                ("urea", "5"),
                ("creatinine", "80"),
                ("glucose", "5.5"),
                ("cholesterol", "4.8"),
                ("bilirubin", "10"),
                ("albumin", "42"),
                ("haemoglobin", "140"),
                ("haematocrit", "42"),
                ("leucocytes", "7"),
                ("platelets", "250"),
                ("lactate", "1"),
            ],
        ),
    ],
    good: &[
        ("usual", &[]),
        // As low as ranges go.
        (
            "low",
            &[(
                "observation",
                &[
                    ("systolic_pressure", "40"),
                    ("diastolic_pressure", "20"),
                    ("haemoglobin", "20"),
                ],
            )],
        ),
    ],
    bad: &[
        ("patient-known", One, &[("sex", "")]),
        ("patient-once", Two, &[]),
        ("birth-possible", One, &[("born_on", "1849-12-31")]),
        ("death-after-birth", One, &[("died_on", "1949-12-30")]),
        ("life-possible", One, &[("born_on", "1890-01-01")]),
        ("encounter-once", Two, &[]),
        ("encounter-of-a-patient", One, &[("patient_id", "nobody")]),
        ("encounter-days-present", One, &[("ended_on", "")]),
        (
            "encounter-start-before-end",
            One,
            &[("ended_on", "2024-02-29")],
        ),
        (
            "encounter-not-to-come",
            One,
            &[("started_on", "2025-01-01")],
        ),
        (
            "encounter-after-birth",
            One,
            &[("started_on", "1949-12-30")],
        ),
        (
            "encounter-before-death",
            One,
            &[("started_on", "2024-06-01")],
        ),
        // In g/dL.
        ("haemoglobin-possible", One, &[("haemoglobin", "14")]),
        ("albumin-possible", One, &[("albumin", "4.2")]),
        // In mg/dL.
        ("creatinine-possible", One, &[("creatinine", "0.9")]),
        ("cholesterol-possible", One, &[("cholesterol", "186")]),
        // In degrees Fahrenheit.
        ("temperature-possible", One, &[("temperature", "98.2")]),
        (
            "systolic-above-diastolic",
            One,
            &[("diastolic_pressure", "121")],
        ),
        ("bmi-agrees", One, &[("bmi", "25.5")]),
    ],
    codes: &[],
};
