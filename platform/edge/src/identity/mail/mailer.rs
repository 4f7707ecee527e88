//! Hands mail over: to a mail server, or into a folder where an operator without one finds it.

use std::{path::PathBuf, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
};
use tandem_cluster::jobs::JobFailure;

use super::{address::mailbox, letters::Letter};

/// A mail server that takes longer for one answer has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where mail goes.
#[derive(Clone, Debug)]
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Folder(PathBuf),
    Server(AsyncSmtpTransport<Tokio1Executor>),
}

impl Mailer {
    /// By `url`: `file:DIR`, `smtp://[USER:PASSWORD@]HOST[:PORT][?tls=required]` or `smtps://…`, from the address `from`.
    ///
    /// # Errors
    /// Says what is wrong with either.
    pub fn open(url: &str, from: &str) -> Result<Self, String> {
        let from = from.parse().map_err(|error| format!("mail_from: {error}"))?;
        let way = match url.split_once(':') {
            Some(("file", folder)) if !folder.is_empty() => Way::Folder(folder.into()),
            Some(("smtp" | "smtps", _)) => {
                let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
                Way::Server(server.map_err(|error| format!("mail: {error}"))?.timeout(Some(PATIENCE)).build())
            }
            _ => return Err("mail: must be file:DIR, smtp://HOST or smtps://HOST".into()),
        };
        Ok(Self { from, way })
    }

    /// Hands a letter over. `key` is the same at every try, so that who gets it twice can tell.
    pub(super) async fn send(&self, key: &str, to: (&str, &str), letter: Letter) -> Result<(), JobFailure> {
        let message = self.message(key, to, letter).map_err(JobFailure::Never)?;
        match &self.way {
            Way::Folder(folder) => write(folder.clone(), key.to_owned(), message.formatted()).await,
            Way::Server(server) => match server.send(message).await {
                Ok(_) => Ok(()),
                Err(error) if error.is_permanent() => Err(JobFailure::Never(error.to_string())),
                Err(error) => Err(JobFailure::Retry(error.to_string())),
            },
        }
    }

    fn message(&self, key: &str, (name, address): (&str, &str), letter: Letter) -> Result<Message, String> {
        Message::builder()
            .from(self.from.clone())
            .to(mailbox(Some(name), address)?)
            .subject(letter.subject)
            .message_id(Some(format!("<{key}@{}>", self.from.email.domain())))
            .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
            .map_err(|error| error.to_string())
    }
}

/// A file that is there is whole.
async fn write(folder: PathBuf, key: String, bytes: Vec<u8>) -> Result<(), JobFailure> {
    let written = tokio::task::spawn_blocking(move || {
        use std::os::unix::fs::DirBuilderExt as _;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let draft = folder.join(format!("{key}.part"));
        std::fs::write(&draft, bytes)?;
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
        let url = format!("smtp://{}", listener.local_addr().expect("bound"));
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
        letters::reset("Acme", "Mia", "mia", "https://tandem.example/reset/tdw_x")
    }

    #[tokio::test]
    async fn a_mail_server_gets_text_and_html() {
        let (url, taken) = server(None).await;
        let mailer = Mailer::open(&url, "Tandem <tandem@tandem.example>").expect("opens");
        mailer.send("key", ("Mia", "mia@acme.example"), letter()).await.expect("sent");
        let mail = taken.await.expect("taken");
        for part in [
            "From: Tandem <tandem@tandem.example>",
            "To: Mia <mia@acme.example>",
            "Message-ID: <key@tandem.example>",
            "Content-Type: text/plain",
            "Content-Type: text/html",
            "https://tandem.example/reset/tdw_x",
        ] {
            assert!(mail.contains(part), "{part}: {mail}");
        }
    }

    #[tokio::test]
    async fn a_refusal_for_now_is_tried_again_and_one_for_good_is_not() {
        for (refusal, never) in [("450 later", false), ("550 nobody here", true)] {
            let (url, _taken) = server(Some(refusal)).await;
            let mailer = Mailer::open(&url, "tandem@tandem.example").expect("opens");
            let failure =
                mailer.send("key", ("Mia", "mia@acme.example"), letter()).await.expect_err("refused");
            assert_eq!(matches!(failure, JobFailure::Never(_)), never, "{failure:?}");
        }
        let gone = Mailer::open("smtp://127.0.0.1:1", "tandem@tandem.example").expect("opens");
        let failure =
            gone.send("key", ("Mia", "mia@acme.example"), letter()).await.expect_err("nobody there");
        assert!(matches!(failure, JobFailure::Retry(_)), "{failure:?}");
    }

    #[test]
    fn what_is_no_way_is_refused() {
        for (url, from) in [("file:", "a@b.example"), ("http://x", "a@b.example"), ("file:/tmp", "nobody")] {
            assert!(Mailer::open(url, from).is_err(), "{url} {from}");
        }
    }
}
