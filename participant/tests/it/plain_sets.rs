//! Cells as people type them, by way of their keys through the protocols, against plain sets.

use std::{collections::BTreeSet, num::NonZeroUsize};

use consilium_base::{Generator, Seed, Tagged};
use consilium_entities::{Day, Duplicates, Intake, Key, KeyRows, Kind, Part};
use consilium_mailbox::{PartyId, mem};
use consilium_psi::{
    Aligned, Item, MemorySpill, Party, Terms, ecdh,
    vole::{self, Sizes},
};
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

/// Aligns two sets of keys; by `psi-vole` if sizes are given.
async fn align(sets: [&[Item]; 2], sizes: Option<Sizes>) -> [Aligned; 2] {
    let names: [PartyId; 2] = ["hospital", "insurer"].map(|name| name.parse().unwrap());
    let mails = mem::mailboxes(&names);
    let terms = Terms {
        study: [7; 32],
        largest: 5000,
        minimum: 0,
        chunk: 50,
    };
    let secrets = [1, 2].map(|who| Seed::from_bytes([who; 32]));
    let part = |me: usize| Party {
        mail: &mails[me],
        peer: &names[1 - me],
        terms: &terms,
        items: sets[me],
        secret: &secrets[me],
        threads: NonZeroUsize::MIN,
    };
    let run = async |me: usize| {
        let (mut spill, party) = (MemorySpill::default(), part(me));
        let mut rng: Generator = secrets[me].derive("test.1.run", &[]).generator();
        let aligned = match sizes {
            None => ecdh::align(&party, &mut spill, &mut rng).await,
            Some(sizes) => Box::pin(vole::align(&party, &sizes, &mut spill, &mut rng)).await,
        };
        mails[me].clone().finish();
        aligned.unwrap()
    };
    tokio::join!(run(0), run(1)).into()
}

/// Sees that what is common of two tables is what it is of the sets of people.
async fn check(people: [&BTreeSet<u64>; 2], seed: u64, sizes: Option<Sizes>) {
    let tables = [0, 1].map(|who| Table::of(people[who], 2 * seed + who as u64));
    let [(items, rows), (others, other_rows)] = [tables[0].keys(), tables[1].keys()];
    let [one, other] = align([&items, &others], sizes).await;
    let ones = tables[0].at(&rows, &one);
    let others = tables[1].at(&other_rows, &other);
    assert_eq!(ones.len(), others.len());
    let mut common = BTreeSet::new();
    for (here, there) in ones.iter().zip(&others) {
        let person = here[0].unwrap();
        assert!(here.iter().chain(there).all(|it| *it == Some(person)));
        assert_eq!(here.len(), tables[0].rows_of(person));
        assert_eq!(there.len(), tables[1].rows_of(person));
        assert!(common.insert(person));
    }
    assert_eq!(common, people[0] & people[1]);
}

#[tokio::test]
async fn overlaps_of_none_one_all_but_one_and_all_are_those_of_plain_sets() {
    for size in [1, 2, 3, 15, 16, 17, 127, 128, 129] {
        for common in BTreeSet::from([0, 1, size - 1, size]) {
            let (one, other) = (0..size, size - common..2 * size - common);
            let [one, other] = [one.collect(), other.collect()];
            let by_vole = Sizes {
                sample: 1,
                bucket: 64,
            };
            for sizes in [None, Some(by_vole)] {
                check([&one, &other], size + common, sizes).await;
            }
        }
    }
}

#[test]
fn what_is_common_of_random_tables_is_what_is_common_of_their_people() {
    let set = || proptest::collection::btree_set(0_u64..150, 1..120);
    let config = ProptestConfig::with_cases(24);
    proptest!(config, |(one in set(), other in set(), seed in 0_u64..1000, bucket in 20_u32..150)| {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_time().build().unwrap();
        let by_vole = Sizes { sample: 8, bucket };
        runtime.block_on(async {
            check([&one, &other], seed, None).await;
            check([&one, &other], seed, Some(by_vole)).await;
        });
    });
}
