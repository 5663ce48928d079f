//! Who may call what, decided before any service sees a call.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::Request,
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use consilium_identity::{Forbidden, Role};
use consilium_node::{
    NodeError,
    status::{Explain, answer, status},
    tls,
};
use tonic::{Code, Status, service::Routes};
use tracing::debug;

use crate::roster::Roster;

/// By which door calls come in.
#[derive(Clone, Debug)]
pub(crate) enum Door {
    /// Over the network, with a certificate or as a newcomer.
    Network(Roster),
    /// Over the socket in the state folder, which its file mode guards.
    Local,
}

/// Who makes a call that may be made.
#[derive(Clone, Debug)]
pub(crate) struct By(pub(crate) Arc<str>);

impl By {
    /// Says who made a call that came through a door.
    pub(crate) fn of<T>(request: &tonic::Request<T>) -> By {
        let by = request.extensions().get::<By>().cloned();
        by.unwrap_or_else(|| By("somebody".into()))
    }
}

/// Why a call may not be made.
#[derive(Debug, thiserror::Error)]
enum NotAllowed {
    #[error(transparent)]
    Node(#[from] NodeError),
    #[error("{by}: {forbidden:?}")]
    Forbidden { by: Arc<str>, forbidden: Forbidden },
}

impl Explain for NotAllowed {
    fn code(&self) -> Code {
        match self {
            NotAllowed::Node(error) => error.code(),
            NotAllowed::Forbidden {
                forbidden: Forbidden::Unknown,
                ..
            } => Code::Unimplemented,
            NotAllowed::Forbidden { .. } => Code::PermissionDenied,
        }
    }

    fn public(&self) -> String {
        match self {
            NotAllowed::Node(error) => error.public(),
            NotAllowed::Forbidden { forbidden, .. } => forbidden.to_string(),
        }
    }

    fn public_in_chinese(&self) -> Option<String> {
        match self {
            NotAllowed::Node(error) => error.public_in_chinese(),
            NotAllowed::Forbidden { forbidden, .. } => Some(forbidden.in_chinese()),
        }
    }
}

/// Lets only those calls through that the table of roles allows.
pub(crate) fn guarded(routes: Routes, door: Door) -> Routes {
    let router: Router = routes.into_axum_router();
    Routes::from(router.layer(from_fn_with_state(door, guard)))
}

async fn guard(State(door): State<Door>, mut request: Request<Body>, next: Next) -> Response {
    match door.check(&request) {
        Ok(by) => {
            request.extensions_mut().insert(by);
            next.run(request).await
        }
        Err(error) => {
            let status: Status = match door {
                // An administrator's command asks which daemon it has before it.
                Door::Local => {
                    debug!(%error, "a call was refused");
                    answer(&error)
                }
                Door::Network(_) => status(&error),
            };
            status.into_http()
        }
    }
}

impl Door {
    fn check(&self, request: &Request<Body>) -> Result<By, NotAllowed> {
        let (by, role) = match self {
            Door::Local => ("local administrator".into(), Role::Operator),
            Door::Network(roster) => who(roster, request)?,
        };
        match role.authorise(request.uri().path()) {
            Ok(()) => Ok(By(by)),
            Err(forbidden) => Err(NotAllowed::Forbidden { by, forbidden }),
        }
    }
}

fn who(roster: &Roster, request: &Request<Body>) -> Result<(Arc<str>, Role), NodeError> {
    let extensions = request.extensions().clone();
    let call = tonic::Request::from_parts(tonic::metadata::MetadataMap::new(), extensions, ());
    match tls::caller(&call) {
        Ok(caller) => match roster.role(&caller) {
            Some(role) => Ok((caller.name.as_str().into(), role)),
            None => Err(NodeError::Revoked(caller.name.clone())),
        },
        Err(NodeError::Anonymous) => Ok(("newcomer".into(), Role::Newcomer)),
        Err(error) => Err(error),
    }
}
