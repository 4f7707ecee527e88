//! The scripts, one file each. Keys and arguments are told there.

use redis::Script;

/// Every script that works on leases begins with the same question.
macro_rules! guarded {
    ($name:literal) => {
        Script::new(concat!(include_str!("lua/in_use.lua"), include_str!(concat!("lua/", $name, ".lua"))))
    };
}

pub(crate) struct Scripts {
    pub(crate) read: Script,
    pub(crate) people: Script,
    pub(crate) change: Script,
    pub(crate) due: Script,
    pub(crate) logged: Script,
    pub(crate) restore_begin: Script,
    pub(crate) restore: Script,
    pub(crate) restore_end: Script,
}

impl Scripts {
    pub(crate) fn new() -> Self {
        Self {
            read: guarded!("read"),
            people: guarded!("people"),
            change: guarded!("change"),
            due: guarded!("due"),
            logged: Script::new(include_str!("lua/logged.lua")),
            restore_begin: guarded!("restore_begin"),
            restore: Script::new(include_str!("lua/restore.lua")),
            restore_end: Script::new(include_str!("lua/restore_end.lua")),
        }
    }
}
