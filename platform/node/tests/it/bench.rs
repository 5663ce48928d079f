//! The measurements run; what they say on a quiet machine is shown by the slow tests.

use consilium_node::bench::{Certificates, idle, relay};

use crate::federation::Federation;

macro_rules! certificates {
    ($federation:expr) => {
        Certificates {
            server: $federation.server("coordinator"),
            client: &|name| {
                let credentials = $federation.credentials(name.as_str());
                $federation.client(Some(&credentials))
            },
        }
    };
}

#[tokio::test]
async fn the_relay_is_measured_against_two_hops_of_tls() {
    let federation = Federation::new();
    let measurement = relay(2 << 20, &certificates!(federation)).await.unwrap();
    assert_eq!(measurement.relay.len(), measurement.two_hop_tls.len());
    assert!(measurement.relay.iter().all(|lap| lap.bytes == 2 << 20));
    assert!(
        measurement
            .two_hop_tls
            .iter()
            .all(|lap| lap.bytes == 2 << 20)
    );
    assert!(measurement.ratio_to_two_hop_tls() > 0.0);
}

#[tokio::test]
async fn idle_participants_are_weighed() {
    let federation = Federation::new();
    let weighed = idle(3, &certificates!(federation)).await.unwrap();
    assert_eq!(weighed.participants, 3);
    assert!(weighed.connected > 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: moves gigabytes, and means something in a release build only"]
async fn the_relay_is_at_least_half_as_fast_as_two_hops_of_tls() {
    let federation = Federation::new();
    let measurement = relay(1 << 30, &certificates!(federation)).await.unwrap();
    for (ours, plain) in measurement.relay.iter().zip(&measurement.two_hop_tls) {
        println!(
            "ours {:.0} MB/s, {:.2} CPU s/GB; plain {:.0} MB/s, {:.2} CPU s/GB",
            ours.rate() / 1e6,
            ours.cpu_seconds_per_gb(),
            plain.rate() / 1e6,
            plain.cpu_seconds_per_gb()
        );
    }
    let ratio = measurement.ratio_to_two_hop_tls();
    println!("ratio {ratio:.2}");
    assert!(
        ratio >= 0.5,
        "the relay has {ratio} of the speed of two hops of TLS"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: makes a thousand connections"]
async fn a_thousand_idle_participants_take_less_than_half_a_gigabyte() {
    let federation = Federation::new();
    let weighed = idle(1000, &certificates!(federation)).await.unwrap();
    println!("{weighed:?}");
    assert!(weighed.connected < 500 << 20);
}
