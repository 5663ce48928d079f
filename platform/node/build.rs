//! Generates the gRPC services; their messages are those of `consilium-proto`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let services = ["enrol", "link", "operate", "steward"];
    let services = services.map(|name| format!("consilium/v1/{name}.proto"));
    let files = protox::compile(services, ["../../proto"])?;
    println!("cargo:rerun-if-changed=../../proto/consilium");
    tonic_prost_build::configure()
        .build_transport(false)
        .extern_path(".consilium.v1", "::consilium_proto::v1")
        .compile_fds(files)?;
    Ok(())
}
