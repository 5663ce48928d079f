//! Chapters by their first and last category.
//!
//! ICD-10: World Health Organization, tabular list, version 2019; where ICD-10-CM (National Center for
//! Health Statistics, tabular list of April 2026) begins a chapter earlier or ends it later, as there: the
//! World Health Organization has no category in between. ICD-9-CM: National Center for Health
//! Statistics and Centers for Medicare and Medicaid Services, tabular list of 2011.

use serde::Serialize;

use crate::Form;

/// A chapter of a classification of diseases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Chapter {
    /// Its first category.
    pub first: &'static str,
    /// Its last category.
    pub last: &'static str,
    /// What it is about, in English.
    pub en: &'static str,
    /// What it is about, in Chinese.
    pub zh: &'static str,
}

const fn chapter(range: [&'static str; 2], en: &'static str, zh: &'static str) -> Chapter {
    let [first, last] = range;
    Chapter {
        first,
        last,
        en,
        zh,
    }
}

const ICD_10: [Chapter; 22] = [
    chapter(["A00", "B99"], "infections", "传染病和寄生虫病"),
    chapter(["C00", "D49"], "neoplasms", "肿瘤"),
    chapter(["D50", "D89"], "blood and immunity", "血液及免疫疾病"),
    chapter(
        ["E00", "E90"],
        "endocrine and metabolic",
        "内分泌、营养和代谢疾病",
    ),
    chapter(["F00", "F99"], "mental", "精神和行为障碍"),
    chapter(["G00", "G99"], "nervous system", "神经系统疾病"),
    chapter(["H00", "H59"], "eye", "眼和附器疾病"),
    chapter(["H60", "H95"], "ear", "耳和乳突疾病"),
    chapter(["I00", "I99"], "circulation", "循环系统疾病"),
    chapter(["J00", "J99"], "respiration", "呼吸系统疾病"),
    chapter(["K00", "K95"], "digestion", "消化系统疾病"),
    chapter(["L00", "L99"], "skin", "皮肤和皮下组织疾病"),
    chapter(
        ["M00", "M99"],
        "muscles and bones",
        "肌肉骨骼系统和结缔组织疾病",
    ),
    chapter(["N00", "N99"], "urinary and genital", "泌尿生殖系统疾病"),
    chapter(["O00", "O9A"], "pregnancy and birth", "妊娠、分娩和产褥期"),
    chapter(["P00", "P96"], "perinatal", "围生期情况"),
    chapter(["Q00", "QA0"], "congenital", "先天性畸形和染色体异常"),
    chapter(["R00", "R99"], "symptoms", "症状、体征和异常所见"),
    chapter(["S00", "T98"], "injuries and poisoning", "损伤和中毒"),
    chapter(["U00", "U99"], "special purposes", "特殊目的编码"),
    chapter(["V00", "Y99"], "external causes", "外因"),
    chapter(
        ["Z00", "Z99"],
        "contacts with health services",
        "与保健机构接触的因素",
    ),
];

const ICD_9_CM: [Chapter; 19] = [
    chapter(["001", "139"], "infections", "传染病和寄生虫病"),
    chapter(["140", "239"], "neoplasms", "肿瘤"),
    chapter(
        ["240", "279"],
        "endocrine and metabolic",
        "内分泌、营养和代谢疾病",
    ),
    chapter(["280", "289"], "blood", "血液疾病"),
    chapter(["290", "319"], "mental", "精神障碍"),
    chapter(
        ["320", "389"],
        "nervous system and senses",
        "神经系统和感觉器官疾病",
    ),
    chapter(["390", "459"], "circulation", "循环系统疾病"),
    chapter(["460", "519"], "respiration", "呼吸系统疾病"),
    chapter(["520", "579"], "digestion", "消化系统疾病"),
    chapter(["580", "629"], "urinary and genital", "泌尿生殖系统疾病"),
    chapter(["630", "679"], "pregnancy and birth", "妊娠、分娩和产褥期"),
    chapter(["680", "709"], "skin", "皮肤和皮下组织疾病"),
    chapter(
        ["710", "739"],
        "muscles and bones",
        "肌肉骨骼系统和结缔组织疾病",
    ),
    chapter(["740", "759"], "congenital", "先天性异常"),
    chapter(["760", "779"], "perinatal", "围生期情况"),
    chapter(["780", "799"], "symptoms", "症状、体征和不明确情况"),
    chapter(["800", "999"], "injuries and poisoning", "损伤和中毒"),
    chapter(["E000", "E999"], "external causes", "外因"),
    chapter(
        ["V01", "V91"],
        "contacts with health services",
        "与保健机构接触的因素",
    ),
];

impl Chapter {
    /// All chapters of a form of codes, none where it has no chapters.
    pub fn all(form: Form) -> &'static [Chapter] {
        match form {
            Form::Icd10 | Form::Icd10Yb => &ICD_10,
            Form::Icd9Cm => &ICD_9_CM,
            _ => &[],
        }
    }

    /// The chapter of a code in normal form.
    pub fn of(form: Form, code: &str) -> Option<&'static Chapter> {
        Chapter::all(form).iter().find(|chapter| {
            let category = code.get(..chapter.first.len());
            // ICD-10-CM has letters in the third place: C7A stands after C79, before C80.
            category.is_some_and(|it| chapter.first <= it && it <= chapter.last)
        })
    }

    /// Its first and last category, as `A00-B99`.
    pub fn range(&self) -> String {
        format!("{}-{}", self.first, self.last)
    }
}
