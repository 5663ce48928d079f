//! The bytes of every message, as parties of the last release write and read them.

use std::{collections::BTreeMap, fmt::Write as _};

use consilium_mailbox::Message;
use consilium_secagg::SumNumber;
use proptest::prelude::*;

use super::{News, NoModel, Question, Turn};
use crate::{
    BinRule, Branch, Cuts, Leaf, Losses, Node, NodeId, Quanta, Quantum, Side, Tree,
    training::{Ended, Roster},
};

/// Messages as hexadecimal bytes, by step and variant.
type Written = BTreeMap<String, String>;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

fn rule() -> BinRule {
    BinRule {
        column: 300,
        bin: 7,
        missing: Side::Left,
    }
}

fn tree() -> Tree<BinRule> {
    let leaf = |value| Node::Leaf(Leaf { value, cover: 2.5 });
    let branch = Branch {
        choice: rule(),
        left: NodeId(1),
        right: NodeId(2),
        gain: 0.75,
        cover: 5.0,
    };
    Tree::new(vec![Node::Branch(branch), leaf(0.5), leaf(-0.25)]).unwrap()
}

fn news() -> Vec<News> {
    let quanta = Quanta {
        g: Quantum::try_from(-20).unwrap(),
        h: Quantum::try_from(3).unwrap(),
    };
    vec![
        News::Cut(Cuts::new(vec![vec![0.5], vec![-1.0, 2.0]]).unwrap()),
        News::Begun(-1.5),
        News::Grown(tree()),
        News::Rounded(quanta),
        News::Parted(NodeId(1), rule()),
    ]
}

fn turns() -> Vec<(&'static str, Turn)> {
    let asked = |question| Turn::Asked {
        sum: SumNumber(3),
        news: news(),
        question,
    };
    let cells = serde_json::from_str("[[1],[],[256,300]]").unwrap();
    let nodes = Question::Nodes {
        build: vec![NodeId(2), NodeId(3)],
        count: vec![NodeId(1), NodeId(3)],
    };
    let ended = Ended {
        kept: 1,
        losses: vec![
            Losses {
                trained: 0.5,
                held_out: None,
            },
            Losses {
                trained: 0.25,
                held_out: Some(0.375),
            },
        ],
        rosters: vec![Roster {
            from: 0,
            contributors: vec!["hospital-a".parse().unwrap()],
        }],
        rows: 740,
        sums: 12,
    };
    let failed = Turn::Failed;
    vec![
        ("asked cells", asked(Question::Cells(cells))),
        ("asked labels", asked(Question::Labels)),
        ("asked totals", asked(Question::Totals)),
        ("asked nodes", asked(nodes)),
        (
            "fitted",
            Turn::Fitted {
                news: news(),
                ended,
            },
        ),
        ("failed no-rows", failed(NoModel::NoRows)),
        ("failed nothing-held-out", failed(NoModel::NothingHeldOut)),
        ("failed diverged", failed(NoModel::Diverged { tree: 4 })),
        (
            "failed too-many-sums",
            failed(NoModel::TooManySums { sums: 900 }),
        ),
        ("failed implausible", failed(NoModel::Implausible)),
        ("left out", Turn::LeftOut),
    ]
}

#[test]
fn every_message_has_the_bytes_it_ever_had() {
    let released: Written =
        serde_json::from_str(include_str!("../../vectors/messages.json")).unwrap();
    let mut written = Written::new();
    for (variant, turn) in turns() {
        let bytes = postcard::to_stdvec(&turn).unwrap();
        let again: Turn = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(postcard::to_stdvec(&again).unwrap(), bytes, "{variant}");
        written.insert(format!("{} {variant}", Turn::STEP), hex(&bytes));
    }
    assert_eq!(released, written);
}

proptest! {
    #[test]
    fn whatever_bytes_come_decoding_ends(bytes: Vec<u8>, which in 0..11_usize, at: usize, bit: u8) {
        let read = |bytes: &[u8]| drop(postcard::from_bytes::<Turn>(bytes));
        read(&bytes);
        let mut turn = postcard::to_stdvec(&turns()[which].1).unwrap();
        let at = at % turn.len();
        turn[at] ^= 1 << (bit % 8);
        read(&turn);
        read(&turn[..at]);
    }
}
