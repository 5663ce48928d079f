//! `consilium participant`: the daemon at an institution, and what its people ask of it.

use std::{io::Write, path::PathBuf};

use clap::{Args, Subcommand};
use consilium_mailbox::PartyId;
use consilium_plan::Lang;

use crate::client::{HouseDoor, block_on};
use crate::daemon::Lifetime;

mod daemon;
mod house;
mod peers;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium participant join --sample > /etc/consilium/participant.toml
  consilium participant join < invitation
  consilium participant run
  consilium participant status")]
pub(crate) struct ParticipantArgs {
    #[command(subcommand)]
    command: ParticipantCommand,
}

#[derive(Debug, Subcommand)]
enum ParticipantCommand {
    /// Join a federation by an invitation: make the institution's key, get its certificate
    #[command(after_help = "\
The invitation is read from standard input, so that it stays out of the shell's history. The key \
is made on this machine and never leaves it.

Examples:
  consilium participant join --sample > /etc/consilium/participant.toml
  consilium participant join --config /etc/consilium/participant.toml < invitation")]
    Join {
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
One line of JSON on stdout says that the daemon serves, and where; the log goes to stderr.

Example:
  consilium participant run --config /etc/consilium/participant.toml")]
    Run {
        #[command(flatten)]
        config: ConfigFile,
        /// Written once the daemon serves, removed when it ends
        #[arg(long, value_name = "FILE")]
        ready_file: Option<PathBuf>,
        /// End when standard input does: for a program that must leave no daemon behind
        #[arg(long)]
        until_eof: bool,
    },
    /// Say whether the daemon is connected, and how its clock and certificate are
    #[command(
        after_help = "Examples:\n  consilium participant status\n  consilium participant status --json"
    )]
    Status {
        #[command(flatten)]
        door: HouseDoor,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// List the other institutions with the words of their keys
    #[command(
        after_help = "Examples:\n  consilium participant peers\n  consilium --lang zh participant peers"
    )]
    Peers {
        #[command(flatten)]
        door: HouseDoor,
        /// Print one line of JSON for each
        #[arg(long)]
        json: bool,
    },
    /// Say that you have compared the words of an institution's key with its people, or hand in
    /// the vouch of an authority that the daemon's configuration names
    #[command(after_help = "\
Call the other institution by a number that you know, and let them read out the words that \
`consilium participant status` shows there. Six words or more are compared, in English or Chinese.

Examples:
  consilium participant verify hospital-b \"apple …\"
  consilium participant verify hospital-b --vouch hospital-b.vouch")]
    Verify {
        /// Whose key
        party: PartyId,
        /// The words as they were read out, in one argument or several
        #[arg(required_unless_present = "vouch")]
        words: Vec<String>,
        /// Holds the line that `consilium person vouch` printed
        #[arg(long, value_name = "FILE", conflicts_with = "words")]
        vouch: Option<PathBuf>,
        #[command(flatten)]
        door: HouseDoor,
        /// Print one line of JSON for each institution
        #[arg(long)]
        json: bool,
    },
    /// People whose signatures count as the institution's decisions
    #[command(
        subcommand,
        after_help = "Example:\n  consilium participant steward add wang.key.pem.pub"
    )]
    Steward(StewardCommand),
}

#[derive(Debug, Subcommand)]
enum StewardCommand {
    /// Make a steward's key known to the daemon
    #[command(after_help = "Example:\n  consilium participant steward add wang.key.pem.pub")]
    Add {
        /// The key's public file, as `consilium person new-key` writes it
        public: PathBuf,
        #[command(flatten)]
        door: HouseDoor,
        /// Print one line of JSON for each steward
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct ConfigFile {
    /// The daemon's configuration
    #[arg(
        long,
        default_value = "/etc/consilium/participant.toml",
        value_name = "FILE"
    )]
    config: PathBuf,
}

pub(crate) use daemon::read as read_config;
pub(crate) use peers::{assurance, verified_by};

pub(crate) fn run(args: &ParticipantArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match &args.command {
        ParticipantCommand::Join { sample: true, .. } => {
            Ok(out.write_all(daemon::SAMPLE.as_bytes())?)
        }
        ParticipantCommand::Join { config, json, .. } => {
            daemon::join(&config.config, *json, out, lang)
        }
        ParticipantCommand::Run {
            config,
            ready_file,
            until_eof,
        } => {
            let lifetime = Lifetime {
                until_eof: *until_eof,
            };
            daemon::run(&config.config, ready_file.as_deref(), lifetime, out, lang)
        }
        ParticipantCommand::Status { door, json } => {
            block_on(house::status(door, *json, out, lang))
        }
        ParticipantCommand::Peers { door, json } => block_on(peers::list(door, *json, out, lang)),
        ParticipantCommand::Verify {
            party,
            words,
            vouch,
            door,
            json,
        } => block_on(async {
            let peers = match vouch {
                Some(file) => peers::vouched(party, file, door, lang).await?,
                None => peers::compared(party, &words.join(" "), door, lang).await?,
            };
            peers::print(&peers, *json, out, lang)
        }),
        ParticipantCommand::Steward(StewardCommand::Add { public, door, json }) => {
            block_on(house::add_steward(public, door, *json, out, lang))
        }
    }
}

impl ParticipantArgs {
    /// Says whether this runs the daemon, which starts its log by its own configuration.
    pub(crate) fn is_daemon(&self) -> bool {
        matches!(self.command, ParticipantCommand::Run { .. })
    }
}
