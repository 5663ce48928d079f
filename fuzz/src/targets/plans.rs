//! Plans, and what parties say about them.

use std::{collections::BTreeMap, str, sync::LazyLock, time::Duration};

use consilium_base::Seed;
use consilium_identity::{Directory, IdentityKey};
use consilium_mailbox::PartyId;
use consilium_plan::{
    Failure, FederationId, Lang, PartyReport, Plan, RawPlan, Register, Rejected, Speed, Statement,
    Study, UnixTime,
};
use consilium_preparation::RawPreparation;

use super::tables::CLAIMS;

const NOW: UnixTime = UnixTime(1_795_000_000);
const LANGS: [Lang; 2] = [Lang::En, Lang::Zh];

/// The plan that decisions and reports are about.
static HIPS: LazyLock<Plan> = LazyLock::new(|| {
    Plan::from_toml(include_str!("../hips.toml")).expect("the plan in this folder is valid")
});

/// What a plan's columns become where it names a file.
static PREPARED: LazyLock<RawPreparation> = LazyLock::new(|| {
    let text = "[[prepared]]\ncolumn = \"age\"\nclip = [18, 95]";
    RawPreparation::parse(text).expect("the text is a preparation")
});

/// A plan has one canonical text, one hash, and words in every language.
pub(super) fn plan(bytes: &[u8]) {
    let Some(Ok(mut raw)) = str::from_utf8(bytes).ok().map(RawPlan::parse) else {
        return;
    };
    if raw.preparation_file().is_some() {
        raw = raw.with_preparation(PREPARED.clone());
    }
    let files = raw.schema_files().into_iter();
    let schemas = files.map(|file| (file, CLAIMS.clone())).collect();
    let plan = match Plan::check(&raw, &schemas) {
        Ok(plan) => plan,
        Err(error) => return drop(error.to_string()),
    };
    let text = plan.to_string();
    let again = Plan::from_toml(&text).expect("a plan's canonical text is a plan");
    assert_eq!(again, plan);
    assert_eq!(again.to_string(), text);
    assert_eq!(again.hash(), plan.hash());
    assert!(plan.quorum() > 0);
    let speed = Speed {
        round_trip: Duration::from_millis(40),
        bytes_per_second: 2_500_000,
    };
    let _ = plan.estimate().time(speed);
    let others: Vec<PartyId> = plan
        .contributors()
        .map(|(party, _)| party.clone())
        .collect();
    for lang in LANGS {
        let page = plan.summary(Some(&others), lang);
        for disclosure in plan.disclosures() {
            assert!(page.contains(disclosure.what(lang)));
        }
        let _ = plan.trust(&others, lang);
    }
}

/// A decision is taken once, signed by its steward, and not at all in anybody else's name.
pub(super) fn approval(bytes: &[u8]) {
    let Ok(statement) = serde_json::from_slice::<Statement>(bytes) else {
        return;
    };
    for lang in LANGS {
        let _ = statement.describe(lang);
    }
    let [right, wrong] = [1, 2].map(|seed| IdentityKey::from_seed(&Seed::from_bytes([seed; 32])));
    let signer = statement.signer.to_string();
    let stewards: Directory = [(signer, right.public())].into();
    let mut register = Register::new(FederationId([1; 32]), &HIPS);
    let forged = statement.clone().sign(&wrong);
    let refused = register.admit(&forged, &stewards, NOW);
    assert!(matches!(refused, Err(Rejected::Forged { .. })));
    let signed = statement.sign(&right);
    if register.admit(&signed, &stewards, NOW).is_ok() {
        let again = register.admit(&signed, &stewards, NOW);
        assert!(matches!(again, Err(Rejected::Replayed { .. })));
    }
}

/// What a party reports, and how a study stands, can be said whatever it holds.
pub(super) fn preflight(bytes: &[u8]) {
    let speed = Speed {
        round_trip: Duration::ZERO,
        bytes_per_second: 1,
    };
    if let Ok(report) = serde_json::from_slice::<PartyReport>(bytes) {
        let reports: BTreeMap<_, _> = HIPS
            .contributors()
            .map(|(party, _)| (party.clone(), report.clone()))
            .collect();
        let verdict = HIPS.verdict(&reports);
        for lang in LANGS {
            let _ = verdict.describe(speed, lang);
        }
    }
    if let Ok(failure) = serde_json::from_slice::<Failure>(bytes) {
        for lang in LANGS {
            let _ = (failure.what(lang), failure.remedy(lang));
        }
    }
    if let Ok(study) = serde_json::from_slice::<Study>(bytes) {
        for lang in LANGS {
            let _ = study.describe(&HIPS, lang);
        }
        let text = serde_json::to_vec(&study).expect("a state has a text");
        let again: Study = serde_json::from_slice(&text).expect("its own text is one");
        assert_eq!(again, study);
    }
}

/// A journal is sound to its end or flawed at a place; its own head is always included.
pub(super) fn journal(bytes: &[u8]) {
    let Ok(verification) = consilium_journal::verify(bytes) else {
        return;
    };
    let head = verification.head();
    assert!(verification.includes(&head));
    assert_eq!(
        verification.compare(&[head]).is_ok(),
        verification.flaw().is_none()
    );
    let _ = verification.flaw().map(ToString::to_string);
}
