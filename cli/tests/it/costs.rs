//! What every measurement of real daemons says of each party.

use serde_json::Value;

/// Checks that each party's costs are there, and that what one has sent another has received.
pub(crate) fn are_consistent(result: &Value) {
    let parties = result["parties"].as_array().unwrap();
    let figure = |party: &Value, name: &str| {
        let figure = party[name].as_f64();
        figure.unwrap_or_else(|| panic!("{name} is not there: {party}"))
    };
    for party in parties {
        assert!(figure(party, "cpu_s") >= 0.0);
        for name in ["peak_rss_mb", "sent_bytes", "received_bytes"] {
            assert!(figure(party, name) > 0.0, "{name}: {party}");
        }
    }
    let (coordinator, participants) = parties.split_first().unwrap();
    // A coordinator that only relays asks nothing.
    assert!(figure(coordinator, "rounds") >= 0.0);
    for party in participants {
        assert!(figure(party, "rounds") > 0.0, "{party}");
    }
    assert_eq!(coordinator["party"], "coordinator");
    let total = |name| -> f64 { participants.iter().map(|party| figure(party, name)).sum() };
    // Daemons are read one after the other, and are not silent meanwhile.
    let are_close = |sent: f64, received: f64| (sent - received).abs() < 0.05 * sent + 10_000.0;
    for (sent, received) in [
        (total("sent_bytes"), figure(coordinator, "received_bytes")),
        (figure(coordinator, "sent_bytes"), total("received_bytes")),
    ] {
        assert!(
            are_close(sent, received),
            "{sent} sent, {received} received"
        );
    }
    let wire_bytes = result["wire_bytes"].as_f64().unwrap();
    let sent = total("sent_bytes") + figure(coordinator, "sent_bytes");
    assert!((wire_bytes - sent).abs() < 0.5);
    assert!(wire_bytes > result["bytes"].as_f64().unwrap());
}
