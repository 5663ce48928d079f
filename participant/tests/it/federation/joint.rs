//! What studies over columns of several houses are tested with, whoever has which people.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::Path,
};

use consilium_base::Tagged;
use consilium_plan::{Decision, Plan};
use consilium_proto::v1;
use serde_json::Value;
use tokio::time::timeout;

use super::{
    house::House,
    world::{PATIENCE, World},
};

/// A number at least 0 and below 1, the same for a person whenever it is drawn.
pub(crate) fn lot(label: &str, person: u64) -> f64 {
    let lot = Tagged::new("test.1.lot").field(label.as_bytes());
    let [a, b, c, d, ..] = lot.number(person).digest();
    f64::from(u32::from_le_bytes([a, b, c, d])) / 2_f64.powi(32)
}

/// A person's value of a number; one in ten is missing.
pub(crate) fn number(column: &str, person: u64) -> Option<f64> {
    let missing = lot(&format!("{column} missing"), person) < 0.1;
    (!missing).then(|| (lot(column, person) * 1e4).round() / 1e2)
}

pub(crate) fn ward(person: u64) -> usize {
    match lot("ward", person) {
        ..0.25 => 0,
        ..0.5 => 1,
        _ => 2,
    }
}

pub(crate) async fn approve(house: &House, plan: &Plan) {
    decided(house, plan).await.unwrap();
}

/// Gives why an approval is not taken, if it is not.
pub(crate) async fn decided(house: &House, plan: &Plan) -> Result<(), String> {
    let grant = house.grant(plan).await;
    let approval = Decision::Approve(grant);
    let approval = house.sign(plan, approval, house.number()).await;
    let decided = house.client().await.decide(approval).await;
    decided
        .map(drop)
        .map_err(|status| status.message().to_owned())
}

/// Runs a study to its end; gives its name and its last event.
pub(crate) async fn run<'a>(
    world: &World,
    houses: impl IntoIterator<Item = &'a House> + Clone,
    text: &str,
) -> (String, String) {
    let plan: Plan = text.parse().unwrap();
    let (study, mut watch) = world.submit(text).await;
    for house in houses.clone() {
        approve(house, &plan).await;
    }
    let last = watch.last().await;
    for house in houses {
        house.ended(&plan).await;
    }
    (study, last)
}

pub(crate) async fn json(house: &House, study: &str) -> [Value; 2] {
    let result = house.result(study).await.unwrap();
    let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
    [read(&result.model), read(&result.own_report)]
}

/// The parts of a model at all houses.
pub(crate) async fn parts(houses: &[House], study: &str) -> Vec<Value> {
    let mut parts = Vec::new();
    for house in houses {
        let [mut model, _] = json(house, study).await;
        assert_eq!(model["study"], study);
        parts.push(model["part"].take());
    }
    parts
}

/// A score for each row of the own file that has one.
pub(crate) async fn scores(house: &House, study: &str) -> BTreeMap<usize, f64> {
    let path = house.result(study).await.unwrap().scores_path;
    let table = fs::read_to_string(path).unwrap();
    let line = |line: &str| {
        let mut cells = line.split(',');
        let row = cells.next().unwrap().parse().unwrap();
        (row, cells.next_back().unwrap().parse().unwrap())
    };
    table.lines().skip(1).map(line).collect()
}

/// Looks for these at the coordinator, and for scores with rows and losses of a study that a house led.
pub(crate) async fn nothing_of_rows_is_at_the_coordinator(
    world: &World,
    (leader, study): (&House, &str),
    canaries: impl IntoIterator<Item = Vec<u8>>,
) {
    let scored = leader.result(study).await.unwrap().scores_path;
    let scored = fs::read_to_string(scored).unwrap();
    let scores = scored.lines().skip(1).flat_map(|line| {
        let (_, score) = line.rsplit_once(',').unwrap();
        let bits: f64 = score.parse().unwrap();
        [score.as_bytes().to_vec(), bits.to_le_bytes().to_vec()]
    });
    let lines = scored.lines().skip(1).map(|line| line.as_bytes().to_vec());
    let canaries: Vec<Vec<u8>> = scores.chain(lines).chain(canaries).collect();
    let shortest = canaries.iter().map(Vec::len).min().unwrap();
    let mut begins: HashMap<&[u8], Vec<&[u8]>> = HashMap::new();
    for canary in &canaries {
        begins.entry(&canary[..shortest]).or_default().push(canary);
    }
    let files = world.files();
    assert!(!files.is_empty());
    for (path, bytes) in files {
        for (place, begin) in bytes.windows(shortest).enumerate() {
            let mut canaries = begins.get(begin).into_iter().flatten();
            let found = canaries.any(|canary| bytes[place..].starts_with(canary));
            assert!(!found, "{}", path.display());
        }
    }
    let request = v1::ExportLogRequest {};
    let journal = world.operator().await.export_log(request).await;
    let journal = journal.unwrap().into_inner().lines;
    let loss = json(leader, study).await[1]["losses"][3]["trained"].to_string();
    assert!(!journal.contains(&loss), "losses are rounded: {loss}");
}

/// Approves a study whose secrets are the same as any other's, and waits for its fifth tree.
pub(crate) async fn amid_the_fifth_tree(world: &World, houses: &mut [House], text: &str) -> String {
    let plan: Plan = text.parse().unwrap();
    for house in &mut *houses {
        house.plant_secret(&plan).await;
    }
    let (study, mut watch) = world.submit(text).await;
    for house in &*houses {
        approve(house, &plan).await;
    }
    let grows = |doing: &Value| doing["tree"].as_u64().is_some_and(|tree| tree >= 5);
    watch.until_doing(grows).await;
    study
}

/// Waits for the end of a study; gives its parts, and how many runs it took.
pub(crate) async fn ended(
    world: &World,
    houses: &[House],
    (study, text): (&str, &str),
) -> (Vec<Value>, u32) {
    let plan: Plan = text.parse().unwrap();
    let last = timeout(PATIENCE, world.watch(study).await.last()).await;
    let last = last.unwrap();
    assert!(last.contains("finished"), "{last}");
    let mut runs = 0;
    for house in houses {
        runs = runs.max(house.ended(&plan).await.runs);
        assert!(!house.kept("spill").join(study).exists());
    }
    (parts(houses, study).await, runs)
}

/// Makes what is kept of trees unfit for use.
pub(crate) type Spoil = fn(&Path) -> io::Result<()>;

pub(crate) fn damage(kept: &Path) -> io::Result<()> {
    let mut bytes = fs::read(kept)?;
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(kept, bytes)
}

pub(crate) fn lose(kept: &Path) -> io::Result<()> {
    fs::remove_file(kept)
}

/// Sees that a house's steward signs no such plan.
pub(crate) async fn refuses(world: &World, house: &House, text: &str, code: &str) {
    let plan: Plan = text.parse().unwrap();
    world.submit(text).await;
    let refused = decided(house, &plan).await.unwrap_err();
    assert!(refused.contains(code), "{code}: {refused}");
}

pub(crate) fn with(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}
