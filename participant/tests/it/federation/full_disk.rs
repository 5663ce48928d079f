//! A house whose disk is full, really: its state lies on a file system of a few mebibytes.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use consilium_plan::{Decision, Plan};
use consilium_proto::v1;
use tonic::Code;

use super::{
    house::{House, rows},
    world::{World, plan},
};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// Set where this program may mount file systems of its own.
const MAY_MOUNT: &str = "CONSILIUM_TEST_MAY_MOUNT";

/// Says whether mounts of this process are its own, and starts it again where they are not.
///
/// Where the kernel allows that to nobody the test is skipped and says so.
fn may_mount(test: &str) -> bool {
    if env::var_os(MAY_MOUNT).is_some() {
        return true;
    }
    let unshare = || {
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount"]);
        unshare.stdin(Stdio::null());
        unshare
    };
    let allowed = unshare()
        .args(["mount", "-t", "tmpfs", "none", "/mnt"])
        .output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        // The test harness keeps what `eprintln` prints to itself.
        let mut seen = io::stderr();
        writeln!(seen, "skipped: no file systems of one's own").unwrap();
        return false;
    }
    let again = unshare()
        .arg(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(MAY_MOUNT, "yes")
        .output()
        .unwrap();
    let (said, told) = (again.stdout, again.stderr);
    assert!(
        again.status.success(),
        "{}{}",
        String::from_utf8_lossy(&said),
        String::from_utf8_lossy(&told)
    );
    assert!(String::from_utf8_lossy(&said).contains("1 passed"));
    false
}

/// A file system with room for a house and little more.
struct SmallDisk {
    ballast: PathBuf,
}

impl SmallDisk {
    fn mount(folder: &Path) -> SmallDisk {
        fs::create_dir(folder).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=80m,mode=0700", "none"])
            .arg(folder)
            .status();
        assert!(mounted.unwrap().success());
        SmallDisk {
            ballast: folder.join("ballast"),
        }
    }

    /// Leaves no byte free.
    fn fill(&self) {
        let mut file = fs::File::create(&self.ballast).unwrap();
        for block in [vec![0; 1 << 20], vec![0; 1 << 9]] {
            let full = loop {
                if let Err(full) = file.write_all(&block) {
                    break full;
                }
            };
            assert_eq!(full.kind(), io::ErrorKind::StorageFull);
        }
    }

    fn free(&self) {
        fs::remove_file(&self.ballast).unwrap();
    }
}

/// A plan that takes long enough for something to happen meanwhile.
const LONG: &str = "[comparison]\nfedavg = { rounds = 200 }\n";

fn full(status: &tonic::Status) {
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    assert!(status.message().contains("full"), "{status}");
}

fn is_sound(journal: &str) -> bool {
    let verification = consilium_journal::verify(journal.as_bytes()).unwrap();
    verification.flaw().is_none()
}

/// Gives a house's journal, which is sound.
async fn house_log(house: &House) -> String {
    let journal = house.journal().await;
    assert!(is_sound(&journal));
    journal
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_stops_nothing_for_good() {
    if !may_mount("federation::full_disk::a_full_disk_stops_nothing_for_good") {
        return;
    }
    let world = World::new().await;
    let disk = SmallDisk::mount(&world.folder.path().join("a"));
    let houses = world.houses(&NAMES).await;
    let house = &houses[0];

    // People are told, and the daemon goes on serving them.
    fs::write(house.file("patients.csv"), rows(7)).unwrap();
    disk.fill();
    full(&house.register().await.unwrap_err());
    let status = house.client().await.status(v1::StatusRequest {}).await;
    assert!(status.unwrap().into_inner().connected);

    // A plan that could not be kept comes again.
    let text = plan(&NAMES, "[patience]\nanswer = \"5s\"\noutage = \"60s\"\n");
    let plan: Plan = text.parse().unwrap();
    let (study, mut watch) = world.submit(&text).await;
    for house in &houses[1..] {
        house.approve(&plan).await;
    }
    disk.free();
    house.register().await.unwrap();
    house.offered(&plan).await;

    // An approval that there is no room for is none.
    let approval = Decision::Approve(house.grant(&plan).await);
    let approval = house.sign(&plan, approval, 1).await;
    disk.fill();
    let refused = house.client().await.decide(approval.clone()).await;
    let refused = refused.unwrap_err();
    assert!(refused.message().contains("DISK-FULL"), "{refused}");
    assert_eq!(house.study(&plan).await.state, "awaiting");
    disk.free();
    house.client().await.decide(approval).await.unwrap();

    let last = watch.last().await;
    assert!(last.contains("finished"), "{last}");
    assert!(house.result(&study).await.is_ok());
    house_log(house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_in_a_run_is_named_and_loses_nothing() {
    if !may_mount("federation::full_disk::a_disk_that_fills_up_in_a_run_is_named_and_loses_nothing")
    {
        return;
    }
    let world = World::new().await;
    let disk = SmallDisk::mount(&world.folder.path().join("a"));
    let houses = world.houses(&NAMES).await;
    let text = plan(&NAMES, LONG);
    let plan: Plan = text.parse().unwrap();
    let (_, mut watch) = world.submit(&text).await;
    for house in &houses {
        house.approve(&plan).await;
    }
    watch.until("committed").await;
    disk.fill();
    let end = watch.last().await;
    assert!(end.contains("DISK-FULL") && end.contains("\"a\""), "{end}");

    disk.free();
    let kept = house_log(&houses[0]).await;
    assert!(kept.contains("\"kind\":\"approval\""));
    let text = text.replace("A test", "Another test");
    let plan: Plan = text.parse().unwrap();
    let (_, mut watch) = world.submit(&text).await;
    for house in &houses {
        let approval = Decision::Approve(house.grant(&plan).await);
        let approval = house.sign(&plan, approval, 2).await;
        house.client().await.decide(approval).await.unwrap();
    }
    assert!(watch.last().await.contains("finished"));
    let log = house_log(&houses[0]).await;
    assert!(log.lines().count() > kept.lines().count());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_goes_on_when_the_coordinators_disk_has_room_again() {
    if !may_mount(
        "federation::full_disk::a_study_goes_on_when_the_coordinators_disk_has_room_again",
    ) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let disk = SmallDisk::mount(&folder.path().join("coordinator"));
    let world = World::within(folder).await;
    let houses = world.houses(&NAMES).await;
    let text = plan(&NAMES, LONG);
    let plan: Plan = text.parse().unwrap();
    let (study, mut watch) = world.submit(&text).await;
    for house in &houses {
        house.approve(&plan).await;
    }
    watch.until("committed").await;
    disk.fill();
    let other = v1::SubmitRequest {
        plan: text.replace("A test", "Another test"),
    };
    full(&world.operator().await.submit(other).await.unwrap_err());
    let asked = v1::StudyRequest {
        study: study.clone(),
    };
    world.operator().await.show(asked).await.unwrap();

    disk.free();
    let end = watch.last().await;
    assert!(end.contains("finished"), "{end}");
    let log = v1::ExportLogRequest {};
    let log = world.operator().await.export_log(log).await.unwrap();
    assert!(is_sound(&log.into_inner().lines));
}
