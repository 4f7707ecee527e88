//! Telephony: numbers, dial plan, phones and calls.

pub mod control;
