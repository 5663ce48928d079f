//! The participant's configuration: a TOML file, checked once.

use std::path::PathBuf;

use consilium_mailbox::PartyId;
use consilium_node::telemetry::LogFormat;
use serde::Deserialize;

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
    /// What is logged.
    #[serde(default)]
    pub log: RawLog,
}

/// What is logged.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLog {
    /// `text` or `json`; `text` if nothing is given.
    #[serde(default)]
    pub format: LogFormat,
    /// What is logged, as in `info,consilium_participant=debug`; `info` if nothing is given.
    pub filter: Option<String>,
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
    /// How log lines look.
    pub log_format: LogFormat,
    /// What is logged.
    pub log_filter: String,
    /// A file to write once the daemon listens; it says where.
    pub ready_file: Option<PathBuf>,
}

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// It is no TOML, or a key is unknown, missing or of another kind.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A value is out of bounds.
    #[error("'{key}' {why}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong.
        why: &'static str,
    },
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
        let coordinator = raw
            .coordinator
            .as_ref()
            .map(|address| ("coordinator", address));
        for (key, address) in [("admin", &admin)].into_iter().chain(coordinator) {
            let parts = address.rsplit_once(':');
            if !parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()) {
                let why = "is no host and port, as in \"10.0.0.1:7400\"";
                return Err(ConfigError::Value { key, why });
            }
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
            log_format: raw.log.format,
            log_filter: raw.log.filter.unwrap_or_else(|| "info".to_owned()),
            ready_file: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn an_address_needs_a_port() {
        for address in ["coordinator", ":7400", "coordinator:", "coordinator:70000"] {
            let text = format!("party = \"north\"\nstate = \"s\"\ncoordinator = \"{address}\"");
            assert!(Config::from_toml(&text).is_err(), "{address}");
        }
    }
}
