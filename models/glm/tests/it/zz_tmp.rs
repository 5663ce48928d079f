use consilium_glm::*;
use crate::world::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
#[test]
fn speed() {
    let columns: Vec<Column> = (0..30).map(|k| number(&format!("c{k}"), -10.0, 10.0)).collect();
    let regression = respecified(&Regression::try_from(specification(Family::Logistic, columns)).unwrap(), |s| s.most_rows = 1_000_000);
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let n = 1_000_000;
    let features: Vec<f64> = (0..n*30).map(|_| uniform(&mut rng)*4.0-2.0).collect();
    let labels = (0..n).map(|_| f64::from(u8::from(uniform(&mut rng) < 0.4))).collect();
    let table = Table::new(&regression, features, labels).unwrap();
    let design = Design { terms: (0..30).map(|column| Term { column, missing: false, centre: Centre { mean: 0.0, deviation: 1.15 } }).collect(), label: Centre { mean: 0.0, deviation: 1.0 } };
    let candidate = Candidate { design, coefficients: vec![0.01; 31] };
    let t = tokio::time::Instant::now();
    let s = local_sums(&regression, &table, &candidate);
    eprintln!("sums {:?} {}", t.elapsed(), s[2]);
    let t = tokio::time::Instant::now();
    let s = local_moments(&regression, &table);
    eprintln!("moments {:?} {}", t.elapsed(), s[2]);
}
#[tokio::test]
async fn belgian() {
    use std::io::Read;
    let f = std::fs::File::open("/work/shared/data/belgian-mtpl97/beMTPL97.csv.gz").unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(f).read_to_string(&mut text).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').map(|s| s.trim_matches('"')).collect();
    let at = |n: &str| names.iter().position(|m| *m == n).unwrap();
    let cols = ["ageph", "bm", "power", "agec"];
    let spec = Specification { labels: Range::new(0.0, 1e7).unwrap(), ..specification(Family::Gamma, cols.iter().map(|c| number(c, -500.0, 500.0)).collect()) };
    let regression = Regression::try_from(spec).unwrap();
    let mut parts = vec![Vec::new(); 4];
    for (i, line) in lines.enumerate() {
        let v: Vec<&str> = line.split(',').map(|s| s.trim_matches('"')).collect();
        let n: f64 = v[at("nclaims")].parse().unwrap_or(0.0);
        if n < 1.0 { continue; }
        let a: f64 = v[at("amount")].parse().unwrap_or(0.0);
        if a <= 0.0 { continue; }
        parts[i % 4].push((cols.iter().map(|c| v[at(c)].parse().unwrap_or(f64::NAN)).collect(), a / n));
    }
    let tables: Vec<Table> = parts.iter().map(|p| crate::real::table(&regression, p)).collect();
    let f = fit(&regression, &tables).await.aggregator.unwrap();
    eprintln!("belgian {} rows updates {} sums {} disp {}", f.rows, f.updates, f.sums, f.dispersion);
    let p = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    eprintln!("dist {:e}", distance(&f, &p));
}
