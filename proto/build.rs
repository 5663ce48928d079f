//! Compiles the `.proto` files with protox, so that no `protoc` is needed.

use std::{env, error::Error, path::PathBuf};

const FILES: [&str; 6] = [
    "consilium/v1/control.proto",
    "consilium/v1/enrol.proto",
    "consilium/v1/frame.proto",
    "consilium/v1/link.proto",
    "consilium/v1/operate.proto",
    "consilium/v1/steward.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    let files = protox::compile(FILES, ["."])?;
    println!("cargo:rerun-if-changed=consilium");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    prost_build::Config::new()
        .out_dir(out)
        .bytes(["."])
        .compile_fds(files)?;
    Ok(())
}
