//! Connections to daemons: over a Unix socket on this machine, or to the coordinator over mutual
//! TLS with a person's key and certificate.

use std::{
    future::Future,
    io,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;
use consilium_node::grpc::{operator_client::OperatorClient, steward_client::StewardClient};
use consilium_plan::Lang;
use consilium_proto::v1;
use tokio::runtime;
use tonic::{
    Code,
    transport::{Channel, Endpoint},
};

use crate::{
    hint::{Misuse, OrHint as _},
    person::Folder,
};

mod answer;

pub(crate) use answer::{Answer, refused, said};

/// The longest answer that is taken: a journal comes in one.
const LONGEST_ANSWER: usize = 256 << 20;

/// Where a daemon is found.
#[derive(Debug, Args)]
pub(crate) struct Door {
    /// Socket of the daemon on this machine: operator.sock in the state folder of a coordinator,
    /// steward.sock in that of a participant; default: the one in /var/lib/consilium
    #[arg(long, value_name = "SOCKET")]
    at: Option<PathBuf>,

    #[command(flatten)]
    network: Network,
}

/// Where the coordinator is found.
#[derive(Debug, Args)]
pub(crate) struct OperatorDoor {
    /// Socket of the coordinator on this machine: operator.sock in its state folder; default: the
    /// one in /var/lib/consilium/coordinator
    #[arg(long, value_name = "SOCKET")]
    at: Option<PathBuf>,

    #[command(flatten)]
    network: Network,
}

/// How the coordinator is found over the network.
#[derive(Debug, Args)]
struct Network {
    /// Folder of a person's key and certificate: the coordinator is spoken to over the network
    #[arg(long = "as", value_name = "FOLDER", conflicts_with = "at")]
    person: Option<PathBuf>,

    /// Holds the passphrase of that person's key; default: it is asked for on the terminal
    #[arg(long, value_name = "FILE", requires = "person")]
    passphrase_file: Option<PathBuf>,
}

/// Where the participant is found, which is spoken to on its own machine alone.
#[derive(Debug, Args)]
pub(crate) struct HouseDoor {
    /// Socket of the participant on this machine: steward.sock in its state folder; default: the
    /// one in /var/lib/consilium/participant
    #[arg(long, value_name = "SOCKET")]
    at: Option<PathBuf>,
}

/// A daemon, whichever it is.
pub(crate) enum Daemon {
    Coordinator(OperatorClient<Channel>),
    Participant(StewardClient<Channel>),
}

impl Door {
    /// Connects to whichever daemon is behind the door.
    pub(crate) async fn either(&self, lang: Lang) -> anyhow::Result<Daemon> {
        if let Some(coordinator) = self.network.coordinator(lang).await? {
            return Ok(Daemon::Coordinator(coordinator));
        }
        let usual = [COORDINATOR, PARTICIPANT];
        behind(&named_or(self.at.as_ref(), &usual, lang)?, lang).await
    }

    /// Connects to the coordinator, for what is asked of it alone.
    pub(crate) async fn coordinator(&self, lang: Lang) -> anyhow::Result<OperatorClient<Channel>> {
        self.network.coordinator_or(self.at.as_ref(), lang).await
    }

    /// Connects to the participant, for what is asked of it alone.
    pub(crate) async fn participant(&self, lang: Lang) -> anyhow::Result<StewardClient<Channel>> {
        let at = self.at.clone();
        HouseDoor { at }.participant(lang).await
    }
}

impl OperatorDoor {
    /// Connects to the coordinator, which may be on this machine or not.
    pub(crate) async fn coordinator(&self, lang: Lang) -> anyhow::Result<OperatorClient<Channel>> {
        self.network.coordinator_or(self.at.as_ref(), lang).await
    }
}

impl Network {
    /// Connects to the coordinator: over the network, if a person's folder is named, or on this machine.
    async fn coordinator_or(
        &self,
        at: Option<&PathBuf>,
        lang: Lang,
    ) -> anyhow::Result<OperatorClient<Channel>> {
        if let Some(coordinator) = self.coordinator(lang).await? {
            return Ok(coordinator);
        }
        let path = named_or(at, &[COORDINATOR], lang)?;
        let mut participant = match behind(&path, lang).await? {
            Daemon::Coordinator(coordinator) => return Ok(coordinator),
            Daemon::Participant(participant) => participant,
        };
        let house = participant
            .status(v1::StatusRequest {})
            .await
            .answer(lang)?;
        Err(Misuse(lang.pick(
            format!("this is {}'s daemon, and the command is for the coordinator's", house.party),
            format!("这是 {} 的守护进程，此命令只供协调方使用", house.party),
        )))
        .or_hint(lang.pick(
            "name the coordinator's socket, operator.sock, with --at, or go over the network with --as; `consilium study show` tells where a study stands here",
            "请用 --at 指定协调方的套接字 operator.sock，或用 --as 经网络连接；`consilium study show` 可显示研究在此处的状态",
        ))
    }

    /// Connects to the coordinator over the network, if a person's folder is named.
    async fn coordinator(&self, lang: Lang) -> anyhow::Result<Option<OperatorClient<Channel>>> {
        match &self.person {
            Some(folder) => Ok(Some(operator(self.secured(folder, lang).await?))),
            None => Ok(None),
        }
    }

    async fn secured(&self, folder: &Path, lang: Lang) -> anyhow::Result<Channel> {
        let person = Folder::open(folder, self.passphrase_file.as_deref(), lang)?;
        let connected = consilium_node::dial::channel(&person.address, &person.tls()?).await;
        let channel = connected.or_hint(lang.pick(
            format!(
                "`consilium doctor --as {}` looks at certificate, address and clock",
                folder.display()
            ),
            format!(
                "`consilium doctor --as {}` 检查证书、地址和时钟",
                folder.display()
            ),
        ))?;
        if let Err(error) = person.renew_if_due(channel.clone()).await {
            tracing::warn!(%error, "the certificate is not renewed; the next command tries again");
        }
        Ok(channel)
    }
}

impl HouseDoor {
    /// Connects to the participant.
    pub(crate) async fn participant(&self, lang: Lang) -> anyhow::Result<StewardClient<Channel>> {
        match behind(&named_or(self.at.as_ref(), &[PARTICIPANT], lang)?, lang).await? {
            Daemon::Participant(participant) => Ok(participant),
            Daemon::Coordinator(_) => Err(Misuse(
                lang.pick(
                    "this is the coordinator's daemon, and the command is for a participant's",
                    "这是协调方的守护进程，此命令只供参与方使用",
                )
                .to_owned(),
            ))
            .or_hint(lang.pick(
                "name the participant's socket, steward.sock, with --at",
                "请用 --at 指定参与方的套接字 steward.sock",
            )),
        }
    }
}

/// Connects to whichever daemon has this socket.
async fn behind(path: &Path, lang: Lang) -> anyhow::Result<Daemon> {
    let channel = socket(path, lang).await?;
    let mut participant = steward(channel.clone());
    match participant.status(v1::StatusRequest {}).await {
        // A coordinator knows the call, and that it is none of its own.
        Err(status) if [Code::PermissionDenied, Code::Unimplemented].contains(&status.code()) => {
            Ok(Daemon::Coordinator(operator(channel)))
        }
        Err(status) => Err(refused(&status, lang)),
        Ok(_) => Ok(Daemon::Participant(participant)),
    }
}

/// Gives the socket that was named, or the one of the usual places that is there.
fn named_or(named: Option<&PathBuf>, usual: &[&str], lang: Lang) -> anyhow::Result<PathBuf> {
    if let Some(path) = named {
        return Ok(path.clone());
    }
    let there: Vec<&&str> = usual
        .iter()
        .filter(|path| Path::new(path).exists())
        .collect();
    let (fault, hint) = match there.as_slice() {
        [one] => return Ok(PathBuf::from(one)),
        [] => (
            lang.pick(
                format!("no daemon has a socket at {}", usual.join(", ")),
                format!("以下位置没有守护进程的套接字：{}", usual.join("，")),
            ),
            way_in(io::ErrorKind::NotFound, lang),
        ),
        _ => (
            lang.pick(
                "two daemons run on this machine: which one is meant?".to_owned(),
                "本机运行着两个守护进程：指的是哪一个？".to_owned(),
            ),
            lang.pick(
                "name its socket with --at: the coordinator's is operator.sock, the participant's steward.sock",
                "请用 --at 指定其套接字：协调方为 operator.sock，参与方为 steward.sock",
            ),
        ),
    };
    Err(Misuse(fault)).or_hint(hint)
}

/// Where daemons put their sockets under the shipped configuration.
const COORDINATOR: &str = "/var/lib/consilium/coordinator/operator.sock";
const PARTICIPANT: &str = "/var/lib/consilium/participant/steward.sock";

/// Runs what talks to a daemon.
pub(crate) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("starting the runtime")?.block_on(work)
}

/// Connects to a daemon's socket.
async fn socket(path: &Path, lang: Lang) -> anyhow::Result<Channel> {
    // Asked first, because what the system says of it is clearer than what the channel makes of it.
    if let Err(error) = UnixStream::connect(path) {
        let hint = way_in(error.kind(), lang);
        let connecting = lang.pick("connecting to", "连接");
        return Err(error)
            .with_context(|| format!("{connecting} {}", path.display()))
            .or_hint(hint);
    }
    let endpoint = Endpoint::from_shared(format!("unix:{}", path.display()))?;
    endpoint
        .connect()
        .await
        .with_context(|| path.display().to_string())
}

fn way_in(kind: io::ErrorKind, lang: Lang) -> &'static str {
    match kind {
        io::ErrorKind::PermissionDenied => lang.pick(
            "the socket is for the daemon's own user and root: run this as one of them, as in `sudo consilium …`",
            "套接字只供守护进程的用户和 root 使用：请以其身份运行，例如 `sudo consilium …`",
        ),
        _ => lang.pick(
            "is the daemon running? `consilium coordinator run` or `consilium participant run` start it; --at names its socket",
            "守护进程是否在运行？用 `consilium coordinator run` 或 `consilium participant run` 启动；用 --at 指定套接字",
        ),
    }
}

/// Connects to a coordinator's socket.
pub(crate) async fn operator_at(
    socket_path: &Path,
    lang: Lang,
) -> anyhow::Result<OperatorClient<Channel>> {
    Ok(operator(socket(socket_path, lang).await?))
}

/// Connects to a participant's socket.
pub(crate) async fn steward_at(
    socket_path: &Path,
    lang: Lang,
) -> anyhow::Result<StewardClient<Channel>> {
    Ok(steward(socket(socket_path, lang).await?))
}

fn operator(channel: Channel) -> OperatorClient<Channel> {
    OperatorClient::new(channel).max_decoding_message_size(LONGEST_ANSWER)
}

fn steward(channel: Channel) -> StewardClient<Channel> {
    StewardClient::new(channel).max_decoding_message_size(LONGEST_ANSWER)
}
