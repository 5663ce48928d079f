//! The coordinator's configuration: a TOML file, checked once.

use std::{path::PathBuf, time::Duration};

use consilium_mailbox::PartyId;
use consilium_node::{
    config::{ConfigError, Log, Period, Size, has_port},
    relay::RelayLimits,
    telemetry::ADMIN_ADDRESS,
};
use consilium_schema::is_plain;
use serde::Deserialize;

/// The configuration as it is typed. Keys that are no `Option` are required; defaults are those of
/// deploy/coordinator.toml.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawConfig {
    /// The federation's name, as people call it.
    pub federation: String,
    /// The state folder.
    pub state: PathBuf,
    /// Where participants reach the coordinator: host and port.
    pub address: String,
    /// The coordinator's own party; `coordinator` if none is given.
    pub name: Option<PartyId>,
    /// Where it listens: address and port; all addresses and port 7400 if none is given.
    pub listen: Option<String>,
    /// Where health, readiness and metrics are shown; `127.0.0.1:9464` if none is given.
    pub admin: Option<String>,
    /// A file that holds the URL of a PostgreSQL database; without it the state folder has one.
    pub database: Option<PathBuf>,
    /// How long certificates are valid; `90d` if nothing is given.
    pub certificate_lifetime: Option<Period>,
    /// What the relay keeps in memory.
    #[serde(default)]
    pub relay: RawRelay,
    /// What is logged.
    #[serde(default)]
    pub log: Log,
}

/// What the relay keeps in memory.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRelay {
    /// For one participant; `32MiB` if nothing is given.
    pub queue: Option<Size>,
    /// For all together; `256MiB` if nothing is given.
    pub total: Option<Size>,
}

/// The configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The federation's name.
    pub federation: String,
    /// The coordinator's own party.
    pub name: PartyId,
    /// The state folder.
    pub state: PathBuf,
    /// A file that holds the URL of a PostgreSQL database.
    pub database: Option<PathBuf>,
    /// Where participants reach the coordinator.
    pub address: String,
    /// Where it listens.
    pub listen: String,
    /// Where health, readiness and metrics are shown.
    pub admin: String,
    /// How long certificates are valid.
    pub certificate_lifetime: Duration,
    /// What the relay keeps in memory.
    pub relay: RelayLimits,
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

    /// Gives the socket over which the machine's administrator calls.
    pub fn operator_socket(&self) -> PathBuf {
        self.state.join("operator.sock")
    }
}

impl TryFrom<RawConfig> for Config {
    type Error = ConfigError;

    fn try_from(raw: RawConfig) -> Result<Config, ConfigError> {
        let bad = |key, why| Err(ConfigError::Value { key, why });
        if !is_plain(&raw.federation, 64) {
            return bad("federation", "has not 1 to 64 printable characters");
        }
        let listen = raw.listen.unwrap_or_else(|| "0.0.0.0:7400".to_owned());
        let admin = raw.admin.unwrap_or_else(|| ADMIN_ADDRESS.to_owned());
        let addresses = [
            ("address", &raw.address),
            ("listen", &listen),
            ("admin", &admin),
        ];
        for (key, address) in addresses {
            has_port(key, address)?;
        }
        let day = Duration::from_hours(24);
        let lifetime = raw
            .certificate_lifetime
            .map_or(90 * day, |Period(period)| period);
        if !(Duration::from_hours(1)..=398 * day).contains(&lifetime) {
            return bad("certificate_lifetime", "is not between 1h and 398d");
        }
        let usual = RelayLimits::default();
        let size = |given: Option<Size>, usual: usize| {
            given.map_or(usual, |Size(bytes)| {
                usize::try_from(bytes).unwrap_or(usize::MAX)
            })
        };
        let relay = RelayLimits {
            queue: size(raw.relay.queue, usual.queue),
            total: size(raw.relay.total, usual.total),
            ..usual
        };
        if relay.queue < 4 << 20 || relay.total < relay.queue {
            return bad(
                "relay",
                "needs a queue of 4MiB or more, and a total no smaller than that",
            );
        }
        Ok(Config {
            federation: raw.federation,
            name: match raw.name {
                Some(name) => name,
                None => "coordinator".parse().expect("the default is a name"),
            },
            state: raw.state,
            database: raw.database,
            address: raw.address,
            listen,
            admin,
            certificate_lifetime: lifetime,
            relay,
            log: raw.log,
            ready_file: None,
        })
    }
}
