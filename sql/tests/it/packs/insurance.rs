//! Stays, fees, diagnoses and procedures.

use super::Copies::{One, Two};
use super::Sample;

const UNDER_THE_MOTHER: super::Cells = &[
    ("insured_number", "insured_number-usual"),
    ("sex", "1"),
    ("born_on", "2024-02-29"),
    ("age", "0"),
    ("age_under_one", "1"),
    ("newborn_admission_type", "1"),
    ("newborn_birth_weight", "2450"),
    ("newborn_admission_weight", "2400"),
];

pub(super) const SAMPLE: Sample = Sample {
    pack: "medical-insurance",
    tables: &[
        (
            "stay",
            &[
                ("certificate_type", "01"),
                // GB 11643-1999, annex A.
                ("certificate_number", "11010519491231002X"),
                ("sex", "2"),
                ("born_on", "1949-12-31"),
                ("died_on", "2024-04-01"),
                ("age", "74"),
                ("admitted_on", "2024-03-01"),
                ("discharged_on", "2024-03-06"),
                ("settled_on", "2024-03-06"),
                ("days", "5"),
                ("discharge_route", "1"),
                ("main_diagnosis", "E11.9"),
                ("total_amount", "100"),
                ("fund_total_pay", "60"),
                ("personal_pay", "40"),
                ("refund", "false"),
            ],
        ),
        (
            "fee",
            &[
                ("serial", "1"),
                ("national_code", "N02"),
                ("occurred_on", "2024-03-02"),
                ("admitted_on", "2024-03-01"),
                ("discharged_on", "2024-03-06"),
                ("quantity", "3"),
                ("price", "33.333333"),
                ("own_share", "0.1"),
                ("item_amount", "100"),
            ],
        ),
        (
            "diagnosis",
            &[
                ("type", "1"),
                ("code", "E11.9"),
                ("main", "true"),
                ("sex", "2"),
                ("age", "74"),
                ("discharged_on", "2024-03-06"),
            ],
        ),
        (
            "procedure",
            &[
                ("code", "45.23"),
                ("performed_on", "2024-03-03"),
                ("admitted_on", "2024-03-01"),
                ("discharged_on", "2024-03-06"),
            ],
        ),
    ],
    good: &[
        ("usual", &[]),
        (
            "newborn",
            &[
                (
                    "stay",
                    &[
                        ("certificate_type", ""),
                        ("certificate_number", ""),
                        ("sex", "1"),
                        ("born_on", "2024-02-20"),
                        ("age", "0"),
                        ("age_under_one", "10"),
                        ("newborn_admission_type", "1"),
                        ("newborn_birth_weight", "3200"),
                        ("newborn_admission_weight", "3310"),
                        ("main_diagnosis", "Z38.0"),
                    ],
                ),
                (
                    "diagnosis",
                    &[("code", "Z38.0"), ("sex", "1"), ("age", "0")],
                ),
            ],
        ),
        (
            "mother",
            &[("diagnosis", &[("code", "O80"), ("age", "30")])],
        ),
        ("man", &[("diagnosis", &[("code", "N40"), ("sex", "男")])]),
        (
            "refunded",
            &[
                (
                    "stay",
                    &[
                        ("total_amount", "-100"),
                        ("fund_total_pay", "-60"),
                        ("personal_pay", "-40"),
                        ("refund", "true"),
                    ],
                ),
                (
                    "fee",
                    &[
                        ("quantity", "-3"),
                        ("item_amount", "-100"),
                        ("original_serial", "7"),
                    ],
                ),
            ],
        ),
        ("dead", &[("stay", &[("discharge_route", "5")])]),
        // A settlement, what takes it back, and the next one are of one visit, who died in it.
        (
            "settled-again-1",
            &[
                (
                    "stay",
                    &[
                        ("visit_id", "again"),
                        ("insured_number", "again"),
                        ("discharge_route", "5"),
                    ],
                ),
                ("fee", &[("visit_id", "again")]),
                ("diagnosis", &[("visit_id", "again")]),
                ("procedure", &[("visit_id", "again")]),
            ],
        ),
        (
            "settled-again-2",
            &[
                (
                    "stay",
                    &[
                        ("visit_id", "again"),
                        ("insured_number", "again"),
                        ("discharge_route", "5"),
                        ("total_amount", "-100"),
                        ("fund_total_pay", "-60"),
                        ("personal_pay", "-40"),
                        ("refund", "true"),
                    ],
                ),
                (
                    "fee",
                    &[
                        ("visit_id", "again"),
                        ("serial", "2"),
                        ("quantity", "-3"),
                        ("item_amount", "-100"),
                        ("original_serial", "1"),
                    ],
                ),
                // A main diagnosis of Chinese medicine beside the Western one, in codes of its own.
                (
                    "diagnosis",
                    &[("visit_id", "again"), ("type", "2"), ("code", "A17.01.02")],
                ),
                ("procedure", &[("visit_id", "again")]),
            ],
        ),
        (
            "settled-again-3",
            &[
                (
                    "stay",
                    &[
                        ("visit_id", "again"),
                        ("insured_number", "again"),
                        ("discharge_route", "5"),
                        ("total_amount", "90"),
                        ("personal_pay", "30"),
                    ],
                ),
                (
                    "fee",
                    &[
                        ("visit_id", "again"),
                        ("serial", "3"),
                        ("quantity", "3"),
                        ("price", "30"),
                        ("item_amount", "90"),
                    ],
                ),
                (
                    "diagnosis",
                    &[
                        ("visit_id", "again"),
                        ("code", "N40"),
                        ("main", "false"),
                        ("sex", "1"),
                    ],
                ),
                ("procedure", &[("visit_id", "again")]),
            ],
        ),
        // Twins under their mother's number, on the day after their birth.
        ("twin-1", &[("stay", UNDER_THE_MOTHER)]),
        ("twin-2", &[("stay", UNDER_THE_MOTHER)]),
        (
            "in-and-out",
            &[("stay", &[("discharged_on", "2024-03-01"), ("days", "1")])],
        ),
    ],
    bad: &[
        ("stay-person-present", One, &[("sex", "")]),
        (
            "citizen-id-valid",
            One,
            &[("certificate_number", "110105194912310021")],
        ),
        ("citizen-id-birth", One, &[("born_on", "1949-12-30")]),
        ("citizen-id-sex", One, &[("sex", "1")]),
        ("sex-coded", One, &[("sex", "X")]),
        ("age-agrees", One, &[("age", "75")]),
        (
            "age-in-days-agrees",
            One,
            &[("born_on", "2024-02-20"), ("age_under_one", "11")],
        ),
        ("stay-days-present", One, &[("discharged_on", "")]),
        ("born-before-admission", One, &[("born_on", "2024-03-02")]),
        (
            "admission-before-discharge",
            One,
            &[("discharged_on", "2024-02-29")],
        ),
        (
            "discharge-before-settlement",
            One,
            &[("settled_on", "2024-03-05")],
        ),
        ("no-stay-after-death", One, &[("died_on", "2024-02-29")]),
        (
            "admission-not-to-come",
            One,
            &[
                ("admitted_on", "2025-01-01"),
                ("discharged_on", "2025-01-03"),
            ],
        ),
        (
            "settlement-not-to-come",
            One,
            &[("settled_on", "2025-01-01")],
        ),
        ("death-not-to-come", One, &[("died_on", "2025-01-01")]),
        ("days-agree", One, &[("days", "6")]),
        (
            "overlapping-stays",
            Two,
            &[
                ("visit_id", "another"),
                ("admitted_on", "2024-03-05"),
                ("discharged_on", "2024-03-09"),
            ],
        ),
        ("discharge-route-coded", One, &[("discharge_route", "7")]),
        (
            "died-once",
            One,
            &[
                ("insured_number", "insured_number-dead"),
                ("discharge_route", "5"),
            ],
        ),
        ("newborn-weights-present", One, &[("born_on", "2024-02-20")]),
        ("newborn-type-present", One, &[("born_on", "2024-02-20")]),
        (
            "newborn-birth-weight-possible",
            One,
            &[("newborn_birth_weight", "3")],
        ),
        (
            "newborn-admission-weight-possible",
            One,
            &[("newborn_admission_weight", "3")],
        ),
        (
            "newborn-weights-in-tens",
            One,
            &[("newborn_birth_weight", "3201")],
        ),
        (
            "newborn-weight-of-newborns",
            One,
            &[("newborn_admission_weight", "3200")],
        ),
        ("settlement-present", One, &[("total_amount", "")]),
        ("settlement-once", Two, &[]),
        ("shares-add-up", One, &[("personal_pay", "40.02")]),
        ("fees-add-up", One, &[("total_amount", "100.02")]),
        ("settlement-not-negative", One, &[("total_amount", "-100")]),
        ("fee-cells-present", One, &[("price", "")]),
        ("fee-serial-once", Two, &[("price", "1")]),
        ("fee-lines-differ", Two, &[]),
        ("fee-amount-agrees", One, &[("item_amount", "100.02")]),
        ("fee-not-negative", One, &[("item_amount", "-100")]),
        ("fee-refund-named", One, &[("item_amount", "-100")]),
        ("fee-within-stay", One, &[("occurred_on", "2024-03-07")]),
        ("fee-of-a-stay", One, &[("visit_id", "nowhere")]),
        ("fee-code-form", One, &[("national_code", "10")]),
        ("fee-code-valid", One, &[("national_code", "N03")]),
        ("main-diagnosis-present", One, &[("main_diagnosis", "")]),
        ("stay-has-diagnosis", One, &[("visit_id", "elsewhere")]),
        ("diagnosis-of-a-stay", One, &[("visit_id", "nowhere")]),
        ("diagnosis-code-form", One, &[("code", "11.9")]),
        ("diagnosis-code-valid", One, &[("code", "E11")]),
        (
            "diagnosis-of-women",
            One,
            &[("code", "N80.0"), ("sex", "M")],
        ),
        ("diagnosis-of-men", One, &[("code", "c61"), ("sex", "F")]),
        (
            "diagnosis-of-newborns",
            One,
            &[("code", "A33"), ("age", "1")],
        ),
        (
            "diagnosis-of-maternity",
            One,
            &[("code", "O80"), ("age", "8")],
        ),
        (
            "diagnosis-of-adults",
            One,
            &[("code", "N40"), ("sex", "1"), ("age", "5")],
        ),
        ("main-diagnosis-no-cause", One, &[("code", "W19")]),
        ("diagnosis-once", Two, &[("main", "false")]),
        ("main-diagnosis-once", Two, &[("code", "N40")]),
        ("procedure-code-form", One, &[("code", "A5.23")]),
        ("procedure-code-valid", One, &[("code", "45.24")]),
        (
            "procedure-within-stay",
            One,
            &[("performed_on", "2024-02-29")],
        ),
        ("procedure-of-a-stay", One, &[("visit_id", "nowhere")]),
    ],
    codes: &[
        (
            "diagnosis",
            "code",
            "icd-10",
            "E11,Diabetes,,,,active\nE11.9,Diabetes,E11,,,active\nN40,Prostate,,,,active\n\
             O80,Birth,,,,active\nZ38,Born,,,,active\nZ38.0,Born,Z38,,,active\n",
        ),
        (
            "procedure",
            "code",
            "icd-9-cm-procedures",
            "45.23,Colonoscopy,,,,active\n45.24,Sigmoidoscopy,,2024-04-01,,active\n",
        ),
        ("fee", "national_code", "atc", "N02,Analgesics,,,,active\n"),
    ],
};
