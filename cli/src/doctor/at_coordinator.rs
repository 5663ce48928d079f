//! A coordinator: its state, whether it runs, whether it is where invitations say.

use std::path::Path;

use consilium_coordinator::Config;
use consilium_plan::Lang;
use consilium_proto::v1;

use super::{
    Finding, files,
    network::{self, Expected},
};
use crate::client::operator_at;

/// Looks at the coordinator of this machine.
pub(super) async fn look((config, path): (&Config, &Path), lang: Lang) -> Vec<Finding> {
    let founding = lang.pick(
        "`consilium coordinator init`, as the daemon's user, founds the federation",
        "以守护进程用户运行 `consilium coordinator init` 创建联邦",
    );
    let mut findings = files::state(&config.state, founding, lang);
    for key in ["authority.key", "coordinator.key"] {
        findings.push(files::private(&config.state.join(key), founding, lang));
    }
    let socket = config.operator_socket();
    let what = format!(
        "{} {}",
        lang.pick("daemon at", "守护进程"),
        socket.display()
    );
    let members = match operator_at(&socket, lang).await {
        Ok(mut coordinator) => coordinator.members(v1::MembersRequest {}).await.ok(),
        Err(_) => None,
    };
    let runs = members.is_some();
    findings.push(match members {
        Some(list) => {
            let connected = list
                .get_ref()
                .members
                .iter()
                .filter(|one| one.connected)
                .count();
            Finding::ok(
                what,
                lang.pick(
                    format!("runs, {connected} connected"),
                    format!("运行中，{connected} 个在线"),
                ),
            )
        }
        None => Finding::failed(
            what,
            lang.pick("does not answer", "没有应答"),
            lang.pick(
                "`systemctl status consilium-coordinator`, or `consilium coordinator run`",
                "`systemctl status consilium-coordinator`，或 `consilium coordinator run`",
            ),
        ),
    });
    if !runs {
        for address in [("listen", &*config.listen), ("admin", &*config.admin)] {
            findings.push(network::free(address, path, lang));
        }
    }
    let expected = Expected {
        address: &config.address,
        name: config.name.as_str(),
        authority: &config.state.join("authority.pem"),
    };
    findings.extend(network::look(&expected, lang).await);
    findings
}
