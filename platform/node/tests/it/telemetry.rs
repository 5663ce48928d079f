//! Logs, metrics, readiness and configuration.

use std::time::Duration;

use consilium_node::{
    Shutdown,
    config::{Period, Size},
    telemetry::{LogFormat, Metrics, Readiness, serve_admin, start_logs},
};
use metrics::{counter, describe_counter, gauge, histogram, with_local_recorder};
use proptest::prelude::*;
use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

async fn ask(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_admin_listener_tells_health_readiness_and_metrics() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (metrics, readiness, shutdown) = (
        Metrics::default(),
        Readiness::starting(),
        Shutdown::default(),
    );
    let serving = serve_admin(
        listener,
        metrics.clone(),
        readiness.clone(),
        shutdown.clone(),
    );
    let serving = tokio::spawn(serving);
    with_local_recorder(&metrics, || {
        counter!("consilium_answers_total").increment(42);
    });

    assert!(ask(&address, "/health").await.starts_with("HTTP/1.1 200"));
    let answer = ask(&address, "/ready").await;
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.ends_with("starting\n"),
        "{answer}"
    );
    readiness.ready();
    assert!(ask(&address, "/ready").await.starts_with("HTTP/1.1 200"));
    assert!(
        ask(&address, "/metrics")
            .await
            .contains("consilium_answers_total 42")
    );
    shutdown.request();
    serving.await.unwrap().unwrap();
}

#[test]
fn metrics_are_rendered_as_prometheus_reads_them() {
    let metrics = Metrics::default();
    with_local_recorder(&metrics, || {
        describe_counter!("frames.total", "Frames\nsent");
        counter!("frames.total", "peer" => "a\"b\\c").increment(2);
        counter!("frames.total", "peer" => "d").increment(3);
        gauge!("held").set(1.5);
        for seconds in [0.0005, 0.02, 100.0] {
            histogram!("step_seconds").record(seconds);
        }
    });
    let text = metrics.render();
    let expected = [
        "# HELP frames_total Frames sent",
        "# TYPE frames_total counter",
        "frames_total{peer=\"a\\\"b\\\\c\"} 2",
        "frames_total{peer=\"d\"} 3",
        "# TYPE held gauge",
        "held 1.5",
        "# TYPE step_seconds histogram",
        "step_seconds_bucket{le=\"0.001\"} 1",
    ];
    let lines: Vec<_> = text.lines().take(expected.len()).collect();
    assert_eq!(lines, expected);
    let (text, own) = text.split_once("# HELP process_").unwrap();
    assert!(text.ends_with(
        "step_seconds_bucket{le=\"60\"} 2\nstep_seconds_bucket{le=\"+Inf\"} 3\n\
         step_seconds_sum 100.0205\nstep_seconds_count 3\n"
    ));
    let (_, used) = own.rsplit_once("process_cpu_seconds_total ").unwrap();
    assert!(used.trim_end().parse::<f64>().unwrap() > 0.0, "{own}");
}

#[test]
fn the_log_filter_can_be_changed_but_not_to_nonsense() {
    let filter = start_logs(LogFormat::Json, "off").unwrap();
    filter.set("off,consilium_node=off").unwrap();
    let refused = filter.set("consilium_node=loud").unwrap_err();
    assert!(refused.to_string().contains("'consilium_node=loud'"));
}

#[derive(Debug, PartialEq, Deserialize)]
struct Sample {
    patience: Period,
    room: Size,
}

#[test]
fn quantities_carry_their_units() {
    let sample: Sample = toml::from_str("patience = \"90s\"\nroom = \"64MiB\"").unwrap();
    let patience = Period(Duration::from_secs(90));
    let room = Size(64 << 20);
    assert_eq!(sample, Sample { patience, room });
    for wrong in [
        "90",
        "s",
        "-1s",
        "1.5s",
        "1 s",
        "1S",
        "99999999999999999999s",
        "9999999999999d",
    ] {
        let why = wrong.parse::<Period>().unwrap_err().to_string();
        assert!(why.contains("is no duration"), "{why}");
    }
    let why = toml::from_str::<Sample>("patience = \"1s\"\nroom = 5").unwrap_err();
    assert!(why.to_string().contains("room"), "{why}");
}

proptest! {
    #[test]
    fn quantities_read_as_they_are_written(millis in 0..u64::MAX / 2, bytes in any::<u64>()) {
        let period = Period(Duration::from_millis(millis));
        prop_assert_eq!(period.to_string().parse(), Ok(period));
        prop_assert_eq!(Size(bytes).to_string().parse(), Ok(Size(bytes)));
    }
}
