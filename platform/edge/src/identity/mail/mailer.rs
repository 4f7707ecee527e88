//! Hands mail over: to a mail server, or into a folder where an operator without one finds it.
//!
//! A mail is the same at every try, its `Message-ID` too. It is sent twice only where a mail server took it and this one died, or the answer was
//! lost, before that was written down; who gets it can tell.

use std::{fmt, io::Write as _, path::PathBuf, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use tandem_cluster::jobs::JobFailure;
use tandem_core::Secret;
use url::{Host, Url};

use super::{address::mailbox, letters::Letter};

/// A mail server that takes longer for one answer has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where mail goes.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("from", &self.from).finish_non_exhaustive()
    }
}

#[derive(Clone)]
enum Way {
    Folder(PathBuf),
    Server(AsyncSmtpTransport<Tokio1Executor>),
}

impl Mailer {
    /// By `url`, from the address `from`: `file:DIR`; `smtp://[USER[:PASSWORD]@]HOST[:PORT]`, which sends nothing before STARTTLS (RFC 3207);
    /// `smtps://…`, TLS from the beginning (RFC 8314); `smtp+plain://…`, without encryption. A `password` is in place of the URL's.
    ///
    /// # Errors
    /// Says what is wrong with either.
    pub fn open(url: &str, from: &str, password: Option<&Secret>) -> Result<Self, String> {
        let from = from.parse().map_err(|error| format!("mail_from: {error}"))?;
        let way = match url.split_once(':') {
            Some(("file", folder)) if !folder.is_empty() => Way::Folder(folder.into()),
            Some(("smtp" | "smtps" | "smtp+plain", _)) => Way::Server(server(url, password)?),
            _ => return Err("mail: must be file:DIR, smtp://HOST, smtps://HOST or smtp+plain://HOST".into()),
        };
        Ok(Self { from, way })
    }

    /// Hands a letter over. `key` is the same at every try.
    pub(super) async fn send(&self, key: &str, to: (&str, &str), letter: Letter) -> Result<(), JobFailure> {
        let message = self.message(key, to, letter).map_err(JobFailure::Never)?;
        match &self.way {
            Way::Folder(folder) => write(folder.clone(), key.to_owned(), message.formatted()).await,
            Way::Server(server) => match server.send(message).await {
                Ok(_) => Ok(()),
                // An answer of 5xx (RFC 5321 §4.2.1): no other try is answered otherwise.
                Err(error) if error.is_permanent() => Err(JobFailure::Never(error.to_string())),
                Err(error) => Err(JobFailure::Retry(error.to_string())),
            },
        }
    }

    fn message(&self, key: &str, (name, address): (&str, &str), letter: Letter) -> Result<Message, String> {
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(mailbox(name, address)?)
            .subject(letter.subject)
            .message_id(Some(format!("<{key}@{}>", self.from.email.domain())))
            .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
            .map_err(|error| error.to_string())?;
        // Nobody's absence is answered to it (RFC 3834 §5).
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".into()));
        Ok(message)
    }
}

fn server(text: &str, password: Option<&Secret>) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let mut url = Url::parse(text).map_err(|error| format!("mail: {error}"))?;
    if let Some(password) = password {
        if url.username().is_empty() {
            return Err("mail: mail_password_file is the password of a user the URL must name".into());
        }
        url.set_password(Some(password.expose())).map_err(|()| "mail: the URL names no host".to_owned())?;
    }
    if url.scheme() == "smtp+plain" && url.password().is_some() && !is_this_machine(&url) {
        return Err("mail: a password would cross the network in plain text: use smtp:// or smtps://".into());
    }
    let (scheme, query) = match url.scheme() {
        "smtp" => ("smtp", Some("tls=required")),
        "smtp+plain" => ("smtp", None),
        _ => ("smtps", None),
    };
    url.set_scheme(scheme).map_err(|()| "mail: the URL names no host".to_owned())?;
    url.set_query(query);
    let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str());
    Ok(server.map_err(|error| format!("mail: {error}"))?.timeout(Some(PATIENCE)).build())
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // The host of a URL of another scheme than the web's is not looked at.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        None => false,
    }
}

/// A file that is there is whole, and nobody else's to read.
async fn write(folder: PathBuf, key: String, bytes: Vec<u8>) -> Result<(), JobFailure> {
    let written = tokio::task::spawn_blocking(move || {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let draft = folder.join(format!("{key}.part"));
        let mut file =
            std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(draft, folder.join(format!("{key}.eml")))
    });
    match written.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(JobFailure::Retry(error.to_string())),
        Err(error) => Err(JobFailure::Retry(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
        net::TcpListener,
    };

    use super::{super::letters, *};

    /// A mail server that takes one mail, or refuses its recipient with `refusal`.
    async fn server(refusal: Option<&'static str>) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp+plain://{}", listener.local_addr().expect("bound"));
        let taken = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a client");
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 there\r\n").await.expect("sent");
            let mut mail = String::new();
            while let Some(line) = lines.next_line().await.expect("reads") {
                let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                    "EHLO" => "250 there",
                    "RCPT" => refusal.unwrap_or("250 so be it"),
                    "DATA" => {
                        write.write_all(b"354 go on\r\n").await.expect("sent");
                        while let Some(line) = lines.next_line().await.expect("reads") {
                            if line == "." {
                                break;
                            }
                            mail.push_str(&line);
                            mail.push('\n');
                        }
                        "250 taken"
                    }
                    "QUIT" => break,
                    _ => "250 so be it",
                };
                write.write_all(format!("{answer}\r\n").as_bytes()).await.expect("sent");
                if mail.ends_with('\n') {
                    break;
                }
            }
            mail
        });
        (url, taken)
    }

    fn letter() -> Letter {
        letters::reset("Acme", "Mia", "mia", "https://tandem.example/reset#tdw_x", "an hour")
    }

    #[tokio::test]
    async fn a_mail_server_gets_text_and_html() {
        let (url, taken) = server(None).await;
        let mailer = Mailer::open(&url, "Tandem <tandem@tandem.example>", None).expect("opens");
        mailer.send("key", ("Mia", "mia@acme.example"), letter()).await.expect("sent");
        let mail = taken.await.expect("taken");
        for part in [
            "From: Tandem <tandem@tandem.example>",
            "To: Mia <mia@acme.example>",
            "Message-ID: <key@tandem.example>",
            "Content-Type: text/plain",
            "Content-Type: text/html",
            "https://tandem.example/reset#tdw_x",
        ] {
            assert!(mail.contains(part), "{part}: {mail}");
        }
    }

    #[tokio::test]
    async fn a_refusal_for_now_is_tried_again_and_one_for_good_is_not() {
        for (refusal, never) in [("450 later", false), ("550 nobody here", true)] {
            let (url, _taken) = server(Some(refusal)).await;
            let mailer = Mailer::open(&url, "tandem@tandem.example", None).expect("opens");
            let failure =
                mailer.send("key", ("Mia", "mia@acme.example"), letter()).await.expect_err("refused");
            assert_eq!(matches!(failure, JobFailure::Never(_)), never, "{failure:?}");
        }
        let gone = Mailer::open("smtp+plain://127.0.0.1:1", "tandem@tandem.example", None).expect("opens");
        let failure =
            gone.send("key", ("Mia", "mia@acme.example"), letter()).await.expect_err("nobody there");
        assert!(matches!(failure, JobFailure::Retry(_)), "{failure:?}");
    }

    #[tokio::test]
    async fn nothing_is_said_in_plain_text_where_it_shall_not_be() {
        let (url, taken) = server(None).await;
        let url = url.replace("smtp+plain", "smtp");
        let mailer = Mailer::open(&url, "tandem@tandem.example", None).expect("opens");
        let failure =
            mailer.send("key", ("Mia", "mia@acme.example"), letter()).await.expect_err("no STARTTLS");
        assert!(matches!(failure, JobFailure::Retry(_)), "{failure:?}");
        assert_eq!(taken.await.expect("gone"), "");
    }

    #[test]
    fn names_make_no_headers() {
        let mailer = Mailer::open("file:/tmp", "tandem@tandem.example", None).expect("opens");
        let letter =
            letters::invitation("A\r\nX-Evil: 1", "Mia", "mia", "https://tandem.example/join#x", "7 days");
        let name = "Mia\r\nBcc: evil@evil.example\r\n\r\nhello";
        let message = mailer.message("key", (name, "mia@acme.example"), letter).expect("a message");
        let text = String::from_utf8(message.formatted()).expect("text");
        let (headers, _) = text.split_once("\r\n\r\n").expect("headers");
        let names: Vec<_> = headers
            .lines()
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split(':').next().unwrap_or_default())
            .collect();
        assert!(!names.contains(&"Bcc") && !names.contains(&"X-Evil"), "{headers}");
        assert_eq!(message.envelope().to().len(), 1);
    }

    #[test]
    fn what_is_no_way_is_refused() {
        for (url, from) in [("file:", "a@b.example"), ("http://x", "a@b.example"), ("file:/tmp", "nobody")] {
            assert!(Mailer::open(url, from, None).is_err(), "{url} {from}");
        }
        let (from, password) = ("a@b.example", Secret::new("s3 cret@"));
        for (url, opens) in [
            ("smtp://tandem@mail.example", true),
            ("smtps://tandem@mail.example:465", true),
            ("smtp+plain://tandem@127.0.0.1:25", true),
            ("smtp+plain://tandem@mail.example", false),
            ("smtp://mail.example", false),
        ] {
            assert_eq!(Mailer::open(url, from, Some(&password)).is_ok(), opens, "{url}");
        }
    }
}
