//! What a contributor answers an aggregator that lies.

use consilium_base::Digest;
use consilium_gbdt::{
    BinRule, Branch, Cuts, Growing, Leaf, Losses, Node, NodeId, Objective, Quanta, Quantum, Side,
    Specification, Table, Tree,
    horizontal::{Agreement, HorizontalError, News, Question, most_sums},
    training::{Published, Roster},
};
use consilium_mailbox::{Fault, Mailbox, Message, mem};
use consilium_secagg::{Bits, Open, Opened, SumNumber, SumShape};
use serde::{Deserialize, Serialize};

use super::world::{hospitals, parties, plain, specification, study};

/// A turn as the aggregator's program would never make it.
#[derive(Debug, Serialize, Deserialize)]
enum Forged {
    Asked(SumNumber, Vec<News>, Question),
    Fitted(Vec<News>, Ended),
}

/// Trees that count, losses, rosters, rows and sums.
type Ended = (u32, Vec<Losses>, Vec<Roster>, u64, u32);

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
    cuts_of([&[40.5, 60.5], &[5e5], &[-4.5], &[0.5]])
}

fn cuts_of(columns: [&[f64]; 4]) -> Cuts {
    Cuts::new(columns.map(<[f64]>::to_vec).to_vec()).unwrap()
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
    stump_of(rule, (1.0, 1.0), 0.1)
}

fn stump_of(rule: BinRule, (gain, cover): (f64, f64), value: f64) -> News {
    let leaf = |value| Node::Leaf(Leaf { value, cover });
    let branch = Node::Branch(Branch {
        choice: rule,
        left: NodeId(1),
        right: NodeId(2),
        gain,
        cover: 2.0,
    });
    News::Grown(Tree::new(vec![branch, leaf(value), leaf(-value)]).unwrap())
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

/// Asks hospitals that know nothing each of these, and expects that all refuse.
async fn are_refused(turns: impl IntoIterator<Item = (u32, Vec<News>, Question)>) {
    let (agreement, tables) = small();
    for (case, turn) in turns.into_iter().enumerate() {
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

fn rounded() -> News {
    News::Rounded(quanta(-10))
}

fn parted(node: u32, rule: BinRule) -> News {
    News::Parted(NodeId(node), rule)
}

fn root() -> Question {
    nodes(&[0], &[])
}

#[tokio::test]
async fn what_comes_at_the_wrong_time_is_refused_and_blamed_on_the_aggregator() {
    let whole = || cells("[[1],[1],[1],[]]");
    let most = most_sums(&small().0);
    are_refused([
        (0, Vec::new(), Question::Labels),
        (0, Vec::new(), Question::Totals),
        (0, Vec::new(), root()),
        (0, begun(), root()),
        (0, begun(), Question::Labels),
        (0, begun(), whole()),
        (0, vec![News::Begun(0.0)], Question::Totals),
        (0, vec![rounded()], root()),
        (0, with([News::Cut(cuts())]), Question::Totals),
        (0, with([parted(0, rule(0, 1))]), root()),
        (0, with([rounded(), rounded()]), root()),
        // Another number than those of the fit.
        (most, Vec::new(), whole()),
    ])
    .await;
}

#[tokio::test]
async fn cells_and_cut_points_that_no_values_lead_to_are_refused() {
    let wide = Cuts::new(vec![(0..40).map(f64::from).collect(); 4]).unwrap();
    let narrow = Cuts::new(vec![vec![0.0]; 3]).unwrap();
    let asked = ["[[1],[1],[1],[1]]", "[[1],[1],[1]]", "[[257,256],[],[],[]]"];
    are_refused(asked.map(|asked| (0, Vec::new(), cells(asked)))).await;
    let told = [
        wide,
        narrow,
        // Beside the grid of the declared range, or beyond it.
        cuts_of([&[40.25], &[], &[], &[0.5]]),
        cuts_of([&[], &[1.0], &[], &[0.5]]),
        cuts_of([&[], &[], &[9.5], &[0.5]]),
        cuts_of([&[], &[], &[], &[0.25]]),
        cuts_of([&[], &[], &[], &[]]),
    ];
    are_refused(told.map(|cuts| (0, vec![News::Cut(cuts)], Question::Labels))).await;
}

#[tokio::test]
async fn base_scores_and_trees_that_no_fit_comes_to_are_refused() {
    let base_scores = [f64::NAN, 14.0, -14.0];
    let begun_at = |score| vec![News::Cut(cuts()), News::Begun(score)];
    are_refused(base_scores.map(|score| (0, begun_at(score), Question::Totals))).await;
    let stumps = [
        stump_of(rule(0, 1), (1.0, 1.0), 30.1),
        stump_of(rule(0, 1), (-1.0, 1.0), 0.1),
        stump_of(rule(0, 1), (1.0, -1.0), 0.1),
        stump(rule(4, 1)),
        stump(rule(1, 3)),
        stump(rule(1, 0)),
    ];
    are_refused(stumps.map(|stump| (0, with([stump]), Question::Totals))).await;
    let three = with((0..3).map(|_| stump(rule(0, 1))));
    are_refused([(0, three, Question::Totals)]).await;
}

#[tokio::test]
async fn nodes_that_are_not_there_are_not_asked_about_or_parted() {
    let after = |splits: &[(u32, BinRule)]| {
        let splits = splits.iter().map(|(node, rule)| parted(*node, *rule));
        with(std::iter::once(rounded()).chain(splits))
    };
    let stump = || after(&[(0, rule(0, 1))]);
    are_refused([
        // No column, and no bin.
        (0, after(&[(0, rule(9, 1))]), nodes(&[1], &[1])),
        (0, after(&[(0, rule(1, 3))]), nodes(&[1], &[1])),
        // More leaves than were agreed on.
        (
            0,
            after(&[(0, rule(0, 1)), (1, rule(0, 1)), (2, rule(0, 1))]),
            nodes(&[5], &[5]),
        ),
        // Not there, not leaves, asked for twice, or none.
        (0, after(&[]), nodes(&[1], &[])),
        (0, stump(), root()),
        (0, stump(), nodes(&[1, 1], &[1])),
        (0, stump(), nodes(&[1], &[1, 2])),
        (0, stump(), nodes(&[], &[])),
        (0, after(&[(7, rule(0, 1))]), root()),
    ])
    .await;
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

/// What each column of a root's histogram adds up to, modulo 2^59.
fn column_sums(root: &[u64]) -> Vec<u64> {
    let columns = [0..4, 4..7, 7..10, 10..13];
    let total = |bins: std::ops::Range<usize>| {
        let sums = root[bins].iter();
        sums.fold(0_u64, |total, sum| total.wrapping_add(*sum)) & ((1 << 59) - 1)
    };
    columns.map(total).to_vec()
}

#[tokio::test]
async fn whatever_quanta_are_told_every_row_is_in_the_sum() {
    // At margin 0 each h is a quarter: of 150 rows 37.5.
    let seen = roots_in(-10).await;
    let sex: u64 = seen[0][10..]
        .iter()
        .map(|element| element & 0x1fff_ffff)
        .sum();
    assert!(sex.abs_diff(37 * 1024 + 512) < 150, "{sex}");
    // Whether own gradients are more than the quanta can hold, of one hospital or of all, nobody
    // tells: columns add up alike.
    for exponent in [-24, -25, -26, -27, -40, -900, 900] {
        let seen = roots_in(exponent).await;
        let sums = column_sums(&seen[0]);
        assert!(
            sums.iter().all(|sum| *sum == sums[0]),
            "{exponent}: {sums:?}"
        );
        assert_eq!(seen[0], seen[1], "a repeated sum is the same");
    }
}

/// Asks one question after the other, with the length of its answer; says which were answered.
async fn answered(turns: Vec<(u32, Question, usize)>) -> Vec<bool> {
    let (agreement, tables) = small();
    let mut mail = mem::mailboxes(&parties(3));
    let aggregator = mail.remove(0);
    let running = hospitals(mail, &agreement, &tables);
    let mut seen = Vec::new();
    for (turn, (number, question, len)) in turns.into_iter().enumerate() {
        let asking = (number, Vec::new(), question);
        seen.push(asked(&aggregator, turn, asking, len).await.is_some());
    }
    drop(aggregator);
    for hospital in running {
        assert!(hospital.await.unwrap().is_err());
    }
    seen
}

#[tokio::test]
async fn rounds_of_cut_points_are_those_of_their_numbers() {
    let whole = || cells("[[1],[1],[1],[]]");
    let one = |cell: u32| cells(&format!("[[{cell}],[],[],[]]"));
    let begin = |number| (number, whole(), 768);
    let finer = |number, cell| (number, one(cell), 32);
    // Parts of any cell broken down before; and other beginnings.
    let fits = [
        vec![begin(0), finer(1, 300), finer(2, 400), finer(3, 300 << 5)],
        vec![begin(0), finer(1, 300), begin(5), finer(6, 300), begin(25)],
        vec![finer(3, 300 << 10), begin(5)],
    ];
    for turns in fits {
        assert!(!answered(turns).await.contains(&false));
    }
    let lies = [
        // Not all columns, a later round, or one that there is not.
        vec![(0, cells("[[1],[],[1],[]]"), 512)],
        vec![finer(0, 300)],
        vec![begin(1)],
        vec![finer(1, 300 << 5)],
        vec![(4, one(300), 32)],
        vec![begin(30)],
        // Skipped, again, of a cell that was not broken down, or asked for before.
        vec![begin(0), finer(2, 300)],
        vec![begin(0), begin(0)],
        vec![begin(5), begin(0)],
        vec![begin(0), finer(6, 300)],
        vec![begin(0), finer(1, 300), finer(2, 301 << 5)],
        vec![begin(0), finer(1, 300), finer(2, 300)],
    ];
    for (case, turns) in lies.into_iter().enumerate() {
        let mut expected = vec![true; turns.len() - 1];
        expected.push(false);
        assert_eq!(answered(turns).await, expected, "case {case}");
    }
}

/// Ends a fit of one tree so; gives what the hospitals make of it.
async fn ended(ended: Ended) -> Vec<Result<Published, HorizontalError>> {
    let (agreement, tables) = small();
    let mut mail = mem::mailboxes(&parties(3));
    let aggregator = mail.remove(0);
    let running = hospitals(mail, &agreement, &tables);
    let forged = Forged::Fitted(with([stump(rule(0, 1))]), ended);
    let here = aggregator.scope("turn-0");
    here.broadcast(&parties(3)[1..], &forged).await.unwrap();
    let mut seen = Vec::new();
    for hospital in running {
        seen.push(hospital.await.unwrap());
    }
    seen
}

#[tokio::test]
async fn an_end_that_no_fit_has_is_refused() {
    let losses = |number| {
        let losses = Losses {
            trained: 0.5,
            held_out: None,
        };
        vec![losses; number]
    };
    let roster = |from, places: &[usize]| {
        let contributors = places.iter().map(|place| parties(9)[place + 1].clone());
        Roster {
            from,
            contributors: contributors.collect(),
        }
    };
    let all = || roster(0, &[0, 1, 2]);
    let fit = |rosters| (1, losses(2), rosters, 150, 9);
    for rosters in [
        vec![all()],
        vec![all(), all()],
        vec![roster(0, &[0]), roster(1, &[0, 1, 2])],
    ] {
        assert!(ended(fit(rosters)).await.iter().all(Result::is_ok));
    }
    let lies = [
        fit(vec![]),
        fit(vec![roster(1, &[0, 1, 2])]),
        fit(vec![all(), roster(1, &[0, 1, 2]), roster(1, &[0, 1, 2])]),
        fit(vec![all(), roster(2, &[0, 1, 2])]),
        fit(vec![all(), roster(1, &[])]),
        fit(vec![all(), roster(1, &[7])]),
        fit(vec![roster(0, &[0, 1, 2, 2])]),
        fit(vec![roster(0, &[0, 1, 2, 3, 4, 5])]),
        (2, losses(2), vec![all()], 150, 9),
        (1, losses(3), vec![all()], 150, 9),
        (1, losses(2), vec![all()], 50_001, 9),
        (1, losses(2), vec![all()], 150, 10_000),
    ];
    for (case, lie) in lies.into_iter().enumerate() {
        let seen = ended(lie).await;
        let refused = |fit: &Result<_, _>| matches!(fit, Err(HorizontalError::BadModel { .. }));
        assert!(seen.iter().all(refused), "case {case}: {seen:?}");
    }
}

#[tokio::test]
async fn no_more_sums_are_answered_than_a_fit_takes() {
    let (agreement, tables) = small();
    let most = most_sums(&agreement);
    let mut mail = mem::mailboxes(&parties(3));
    let aggregator = mail.remove(0);
    let running = hospitals(mail, &agreement, &tables);
    for turn in 0..=most {
        let news = if turn == 0 {
            vec![News::Cut(cuts())]
        } else {
            Vec::new()
        };
        let asking = (turn.min(most - 1), news, Question::Labels);
        let seen = asked(&aggregator, turn as usize, asking, 9).await;
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
