//! What daemons answer, and why they refuse.

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
        Code::Internal | Code::Unknown => lang.pick("the daemon's log says more", "详见守护进程日志"),
        _ => "",
    };
    let said = if status.message().is_empty() {
        format!("{:?}", status.code())
    } else {
        status.message().to_owned()
    };
    let error = anyhow::anyhow!(said);
    if hint.is_empty() {
        return error;
    }
    Hinted {
        error,
        hint: hint.to_owned(),
    }
    .into()
}
