//! What somebody can do who can read and write Redis: nothing that anybody would hear.

use futures::StreamExt as _;
use redis::{Client, aio::MultiplexedConnection};
use serde_json::Value;
use tandem_bus::{Bus, Published, Seals};
use tandem_proto::NodeId;
use tokio::sync::broadcast;

use crate::support::{Two, an_org, is_connected, next, publish, soon};

const CHANNEL: &str = "tandem:0:signals";

/// Somebody with the password of Redis.
struct Intruder(MultiplexedConnection);

impl Intruder {
    async fn at(url: &str) -> (Self, redis::aio::PubSub) {
        let client = Client::open(url).expect("a URL");
        let mut ears = client.get_async_pubsub().await.expect("connected");
        ears.subscribe(CHANNEL).await.expect("subscribed");
        (Self(client.get_multiplexed_async_connection().await.expect("connected")), ears)
    }

    async fn say(&mut self, text: &str) {
        let mut command = redis::cmd("PUBLISH");
        command.arg(CHANNEL).arg(text).exec_async(&mut self.0).await.expect("published");
    }
}

/// Whether the next that is heard is what an honest process says now: all that was said before was dropped.
async fn hears_only(listener: &mut broadcast::Receiver<Published>, honest: &Bus) {
    let published = publish(honest, an_org());
    assert_eq!(next(listener).await, published, "what was forged is not heard");
}

#[tokio::test]
async fn nobody_hears_what_was_forged() {
    let mut two = Two::over_redis().await;
    let (mut intruder, mut ears) = Intruder::at(&two.redis().url()).await;
    let mut there = two.there.subscribe();
    let honest = publish(&two.here, an_org());
    let overheard = soon(ears.on_message().next()).await.expect("published");
    let text: String = overheard.get_payload().expect("text");
    assert_eq!(next(&mut there).await, honest);

    let (signal, seal) = text.split_once(r#","seal":""#).expect("it is sealed");
    let seal = seal.trim_end_matches("\"}");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let other_org = text.replace(value["org"].as_str().expect("an org"), &an_org().org().to_string());
    let forged = [
        ("as it was", text.clone()),
        ("without its seal", format!("{signal}}}")),
        ("for another org", other_org),
        ("with an empty seal", format!(r#"{signal},"seal":""}}"#)),
        ("with half a seal", format!(r#"{signal},"seal":"{}"}}"#, &seal[..seal.len() / 2])),
        ("with two seals", format!(r#"{signal},"seal":"{seal}","seal":"{seal}"}}"#)),
        ("with a field more", format!(r#"{signal},"more":1,"seal":"{seal}"}}"#)),
        ("with a seal of another kind", format!(r#"{signal},"seal":"v4.local.e30.e30"}}"#)),
    ];
    for (how, text) in &forged {
        intruder.say(text).await;
        hears_only(&mut there, &two.here).await;
        assert!(there.try_recv().is_err(), "{how}");
    }
}

#[tokio::test]
async fn a_process_whose_key_nobody_published_is_not_heard() {
    let mut two = Two::over_redis().await;
    let mut there = two.there.subscribe();
    let stranger = Bus::redis(&two.redis().url(), Seals::new(NodeId::generate())).expect("a URL");
    is_connected(&stranger, true).await;
    for _ in 0..10 {
        publish(&stranger, an_org());
    }
    // What it says is on its way or there; either way it is behind or before this.
    hears_only(&mut there, &two.here).await;
    assert!(there.try_recv().is_err());
}
