//! Two programs that want one port.

use std::{fs, net::TcpListener};

use crate::{consilium, printed};

#[test]
fn a_port_that_is_taken_is_named_with_its_key_by_the_daemon_and_by_doctor() {
    let folder = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    let free = "127.0.0.1:0";
    for (key, listen, admin) in [("admin", free, &*taken), ("listen", &*taken, free)] {
        let config = format!(
            "federation = \"Test\"\nstate = \"state\"\naddress = \"{taken}\"\n\
             listen = \"{listen}\"\nadmin = \"{admin}\"\n"
        );
        fs::write(folder.path().join("coordinator.toml"), config).unwrap();
        let config = ["--config", "coordinator.toml"];
        printed(
            folder.path(),
            &[&["coordinator", "init"], &config[..]].concat(),
        );
        let way_out = format!("as `{key}` in coordinator.toml");

        let run = consilium(
            folder.path(),
            &[&["coordinator", "run"], &config[..]].concat(),
        );
        assert_eq!(run.status.code(), Some(1));
        let told = String::from_utf8(run.stderr).unwrap();
        assert!(told.contains(&taken) && told.contains(&way_out), "{told}");

        let run = ["--lang", "zh", "coordinator", "run"];
        let run = consilium(folder.path(), &[&run, &config[..]].concat());
        let told = String::from_utf8(run.stderr).unwrap();
        assert!(told.contains("监听：地址已被占用"), "{told}");

        let doctor = consilium(folder.path(), &[&["doctor"], &config[..]].concat());
        let told = String::from_utf8(doctor.stdout).unwrap();
        assert!(told.contains(&format!("failed  {key} {taken}")), "{told}");
        assert!(told.contains(&way_out), "{told}");
    }
}
