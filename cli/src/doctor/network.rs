//! Whether the coordinator can be reached, and who answers.

use std::{fs, net::TcpListener, path::Path, time::Duration};

use anyhow::Context as _;
use consilium_node::{
    NodeError, dial,
    tls::{Authority, ClientTls},
};
use consilium_plan::Lang;
use tokio::{net::TcpStream, time::timeout};

use super::Finding;
use crate::{daemon, hint::said};

const PATIENCE: Duration = Duration::from_secs(5);

/// Where the coordinator should be, and how it is known there.
pub(super) struct Expected<'a> {
    pub(super) address: &'a str,
    pub(super) name: &'a str,
    /// The certificate of the federation's authority, PEM.
    pub(super) authority: &'a Path,
}

/// Looks whether anybody answers, and whether it is the federation's coordinator.
pub(super) async fn look(expected: &Expected<'_>, lang: Lang) -> Vec<Finding> {
    let Expected { address, .. } = expected;
    let what = format!(
        "{} {address}",
        lang.pick("coordinator's address", "协调方地址")
    );
    let remedy = lang.pick(
        "is the coordinator running, the name right, and the port open in the firewalls between?",
        "协调方是否在运行？名称是否正确？中间的防火墙是否开放该端口？",
    );
    match timeout(PATIENCE, TcpStream::connect(address)).await {
        Ok(Ok(_)) => {
            let answers = Finding::ok(what, lang.pick("somebody answers", "有应答"));
            vec![answers, who(expected, lang).await]
        }
        Ok(Err(error)) => vec![Finding::failed(what, said(error, lang), remedy)],
        Err(_) => vec![Finding::failed(
            what,
            lang.pick("nobody answers", "无应答"),
            remedy,
        )],
    }
}

/// Looks whether a daemon that does not run could listen at an address, which its configuration at
/// `path` has as `key`.
pub(super) fn free((key, address): (&str, &str), path: &Path, lang: Lang) -> Finding {
    let what = format!("{key} {address}");
    match TcpListener::bind(address) {
        Ok(_) => Finding::ok(what, lang.pick("is free", "空闲")),
        Err(error) => Finding::failed(
            what,
            said(error, lang),
            daemon::port_is_taken(key, path, lang),
        ),
    }
}

async fn who(expected: &Expected<'_>, lang: Lang) -> Finding {
    let what = lang.pick("who answers there", "应答者身份");
    let tls = match tls(expected) {
        Ok(tls) => tls,
        Err(error) => {
            let remedy = lang.pick(
                "without it nobody can be recognised: join anew by another invitation",
                "没有它就无法辨认对方：请用新的邀请重新加入",
            );
            return Finding::failed(what, said(error, lang), remedy);
        }
    };
    match dial::channel(expected.address, &tls).await {
        Ok(_) => Finding::ok(what, lang.pick("the federation's coordinator", "联邦的协调方")),
        Err(error @ NodeError::Impostor { .. }) => Finding::failed(what, said(error, lang), lang.pick(
            "something between intercepts TLS, or the address is another federation's: ask the operator",
            "中间有设备拦截 TLS，或该地址属于另一个联邦：请询问运营方",
        )),
        Err(error) => Finding::failed(what, said(error, lang), lang.pick(
            "something else than a coordinator listens there: ask the operator for the address",
            "该处监听的不是协调方：请向运营方确认地址",
        )),
    }
}

/// Comes as a newcomer, who shows no certificate: it is the other side's that is looked at.
fn tls(expected: &Expected<'_>) -> anyhow::Result<ClientTls> {
    let named = || expected.authority.display().to_string();
    let authority = fs::read(expected.authority).with_context(named)?;
    let authority = Authority::from_pem(&authority).with_context(named)?;
    Ok(ClientTls::new(None, &authority, expected.name)?)
}
