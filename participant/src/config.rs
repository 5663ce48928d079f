//! The participant's configuration: a TOML file, checked once.

use std::path::PathBuf;

use consilium_identity::{PublicKey, Voucher};
use consilium_mailbox::PartyId;
use consilium_mapping::{Limits, Whereabouts};
use consilium_node::config::{ConfigError, Log, has_port};
use serde::Deserialize;

use crate::Mappings;

/// Where health, readiness and metrics are shown if nothing else is said: on this machine only.
const ADMIN_ADDRESS: &str = "127.0.0.1:9465";

/// The configuration as it is typed. Keys that are no `Option` are required; defaults are those of
/// deploy/participant.toml.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawConfig {
    /// The institution's name in the federation, as its invitation says.
    pub party: PartyId,
    /// The state folder.
    pub state: PathBuf,
    /// Where the coordinator answers, host and port; what the invitation said if none is given.
    pub coordinator: Option<String>,
    /// Where health, readiness and metrics are shown; `127.0.0.1:9465` if none is given.
    pub admin: Option<String>,
    /// Whose vouches for keys of other institutions are believed; nobody's if none is given.
    #[serde(default)]
    pub authorities: Vec<RawAuthority>,
    /// What may be read here.
    #[serde(default)]
    pub data: RawData,
    /// What mappings may do.
    #[serde(default)]
    pub mapping: RawMappings,
    /// What is logged.
    #[serde(default)]
    pub log: Log,
}

/// What may be read here.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawData {
    /// The folder that the files of all data sets must lie in, at any depth; if none is given, those of a
    /// mapping lie in its folder, and others anywhere but in the state folder.
    pub root: Option<PathBuf>,
}

/// What mappings, which make a data set of several files by a query, may do.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawMappings {
    /// The most memory that a mapping may ask for, in MiB; 4096 if none is given.
    pub memory_mb: Option<u64>,
    /// The most time, in seconds; 3600 if none is given.
    pub seconds: Option<u64>,
    /// The most rows; a hundred million if none is given.
    pub rows: Option<u64>,
    /// The most that it may put aside on the disk, in MiB; 32768 if none is given.
    pub disk_mb: Option<u64>,
}

/// Whose vouches for keys of other institutions are believed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawAuthority {
    /// What this institution calls it.
    pub name: String,
    /// Its public key, 64 hexadecimal digits.
    pub key: String,
}

/// The configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The institution's name in the federation.
    pub party: PartyId,
    /// The state folder.
    pub state: PathBuf,
    /// Where the coordinator answers, if it is not where the invitation said.
    pub coordinator: Option<String>,
    /// Where health, readiness and metrics are shown.
    pub admin: String,
    /// Whose vouches for keys of other institutions are believed.
    pub authorities: Vec<Voucher>,
    /// The folder that the files of all data sets must lie in, at any depth, links followed.
    ///
    /// # Security
    ///
    /// Without it nothing but the rights of the daemon's user, and the state folder, bounds what its
    /// people have it read. Sources of a mapping then lie in the mapping's folder, but whoever registers
    /// one says which that is.
    pub data_root: Option<PathBuf>,
    /// What mappings may do here, and where the program that runs them may be: nowhere, until whoever
    /// reads the configuration says it.
    pub mappings: Mappings,
    /// What is logged.
    pub log: Log,
    /// A file to write once the daemon listens; it says where.
    pub ready_file: Option<PathBuf>,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names line or key.
    pub fn from_toml(text: &str) -> Result<Config, ConfigError> {
        toml::from_str::<RawConfig>(text)?.try_into()
    }

    /// Gives the socket over which the institution's people call.
    pub fn steward_socket(&self) -> PathBuf {
        self.state.join("steward.sock")
    }
}

impl TryFrom<RawConfig> for Config {
    type Error = ConfigError;

    fn try_from(raw: RawConfig) -> Result<Config, ConfigError> {
        let admin = raw.admin.unwrap_or_else(|| ADMIN_ADDRESS.to_owned());
        has_port("admin", &admin)?;
        if let Some(address) = &raw.coordinator {
            has_port("coordinator", address)?;
        }
        if raw.state.as_os_str().is_empty() {
            let (key, why) = ("state", "names no folder");
            return Err(ConfigError::Value { key, why });
        }
        Ok(Config {
            party: raw.party,
            state: raw.state,
            coordinator: raw.coordinator,
            admin,
            authorities: authorities(raw.authorities)?,
            data_root: data_root(raw.data)?,
            mappings: mappings(&raw.mapping),
            log: raw.log,
            ready_file: None,
        })
    }
}

fn data_root(raw: RawData) -> Result<Option<PathBuf>, ConfigError> {
    match raw.root {
        Some(root) if !root.is_absolute() => Err(ConfigError::Value {
            key: "data",
            why: "has a root that is no absolute path",
        }),
        root => Ok(root),
    }
}

fn mappings(raw: &RawMappings) -> Mappings {
    let ceilings = Limits {
        memory_mb: raw.memory_mb.unwrap_or(4096),
        seconds: raw.seconds.unwrap_or(3600),
        rows: raw.rows.unwrap_or(100_000_000),
        disk_mb: raw.disk_mb.unwrap_or(32_768),
    };
    Mappings {
        ceilings,
        program: Whereabouts::default(),
    }
}

fn authorities(raw: Vec<RawAuthority>) -> Result<Vec<Voucher>, ConfigError> {
    let bad = |why| ConfigError::Value {
        key: "authorities",
        why,
    };
    let mut authorities: Vec<Voucher> = Vec::with_capacity(raw.len());
    for RawAuthority { name, key } in raw {
        if !(1..=64).contains(&name.chars().count()) || name.contains(char::is_control) {
            return Err(bad(
                "holds a name that has not 1 to 64 printable characters",
            ));
        }
        let key: PublicKey = key.parse().map_err(|_| {
            bad("holds a key that is none: it is the last word of the authority's .pub file")
        })?;
        let is_known = |known: &Voucher| known.name == name || known.key == key;
        if authorities.iter().any(is_known) {
            return Err(bad("holds a name or a key twice"));
        }
        authorities.push(Voucher { name, key });
    }
    Ok(authorities)
}

#[cfg(test)]
mod tests {
    use consilium_base::Seed;
    use consilium_identity::IdentityKey;

    use super::*;

    fn with(more: &str) -> Result<Config, ConfigError> {
        Config::from_toml(&format!("party = \"north\"\nstate = \"s\"\n{more}"))
    }

    #[test]
    fn two_lines_are_enough() {
        let config =
            Config::from_toml("party = \"north\"\nstate = \"/var/lib/consilium\"").unwrap();
        assert_eq!(config.admin, ADMIN_ADDRESS);
        assert_eq!(
            config.steward_socket(),
            PathBuf::from("/var/lib/consilium/steward.sock")
        );
    }

    #[test]
    fn what_mappings_may_do_is_bounded_unless_more_is_said() {
        let ceilings = |mapping| with(mapping).unwrap().mappings.ceilings;
        let (usual, given) = (ceilings(""), ceilings("[mapping]\nseconds = 60"));
        assert_eq!((usual.seconds, usual.memory_mb), (3600, 4096));
        assert_eq!((given.seconds, given.memory_mb), (60, 4096));
    }

    #[test]
    fn the_root_of_all_data_is_an_absolute_path() {
        let root = |data| with(data).map(|config| config.data_root);
        assert_eq!(root("").unwrap(), None);
        let given = root("[data]\nroot = \"/srv\"").unwrap();
        assert_eq!(given, Some(PathBuf::from("/srv")));
        let relative = root("[data]\nroot = \"srv\"").unwrap_err();
        assert!(relative.to_string().contains("'data'"), "{relative}");
        // It is not for mappings alone.
        let misplaced = root("[mapping]\nroot = \"/srv\"").unwrap_err();
        assert!(misplaced.to_string().contains("root"), "{misplaced}");
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let text = "party = \"north\"\nstate = \"s\"\ncoordinater = \"a:1\"";
        assert!(
            Config::from_toml(text)
                .unwrap_err()
                .to_string()
                .contains("coordinater")
        );
    }

    #[test]
    fn an_authority_has_a_name_and_a_key_of_its_own() {
        let config = |authorities: &str| {
            Config::from_toml(&format!(
                "party = \"north\"\nstate = \"s\"\nauthorities = [{authorities}]"
            ))
        };
        let key = |seed| IdentityKey::from_seed(&Seed::from_bytes([seed; 32])).public();
        let entry = |name, key| format!("{{ name = \"{name}\", key = \"{key}\" }}");
        let (bureau, insurer) = (entry("bureau", key(1)), entry("insurer", key(2)));
        let both = config(&format!("{bureau}, {insurer}")).unwrap().authorities;
        assert_eq!(both.len(), 2);
        assert_eq!((both[0].name.as_str(), both[0].key), ("bureau", key(1)));
        for second in [entry("bureau", key(2)), entry("insurer", key(1))] {
            let twice = config(&format!("{bureau}, {second}")).unwrap_err();
            assert!(twice.to_string().contains("twice"), "{twice}");
        }
        for bad in ["{ name = \"bureau\", key = \"00\" }", &entry("", key(1))] {
            let error = config(bad).unwrap_err().to_string();
            assert!(error.contains("'authorities'"), "{error}");
        }
    }
}
