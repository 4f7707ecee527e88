//! What a receiver knows of the audio it gets. Pure: time is an argument.

mod ear;
mod gap;
mod stamp;
mod voice;

pub use ear::Ear;
pub use gap::{Heard, Meter};
pub use stamp::Stamp;
pub use voice::{Listener, Voice, tone_stream};
