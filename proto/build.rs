//! Compiles the `.proto` files with protox, so that no `protoc` is needed.

use std::{env, error::Error, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let files = protox::compile(["consilium/v1/frame.proto", "consilium/v1/link.proto"], ["."])?;
    println!("cargo:rerun-if-changed=consilium");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    prost_build::Config::new()
        .out_dir(out)
        .bytes(["."])
        .compile_fds(files)?;
    Ok(())
}
