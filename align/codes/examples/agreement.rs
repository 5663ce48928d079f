//! Do groups of diagnoses survive another code system? `cargo run --release -p consilium-codes --example
//! agreement -- DATA [SEED]`, DATA being the folder of public tables; one line of JSON for each list.
//!
//! Inpatient claims of SynPUF are coded in ICD-9-CM. Each is recoded: every code takes one of the ways that
//! the General Equivalence Mapping gives, drawn at random. Groups of the original come from the published
//! lists for ICD-9-CM, groups of the copy from those for ICD-10: no list was made out of the other, nor out
//! of the map.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(
    clippy::unwrap_used,
    reason = "a measurement stops where its data are not as expected"
)]

use std::path::Path;

use consilium_codes::{Edition, Form, Groups, MapHead, Recoded, import};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use serde_json::{Map, Value, json};

#[path = "shared/files.rs"]
mod files;

const GOAL: f64 = 0.95;
const LOW: f64 = 0.9;

fn main() {
    let mut args = std::env::args().skip(1);
    let data = args.next().expect("the folder of public tables");
    let data = Path::new(&data);
    let seed: u64 = args.next().map_or(42, |seed| seed.parse().unwrap());

    let edition = |system: &str, version: &str| Edition {
        system: system.to_owned(),
        version: version.to_owned(),
    };
    let gem = files::text(&data.join("icd9-icd10-gem/icd9toicd10cmgem.csv.gz"));
    let head = MapHead::new(
        edition("icd-9-cm", "GEM"),
        edition("icd-10-cm", "GEM"),
        "CMS GEM",
    );
    let map = import::gem(&gem, &head).unwrap().value;

    let mut claims = Vec::new();
    let mut unclear = 0_u64;
    for sample in 1..=3 {
        let name = format!("synpuf-medicare/sample{sample:02}_inpatient_2008_2010.csv.gz");
        let file = files::text(&data.join(name));
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        let is_diagnosis = |name: &str| name.starts_with("ICD9_DGNS_CD_");
        let header = reader.headers().unwrap().clone();
        for record in reader.records() {
            let record = record.unwrap();
            let cells = header
                .iter()
                .zip(record.iter())
                .filter(|(name, _)| is_diagnosis(name));
            let mut codes = Vec::new();
            for (_, cell) in cells.filter(|(_, cell)| !cell.is_empty()) {
                match Form::Icd9Cm.normalise(cell) {
                    Ok(normal) => codes.push(normal.code),
                    Err(_) => unclear += 1,
                }
            }
            claims.push(codes);
        }
    }
    for list in [Groups::charlson(), Groups::elixhauser()] {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut recoded = Recoded::new(&list);
        for codes in &claims {
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            recoded.push(&list, &map, &codes, &mut rng);
        }
        let (median, groups) = (recoded.median().unwrap(), &recoded.groups);
        let low: Map<String, Value> = groups
            .iter()
            .filter_map(|(id, agreement)| Some((id.clone(), agreement.kappa()?, agreement)))
            .filter(|(_, kappa, _)| *kappa < LOW)
            .map(|(id, kappa, counts)| (id, json!({ "kappa": kappa, "counts": counts })))
            .collect();
        let kappas: Map<String, Value> = groups
            .iter()
            .map(|(id, agreement)| (id.clone(), json!(agreement.kappa())))
            .collect();
        let said = json!({
            "bench": "code-agreement", "list": list.name(), "seed": seed, "claims": claims.len(),
            "codes": recoded.recoded, "chosen": recoded.chosen, "lost": recoded.lost, "unclear": unclear,
            "kappa_median": median, "goal": GOAL, "ok": median >= GOAL, "below_0.9": low, "kappa": kappas,
        });
        println!("{said}");
    }
}
