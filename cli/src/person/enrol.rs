//! A person's way into the federation.

use std::{
    fs,
    io::{self, IsTerminal as _, Read as _, Write},
    path::PathBuf,
};

use anyhow::Context as _;
use clap::Args;
use consilium_base::Secret;
use consilium_identity::Invitation;
use consilium_mailbox::PartyId;
use consilium_participant::{ParticipantError, enrol};
use consilium_plan::Lang;
use serde_json::json;
use tonic::Code;

use super::{
    PublicFile,
    folder::{self, Coordinator},
    open_key,
};
use crate::{
    client::block_on,
    daemon,
    hint::{Hinted, OrHint as _},
    terminal,
};

/// More than any invitation has.
const LONGEST: u64 = 4_096;

#[derive(Debug, Args)]
pub(super) struct Enrol {
    /// The key, as `consilium person new-key` made it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Holds the key's passphrase; default: it is asked for on the terminal
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The name that the invitation is for; default: the one in the key's public file
    #[arg(long)]
    name: Option<PartyId>,
    /// Host and port of the coordinator, if it is not where the invitation says
    #[arg(long, value_name = "HOST:PORT")]
    address: Option<String>,
    /// A new folder for key, certificate and address: what --as of other commands names
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Enrol, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let name = match &args.name {
        Some(name) => name.clone(),
        None => PublicFile::beside(&args.key, lang)?
            .name
            .parse()
            .context(lang.pick("the key's public file", "密钥的公开文件"))?,
    };
    let key = open_key(&args.key, args.passphrase_file.as_deref(), lang)?;
    let invitation = read_invitation(lang)?;
    let ambient = daemon::ambient()?;
    let enrolled = block_on(async {
        let enrolled = enrol(&name, &key, &invitation, args.address.as_deref(), &ambient).await;
        enrolled.map_err(|error| {
            let named = lang.pick(
                "name whom the invitation is for with --name NAME",
                "请用 --name 名称 指明邀请所给的人",
            );
            way_in(error, named, lang)
        })
    })?;
    let coordinator = Coordinator {
        name: enrolled.coordinator.to_string(),
        address: enrolled.address,
        federation: enrolled.federation,
    };
    let key = Secret::new(fs::read_to_string(&args.key)?);
    let (certificate, authority) = (enrolled.certificate.to_pem(), enrolled.authority.to_pem());
    folder::write(
        &args.out,
        &coordinator,
        (&certificate, &authority, key.expose()),
        lang,
    )?;
    if args.json {
        let line =
            json!({ "name": name, "folder": args.out, "federation": coordinator.federation });
        return Ok(writeln!(out, "{line}")?);
    }
    Ok(writeln!(out, "{}", args.out.display())?)
}

/// Adds the way out to why nobody was enrolled; `named` says where the name is given.
pub(crate) fn way_in(error: ParticipantError, named: &str, lang: Lang) -> anyhow::Error {
    let hint = match &error {
        ParticipantError::Refused { code, .. } => match code {
            Code::InvalidArgument => named,
            Code::AlreadyExists => lang.pick(
                "`consilium coordinator members` tells the operator who has it; one that left is revoked first",
                "运营方可用 `consilium coordinator members` 查看归属；已离开者须先撤销",
            ),
            _ => lang.pick(
                "an invitation can be used once, by one key, until its end; the operator can make another one",
                "邀请在期限内只能由一个密钥使用一次；运营方可以再发一份",
            ),
        },
        ParticipantError::Silent { .. }
        | ParticipantError::Node(_)
        | ParticipantError::OtherFederation { .. } => lang.pick(
            "ask the operator at which host and port the coordinator answers, and whether it runs; \
             the invitation can be used again",
            "请向运营方确认协调方的主机和端口以及是否在运行；邀请仍可再次使用",
        ),
        _ => return error.into(),
    };
    let hint = hint.to_owned();
    let error = error.into();
    Hinted { error, hint }.into()
}

/// Reads an invitation from standard input.
pub(crate) fn read_invitation(lang: Lang) -> anyhow::Result<Invitation> {
    let mut stdin = io::stdin();
    if stdin.is_terminal() {
        terminal::tell(lang.pick(
            "paste the invitation, then press Enter and Ctrl-D:",
            "请粘贴邀请，然后按回车和 Ctrl-D：",
        ));
    }
    let mut text = String::new();
    stdin
        .by_ref()
        .take(LONGEST)
        .read_to_string(&mut text)
        .context(lang.pick("reading the invitation", "读取邀请"))?;
    let text = Secret::new(text);
    Invitation::parse(text.expose()).or_hint(lang.pick(
        "`consilium coordinator invite NAME` prints an invitation; it begins with invite1-",
        "`consilium coordinator invite 名称` 打印邀请；以 invite1- 开头",
    ))
}
