//! The bytes of every message, as parties of the last release write and read them.

use std::{collections::BTreeMap, fmt::Write as _};

use consilium_mailbox::Message;
use consilium_secagg::SumNumber;

use crate::{
    Candidate, Centre, Design, Estimate, Failure, Family, Fit, Question, RawCoefficients, Term,
    averaging,
    fit::Spread,
    horizontal,
    solve::Symmetric,
    surrogate::{self, Solved, Totals},
};

/// Messages as hexadecimal bytes, by step and variant.
type Written = BTreeMap<String, String>;

fn write<M: Message>(written: &mut Written, variant: &str, message: &M) {
    let bytes = postcard::to_stdvec(message).unwrap();
    let again: M = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(postcard::to_stdvec(&again).unwrap(), bytes, "{variant}");
    let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    let before = written.insert(format!("{} {variant}", M::STEP), hex);
    assert_eq!(before, None, "{variant}");
}

fn candidate() -> Candidate {
    let centre = |mean, deviation| Centre { mean, deviation };
    let term = |missing, centre| Term {
        column: 300,
        missing,
        centre,
    };
    Candidate {
        design: Design {
            terms: vec![
                term(false, centre(54.5, 9.25)),
                term(true, centre(0.5, 0.5)),
            ],
            label: centre(0.0, 1.0),
        },
        coefficients: vec![0.25, -1.5, 2.0],
    }
}

fn fit(family: Family) -> Fit {
    Fit {
        family,
        estimates: vec![Estimate {
            name: "年龄".to_owned(),
            standardised: 1.0,
            coefficient: 2.0,
            standard_error: 3.0,
            statistic: 4.0,
            p_value: 0.5,
            interval: (6.0, 7.0),
        }],
        raw: RawCoefficients {
            intercept: -1.0,
            columns: vec![(8.0, 9.0)],
        },
        design: candidate().design,
        dispersion: 1.25,
        rows: 740,
        updates: 5,
        sums: 7,
        contributors: vec!["va".parse().unwrap(), "cleveland".parse().unwrap()],
    }
}

/// A failure of each kind.
fn failures() -> Vec<(&'static str, Failure)> {
    let column = || "chol".to_owned();
    vec![
        (
            "too-few-rows",
            Failure::TooFewRows {
                rows: 9,
                needed: 14,
            },
        ),
        ("constant-label", Failure::ConstantLabel),
        ("narrow-label", Failure::NarrowLabel),
        (
            "constant-column",
            Failure::ConstantColumn { column: column() },
        ),
        ("narrow-column", Failure::NarrowColumn { column: column() }),
        (
            "rare-level",
            Failure::RareLevel {
                column: column(),
                minimum: 10,
            },
        ),
        ("collinear", Failure::Collinear { column: column() }),
        ("separation", Failure::Separation { column: column() }),
        ("beyond-caps", Failure::BeyondCaps),
        (
            "not-converged",
            Failure::NotConverged {
                sums: 100,
                change: 0.125,
            },
        ),
        ("diverged", Failure::Diverged),
        (
            "too-few-to-evaluate",
            Failure::TooFewToEvaluate { minimum: 10 },
        ),
        ("implausible", Failure::Implausible),
        ("unrepresentative", Failure::Unrepresentative),
    ]
}

fn of_newton(written: &mut Written) {
    use horizontal::Model;
    let sum = SumNumber(3);
    let asked = |question| Model::Asked { sum, question };
    write(written, "asked moments", &asked(Question::Moments));
    write(written, "asked sums", &asked(Question::Sums(candidate())));
    for (name, family) in [
        ("gaussian", Family::Gaussian),
        ("logistic", Family::Logistic),
        ("poisson", Family::Poisson),
        ("gamma", Family::Gamma),
    ] {
        // Publishing rounds; what travels is frozen here, not how it is rounded.
        let fit = postcard::to_stdvec(&fit(family)).unwrap();
        let published = Box::new(postcard::from_bytes(&fit).unwrap());
        let variant = format!("fitted {name}");
        write(written, &variant, &Model::Fitted(published));
    }
    for (name, failure) in failures() {
        write(written, &format!("failed {name}"), &Model::Failed(failure));
    }
    write(written, "left out", &Model::LeftOut);
}

fn of_averaging(written: &mut Written) {
    use averaging::Model;
    let (sum, from, rows) = (SumNumber(203), candidate(), 740);
    write(written, "moments", &Model::Moments(sum));
    write(written, "round", &Model::Round { sum, from, rows });
    write(written, "averaged", &Model::Averaged(candidate()));
    write(written, "failed", &Model::Failed(Failure::Diverged));
}

fn of_surrogate(written: &mut Written) {
    use surrogate::{Answer, Model};
    let (sum, candidate, rows) = (SumNumber(3), candidate(), 740);
    write(written, "moments", &Model::Moments(sum));
    let design = candidate.design.clone();
    write(written, "begin", &Model::Begin { design, rows });
    write(written, "candidate", &Model::Candidate { sum, candidate });
    let totals = |information| {
        Model::Totals(Totals {
            rows,
            loss: 0.5,
            pearson: 0.25,
            gradient: vec![1.0, -2.0],
            information,
        })
    };
    write(written, "totals first", &totals(None));
    let information = Symmetric::new(2, vec![4.0, 0.5, 3.0]);
    write(written, "totals second", &totals(Some(information)));
    let fit = postcard::to_stdvec(&fit(Family::Logistic)).unwrap();
    let published = Box::new(postcard::from_bytes(&fit).unwrap());
    write(written, "fitted", &Model::Fitted(published));
    let failure = Failure::Unrepresentative;
    write(written, "failed", &Model::Failed(failure));
    write(written, "estimate", &Answer::Estimate(vec![0.25, -1.5]));
    let solved = Solved {
        coefficients: vec![0.25, -1.5],
        spread: Spread {
            errors: vec![0.5, 0.125],
            dispersion: 1.0,
        },
    };
    write(written, "solved", &Answer::Solved(solved));
    write(written, "none", &Answer::None);
}

#[test]
fn every_message_has_the_bytes_it_ever_had() {
    let mut written = Written::new();
    of_newton(&mut written);
    of_averaging(&mut written);
    of_surrogate(&mut written);
    let released: Written = serde_json::from_str(include_str!("../vectors/messages.json")).unwrap();
    for (message, bytes) in &written {
        let expected = released.get(message).map(String::as_str);
        assert_eq!(expected, Some(bytes.as_str()), "{message}");
    }
    assert_eq!(released.len(), written.len(), "a message is gone");
}
