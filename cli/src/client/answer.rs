//! What daemons answer, and why they refuse.

use consilium_node::status::in_chinese;
use consilium_plan::Lang;
use tonic::{Code, Response, Status};

use crate::hint::Hinted;

/// What a daemon answered.
pub(crate) trait Answer<T> {
    /// Takes the answer, or says why there is none and what to do.
    fn answer(self, lang: Lang) -> anyhow::Result<T>;
}

impl<T> Answer<T> for Result<Response<T>, Status> {
    fn answer(self, lang: Lang) -> anyhow::Result<T> {
        self.map(Response::into_inner)
            .map_err(|status| refused(&status, lang))
    }
}

/// Says why a daemon refused, and what to do.
pub(crate) fn refused(status: &Status, lang: Lang) -> anyhow::Error {
    let hint = match status.code() {
        Code::Unimplemented => lang.pick(
            "this is another daemon than the command needs: name the other's socket with --at",
            "此守护进程不支持该命令：请用 --at 指定另一个守护进程的套接字",
        ),
        Code::PermissionDenied => lang.pick(
            "over a socket: name the right daemon's with --at; over the network: a new invitation, or one to another role, is needed",
            "经套接字：请用 --at 指定正确的守护进程；经网络：需要新的邀请，或担任其他角色的邀请",
        ),
        Code::Unauthenticated => lang.pick(
            "show a certificate with --as FOLDER; `consilium person enrol` gets one",
            "请用 --as 文件夹 出示证书；`consilium person enrol` 可获取证书",
        ),
        Code::Unavailable => lang.pick(
            "the daemon stopped while it was asked; its log says why",
            "守护进程在应答时停止；原因见其日志",
        ),
        Code::NotFound => lang.pick(
            "`consilium study list`, `consilium data list` and `consilium coordinator members` show what there is",
            "`consilium study list`、`consilium data list` 和 `consilium coordinator members` 列出已有内容",
        ),
        Code::ResourceExhausted => lang.pick(
            "make room on the disk of the daemon's state folder, which `consilium doctor` names, and try again",
            "请在守护进程状态文件夹所在磁盘上释放空间（`consilium doctor` 会列出），然后重试",
        ),
        Code::Internal | Code::Unknown => lang.pick("the daemon's log says more", "详见守护进程日志"),
        _ => "",
    };
    let error = anyhow::anyhow!(said(status, lang));
    if hint.is_empty() {
        return error;
    }
    Hinted {
        error,
        hint: hint.to_owned(),
    }
    .into()
}

/// Gives a daemon's own words, in the reader's language where it has them.
pub(crate) fn said(status: &Status, lang: Lang) -> String {
    match in_chinese(status).filter(|_| lang == Lang::Zh) {
        Some(text) => text,
        None if status.message().is_empty() => format!("{:?}", status.code()),
        None => status.message().to_owned(),
    }
}
