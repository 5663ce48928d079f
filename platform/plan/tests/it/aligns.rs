//! Plans of two institutions that align their rows.

use std::collections::{BTreeMap, HashSet};

use consilium_base::Digest;
use consilium_entities::Stop;
use consilium_plan::{
    Align, Code, DataReport, DataVersion, Failure, Found, Lang, Matching, Obstacle, OnDropout,
    PartyReport, Phase, Plan, Room, Task,
};
use consilium_psi::{Breach, PsiError, SpillError, unbalanced::Refused};
use consilium_schema::Schema;

use crate::{aligned_text, party};

/// The guide's plan.
pub(crate) fn aligned() -> Plan {
    Plan::from_toml(aligned_text()).unwrap()
}

/// The same for a number with noise, and a key of all kinds.
pub(crate) fn counted() -> Plan {
    let text = changed(
        "protocol = \"ecdh\"",
        "protocol = \"cardinality\"\ncounter = \"insurer\"\nepsilon = 0.5",
    );
    let parts = "\
        [[key.part]]\ncolumn = \"number\"\nkind = \"insurance-number\"\nlengths = [8, 12]\n\
        [[key.part]]\ncolumn = \"name\"\nkind = \"name\"\n\
        [[key.part]]\ncolumn = \"born\"\nkind = \"date\"\nserials = true\n\
        [[key.part]]\ncolumn = \"phone\"\nkind = \"phone\"\n\
        [[key.part]]\ncolumn = \"ward\"\nkind = \"text\"\n[align]";
    Plan::from_toml(&text.replace("[align]", parts)).unwrap()
}

fn changed(from: &str, to: &str) -> String {
    assert!(aligned_text().contains(from), "{from}");
    aligned_text().replacen(from, to, 1)
}

fn refusal(from: &str, to: &str) -> String {
    let plan = Plan::from_toml(&changed(from, to));
    plan.expect_err(to).to_string()
}

/// The keys that the guide to keys prints.
fn printed_keys() -> Vec<&'static str> {
    let guide = include_str!("../../../../docs/guide/keys.md");
    let blocks = guide.split("```toml\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

fn task(plan: &Plan) -> &Align {
    match plan.task() {
        Task::Align(task) => task,
        _ => panic!("it is an alignment"),
    }
}

#[test]
fn the_keys_that_the_guide_prints_are_read() {
    let (head, rest) = aligned_text().split_once("[key]").unwrap();
    let (_, tail) = rest.split_once("[align]").unwrap();
    let keys = printed_keys();
    assert_eq!(keys.len(), 2);
    for key in keys {
        let plan = Plan::from_toml(&format!("{head}{key}\n[align]{tail}")).unwrap();
        assert_eq!(task(&plan).key.parts().len(), 2);
    }
}

#[test]
fn what_is_left_out_has_its_default() {
    let text = changed("[align]\nprotocol = \"ecdh\"\nminimum = 100\n", "");
    let plan = Plan::from_toml(&text).unwrap();
    assert_eq!(plan, aligned());
    let task = task(&plan);
    assert_eq!((&task.matching, task.minimum), (&Matching::Ecdh, 100));
    assert_eq!(plan.phases(), [Phase::Align]);
    assert_eq!(plan.on_dropout(), OnDropout::Pause);
    assert_eq!((plan.quorum(), plan.verified_needed()), (2, 2));
    assert!(plan.protection().is_none() && !plan.asks_waiver());
    assert_eq!(plan.limits().runs, 20);
    assert_eq!(task.terms(&plan).largest, 200_000);
    assert_eq!(task.terms(&plan).study, *plan.hash().as_bytes());
}

#[test]
fn what_belongs_to_another_kind_is_refused_where_it_stands() {
    let before = "purpose = \"readiness for a joint study of readmissions\"\n";
    for (key, value) in [
        ("features", "[\"age\"]"),
        ("label", "{ column = \"x\" }"),
        ("test", "{ share = 0.3 }"),
        ("schema", "\"schema.toml\""),
    ] {
        let error = refusal(before, &format!("{before}{key} = {value}\n"));
        let place = format!("line 3, column {}: {key}: ", key.len() + 4);
        assert!(error.starts_with(&place), "{error}");
        assert!(error.contains("no meaning in a plan of kind"), "{error}");
    }
    for table in [
        "[model]\npenalty = 1.0\n",
        "[evaluation]\nown_metrics = \"home\"\n",
        "[comparison]\n",
        "[protection]\non_dropout = \"pause\"\n",
        "[[column]]\nname = \"a\"\ntype = \"text\"\n",
    ] {
        let error = refusal("[limits]", &format!("{table}[limits]"));
        assert!(error.starts_with("line 16, column 1: "), "{error}");
    }
    for key in [
        "minimum_rows",
        "minimum_cohort",
        "minimum_cell",
        "minimum_verified",
    ] {
        let error = refusal("[limits]", &format!("[limits]\n{key} = 2"));
        assert!(
            error.contains(&format!("limits.{key}: this has no")),
            "{error}"
        );
    }
    let fit = crate::full_text().replace("[limits]", "[align]\nminimum = 10\n[limits]");
    let error = Plan::from_toml(&fit).unwrap_err().to_string();
    assert!(error.contains("align: this has no meaning in a plan of kind = \"train-glm\""));
}

#[test]
fn impossible_values_are_refused_where_they_stand() {
    let third = "\n[[party]]\nname = \"third\"\ndata = \"x\"\n";
    let cases = [
        ("minimum = 100", "minimum = 9", "10 to "),
        (
            "minimum = 100",
            "minimum = 300_000",
            "limits.most_rows: 300000 to",
        ),
        (
            "minimum = 100",
            "counter = \"insurer\"",
            "counter and epsilon belong together",
        ),
        (
            "minimum = 100",
            "epsilon = 1.0",
            "align.epsilon: counter and epsilon",
        ),
        ("\"ecdh\"", "\"kkrt\"", "unknown variant `kkrt`"),
        (
            "\"ecdh\"",
            "\"vole\"\ncounter = \"insurer\"\nepsilon = 1.0",
            "align.counter: ",
        ),
        (
            "\"ecdh\"",
            "\"cardinality\"\ncounter = \"x\"\nepsilon = 1.0",
            "align.counter: x is no contributor of this plan",
        ),
        (
            "\"ecdh\"",
            "\"cardinality\"\ncounter = \"insurer\"",
            "align.counter: ",
        ),
        (
            "\"ecdh\"",
            "\"cardinality\"\ncounter = \"insurer\"\nepsilon = 0.0005",
            "align.epsilon: epsilon is 0.001 to 1",
        ),
        (
            "\"citizen-id\"",
            "\"passport\"",
            "unknown variant `passport`",
        ),
        (
            "\"citizen-id\"",
            "\"phone\"\nserials = true",
            "serials has no meaning",
        ),
        (
            "\"members\"\n",
            "\"members\"\nreceives = false\n",
            "party: two contributors",
        ),
        (
            "\"members\"\n",
            &format!("\"members\"\n{third}"),
            "party: two contributors",
        ),
        (
            "data = \"members\"\n",
            "role = \"receiver\"\n",
            "party: two contributors",
        ),
    ];
    for (from, to, said) in cases {
        let error = refusal(from, to);
        assert!(error.contains(said), "{to}: {error}");
    }
    let start = aligned_text().find("[key]").unwrap();
    let end = aligned_text().find("[align]").unwrap();
    let keyless = aligned_text().replace(&aligned_text()[start..end], "");
    let error = Plan::from_toml(&keyless).unwrap_err().to_string();
    assert!(error.contains("missing field `key`"), "{error}");
}

#[test]
fn large_sets_are_compared_by_a_protocol_of_their_own() {
    let written = changed("\"ecdh\"", "\"vole\"");
    let plan = Plan::from_toml(&written).unwrap();
    assert_eq!(task(&plan).matching, Matching::Vole);
    assert!(task(&plan).gives_rows());
    let canonical = plan.to_string();
    assert!(canonical.contains("protocol = \"vole\"\n"), "{canonical}");
    assert_eq!(Plan::from_toml(&canonical).unwrap(), plan);
    for (lang, name, sample) in [
        (Lang::En, "psi-vole", "random sample of both data sets"),
        (Lang::Zh, "psi-vole", "随机样本"),
    ] {
        let page = plan.summary(None, lang);
        assert!(page.contains(name) && page.contains(sample), "{page}");
        assert!(!aligned().summary(None, lang).contains(name));
    }
    // Beyond that, a common tag would no longer mean a common key.
    let beyond = written.replace("200_000", "268_435_457");
    let error = Plan::from_toml(&beyond).unwrap_err().to_string();
    assert!(
        error.contains("limits.most_rows: 100 to 268435456"),
        "{error}"
    );
}

#[test]
fn every_change_of_meaning_is_another_hash() {
    let changes = [
        ("duplicates = \"all\"", "duplicates = \"first\""),
        ("\"citizen_id\"", "\"id\""),
        ("\"citizen-id\"", "\"text\""),
        ("\"ecdh\"", "\"cardinality\""),
        ("\"ecdh\"", "\"vole\""),
        ("minimum = 100", "minimum = 101"),
        ("200_000", "200_001"),
    ];
    let mut hashes: HashSet<Digest> = [*aligned().hash().as_bytes()].into();
    hashes.insert(*counted().hash().as_bytes());
    for (from, to) in changes {
        let plan = Plan::from_toml(&changed(from, to)).unwrap();
        assert!(hashes.insert(*plan.hash().as_bytes()), "{to}");
    }
}

#[test]
fn a_key_column_must_be_there_and_hold_text() {
    let plan = counted();
    let schema = |columns: &[(&str, &str)]| {
        let columns = columns
            .iter()
            .map(|(name, kind)| format!("[[column]]\nname = {name:?}\ntype = {kind:?}\n"));
        Schema::from_toml(&columns.collect::<String>()).unwrap()
    };
    let fits = schema(&[
        ("citizen_id", "code"),
        ("number", "text"),
        ("name", "text"),
        ("born", "date"),
        ("phone", "integer"),
    ]);
    assert_eq!(
        task(&plan).obstacles(&fits),
        [
            Obstacle::Differs("born".to_owned()),
            Obstacle::Differs("phone".to_owned()),
            Obstacle::Missing("ward".to_owned()),
        ]
    );
}

#[test]
fn what_keeps_keys_from_being_compared_is_told_with_its_code() {
    let plan = aligned();
    let report = |obstacles| PartyReport {
        plan: plan.hash(),
        clock_ahead: 0,
        found: Ok(Found {
            data: DataReport::Read {
                version: DataVersion([7; 32]),
                obstacles,
                one_class: false,
            },
            verified: 2,
            disk: Room::Ample,
            memory: Room::Ample,
        }),
    };
    let told = |obstacle: Obstacle| {
        let report = report(vec![obstacle]);
        assert!(plan.is_answered_by(&report));
        let fine = self::aligned().verdict(&BTreeMap::new()).failures.len();
        assert_eq!(fine, 2);
        let reports = BTreeMap::from([(party("hospital"), report)]);
        plan.verdict(&reports).failures[0].code
    };
    let column = "citizen_id".to_owned();
    assert_eq!(
        told(Obstacle::Missing(column.clone())),
        Code::DataColumnMissing
    );
    assert_eq!(told(Obstacle::Differs(column)), Code::KeysColumn);
    assert_eq!(told(Obstacle::RowsTooFew), Code::AlignSetTooSmall);
    assert_eq!(told(Obstacle::RowsTooMany), Code::AlignSetTooLarge);
    assert_eq!(told(Obstacle::KeysRepeated), Code::KeysRepeated);
    assert_eq!(told(Obstacle::NoKeys), Code::KeysNone);
    let asked_nothing = report(vec![Obstacle::Missing("salary".to_owned())]);
    assert!(!plan.is_answered_by(&asked_nothing));
    let of_fits = crate::heart();
    assert!(!of_fits.is_answered_by(&report(vec![Obstacle::NoKeys])));
}

#[test]
fn failures_of_an_alignment_name_no_size_that_was_learnt() {
    let (me, peer) = (party("hospital"), party("insurer"));
    let of = |error: &PsiError| Failure::of_alignment(error, &me);
    let few = of(&PsiError::BelowMinimum { minimum: 100 });
    assert_eq!((few.code, few.party.as_ref()), (Code::AlignTooFew, None));
    let small = of(&PsiError::TooSmall {
        party: peer.clone(),
        size: 77,
        minimum: 100,
    });
    assert_eq!(small.code, Code::PartyAborted);
    assert_eq!(small.party.as_ref(), Some(&peer));
    let lied = of(&PsiError::Breach {
        peer: peer.clone(),
        breach: Breach::OtherCount {
            ours: 77,
            theirs: 78,
        },
    });
    assert_eq!(lied.code, Code::AlignPeerDeviates);
    assert!(lied.what(Lang::En).contains("insurer did not keep"));
    // The study goes on with another run.
    let unlucky = of(&PsiError::Misfit("its sample"));
    assert_eq!(unlucky.code, Code::PartyAborted);
    let damaged = SpillError::Damaged {
        name: "tags-77".to_owned(),
        bytes: 77,
    };
    let damaged = of(&damaged.into());
    assert_eq!(damaged.code, Code::PartyAborted);
    // A second noisy answer would tell more than one.
    let answered = of(&SpillError::AnswerDamaged.into());
    assert_eq!(answered.code, Code::StateDamaged);
    let spent = Refused::Cap {
        used: 77,
        most: 5_000,
    };
    let spent = of(&spent.into());
    assert_eq!(
        (spent.code, spent.party.as_ref()),
        (Code::AlignQueries, None)
    );
    assert!(spent.what(Lang::En).contains("5000"));
    for failure in [few, small, lied, unlucky, damaged, answered, spent] {
        assert!(!serde_json::to_string(&failure).unwrap().contains("77"));
    }
    for stop in Stop::ALL {
        assert_ne!(Failure::of_keys(*stop, &me).party, None);
    }
    assert_eq!(
        Failure::of_keys(Stop::Duplicates, &me).code,
        Code::KeysRepeated
    );
}

#[test]
fn the_estimate_grows_with_the_largest_set() {
    let [small, large] = ["200_000", "2_000_000"].map(|most| {
        let plan = Plan::from_toml(&changed("200_000", most)).unwrap();
        plan.estimate()
    });
    assert!(small.sent_by_each > 52 * 200_000 && small.sent_by_each < 53 * 200_000);
    assert_eq!(small.through_coordinator, 2 * small.sent_by_each);
    assert!(large.sent_by_each > 9 * small.sent_by_each && large.rounds > 9 * small.rounds);
    assert_eq!(small.sums, 0);
}

#[test]
fn the_estimate_for_large_sets_is_what_was_measured() {
    let of = |most: &str| {
        let text = changed("\"ecdh\"", "\"vole\"").replace("200_000", most);
        Plan::from_toml(&text).unwrap().estimate()
    };
    // docs/protocols/psi-vole.md: 2.1, 29.5 and 292.8 MB sent by both.
    for (most, megabytes) in [("65_536", 2.1), ("1_048_576", 29.5), ("10_000_000", 292.8)] {
        let found = f64::from(u32::try_from(of(most).through_coordinator).unwrap()) / 1e6;
        assert!((found / megabytes - 1.0).abs() < 0.05, "{most}: {found}");
    }
    let small = Plan::from_toml(&changed("200_000", "1000")).unwrap();
    assert_eq!(of("1000"), small.estimate());
}
