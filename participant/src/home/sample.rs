//! A home for tests, whose coordinator is whoever holds the other end of its outbox.

use std::{collections::BTreeSet, fs, path::Path};

use consilium_base::Seed;
use consilium_glm::{Table, local};
use consilium_identity::Directory;
use consilium_node::link::{Epoch, Limits};
use consilium_plan::{
    DataVersion, Decision, Grant, Learner, Name, Plan, Statement, Task, UnixTime,
};
use consilium_proto::v1;
use serde_json::json;

use super::*;
use crate::{
    data::NewDataSet,
    store::{self, peers::Verified, studies},
    study::{Own, Received},
};

/// What the clock of the home shows, Unix seconds.
pub(crate) const NOW: i64 = 1_700_000_000;

/// Gives the home of `a`, with its state folder in a folder that may hold data, too.
pub(crate) async fn home(
    folder: &Path,
    authorities: Vec<Voucher>,
) -> (Home, mpsc::UnboundedReceiver<Kind>) {
    let party: PartyId = "a".parse().unwrap();
    let state = folder.join("state");
    fs::create_dir_all(&state).unwrap();
    let store = store::create(&state, &party, Seed::from_bytes([1; 32]));
    let store = store.await.unwrap();
    let (outbox, said) = mpsc::unbounded_channel();
    let home = Home::new(Parts {
        link: Link::new(party.clone(), Epoch([1; 16]), Limits::default()),
        party,
        coordinator: "coordinator".parse().unwrap(),
        federation: FederationId([1; 32]),
        key: Arc::new(IdentityKey::from_seed(&Seed::from_bytes([2; 32]))),
        authorities,
        state,
        store,
        ambient: Ambient::new(|| NOW * 1_000, &Seed::from_bytes([3; 32])),
        data_key: Seed::from_bytes([4; 32]).into(),
        data_root: None,
        mappings: Arc::default(),
        reading: Semaphore::new(1).into(),
        holding: Mutex::new(()),
        answering: Mutex::new(()),
        looking: Semaphore::new(1),
        outbox,
        offered: Offered::default(),
        clock_offset: 0.into(),
        news: watch::Sender::new(0),
        under_way: UnderWay::default(),
        tables_in_use: InUse::default(),
        seen: Arc::default(),
        tasks: Tasks::default(),
    });
    (home, said)
}

const COLUMNS: &str = "[[column]]\nname = \"x\"\ntype = \"number\"\nmin = 0\nmax = 10\n\
                       [[column]]\nname = \"y\"\ntype = \"boolean\"\n";

/// Gives a plan for these contributors, with further lines.
pub(crate) fn plan(parties: &[&str], more: &str) -> Plan {
    let party = |name: &&str| format!("[[party]]\nname = \"{name}\"\ndata = \"rows\"\n");
    let parties: Vec<String> = parties.iter().map(party).collect();
    let text = format!(
        "title = \"t\"\npurpose = \"p\"\nkind = \"train-glm\"\nfeatures = [\"x\"]\n\
         label = {{ column = \"y\" }}\n{more}\n{COLUMNS}{}",
        parties.concat()
    );
    text.parse().unwrap()
}

/// Writes rows into the file of the data set.
pub(crate) fn write_rows(home: &Home, rows: u8) {
    let rows = (0..rows).map(|row| format!("{},{}\n", row % 10, row % 2));
    let text = format!("x,y\n{}", rows.collect::<String>());
    fs::write(rows_of(home), text).unwrap();
}

/// Where the rows of the data set lie.
pub(crate) fn rows_of(home: &Home) -> std::path::PathBuf {
    home.state.with_file_name("rows.csv")
}

/// Registers the data set as its file is; gives its version.
pub(crate) async fn register(home: &Home) -> DataVersion {
    let set = home.register(NewDataSet {
        name: Name::try_from("rows".to_owned()).unwrap(),
        path: rows_of(home),
        schema: COLUMNS.to_owned(),
        splits: std::collections::BTreeMap::new(),
        mapping: None,
        codes: Vec::new(),
    });
    set.await.unwrap().set.version
}

/// Gives what is kept of the plan's study once a steward has approved it for a version.
pub(crate) fn approved(home: &Home, plan: &Plan, data: DataVersion) -> Own {
    let federation = home.federation;
    let mut own = Own::new(federation, plan);
    let steward = IdentityKey::from_seed(&Seed::from_bytes([5; 32]));
    let statement = Statement {
        federation,
        signer: "a/li".parse().unwrap(),
        plan: plan.hash(),
        decision: Decision::Approve(Grant {
            data,
            runs: 10,
            until: UnixTime(NOW + 60),
            waiver: false,
            beside: BTreeSet::new(),
        }),
        at: UnixTime(NOW),
        nonce: [6; 16],
    };
    let directory = Directory::from([("a/li".to_owned(), steward.public())]);
    let signed = statement.sign(&steward);
    own.register
        .admit(&signed, &directory, UnixTime(NOW))
        .unwrap();
    own
}

/// Keeps a study in the store.
pub(crate) async fn submit(home: &Home, plan: &Plan, own: &Own) -> studies::Study {
    let (name, hash, text) = (study_name(&plan.hash()), plan.hash(), plan.to_string());
    let new = studies::NewStudy {
        name: &name,
        plan_hash: hash.as_bytes(),
        plan: text.as_bytes(),
        state: &own.text(),
        submitted: home.ambient.now(),
    };
    let mut change = home.store.begin().await.unwrap();
    studies::submit(&mut change, new).await.unwrap();
    change.commit().await.unwrap();
    let study = studies::find(&home.store, &name).await.unwrap();
    study.unwrap()
}

/// Makes a party known, and its key verified.
pub(crate) async fn verify(home: &Home, name: &str, seed: u8) {
    let key = IdentityKey::from_seed(&Seed::from_bytes([seed; 32])).public();
    let member = v1::Member {
        party: name.to_owned(),
        key: key.to_bytes().to_vec().into(),
        revoked: false,
    };
    let roster = v1::Roster {
        members: vec![member],
        now_ms: 0,
    };
    home.learn(&roster).await.unwrap();
    let party = name.parse().unwrap();
    home.verify(&party, &key, Verified::ByWords).await.unwrap();
}

/// Gives a result of the plan as the coordinator draws it up, over these parties.
pub(crate) fn result(plan: &Plan, over: &[&str]) -> Received {
    let Task::Train(task) = plan.task() else {
        panic!("the plan fits a model");
    };
    let Learner::Glm(glm) = &task.learner else {
        panic!("it is a regression");
    };
    let rows: Vec<f64> = (0..40).map(|row| f64::from(row % 10)).collect();
    let labels = (0..40).map(|row| f64::from((row * 7 / 5) % 2)).collect();
    let table = Table::new(&glm.regression, rows, labels).unwrap();
    let mut fit = local::fit(&glm.regression, &[&table]).unwrap();
    fit.contributors = over.iter().map(|party| party.parse().unwrap()).collect();
    fit.rows += over.len() as u64;
    let about = json!({ "study": plan.hash().to_string() });
    let model = json!({ "about": about, "plan": plan.to_string(), "fit": fit.publish() });
    Received {
        model: model.to_string(),
        report: json!({ "about": about }).to_string(),
    }
}

/// Gives the copy of a result's model that one of its contributors has.
pub(crate) fn copy(result: &Received) -> String {
    let model: serde_json::Value = serde_json::from_str(&result.model).unwrap();
    json!({ "fit": model["fit"] }).to_string()
}
