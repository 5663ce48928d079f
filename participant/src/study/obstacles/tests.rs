//! What a steward is told before signing.

use std::fs;

use consilium_plan::{Code, Lang, Name};

use super::*;
use crate::{
    data::NewDataSet,
    home::sample::{self, NOW},
};

/// A home with a data set as planned and everybody verified, and a study that awaits a decision.
struct Asked {
    home: Home,
    plan: Arc<Plan>,
    own: Own,
    _folder: tempfile::TempDir,
}

impl Asked {
    async fn new(more: &str) -> Asked {
        let folder = tempfile::tempdir().unwrap();
        let (home, _) = sample::home(folder.path(), Vec::new()).await;
        sample::write_rows(&home, 30);
        sample::register(&home).await;
        sample::verify(&home, "b", 10).await;
        sample::verify(&home, "c", 11).await;
        let plan = Arc::new(sample::plan(&["a", "b", "c"], more));
        let own = Own::new(home.federation, &plan);
        Asked {
            home,
            plan,
            own,
            _folder: folder,
        }
    }

    /// Gives the obstacles to an approval that is given now.
    async fn told(&self) -> Vec<Failure> {
        let own = approved(&self.home, (&self.plan, &self.own), BTreeSet::new())
            .await
            .unwrap();
        obstacles(&self.home, &self.plan, &own).await
    }

    async fn journal(&self) -> String {
        self.home.store.export_journal().await.unwrap()
    }

    async fn codes(&self) -> Vec<Code> {
        let told = self.told().await;
        told.iter().map(|failure| failure.code).collect()
    }

    async fn register(&self, schema: &str) {
        let set = self.home.register(NewDataSet {
            name: Name::try_from("rows".to_owned()).unwrap(),
            path: sample::rows_of(&self.home),
            schema: schema.to_owned(),
            splits: std::collections::BTreeMap::new(),
            mapping: None,
            codes: Vec::new(),
        });
        set.await.unwrap();
    }
}

#[tokio::test]
async fn nothing_stands_in_the_way_of_what_is_as_planned_and_the_journal_has_each_reading() {
    let asked = Asked::new("").await;
    let before = asked.journal().await;
    assert_eq!(asked.told().await, []);
    let after = asked.journal().await;
    assert_eq!(after.lines().count(), before.lines().count() + 1);
    assert!(after.contains("\"for\":\"stewards\""), "{after}");
    asked.home.forget_data("rows").await.unwrap();
    let before = asked.journal().await;
    assert_eq!(asked.codes().await, [Code::DataMissing]);
    assert_eq!(asked.journal().await, before, "nothing was read");
}

#[tokio::test]
async fn a_changed_file_and_missing_words_are_both_named() {
    let asked = Asked::new("").await;
    sample::write_rows(&asked.home, 29);
    assert_eq!(asked.codes().await, [Code::DataChanged]);
    let strangers = sample::plan(&["a", "d", "e"], "");
    let asked = Asked {
        own: Own::new(asked.home.federation, &strangers),
        plan: Arc::new(strangers),
        ..asked
    };
    let told = asked.told().await;
    let codes: Vec<Code> = told.iter().map(|failure| failure.code).collect();
    assert_eq!(codes, [Code::VerifiedTooFew, Code::DataChanged]);
    assert_eq!(told[0].details["verified"], "1");
    assert_eq!(told[0].details["minimum"], "3");
    assert_eq!(told[1].details["data"], "rows");
}

#[tokio::test]
async fn a_file_registered_anew_can_be_approved_anew() {
    let asked = Asked::new("").await;
    let version = sample::register(&asked.home).await;
    let own = sample::approved(&asked.home, &asked.plan, version);
    sample::write_rows(&asked.home, 29);
    sample::register(&asked.home).await;
    let stands = obstacles(&asked.home, &asked.plan, &own).await;
    assert_eq!(stands[0].code, Code::DataChanged);
    let own = approved(&asked.home, (&asked.plan, &own), BTreeSet::new())
        .await
        .unwrap();
    assert_eq!(obstacles(&asked.home, &asked.plan, &own).await, []);
}

#[tokio::test]
async fn a_data_set_that_is_not_there_or_not_whole_is_named() {
    let asked = Asked::new("").await;
    asked.home.forget_data("rows").await.unwrap();
    assert_eq!(asked.codes().await, [Code::DataMissing]);
    sample::register(&asked.home).await;
    let rows = sample::rows_of(&asked.home);
    fs::write(&rows, "x,y\n1,0\n2").unwrap();
    assert_eq!(asked.codes().await, [Code::DataCut]);
    fs::remove_file(&rows).unwrap();
    let told = asked.told().await;
    let codes: Vec<Code> = told.iter().map(|failure| failure.code).collect();
    assert_eq!(codes, [Code::DataUnreadable]);
    for (lang, gone) in [
        (Lang::En, "there is no such file"),
        (Lang::Zh, "没有该文件"),
    ] {
        let said = told[0].what(lang);
        assert!(said.contains(gone), "{said}");
        assert!(said.contains(rows.to_str().unwrap()), "{said}");
    }
}

#[tokio::test]
async fn columns_rows_and_splits_are_held_against_the_plan() {
    let x = "[[column]]\nname = \"x\"\ntype = \"number\"\nmin = 0\n";
    let y = "[[column]]\nname = \"y\"\ntype = \"boolean\"\n";
    let asked = Asked::new("").await;
    asked.register(&format!("{x}max = 11\n{y}")).await;
    assert_eq!(asked.codes().await, [Code::DataColumnDiffers]);
    asked.register(y).await;
    assert_eq!(asked.codes().await, [Code::DataColumnMissing]);
    let asked = Asked::new("limits.minimum_rows = 31").await;
    assert_eq!(asked.codes().await, [Code::DataRowsTooFew]);
    let asked = Asked::new("limits = { most_rows = 29, minimum_cohort = 50 }").await;
    assert_eq!(asked.codes().await, [Code::DataRowsTooMany]);
    let asked = Asked::new("test = { split = \"half\" }").await;
    let told = asked.told().await;
    assert_eq!(told[0].code, Code::DataSplitMissing);
    assert_eq!(told[0].details["split"], "half");
}

#[tokio::test]
async fn a_clock_that_is_off_and_a_plan_that_is_over_are_named() {
    let asked = Asked::new("").await;
    asked.home.compare_clocks((NOW + 600) * 1_000);
    let told = asked.told().await;
    assert_eq!(told[0].code, Code::ClockSkew);
    assert_eq!(told[0].details["seconds"], "-600");
    let asked = Asked::new("limits.expires = 2020-01-01T00:00:00Z").await;
    assert_eq!(asked.codes().await, [Code::PlanExpired]);
}
