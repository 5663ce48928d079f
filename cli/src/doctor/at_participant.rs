//! A participant: its state, whether it runs and is connected, its clock, its data sets.

use std::{fs, path::Path};

use consilium_participant::Config;
use consilium_plan::{Lang, MOST_SKEW};
use consilium_proto::v1;
use serde::Deserialize;

use super::{
    Finding, files,
    network::{self, Expected},
};
use crate::client::steward_at;

/// Looks at the participant of this machine.
pub(super) async fn look((config, path): (&Config, &Path), lang: Lang) -> Vec<Finding> {
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
        findings.push(network::free(("admin", &config.admin), path, lang));
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
    let what = lang.pick("clock against the coordinator's", "与协调方的时钟差");
    let said = format!("{} ms", status.clock_offset_ms);
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
