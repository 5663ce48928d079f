//! What a protocol sees of the world.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Display,
    mem,
    ops::Mul,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::AbortHandle,
    time::timeout,
};

use crate::{
    Account, Content, Frame, MailboxError, Message, Overdue, PartyId, RunId, StepAccount,
    Transport, TransportError, account::on_thread_clock, inbox::Inbox,
};

/// How long a party waits, and how much it keeps for later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long a peer may be silent while the link to it is up.
    pub silence: Duration,
    /// How long the link to a peer may be down, in all, while a message is awaited.
    pub outage: Duration,
    /// After how long of waiting the log says what is awaited, and the awaited are overdue.
    pub murmur: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            silence: Duration::from_mins(1),
            outage: Duration::from_mins(10),
            murmur: Duration::from_secs(5),
        }
    }
}

impl Mul<u32> for Patience {
    type Output = Patience;

    fn mul(self, by: u32) -> Patience {
        Patience {
            silence: self.silence.saturating_mul(by),
            outage: self.outage.saturating_mul(by),
            murmur: self.murmur.saturating_mul(by),
        }
    }
}

/// The most bytes of one peer's frames that wait unread before the peer has to wait.
const ROOM_FOR_A_PEER: usize = 64 << 20;

/// One party's place in one run: it sends, awaits and accounts.
///
/// Cloning is cheap, and all clones share one account and those of its parts. When the last one is dropped without
/// [`finish`](Mailbox::finish), the peers are told that this party gave up, so that nobody
/// waits for it.
#[derive(Clone, Debug)]
pub struct Mailbox {
    place: Arc<Place>,
    scope: Arc<Scope>,
    pub(crate) patience: Patience,
    pub(crate) overdue: Overdue,
}

#[derive(Debug)]
struct Place {
    transport: Arc<dyn Transport>,
    run: RunId,
    inboxes: HashMap<PartyId, Arc<Inbox>>,
    fillers: Vec<AbortHandle>,
    /// How many frames each peer was sent; held while one is handed over.
    sent: HashMap<PartyId, tokio::sync::Mutex<u64>>,
    accounts: Mutex<Accounts>,
    sent_since_waiting: AtomicBool,
    finished: AtomicBool,
}

/// A sub-protocol.
#[derive(Clone, Debug)]
struct Scope {
    path: Arc<str>,
    /// The part of the run that costs are charged to besides.
    part: Option<&'static str>,
}

/// What a run has cost this party up to now.
#[derive(Debug, Default)]
struct Accounts {
    all: Account,
    parts: BTreeMap<&'static str, Account>,
}

impl Mailbox {
    /// Takes a place in a run.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn new(transport: Arc<dyn Transport>, run: RunId, patience: Patience) -> Mailbox {
        let mut inboxes = HashMap::new();
        let mut fillers = Vec::new();
        let mut sent = HashMap::new();
        for peer in transport.peers() {
            let inbox = Arc::new(Inbox::default());
            inboxes.insert(peer.clone(), inbox.clone());
            sent.insert(peer.clone(), tokio::sync::Mutex::default());
            let filling = inbox.fill(transport.clone(), peer.clone(), run, ROOM_FOR_A_PEER);
            fillers.push(tokio::spawn(filling).abort_handle());
        }
        let place = Place {
            transport,
            run,
            inboxes,
            fillers,
            sent,
            accounts: Mutex::default(),
            sent_since_waiting: AtomicBool::new(false),
            finished: AtomicBool::new(false),
        };
        Mailbox {
            place: Arc::new(place),
            scope: Arc::new(Scope {
                path: Arc::from(""),
                part: None,
            }),
            patience,
            overdue: Overdue::default(),
        }
    }

    /// Says whose mailbox this is.
    pub fn me(&self) -> &PartyId {
        self.place.transport.me()
    }

    /// Gives the other parties of the run.
    pub fn peers(&self) -> &[PartyId] {
        self.place.transport.peers()
    }

    /// Gives the run's id.
    pub fn run(&self) -> RunId {
        self.place.run
    }

    /// Gives the path of this sub-protocol inside the run; empty at the top.
    pub fn path(&self) -> &str {
        &self.scope.path
    }

    /// Gives a sub-protocol, or one turn of a loop, messages of its own.
    #[must_use]
    pub fn scope(&self, name: impl Display) -> Mailbox {
        let above = self.path();
        let path = if above.is_empty() {
            name.to_string()
        } else {
            format!("{above}/{name}")
        };
        self.at(Scope {
            path: path.into(),
            part: self.scope.part,
        })
    }

    /// Gives the same place as a part of the run, whose costs [`parts`](Mailbox::parts) tells. Its scopes
    /// belong to it, unless they are made another part.
    #[must_use]
    pub fn part(&self, name: &'static str) -> Mailbox {
        self.at(Scope {
            path: self.scope.path.clone(),
            part: Some(name),
        })
    }

    /// Gives a sub-protocol that is a [part](Mailbox::part) of the run, by the same name.
    #[must_use]
    pub fn phase(&self, name: &'static str) -> Mailbox {
        self.scope(name).part(name)
    }

    /// Gives the same place with another patience.
    #[must_use]
    pub fn with_patience(&self, patience: Patience) -> Mailbox {
        Mailbox {
            patience,
            ..self.clone()
        }
    }

    /// Gives the same place, telling `overdue` whom it waits for.
    #[must_use]
    pub fn telling(&self, overdue: Overdue) -> Mailbox {
        Mailbox {
            overdue,
            ..self.clone()
        }
    }

    /// Sends a message, waiting while the way to its receiver is full.
    ///
    /// # Errors
    ///
    /// If the message is longer than its step allows, its receiver reads nothing for as long as
    /// the patience, or nothing can be sent any more.
    pub async fn send<M: Message>(&self, to: &PartyId, message: &M) -> Result<(), MailboxError> {
        let body = encode(message)?;
        self.dispatch(to, M::STEP, Content::Body(body)).await
    }

    /// Sends the same message to each of several parties.
    ///
    /// # Errors
    ///
    /// As [`send`](Mailbox::send); the first error ends it.
    pub async fn broadcast<M: Message>(
        &self,
        to: &[PartyId],
        message: &M,
    ) -> Result<(), MailboxError> {
        let Some((last, others)) = to.split_last() else {
            return Ok(());
        };
        let body = encode(message)?;
        for party in others {
            self.dispatch(party, M::STEP, Content::Body(body.clone()))
                .await?;
        }
        self.dispatch(last, M::STEP, Content::Body(body)).await
    }

    /// Runs `work` here and now, and charges its CPU time to `step`.
    ///
    /// For work of a millisecond and more: other tasks go on meanwhile where the runtime has
    /// several threads. In the simulator, which has one, `work` takes no simulated time unless the
    /// world is one [with computing time](crate::sim::World::with_computing_time).
    pub fn compute<T>(&self, step: &'static str, work: impl FnOnce() -> T) -> T {
        let many = Handle::try_current()
            .is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread);
        let (result, cpu) = if many {
            tokio::task::block_in_place(|| on_thread_clock(work))
        } else {
            on_thread_clock(work)
        };
        self.charge(step, |spent| spent.cpu += cpu);
        self.place.transport.computed(cpu);
        result
    }

    /// Gives what the run has cost this party up to now.
    pub fn account(&self) -> Account {
        self.place.accounts().all.clone()
    }

    /// Gives what each [part](Mailbox::part) of the run has cost this party up to now.
    pub fn parts(&self) -> BTreeMap<&'static str, Account> {
        self.place.accounts().parts.clone()
    }

    /// Leaves the run in good order and gives what it cost.
    pub fn finish(self) -> Account {
        self.place.finished.store(true, Ordering::Relaxed);
        mem::take(&mut *self.place.accounts()).all
    }

    pub(crate) fn scope_path(&self) -> &Arc<str> {
        &self.scope.path
    }

    pub(crate) fn inbox(&self, peer: &PartyId) -> Result<&Inbox, MailboxError> {
        let inbox = self.place.inboxes.get(peer);
        Ok(inbox.ok_or_else(|| TransportError::Unknown(peer.clone()))?)
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        self.place.transport.as_ref()
    }

    /// Counts an exchange if something was sent since this party last began to wait.
    pub(crate) fn begin_waiting(&self, step: &'static str) {
        if self.place.sent_since_waiting.swap(false, Ordering::Relaxed) {
            self.charge(step, |spent| spent.rounds += 1);
        }
    }

    pub(crate) fn count_received(&self, frame: &Frame) {
        self.charge(&frame.step, |spent| {
            spent.received_bytes += frame.wire_len() as u64;
            spent.received_frames += 1;
        });
    }

    fn at(&self, scope: Scope) -> Mailbox {
        Mailbox {
            scope: Arc::new(scope),
            ..self.clone()
        }
    }

    fn charge(&self, step: &str, spend: impl Fn(&mut StepAccount)) {
        let mut accounts = self.place.accounts();
        spend(accounts.all.step(step));
        if let Some(part) = self.scope.part {
            spend(accounts.parts.entry(part).or_default().step(step));
        }
    }

    async fn dispatch(
        &self,
        to: &PartyId,
        step: &'static str,
        content: Content,
    ) -> Result<(), MailboxError> {
        let sent = self.place.sent.get(to);
        // Numbering and handing over are one act, so that numbers leave in their order; a full
        // way to one peer holds up nothing on the way to another.
        let mut number = sent
            .ok_or_else(|| TransportError::Unknown(to.clone()))?
            .lock()
            .await;
        let frame = Frame {
            run: self.place.run,
            sender: self.me().clone(),
            receiver: to.clone(),
            scope: self.scope.path.clone(),
            step: step.into(),
            number: *number,
            content,
        };
        let bytes = frame.wire_len() as u64;
        let waited = self.patience.silence.saturating_add(self.patience.outage);
        let handed_over = timeout(waited, self.transport().send(frame)).await;
        let unread = |_| MailboxError::Unread {
            peer: to.clone(),
            step,
            waited,
        };
        handed_over.map_err(unread)??;
        *number += 1;
        self.charge(step, |spent| {
            spent.sent_bytes += bytes;
            spent.sent_frames += 1;
        });
        self.place.sent_since_waiting.store(true, Ordering::Relaxed);
        Ok(())
    }
}

impl Place {
    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        // Accounts are sums: a panic elsewhere leaves them whole.
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.fillers.iter().for_each(AbortHandle::abort);
        if *self.finished.get_mut() {
            return;
        }
        for (peer, sent) in &mut self.sent {
            self.transport.abort(Frame {
                run: self.run,
                sender: self.transport.me().clone(),
                receiver: peer.clone(),
                scope: "".into(),
                step: "".into(),
                number: *sent.get_mut(),
                content: Content::Aborted("it left the run before its end".into()),
            });
        }
    }
}

/// Encodes a message, with room behind it for what seals it where it lies.
fn encode<M: Message>(message: &M) -> Result<bytes::Bytes, MailboxError> {
    let step = M::STEP;
    let unfit = |_| MailboxError::Encoding { step };
    let bytes = postcard::experimental::serialized_size(message).map_err(unfit)?;
    let limit = M::LIMIT;
    if bytes > limit {
        return Err(MailboxError::OwnTooLong { step, bytes, limit });
    }
    let body = Vec::with_capacity(bytes + Frame::ROOM);
    let body = postcard::to_extend(message, body).map_err(unfit)?;
    Ok(body.into())
}
