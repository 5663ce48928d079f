//! What lies on this machine: keys, certificates, the state folder, disk.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

use consilium_identity::{AuthorityCertificate, Certificate};
use consilium_plan::Lang;

use super::Finding;
use crate::{clock, hint::said};

/// The bits of a mode that speak of others than the owner.
const OTHERS: u32 = 0o077;
/// Less free space than this fails, less than ten times this is a warning.
const LEAST_DISK: u64 = 256 << 20;

/// Looks at the state folder and its free space.
pub(super) fn state(folder: &Path, founding: &str, lang: Lang) -> Vec<Finding> {
    let what = format!(
        "{} {}",
        lang.pick("state folder", "状态文件夹"),
        folder.display()
    );
    let metadata = match fs::metadata(folder) {
        Ok(metadata) => metadata,
        Err(error) => return vec![Finding::failed(what, said(error, lang), founding)],
    };
    let mut findings = Vec::new();
    if metadata.mode() & OTHERS == 0 {
        findings.push(Finding::ok(what, ""));
    } else {
        let said = lang.pick("others can look into it", "其他用户可以访问");
        findings.push(Finding::failed(
            what,
            said,
            format!("chmod 700 {}", folder.display()),
        ));
    }
    findings.push(disk(folder, lang));
    findings
}

fn disk(folder: &Path, lang: Lang) -> Finding {
    let what = lang.pick("free disk space", "磁盘剩余空间");
    let free = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return Finding::warning(what, said(error, lang), ""),
    };
    let said = format!("{} MiB", free >> 20);
    let remedy = lang.pick(
        "make room: what a study commits has to fit",
        "请释放空间：研究提交的内容需要存放",
    );
    match free {
        free if free < LEAST_DISK => Finding::failed(what, said, remedy),
        free if free < 10 * LEAST_DISK => Finding::warning(what, said, remedy),
        _ => Finding::ok(what, said),
    }
}

/// Looks at who may read a private file.
pub(super) fn private(path: &Path, missing: &str, lang: Lang) -> Finding {
    let what = path.display().to_string();
    match fs::metadata(path) {
        Err(error) => Finding::failed(what, said(error, lang), missing),
        Ok(metadata) if metadata.mode() & OTHERS != 0 => Finding::failed(
            what,
            lang.pick("others can read this secret", "其他用户可以读取此机密文件"),
            format!("chmod 600 {}", path.display()),
        ),
        Ok(_) => Finding::ok(what, ""),
    }
}

/// Looks at a certificate of a party or person, and at who signed it.
pub(super) fn certificate(path: &Path, authority: &Path, lang: Lang) -> Finding {
    let what = format!("{} {}", lang.pick("certificate", "证书"), path.display());
    let anew = lang.pick(
        "join anew by another invitation: the operator revokes this member and invites it again, and this folder is moved away first",
        "请用新的邀请重新加入：运营方先撤销再重新邀请，加入前先移走此文件夹",
    );
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| said(error, lang));
    let certificate =
        read(path).and_then(|pem| Certificate::from_pem(&pem).map_err(|error| said(error, lang)));
    let authority = read(authority)
        .and_then(|pem| AuthorityCertificate::from_pem(&pem).map_err(|error| said(error, lang)));
    let (certificate, authority) = match (certificate, authority) {
        (Ok(certificate), Ok(authority)) => (certificate, authority),
        (Err(why), _) | (_, Err(why)) => return Finding::failed(what, why, anew),
    };
    let now = clock::now();
    if let Err(error) = certificate.check(&authority, now) {
        return Finding::failed(what, said(error, lang), anew);
    }
    let until = certificate.validity().until;
    let ends = format!("{} {}", lang.pick("ends", "到期"), until);
    if certificate.is_due(now) {
        return Finding::warning(
            what,
            ends,
            lang.pick(
                "the daemon renews it by itself while it runs and is connected",
                "守护进程在运行并连接时会自动续期",
            ),
        );
    }
    Finding::ok(what, ends)
}
