//! What a contributor answers an aggregator that lies.

use consilium_base::Digest;
use consilium_gbdt::{
    BinRule, Branch, Cuts, Growing, Leaf, Node, NodeId, Objective, Quanta, Quantum, Side,
    Specification, Table, Tree,
    horizontal::{Agreement, HorizontalError, News, Question, most_sums},
};
use consilium_mailbox::{Fault, Mailbox, Message, mem};
use consilium_secagg::{Bits, Open, Opened, SumNumber, SumShape};
use serde::{Deserialize, Serialize};

use super::world::{hospitals, parties, plain, specification, study};

/// A turn as the aggregator's program would never make it.
#[derive(Debug, Serialize, Deserialize)]
enum Forged {
    Asked(SumNumber, Vec<News>, Question),
}

impl Message for Forged {
    const STEP: &'static str = "gbdt-histogram.1.turn";
    const LIMIT: usize = 64 << 20;
}

fn small() -> (Agreement, Vec<Table>) {
    let growth = Growing::LeafWise {
        leaves: 3,
        depth: 2,
    };
    let spec = Specification {
        trees: 2,
        growth,
        ..specification(Objective::Logistic)
    };
    study(spec, &[40, 50, 60])
}

fn cuts() -> Cuts {
    Cuts::new(vec![vec![40.5, 60.5], vec![1.0], vec![0.0], vec![0.5]]).unwrap()
}

fn quanta(exponent: i32) -> Quanta {
    let quantum = Quantum::try_from(exponent).unwrap();
    Quanta {
        g: quantum,
        h: quantum,
    }
}

fn rule(column: u32, bin: u8) -> BinRule {
    BinRule {
        column,
        bin,
        missing: Side::Right,
    }
}

fn begun() -> Vec<News> {
    vec![News::Cut(cuts()), News::Begun(0.0)]
}

fn with(more: impl IntoIterator<Item = News>) -> Vec<News> {
    begun().into_iter().chain(more).collect()
}

fn nodes(build: &[u32], count: &[u32]) -> Question {
    let ids = |nodes: &[u32]| nodes.iter().map(|node| NodeId(*node)).collect();
    Question::Nodes {
        build: ids(build),
        count: ids(count),
    }
}

fn cells(columns: &str) -> Question {
    Question::Cells(serde_json::from_str(columns).unwrap())
}

fn stump(rule: BinRule) -> News {
    let leaf = |value| Node::Leaf(Leaf { value, cover: 1.0 });
    let branch = Node::Branch(Branch {
        choice: rule,
        left: NodeId(1),
        right: NodeId(2),
        gain: 1.0,
        cover: 2.0,
    });
    News::Grown(Tree::new(vec![branch, leaf(0.1), leaf(-0.1)]).unwrap())
}

/// Asks all hospitals; gives the elements of the sum, or nothing if none of them answered.
async fn asked(
    aggregator: &Mailbox,
    turn: usize,
    (number, news, question): (u32, Vec<News>, Question),
    len: usize,
) -> Option<Vec<u64>> {
    let here = aggregator.scope(format_args!("turn-{turn}"));
    let roster = &parties(3)[1..];
    let forged = Forged::Asked(SumNumber(number), news, question);
    here.broadcast(roster, &forged).await.unwrap();
    let shape = SumShape {
        number: SumNumber(number),
        len,
        bits: Bits::WIDEST,
        question: Digest::default(),
    };
    let opened = plain(roster, 3).open(&here.scope("sum"), &shape).await;
    opened.ok().map(|Opened { sum, .. }| sum)
}

#[tokio::test]
async fn what_no_fit_asks_is_refused_and_blamed_on_the_aggregator() {
    let (agreement, tables) = small();
    let rounded = || News::Rounded(quanta(-10));
    let parted = |node, rule| News::Parted(NodeId(node), rule);
    let root = || nodes(&[0], &[]);
    let wide = Cuts::new(vec![(0..40).map(f64::from).collect(); 4]).unwrap();
    let narrow = Cuts::new(vec![vec![0.0]; 3]).unwrap();
    let most = most_sums(&agreement);
    let refused = [
        // At the wrong time.
        (0, Vec::new(), Question::Labels),
        (0, Vec::new(), Question::Totals),
        (0, Vec::new(), root()),
        (0, begun(), root()),
        (0, begun(), Question::Labels),
        (0, begun(), cells("[[1],[1],[1],[]]")),
        (0, vec![News::Begun(0.0)], Question::Totals),
        (0, vec![rounded()], root()),
        (0, with([News::Cut(cuts())]), Question::Totals),
        (0, with([parted(0, rule(0, 1))]), root()),
        (0, with([rounded(), rounded()]), root()),
        // Another number than those of the fit.
        (most, Vec::new(), cells("[[1],[1],[1],[]]")),
        // Other columns, bins or cells.
        (0, Vec::new(), cells("[[1],[1],[1],[1]]")),
        (0, Vec::new(), cells("[[1],[1],[1]]")),
        (0, Vec::new(), cells("[[257,256],[],[],[]]")),
        (0, vec![News::Cut(wide)], Question::Labels),
        (0, vec![News::Cut(narrow)], Question::Labels),
        (
            0,
            vec![News::Cut(cuts()), News::Begun(f64::NAN)],
            Question::Totals,
        ),
        (0, with([stump(rule(4, 1))]), Question::Totals),
        (0, with([stump(rule(1, 3))]), Question::Totals),
        (0, with([stump(rule(1, 0))]), Question::Totals),
        (
            0,
            with([rounded(), parted(0, rule(9, 1))]),
            nodes(&[1], &[1]),
        ),
        (
            0,
            with([rounded(), parted(0, rule(1, 3))]),
            nodes(&[1], &[1]),
        ),
        // More trees, leaves or levels than were agreed on.
        (0, with((0..3).map(|_| stump(rule(0, 1)))), Question::Totals),
        (
            0,
            with([
                rounded(),
                parted(0, rule(0, 1)),
                parted(1, rule(0, 1)),
                parted(2, rule(0, 1)),
            ]),
            nodes(&[5], &[5]),
        ),
        // Nodes that are not there, not leaves, or asked for twice.
        (0, with([rounded()]), nodes(&[1], &[])),
        (0, with([rounded(), parted(0, rule(0, 1))]), root()),
        (
            0,
            with([rounded(), parted(0, rule(0, 1))]),
            nodes(&[1, 1], &[1]),
        ),
        (
            0,
            with([rounded(), parted(0, rule(0, 1))]),
            nodes(&[1], &[1, 2]),
        ),
        (0, with([rounded(), parted(0, rule(0, 1))]), nodes(&[], &[])),
        (0, with([rounded(), parted(7, rule(0, 1))]), root()),
    ];
    for (case, turn) in refused.into_iter().enumerate() {
        let mut mail = mem::mailboxes(&parties(3));
        let aggregator = mail.remove(0);
        let running = hospitals(mail, &agreement, &tables);
        assert_eq!(asked(&aggregator, 0, turn, 1).await, None, "case {case}");
        for hospital in running {
            let error = hospital.await.unwrap().unwrap_err();
            assert!(
                matches!(error, HorizontalError::BadModel { .. }),
                "case {case}: {error}"
            );
            assert_eq!(error.fault(), Fault::Peer(parties(0).remove(0)));
        }
    }
}

/// Asks for the root's histogram in some quanta, in two runs; gives its elements.
async fn roots_in(exponent: i32) -> Vec<Vec<u64>> {
    let (agreement, tables) = small();
    // Age, cost, score and sex have four, three, three and three bins.
    let len = 13;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let mut mail = mem::mailboxes(&parties(3));
        let aggregator = mail.remove(0);
        let running = hospitals(mail, &agreement, &tables);
        let turn = (0, with([News::Rounded(quanta(exponent))]), nodes(&[0], &[]));
        seen.push(asked(&aggregator, 0, turn, len).await.unwrap());
        drop(aggregator);
        for hospital in running {
            assert!(hospital.await.unwrap().is_err());
        }
    }
    seen
}

#[tokio::test]
async fn gradients_that_such_quanta_cannot_hold_are_withheld_and_not_refused() {
    // At margin 0 each h is a quarter: of 150 rows 37.5.
    let seen = roots_in(-10).await;
    let sex: u64 = seen[0][10..]
        .iter()
        .map(|element| element & 0x1fff_ffff)
        .sum();
    assert!(sex.abs_diff(37 * 1024 + 512) < 150, "{sex}");
    // Gradients of 20 and more need coarser quanta than 2^-25: nothing is read there.
    let seen = roots_in(-40).await;
    let high = seen[0].iter().filter(|element| **element >> 56 != 0);
    assert!(high.count() > 6, "{seen:?}");
    assert_eq!(seen[0], seen[1], "a repeated sum is the same");
}

#[tokio::test]
async fn no_more_sums_are_answered_than_a_fit_takes() {
    let (agreement, tables) = small();
    let most = most_sums(&agreement);
    let mut mail = mem::mailboxes(&parties(3));
    let aggregator = mail.remove(0);
    let running = hospitals(mail, &agreement, &tables);
    for turn in 0..=most {
        let question = cells("[[1],[],[],[]]");
        let asking = (turn.min(most - 1), Vec::new(), question);
        let seen = asked(&aggregator, turn as usize, asking, 256).await;
        assert_eq!(seen.is_some(), turn < most);
    }
    for hospital in running {
        let error = hospital.await.unwrap().unwrap_err();
        assert!(
            matches!(error, HorizontalError::TooManySums { .. }),
            "{error}"
        );
    }
}
