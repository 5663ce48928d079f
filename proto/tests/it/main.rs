//! Holds the wire messages to what was released.

mod breaking;
mod decoding;

use std::{env, error::Error, fs, path::Path};

use prost::Message as _;
use prost_types::FileDescriptorSet;
use protox::Compiler;

use breaking::breaking;

/// Compares the `.proto` files with `baseline.fds`, which holds what was released.
///
/// After adding to the messages, renew the baseline and commit it:
/// `CONSILIUM_BLESS=1 cargo test -p consilium-proto`. What breaks compatibility is refused
/// then as well: it belongs into a new package, `consilium.v2`.
#[test]
fn the_wire_stays_compatible() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("baseline.fds");
    let now = compile(root)?;
    let blessed = env::var_os("CONSILIUM_BLESS").is_some();
    let baseline = if blessed && !path.exists() {
        FileDescriptorSet::default()
    } else {
        FileDescriptorSet::decode(fs::read(&path)?.as_slice())?
    };
    assert_eq!(
        breaking(&baseline, &now),
        Vec::<String>::new(),
        "peers of the last release break"
    );
    if blessed {
        fs::write(&path, now.encode_to_vec())?;
    } else {
        assert!(
            baseline == now,
            "the messages grew: renew the baseline with CONSILIUM_BLESS=1"
        );
    }
    Ok(())
}

/// Compiles every `.proto` file of version 1, in the order of their names.
fn compile(root: &Path) -> Result<FileDescriptorSet, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(root.join("consilium/v1"))? {
        paths.push(entry?.path());
    }
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "proto")
    });
    paths.sort();
    let mut compiler = Compiler::new([root])?;
    compiler.include_source_info(false);
    compiler.open_files(paths)?;
    Ok(compiler.file_descriptor_set())
}
