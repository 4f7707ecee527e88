//! The contact centre from outside: flows as text, calls through a queue, the API.

mod api;
mod calls;
mod flow_faults;
mod flow_run;
mod switch;
mod takeover;
mod world;
