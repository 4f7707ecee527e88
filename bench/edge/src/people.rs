//! The org the server is measured with: people who are signed in, and chats among them. All of it is made over the API.

use std::{io, net::SocketAddr};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::Connection;

/// Requests that hash passwords at the same time.
const AT_ONCE: usize = 4;
const PASSWORD: &str = "correct horse battery";

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) token: String,
}

/// Makes `count` people and signs them in.
pub(crate) async fn make(address: SocketAddr, admin: &str, count: usize) -> io::Result<Vec<Person>> {
    let workers = (0..AT_ONCE).map(|worker| async move {
        let mut connection = Connection::open(address).await?;
        let mut people = Vec::new();
        for number in (worker..count).step_by(AT_ONCE) {
            let name = format!("person{number}");
            let new = json!({
                "name": name, "display_name": format!("Person {number}"), "roles": ["agent"],
                "password": PASSWORD,
            });
            let made = connection.ask("POST", "/api/v1/people", Some(admin), Some(&new)).await?;
            let login = json!({ "name": name, "password": PASSWORD });
            let session = connection.ask("POST", "/api/v1/sessions", None, Some(&login)).await?;
            people.push(Person { id: text(&made, "id")?, token: text(&session, "token")? });
        }
        Ok::<_, io::Error>(people)
    });
    Ok(futures::future::try_join_all(workers).await?.concat())
}

/// A group of these people. Answers its id.
pub(crate) async fn group(address: SocketAddr, members: &[Person]) -> io::Result<String> {
    let others: Vec<&str> = members.iter().skip(1).map(|person| person.id.as_str()).collect();
    let new = json!({ "kind": "group", "title": "Measured", "members": others });
    let mut connection = Connection::open(address).await?;
    let chat = connection.ask("POST", "/api/v1/chats", Some(&members[0].token), Some(&new)).await?;
    text(&chat, "id")
}

/// A message of usual length, to be posted.
pub(crate) fn message() -> Value {
    json!({
        "client_id": Uuid::new_v4(),
        "text": "The customer says the router blinks red since this morning; can somebody look?",
    })
}

fn text(value: &Value, field: &str) -> io::Result<String> {
    value[field].as_str().map(str::to_owned).ok_or_else(|| io::Error::other(format!("no {field} in {value}")))
}
