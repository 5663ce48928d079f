//! Rules of packs that a rule file has otherwise.

use consilium_quality::{RuleSet, Severity};

use super::{RULES, read};

const ADJUST: &str = r#"
[[adjust]]
rule = "clinical/RULE"
reason = "our registry keeps the sex at birth"
"#;

/// The rules with a pack and one adjustment of a rule of it.
fn adjusted(rule: &str, said: &str) -> Result<RuleSet, String> {
    let packed = RULES.replace("title = \"t\"", "title = \"t\"\npacks = [\"clinical\"]");
    let adjust = ADJUST.replace("RULE", rule);
    read(&format!("{packed}{adjust}{said}\n"))
}

#[test]
fn a_rule_of_a_pack_is_switched_off_or_counts_otherwise_for_a_reason() {
    let rule = |said: &str| {
        let set = adjusted("death-after-birth", said).unwrap();
        let found = set
            .rules()
            .iter()
            .find(|it| it.id == "clinical/death-after-birth");
        found.unwrap().clone()
    };
    let off = rule("off = true");
    assert!(off.is_off);
    let reason = Some("our registry keeps the sex at birth");
    assert_eq!(off.adjusted.as_deref(), reason);
    let other = rule("severity = \"minor\"\nweight = 0.5\ntolerate = 0.01");
    assert_eq!((other.severity, other.is_off), (Severity::Minor, false));
    assert_eq!(other.counts().to_bits(), 0.5_f64.to_bits());
    assert_eq!(other.tolerate.to_bits(), 0.01_f64.to_bits());
    let unless = rule("unless = \"source = 'x' -- told so\"");
    let applies = unless.applies.unwrap();
    let expected = "NOT coalesce((\nsource = 'x' -- told so\n), false)";
    assert!(applies.text.starts_with(expected), "{}", applies.text);
    let before = adjusted("death-after-birth", "off = true").unwrap();
    let after = adjusted("death-after-birth", "weight = 2.0").unwrap();
    assert_ne!(before.hash(), after.hash());
}

#[test]
fn adjustments_that_say_nothing_or_of_nothing_are_refused() {
    for (rule, said, word) in [
        ("death-after-birth", "", "say off = true, or what changes"),
        (
            "death-after-birth",
            "off = true\nweight = 2.0",
            "say off = true, or",
        ),
        ("gone", "off = true", "there is no rule \"clinical/gone\""),
        (
            "death-after-birth",
            "tolerate = 1.0",
            "tolerate must be a share from 0 to below 1",
        ),
        (
            "death-after-birth",
            "unless = \"EXISTS (SELECT 1)\"",
            "a condition looks at one row",
        ),
    ] {
        let refused = adjusted(rule, said).unwrap_err();
        assert!(refused.contains(word), "{refused}");
    }
    let of = |id: &str, reason: &str| {
        let adjust = format!("[[adjust]]\nrule = {id:?}\nreason = {reason:?}\noff = true\n");
        read(&format!("{RULES}{adjust}")).unwrap_err()
    };
    let place = "line 19, column 8: adjust \"r\": only rules of packs";
    assert!(of("r", "why").starts_with(place), "{}", of("r", "why"));
    assert!(of("a/accessible", "why").contains("only rules of packs"));
    assert!(of("a/typed", "").contains("line 20, column 10: adjust \"a/typed\": reason is empty"));
    let twice = format!("{}off = true", ADJUST.replace("RULE", "death-after-birth"));
    let refused = adjusted("death-after-birth", &format!("off = true{twice}")).unwrap_err();
    assert!(refused.contains("declared twice"), "{refused}");
}

#[test]
fn tables_of_codes_are_part_of_the_hash() {
    let text = RULES.replace(
        "[[table]]",
        "[[source]]\nname = \"icd\"\npath = \"icd.csv\"\nformat = \"codes\"\n[[table]]",
    );
    let with = |hash: Option<[u8; 32]>| {
        let set = read(&text).unwrap();
        set.with_code_tables(|path| hash.filter(|_| path == "icd.csv"))
    };
    let hashes = [Some([1; 32]), Some([2; 32]), None].map(|it| with(it).hash().to_owned());
    assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2] && hashes[0] != hashes[2]);
    assert_eq!(with(Some([1; 32])).hash(), hashes[0]);
    let none = read(RULES).unwrap();
    let same = read(RULES).unwrap().with_code_tables(|_| Some([1; 32]));
    assert_eq!(none.hash(), same.hash(), "there are none");
}
