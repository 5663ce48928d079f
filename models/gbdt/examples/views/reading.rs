//! What the label holder reads of the messages of docs/protocols/gbdt-vertical.md.

use std::sync::Arc;

use bytes::Bytes;
use consilium_base::Generator;
use consilium_lwe::{Native, Packing, Returned, Ring as _, SecretKeys};
use consilium_mailbox::{Content, Frame};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::Outcome;

/// A ciphertext's place and the slot in it.
type Pick = (u32, u16);

/// A node that was examined.
#[derive(Default, Serialize)]
pub(crate) struct Examined {
    pub(crate) rows: Vec<u32>,
    pub(crate) children: Option<[usize; 2]>,
    /// The ciphertexts as they were returned: of each the slots with both sums.
    pub(crate) packs: Vec<Vec<(u16, i64, i64)>>,
    /// A split that the feature holder made: candidates that it could be, by place and slot, and
    /// each row's side.
    pub(crate) chosen: Option<(Vec<Pick>, Vec<bool>)>,
}

/// The messages of one tree, read in their order.
pub(crate) struct Reading {
    keys: SecretKeys<Native>,
    packing: Packing,
    pub(crate) nodes: Vec<Examined>,
    /// The nodes whose sums come next, the last first.
    due: Vec<usize>,
    /// The nodes whose rows' sides come next.
    asked: Vec<usize>,
}

#[derive(Deserialize)]
struct Summed {
    packs: Vec<Returned>,
    last: bool,
}

/// A node and its picks, each with its weight.
type Choice = (u32, Vec<(u32, u16, u8)>);

#[derive(Deserialize)]
enum Turn {
    Chosen(Vec<Choice>),
    Parted(Vec<(u32, Option<Bytes>)>),
    Grown,
}

impl Reading {
    pub(crate) fn new(mut rng: Generator, rows: u32, packing: Packing) -> Reading {
        let root = Examined {
            rows: (0..rows).collect(),
            ..Examined::default()
        };
        Reading {
            keys: SecretKeys::random(&Arc::new(Native::new()), &mut rng),
            packing,
            nodes: vec![root],
            due: vec![0],
            asked: Vec::new(),
        }
    }

    pub(crate) fn read(&mut self, frame: &Frame) -> Outcome<()> {
        match &*frame.step {
            "gbdt-vertical.1.summed" => self.take_sums(&body(frame)?)?,
            "gbdt-vertical.1.turn" => match body(frame)? {
                Turn::Chosen(choices) => {
                    self.asked.clear();
                    for (node, picks) in choices {
                        let picks = picks.iter().map(|(pack, slot, _)| (*pack, *slot));
                        let node = node as usize;
                        self.nodes[node].chosen = Some((picks.collect(), Vec::new()));
                        self.asked.push(node);
                    }
                }
                Turn::Parted(parted) => self.part(&parted),
                Turn::Grown => {}
            },
            "gbdt-vertical.1.sides" => {
                let sides: Vec<Bytes> = body(frame)?;
                for (node, sides) in self.asked.iter().zip(sides) {
                    let node = &mut self.nodes[*node];
                    let rows = node.rows.len();
                    if let Some((_, known)) = &mut node.chosen {
                        *known = unpack(&sides, rows);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn take_sums(&mut self, Summed { packs, last }: &Summed) -> Outcome<()> {
        let node = *self.due.last().ok_or("sums of no node")?;
        let any = -(1 << 29) + 1..=(1 << 29) - 1;
        for pack in packs {
            let opened = self
                .keys
                .open(self.packing, pack, &[any.clone(), any.clone()])?;
            let opened = opened.iter().map(|it| (it.slot, it.sums[0], it.sums[1]));
            self.nodes[node].packs.push(opened.collect());
        }
        if *last {
            self.due.pop();
        }
        Ok(())
    }

    fn part(&mut self, parted: &[(u32, Option<Bytes>)]) {
        let mut due = Vec::new();
        for (number, sides) in parted {
            let node = &mut self.nodes[*number as usize];
            let sides = match (sides, &node.chosen) {
                (None, Some((_, sides))) => sides.clone(),
                (sides, _) => unpack(sides.as_deref().unwrap_or_default(), node.rows.len()),
            };
            let children = [true, false].map(|left| {
                let rows = node.rows.iter().zip(&sides);
                let rows = rows.filter(|(_, side)| **side == left).map(|(row, _)| *row);
                rows.collect::<Vec<u32>>()
            });
            let [left, right] = [0, 1].map(|child| self.nodes.len() + child);
            self.nodes[*number as usize].children = Some([left, right]);
            // The smaller is encrypted, and its sums come first.
            if children[0].len() <= children[1].len() {
                due.extend([left, right]);
            } else {
                due.extend([right, left]);
            }
            self.nodes.extend(children.map(|rows| Examined {
                rows,
                ..Examined::default()
            }));
        }
        due.reverse();
        self.due = due;
    }
}

fn body<T: DeserializeOwned>(frame: &Frame) -> Outcome<T> {
    let Content::Body(body) = &frame.content else {
        return Err("a party gave up".into());
    };
    Ok(postcard::take_from_bytes(body)?.0)
}

fn unpack(bytes: &[u8], bits: usize) -> Vec<bool> {
    let bit = |place: usize| {
        bytes
            .get(place / 8)
            .is_some_and(|it| it >> (place % 8) & 1 == 1)
    };
    (0..bits).map(bit).collect()
}
