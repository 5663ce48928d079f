//! Cells as people type them, by way of their keys through the protocols, against plain sets.

use std::{collections::BTreeSet, num::NonZeroUsize};

use consilium_base::{Digest, Generator, Seed, Tagged};
use consilium_entities::{Day, Duplicates, Intake, Key, KeyRows, Kind, Part};
use consilium_mailbox::{Mailbox, PartyId, mem};
use consilium_psi::{
    Aligned, Item, MemorySpill, Party, Sizes, Terms, ecdh, star,
    unbalanced::{Charge, Refused, TableKey, Uses, ask, build},
    vole,
};
use futures_util::future::join_all;
use proptest::prelude::*;

use crate::federation::people::{full_width, id};

/// Names, each with other ways to write it.
const NAMES: [[&str; 3]; 5] = [
    ["欧阳·娜娜", " 欧阳 • 娜娜", "欧阳.娜娜"],
    ["王小明", "王 小明", "王\u{3000}小明\u{200b}"],
    ["𠮷野家", " 𠮷野家", "𠮷野家 "],
    ["ANNA·王", "Anna·王", "Ａｎｎａ•王"],
    ["阿卜杜拉·买买提", "阿卜杜拉‧买买提", "阿卜杜拉 ・ 买买提"],
];

/// Draws a number below another.
fn lot(label: &'static str, of: (u64, u64), below: usize) -> usize {
    let drawn = Tagged::new(label).number(of.0).number(of.1).digest();
    let [first, second, ..] = drawn;
    usize::from(u16::from_le_bytes([first, second])) % below
}

/// The rows of an institution, and which person each is of; none where it gives no key.
#[derive(Default)]
struct Table {
    rows: Vec<[String; 2]>,
    people: Vec<Option<u64>>,
}

impl Table {
    /// Writes each person once or twice in ways that hang on the seed, some among damaged rows.
    fn of(people: &BTreeSet<u64>, seed: u64) -> Table {
        let mut table = Table::default();
        let mut people: Vec<u64> = people.iter().copied().collect();
        people.sort_by_key(|person| lot("test.1.order", (*person, seed), 1 << 16));
        for person in people {
            let full = id(person);
            let names = &NAMES[usize::try_from(person).unwrap() % NAMES.len()];
            let wide: String = full.chars().map(full_width).collect();
            let forms = [
                full.clone(),
                full[..6].to_owned() + &full[8..17],
                wide,
                format!("'{full}"),
                format!(" {} {}", &full[..6], full[6..].to_lowercase()),
            ];
            let other_end = if full.ends_with('5') { '6' } else { '5' };
            let damaged = [
                ("1.10105E+17".to_owned(), names[0]),
                ("110105194912310000".to_owned(), names[0]),
                (format!("{}{other_end}", &full[..17]), names[0]),
                (full.clone(), ""),
                (full[..16].to_owned(), names[0]),
            ];
            for time in 0..=lot("test.1.twice", (person, seed), 5) / 4 {
                let of = (person, 2 * seed + time as u64);
                let form = &forms[lot("test.1.form", of, forms.len())];
                let name = names[lot("test.1.name", of, names.len())];
                table.row(form, name, Some(person));
            }
            if let Some((form, name)) = damaged.get(lot("test.1.damaged", (person, seed), 15)) {
                table.row(form, name, None);
            }
        }
        table
    }

    fn row(&mut self, id: &str, name: &str, person: Option<u64>) {
        self.rows.push([id.to_owned(), name.to_owned()]);
        self.people.push(person);
    }

    /// Gives the keys of the rows, if there are any.
    fn keys(&self) -> (Vec<Item>, KeyRows) {
        let part = |column: &str, kind| Part {
            column: column.to_owned(),
            kind,
        };
        let parts = vec![part("id", Kind::CitizenId), part("name", Kind::Name)];
        let key = Key::new(parts, Duplicates::All).unwrap();
        let mut intake = Intake::new(&key, Day::new(2026, 3, 21).unwrap());
        for [id, name] in &self.rows {
            let name = Some(name.as_str()).filter(|name| !name.is_empty());
            intake.push(&[Some(id), name]).unwrap();
        }
        let (entities, report) = intake.finish().unwrap();
        let valid = self.people.iter().flatten().count();
        assert_eq!(report.counts.valid.0, valid as u64, "{:?}", report.refused);
        entities.split()
    }

    /// Gives the people of all rows at each place of an order.
    fn at(&self, rows: &KeyRows, aligned: &Aligned) -> Vec<Vec<Option<u64>>> {
        let people = |&key: &u32| {
            let rows = rows.of(key as usize).iter();
            let person = |row: &consilium_entities::Row| {
                let place = usize::try_from(row.number()).unwrap() - 1;
                self.people[place]
            };
            rows.map(person).collect()
        };
        aligned.rows.iter().map(people).collect()
    }

    fn rows_of(&self, person: u64) -> usize {
        let of_them = |it: &&Option<u64>| **it == Some(person);
        self.people.iter().filter(of_them).count()
    }
}

/// How sets are compared.
#[derive(Clone, Copy, Debug)]
enum Way {
    Ecdh,
    Vole(Sizes),
    /// The second of three leads.
    Star(Sizes),
    /// The second of both holds the table.
    Unbalanced,
}

impl Way {
    fn all(sizes: Sizes) -> [Way; 4] {
        [
            Way::Ecdh,
            Way::Vole(sizes),
            Way::Star(sizes),
            Way::Unbalanced,
        ]
    }

    fn parties(self) -> usize {
        match self {
            Way::Star(_) => 3,
            _ => 2,
        }
    }
}

/// Has no limit of its own.
struct Unlimited;

impl Charge for Unlimited {
    async fn charge(&mut self, _: u32, _: &Digest) -> Result<(), Refused> {
        Ok(())
    }
}

/// Gives one party's order of the common keys.
async fn part(mail: &Mailbox, names: &[PartyId], items: &[Item], way: Way) -> Aligned {
    let me = names.iter().position(|name| name == mail.me()).unwrap();
    let secret = &Seed::from_bytes([u8::try_from(me).unwrap(); 32]);
    let terms = &Terms {
        study: [7; 32],
        largest: 5000,
        minimum: 0,
        chunk: 50,
    };
    let party = Party {
        mail,
        peer: &names[usize::from(me == 0)],
        terms,
        items,
        secret,
        threads: NonZeroUsize::MIN,
    };
    let mut spill = MemorySpill::default();
    let mut rng: Generator = secret.derive("test.1.run", &[]).generator();
    let aligned = match way {
        Way::Ecdh => ecdh::align(&party, &mut spill, &mut rng).await,
        Way::Vole(sizes) => Box::pin(vole::align(&party, &sizes, &mut spill, &mut rng)).await,
        Way::Star(sizes) => {
            let party = star::Party {
                mail,
                parties: names,
                leader: &names[1],
                terms,
                items,
                secret,
                threads: NonZeroUsize::MIN,
            };
            Box::pin(star::align(&party, &sizes, &mut spill, &mut rng)).await
        }
        Way::Unbalanced => {
            let (holder, queries) = (names[1].clone(), 5000);
            let uses = Uses { holder, queries };
            if me == 0 {
                ask(&party, &uses, &mut spill).await
            } else {
                let (seed, context) = (secret, &[9; 32]);
                let key = TableKey { seed, context };
                let table = build(&party, &uses, &key, &mut spill, |_| {}).await;
                table.unwrap().hold(&mut spill, &mut Unlimited).await
            }
        }
    };
    mail.clone().finish();
    aligned.unwrap()
}

/// Sees that what is common of tables is what it is of the sets of people.
async fn check(people: &[BTreeSet<u64>; 3], seed: u64, way: Way) {
    let people = &people[..way.parties()];
    let names = ["hospital", "insurer", "registry"].map(|name| name.parse().unwrap());
    let names: &[PartyId] = &names[..people.len()];
    let mails = mem::mailboxes(names);
    let tables = (0..).zip(people);
    let tables: Vec<Table> = tables
        .map(|(who, people)| Table::of(people, 3 * seed + who))
        .collect();
    let keys: Vec<(Vec<Item>, KeyRows)> = tables.iter().map(Table::keys).collect();
    let parts = mails.iter().zip(&keys);
    let parts = parts.map(|(mail, (items, _))| part(mail, names, items, way));
    let orders = join_all(parts).await;
    let orders = tables.iter().zip(&keys).zip(&orders);
    let found: Vec<_> = orders
        .map(|((table, (_, rows)), order)| table.at(rows, order))
        .collect();
    let common: Vec<u64> = found[0].iter().map(|rows| rows[0].unwrap()).collect();
    for (table, found) in tables.iter().zip(&found) {
        assert_eq!(found.len(), common.len(), "{way:?}");
        for (person, rows) in common.iter().zip(found) {
            assert!(rows.iter().all(|it| it == &Some(*person)), "{way:?}");
            assert_eq!(rows.len(), table.rows_of(*person), "{way:?}");
        }
    }
    let plain = people.iter().cloned().reduce(|one, other| &one & &other);
    let plain: Vec<u64> = plain.unwrap().into_iter().collect();
    let mut common = common;
    common.sort_unstable();
    assert_eq!(common, plain, "{way:?}");
}

#[tokio::test]
async fn overlaps_of_none_one_all_but_one_and_all_are_those_of_plain_sets() {
    let sizes = Sizes {
        sample: 1,
        bucket: 128,
    };
    for size in [1, 2, 3, 15, 16, 17, 127, 128, 129] {
        for common in BTreeSet::from([0, 1, size - 1, size]) {
            // The third has some of what only the first or only the second has.
            let apart = size - common;
            let people = [0, apart, apart / 2].map(|first| (first..first + size).collect());
            for way in Way::all(sizes) {
                check(&people, size + common, way).await;
            }
        }
    }
}

#[test]
fn what_is_common_of_random_tables_is_what_is_common_of_their_people() {
    let set = || proptest::collection::btree_set(0_u64..150, 1..120);
    let sets = [set(), set(), set()];
    let config = ProptestConfig::with_cases(12);
    proptest!(config, |(people in sets, seed in 0_u64..1000, bucket in 40_u32..150)| {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_time().build().unwrap();
        for way in Way::all(Sizes { sample: 8, bucket }) {
            runtime.block_on(check(&people, seed, way));
        }
    });
}
