//! Short campaigns that run with every test: what they find is fixed before it is released.

use std::{fs, io, path::Path};

use consilium_fuzz::{Campaign, TARGETS};
use proptest::prelude::*;

fn corpus(name: &str) -> io::Result<Vec<Vec<u8>>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    fs::read_dir(folder)?
        .map(|entry| fs::read(entry?.path()))
        .collect()
}

#[test]
fn every_target_survives_its_corpus_and_mutations_of_it() -> io::Result<()> {
    for &target in TARGETS {
        let corpus = corpus(target.name)?;
        assert!(!corpus.is_empty(), "{} has no corpus", target.name);
        let mut left = 0..target.smoke;
        let campaign = Campaign {
            target,
            corpus,
            seed: 1,
        };
        let outcome = campaign.run(|| left.next().is_some());
        if let Some(input) = outcome.failing {
            panic!("{}: {:?}", target.name, String::from_utf8_lossy(&input));
        }
    }
    Ok(())
}

#[test]
fn every_corpus_has_its_target() -> io::Result<()> {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"))? {
        let name = entry?.file_name();
        assert!(
            TARGETS.iter().any(|target| target.name == name),
            "{}",
            name.display()
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in any::<Vec<u8>>()) {
        for target in TARGETS {
            (target.run)(&bytes);
        }
    }

    #[test]
    fn random_text_never_panics(text in any::<String>()) {
        for target in TARGETS {
            (target.run)(text.as_bytes());
        }
    }
}
