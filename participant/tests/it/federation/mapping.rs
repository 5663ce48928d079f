//! A house whose rows come out of several files by a query of its own.

use std::{fmt::Write as _, fs, path::PathBuf};

use consilium_mapping::Whereabouts;
use consilium_node::status::in_chinese;
use consilium_plan::{Decision, Plan};
use consilium_proto::v1;

use super::{
    house::House,
    world::{SCHEMA, World, plan},
};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// Two files, one row in each for every patient, in the order of the first.
const MAPPING: &str = "schema = \"features.toml\"\nsql = '''\n\
    SELECT p.age, d.dose, d.ill FROM people p JOIN doses d ON d.n = p.n ORDER BY p.n'''\n\
    [[source]]\nname = \"people\"\npath = \"people.csv\"\n\
    types = { n = \"integer\", age = \"number\" }\n\
    [[source]]\nname = \"doses\"\npath = \"doses.csv\"\n\
    types = { n = \"integer\", dose = \"number\" }\n";

/// The program that runs queries, as a test of the whole workspace builds it.
fn program() -> Option<PathBuf> {
    let own = std::env::current_exe().unwrap();
    let program = own.parent()?.parent()?.join("consilium-sql");
    let is_built = program.is_file();
    assert!(
        is_built || std::env::var_os("CI").is_none(),
        "consilium-sql is not built"
    );
    is_built.then_some(program)
}

fn know(house: &mut House, program: Option<PathBuf>) {
    house.config.mappings.program = Whereabouts {
        named: program,
        ..Whereabouts::default()
    };
}

/// Writes the rows of the house's own file into two.
fn split_in_two(house: &House) {
    let rows = fs::read_to_string(house.file("patients.csv")).unwrap();
    let (mut people, mut doses) = ("n,age\n".to_owned(), "n,dose,ill\n".to_owned());
    for (number, row) in rows.lines().enumerate().skip(1) {
        let (age, others) = row.split_once(',').unwrap();
        writeln!(people, "{number},{age}").unwrap();
        writeln!(doses, "{number},{others}").unwrap();
    }
    fs::write(house.file("people.csv"), people).unwrap();
    fs::write(house.file("doses.csv"), doses).unwrap();
}

async fn add(house: &House, mapping: &str) -> Result<v1::DataSet, tonic::Status> {
    let path = |name: &str| house.file(name).to_str().unwrap().to_owned();
    let request = v1::AddDataRequest {
        name: "patients".to_owned(),
        path: path("features.map.toml"),
        schema: SCHEMA.to_owned(),
        splits: vec![v1::Split {
            name: "thirds".to_owned(),
            path: path("thirds.csv"),
        }],
        mapping: mapping.to_owned(),
        codes: Vec::new(),
    };
    Ok(house.client().await.add_data(request).await?.into_inner())
}

async fn listed(house: &House) -> v1::DataSet {
    let listed = house.client().await.list_data(v1::ListDataRequest {}).await;
    listed.unwrap().into_inner().sets.remove(0)
}

/// Approves another study than the first.
async fn approve_too(house: &House, plan: &Plan) {
    let decision = Decision::Approve(house.grant(plan).await);
    let decision = house.sign(plan, decision, 2).await;
    house.client().await.decide(decision).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_runs_over_rows_that_a_query_makes_and_refuses_them_once_a_file_changes() {
    let Some(program) = program() else { return };
    let world = World::new().await;
    let mut houses = world.houses(&NAMES).await;
    know(&mut houses[0], Some(program));
    houses[0].stop().await;
    houses[0].start().await;
    split_in_two(&houses[0]);
    let set = add(&houses[0], MAPPING).await.unwrap();
    assert_eq!(set.rows, 150);
    let named = ["people.csv", "doses.csv"];
    assert!(
        set.sources
            .iter()
            .zip(named)
            .all(|(path, name)| path.ends_with(name))
    );
    // Where the file lies and what the query may use is no other version; what it says is.
    let remarked = format!("# a remark\n{MAPPING}");
    assert_eq!(
        add(&houses[0], &remarked).await.unwrap().version,
        set.version
    );
    let other = MAPPING.replace("ORDER BY p.n", "ORDER BY p.n DESC");
    assert_ne!(add(&houses[0], &other).await.unwrap().version, set.version);
    add(&houses[0], MAPPING).await.unwrap();

    let text = plan(&NAMES, "");
    let (first, mut watch) = (text.parse::<Plan>().unwrap(), world.submit(&text).await.1);
    for house in &houses {
        house.approve(&first).await;
    }
    let end = watch.last().await;
    assert!(end.contains("finished"), "{end}");

    let text = text.replace("A test", "Another test");
    let (second, mut watch) = (text.parse::<Plan>().unwrap(), world.submit(&text).await.1);
    approve_too(&houses[0], &second).await;
    let doses = fs::read_to_string(houses[0].file("doses.csv")).unwrap();
    fs::write(houses[0].file("doses.csv"), doses.replacen("1,", "1,0", 1)).unwrap();
    assert!(!listed(&houses[0]).await.unchanged);
    for house in &houses[1..] {
        approve_too(house, &second).await;
    }
    let end = watch.last().await;
    assert!(
        end.contains("DATA-CHANGED") && end.contains("\"a\""),
        "{end}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_query_trips_over_is_named_in_both_languages_and_the_daemon_serves_on() {
    let Some(program) = program() else { return };
    let world = World::new().await;
    let mut house = House::join(&world, "a", 1).await;
    know(&mut house, Some(program));
    house.config.mappings.ceilings.seconds = 1000;
    house.stop().await;
    house.start().await;
    split_in_two(&house);
    let before = listed(&house).await;
    fs::write(world.folder.path().join("elsewhere.csv"), "n\n1\n").unwrap();
    let (gb, people) = (b"n,age\n1,30\n2,\xb0\xa2\n", house.file("gb.csv"));
    fs::write(people, gb).unwrap();
    let crossed = MAPPING.replace(" ON d.n = p.n", " ON true");
    let limited = |limit: &str| {
        crossed.replace(
            "[[source]]\nname = \"people\"",
            &format!("[limits]\n{limit}\n[[source]]\nname = \"people\""),
        )
    };
    for (mapping, en, zh) in [
        (
            MAPPING.replace("people.csv\"", "gb.csv\"\nfile = { encoding = \"utf-8\" }"),
            "source \"people\" (gb.csv): line 3 is not utf-8",
            "第 3 行不是 utf-8 编码",
        ),
        (
            MAPPING.replace("people.csv", "gone.csv"),
            "gone.csv",
            "守护进程无法读取",
        ),
        (
            MAPPING.replace("d.n = p.n", "d.m = p.n"),
            "line 3, column",
            "第 3 行第",
        ),
        (
            limited("rows = 1000"),
            "more than 1000 rows: is a join's condition missing",
            "超过 1000 行：是否缺少连接条件",
        ),
        (
            limited("seconds = 1")
                .replace(
                    "p.age, d.dose",
                    "max(sin(p.age * q.n * r.n)) AS age, 1.0 AS dose",
                )
                .replace("d.ill FROM", "max(d.ill) AS ill FROM")
                .replace(" ON true ORDER BY p.n", ", people q, people r"),
            "longer than 1 s",
            "超过 1 秒",
        ),
        (limited("seconds = 1001"), "allows 1000", "最多允许 1000"),
        (
            MAPPING.replace("people.csv", "../elsewhere.csv"),
            "does not lie in",
            "不在",
        ),
        (
            MAPPING.replace("p.age, ", ""),
            "no column \"age\"",
            "没有给出数据结构声明的列 \"age\"",
        ),
        (
            MAPPING.replace("d.dose,", "d.dose * 100 AS dose,"),
            "column 2 (dose): outside the declared range",
            "第 2 列（dose）：超出声明的范围",
        ),
    ] {
        let refused = add(&house, &mapping).await.unwrap_err();
        assert!(refused.message().contains(en), "{refused}");
        let said = in_chinese(&refused).unwrap();
        assert!(said.contains(zh), "{said}");
        let now = listed(&house).await;
        assert_eq!(
            (now.version, now.unchanged),
            (before.version.clone(), true),
            "{en}"
        );
    }
    assert_eq!(add(&house, MAPPING).await.unwrap().rows, 150);
    let left = fs::read_dir(&house.config.state).unwrap().flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert!(
        !left
            .iter()
            .any(|it| it.to_string_lossy().starts_with("consilium-sql-")),
        "{left:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_query_gives_no_rows_is_told_to_its_own_people_alone() {
    let Some(program) = program() else { return };
    let world = World::new().await;
    let mut houses = world.houses(&NAMES).await;
    know(&mut houses[0], Some(program));
    houses[0].stop().await;
    houses[0].start().await;
    split_in_two(&houses[0]);
    add(&houses[0], MAPPING).await.unwrap();
    let text = plan(&NAMES, "");
    let (plan, mut watch) = (text.parse::<Plan>().unwrap(), world.submit(&text).await.1);
    houses[0].approve(&plan).await;
    // The program goes, and the files stay as they are.
    let gone = houses[0].file("consilium-sql");
    know(&mut houses[0], Some(gone));
    houses[0].stop().await;
    houses[0].start().await;
    let found = houses[0].obstacles(&plan, false).await;
    assert!(
        found[0].contains("the program consilium-sql is not there"),
        "{found:?}"
    );
    for house in &houses[1..] {
        house.approve(&plan).await;
    }
    let end = watch.last().await;
    assert!(
        end.contains("DATA-UNREADABLE") && end.contains("\"a\""),
        "{end}"
    );
    for word in ["consilium-sql", "people.csv", "features"] {
        assert!(!end.contains(word), "{end}");
    }
}
