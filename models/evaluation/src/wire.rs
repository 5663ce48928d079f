//! The bytes of every message, as parties of the last release write and read them.

use std::{collections::BTreeMap, fmt::Write as _};

use consilium_mailbox::Message;

use crate::{
    CALIBRATION_BINS, CalibrationBin, Evaluation, Failure, GoodnessOfFit, Shared,
    counts::{Counts, Spread},
    protocol::{Counted, Found, Overall, Own},
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

fn of_evaluation(written: &mut Written) {
    let mut calibration = [None; CALIBRATION_BINS];
    calibration[2] = Some(CalibrationBin {
        rows: 40,
        predicted: 0.25,
        observed: 0.275,
    });
    let classes = Evaluation {
        rows: 254,
        positives: 120,
        auc: Some(0.875),
        auc_error: 0.001,
        log_loss: 0.5,
        brier: 0.125,
        accuracy: 0.75,
        calibration,
    };
    let numbers = GoodnessOfFit {
        rows: 254,
        deviance: 1.0,
        null_deviance: 2.0,
        d2: None,
        rmse: 3.0,
        mae: 4.0,
        mean_observed: 5.0,
        mean_predicted: 6.0,
        limited: 7,
        calibration,
    };
    let counts = Counts {
        rows: 254,
        label: 0.5,
        predictor: Spread {
            mean: -1.0,
            deviation: 2.0,
        },
    };
    let failure = || Failure::TooFewToEvaluate { minimum: 10 };
    write(written, "counts", &Counted(Ok(counts)));
    write(written, "failure", &Counted(Err(failure())));
    write(written, "classes", &Overall(Ok(Found::Classes(classes))));
    write(written, "numbers", &Overall(Ok(Found::Numbers(numbers))));
    write(written, "failure", &Overall(Err(failure())));
    let shared = Shared {
        auc: 0.88,
        accuracy: 0.75,
    };
    write(written, "shared", &Own(Some(shared)));
    write(written, "too few", &Own(None));
}

#[test]
fn every_message_has_the_bytes_it_ever_had() {
    let mut written = Written::new();
    of_evaluation(&mut written);
    let released: Written = serde_json::from_str(include_str!("../vectors/messages.json")).unwrap();
    for (message, bytes) in &written {
        let expected = released.get(message).map(String::as_str);
        assert_eq!(expected, Some(bytes.as_str()), "{message}");
    }
    assert_eq!(released.len(), written.len(), "a message is gone");
}
