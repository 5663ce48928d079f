//! Who gets in, who may do what, and who is shut out.

use std::{fs::Permissions, os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use consilium_base::Seed;
use consilium_coordinator::{Ambient, init, start};
use consilium_identity::IdentityKey;
use consilium_node::{Shutdown, dial, grpc::operator_client::OperatorClient};
use consilium_proto::v1;
use tokio::time::timeout;
use tonic::Code;

use super::{
    hospital::Home,
    world::{World, ambient, now_ms},
};

fn key(seed: u8) -> IdentityKey {
    IdentityKey::from_seed(&Seed::from_bytes([seed; 32]))
}

#[tokio::test(flavor = "multi_thread")]
async fn founding_twice_changes_nothing() {
    let world = World::new().await;
    let again = init(&world.config(), &ambient(9)).await.unwrap();
    assert!(!again.is_new);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_lets_one_key_in_under_its_own_name() {
    let world = World::new().await;
    let code = world.invite("a", "participant").await;
    let other_name = Home::enrol_with(&world, "b", key(1), &code, 1).await;
    assert_eq!(other_name.err().unwrap().code(), Code::InvalidArgument);
    Home::enrol_with(&world, "a", key(1), &code, 1)
        .await
        .unwrap();
    Home::enrol_with(&world, "a", key(1), &code, 1)
        .await
        .unwrap();
    let other_key = Home::enrol_with(&world, "a", key(2), &code, 1)
        .await
        .err()
        .unwrap();
    assert!(
        other_key.message().contains("used before"),
        "{}",
        other_key.message()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_invitation_is_named_as_such() {
    let late = Ambient::new(|| now_ms() + 120_000, &Seed::from_bytes([5; 32]));
    let mut world = World::new().await;
    let code = world.invite_for("a", "participant", 60).await;
    world.stop().await;
    world.start_with(late).await;
    let refused = Home::enrol_with(&world, "a", key(1), &code, 1)
        .await
        .err()
        .unwrap();
    assert!(
        refused.message().contains("expired"),
        "{}",
        refused.message()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_takes_invitations_back() {
    let world = World::new().await;
    let code = world.invite("a", "participant").await;
    world.invite("lin", "supervisor").await;
    let mut operator = world.operator().await;
    let open = operator.invitations(v1::InvitationsRequest {}).await;
    let open = open.unwrap().into_inner().invitations;
    let open: Vec<_> = open.iter().map(|one| (&*one.name, &*one.role)).collect();
    assert_eq!(open, [("a", "participant"), ("lin", "supervisor")]);

    let name = "a".to_owned();
    let left = operator.withdraw(v1::WithdrawRequest { name }).await;
    let left = left.unwrap().into_inner().invitations;
    assert_eq!((left.len(), &*left[0].name), (1, "lin"));
    let refused = Home::enrol_with(&world, "a", key(1), &code, 1).await;
    let refused = refused.err().unwrap();
    assert!(refused.message().contains("withdrawn"), "{refused}");
    let name = "nobody".to_owned();
    let refused = operator.withdraw(v1::WithdrawRequest { name }).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);

    let log = operator.export_log(v1::ExportLogRequest {}).await.unwrap();
    assert!(log.into_inner().lines.contains("\"what\":\"withdrawn\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_unused_invitation_outlives_a_revocation() {
    let world = World::new().await;
    let spare = world.invite("a", "participant").await;
    Home::enrol(&world, "a", 1).await;
    let name = "a".to_owned();
    let mut operator = world.operator().await;
    operator.revoke(v1::RevokeRequest { name }).await.unwrap();
    let refused = Home::enrol_with(&world, "a", key(2), &spare, 2).await;
    let refused = refused.err().unwrap();
    assert!(refused.message().contains("withdrawn"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_borrowed_invitation_lets_nobody_in_and_is_not_used_up() {
    let world = World::new().await;
    let code = world.invite("a", "participant").await;
    let borrowed = Home::enrol_with(&world, "b", key(2), &code, 2).await;
    let borrowed = borrowed.err().unwrap();
    assert_eq!(
        borrowed.message(),
        "the invitation is for a, the request for b"
    );
    let invited = Home::enrol_with(&world, "a", key(1), &code, 1).await;
    assert_eq!(invited.unwrap().name.as_str(), "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_hospital_is_cut_off_within_seconds() {
    let world = World::new().await;
    let home = Home::enrol(&world, "a", 1).await;
    let hospital = home.start(&world.address);
    let coordinator = "coordinator".parse().unwrap();
    let mut presence = hospital.link.presence(&coordinator);
    presence.wait_for(Option::is_some).await.unwrap();
    let request = v1::RevokeRequest {
        name: "a".to_owned(),
    };
    let members = world
        .operator()
        .await
        .revoke(request)
        .await
        .unwrap()
        .into_inner()
        .members;
    assert!(members[0].revoked);
    let gone = timeout(Duration::from_secs(5), presence.wait_for(Option::is_none));
    gone.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_does_what_the_table_allows_and_no_more() {
    let world = World::new().await;
    let code = world.invite("lin", "supervisor").await;
    let supervisor = Home::enrol_with(&world, "lin", key(3), &code, 3)
        .await
        .unwrap();
    let channel = dial::channel(&world.address, &supervisor.tls())
        .await
        .unwrap();
    let mut operator = OperatorClient::new(channel);
    operator.list(v1::ListRequest {}).await.unwrap();
    let plan = String::new();
    let refused = operator
        .submit(v1::SubmitRequest { plan })
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);

    let hospital = Home::enrol(&world, "a", 1).await;
    let channel = dial::channel(&world.address, &hospital.tls())
        .await
        .unwrap();
    let refused = OperatorClient::new(channel)
        .list(v1::ListRequest {})
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_have_no_link() {
    let world = World::new().await;
    let code = world.invite("lin", "supervisor").await;
    let supervisor = Home::enrol_with(&world, "lin", key(3), &code, 3)
        .await
        .unwrap();
    let hospital = supervisor.start(&world.address);
    let members = world
        .operator()
        .await
        .members(v1::MembersRequest {})
        .await
        .unwrap();
    let lin = &members.into_inner().members[0];
    assert_eq!((lin.name.as_str(), lin.connected), ("lin", false));
    let coordinator = "coordinator".parse().unwrap();
    assert!(hospital.link.presence(&coordinator).borrow().is_none());
}

#[test]
fn the_sample_configuration_is_one() {
    let text = include_str!("../../../../deploy/coordinator.toml");
    consilium_coordinator::Config::from_toml(text).unwrap();
}

#[test]
fn a_configuration_is_refused_by_its_key() {
    let sample = "federation = \"F\"\nstate = \"s\"\naddress = \"h:1\"\n";
    let refused = |more: &str| {
        let text = format!("{sample}{more}\n");
        consilium_coordinator::Config::from_toml(&text)
            .unwrap_err()
            .to_string()
    };
    assert!(refused("colour = 1").contains("colour"));
    assert!(refused("listen = \"7400\"").contains("'listen'"));
    assert!(refused("certificate_lifetime = \"900d\"").contains("'certificate_lifetime'"));
    assert!(refused("relay = { queue = \"1MiB\" }").contains("'relay'"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ready_file_says_where_the_daemon_listens() {
    let mut world = World::new().await;
    let path = world.config().ready_file.unwrap();
    let ready: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(ready["address"], world.address);
    world.stop().await;
    assert!(!path.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_on_one_state_folder_is_refused() {
    let world = World::new().await;
    let second = consilium_coordinator::start(world.config(), ambient(9), Shutdown::default());
    let refused = second.await.unwrap_err().to_string();
    assert!(refused.contains("in use by another process"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_that_lost_its_database_does_not_start() {
    let mut world = World::new().await;
    world.stop().await;
    for name in ["state.db", "state.db-wal", "state.db-shm"] {
        std::fs::remove_file(world.state().join(name)).ok();
    }
    let refused = start(world.config(), ambient(7), Shutdown::default()).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("missing or empty"), "{refused}");
    let founded = init(&world.config(), &ambient(8)).await.unwrap();
    assert!(!founded.is_new);
    assert!(!world.state().join("state.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_others_could_read_are_closed_to_them() {
    let mut world = World::new().await;
    world.stop().await;
    let (state, key) = (world.state(), world.state().join("authority.key"));
    let set = |path: &Path, mode| {
        std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    };
    set(&state, 0o755);
    set(&key, 0o644);
    world.start().await;
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&state), mode(&key)), (0o700, 0o600));
}
