//! The daemons of this machine.

use std::{
    fs,
    path::{Path, PathBuf},
};

use consilium_plan::{Lang, MOST_SKEW};
use consilium_proto::v1;
use serde::Deserialize;

use super::{
    Finding, files,
    network::{self, Expected},
};
use crate::{
    client::{operator_at, steward_at},
    coordinator, participant,
};

/// Looks at every daemon whose configuration is named.
pub(super) async fn look(configs: &[PathBuf], lang: Lang) -> Vec<Finding> {
    if configs.is_empty() {
        return vec![Finding::failed(
            lang.pick("configuration", "配置"),
            lang.pick("there is none in /etc/consilium", "/etc/consilium 中没有配置"),
            lang.pick(
                "name one with --config; `consilium participant join --sample` prints one to start from",
                "请用 --config 指定；`consilium participant join --sample` 打印示例配置",
            ),
        )];
    }
    let mut findings = Vec::new();
    for path in configs {
        findings.extend(one(path, lang).await);
    }
    findings
}

/// Looks at one daemon; whose configuration it is, its keys say.
async fn one(path: &Path, lang: Lang) -> Vec<Finding> {
    let what = format!("{} {}", lang.pick("configuration", "配置"), path.display());
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let remedy = lang.pick(
                "name another one with --config",
                "请用 --config 指定其他配置",
            );
            return vec![Finding::failed(what, error.to_string(), remedy)];
        }
    };
    let is_coordinator = text
        .lines()
        .any(|line| line.trim_start().starts_with("federation"));
    let well = |what| Finding::ok(what, "");
    if is_coordinator {
        match coordinator::read_config(path, lang) {
            Ok(config) => [vec![well(what)], of_coordinator(&config, lang).await].concat(),
            Err(error) => vec![Finding::failed(what, format!("{error:#}"), sample(lang))],
        }
    } else {
        match participant::read_config(path, lang) {
            Ok(config) => [vec![well(what)], of_participant(&config, lang).await].concat(),
            Err(error) => vec![Finding::failed(what, format!("{error:#}"), sample(lang))],
        }
    }
}

fn sample(lang: Lang) -> &'static str {
    lang.pick(
        "compare with `consilium coordinator init --sample` or `consilium participant join --sample`",
        "请与 `consilium coordinator init --sample` 或 `consilium participant join --sample` 对照",
    )
}

async fn of_coordinator(config: &consilium_coordinator::Config, lang: Lang) -> Vec<Finding> {
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
    let expected = Expected {
        address: &config.address,
        name: config.name.as_str(),
        authority: &config.state.join("authority.pem"),
    };
    findings.extend(network::look(&expected, lang).await);
    findings
}

async fn of_participant(config: &consilium_participant::Config, lang: Lang) -> Vec<Finding> {
    let joining = lang.pick(
        "`consilium participant join`, as the daemon's user, joins a federation",
        "以守护进程用户运行 `consilium participant join` 加入联邦",
    );
    let state = &config.state;
    let mut findings = files::state(state, joining, lang);
    findings.push(files::private(
        &state.join("participant.key"),
        joining,
        lang,
    ));
    findings.push(files::certificate(
        &state.join("participant.pem"),
        &state.join("authority.pem"),
        lang,
    ));
    if let Some(membership) = membership(state) {
        let expected = Expected {
            address: config.coordinator.as_ref().unwrap_or(&membership.address),
            name: &membership.coordinator,
            authority: &state.join("authority.pem"),
        };
        findings.extend(network::look(&expected, lang).await);
    }
    let socket = config.steward_socket();
    let what = format!(
        "{} {}",
        lang.pick("daemon at", "守护进程"),
        socket.display()
    );
    let Ok(mut house) = steward_at(&socket, lang).await else {
        findings.push(Finding::failed(
            what,
            lang.pick("does not answer", "没有应答"),
            lang.pick(
                "`systemctl status consilium-participant`, or `consilium participant run`",
                "`systemctl status consilium-participant`，或 `consilium participant run`",
            ),
        ));
        return findings;
    };
    findings.push(Finding::ok(what, lang.pick("runs", "运行中")));
    if let Ok(status) = house.status(v1::StatusRequest {}).await {
        findings.extend(connection(status.get_ref(), lang));
    }
    if let Ok(sets) = house.list_data(v1::ListDataRequest {}).await {
        findings.extend(sets.get_ref().sets.iter().map(|set| data(set, lang)));
    }
    findings
}

/// What the state folder says of the coordinator.
#[derive(Deserialize)]
struct Membership {
    coordinator: String,
    address: String,
}

fn membership(state: &Path) -> Option<Membership> {
    toml::from_str(&fs::read_to_string(state.join("membership.toml")).ok()?).ok()
}

fn connection(status: &v1::ParticipantStatus, lang: Lang) -> Vec<Finding> {
    let what = format!(
        "{} {}",
        lang.pick("connection to", "与以下节点的连接"),
        status.coordinator
    );
    let connected = if status.connected {
        Finding::ok(what, "")
    } else {
        Finding::failed(
            what,
            lang.pick("is down", "中断"),
            lang.pick(
                "the daemon's log says why: `journalctl -u consilium-participant`",
                "原因见日志：`journalctl -u consilium-participant`",
            ),
        )
    };
    let what = lang.pick("clock against the coordinator's", "与协调节点的时钟差");
    let said = format!("{:+.1} s", status.clock_offset_ms as f64 / 1_000.0);
    let remedy = lang.pick(
        "keep both clocks by NTP: `timedatectl set-ntp true`",
        "请用 NTP 校准双方时钟：`timedatectl set-ntp true`",
    );
    let seconds = status.clock_offset_ms.unsigned_abs() / 1_000;
    let clock = match seconds {
        seconds if seconds > MOST_SKEW => Finding::failed(what, said, remedy),
        seconds if seconds > MOST_SKEW / 10 => Finding::warning(what, said, remedy),
        _ => Finding::ok(what, said),
    };
    vec![connected, clock]
}

fn data(set: &v1::DataSet, lang: Lang) -> Finding {
    let what = format!("{} {}", lang.pick("data set", "数据集"), set.name);
    if set.unchanged {
        return Finding::ok(
            what,
            lang.pick(
                format!("{} rows, unchanged", set.rows),
                format!("{} 行，未改变", set.rows),
            ),
        );
    }
    Finding::failed(
        what,
        lang.pick("its file has changed or is gone", "文件已改变或不存在"),
        lang.pick(
            format!(
                "put {} back as it was, or register it anew with `consilium data add`",
                set.path
            ),
            format!("请恢复 {}，或用 `consilium data add` 重新登记", set.path),
        ),
    )
}
