//! What keeps common rows from being used: told before anything is signed.

use std::fs;

use consilium_plan::Plan;

use super::{LABELS, OPEN, aligned, aligning, cells, growing, people, predicting, register};
use crate::federation::joint::{approve, decided, refuses, run, with};

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_no_common_ones_are_refused_where_they_lie() {
    let (world, houses, alignment) = aligned().await;
    let plan = |title: &str| growing(title, &alignment, (2, OPEN));
    let [a, b, _] = &houses[..] else {
        panic!("there are three");
    };

    let unknown = growing("unknown", &"ab".repeat(32), (2, OPEN));
    refuses(&world, a, &unknown, "VERTICAL-NO-ALIGNMENT").await;
    let few = with(
        &plan("few"),
        "[trees]",
        "limits = { minimum_rows = 291 }\n[trees]",
    );
    refuses(&world, a, &few, "VERTICAL-ROWS-TOO-FEW").await;
    let many = "limits = { minimum_rows = 50, most_rows = 289 }\n[trees]";
    let many = with(&plan("many"), "[trees]", many);
    refuses(&world, a, &many, "DATA-ROWS-TOO-MANY").await;
    let absent = plan("absent").replace("\"dose\"", "\"nose\"");
    refuses(&world, a, &absent, "DATA-COLUMN-MISSING").await;
    let numbers = "name = \"dose\"\ntype = \"number\"";
    let other = with(
        &plan("kind"),
        numbers,
        "name = \"dose\"\ntype = \"integer\"",
    );
    refuses(&world, a, &other, "DATA-COLUMN-DIFFERS").await;

    let path = a.result(&alignment).await.unwrap().aligned_path;
    let order = fs::read_to_string(&path).unwrap();
    for damaged in [order.replacen("\n1,", "\n1,1", 1), String::new()] {
        fs::write(&path, &damaged).unwrap();
        let title = format!("damaged {}", damaged.len());
        refuses(&world, a, &plan(&title), "VERTICAL-ORDER-DAMAGED").await;
    }
    fs::remove_file(&path).unwrap();
    refuses(&world, a, &plan("gone"), "VERTICAL-ORDER-DAMAGED").await;
    fs::write(&path, &order).unwrap();
    // What was found once is not believed when something has happened since.
    let gone: Plan = plan("gone").parse().unwrap();
    decided(a, &gone).await.unwrap();
    fs::write(&path, order.replacen("\n1,", "\n1,1", 1)).unwrap();
    let obstacles = a.obstacles(&gone, true).await;
    assert!(
        obstacles[0].contains("VERTICAL-ORDER-DAMAGED"),
        "{obstacles:?}"
    );
    fs::write(&path, &order).unwrap();

    // The label of somebody whom all know is lost, and everything aligned anew.
    let known = people(LABELS).into_iter().find(|it| *it == 100).unwrap();
    let line = format!("person-{known},{}", cells(LABELS, known));
    let file = fs::read_to_string(b.file("people.csv")).unwrap();
    let (kept, _) = line.rsplit_once(',').unwrap();
    register(b, LABELS, "person-999,30,true\n").await;
    refuses(&world, b, &plan("version"), "VERTICAL-OTHER-DATA").await;
    let unlabelled = with(&file, &line, &format!("{kept},"));
    fs::write(b.file("people.csv"), unlabelled).unwrap();
    super::register_file(b, LABELS, "people").await;
    let again = aligning("refuse").replace("\"common\"", "\"common again\"");
    let (alignment, last) = run(&world, &houses, &again).await;
    assert!(last.contains("finished"), "{last}");
    let unlabelled = growing("unlabelled", &alignment, (2, OPEN));
    refuses(&world, b, &unlabelled, "VERTICAL-LABELS-MISSING").await;

    super::register_file(a, 0, "other").await;
    let other = with(&unlabelled, "\"unlabelled\"", "\"other\"");
    let other = with(&other, "data = \"people\"", "data = \"other\"");
    refuses(&world, a, &other, "VERTICAL-OTHER-DATA").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alignment_of_others_or_of_several_rows_each_is_none() {
    let (world, houses, _) = aligned().await;
    let [a, _, c] = &houses[..] else {
        panic!("there are three");
    };
    let two = aligning("refuse").replace("protocol = \"star\"\nleader = \"c\"\n", "");
    let two = two.replace("\"common\"", "\"two\"");
    let two = &two[..two.find("[[party]]\nname = \"c\"").unwrap()];
    let (alignment, last) = run(&world, &houses[..2], two).await;
    assert!(last.contains("finished"), "{last}");
    let text = growing("three", &alignment, (2, OPEN));
    refuses(&world, a, &text, "VERTICAL-OTHER-PARTIES").await;

    let again = format!("person-50,{}\nperson-60,{}\n", cells(2, 50), cells(2, 60));
    register(c, 2, &again).await;
    let all = aligning("all").replace("\"common\"", "\"all\"");
    let (alignment, last) = run(&world, &houses, &all).await;
    assert!(last.contains("finished"), "{last}");
    let text = growing("repeated", &alignment, (2, OPEN));
    refuses(&world, c, &text, "VERTICAL-ROWS-REPEATED").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_scored_without_the_own_part_of_the_model_that_the_plan_names() {
    let (world, houses, alignment) = aligned().await;
    let (model, last) = run(&world, &houses, &growing("model", &alignment, (2, OPEN))).await;
    assert!(last.contains("finished"), "{last}");
    let unknown = predicting(&alignment, &"ab".repeat(32));
    refuses(&world, &houses[0], &unknown, "VERTICAL-NO-PART").await;
    let no_model = predicting(&alignment, &alignment);
    refuses(&world, &houses[0], &no_model, "VERTICAL-NO-PART").await;
    let text = predicting(&alignment, &model);
    let fewer = with(&text, "\"pressure\", \"dose\"", "\"dose\"");
    let differs = "does not suit the plan: a has other features, or in another order";
    refuses(&world, &houses[2], &fewer, differs).await;
    let path = houses[2].kept("results").join(&model).join("model.json");
    let part = fs::read_to_string(&path).unwrap();
    let damaged = part.replacen("\"column\":", "\"colum\":", 1);
    assert_ne!(part, damaged);
    fs::write(&path, damaged).unwrap();
    let titled = |title: &str| text.replacen("\"scores\"", &format!("\"{title}\""), 1);
    refuses(
        &world,
        &houses[2],
        &titled("damaged"),
        "VERTICAL-PART-DIFFERS",
    )
    .await;
    fs::remove_file(&path).unwrap();
    refuses(&world, &houses[2], &titled("gone"), "VERTICAL-NO-PART").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_damaged_once_it_was_approved_ends_the_study_by_name() {
    let (world, houses, alignment) = aligned().await;
    let text = growing("approved", &alignment, (2, OPEN));
    let plan: Plan = text.parse().unwrap();
    let (_, mut watch) = world.submit(&text).await;
    approve(&houses[0], &plan).await;
    approve(&houses[1], &plan).await;
    let path = houses[0].result(&alignment).await.unwrap().aligned_path;
    fs::write(&path, "place,row\n1,1\n").unwrap();
    approve(&houses[2], &plan).await;
    let last = watch.last().await;
    assert!(last.contains("VERTICAL-ORDER-DAMAGED"), "{last}");
    assert!(last.contains("\"a\""), "{last}");
}
