//! What the aggregator sees says nothing of the rows but what its lines say.

use consilium_mailbox::{Content, Frame, RunId, sim::World};
use consilium_scarcity::Agreement;

use crate::world::{House, counting, houses, parties, people, plain_sums, rows, run, seed};

/// A run over sums without protection, so that the second mask is all there is.
async fn transcript(houses: &[House]) -> Vec<Frame> {
    let agreement = Agreement::new(counting(1_024, 1_000)).unwrap();
    let world = World::new(9);
    let parties = parties(houses.len());
    let mail = world.mailboxes(&parties, RunId([7; 16]));
    let seeds: Vec<_> = (0..houses.len()).map(seed).collect();
    let ran = run(mail, plain_sums(&parties), (&agreement, houses, &seeds)).await;
    assert!(ran.outcomes.iter().all(Result::is_ok));
    world.transcript()
}

fn some() -> Vec<House> {
    let agreement = Agreement::new(counting(1_024, 1_000)).unwrap();
    houses(&agreement, 4, 60)
}

/// Other rows, other people, of other numbers.
fn others() -> Vec<House> {
    let agreement = Agreement::new(counting(1_024, 1_000)).unwrap();
    let house = |place: u64| {
        let rows = rows(&agreement, (2_000 + 900 * place as usize, 0.5), 8 + place);
        (rows, Some(people(0..100 * (place + 1))))
    };
    (0..4).map(house).collect()
}

fn body(frame: &Frame) -> &[u8] {
    match &frame.content {
        Content::Body(body) => body,
        Content::Aborted(_) => &[],
    }
}

#[tokio::test(start_paused = true)]
async fn other_rows_and_people_give_the_same_steps_and_lengths() {
    let shape = |frames: &[Frame]| {
        let mut shape: Vec<_> = frames
            .iter()
            .map(|frame| {
                let way = (frame.sender.to_string(), frame.receiver.to_string());
                let step = (frame.scope.to_string(), frame.step.to_string());
                (way, step, body(frame).len())
            })
            .collect();
        shape.sort();
        shape
    };
    assert_eq!(
        shape(&transcript(&some()).await),
        shape(&transcript(&others()).await)
    );
}

/// Pearson's statistic of 255 degrees of freedom is above 400 once in 10^8 times; seeds are fixed.
fn assert_uniform(bytes: &[u8]) {
    let mut seen = [0.0; 256];
    for byte in bytes {
        seen[usize::from(*byte)] += 1.0;
    }
    let expected = bytes.len() as f64 / 256.0;
    let terms = seen.iter().map(|seen| (seen - expected).powi(2) / expected);
    let statistic: f64 = terms.sum();
    assert!(expected > 20.0 && statistic < 400.0, "{statistic}");
}

#[tokio::test(start_paused = true)]
async fn the_aggregator_sees_tables_as_uniform_bytes() {
    let frames = transcript(&some()).await;
    let parties = parties(4);
    let is_put =
        |frame: &&Frame| &*frame.step == "plain-sum.1.input" && frame.scope.to_string() == "tables";
    let is_told =
        |frame: &&Frame| &*frame.step == "scarcity.1.summed" && frame.receiver == parties[1];
    let is_seen = |frame: &&Frame| is_put(frame) || is_told(frame);
    let seen: Vec<_> = frames.iter().filter(is_seen).collect();
    assert_eq!(seen.len(), 5);
    let elements: Vec<u8> = seen
        .iter()
        .flat_map(|frame| body(frame)[64..].to_vec())
        .collect();
    assert_uniform(&elements);
}

/// An occupied bucket's sum is uniform whether one is in it or all are.
#[tokio::test(start_paused = true)]
async fn opened_buckets_show_whether_anybody_is_there_and_not_how_many() {
    for overlap in [true, false] {
        let mut houses = some();
        for (place, house) in houses.iter_mut().enumerate() {
            let at = if overlap { 0 } else { 10_000 * place as u64 };
            house.1 = Some(people(at..at + if overlap { 800 } else { 200 }));
        }
        let frames = transcript(&houses).await;
        let is_put = |frame: &&Frame| {
            &*frame.step == "plain-sum.1.input" && frame.scope.to_string() == "entities"
        };
        let mut sum = vec![0_u32; 1_024];
        for frame in frames.iter().filter(is_put) {
            // Elements of eight bytes behind the length, which takes two or three.
            let elements = &body(frame)[body(frame).len() - 5 * 1_024 * 8..];
            for (total, element) in sum.iter_mut().zip(elements.chunks(8)) {
                *total = total.wrapping_add(u32::from_le_bytes(element[..4].try_into().unwrap()));
            }
        }
        let occupied: Vec<u8> = sum
            .iter()
            .filter(|sum| **sum != 0)
            .flat_map(|sum| sum.to_le_bytes())
            .collect();
        assert!(
            (2_000..3_000).contains(&occupied.len()),
            "{}",
            occupied.len()
        );
        let seen = occupied.iter().map(|byte| usize::from(*byte >> 4));
        let mut counts = [0.0; 16];
        seen.for_each(|nibble| counts[nibble] += 1.0);
        let expected = occupied.len() as f64 / 16.0;
        // With 15 degrees of freedom above 65 once in 10^7 times.
        let statistic: f64 = counts
            .iter()
            .map(|seen| (seen - expected).powi(2) / expected)
            .sum();
        assert!(statistic < 65.0, "{statistic}");
    }
}

/// Of few people in many buckets: whoever knows what hospital 0 put in sees those of the others.
#[tokio::test(start_paused = true)]
async fn however_few_people_there_are_others_occupy_two_buckets_in_five() {
    let mut houses = some();
    for (place, house) in houses.iter_mut().enumerate() {
        house.1 = Some(people(place as u64 * 100..place as u64 * 100 + 5));
    }
    let frames = transcript(&houses).await;
    let is_put = |frame: &&Frame| {
        &*frame.step == "plain-sum.1.input"
            && frame.scope.to_string() == "entities"
            && frame.sender.as_str() != "hospital-0"
    };
    let mut occupants = vec![0; 1_024];
    for frame in frames.iter().filter(is_put) {
        let elements = &body(frame)[body(frame).len() - 5 * 1_024 * 8..];
        for (occupants, element) in occupants.iter_mut().zip(elements.chunks(8)) {
            *occupants += u32::from(element != [0; 8]);
        }
    }
    let occupied = occupants.iter().filter(|there| **there > 0).count();
    let in_the_mean = (1.0 - (-0.5_f64).exp()) * 1_024.0;
    // Five standard deviations; without false ones it would be 15.
    assert!(occupied as f64 > in_the_mean - 78.0, "{occupied}");
}

#[tokio::test(start_paused = true)]
async fn the_key_passes_the_aggregator_and_nothing_else_goes_from_house_to_house() {
    let frames = transcript(&some()).await;
    let parties = parties(4);
    let is_body = |frame: &&Frame| matches!(frame.content, Content::Body(_));
    let direct: Vec<_> = frames
        .iter()
        .filter(|frame| frame.sender != parties[0] && frame.receiver != parties[0])
        .filter(is_body)
        .map(|frame| (frame.step.to_string(), body(frame).len()))
        .collect();
    let of = |step: &str, len: usize| {
        let is_it = |found: &&(String, usize)| **found == (step.to_owned(), len);
        direct.iter().filter(is_it).count()
    };
    assert_eq!(of("scarcity.1.key", 33), 3);
    assert_eq!(of("scarcity.1.same", 32), 12);
    assert_eq!(direct.len(), 15);
    let steps = frames
        .iter()
        .filter(is_body)
        .filter(|frame| frame.receiver == parties[0]);
    for frame in steps {
        let step = &*frame.step;
        assert!(
            ["plain-sum.1.input", "scarcity.1.stepped"].contains(&step),
            "{step}"
        );
        assert!(step != "scarcity.1.stepped" || body(frame).len() == 2);
    }
}
