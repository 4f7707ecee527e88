//! What must hold for every input.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    net::SocketAddr,
};

use bytes::Bytes;
use tandem_call::sdp::{Description, LocalSession};
use tandem_sip::{Frame, Framer, FramingError, Headers, Message, Name};

/// A message reads the same after writing, no header read as whatever kind brings the parser down, and a stream is cut alike however it
/// comes. The result is a number for what the parser said: inputs with the same one teach nothing new.
pub(crate) fn sip(input: &[u8]) -> Result<u64, String> {
    let bytes = Bytes::copy_from_slice(input);
    let mut said = DefaultHasher::new();
    match Message::parse(&bytes) {
        Err(malformed) => {
            malformed.to_string().hash(&mut said);
            malformed.salvage.is_some().hash(&mut said);
            if let Some(salvage) = &malformed.salvage {
                let answer = salvage.response(&malformed.error, "tag");
                if answer.windows(4).filter(|four| *four == b"\r\n\r\n").count() != 1 {
                    return Err("an answer with two heads".to_owned());
                }
            }
        }
        Ok(message) => {
            let printed = message.to_bytes();
            match Message::parse(&printed) {
                Ok(again) if again == message => {}
                Ok(_) => return Err("reads differently after writing".to_owned()),
                Err(error) => return Err(format!("{error} after writing")),
            }
            let mut framer = Framer::default();
            framer.push(&printed);
            if framer.poll() != Ok(Some(Frame::Message(printed.clone()))) {
                return Err("what is written is not one message on a stream".to_owned());
            }
            typed(&message, &mut said);
        }
    }
    framed(input)?;
    Ok(said.finish())
}

fn typed(message: &Message, said: &mut DefaultHasher) {
    let headers = match message {
        Message::Request(request) => {
            request.method.as_str().len().hash(said);
            request.parts().map(|parts| parts.len()).map_err(|error| error.to_string()).hash(said);
            &request.headers
        }
        Message::Response(response) => {
            response.status.code().hash(said);
            response.parts().map(|parts| parts.len()).map_err(|error| error.to_string()).hash(said);
            &response.headers
        }
    };
    headers
        .iter()
        .filter(|(name, _)| !matches!(name, Name::Other(_)))
        .for_each(|(name, _)| name.as_str().hash(said));
    read_all(headers).hash(said);
}

/// Which of the readings succeed.
fn read_all(headers: &Headers) -> Vec<bool> {
    let mut read = vec![
        headers.contacts().is_ok(),
        headers.contact().is_ok(),
        headers.expires().is_some(),
        headers.allow().is_some(),
        headers.session_expires().is_ok(),
        headers.content_type().is_ok(),
        headers.reasons().is_ok(),
        headers.retry_after().is_some(),
        headers.min_se().is_some(),
        headers.rseq().is_ok(),
        headers.rack().is_ok(),
        headers.replaces().is_ok(),
        headers.refer_to().is_ok(),
        headers.referred_by().is_ok(),
        headers.event().is_ok(),
        headers.subscription_state().is_ok(),
        headers.history().is_ok(),
        headers.warnings().is_ok(),
        headers.identities().is_ok(),
        headers.privacy().hides_caller(),
    ];
    for (name, _) in headers.iter() {
        read.push(headers.addresses(name).is_ok());
        read.push(headers.parametrised(name).is_ok());
        read.push(headers.auth(name).is_ok());
        read.push(headers.tokens(name).next().is_some());
    }
    read
}

/// At once and in pieces a stream gives the same.
fn framed(input: &[u8]) -> Result<(), String> {
    if cut(std::iter::once(input)) == cut(input.chunks(7)) {
        Ok(())
    } else {
        Err("a stream is cut by how it arrives".to_owned())
    }
}

fn cut<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Frame>, Option<FramingError>) {
    let (mut framer, mut frames) = (Framer::default(), Vec::new());
    for piece in pieces {
        framer.push(piece);
        loop {
            match framer.poll() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
    }
    (frames, None)
}

/// A description that is taken can be answered, and the answer is one that we would take.
pub(crate) fn sdp(input: &[u8]) -> Result<u64, String> {
    let mut said = DefaultHasher::new();
    match Description::parse(input) {
        Err(error) => error.to_string().hash(&mut said),
        Ok(description) => {
            format!("{:?}", description.chosen()).hash(&mut said);
            format!("{description:?}").len().hash(&mut said);
            let here = SocketAddr::from(([192, 0, 2, 1], 4_000));
            let answer = LocalSession::new(1, here).answer(&description);
            if let Err(error) = Description::parse(answer.as_bytes()) {
                return Err(format!("an answer of ours is refused ({error}): {answer:?}"));
            }
        }
    }
    Ok(said.finish())
}
