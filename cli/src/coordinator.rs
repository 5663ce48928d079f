//! `consilium coordinator`: the daemon that schedules, relays and aggregates, and its federation.

use std::{io::Write, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use consilium_mailbox::PartyId;
use consilium_node::config::Period;
use consilium_plan::Lang;

use crate::client::{OperatorDoor, block_on};
use crate::daemon::Lifetime;

mod daemon;
mod federation;
mod invitations;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium coordinator init --sample > /etc/consilium/coordinator.toml
  consilium coordinator init
  consilium coordinator run
  consilium coordinator invite hospital-a > invitation")]
pub(crate) struct CoordinatorArgs {
    #[command(subcommand)]
    command: CoordinatorCommand,
}

#[derive(Debug, Subcommand)]
enum CoordinatorCommand {
    /// Found a federation: make its authority's key and the coordinator's own
    #[command(after_help = "\
A federation that is there already stays as it is. Keep a copy of the state folder in a safe \
place: whoever loses the authority's key has to found a new federation.

Examples:
  consilium coordinator init --sample > /etc/consilium/coordinator.toml
  consilium coordinator init --config /etc/consilium/coordinator.toml")]
    Init {
        #[command(flatten)]
        config: ConfigFile,
        /// Print a commented configuration to start from, and do nothing else
        #[arg(long)]
        sample: bool,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Run the daemon until SIGTERM or SIGINT
    #[command(after_help = "\
One line of JSON on stdout says that the daemon listens, and where; the log goes to stderr.

Example:
  consilium coordinator run --config /etc/consilium/coordinator.toml")]
    Run {
        #[command(flatten)]
        config: ConfigFile,
        /// Written once the daemon listens, removed when it ends
        #[arg(long, value_name = "FILE")]
        ready_file: Option<PathBuf>,
        /// End when standard input does: for a program that must leave no daemon behind
        #[arg(long)]
        until_eof: bool,
    },
    /// Make an invitation for an institution or a person
    #[command(after_help = "\
Whoever has the invitation can join in that name, once and by one key: hand it over by a way on \
which nobody listens. Where the answer was lost, the same key may ask again.

Examples:
  consilium coordinator invite hospital-a > invitation
  consilium coordinator invite li --role operator --valid 1d")]
    Invite {
        /// The name that the institution or person will have
        name: PartyId,
        /// What it is to be
        #[arg(long, value_enum, default_value = "participant")]
        role: Invited,
        /// How long it can be used
        #[arg(long, default_value = "7d", value_name = "TIME")]
        valid: Period,
        #[command(flatten)]
        door: OperatorDoor,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// List the invitations that can still be used
    #[command(
        after_help = "Examples:\n  consilium coordinator invitations\n  consilium coordinator invitations --json"
    )]
    Invitations {
        #[command(flatten)]
        door: OperatorDoor,
        /// Print one line of JSON for each invitation
        #[arg(long)]
        json: bool,
    },
    /// Take back the invitations of an institution or a person that were not used yet
    #[command(after_help = "\
An institution or a person that has used its invitation is a member: `consilium coordinator \
revoke` shuts it out.

Example:
  consilium coordinator withdraw hospital-a")]
    Withdraw {
        /// Whose
        name: String,
        #[command(flatten)]
        door: OperatorDoor,
        /// Print one line of JSON for each invitation that is left
        #[arg(long)]
        json: bool,
    },
    /// List institutions and people, with the words of their keys
    #[command(
        after_help = "Examples:\n  consilium coordinator members\n  consilium coordinator members --as li --json"
    )]
    Members {
        #[command(flatten)]
        door: OperatorDoor,
        /// Print one line of JSON for each member
        #[arg(long)]
        json: bool,
    },
    /// Shut an institution or a person out; live connections break within seconds
    #[command(after_help = "Example:\n  consilium coordinator revoke hospital-a")]
    Revoke {
        /// Whom
        name: String,
        #[command(flatten)]
        door: OperatorDoor,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
        /// Print one line of JSON for each member
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct ConfigFile {
    /// The daemon's configuration
    #[arg(
        long,
        default_value = "/etc/consilium/coordinator.toml",
        value_name = "FILE"
    )]
    config: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Invited {
    Participant,
    Operator,
    Supervisor,
}

impl Invited {
    fn role(self) -> &'static str {
        match self {
            Invited::Participant => "participant",
            Invited::Operator => "operator",
            Invited::Supervisor => "supervisor",
        }
    }
}

pub(crate) use daemon::read as read_config;

pub(crate) fn run(args: &CoordinatorArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match &args.command {
        CoordinatorCommand::Init { sample: true, .. } => {
            Ok(out.write_all(daemon::SAMPLE.as_bytes())?)
        }
        CoordinatorCommand::Init { config, json, .. } => {
            daemon::init(&config.config, *json, out, lang)
        }
        CoordinatorCommand::Run {
            config,
            ready_file,
            until_eof,
        } => {
            let lifetime = Lifetime {
                until_eof: *until_eof,
            };
            daemon::run(&config.config, ready_file.as_deref(), lifetime, out, lang)
        }
        CoordinatorCommand::Invite {
            name,
            role,
            valid,
            door,
            json,
        } => {
            let guest = invitations::Guest {
                name,
                role: role.role(),
                valid: valid.0,
            };
            block_on(invitations::invite(&guest, door, *json, out, lang))
        }
        CoordinatorCommand::Invitations { door, json } => {
            block_on(invitations::list(door, *json, out, lang))
        }
        CoordinatorCommand::Withdraw { name, door, json } => {
            block_on(invitations::withdraw(name, door, *json, out, lang))
        }
        CoordinatorCommand::Members { door, json } => {
            block_on(federation::members(door, *json, out, lang))
        }
        CoordinatorCommand::Revoke {
            name,
            door,
            yes,
            json,
        } => block_on(federation::revoke((name, *yes), door, *json, out, lang)),
    }
}

impl CoordinatorArgs {
    /// Says whether this runs the daemon, which starts its log by its own configuration.
    pub(crate) fn is_daemon(&self) -> bool {
        matches!(self.command, CoordinatorCommand::Run { .. })
    }
}
