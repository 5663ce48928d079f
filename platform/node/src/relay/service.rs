//! The relay as a gRPC service.

use std::{pin::Pin, sync::Arc, time::Duration};

use consilium_mailbox::PartyId;
use consilium_proto::v1;
use futures_util::{Stream, stream};
use tokio::{
    task::{AbortHandle, JoinHandle},
    time::timeout,
};
use tonic::{Request, Response, Status, Streaming};

use super::{Connection, Relay};
use crate::{
    NodeError, Shutdown,
    grpc::link_server::{self, LinkServer},
    link::{LARGEST_MESSAGE, Up, VERSION, read_epoch, read_party},
    status::status,
    tls::caller,
};

/// How long a daemon may take for its first word.
const PATIENCE: Duration = Duration::from_secs(10);

/// Lets the daemons of admitted parties connect to a relay.
#[derive(Clone, Debug)]
pub struct LinkService {
    relay: Relay,
    shutdown: Shutdown,
}

type Downs = Pin<Box<dyn Stream<Item = Result<v1::Down, Status>> + Send>>;

impl LinkService {
    /// Makes the service for a server.
    pub fn new(relay: Relay, shutdown: Shutdown) -> LinkServer<LinkService> {
        LinkServer::new(LinkService { relay, shutdown }).max_decoding_message_size(LARGEST_MESSAGE)
    }

    async fn welcome(&self, request: Request<Streaming<v1::Up>>) -> Result<Downs, NodeError> {
        let party = caller(&request)?.party()?;
        let mut ups = request.into_inner();
        let first = timeout(PATIENCE, ups.message()).await;
        let Ok(Ok(Some(v1::Up {
            kind: Some(v1::up::Kind::Hello(hello)),
        }))) = first
        else {
            return Err(NodeError::Mute(party));
        };
        if hello.version != VERSION {
            return Err(NodeError::OtherVersion(party, hello.version));
        }
        let watches: Vec<PartyId> = hello
            .watch
            .iter()
            .map(|name| read_party(name))
            .collect::<Result<_, _>>()?;
        let epoch = read_epoch(&hello.epoch)?;
        let connection = self.relay.connect(&party, epoch, &watches).await?;
        let connection = Arc::new(connection);
        let reader = tokio::spawn(read(connection.clone(), ups));
        let abort = AbortOnDrop(reader.abort_handle());
        let session = Session {
            welcome: Some(self.relay.home().to_string()),
            connection,
            reader,
            shutdown: self.shutdown.clone(),
            _abort: abort,
        };
        Ok(Box::pin(stream::unfold(Some(session), Session::next)))
    }
}

#[tonic::async_trait]
impl link_server::Link for LinkService {
    type ConnectStream = Downs;

    async fn connect(
        &self,
        request: Request<Streaming<v1::Up>>,
    ) -> Result<Response<Downs>, Status> {
        let downs = self.welcome(request).await;
        downs.map(Response::new).map_err(|error| status(&error))
    }
}

/// One daemon's stream downwards, with the task that reads what comes up.
struct Session {
    welcome: Option<String>,
    connection: Arc<Connection>,
    reader: JoinHandle<Result<(), NodeError>>,
    shutdown: Shutdown,
    _abort: AbortOnDrop,
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Session {
    async fn next(session: Option<Session>) -> Option<(Result<v1::Down, Status>, Option<Session>)> {
        let mut session = session?;
        if let Some(home) = session.welcome.take() {
            let kind = Some(v1::down::Kind::Welcome(v1::Welcome { home }));
            return Some((Ok(v1::Down { kind }), Some(session)));
        }
        let error = tokio::select! {
            biased;
            read = &mut session.reader => match read {
                Ok(Err(error)) => error,
                // The daemon closed its half: it is gone.
                _ => return None,
            },
            () = session.shutdown.requested() => NodeError::Stopping,
            down = session.connection.next() => match down {
                Some(down) => return Some((Ok(down.into()), Some(session))),
                None => return None,
            },
        };
        Some((Err(status(&error)), None))
    }
}

/// Passes on what a daemon sends until it ends its stream or breaks the rules.
async fn read(connection: Arc<Connection>, mut ups: Streaming<v1::Up>) -> Result<(), NodeError> {
    while let Ok(Some(up)) = ups.message().await {
        let passed = connection.pass(Up::read(up)?).await;
        passed
            .map_err(|misconduct| NodeError::Misconduct(connection.party().clone(), misconduct))?;
    }
    Ok(())
}
