//! What is made of certificate files, and made anew when they change.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tandem_core::Clock;
use tokio::time::{MissedTickBehavior, interval};

use super::{
    LOOK, named,
    pair::{self, CertificateError, CertificateFacts, TlsFiles},
};

/// Something made of certificate files.
pub(super) trait Made: Sized + Send + Sync + 'static {
    /// Where they are.
    type Files: Send + Sync + 'static;
    /// What they hold.
    type Contents: Send;
    /// Which certificate it is, in the log.
    const WHOSE: &'static str;

    /// Reads the files.
    fn read(files: &Self::Files) -> impl Future<Output = Result<Self::Contents, CertificateError>> + Send;
    /// Tells contents apart.
    fn print(contents: &Self::Contents) -> u64;
    /// Makes it of what the files hold.
    fn parse(files: &Self::Files, contents: Self::Contents) -> Result<Self, CertificateError>;
    /// What the certificate says of itself.
    fn facts(&self) -> &CertificateFacts;
    /// Has a gauge say when it expires, in seconds since 1970.
    fn gauge(expires: f64);
    /// The pair among the files.
    fn pair(files: &Self::Files) -> &TlsFiles;
}

/// The newest that could be made.
pub(super) struct Kept<M: Made> {
    files: M::Files,
    clock: Arc<dyn Clock>,
    current: RwLock<Arc<Current<M>>>,
    /// The last fault, so that it is complained about once.
    refused: Mutex<Option<u64>>,
}

struct Current<M> {
    made: M,
    /// Of the files it is from.
    print: u64,
}

impl<M: Made> Kept<M> {
    /// Reads the files. That the certificate is valid now is for the caller to ask.
    pub(super) async fn load(files: M::Files, clock: Arc<dyn Clock>) -> Result<Self, CertificateError> {
        let contents = M::read(&files).await?;
        let print = M::print(&contents);
        let made = M::parse(&files, contents)?;
        gauge::<M>(&made);
        Ok(Self {
            files,
            clock,
            current: RwLock::new(Arc::new(Current { made, print })),
            refused: Mutex::default(),
        })
    }

    pub(super) fn files(&self) -> &M::Files {
        &self.files
    }

    /// Whether the certificate is valid now.
    pub(super) fn check(&self) -> Result<(), CertificateError> {
        self.with(|made| made.facts().check(self.clock.now()))
    }

    pub(super) fn with<T>(&self, ask: impl FnOnce(&M) -> T) -> T {
        ask(&self.current().made)
    }

    /// Reads the files again: whether they hold something else that can be used and is valid now. If not, what there was stays.
    pub(super) async fn refresh(&self) -> Result<bool, CertificateError> {
        let contents = M::read(&self.files).await?;
        let print = M::print(&contents);
        if print == self.current().print {
            return Ok(false);
        }
        let made = M::parse(&self.files, contents)?;
        made.facts().check(self.clock.now())?;
        gauge::<M>(&made);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Current { made, print });
        Ok(true)
    }

    /// As [`Self::refresh`], and says in the log what came of it; the same fault once, unless somebody `asked`.
    pub(super) async fn look(&self, asked: bool) {
        let certificate = named(&M::pair(&self.files).cert);
        let fault = match self.refresh().await {
            Ok(true) => {
                let CertificateFacts { names, expires, .. } = self.with(|made| made.facts().clone());
                tracing::info!(certificate, names = names.join(" "), %expires, "a new certificate of {} is in use", M::WHOSE);
                read_again("taken");
                None
            }
            Ok(false) if asked => {
                tracing::info!(certificate, "the certificate of {} is the same as before", M::WHOSE);
                None
            }
            Ok(false) => None,
            Err(error) => {
                let fault = pair::print(error.to_string().as_bytes());
                if asked || self.refused().replace(fault) != Some(fault) {
                    read_again("refused");
                    tracing::error!(certificate, %error, "the new certificate of {} is refused; the old one stays in use", M::WHOSE);
                }
                Some(fault)
            }
        };
        *self.refused() = fault;
    }

    /// Looks at the files for ever.
    pub(super) async fn keep_fresh(&self) {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            self.look(false).await;
        }
    }

    fn current(&self) -> Arc<Current<M>> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn refused(&self) -> MutexGuard<'_, Option<u64>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_again(outcome: &'static str) {
    metrics::counter!("tandem_tls_certificate_reads_total", "outcome" => outcome).increment(1);
}

#[expect(clippy::cast_precision_loss, reason = "whole seconds of a date are exact in a double")]
fn gauge<M: Made>(made: &M) {
    M::gauge((made.facts().expires.micros() / 1_000_000) as f64);
}
