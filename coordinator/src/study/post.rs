//! What waits to be said to each party, so that nobody waits for one of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use consilium_journal::StudyName;
use consilium_mailbox::{BoxFuture, PartyId};
use consilium_node::link::Control;
use consilium_proto::{
    TO_PARTICIPANT,
    v1::{ToParticipant, to_participant::Kind as Said},
};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use prost::Message as _;
use tokio::time::{Duration, Instant, sleep_until};
use tracing::warn;

/// How soon a party is told everything again, and the longest pause where everything is too much.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));
/// What waits for one party beside what the link holds, in bytes.
const MOST: usize = 32 << 20;
/// How many results one party may await at once; those beyond are asked for again.
const MOST_WANTED: usize = 1000;
/// What a message costs beside its payload, in bytes.
const OVERHEAD: usize = 64;

/// What waits to be said, by party.
#[derive(Default)]
pub(super) struct Post {
    boxes: BTreeMap<PartyId, Letterbox>,
    arriving: FuturesUnordered<BoxFuture<'static, PartyId>>,
}

#[derive(Default)]
struct Letterbox {
    waiting: VecDeque<Bytes>,
    weight: usize,
    /// The link has no room for more until what it holds has arrived.
    is_full: bool,
    /// The party is to be told everything, for it asked, or something was thrown away.
    owes: bool,
    /// When it was told everything last, and how long that lasts.
    welcomed: Option<(Instant, Duration)>,
    /// What it has said to have of all that has ended.
    ended: BTreeSet<StudyName>,
    /// From where on it asks for results: one part of them waits at a time.
    wanted: BTreeMap<StudyName, u64>,
}

/// What is next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// What was said to a party has arrived, or it can't be reached any more.
    Arrived(PartyId),
    /// A party is to be told everything but of the studies that have ended for it.
    Welcome(PartyId, BTreeSet<StudyName>),
    /// A party is to get the part of a study's result that begins there.
    Part(PartyId, StudyName, u64),
}

impl Post {
    /// Says something to a party, now or as soon as the link has room for it.
    pub(super) fn say(&mut self, control: &Control, to: &PartyId, what: Said) {
        let letters = self.boxes.entry(to.clone()).or_default();
        let payload = ToParticipant { kind: Some(what) }.encode_to_vec();
        let weight = payload.len() + OVERHEAD;
        if letters.weight + weight > MOST {
            if !letters.owes {
                warn!(party = %to, "it does not take what is said to it");
                // What one welcome does not hold, the next one won't.
                if let Some((_, pause)) = &mut letters.welcomed {
                    *pause = (*pause * 2).min(PAUSES.1);
                }
            }
            letters.owes = true;
            return;
        }
        letters.waiting.push_back(payload.into());
        letters.weight += weight;
        self.hand_over(control, to);
    }

    /// Goes on with a party after [`Turn::Arrived`].
    pub(super) fn go_on(&mut self, control: &Control, with: &PartyId) {
        if let Some(letters) = self.boxes.get_mut(with) {
            letters.is_full = false;
        }
        self.hand_over(control, with);
    }

    /// Throws away what waits for a party that can't be reached: it asks once it is back.
    pub(super) fn give_up(&mut self, party: &PartyId) {
        if let Some(letters) = self.boxes.get_mut(party) {
            *letters = Letterbox {
                welcomed: letters.welcomed,
                ..Letterbox::default()
            };
        }
    }

    /// Takes note that a party asks for everything but of the studies that have ended for it;
    /// [`Post::next`] says when it is to have it.
    pub(super) fn asked(&mut self, by: &PartyId, ended: BTreeSet<StudyName>) {
        let letters = self.boxes.entry(by.clone()).or_default();
        letters.ended = ended;
        letters.owes = true;
    }

    /// Takes note that a party is to be told everything that it has not said to have.
    pub(super) fn owes(&mut self, party: &PartyId) {
        self.boxes.entry(party.clone()).or_default().owes = true;
    }

    /// Takes note that a party asks for a study's result from an offset on.
    pub(super) fn wanted(&mut self, by: &PartyId, study: StudyName, offset: u64) {
        let wanted = &mut self.boxes.entry(by.clone()).or_default().wanted;
        if wanted.len() < MOST_WANTED || wanted.contains_key(&study) {
            wanted.insert(study, offset);
        }
    }

    /// Waits for what is next.
    pub(super) async fn next(&mut self) -> Turn {
        for (party, letters) in &mut self.boxes {
            if letters.waiting.is_empty()
                && let Some((study, offset)) = letters.wanted.pop_first()
            {
                return Turn::Part(party.clone(), study, offset);
            }
        }
        let ready = |letters: &Letterbox| letters.owes && letters.waiting.is_empty();
        let due = self.boxes.iter().filter(|(_, letters)| ready(letters));
        let when = |letters: &Letterbox| letters.welcomed.map(|(last, pause)| last + pause);
        let next = due
            .map(|(party, letters)| (when(letters), party.clone()))
            .min();
        let welcome = async {
            let (when, party) = match next {
                Some(next) => next,
                None => std::future::pending().await,
            };
            sleep_until(when.unwrap_or_else(Instant::now)).await;
            party
        };
        tokio::select! {
            Some(party) = self.arriving.next() => Turn::Arrived(party),
            party = welcome => {
                let letters = self.boxes.entry(party.clone()).or_default();
                let now = Instant::now();
                let pause = match letters.welcomed {
                    // It was long ago that everything was too much, or has never been.
                    Some((last, pause)) if last + 2 * pause > now => pause,
                    _ => PAUSES.0,
                };
                letters.owes = false;
                letters.welcomed = Some((now, pause));
                Turn::Welcome(party, letters.ended.clone())
            }
        }
    }

    fn hand_over(&mut self, control: &Control, to: &PartyId) {
        let Some(letters) = self.boxes.get_mut(to) else {
            return;
        };
        while !letters.is_full
            && let Some(payload) = letters.waiting.pop_front()
        {
            match control.try_send(to, TO_PARTICIPANT, payload.clone()) {
                Ok(false) => {
                    letters.waiting.push_front(payload);
                    letters.is_full = true;
                    let (heard, party) = (control.heard(to), to.clone());
                    self.arriving.push(Box::pin(async move {
                        heard.await;
                        party
                    }));
                }
                // What is too long never arrives; the link has said so.
                Ok(true) | Err(_) => letters.weight -= payload.len() + OVERHEAD,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use consilium_node::{
        link::{ControlMessage, Epoch, Limits, Link},
        relay::{Relay, RelayLimits},
    };
    use consilium_proto::v1::StudyOffer;
    use tokio::time::timeout;

    use super::*;

    fn link(name: &str, life: u8) -> Link {
        Link::new(name.parse().unwrap(), Epoch([life; 16]), Limits::default())
    }

    fn host(relay: &Relay, link: &Link) {
        let (relay, link) = (relay.clone(), link.clone());
        tokio::spawn(async move { relay.host(&link).await });
    }

    fn offer(bytes: usize) -> Said {
        let plan = "p".repeat(bytes);
        Said::Offer(StudyOffer {
            plan,
            ..StudyOffer::default()
        })
    }

    async fn hears(control: &mut Control) -> usize {
        loop {
            if let ControlMessage::Said { payload, .. } = control.next().await {
                return payload.len();
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_party_that_takes_nothing_keeps_nobody_waiting_and_gets_all_in_the_end() {
        let [home, honest, deaf] =
            [("coordinator", 1), ("honest", 2), ("deaf", 3)].map(|(name, life)| link(name, life));
        let relay = Relay::new(home.me().clone(), RelayLimits::default());
        let mut ears = honest.control();
        for link in [&home, &honest, &deaf] {
            host(&relay, link);
        }
        // Its daemon is there, but does not read the channel.
        let mut deaf_ears = deaf.control();
        let control = home.control();
        for other in [&honest, &deaf] {
            let mut there = home.presence(other.me());
            there.wait_for(Option::is_some).await.unwrap();
        }
        let began = Instant::now();
        let mut post = Post::default();
        for _ in 0..20 {
            post.say(&control, deaf.me(), offer(1 << 20));
        }
        post.say(&control, honest.me(), offer(10));
        assert!(hears(&mut ears).await < 100);
        assert_eq!(began.elapsed(), Duration::ZERO);

        let reading = tokio::spawn(async move {
            for _ in 0..20 {
                assert!(hears(&mut deaf_ears).await > 1 << 20);
            }
        });
        while !reading.is_finished() {
            let moment = Duration::from_millis(1);
            if let Ok(Turn::Arrived(party)) = timeout(moment, post.next()).await {
                post.go_on(&control, &party);
            }
        }
        reading.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_again_and_again_is_answered_once_in_a_while() {
        let asks: PartyId = "hospital-a".parse().unwrap();
        let began = Instant::now();
        let mut post = Post::default();
        for round in 0..3 {
            for _ in 0..1000 {
                post.asked(&asks, BTreeSet::new());
            }
            let welcome = Turn::Welcome(asks.clone(), BTreeSet::new());
            assert_eq!(post.next().await, welcome);
            assert_eq!(began.elapsed(), PAUSES.0 * round);
        }
        let quiet = timeout(PAUSES.0 * 10, post.next()).await;
        assert!(quiet.is_err(), "it was told all that it asked for");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_too_much_is_thrown_away_and_owed() {
        let home = link("coordinator", 1);
        let control = home.control();
        let party: PartyId = "hospital-a".parse().unwrap();
        let mut post = Post::default();
        for _ in 0..100 {
            post.say(&control, &party, offer(1 << 20));
        }
        let letters = &post.boxes[&party];
        assert!(letters.weight <= MOST && letters.owes);
        post.give_up(&party);
        assert!(post.boxes[&party].waiting.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_welcome_that_is_too_much_is_repeated_ever_less_often() {
        let home = link("coordinator", 1);
        let control = home.control();
        let party: PartyId = "hospital-a".parse().unwrap();
        let mut post = Post::default();
        post.asked(&party, BTreeSet::new());
        let began = Instant::now();
        let mut after = Vec::new();
        for _ in 0..4 {
            assert!(matches!(post.next().await, Turn::Welcome(..)));
            after.push(began.elapsed().as_secs());
            for _ in 0..100 {
                post.say(&control, &party, offer(1 << 20));
            }
            // All that was kept of it arrives at once.
            let letters = post.boxes.get_mut(&party).unwrap();
            (letters.weight, letters.is_full) = (0, false);
            letters.waiting.clear();
            post.arriving.clear();
        }
        assert_eq!(after, [0, 2, 6, 14]);
        // After a quiet time it is as it was.
        assert!(matches!(post.next().await, Turn::Welcome(..)));
        tokio::time::advance(PAUSES.1 * 2).await;
        for _ in 0..2 {
            post.owes(&party);
            assert!(matches!(post.next().await, Turn::Welcome(..)));
        }
        assert_eq!(post.boxes[&party].welcomed.unwrap().1, PAUSES.0);
    }

    #[tokio::test(start_paused = true)]
    async fn parts_of_results_come_one_by_one_and_what_has_ended_stays_known() {
        let (study, other): (StudyName, StudyName) = (
            "01".repeat(32).parse().unwrap(),
            "02".repeat(32).parse().unwrap(),
        );
        let home = link("coordinator", 1);
        let control = home.control();
        let party: PartyId = "hospital-a".parse().unwrap();
        let mut post = Post::default();
        post.wanted(&party, other.clone(), 0);
        post.wanted(&party, study.clone(), 5);
        post.wanted(&party, study.clone(), 7);
        let part = |study| Turn::Part(party.clone(), study, 7);
        assert_eq!(post.next().await, part(study.clone()));
        // The link takes nothing more: the other one has to wait.
        for _ in 0..20 {
            post.say(&control, &party, offer(1 << 20));
        }
        assert!(!post.boxes[&party].waiting.is_empty());
        let next = timeout(Duration::from_millis(1), post.next()).await;
        assert!(!matches!(next, Ok(Turn::Part(..))), "{next:?}");
        post.boxes.get_mut(&party).unwrap().waiting.clear();
        assert_eq!(post.next().await, Turn::Part(party.clone(), other, 0));

        let ended = BTreeSet::from([study]);
        post.asked(&party, ended.clone());
        assert_eq!(
            post.next().await,
            Turn::Welcome(party.clone(), ended.clone())
        );
        post.owes(&party);
        assert_eq!(post.next().await, Turn::Welcome(party, ended));
    }
}
