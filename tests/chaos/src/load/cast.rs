//! The people of a run: made over the API, as an administrator would.

use std::net::{IpAddr, SocketAddr};

use serde_json::{Value, json};
use tandem_media::AudioCodec;
use tandem_proto::{
    ChatId, UserId,
    api::{Person, SignedIn},
};

use super::{LoadError, refused};
use crate::{
    phone::{Phone, PhoneConfig},
    rest::Rest,
    web::{Web, WebConfig},
    world::{Demo, World},
};

/// Enough for nobody to guess.
const PASSWORD_BYTES: usize = 12;

/// Somebody with a phone.
#[derive(Debug)]
pub struct PhoneOwner {
    /// The phone.
    pub phone: Phone,
    /// The API as the phone's owner.
    pub rest: Rest,
    /// Internal number.
    pub extension: String,
}

/// Somebody at a browser.
#[derive(Debug)]
pub struct WebUser {
    /// The tab.
    pub web: Web,
    /// Internal number.
    pub extension: String,
}

/// Makes people.
#[derive(Debug)]
pub struct Cast {
    /// The API as nobody.
    pub rest: Rest,
    /// The API as the administrator.
    pub admin: Rest,
    /// Who was there before.
    pub demo: Demo,
    sip: Vec<SocketAddr>,
    local: IpAddr,
    /// Tells the people of this run from those of earlier ones.
    run: u32,
    made: u32,
}

impl Cast {
    /// For a world that runs.
    ///
    /// # Errors
    /// When the demo's logins cannot be read.
    pub fn new(world: &World) -> Result<Self, LoadError> {
        let demo = world.demo()?;
        let rest = Rest::new(world.http());
        let admin = rest.with_token(&demo.login("admin")?.token);
        Ok(Self {
            rest,
            admin,
            demo,
            sip: world.sip(),
            local: world.local(),
            run: rand::random_range(10..600),
            made: 0,
        })
    }

    /// A fresh name for what is counted under it.
    pub fn stream(&mut self) -> u32 {
        self.made += 1;
        self.run << 12 | self.made
    }

    /// A new person: id, login name, password, extension.
    async fn person(&mut self) -> Result<(UserId, String, String, String), LoadError> {
        self.made += 1;
        let name = format!("load-{}-{}", self.run, self.made);
        let extension = format!("{}", 200_000 + self.run * 1_000 + self.made);
        let password: String = (0..PASSWORD_BYTES).map(|_| format!("{:02x}", rand::random::<u8>())).collect();
        let person = json!({
            "name": name, "display_name": format!("Load {}", self.made), "roles": ["agent"],
            "password": password, "extension": extension,
        });
        let person = self.admin.post("/people", &person).await.map_err(refused("making a person"))?;
        let person: Person = serde_json::from_value(person)
            .map_err(|error| LoadError::Rest("making a person", error.into()))?;
        Ok((person.id, name, password, extension))
    }

    async fn sign_in(&self, name: &str, password: &str) -> Result<Rest, LoadError> {
        let body = json!({ "name": name, "password": password });
        let signed_in = self.rest.post("/sessions", &body).await.map_err(refused("signing in"))?;
        let signed_in: SignedIn =
            serde_json::from_value(signed_in).map_err(|error| LoadError::Rest("signing in", error.into()))?;
        Ok(self.rest.with_token(&signed_in.token))
    }

    /// A new person with a phone.
    ///
    /// # Errors
    /// When the API refuses, or there is no port.
    pub async fn phone(
        &mut self,
        codec: AudioCodec,
        tones: Option<(u16, u16)>,
    ) -> Result<PhoneOwner, LoadError> {
        let (user, name, password, extension) = self.person().await?;
        let account = json!({ "user": user, "auth_user": extension });
        let account = self.admin.post("/phones", &account).await.map_err(refused("making a phone"))?;
        let config = PhoneConfig {
            servers: self.sip.clone(),
            user: extension.clone(),
            secret: account["secret"].as_str().map(str::to_owned),
            domain: self.demo.org.clone(),
            codec,
            stream: self.stream(),
            tones,
            local: self.local,
        };
        let rest = self.sign_in(&name, &password).await?;
        Ok(PhoneOwner { phone: Phone::start(config).await?, rest, extension })
    }

    /// A carrier's gateway that calls from a number of its own.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn carrier(&mut self) -> Result<(Phone, String), LoadError> {
        let stream = self.stream();
        let number = format!("+1555{:07}", stream % 10_000_000);
        let config = PhoneConfig {
            servers: self.sip.clone(),
            user: number.clone(),
            secret: None,
            domain: self.demo.org.clone(),
            codec: AudioCodec::Opus,
            stream,
            tones: None,
            local: self.local,
        };
        Ok((Phone::start(config).await?, number))
    }

    /// A new person at a browser.
    ///
    /// # Errors
    /// When the API refuses.
    pub async fn web(&mut self, tones: Option<(u16, u16)>) -> Result<WebUser, LoadError> {
        let (_, name, password, extension) = self.person().await?;
        let config =
            WebConfig { name, password, stream: self.stream(), tones, media: true, local: self.local };
        let web = Web::open(&self.rest, config, None).await.map_err(refused("signing in"))?;
        Ok(WebUser { web, extension })
    }

    /// A new person with nothing but the API.
    ///
    /// # Errors
    /// When the API refuses.
    pub async fn program(&mut self) -> Result<Rest, LoadError> {
        let (_, name, password, _) = self.person().await?;
        self.sign_in(&name, &password).await
    }

    /// Somebody of the demo.
    ///
    /// # Errors
    /// When there is no such login.
    pub fn demo_web(&mut self, name: &str, media: bool) -> Result<WebConfig, LoadError> {
        let login = self.demo.login(name)?;
        let (name, password) = (login.name.clone(), login.password.clone());
        Ok(WebConfig { name, password, stream: self.stream(), tones: None, media, local: self.local })
    }
}

/// A group chat of `rest` with another person.
pub(super) async fn chat_with(rest: &Rest, other: UserId, title: &str) -> Result<ChatId, LoadError> {
    let chat = json!({ "kind": "group", "members": [other], "title": title });
    let chat: Value = rest.post("/chats", &chat).await.map_err(refused("making a chat"))?;
    serde_json::from_value(chat["id"].clone()).map_err(|error| LoadError::Rest("making a chat", error.into()))
}
