//! Several far ends that answer one INVITE: a proxy in between forked it (RFC 3261 §13.2.2.4).

use tandem_proto::api::EndReason;
use tandem_sip::{Message, Method, Name, StatusCode};
use tokio::net::UdpSocket;

use crate::support::{SDP, World, in_time, rung};

async fn next(socket: &UdpSocket) -> Message {
    let mut buffer = vec![0; 4_096];
    let (len, _) = in_time("a message", socket.recv_from(&mut buffer)).await.expect("receives");
    Message::parse(&buffer[..len].to_vec().into()).expect("a message")
}

#[tokio::test]
async fn the_first_answer_wins_and_the_second_is_hung_up() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let other = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let contact = format!("<sip:other@{}>", other.local_addr().expect("bound"));
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    let alerting = bobs.rings().await;
    let from_other = |status| {
        let response = alerting.invite.response(status).tagged("other").with(Name::Contact, contact.clone());
        if status == StatusCode::OK { response.with_body(SDP, bobs.sdp("sendrecv")) } else { response }
    };
    let say = async |status| {
        other.send_to(&from_other(status).to_bytes(), world.server.sip).await.expect("sends");
    };
    say(StatusCode::RINGING).await;
    carrier.hears_ringing(&dialling).await;
    let late = from_other(StatusCode::OK).to_bytes();
    let bob = bobs.picks_up(alerting).await;
    let talk = carrier.answered(&dialling).await;
    other.send_to(&late, world.server.sip).await.expect("sends");
    for method in [Method::Ack, Method::Bye] {
        let Message::Request(request) = next(&other).await else { panic!("a request") };
        assert_eq!((&request.method, request.to.tag().map(|tag| tag.as_str())), (&method, Some("other")));
        if method == Method::Bye {
            let gone = request.response(StatusCode::OK).to_bytes();
            other.send_to(&gone, world.server.sip).await.expect("sends");
        }
    }
    carrier.is_heard_by(&talk, &bobs).await;
    bobs.hangs_up(bob).await;
    carrier.is_hung_up(talk).await;
    let call = world.over(world.the_call().await).await;
    assert_eq!(call.end_reason, Some(EndReason::Hangup));
    assert_eq!(rung(&call).len(), 1);
}
