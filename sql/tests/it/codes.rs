//! Files of code systems as tables, and comorbidities.

use super::*;

pub(crate) const MAP: &str = "kind = \"map\"\nsource = \"some rows of CMS's General Equivalence Mappings of 2018\"\n\
    [from]\nsystem = \"icd-9-cm\"\nversion = \"2018\"\n[to]\nsystem = \"icd-10-cm\"\nversion = \"2018\"\n---\n\
    source,target,approximate,scenario,choice\n\
    290.0,F03.90,1,,\n\
    250.50,E11.311,1,,\n250.50,E11.319,1,,\n\
    998.9,T81.9XXA,1,1,1\n998.9,T88.9XXA,1,1,2\n\
    V64.1,,,,\n";

fn house() -> House {
    let diagnoses = "id,code\n1,2900\n1,25050\n2,9989\n2,V641\n3,1\n4,25050\n4,\n";
    House::new(&[
        ("gem.csv", MAP.as_bytes()),
        ("dx.csv", diagnoses.as_bytes()),
    ])
}

/// The rows of the map by a rule, as source, target, part and how well it is known.
fn recoded(rule: &str) -> Vec<String> {
    let keys = format!("format = \"codes\"\n{rule}");
    let sql = "SELECT concat_ws(' ', source, coalesce(target, '-'), coalesce(part, 0), mapping) AS n FROM gem";
    let loaded = house().rows(
        &mapping(sql, &[("gem", "gem.csv", &keys)]),
        &[("n", "code")],
    );
    cells(&loaded.unwrap(), "n")
}

#[test]
fn a_map_gives_a_row_for_each_code_whatever_its_rule() {
    let same = [
        "250.50 - 0 ambiguous",
        "290.0 F03.90 1 approximate",
        "998.9 - 0 combination",
        "V64.1 - 0 no-map",
    ];
    assert_eq!(recoded("rule = \"only-unambiguous\""), same);
    let first = recoded("rule = \"first\"");
    assert_eq!(first[0], "250.50 E11.311 1 ambiguous");
    assert_eq!(first[1..], same[1..]);
    let above = recoded("rule = \"most-specific-common-ancestor\"");
    assert_eq!(above[0], "250.50 E11.31 1 ambiguous");
}

#[test]
fn more_rows_than_codes_come_only_where_they_are_asked_for() {
    let together = recoded("rule = \"first\"\ntogether = true");
    let parts = [
        "998.9 T81.9XXA 1 combination",
        "998.9 T88.9XXA 2 combination",
    ];
    assert_eq!(together[2..4], parts);
    assert_eq!(together.len(), 5);
    assert_eq!(recoded("rule = \"all\"").len(), 6);
}

#[test]
fn a_map_without_a_rule_and_a_table_with_one_are_refused() {
    let table = "system = \"icd-10\"\nversion = \"2019\"\nsource = \"x\"\n---\ncode,en,parent\n\
                 A00,Cholera,\nA00.0,Classical,A00\n";
    let house = House::new(&[("gem.csv", MAP.as_bytes()), ("icd.csv", table.as_bytes())]);
    let fault = |path: &str, keys: &str| {
        let keys = format!("format = \"codes\"\n{keys}");
        house.fault(&mapping("SELECT 1 AS n FROM c", &[("c", path, &keys)]))
    };
    let bare = fault("gem.csv", "");
    assert!(bare.to_string().contains("say which is taken"), "{bare}");
    assert!(
        bare.in_chinese().contains("请说明取哪一个"),
        "{}",
        bare.in_chinese()
    );
    let ruled = fault("icd.csv", "rule = \"first\"");
    assert!(ruled.to_string().contains("are for maps"), "{ruled}");
    let loaded = house.rows(
        &mapping(
            "SELECT code, en, parent FROM c ORDER BY code",
            &[("c", "icd.csv", "format = \"codes\"")],
        ),
        &[("code", "code"), ("en", "text"), ("parent", "code")],
    );
    assert_eq!(cells(&loaded.unwrap(), "parent"), ["-", "A00"]);
}

#[test]
fn a_library_of_names_is_a_table_and_a_bad_row_is_named_by_its_line() {
    let names = "kind = \"names\"\nsubject = \"drug\"\nsource = \"x\"\n---\nname,canonical,code\n\
                 Amoxil,amoxicillin,J01CA04\nAspirin,aspirin,\n";
    let twice = names.replace("Aspirin,", "Amoxil,");
    let house = House::new(&[("n.csv", names.as_bytes()), ("twice.csv", twice.as_bytes())]);
    let text = |path| {
        mapping(
            "SELECT name, code FROM c",
            &[("c", path, "format = \"codes\"")],
        )
    };
    let loaded = house.rows(&text("n.csv"), &[("name", "text"), ("code", "code")]);
    assert_eq!(cells(&loaded.unwrap(), "code"), ["J01CA04", "-"]);
    let fault = house.fault(&text("twice.csv"));
    assert!(
        fault
            .to_string()
            .contains("line 7: the same stands in line 6"),
        "{fault}"
    );
    assert!(
        fault.in_chinese().contains("第 7 行：与第 6 行重复"),
        "{}",
        fault.in_chinese()
    );
}

/// What a query over the diagnoses gives.
fn answer(sql: &str) -> Result<Loaded, QueryError> {
    let text = mapping(sql, &[("dx", "dx.csv", "")]);
    house().rows(&text, &[("n", "number")])
}

/// Plans a query over the diagnoses, without a row of them.
fn planned(sql: &str) -> Result<(), QueryError> {
    let text = mapping(sql, &[("dx", "dx.csv", "")]);
    let (house, program) = (house(), program());
    let mapping = Mapping::from_toml(&text).unwrap();
    let query = Query::new(&mapping, mapping.files(house.path()), &program);
    query.plan().map(|_| ())
}

#[test]
fn codes_are_brought_into_their_normal_form_or_are_missing() {
    let sql = "SELECT normal_code('icd-9-cm', code) AS k FROM dx";
    let loaded = house().rows(&mapping(sql, &[("dx", "dx.csv", "")]), &[("k", "code")]);
    let expected = ["290.0", "250.50", "998.9", "V64.1", "-", "250.50", "-"];
    assert_eq!(cells(&loaded.unwrap(), "k"), expected);
}

#[test]
fn comorbidities_are_those_of_the_published_lists_after_their_hierarchy() {
    let sql = "SELECT comorbidity_score('charlson', 'icd-9-cm', code) AS n FROM dx GROUP BY id ORDER BY id";
    // Dementia 1 and diabetes with complications 2; nothing; what is no code; diabetes.
    assert_eq!(cells(&answer(sql).unwrap(), "n"), ["3", "0", "0", "2"]);
    let one = |group: &str, code: &str| {
        let sql = format!(
            "SELECT CAST(comorbidity('charlson', '{group}', 'icd-10', k) AS INT) AS n FROM (VALUES ('K70.3'), ({code})) AS v (k)"
        );
        cells(&answer(&sql).unwrap(), "n")
    };
    assert_eq!(one("mild-liver-disease", "NULL"), ["1"]);
    assert_eq!(
        one("mild-liver-disease", "'K72.1'"),
        ["0"],
        "the graver hides it"
    );
    assert_eq!(one("severe-liver-disease", "'K72.1'"), ["1"]);
}

#[test]
fn a_group_system_or_score_that_is_not_there_is_named_with_its_line_in_both_languages() {
    for (call, word, zh) in [
        (
            "comorbidity('charlson', 'gout', 'icd-10', code)",
            "gout",
            "没有分组 \"gout\"",
        ),
        (
            "comorbidity('hfrs', 'dementia', 'icd-10', code)",
            "hfrs",
            "没有清单 \"hfrs\"",
        ),
        (
            "comorbidity('charlson', 'dementia', 'atc', code)",
            "atc",
            "没有 atc 的编码",
        ),
        (
            "comorbidity('charlson', 'dementia', id, code)",
            "texts in quotes",
            "带引号的文本",
        ),
        (
            "comorbidity_score('quan', 'icd-10', code)",
            "quan",
            "没有评分 \"quan\"",
        ),
        (
            "max(normal_code('icd-11', code))",
            "icd-11",
            "没有编码体系 \"icd-11\"",
        ),
    ] {
        let sql = format!("SELECT\n CAST({call} AS INT) AS n FROM dx");
        let error = planned(&sql).unwrap_err();
        assert_eq!(answer(&sql).unwrap_err().to_string(), error.to_string());
        let said = error.to_string();
        assert!(
            said.contains(word) && said.starts_with("line 4, column "),
            "{call}: {said}"
        );
        let said = error.in_chinese();
        assert!(
            said.contains(zh) && said.starts_with("第 4 行第 "),
            "{call}: {said}"
        );
    }
}
