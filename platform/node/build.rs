//! Generates the gRPC services; their messages are those of `consilium-proto`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let files = protox::compile(["consilium/v1/link.proto"], ["../../proto"])?;
    println!("cargo:rerun-if-changed=../../proto/consilium");
    tonic_prost_build::configure()
        .extern_path(".consilium.v1", "::consilium_proto::v1")
        .compile_fds(files)?;
    Ok(())
}
