//! Messages in saved state: the bytes that go over the wire.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::{Message, Request, Response, transaction::Packet};

impl Serialize for Request {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Packet(self.to_bytes()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Request {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Message::parse(&Packet::deserialize(deserializer)?.0).map_err(D::Error::custom)? {
            Message::Request(request) => Ok(request),
            Message::Response(_) => Err(D::Error::custom("a response in place of a request")),
        }
    }
}

impl Serialize for Response {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Packet(self.to_bytes()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Response {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Message::parse(&Packet::deserialize(deserializer)?.0).map_err(D::Error::custom)? {
            Message::Response(response) => Ok(response),
            Message::Request(_) => Err(D::Error::custom("a request in place of a response")),
        }
    }
}
