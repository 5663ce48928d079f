//! What the configuration files of both daemons have in common.

use serde::Deserialize;

use crate::telemetry::LogFormat;

/// What is logged.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `text` or `json`; `text` if nothing is given.
    pub format: LogFormat,
    /// What is logged, as in `info,consilium_node=debug`; `info` if nothing is given.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Log {
        Log {
            format: LogFormat::default(),
            filter: "info".to_owned(),
        }
    }
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

/// Sees that a value is a host and a port.
///
/// # Errors
///
/// [`ConfigError::Value`] names the key.
pub fn has_port(key: &'static str, address: &str) -> Result<(), ConfigError> {
    let parts = address.rsplit_once(':');
    if parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()) {
        return Ok(());
    }
    let why = "is no host and port, as in \"10.0.0.1:7400\"";
    Err(ConfigError::Value { key, why })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_a_host_and_a_port() {
        for address in ["host", ":7400", "host:", "host:70000"] {
            let error = has_port("listen", address).unwrap_err().to_string();
            assert!(error.contains("'listen'"), "{address}: {error}");
        }
        has_port("listen", "[::1]:7400").unwrap();
    }
}
