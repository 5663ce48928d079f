//! What coalitions can tell of others' items: all sums of what they have seen.
//!
//! Real runs of one bucket among four, whose views are put together.

use std::num::NonZeroUsize;

use consilium_base::{Digest, Seed, Tagged};
use consilium_mailbox::{Content, Mailbox, PartyId, RunId, sim::World};
use futures_util::future::join_all;

use super::{
    bucket::{Question, Run},
    session,
    shares::Shares,
    terms::{Party, Roles},
};
use crate::{
    Item, MemorySpill, Sizes, Terms, Unkept,
    progress::Progress,
    vole::{
        field::{self, Block},
        hashing::Hashes,
        messages::{Masked, Seeded},
        okvs::{self, Rows, Shape},
        order::Keyed,
        tags::{Tag, Width},
    },
};

const TERMS: Terms = Terms {
    study: [7; 32],
    largest: 1000,
    minimum: 0,
    chunk: 4096,
};

/// Items of the leader.
const ITEMS: u64 = 160;

fn item(number: u64) -> Item {
    Tagged::new("test.1.item").number(number).digest()
}

/// Says whether an item is in a member's set: of the leader's, all eight cases are there.
fn has(member: usize, number: u64) -> bool {
    number >> member & 1 == 1
}

/// What four parties have seen of one bucket.
struct Views {
    /// The leader's items, by position.
    numbers: Vec<u64>,
    question: Box<Question>,
    width: Width,
    /// The terms of the leader's sums, of each member.
    terms: Vec<Vec<Tag>>,
    /// The keys that each member has with the others.
    shares: Vec<Shares>,
    /// What each member was sent: the seed of the store's rows, its masked columns.
    stores: Vec<(Digest, Vec<Block>)>,
}

fn names() -> Vec<PartyId> {
    let names = ["a-leader", "b-one", "c-two", "d-three"];
    names.map(|name| name.parse().unwrap()).to_vec()
}

/// One party's part: what the leader was told, or a member's keys.
enum Seen {
    Leader(Vec<u64>, Box<Question>, Width, Vec<Vec<Tag>>),
    Member(Shares),
}

async fn take_part(mail: &Mailbox, who: usize) -> Seen {
    let (parties, secret) = (names(), Seed::from_bytes([200; 32]));
    let mut numbers: Vec<u64> = (0..ITEMS).collect();
    if let Some(member) = who.checked_sub(1) {
        numbers.retain(|number| has(member, *number));
        // As many of its own.
        let own = 1000 * who as u64;
        numbers.extend(own..own + ITEMS / 2);
    }
    let items: Vec<Item> = numbers.iter().copied().map(item).collect();
    let party = Party {
        mail,
        parties: &parties,
        leader: &parties[0],
        terms: &TERMS,
        items: &items,
        secret: &secret,
        threads: NonZeroUsize::MIN,
    };
    let roles = Roles::of(&party).unwrap();
    let mut rng = Seed::from_bytes([10 + u8::try_from(who).unwrap(); 32]).generator();
    let session = session::open(&roles, Sizes::USUAL, &mut Unkept, &mut rng).await;
    let session = session.unwrap();
    let hashes = Hashes::new(&session.record.session);
    let order = Keyed::sort(&hashes, &items).map(|keyed| keyed.divide(1));
    let order = order.unwrap_or_else(|twice| panic!("{twice:?}"));
    let run = Run {
        roles: &roles,
        session: &session,
        hashes: &hashes,
        order: &order,
        width: Width::of(session.size(&parties[0]), 1).unwrap(),
    };
    let (mut unkept, mut memory) = (Unkept, MemorySpill::default());
    let progress = Progress::begin(&session, 0, &mut unkept, &mut memory).unwrap();
    if !roles.leads() {
        let shares = Shares::agree(&roles, &mut rng).await.unwrap();
        run.answer(0, &shares, &progress, &mut rng).await.unwrap();
        return Seen::Member(shares);
    }
    let question = run.question(0, &mut rng).unwrap();
    let mut terms = Vec::new();
    for member in roles.members() {
        let asked = run.ask(&question, member, &progress, &mut rng).await;
        terms.push(asked.unwrap());
    }
    let rows = order.rows().iter().map(|row| numbers[*row as usize]);
    Seen::Leader(rows.collect(), Box::new(question), run.width, terms)
}

async fn views() -> Views {
    let (world, parties) = (World::new(1), names());
    let mails = world.mailboxes(&parties, RunId([1; 16]));
    let parts = mails.iter().enumerate();
    let mut seen = join_all(parts.map(|(who, mail)| Box::pin(take_part(mail, who)))).await;
    let Seen::Leader(numbers, question, width, terms) = seen.remove(0) else {
        panic!("the first leads")
    };
    let shares = seen.into_iter().filter_map(|seen| match seen {
        Seen::Member(shares) => Some(shares),
        Seen::Leader(..) => None,
    });
    let shares = shares.collect();
    let frames = world.transcript();
    let stores = parties.iter().skip(1).map(|member| {
        let of = |step: &str| {
            let mut sent = frames.iter().filter(|it| it.receiver == *member);
            let found = sent.find(|it| &*it.step == step).map(|it| &it.content);
            let Some(Content::Body(body)) = found else {
                panic!("the leader sent its store")
            };
            body.clone()
        };
        let Seeded { seed } = postcard::from_bytes(&of("psi-vole.1.seeded")).unwrap();
        let Masked { columns } = postcard::from_bytes(&of("psi-vole.1.masked")).unwrap();
        (seed, field::read(&columns).unwrap().collect())
    });
    Views {
        stores: stores.collect(),
        numbers,
        question,
        width,
        terms,
        shares,
    }
}

impl Views {
    /// The blocks that a member knows of its keys with others, for the leader's items.
    fn blocks(&self, member: usize) -> Vec<Vec<Tag>> {
        let Question { name, keys, .. } = &*self.question;
        let pairs = self.shares[member].0.iter().map(|key| {
            let alone = Shares(vec![consilium_base::Secret::new(*key.expose())]);
            let mut blocks = vec![Block::ZERO; keys.len()];
            alone.add(name, keys, &mut blocks);
            blocks.into_iter().map(|it| self.width.cut(it)).collect()
        });
        pairs.collect()
    }

    /// All sets of items that some sum of what is known is zero for, but for the empty one.
    fn recognised(&self, known: &[Vec<Tag>]) -> Vec<Vec<u64>> {
        let sums = (1_u32..1 << known.len()).map(|some| {
            let chosen = (0..).zip(known).filter(|(index, _)| some >> index & 1 == 1);
            let chosen: Vec<&Vec<Tag>> = chosen.map(|(_, values)| values).collect();
            let zero = |position: &usize| {
                let sum = chosen.iter().fold(0, |sum, values| sum ^ values[*position]);
                sum == 0
            };
            let zeros = (0..self.numbers.len()).filter(zero);
            let mut zeros: Vec<u64> = zeros.map(|position| self.numbers[position]).collect();
            zeros.sort_unstable();
            zeros
        });
        let mut sets: Vec<Vec<u64>> = sums.filter(|zeros| !zeros.is_empty()).collect();
        sets.sort();
        sets.dedup();
        sets
    }
}

/// The leader's items that all these members have.
fn common(members: &[usize]) -> Vec<u64> {
    let all = |number: &u64| members.iter().all(|member| has(*member, *number));
    (0..ITEMS).filter(all).collect()
}

fn sorted(mut sets: Vec<Vec<u64>>) -> Vec<Vec<u64>> {
    sets.sort();
    sets
}

#[tokio::test(start_paused = true)]
async fn the_leader_alone_recognises_what_all_have_and_nothing_of_fewer() {
    let views = views().await;
    let recognised = views.recognised(&views.terms);
    assert_eq!(recognised, [common(&[0, 1, 2])]);
}

#[tokio::test(start_paused = true)]
async fn the_leader_and_a_member_recognise_what_both_others_have_and_nothing_of_one() {
    let views = views().await;
    for (member, [one, other]) in [(0, [1, 2]), (1, [0, 2]), (2, [0, 1])] {
        let known = [views.terms.clone(), views.blocks(member)].concat();
        let recognised = views.recognised(&known);
        // The member's own set it knows by itself.
        let sets = vec![common(&[0, 1, 2]), common(&[member]), common(&[one, other])];
        assert_eq!(recognised, sorted(sets), "{member}");
    }
}

/// Inherent: these members could have brought the leader's items as their own.
#[tokio::test(start_paused = true)]
async fn the_leader_and_all_members_but_one_recognise_their_overlap_with_that_one() {
    let views = views().await;
    let blocks = [views.blocks(0), views.blocks(1)].concat();
    let known = [views.terms.clone(), blocks].concat();
    assert!(views.recognised(&known).contains(&common(&[2])));
}

#[tokio::test(start_paused = true)]
async fn members_without_the_leader_recognise_none_of_its_items() {
    let views = views().await;
    let Question {
        hashes,
        keys,
        store,
        ..
    } = &*views.question;
    let mut values = keys.clone();
    hashes.values(&mut values);
    let shape = Shape::of(keys.len());
    let decode = |seed: &Digest, columns: &[Block]| -> Vec<Tag> {
        let rows = Rows::new(seed, shape);
        let placed = rows.place(keys);
        let mut decoded = vec![0; keys.len()];
        for (value, placed) in okvs::decode(&rows, &placed, columns).zip(&placed) {
            decoded[placed.position() as usize] = value.bits();
        }
        decoded
    };
    let values: Vec<Tag> = values.into_iter().map(Block::bits).collect();
    let mut known = vec![values.clone()];
    for (seed, columns) in &views.stores {
        known.push(decode(seed, columns));
    }
    assert_eq!(known.len(), 4);
    assert!(views.recognised(&known).is_empty());
    // Without its masks the store would show all.
    let bare = [values, decode(&store.seed, &store.columns)];
    assert_eq!(views.recognised(&bare), [common(&[])]);
}
